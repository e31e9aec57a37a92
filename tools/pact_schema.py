"""Write the JSON Schema of the agreement format from its types, so that the two cannot drift.

Without an argument src/noroshi/data/schemas/pact-1.json is written; `--print` prints it, and a test
compares the two. Dates are text in the schema, as every editor shows TOML's to it.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from noroshi.pact import format as types

PATH = Path(__file__).resolve().parents[1] / "src" / "noroshi" / "data" / "schemas" / "pact-1.json"


def schema() -> dict[str, Any]:
    """The schema of a whole file (JSON Schema 2020-12)."""
    found = msgspec.json.schema(types.File)
    for name, definition in found["$defs"].items():
        kind = getattr(types, name, None)
        if kind is not None and inspect.isclass(kind) and kind.__doc__:
            definition["description"] = " ".join(kind.__doc__.split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:noroshi:schema:pact-1",
        **found,
    }


def text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(text())
    else:
        PATH.write_text(text(), "utf-8")

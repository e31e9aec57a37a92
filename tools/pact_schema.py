"""Write the JSON Schemas of agreements, acts and transfers from their types, so that they cannot
drift.

Without an argument they are written to src/noroshi/data/schemas; `--print NAME` prints one, and a
test compares the two. Dates are text in the schema, as every editor shows TOML's to it.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from noroshi.pact import act, permits, promised, technical, transfer
from noroshi.pact import format as agreements

FOLDER = Path(__file__).resolve().parents[1] / "src" / "noroshi" / "data" / "schemas"
FILES = {"pact-1": agreements.File, "act-1": act.ActFile, "transfer-1": transfer.TransferFile}
MODULES = (agreements, promised, permits, act, technical, transfer)


def schema(name: str) -> dict[str, Any]:
    """The schema of a whole file (JSON Schema 2020-12)."""
    found = msgspec.json.schema(FILES[name])
    for title, definition in found["$defs"].items():
        kinds = (getattr(module, title, None) for module in MODULES)
        kind = next((each for each in kinds if inspect.isclass(each)), None)
        if kind is not None and kind.__doc__:
            definition["description"] = " ".join(kind.__doc__.split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:noroshi:schema:{name}",
        **found,
    }


def text(name: str) -> str:
    """The schema as it is published."""
    return json.dumps(schema(name), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--print"]:
        sys.stdout.write(text(sys.argv[2]))
    else:
        for each in FILES:
            (FOLDER / f"{each}.json").write_text(text(each), "utf-8")

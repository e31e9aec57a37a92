"""Fuzz a running node's TAXII with schemathesis, by the OpenAPI file of the package.

    python tools/fuzz_taxii.py [EXAMPLES]

A node that holds ATT&CK for ICS and empty plain collections is made and served as a process of its
own; schemathesis runs in an environment of its own, made on first use. Three runs: the file as it
is, where most paths lead nowhere; with the names of what is there, in phases and in sequences of
requests; and as somebody without credentials. Ends with 1 where schemathesis found anything.
"""

from __future__ import annotations

import importlib.resources
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from noroshi.bench import serving
from noroshi.bench.environment import interpreter
from noroshi.bench.http import Access

EXAMPLES = "60"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,missing_required_header,"
    "unsupported_method,use_after_free,ensure_resource_availability,ignored_auth"
)
"""Without `positive_data_acceptance` and `negative_data_rejection`: a parameter that TAXII does not
know is ignored, and an object that does not exist is 404 however well it was asked for."""

FIXED = ("--seed", "20210610", "--no-color", "--suppress-health-check", "all", "--warnings", "off")


def described() -> dict[str, Any]:
    """The OpenAPI file of the package."""
    file = importlib.resources.files("noroshi.data") / "schemas" / "taxii-2.1.openapi.json"
    return json.loads(file.read_text("utf-8"))


def named(api: dict[str, Any], access: Access) -> dict[str, Any]:
    """The file with the names of what is there, in place of any text."""
    with access.client() as client:
        page = json.loads(client.get(f"{access.path}?limit=3"))
    parameters = api["components"]["parameters"]
    parameters["root"]["schema"] = {"type": "string", "enum": ["api"]}
    for name, values in (
        ("id", ["view", "into0", "into1"]),
        ("object", [each["id"] for each in page["objects"]]),
    ):
        parameters[name]["schema"] = {"type": "string", "enum": values}
    return api


def fuzz(api: dict[str, Any], access: Access, folder: Path, *more: str) -> int:
    """The exit status of schemathesis."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(api), "utf-8")
    program = interpreter("schemathesis").with_name("schemathesis")
    command = [str(program), "run", str(file), "--url", f"http://127.0.0.1:{access.port}"]
    command += ["--checks", CHECKS, *FIXED, *more]
    return subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603 — our own


def main(examples: str) -> int:
    with tempfile.TemporaryDirectory() as name, serving.node() as access:
        by_account = ("--auth", f"{access.user}:{access.password}", "--max-examples", examples)
        # The other phases guess passwords, each of which costs an Argon2id.
        by_nobody = ("--max-examples", "5", "--phases", "fuzzing")
        found = [
            fuzz(described(), access, Path(name), *by_account),
            fuzz(named(described(), access), access, Path(name), *by_account),
            fuzz(named(described(), access), access, Path(name), *by_nobody),
        ]
    return int(any(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or (EXAMPLES,)))

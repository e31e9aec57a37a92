"""What serves never loads what computes: not for any question that the page asks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lookout import PASSWORD

from noroshi.console import answers

COMPUTING = {"duckdb", "h3", "numba", "numpy", "pyais", "pyarrow"}
BESIDE = {"incidents", "pact/proof", "evidence", "positions", "satellites", "satellites/orbit"}
"""Asked of another process, by design."""
QUERIES = {
    "pact/agreement": {"id": "eu-jpn-sdp"},
    "pact/suppose": {"without": "USA"},
    "pact/diff": {"set": "law", "other": "files"},
    "held": {"party": "EU"},
}
CODE = """
import json, sys
from pathlib import Path
from starlette.testclient import TestClient
from noroshi.console.app import console
from noroshi.node.node import Node, clock

folder, password, queries = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
with Node.open(folder) as node:
    page = TestClient(console(None, node, clock, secure=False), base_url="http://127.0.0.1:1")
    login = {"name": "administrator", "password": password}
    page.headers["x-noroshi-csrf"] = page.post("/console/api/session", json=login).json()["csrf"]
    one = page.get("/console/api/picture").json()["marks"][0]["id"]
    told = {}
    for path, query in queries.items():
        query = query or {"finding": {"id": one}, "report": {"finding": one}}.get(path, {})
        told[path] = page.get(f"/console/api/{path}", params=query).status_code
    body = {"ids": [one], "party": "EU"}
    told["preview"] = page.post("/console/api/preview", json=body).status_code
print(json.dumps([told, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.slow
def test_no_question_loads_what_computes(folder: Path) -> None:
    queries = {path: QUERIES.get(path, {}) for path, _, _ in answers.ASKED if path not in BESIDE}
    words = [sys.executable, "-c", CODE, str(folder), PASSWORD, json.dumps(queries)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told, modules = json.loads(done.stdout)
    assert {path: status for path, status in told.items() if status != 200} == {}
    assert COMPUTING & set(modules) == set()

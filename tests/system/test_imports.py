"""What is loaded when: the first second belongs to the user, and what serves must stay light."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "noroshi"
HEAVY = {
    "argon2", "cryptography", "duckdb", "h3", "httpx2", "litestar", "numba", "numpy", "pyais",
    "pyarrow", "sqlite3", "ssl", "starlette", "uvicorn",
}  # fmt: skip
COMPUTING = {"duckdb", "h3", "numba", "numpy", "pyais", "pyarrow"}
LIGHT_ROOMS = ("words", "pact")
INSIDE_FUNCTIONS = {("bulk.py", "numpy")}
"""What computes with columns, loaded only when it does."""


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after `code`."""
    report = "\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code + report], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    modules = json.loads(done.stderr.strip().splitlines()[-1])
    return {name.partition(".")[0] for name in modules}


def test_importing_noroshi_loads_nothing_of_anybody() -> None:
    before = loaded_by("pass")
    assert loaded_by("import noroshi") - before == {"noroshi"}


@pytest.mark.parametrize("arguments", [["--help"], ["ingest", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"import sys\nsys.argv = ['noroshi', *{arguments}]\nfrom noroshi.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    assert loaded_by(code) & HEAVY == set()


def test_what_serves_never_loads_what_computes() -> None:
    code = "import noroshi.node.serve, noroshi.exchange.taxii.asgi, noroshi.console.app"
    assert loaded_by(code) & COMPUTING == set()


@pytest.mark.parametrize("room", LIGHT_ROOMS)
def test_room_stands_on_msgspec_and_the_standard_library(room: str) -> None:
    foreign = {
        (path.name, name)
        for path in (SOURCE / room).rglob("*.py")
        for name in imported(path)
        if name not in sys.stdlib_module_names and name not in {"msgspec", "noroshi"}
    }
    assert foreign <= INSIDE_FUNCTIONS


@pytest.mark.parametrize(("file", "name"), sorted(INSIDE_FUNCTIONS))
def test_columns_are_loaded_only_when_they_are_made(file: str, name: str) -> None:
    assert name not in loaded_by(f"import noroshi.pact.{file.removesuffix('.py')}")


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports, those only for type checking left out."""
    tree = ast.parse(path.read_text("utf-8"))
    unread = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and "TYPE_CHECKING" in ast.unparse(test.test)
        for node in ast.walk(test)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_every_module_can_be_found_by_its_name() -> None:
    # A folder without __init__.py imports from a checkout, but import-linter does not see it.
    packages = {path.parent for path in SOURCE.rglob("*.py")} - {SOURCE / "bench" / "peers"}
    assert [p for p in sorted(packages) if not (p / "__init__.py").exists()] == []
    assert importlib.util.find_spec("noroshi.words.label") is not None

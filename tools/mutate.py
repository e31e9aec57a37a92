"""Mutation testing: change the code in one place at a time and see whether a test notices.

    python tools/mutate.py --sample 60 --seconds 300
    python tools/mutate.py src/noroshi/pact/passage.py --sample 0 --seconds 3600

A mutant is one comparison, boolean operator, constant, `not`, return or arithmetic operator
changed in one of the files (by default what decides and seals). For each the tests of the room run
in a copy of the sources, fastest first, until one fails: killed. They must pass without a mutant.
`--sample` takes so many by a fixed seed (0: all), `--seconds` ends the run. Survivors are printed
with their line: look at each, for either a test is missing or the change means the same.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACT = "src/noroshi/pact"
FILES = tuple(
    f"{PACT}/{name}.py"
    for name in ("decide", "passage", "onward", "terms", "policy", "grants", "ways", "spread")
)
TESTS = (
    "test_decide", "test_grants", "test_held", "test_traps", "test_windows", "test_agreements",
    "test_oracle", "test_table", "test_projection", "test_prove", "test_sql", "test_explain",
)  # fmt: skip
"""Fastest to notice first: most mutants fall to the first files."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


class Mutant:
    """The `number`th place of a file, changed: `text` is the file then, `what` says the change."""

    def __init__(self, path: str, line: int, what: str, text: str) -> None:
        self.path, self.line, self.what, self.text = path, line, what, text


def mutants(path: str) -> Iterator[Mutant]:
    """Every mutant of a file."""
    source = (ROOT / path).read_text("utf-8")
    for number in range(len(list(_places(ast.parse(source))))):
        tree = ast.parse(source)
        node, change, what = list(_places(tree))[number]
        change()
        yield Mutant(path, getattr(node, "lineno", 0), what, ast.unparse(tree))


def _places(tree: ast.AST):
    """(node, how to change it in place, what that is) for each place, in a fixed order."""
    skipped = {id(each) for node in ast.walk(tree) for each in _not_code(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Compare):
            for i, op in enumerate(node.ops):
                if type(op) in SWAPS:
                    new = SWAPS[type(op)]
                    yield node, _set(node.ops, i, new()), f"{_name(op)} → {new.__name__}"
        elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPS:
            new = SWAPS[type(node.op)]
            yield node, _put(node, "op", new()), f"{_name(node.op)} → {new.__name__}"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, _put(node, "op", ast.UAdd(), truth=True), "not dropped"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, _put(node, "value", not node.value), f"{node.value} → {not node.value}"
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            yield node, _put(node, "value", node.value + 1), f"{node.value} → {node.value + 1}"
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call | ast.BoolOp):
            yield node, _put(node, "value", ast.Constant(None)), "return None"
        elif isinstance(node, ast.Continue):
            yield node, _put(node, "__class__", ast.Break), "continue → break"


def _not_code(node: ast.AST) -> Iterator[ast.AST]:
    """What is under annotations and types, which no test can notice."""
    for name in ("annotation", "returns"):
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            yield from ast.walk(value)
    if isinstance(node, ast.ClassDef):
        for keyword in node.keywords:
            yield from ast.walk(keyword)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp | ast.Subscript):
        yield from ast.walk(node.value)  # aliases of types


def _name(op: ast.AST) -> str:
    return type(op).__name__


def _set(values: list, i: int, new: ast.AST):
    def change() -> None:
        values[i] = new

    return change


def _put(node: ast.AST, field: str, new: object, truth: bool = False):
    def change() -> None:
        if truth:  # `not x` → `bool(x)`
            node.operand = ast.Call(ast.Name("bool"), [node.operand], [])
        setattr(node, field, new)

    return change


def killed(mutant: Mutant, folder: Path, seconds: float) -> bool:
    """Whether some test fails, or runs for ever, with the mutant in place."""
    target = folder / mutant.path
    original = target.read_bytes()
    target.write_text(mutant.text, "utf-8")
    try:
        return not passes(folder, seconds)
    except subprocess.TimeoutExpired:
        return True
    finally:
        target.write_bytes(original)


def passes(folder: Path, seconds: float) -> bool:
    """Whether the tests pass in the copy."""
    tests = (f"tests/pact/{name}.py" for name in TESTS)
    plain = ("-q", "-x", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider")
    done = subprocess.run(  # noqa: S603 — our own tests
        [sys.executable, "-m", "pytest", *plain, *tests], cwd=folder, timeout=seconds,
        capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(done.stdout.decode() + done.stderr.decode())
    return done.returncode == 0


def main() -> None:
    """Run the mutants and print the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", default=FILES)
    parser.add_argument("--sample", type=int, default=60, help="how many; 0 for all")
    parser.add_argument("--seconds", type=float, default=300.0, help="end after this long")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    every = [each for path in given.files for each in mutants(path)]
    random.Random(given.seed).shuffle(every)  # noqa: S311 — a repeatable sample
    chosen = every[: given.sample or None]
    began, tried, survivors = time.monotonic(), 0, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("src", "tests", "pyproject.toml", "docs", "tools"):
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, folder / part)
        if not passes(folder, 600.0):
            sys.exit("the tests do not pass as they are")
        for mutant in chosen:
            if time.monotonic() - began > given.seconds:
                break
            tried += 1
            if not killed(mutant, folder, 120.0):
                survivors.append(mutant)
                print(f"survived  {mutant.path}:{mutant.line}: {mutant.what}", flush=True)
    dead = tried - len(survivors)
    print(f"killed {dead} of {tried} ({dead / max(1, tried):.0%}); {len(every)} mutants in all")


if __name__ == "__main__":
    main()

"""Mutants of a Python file: the same file with one place of its code changed.

Changed are comparisons, boolean and arithmetic operators (each operand of `and` and `or` is also
left out), signs and `not`, constants, tests of `if`, `while` and comprehensions, `any` and `all`,
`min` and `max`, what is returned, calls made for their effect, and `continue`. Not changed are
annotations, types, defaults of types and texts: no test can, or should, notice those.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}
LONGEST = 72

Change = tuple[str, ast.AST, dict[str, object]]
"""(what it says, the node, what its fields are then)."""


class Mutant(NamedTuple):
    """`text` is the file with the change that `what` names, in `where`, a function or statement."""

    path: str
    line: int
    where: str
    what: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """What names it for as long as the code it changes stays the same."""
        return f"{self.path}:{self.where}", self.what


def of_python(path: str, source: str) -> list[Mutant]:
    """Every mutant of a file."""
    tree = ast.parse(source)
    found: list[Mutant] = []
    seen: Counter[tuple[str, str]] = Counter()
    for line, where, (what, node, fields) in list(_changes(tree)):
        seen[where, what] += 1
        if seen[where, what] > 1:
            what = f"{what} ({seen[where, what]})"
        before = {name: getattr(node, name) for name in fields}
        _set(node, fields)
        found.append(Mutant(path, line, where, what, ast.unparse(tree)))
        _set(node, before)
    return found


def _set(node: ast.AST, fields: dict[str, object]) -> None:
    for name, value in fields.items():
        setattr(node, name, value)


def _changes(tree: ast.AST) -> Iterator[tuple[int, str, Change]]:
    """(line, where, change) of each place, in a fixed order."""
    skipped = {id(each) for node in ast.walk(tree) for each in _not_code(node)}
    names = _names(tree)
    line = 0
    for node in ast.walk(tree):
        line = getattr(node, "lineno", line)
        if id(node) not in skipped:
            for change in _of(node):
                yield line, names[id(node)], change


def _names(tree: ast.AST) -> dict[int, str]:
    """For each node the function or class it is in."""
    found = {id(tree): ""}

    def enter(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{name}.{child.name}".lstrip(".")
            found[id(child)] = inner
            enter(child, inner)

    enter(tree, "")
    return found


def _not_code(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("annotation", "returns"):
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            yield from ast.walk(value)
    if isinstance(node, ast.ClassDef):
        for keyword in node.keywords:
            yield from ast.walk(keyword)
    if isinstance(node, ast.Module):
        for statement in node.body:  # aliases of types
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Subscript):
                yield from ast.walk(statement.value)


def _of(node: ast.AST) -> Iterator[Change]:
    for kind, changes in _KINDS:
        if isinstance(node, kind):
            yield from changes(node)


def _compare(node: ast.Compare) -> Iterator[Change]:
    for i, op in enumerate(node.ops):
        if type(op) in SWAPS:
            new = SWAPS[type(op)]()
            yield _says(node, op, new), node, {"ops": [*node.ops[:i], new, *node.ops[i + 1 :]]}


def _boolean(node: ast.BoolOp) -> Iterator[Change]:
    new = SWAPS[type(node.op)]()
    yield _says(node, node.op, new), node, {"op": new}
    for i, each in enumerate(node.values):
        rest = node.values[:i] + node.values[i + 1 :]
        yield f"{_short(node)}: without {_short(each)}", node, {"values": rest}


def _arithmetic(node: ast.BinOp | ast.AugAssign) -> Iterator[Change]:
    if type(node.op) in SWAPS:
        new = SWAPS[type(node.op)]()
        yield _says(node, node.op, new), node, {"op": new}


def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    """`~x` and `-x` become `x`; `not x` becomes `bool(x)`."""
    operand = node.operand
    if isinstance(node.op, ast.Not):
        operand = ast.Call(ast.Name("bool"), [operand], [])
    what = f"{_short(node)}: without {type(node.op).__name__}"
    yield what, node, {"op": ast.UAdd(), "operand": operand}


def _constant(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, int):
        new = not node.value if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value} → {new}", node, {"value": new}


def _call(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        new = CALLS[node.func.id]
        yield f"{_short(node)}: {new}", node.func, {"id": new}


def _returned(node: ast.Return) -> Iterator[Change]:
    if node.value is not None and not isinstance(node.value, ast.Constant | ast.Compare):
        yield f"{_short(node)}: None", node, {"value": ast.Constant(None)}


def _test(node: ast.If | ast.IfExp | ast.While) -> Iterator[Change]:
    """Tests that no operator of their own turns round."""
    own = isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp)
    if not own and ast.unparse(node.test) != "TYPE_CHECKING":
        turned = ast.UnaryOp(ast.Not(), node.test)
        yield f"if {_short(node.test)}: if not", node, {"test": turned}


def _filter(node: ast.comprehension) -> Iterator[Change]:
    for i, each in enumerate(node.ifs):
        rest = node.ifs[:i] + node.ifs[i + 1 :]
        yield f"for {_short(node.target)}: without if {_short(each)}", node, {"ifs": rest}


def _effect(node: ast.Expr) -> Iterator[Change]:
    if isinstance(node.value, ast.Call):
        yield f"{_short(node)}: not called", node, {"value": ast.Constant(None)}


def _continue(node: ast.Continue) -> Iterator[Change]:
    yield "continue → break", node, {"__class__": ast.Break}


_KINDS: tuple[
    tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Iterator[Change]]], ...
]
_KINDS = (
    (ast.Compare, _compare),
    (ast.BoolOp, _boolean),
    ((ast.BinOp, ast.AugAssign), _arithmetic),
    (ast.UnaryOp, _unary),
    (ast.Constant, _constant),
    (ast.Call, _call),
    (ast.Return, _returned),
    ((ast.If, ast.IfExp, ast.While), _test),
    (ast.comprehension, _filter),
    (ast.Expr, _effect),
    (ast.Continue, _continue),
)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _says(node: ast.AST, old: ast.AST, new: ast.AST) -> str:
    return f"{_short(node)}: {type(old).__name__} → {type(new).__name__}"

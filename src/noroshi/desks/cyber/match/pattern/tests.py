"""Comparisons as predicates: does this object of this observation pass? (STIX 2.1 §9.6)

Values of types that cannot be compared are not equal, and in no order, with `NOT` neither. Of all
other comparisons `NOT` turns the answer round, whatever the type of the value.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from noroshi.desks.cyber.match.pattern import expr
from noroshi.desks.cyber.match.pattern.observed import Object
from noroshi.desks.cyber.match.pattern.tree import (
    Comparison,
    Exists,
    Joint,
    Literal_,
    Path,
    Stamp,
    Test,
)
from noroshi.words.time import parse_instant

Objects = Mapping[str, Object]
Passes = Callable[[Objects, Object], bool]
Accepts = Callable[[Any], bool]

_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def passes(comparison: Comparison) -> Passes:
    """Whether an object among the objects of its observation passes. AND wants both of the same
    object, the one that the paths start from. Raises `tree.Refused` for what is not compiled."""
    if isinstance(comparison, Joint):
        left, right = passes(comparison.left), passes(comparison.right)
        if comparison.operator == "AND":
            return lambda objects, each: left(objects, each) and right(objects, each)
        return lambda objects, each: left(objects, each) or right(objects, each)
    values = _values(comparison.path)
    if isinstance(comparison, Exists):
        return lambda objects, each: any(True for _ in values(objects, each))
    accepts = _accepts(comparison)
    if comparison.negated and comparison.operator not in _ORDERS:
        return lambda objects, each: any(not accepts(v) for v in values(objects, each))
    return lambda objects, each: any(accepts(v) for v in values(objects, each))


def _values(path: Path) -> Callable[[Objects, Object], Iterator[Any]]:
    """What the path leads to, from an object of its type."""
    kind, steps = path.type, path.steps

    def values(objects: Objects, each: Object) -> Iterator[Any]:
        if each.get("type") == kind:
            yield from _walked(objects, each, steps)

    return values


def _walked(objects: Objects, value: Any, steps: tuple[str | int | None, ...]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            for each in _entered(objects, step, cast("dict[str, Any]", value)[step]):
                yield from _walked(objects, each, rest)
    elif isinstance(value, list):
        held = cast("list[Any]", value)
        chosen = held if step is None else held[step : step + 1] if step >= 0 else []
        for each in chosen:
            yield from _walked(objects, each, rest)


def _entered(objects: Objects, key: str, value: Any) -> Iterator[Any]:
    """A property's value: references are what they refer to, `_hex` and `_bin` are bytes."""
    if key.endswith("_ref"):
        if isinstance(value, str) and value in objects:
            yield objects[value]
    elif key.endswith("_refs"):
        refs = cast("list[Any]", value) if isinstance(value, list) else []
        found = [objects[ref] for ref in refs if isinstance(ref, str) and ref in objects]
        if found:
            yield found
    elif key.endswith(("_hex", "_bin")) and isinstance(value, str):
        try:
            yield bytes.fromhex(value) if key.endswith("_hex") else base64.b64decode(value)
        except (ValueError, binascii.Error):
            return
    else:
        yield value


def _accepts(test: Test) -> Accepts:
    value = test.value
    if isinstance(value, tuple):
        return _among(value)
    match test.operator:
        case "=":
            return _equal(value)
        case "LIKE" | "MATCHES":
            made = expr.like if test.operator == "LIKE" else expr.matcher
            found = made(cast("str", value))
            return lambda other: isinstance(other, (str, bytes)) and found(other)
        case "ISSUBSET":
            outer = _network(value)
            return lambda other: _within(_network(other), outer)
        case "ISSUPERSET":
            inner = _network(value)
            return lambda other: _within(inner, _network(other))
        case _:
            return _ordered(_ORDERS[test.operator], value, test.negated)


def _equal(value: Literal_) -> Accepts:
    if type(value) is str:
        return lambda other: other == value or (type(other) is bytes and _latin(value) == other)

    def accepts(other: Any) -> bool:
        mine, yours = comparable(value, other)
        return mine is not None and mine == yours

    return accepts


def _among(values: tuple[Literal_, ...]) -> Accepts:
    if all(type(each) is str for each in values):
        texts = frozenset(cast("tuple[str, ...]", values))
        return lambda other: (
            other in texts
            if type(other) is str
            else type(other) is bytes and any(_latin(each) == other for each in texts)
        )
    each_of = [_equal(each) for each in values]
    return lambda other: any(accepts(other) for accepts in each_of)


def _ordered(compare: Callable[[Any, Any], bool], value: Literal_, negated: bool) -> Accepts:
    def accepts(other: Any) -> bool:
        mine, yours = comparable(value, other)
        return mine is not None and not isinstance(mine, bool) and compare(yours, mine) != negated

    return accepts


def comparable(literal: Literal_, value: Any) -> tuple[Any, Any]:
    """Both as values of one type, or (None, None) where the types cannot be compared."""
    if isinstance(literal, Stamp):
        at = _instant(value)
        return (None, None) if at is None else (literal.at, at)
    mine, yours = _type(literal), _type(value)
    if mine is yours:
        return literal, value
    if mine is str and yours is bytes:
        return (None, None) if _latin(literal) is None else (_latin(literal), value)
    if mine is bytes and yours is str:
        return (None, None) if _latin(value) is None else (literal, _latin(value))
    return None, None


def _type(value: object) -> type:
    """The type as patterns know it: an integer is a number like any other."""
    return float if type(value) is int else type(value)


def _latin(text: Any) -> bytes | None:
    """A string as the bytes of its code points, which all must be below 256 (STIX 2.1 §9.6)."""
    try:
        return cast("str", text).encode("latin-1")
    except UnicodeEncodeError:
        return None


def _instant(value: Any) -> int | None:
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """An address or a CIDR range, its host bits cleared; None for anything else."""
    try:
        return ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None


def _within(inner: Any, outer: Any) -> bool:
    return (
        inner is not None
        and outer is not None
        and inner.version == outer.version
        and inner.subnet_of(outer)
    )

"""A STIX pattern as a tree (STIX 2.1 §9.1 to §9.7)."""

from __future__ import annotations

from typing import Literal

import msgspec

Operator = Literal["=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"]


class Refused(ValueError):
    """Why a pattern is not accepted, in words for who wrote it."""


class Stamp(msgspec.Struct, frozen=True, order=True):
    """A timestamp literal, µs UTC."""

    at: int


Literal_ = str | int | float | bool | bytes | Stamp


class Path(msgspec.Struct, frozen=True):
    """An object path. Each step is a key, a list index, or None for any element."""

    type: str
    steps: tuple[str | int | None, ...]


class Test(msgspec.Struct, frozen=True):
    """`path operator value`; a set is a tuple. `!=` is `=` negated once more."""

    path: Path
    operator: Operator
    negated: bool
    value: Literal_ | tuple[Literal_, ...]


class Exists(msgspec.Struct, frozen=True):
    """Whether an object has what the path leads to."""

    path: Path


class Joint(msgspec.Struct, frozen=True):
    """Two comparisons within one pair of brackets."""

    operator: Literal["AND", "OR"]
    left: Comparison
    right: Comparison


Comparison = Test | Exists | Joint


class Leaf(msgspec.Struct, frozen=True):
    """`[comparison]`: to be bound to one observation. `number` counts them from the left."""

    comparison: Comparison
    number: int


class Both(msgspec.Struct, frozen=True):
    """Two observation expressions."""

    operator: Literal["AND", "OR", "FOLLOWEDBY"]
    left: Expression
    right: Expression


class Within(msgspec.Struct, frozen=True):
    """`expression WITHIN … SECONDS`, in µs."""

    inner: Expression
    duration: int


class Repeats(msgspec.Struct, frozen=True):
    """`expression REPEATS … TIMES`."""

    inner: Expression
    times: int


class Between(msgspec.Struct, frozen=True):
    """`expression START … STOP …`, in µs UTC, the stop not included."""

    inner: Expression
    start: int
    stop: int


Expression = Leaf | Both | Within | Repeats | Between

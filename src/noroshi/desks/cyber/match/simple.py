"""Patterns that only name values, as those values: found by look-up, without being matched.

`[ipv4-addr:value = '192.0.2.1']`, `[file:hashes.MD5 IN (…)]`, and such comparisons joined by OR. A
name of a pattern is itself and not what is below it; a URL is compared without its scheme and port,
which logs do not show.
"""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.desks.cyber.match import values as value_of
from noroshi.desks.cyber.match.entry import EntryKind
from noroshi.desks.cyber.match.pattern import grammar
from noroshi.desks.cyber.match.pattern.compile import compiled
from noroshi.desks.cyber.match.pattern.tree import Comparison, Exists, Joint, Leaf, Path, Refused
from noroshi.desks.cyber.match.values import Unfit, Value

_PATHS: Final[dict[tuple[str, tuple[str | int | None, ...]], EntryKind]] = {
    ("ipv4-addr", ("value",)): "ip",
    ("ipv6-addr", ("value",)): "ip",
    ("network-traffic", ("src_ref", "value")): "ip",
    ("network-traffic", ("dst_ref", "value")): "ip",
    ("domain-name", ("value",)): "domain",
    ("url", ("value",)): "url",
    ("email-addr", ("value",)): "email",
    ("email-message", ("from_ref", "value")): "email",
    ("email-message", ("sender_ref", "value")): "email",
}
_READ: Final = {
    "ip": value_of.net,
    "domain": value_of.domain,
    "url": value_of.web,
    "email": value_of.email,
    "hash": value_of.digest,
}


class Simple(msgspec.Struct, frozen=True):
    """A value of a kind. `exact`: what stands below a name, or in a range, does not count."""

    kind: EntryKind
    value: Value
    exact: bool = False


def simple(pattern: str) -> list[Simple] | None:
    """The values of a pattern that only names values, else None. Raises `values.Unfit` for one that
    is not looked for."""
    try:
        tree = grammar.read(pattern)
        if not isinstance(tree, Leaf):
            compiled(pattern)
            return None
        found = _values(tree.comparison)
        if found is None:
            compiled(pattern)
    except Refused as problem:
        raise Unfit(str(problem)) from problem
    if found == []:
        raise Unfit("a pattern that nothing can match")
    return found


def _values(comparison: Comparison) -> list[Simple] | None:
    if isinstance(comparison, Joint):
        left, right = _values(comparison.left), _values(comparison.right)
        both = comparison.operator == "OR" and left is not None and right is not None
        return left + right if both and left is not None and right is not None else None
    if isinstance(comparison, Exists) or comparison.negated:
        return None
    kind = _kind(comparison.path)
    if kind is None or comparison.operator not in ("=", "IN", "ISSUBSET"):
        return None
    if comparison.operator == "ISSUBSET" and kind != "ip":
        return None
    given = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    return [
        Simple(kind, _READ[kind](each), comparison.operator != "ISSUBSET")
        for each in given
        if isinstance(each, str)
    ]


def _kind(path: Path) -> EntryKind | None:
    if path.type in ("file", "artifact", "x509-certificate") and path.steps[:1] == ("hashes",):
        return "hash" if len(path.steps) == 2 else None
    return _PATHS.get((path.type, path.steps))

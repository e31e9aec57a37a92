"""Selectors: which part of a STIX object is meant, and the object without some of its parts.

STIX 2.1 §7.2.3.1: names of properties and zero-based places in lists (`[1]`), joined by dots, from
the object down. What stands below a selected value is selected with it. Taking an element out of a
list moves those behind it up, so what is left has to be selected anew (`moved`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, cast

import msgspec

Path = tuple[str | int, ...]

_COMPONENT = re.compile(r"\[(0|[1-9][0-9]{0,8})\]|([A-Za-z0-9_-]{1,250})")


class Unremovable(ValueError):
    """A part that cannot go while the rest stays: something would be left that is no value."""


class _Gone(msgspec.Struct, frozen=True):
    """Stands where nothing is left."""


_GONE: Final = _Gone()


def parsed(selector: str) -> Path:
    """The selector taken apart; `ValueError` naming it where it is none."""
    path: list[str | int] = []
    for component in selector.split("."):
        found = _COMPONENT.fullmatch(component)
        if found is None:
            raise ValueError(f"not a selector: {selector!r}")
        path.append(found[2] or int(found[1]))
    if isinstance(path[0], int):
        raise ValueError(f"a selector starts with a property: {selector!r}")
    return tuple(path)


def written(path: Path) -> str:
    """The selector of a path."""
    return ".".join(f"[{each}]" if isinstance(each, int) else each for each in path)


def resolves(value: Any, path: Path) -> bool:
    """Whether there is something at `path` in `value`."""
    for each in path:
        if isinstance(value, dict) and each in value:
            value = cast("dict[str | int, Any]", value)[each]
        elif isinstance(value, list) and isinstance(each, int):
            held = cast("list[Any]", value)
            if each >= len(held):
                return False
            value = held[each]
        else:
            return False
    return True


def covers(outer: Path, inner: Path) -> bool:
    """Whether `inner` is `outer` or stands below it."""
    return inner[: len(outer)] == outer


def outermost(paths: Collection[Path]) -> frozenset[Path]:
    """`paths` without those that stand below another."""
    every = frozenset(paths)
    return frozenset(
        path for path in every if not any(path[:n] in every for n in range(1, len(path)))
    )


def moved(path: Path, gone: Collection[Path]) -> Path | None:
    """Where what stood at `path` stands after `gone` went; None where it went too."""
    if any(covers(each, path) for each in gone):
        return None
    before = outermost(gone)
    return tuple(
        at - _ahead(path[:depth], at, before) if isinstance(at, int) else at
        for depth, at in enumerate(path)
    )


def _ahead(within: Path, at: int, gone: Collection[Path]) -> int:
    """How many elements of the list `within` that stand before `at` went."""
    return sum(
        len(each) == len(within) + 1
        and each[:-1] == within
        and isinstance(each[-1], int)
        and each[-1] < at
        for each in gone
    )


def without(found: Mapping[str, Any], gone: Collection[Path]) -> dict[str, Any]:
    """The object without what stands at `gone`. Lists and tables that are left empty go as well.

    Raises `Unremovable` where a path leads nowhere, and where an element of a list is emptied but
    others stay: only elements that are named may move those behind them.
    """
    for path in gone:
        if not resolves(found, path):
            raise Unremovable(f"nothing stands at {written(path)}")
    left = _cut(found, (), outermost(gone))
    return {} if isinstance(left, _Gone) else left


def _cut(value: Any, at: Path, gone: frozenset[Path]) -> Any:
    if at in gone:
        return _GONE
    if not any(covers(at, each) for each in gone):
        return value
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        kept = {name: _cut(each, (*at, name), gone) for name, each in table.items()}
        return {name: each for name, each in kept.items() if each is not _GONE} or _GONE
    listed = [_cut(each, (*at, n), gone) for n, each in enumerate(cast("list[Any]", value))]
    left = [each for each in listed if each is not _GONE]
    named = sum((*at, n) in gone for n in range(len(listed)))
    if left and len(left) + named != len(listed):
        raise Unremovable(f"nothing would be left of an element of {written(at)}")
    return left or _GONE

"""Counts that would tell how many were withheld: where that is fewer than `FLOOR` they go as well.

A count beside a list of what it counts leaves a number for what was taken out of the list. Zero
tells nothing; a small one says how many those were, and who is among them may work out the others;
from the floor on it is a total that nobody stands out of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

FLOOR: Final = 3
"""The threshold rule of statistical disclosure control: a count of fewer than three is sensitive,
since of two each knows the other (OECD Glossary of Statistical Terms, "Threshold rule", 2005:
agencies require three or five)."""

COUNTED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "sighting": {"count": ("where_sighted_refs", "observed_data_refs")},
    "observed-data": {"number_observed": ("object_refs", "objects")},
}
"""By type its counts, each with the lists that hold what it may count (STIX 2.1 §4.14, §5.2)."""

_REQUIRED: Final = frozenset({"number_observed"})

_properties = msgspec.json.Decoder(dict[str, msgspec.Raw])


def tells(count: object, shown: int, floor: int = FLOOR) -> bool:
    """Whether a count tells how few were taken out, with `shown` of what it counts in sight.

    What is no number tells what nobody here knows, so it does.
    """
    if isinstance(count, bool) or not isinstance(count, int | float):
        return True
    return 0 < count - shown < floor


def untelling(
    type: str, before: bytes, after: Mapping[str, msgspec.Raw], floor: int = FLOOR
) -> dict[str, msgspec.Raw]:
    """`after`, what is left of the object `before`, without the counts that tell what went."""
    left = dict(after)
    for name, lists in COUNTED.get(type, {}).items():
        if name in left and _stands_out(name, lists, _properties.decode(before), left, floor):
            del left[name]
    return left


def countless(after: Collection[str], left: Collection[str]) -> bool:
    """Whether what is `left` of `after` lacks a count that its type cannot do without."""
    return any(name in after and name not in left for name in _REQUIRED)


def _stands_out(
    name: str,
    lists: tuple[str, ...],
    before: Mapping[str, msgspec.Raw],
    after: Mapping[str, msgspec.Raw],
    floor: int,
) -> bool:
    count = msgspec.json.decode(after[name])
    for each in lists:
        shown = _size(after, each)
        if shown < _size(before, each) and tells(count, shown, floor):
            return True
    return False


def _size(properties: Mapping[str, msgspec.Raw], name: str) -> int:
    held: Any = msgspec.json.decode(properties[name]) if name in properties else ()
    return len(held) if isinstance(held, list | dict | tuple) else 0  # pyright: ignore[reportUnknownArgumentType]


def bound(type: str, found: Mapping[str, Any], floor: int = FLOOR) -> tuple[str, ...]:
    """The lists of which an object shows all or goes nowhere: with any of them taken out, a count
    that it cannot do without might tell how few those were."""
    return tuple(
        each
        for name, lists in COUNTED.get(type, {}).items()
        if name in _REQUIRED and name in found
        for each in lists
        if isinstance(found.get(each), list)
        and any(tells(found[name], shown, floor) for shown in range(1, len(found[each])))
    )

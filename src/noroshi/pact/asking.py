"""Asking: what clauses and limits answer about one field of a strand, as bits.

Those that say the same are asked once, and a value for which all answer alike is no different from
another: so of endlessly many strands finitely many classes are left (`abstract`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

from noroshi.pact.passage import NOT_REDISTRIBUTABLE
from noroshi.words.handling import controlled, demanding, listed, unmet
from noroshi.words.label import Pap, Tlp

OTHER: Final = "another"
"""Stands for every kind, licence, tag or scheme that no clause names."""


FIELDS: Final = (
    "tlp", "kind", "pap", "orcon", "personal", "licence", "handling", "exercise", "only",
)  # fmt: skip
"""What of a strand clauses ask about, besides its originator, pillar, marks and times."""

COVER: Final = (
    "max_tlp", "kinds", "max_pap", "orcon", "personal", "licence", "tags", "exercise", "only",
)  # fmt: skip
"""What a clause says about each field, where it says anything."""

SPEAK: Final = (
    "tlp_min", "kinds", "pap", "orcon", "personal", "licence", "tags", "exercise", "not_in",
)  # fmt: skip
"""What a condition says about each field."""

Says = tuple[Any, ...]
"""What one clause or condition says about each of `FIELDS`."""


def asking(clauses: Sequence[Says], limits: Sequence[Says], place: int) -> Callable[[Any], int]:
    """What all clauses and limits answer about a value of the field in this place, as bits: each
    clause covers it, each limit speaks of it, and three flags (`abstract.Classes`)."""
    field = FIELDS[place]
    covering: dict[Any, int] = {}
    for i, clause in enumerate(clauses):
        covering[clause[place]] = covering.get(clause[place], 0) | 1 << i
    speaking: dict[Any, int] = {}
    for i, when in enumerate(limits, start=len(clauses)):
        speaking[when[place]] = speaking.get(when[place], 0) | 1 << i
    rest = len(clauses) + len(limits)

    def ask(value: Any) -> int:
        bits = _flags(field, value) << rest
        for setting, those in covering.items():
            if _covers(setting, field, value):
                bits |= those
        for setting, those in speaking.items():
            if _speaks(setting, field, value):
                bits |= those
        return bits

    return ask


def _covers(setting: Any, field: str, value: Any) -> bool:
    """Whether a clause with this `setting` covers strands with this `value` of the field."""
    match field:
        case "tlp" | "pap":
            return value is None or value.rank <= setting.rank
        case "kind":
            return setting is None or value in setting
        case "personal":
            return setting or not value
        case "licence":
            if value is None:
                return True
            return value in setting if setting is not None else value != NOT_REDISTRIBUTABLE
        case "handling":
            return not unmet(value, *setting)
        case _:
            return True


def _speaks(setting: Any, field: str, value: Any) -> bool:
    """Whether a condition with this `setting` holds for strands with this `value` of the field."""
    if setting is None:
        return True
    match field:
        case "tlp":
            return value.rank >= setting.rank
        case "orcon" | "personal":
            return setting == value
        case "handling":
            tags, codes = setting
            return (tags is None or any(tag in tags for tag in value)) and (
                codes is None or any(listed(code, codes) for code in controlled(value))
            )
        case "exercise":
            return setting == (value is not None)
        case "only":
            return value is None
        case _:
            return value in setting


@functools.cache
def _flags(field: str, value: Any) -> int:
    """Three bits that a value leaves standing: controlled, public, shut."""
    public = {
        "tlp": value is Tlp.CLEAR,
        "pap": value in (None, Pap.CLEAR),
        "licence": value != NOT_REDISTRIBUTABLE,
        "handling": field == "handling" and not any(map(demanding, value)),
        "kind": True,
        "exercise": True,
    }.get(field, not value)
    controlled = field != "orcon" or bool(value)
    shut = value is Tlp.RED if field == "tlp" else field != "only" or value is None
    return controlled | public << 1 | shut << 2

"""Abstract: the finitely many kinds of strand that a set of clauses can tell apart.

A strand has endlessly many forms; clauses ask finitely many questions about it. Two strands for
which every question has the same answer are one *class*, and a class stands for all of them. So a
statement checked on every class holds for every strand. Recipients do not enter: they are masks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from noroshi.pact.format import ReleaseClause, When
from noroshi.pact.lanes import Lane
from noroshi.pact.passage import NOT_REDISTRIBUTABLE
from noroshi.words.handling import CONTROL, alike, controlled, demanding, listed, unmet
from noroshi.words.label import ClassMark, Pap, Tlp

OTHER: Final = "another"
"""Stands for every kind, licence, tag or scheme that no clause names."""


FIELDS: Final = (
    "tlp", "kind", "pap", "orcon", "personal", "licence", "handling", "exercise", "only",
)  # fmt: skip
"""What of a strand clauses ask about, besides its originator, pillar, marks and times."""

Terms = tuple[Any, ...]
"""A value for each of `FIELDS`."""


class Classes(NamedTuple):
    """`found`: what holds of a class, as bits, with the terms of one strand of it.

    Bits, from the lowest: each clause covers it; each limit speaks of it; the originator controls
    it; it is public by its own marking; it is RED and names nobody.
    """

    clauses: int
    limits: int
    found: dict[int, Terms]

    def terms(self, bits: int) -> dict[str, Any]:
        """The terms of one strand of a class; `only` is None or stands for everybody."""
        return dict(zip(FIELDS, self.found[bits], strict=True))

    def asked(self) -> dict[int, int]:
        """What limits and flags say of the classes that are neither public nor shut → the clauses
        that cover some class of which they say it."""
        rest = self.clauses + self.limits
        covering = (1 << self.clauses) - 1
        found: dict[int, int] = {}
        for bits in self.found:
            if not bits >> rest & 6:
                said = bits & ~covering
                found[said] = found.get(said, 0) | bits & covering
        return found

    def flags(self, bits: int) -> tuple[bool, bool, bool]:
        """(originator control, public, shut) of a class."""
        rest = bits >> (self.clauses + self.limits)
        return bool(rest & 1), bool(rest & 2), bool(rest & 4)


def classes(
    clauses: Sequence[ReleaseClause], limits: Sequence[When], *, kind: str | None = None
) -> Classes:
    """The classes of unmarked strands (of one pillar) that `clauses` and `limits` tell apart.
    `kind`: only strands of it."""
    found: dict[int, Terms] = {(1 << (len(clauses) + len(limits) + 3)) - 1: ()}
    for name, values in _values(clauses, limits, kind).items():
        ask = _asking(clauses, limits, name)
        answers: dict[int, Any] = {}
        for value in values:
            answers.setdefault(ask(value), value)
        merged: dict[int, Terms] = {}
        for answer, value in answers.items():
            for bits, terms in found.items():
                both = bits & answer
                if both not in merged:
                    merged[both] = (*terms, value)
        found = merged
    return Classes(len(clauses), len(limits), found)


def marked(unmarked: Classes) -> Classes:
    """The same classes for strands with a mark of classification, which are not public."""
    public = ~(2 << (unmarked.clauses + unmarked.limits))
    found: dict[int, Terms] = {}
    for bits, terms in unmarked.found.items():
        found.setdefault(bits & public, terms)
    return unmarked._replace(found=found)


def _values(
    clauses: Sequence[ReleaseClause], limits: Sequence[When], kind: str | None
) -> dict[str, list[Any]]:
    """For every field of a strand, values of which at least one stands for each that there is."""

    def named(field: str) -> list[str]:
        found: set[str] = set()
        for each in (*clauses, *limits):
            values: tuple[str, ...] | None = getattr(each, field)
            found |= {*(values or ())}
        return sorted(found)

    return {
        "tlp": list(Tlp),
        "kind": [*named("kinds"), OTHER] if kind is None else [kind],
        "pap": [None, *Pap],
        "orcon": [False, True],
        "personal": [False, True],
        "licence": [None, *named("licence"), NOT_REDISTRIBUTABLE, OTHER],
        "handling": list(_sets(_tags(named), clauses, limits)),
        "exercise": [None, OTHER],
        "only": [None, "everyone"],
    }


def _tags(named: Callable[[str], list[str]]) -> list[str]:
    """Handling tags of which one stands for each that there is: those that are named, other values
    of the same statements, codes that are named (what stands below one is covered where it is), and
    a tag that nobody names."""
    handling = named("handling")
    found = {*handling, *(each for tag in handling for each in alike(tag))}
    return [*sorted(found), *(CONTROL + code for code in named("control")), OTHER]


def _sets(
    tags: Sequence[str], clauses: Sequence[ReleaseClause], limits: Sequence[When]
) -> Iterator[tuple[str, ...]]:
    """Sets of handling tags, one for each answer that some set gives."""
    ask = _asking(clauses, limits, "handling")
    seen: dict[int, tuple[str, ...]] = {ask(()): ()}
    for tag in tags:
        for held in (*seen.values(),):
            tried = tuple(sorted({*held, tag}))
            seen.setdefault(ask(tried), tried)
    yield from seen.values()


_OF_CLAUSE: Final = {"tlp": "max_tlp", "kind": "kinds", "pap": "max_pap", "handling": "tags"}
_OF_WHEN: Final = {"tlp": "tlp_min", "kind": "kinds", "only": "not_in", "handling": "tags"}


def _asking(
    clauses: Sequence[ReleaseClause], limits: Sequence[When], field: str
) -> Callable[[Any], int]:
    """What all clauses and limits answer about a value of `field`, as bits. Those that say the
    same about it are asked once."""
    covering: dict[Any, int] = {}
    for i, clause in enumerate(clauses):
        setting = getattr(clause, _OF_CLAUSE.get(field, field), None)
        covering[setting] = covering.get(setting, 0) | 1 << i
    speaking: dict[Any, int] = {}
    for i, when in enumerate(limits, start=len(clauses)):
        setting = getattr(when, _OF_WHEN.get(field, field), None)
        speaking[setting] = speaking.get(setting, 0) | 1 << i
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


def markings(lanes: Sequence[Lane]) -> dict[tuple[int, ...], tuple[ClassMark, ...]]:
    """By the parties that each lane leaves (-1: all), one set of marks that leaves them.

    A strand may have any number of marks, each of which takes parties away, so every set of marks
    is one of these.
    """
    found: dict[tuple[int, ...], tuple[ClassMark, ...]] = {tuple(-1 for _ in lanes): ()}
    for mark in sorted({mark for lane in lanes for mark in lane.marks}):
        passing = [(i, lane.marks[mark]) for i, lane in enumerate(lanes) if mark in lane.marks]
        for left, marks in tuple(found.items()):
            taken = [0] * len(lanes)
            for i, mask in passing:
                taken[i] = mask & left[i]
            found.setdefault(tuple(taken), (*marks, mark))
    found.setdefault(tuple(0 for _ in lanes), (ClassMark(OTHER, OTHER),))
    return found

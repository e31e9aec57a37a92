"""Abstract: the finitely many kinds of strand that a set of clauses can tell apart.

A strand has endlessly many forms; clauses ask finitely many questions about it. Two strands for
which every question has the same answer are one *class*, and a class stands for all of them. So a
statement checked on every class holds for every strand. Recipients do not enter: they are masks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from noroshi.pact.format import ReleaseClause, When
from noroshi.pact.lanes import Lane
from noroshi.pact.passage import NOT_REDISTRIBUTABLE
from noroshi.words.label import ClassMark, Pap, Tlp

OTHER: Final = "another"
"""Stands for every kind, licence, tag or scheme that no clause names."""


class Classes(NamedTuple):
    """`found`: what holds of a class, as bits, with the terms of one strand of it.

    Bits, from the lowest: each clause covers it; each limit speaks of it; the originator controls
    it; it is public by its own marking; it is RED and names nobody.
    """

    clauses: int
    limits: int
    found: dict[int, dict[str, Any]]

    def flags(self, bits: int) -> tuple[bool, bool, bool]:
        """(originator control, public, shut) of a class."""
        rest = bits >> (self.clauses + self.limits)
        return bool(rest & 1), bool(rest & 2), bool(rest & 4)


def classes(
    clauses: Sequence[ReleaseClause],
    limits: Sequence[When],
    *,
    kind: str | None = None,
    marked: bool = False,
) -> Classes:
    """The classes of strands (of one pillar) that `clauses` and `limits` tell apart, marks of
    classification aside: `marked` says that the strand has one. `kind`: only strands of it."""
    rest = len(clauses) + len(limits)
    found: dict[int, dict[str, Any]] = {(1 << (rest + 3)) - 1: {}}
    if marked:
        found = {next(iter(found)) & ~(2 << rest): {}}
    for name, values in _values(clauses, limits, kind).items():
        answers: dict[int, Any] = {}
        for value in values:
            answers.setdefault(_answers(clauses, limits, name, value), value)
        merged: dict[int, dict[str, Any]] = {}
        for bits, terms in found.items():
            for answer, value in answers.items():
                if bits & answer not in merged:
                    merged[bits & answer] = {**terms, name: value}
        found = merged
    return Classes(len(clauses), len(limits), found)


def _values(
    clauses: Sequence[ReleaseClause], limits: Sequence[When], kind: str | None
) -> dict[str, list[Any]]:
    """For every field of a strand, values of which at least one stands for each that there is."""

    def named(field: str) -> list[str]:
        wanted = (getattr(each, field) or () for each in (*clauses, *limits))
        return sorted({each for values in wanted for each in values})

    return {
        "tlp": list(Tlp),
        "kind": [*named("kinds"), OTHER] if kind is None else [kind],
        "pap": [None, *Pap],
        "orcon": [False, True],
        "personal": [False, True],
        "licence": [None, *named("licence"), NOT_REDISTRIBUTABLE, OTHER],
        "handling": list(_sets([*named("handling"), OTHER], clauses, limits)),
        "exercise": [None, OTHER],
        "only": [None, "everyone"],
    }


def _sets(
    tags: Sequence[str], clauses: Sequence[ReleaseClause], limits: Sequence[When]
) -> Iterator[tuple[str, ...]]:
    """Sets of handling tags, one for each answer that some set gives."""
    seen: dict[int, tuple[str, ...]] = {}
    for tag in (None, *tags):
        for held in ((), *seen.values()):
            tried = held if tag is None else tuple(sorted({*held, tag}))
            seen.setdefault(_answers(clauses, limits, "handling", tried), tried)
    yield from seen.values()


def _answers(
    clauses: Sequence[ReleaseClause], limits: Sequence[When], field: str, value: Any
) -> int:
    bits = 0
    for i, clause in enumerate(clauses):
        bits |= _covers(clause, field, value) << i
    for i, when in enumerate(limits):
        bits |= _speaks(when, field, value) << (len(clauses) + i)
    return bits | _flags(field, value) << (len(clauses) + len(limits))


def _covers(clause: ReleaseClause, field: str, value: Any) -> bool:
    match field:
        case "tlp":
            return value.rank <= clause.max_tlp.rank
        case "kind":
            return clause.kinds is None or value in clause.kinds
        case "pap":
            return value is None or value.rank <= clause.max_pap.rank
        case "personal":
            return clause.personal or not value
        case "licence" if value is not None:
            if clause.licence is None:
                return value != NOT_REDISTRIBUTABLE
            return value in clause.licence
        case "handling":
            return all(tag in clause.handling for tag in value)
        case _:
            return True


def _speaks(when: When, field: str, value: Any) -> bool:
    match field:
        case "tlp":
            return when.tlp_min is None or value.rank >= when.tlp_min.rank
        case "kind":
            return when.kinds is None or value in when.kinds
        case "orcon" | "personal":
            return getattr(when, field) in (None, value)
        case "licence":
            return when.licence is None or value in when.licence
        case "handling":
            return when.handling is None or any(tag in when.handling for tag in value)
        case "exercise":
            return when.exercise in (None, value is not None)
        case "only":
            return when.not_in is None or value is None
        case _:
            return True


def _flags(field: str, value: Any) -> int:
    """Three bits that a value leaves standing: controlled, public, shut."""
    public = {
        "tlp": value is Tlp.CLEAR,
        "pap": value in (None, Pap.CLEAR),
        "licence": value != NOT_REDISTRIBUTABLE,
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
        for left, marks in tuple(found.items()):
            taken = tuple(
                mask and mask & lane.marks.get(mark, 0)
                for mask, lane in zip(left, lanes, strict=True)
            )
            found.setdefault(taken, (*marks, mark))
    found.setdefault(tuple(0 for _ in lanes), (ClassMark(OTHER, OTHER),))
    return found

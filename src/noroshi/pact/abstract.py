"""Abstract: the finitely many kinds of strand that a set of clauses can tell apart.

A strand has endlessly many forms; clauses ask finitely many questions about it. Two strands for
which every question has the same answer are one *class*, and a class stands for all of them. So a
statement checked on every class holds for every strand. Recipients do not enter: they are masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from noroshi.pact.asking import COVER, FIELDS, OTHER, SPEAK, Says, asking
from noroshi.pact.format import ReleaseClause, When
from noroshi.pact.lanes import Lane
from noroshi.pact.passage import NOT_REDISTRIBUTABLE
from noroshi.words.handling import CONTROL, alike
from noroshi.words.label import ClassMark, Pap, Tlp

Terms = tuple[Any, ...]
"""A value for each of `FIELDS`."""

Alike = dict[tuple[Any, ...], tuple[tuple[Says, ...], tuple[Says, ...], dict[int, Terms]]]
"""By what is said, and a kind: what is said in the order of its bits, and the classes."""


Answers = dict[str, dict[Any, int]]
"""By field and value of a strand, what clauses and limits say, as the bits of a class."""


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
    clauses: Sequence[ReleaseClause],
    limits: Sequence[When],
    *,
    kind: str | None = None,
    known: Alike | None = None,
) -> Classes:
    """The classes of unmarked strands (of one pillar) that `clauses` and `limits` tell apart.
    `kind`: only strands of it. `known` keeps what is found for others that say the same."""
    covering, speaking = _saying(clauses, COVER), _saying(limits, SPEAK)
    key = (frozenset(covering), frozenset(speaking), kind)
    known = {} if known is None else known
    if key not in known:
        known[key] = (*covering,), (*speaking,), _told_apart((*covering,), (*speaking,), kind)
    first, then, found = known[key]
    masks = [
        *(covering[each] for each in first),
        *(speaking[each] << len(clauses) for each in then),
    ]
    whole = len(clauses) + len(limits)
    spread = {_spread(bits, masks, whole): terms for bits, terms in found.items()}
    return Classes(len(clauses), len(limits), spread)


def answers(clauses: Sequence[ReleaseClause], limits: Sequence[When]) -> Answers:
    """For every field of a strand and every value that stands for others, what all clauses and
    limits say about it, as the bits of a class. A strand's class is the AND over its fields."""
    covering, speaking = _saying(clauses, COVER), _saying(limits, SPEAK)
    first, then = (*covering,), (*speaking,)
    masks = [*covering.values(), *(mask << len(clauses) for mask in speaking.values())]
    whole = len(clauses) + len(limits)
    return {
        field: {value: _spread(ask(value), masks, whole) for value in values}
        for place, (field, values) in enumerate(
            zip(FIELDS, _values(first, then, None), strict=True)
        )
        for ask in [asking(first, then, place)]
    }


def _spread(bits: int, masks: Sequence[int], whole: int) -> int:
    """The bits of what is said, as those of all that say it; flags stand above."""
    wide = bits >> len(masks) << whole
    for place, mask in enumerate(masks):
        if bits >> place & 1:
            wide |= mask
    return wide


def _saying(each: Sequence[Any], names: Sequence[str]) -> dict[Says, int]:
    """Those that say the same about every field, as bits of their places."""
    found: dict[Says, int] = {}
    for place, one in enumerate(each):
        says = tuple([getattr(one, name, None) for name in names])
        found[says] = found.get(says, 0) | 1 << place
    return found


def _told_apart(
    clauses: Sequence[Says], limits: Sequence[Says], kind: str | None
) -> dict[int, Terms]:
    found: dict[int, Terms] = {(1 << (len(clauses) + len(limits) + 3)) - 1: ()}
    for place, values in enumerate(_values(clauses, limits, kind)):
        ask = asking(clauses, limits, place)
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
    return found


def marked(unmarked: Classes) -> Classes:
    """The same classes for strands with a mark of classification, which are not public."""
    public = ~(2 << (unmarked.clauses + unmarked.limits))
    found: dict[int, Terms] = {}
    for bits, terms in unmarked.found.items():
        found.setdefault(bits & public, terms)
    return unmarked._replace(found=found)


def _values(clauses: Sequence[Says], limits: Sequence[Says], kind: str | None) -> list[list[Any]]:
    """For every field of a strand, values of which at least one stands for each that there is."""

    def named(field: str) -> list[str]:
        place = FIELDS.index(field)
        return _named(each[place] for each in (*clauses, *limits))

    return [
        list(Tlp),
        [*named("kind"), OTHER] if kind is None else [kind],
        [None, *Pap],
        [False, True],
        [False, True],
        [None, *named("licence"), NOT_REDISTRIBUTABLE, OTHER],
        list(_sets(clauses, limits)),
        [None, OTHER],
        [None, "everyone"],
    ]


def _named(lists: Iterable[Sequence[str] | None]) -> list[str]:
    return sorted({each for some in lists for each in some or ()})


def _tags(says: Iterable[tuple[Sequence[str] | None, Sequence[str] | None]]) -> list[str]:
    """Handling tags of which one stands for each that there is: those that are named, other values
    of the same statements, codes that are named (what stands below one is covered where it is), and
    a tag that nobody names."""
    every = [*says]
    handling = _named(each for each, _ in every)
    found = {*handling, *(each for tag in handling for each in alike(tag))}
    return [*sorted(found), *(CONTROL + code for code in _named(each for _, each in every)), OTHER]


def _sets(clauses: Sequence[Says], limits: Sequence[Says]) -> Iterator[tuple[str, ...]]:
    """Sets of handling tags, one for each answer that some set gives."""
    place = FIELDS.index("handling")
    ask = asking(clauses, limits, place)
    seen: dict[int, tuple[str, ...]] = {ask(()): ()}
    for tag in _tags(each[place] for each in (*clauses, *limits)):
        for held in (*seen.values(),):
            tried = tuple(sorted({*held, tag}))
            seen.setdefault(ask(tried), tried)
    yield from seen.values()


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

"""Laundering: the rule that a holder answers from its own agreements, and what it would leak.

The wrong rule, which nothing here follows. It is kept as the control of the proof: a search that
finds nothing under the right rule must find the leaks that this one is known to have.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from noroshi.pact.abstract import Classes, Terms, classes, marked, markings
from noroshi.pact.masks import Masks, places
from noroshi.pact.passing import Open, direct, meant, outgoing
from noroshi.pact.policy import Policy
from noroshi.pact.prove import SHOWN, Leak, Proof, terms
from noroshi.pact.questions import Group, Question, groups, stretches
from noroshi.words.label import ClassMark


class Place(NamedTuple):
    """A class of strands as one holder's own: what it would release, and whom it would mean."""

    question: Question
    bits: int
    released: int
    meant: int


def launder(policy: Policy, at: int | None = None) -> Proof:
    """What would leak if every holder passed strands on as if they were its own; `at`: only in the
    stretch of time that holds it (µs UTC). Records are late enough for every accession."""
    masks = Masks(policy.parties)
    starts = stretches(policy)
    wanted = [*starts] if at is None else [starts[bisect.bisect_right(starts, at) - 1]]
    pairs: set[tuple[str, str]] = set()
    leaks: list[Leak] = []
    cells = leaking = 0
    asked = [group for group in groups(policy, masks) if group.at in wanted]
    for together in _by_time_and_pillar(asked):
        for places_of in _cells(together, masks):
            reach = {code: place.released for code, place in places_of.items()}
            for originator, place in places_of.items():
                cells += 1
                found = _closed(reach, masks, originator) & ~place.meant
                if found:
                    leaking += 1
                    pairs |= {(originator, third) for third in masks.codes(found)}
                    if len(leaks) < SHOWN:
                        leaks.append(_leak(together[0], places_of, reach, originator, found))
    return Proof(
        len({each.originator for each in asked}), len(policy.parties.order),
        len({each.pillar for each in asked}), len(wanted), cells, leaking,
        tuple(sorted(pairs)), tuple(leaks),
    )  # fmt: skip


def _by_time_and_pillar(asked: list[Group]) -> list[list[Group]]:
    found: dict[tuple[int, str], list[Group]] = {}
    for group in asked:
        found.setdefault((group.at, group.pillar), []).append(group)
    return [*found.values()]


def _cells(together: list[Group], masks: Masks) -> Iterator[dict[str, Place]]:
    """One entry for each class that the clauses of one pillar and time tell apart: how each holder
    would treat its strands."""
    lanes = {lane.id: lane for group in together for lane in group.lanes}
    limits = {limit.id: limit for group in together for limit in group.limits}
    bit = {name: i for i, name in enumerate((*lanes, *limits))}
    whens = [limit.when for limit in limits.values()]
    unmarked = classes([lane.clause for lane in lanes.values()], whens)
    for left, marks in markings([*lanes.values()]).items():
        found = marked(unmarked) if marks else unmarked
        holders = [
            _Holder(group, masks, bit, dict(zip(lanes, left, strict=True)), marks)
            for group in together
        ]
        for bits, strand in found.found.items():
            if not bits >> len(bit) & 6:  # neither public nor shut
                yield {each.group.originator: each.place(bits, strand) for each in holders}


class _Holder:
    """One holder's own lanes and limits, under one marking; `bit`: where those of all stand."""

    def __init__(
        self,
        group: Group,
        masks: Masks,
        bit: dict[str, int],
        left: dict[str, int],
        marks: tuple[ClassMark, ...],
    ) -> None:
        self.group, self.masks, self.marks = group, masks, marks
        names = [*(lane.id for lane in group.lanes), *(limit.id for limit in group.limits)]
        self._bits = [bit[name] for name in names]
        self._mine = sum(1 << each for each in self._bits) | 7 << len(bit)
        self._flags, self._known = len(bit), dict[int, Place]()
        self._ways: list[Open] = []
        for lane in group.lanes:
            one = other = 0
            for _, reached, beyond in lane.reach:
                one, other = one | reached, other | beyond
            self._ways.append(Open(lane, one & left[lane.id], other & left[lane.id]))

    def place(self, bits: int, strand: Terms) -> Place:
        """The class `bits` of all, as this holder's own."""
        found = self._known.get(bits & self._mine)
        if found is None:
            own = sum((bits >> each & 1) << i for i, each in enumerate(self._bits))
            own |= bits >> self._flags << len(self._bits)
            group = self.group
            of = Classes(len(group.lanes), len(group.limits), {own: strand})
            question = Question(
                self.masks, group.originator, group.pillar, group.limits, tuple(self._ways),
                None, None, self.marks, 0, 0, of, {},
            )  # fmt: skip
            found = self._known[bits & self._mine] = _placed(question, own)
        return found


def _placed(question: Question, bits: int) -> Place:
    ground = question.ground(bits)
    released, wanted = 0, ground.own
    for i, way in enumerate(question.ways):
        if bits >> i & 1:
            released |= direct(ground, way)
            for each in outgoing(ground, way):
                wanted |= meant(ground, each)
    return Place(question, bits, released, wanted)


def _closed(reach: dict[str, int], masks: Masks, originator: str) -> int:
    found = front = reach[originator]
    while front:
        step = 0
        for place in places(front):
            step |= reach.get(masks.order[place], 0)
        front = step & ~found
        found |= front
    return found


def _leak(
    group: Group, ways: dict[str, Place], reach: dict[str, int], originator: str, mask: int
) -> Leak:
    """The shortest way of a strand to the first party that it leaks to."""
    question, bits, *_ = ways[originator]
    masks = question.masks
    paths: dict[str, tuple[str, ...]] = {originator: (originator,)}
    front = [originator]
    for holder in front:
        for party in masks.codes(reach.get(holder, 0)):
            if party not in paths:
                paths[party] = (*paths[holder], party)
                front.append(party)
    path = min((paths[code] for code in masks.codes(mask)), key=lambda each: (len(each), each))
    return Leak(
        path,
        tuple(_clause(ways[one], other) for one, other in itertools.pairwise(path)),
        group.pillar,
        group.at,
        terms(question, bits),
    )


def _clause(place: Place, party: str) -> str:
    question, bits, *_ = place
    ground, bit = question.ground(bits), question.masks.bit(party)
    return next(
        way.lane.id
        for i, way in enumerate(question.ways)
        if bits >> i & 1 and direct(ground, way) & bit
    )

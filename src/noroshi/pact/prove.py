"""Prove: that no strand reaches, over any number of hops, a party its originator did not mean.

One strand and one recipient at a time decompose the question: a record goes only where each of its
strands goes, and a strand's way to one party never depends on who else has it. So every cell
(`questions`) is visited once, all parties together as masks. What "proved" covers, and what not,
is in docs/pact.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from noroshi.pact.masks import Masks
from noroshi.pact.passing import Ground, Open, held, meant, outgoing
from noroshi.pact.policy import Policy
from noroshi.pact.questions import Group, Known, Question, groups, questions, stretches

SHOWN: Final = 20
"""How many counterexamples a proof holds; all are counted."""


class Leak(msgspec.Struct, frozen=True, order=True):
    """A strand of `path[0]` reaches `path[-1]`, who was not meant to have it. `clauses`: by which
    clause each hop went; `strand`: terms of one strand of the class."""

    path: tuple[str, ...]
    clauses: tuple[str, ...]
    pillar: str
    at: int
    strand: dict[str, Any]


class Proof(msgspec.Struct, frozen=True):
    """`cells`: how many classes of strands were visited, each for all `parties` at once, in
    `stretches` of time. `leaks` are the first of `leaking` cells, `pairs` all (originator, third
    party) between whom some strand leaks."""

    originators: int
    parties: int
    pillars: int
    stretches: int
    cells: int
    leaking: int
    pairs: tuple[tuple[str, str], ...]
    leaks: tuple[Leak, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing leaks."""
        return self.leaking == 0


class Judged(NamedTuple):
    """What was found in one group: `reached` is everybody that some strand leaks to."""

    cells: int
    leaking: int
    reached: int
    leaks: tuple[Leak, ...]


Judge = Callable[[Group], Judged]

Leaked = dict[tuple[Any, ...], dict[tuple[int, int, int], int]]
"""Whom each lane leaks to, by what is alike for all lanes: a clause of several pillars and
stretches of time is worked out once."""


def prove(policy: Policy) -> Proof:
    """Visit every cell of `policy`'s agreements and consents; grants held do not count."""
    masks = Masks(policy.parties)
    known = Known({}, {})
    leaked: Leaked = {}
    return visit(policy, masks, lambda group: _judged(group, masks, known, leaked))


def visit(policy: Policy, masks: Masks, judge: Judge) -> Proof:
    """Ask `judge` about every group; what it found holds for all groups of the same key."""
    known: dict[tuple[Any, ...], Judged] = {}
    cells = leaking = 0
    pairs: set[tuple[str, str]] = set()
    leaks: list[Leak] = []
    seen: set[tuple[str, str]] = set()
    for group in groups(policy, masks):
        seen.add((group.originator, group.pillar))
        found = known.get(group.key)
        if found is None:
            found = known[group.key] = judge(group)
            leaks += found.leaks[: SHOWN - len(leaks)]
        cells += found.cells
        leaking += found.leaking
        pairs |= {(group.originator, third) for third in masks.codes(found.reached)}
    return Proof(
        len({originator for originator, _ in seen}), len(policy.parties.order),
        len({pillar for _, pillar in seen}), len(stretches(policy)), cells, leaking,
        tuple(sorted(pairs)), tuple(leaks),
    )  # fmt: skip


def _judged(group: Group, masks: Masks, known: Known, leaked: Leaked) -> Judged:
    cells = leaking = reached = 0
    leaks: list[Leak] = []
    grounds = _Grounds(leaked)
    for question in questions(group, masks, known):
        cells += len(question.found.found)
        for bits, mask, place in _leaking(question, grounds):
            leaking += 1
            reached |= mask
            if len(leaks) < SHOWN:
                leaks.append(_leak(group, question, bits, mask, place))
    return Judged(cells, leaking, reached, tuple(leaks))


class _Grounds:
    """The grounds of one group, and whom its lanes leak to on each."""

    def __init__(self, leaked: Leaked) -> None:
        self._leaked = leaked
        self._made: dict[tuple[int, int, int], tuple[Ground, dict[tuple[int, int, int], int]]] = {}

    def leaks(self, question: Question, said: int, covered: int) -> dict[int, int]:
        """By its place, whom each of the lanes `covered` leaks to, where it leaks."""
        key = (said, question.agreed, question.later)
        if key not in self._made:
            ground = question.ground(said)
            alike = (*ground[1:3], tuple(each.id for each in ground.required), *ground[4:])
            self._made[key] = ground, self._leaked.setdefault(alike, {})
        ground, leaked = self._made[key]
        found: dict[int, int] = {}
        for place, way in enumerate(question.ways):
            if covered >> place & 1:
                lane = (id(way.lane), way.direct, way.beyond)
                mask = leaked.get(lane)
                if mask is None:
                    mask = leaked[lane] = _leaked(ground, way)
                if mask:
                    found[place] = mask
        return found


def _leaking(question: Question, grounds: _Grounds) -> Iterator[tuple[int, int, int]]:
    """(class, whom it leaks to, the lane by which) for each class that leaks.

    Which lanes leak depends on a class only through its limits and originator control, so it is
    worked out once for each of those; a class leaks where a lane that covers it does.
    """
    open_here = sum(1 << place for place, way in enumerate(question.ways) if way.direct)
    for said, covered in question.asked.items():
        if not covered & open_here:
            continue
        found = grounds.leaks(question, said, covered & open_here)
        for bits in question.found.found if found else ():
            for place, mask in found.items():
                if bits & ~question.covering == said and bits >> place & 1:
                    yield bits, mask, place
                    break


def _leaked(ground: Ground, way: Open) -> int:
    found = 0
    for group in outgoing(ground, way):
        found |= held(ground, group) & ~meant(ground, group)
    return found


def _leak(group: Group, question: Question, bits: int, mask: int, place: int) -> Leak:
    way, ground = question.ways[place], question.ground(bits)
    leaking = next(
        each for each in outgoing(ground, way) if held(ground, each) & ~meant(ground, each) & mask
    )
    first = question.masks.codes(leaking.given)[0]
    third = question.masks.codes(held(ground, leaking) & ~meant(ground, leaking))[0]
    return Leak(
        (group.originator, first, third), (way.lane.id, way.lane.id), group.pillar, group.at,
        terms(question, bits),
    )  # fmt: skip


def terms(question: Question, bits: int) -> dict[str, Any]:
    """The terms of one strand of the class that are not what a strand has by default."""
    found = {**question.found.terms(bits), "classes": question.marks}
    return {name: value for name, value in found.items() if value or name in ("tlp", "kind")}

"""Questions: everything that there is to ask about a policy, cut into finitely many cells.

A cell is an originator, a pillar, a stretch of time, when the record was made, which consents name
it, how it is marked, and a class of strands (`abstract`). Together the cells are all strands there
can be; what is shut or public by its own marking is among them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from noroshi.pact.abstract import Alike, Classes, classes, marked, markings
from noroshi.pact.asking import OTHER
from noroshi.pact.lanes import Lane, Lanes
from noroshi.pact.masks import Masks
from noroshi.pact.passing import Ground, Limiting, Open, excluding
from noroshi.pact.policy import Policy
from noroshi.words.grant import Consent, Selector
from noroshi.words.label import ClassMark
from noroshi.words.time import FOREVER
from noroshi.words.transform import union

Kept = tuple[Classes, dict[int, int]]
"""Classes, with their `asked`."""


class Known(NamedTuple):
    """What groups share. `kept`: classes of unmarked and of marked strands, by the clauses, limits
    and kind they belong to; `alike`: classes by what those say."""

    kept: dict[tuple[Any, ...], tuple[Kept, Kept]]
    alike: Alike


class Group(NamedTuple):
    """Strands of one originator and pillar in the stretch of time that starts at `at`. Two groups
    of equal `key` have the same cells, and the same answers."""

    originator: str
    pillar: str
    at: int
    key: tuple[Any, ...]
    lanes: tuple[Lane, ...]
    limits: tuple[Limiting, ...]
    consents: tuple[Consent, ...]


class Question(NamedTuple):
    """Cells of a group that were made, named by consents and marked alike. `agreed`, `later`: whom
    consents name before and after the strand stands under a grant. `found`: their classes,
    whose clauses are `ways` and whose limits are `limits`; `asked`: see `Classes`."""

    masks: Masks
    originator: str
    pillar: str
    limits: tuple[Limiting, ...]
    ways: tuple[Open, ...]
    made: int | None
    record: str | None
    marks: tuple[ClassMark, ...]
    agreed: int
    later: int
    found: Classes
    asked: dict[int, int]

    @property
    def covering(self) -> int:
        """The bits of a class that say which clauses cover it."""
        return (1 << len(self.ways)) - 1

    def ground(self, bits: int) -> Ground:
        """What is alike for all lanes of the class `bits`."""
        said = bits >> self.found.clauses
        speaking = [each for i, each in enumerate(self.limits) if said >> i & 1]
        own = self.masks.below(self.originator)
        return Ground(
            self.masks,
            own,
            excluding(self.masks, own, [each for each in speaking if not each.transforms]),
            tuple(each for each in speaking if each.transforms),
            self.agreed,
            self.later,
            self.found.flags(bits)[0],
        )


def stretches(policy: Policy) -> tuple[int, ...]:
    """The start of every stretch of time in which no answer changes by itself (µs UTC)."""
    changes = {*policy.breaks(), *(each.until for each in policy.consents)}
    return (-FOREVER, *sorted(changes))


def groups(policy: Policy, masks: Masks) -> Iterator[Group]:
    """Every group of which some clause speaks; of all others nothing is ever released."""
    lanes = Lanes(policy, masks)
    limits = _Limits(policy, masks)
    for at in stretches(policy):
        consents = {
            code: tuple(each for each in policy.consents_of(code) if at < each.until)
            for code in {each.originator for each in policy.consents}
        }
        for (originator, pillar), found in lanes.at(at).items():
            given = consents.get(originator, ())
            limiting = limits.of(originator, pillar, at)
            key = (
                originator,
                pillar,
                tuple(map(id, found)),
                tuple(each.id for each in limiting),
                tuple(each.id for each in given),
            )
            yield Group(originator, pillar, at, key, found, limiting, given)


def questions(group: Group, masks: Masks, known: Known | None = None) -> Iterator[Question]:
    """The cells of a group. `known` keeps classes for other groups with the same clauses."""
    known = Known({}, {}) if known is None else known
    markeds = markings(group.lanes)
    named = _agreed(group, masks)
    found = {kind: _classes(group, kind, known) for kind in {kind for kind, *_ in named}}
    for made in _mades(group.lanes):
        reached = [_reached(lane, made) for lane in group.lanes]
        for left, marks in markeds.items():
            ways = tuple(
                Open(lane, direct & mask, beyond & mask)
                for lane, (direct, beyond), mask in zip(group.lanes, reached, left, strict=True)
            )
            for kind, record, agreed, later in named:
                yield Question(
                    masks, group.originator, group.pillar, group.limits, ways, made, record,
                    marks, agreed, later, *found[kind][bool(marks)],
                )  # fmt: skip


def _classes(group: Group, kind: str | None, known: Known) -> tuple[Kept, Kept]:
    """(classes of unmarked, of marked strands)."""
    key = (tuple(lane.id for lane in group.lanes), tuple(each.id for each in group.limits), kind)
    found = known.kept.get(key)
    if found is None:
        clauses = [lane.clause for lane in group.lanes]
        whens = [limit.when for limit in group.limits]
        plain = classes(clauses, whens, kind=kind, known=known.alike)
        with_mark = marked(plain)
        found = known.kept[key] = (plain, plain.asked()), (with_mark, with_mark.asked())
    return found


def _mades(lanes: tuple[Lane, ...]) -> list[int | None]:
    """When a record may have been made: before any accession, then from each on."""
    sinces = {since for lane in lanes for since, _, _ in lane.reach if since is not None}
    return [None, *sorted(sinces)]


def _reached(lane: Lane, made: int | None) -> tuple[int, int]:
    direct = beyond = 0
    for since, one, other in lane.reach:
        if since is None or (made is not None and made >= since):
            direct |= one
            beyond |= other
    return direct, beyond


def _agreed(group: Group, masks: Masks) -> list[tuple[str | None, str | None, int, int]]:
    """(kind or None for all, record or None for any other, whom consents name at the first release,
    whom they name later).

    A consent may be for one grant. Under which grant a strand stands, if any, is left open: it may
    be each of those that consents name or another, and another one after the release than before.
    """
    speaking = [
        each
        for each in group.consents
        if each.selector.pillar in (None, group.pillar) and each.selector != Selector()
    ]
    if not speaking:
        return [(None, None, 0, 0)]
    kinds = {each.selector.kind for each in speaking if each.selector.kind is not None}
    for field in (*(lane.clause for lane in group.lanes), *(each.when for each in group.limits)):
        kinds |= {*(field.kinds or ())}
    records = {each.selector.record for each in speaking}
    return [
        (kind, record, agreed, later)
        for kind in [*sorted(kinds), OTHER]
        for record in [None, *sorted(each for each in records if each is not None)]
        for agreed, later in _by_grant(
            [
                each
                for each in speaking
                if each.selector.kind in (None, kind) and each.selector.record in (None, record)
            ],
            masks,
        )
    ]


def _by_grant(consents: list[Consent], masks: Masks) -> list[tuple[int, int]]:
    """(named before, named after) for each two grants that a strand may stand under one after the
    other. The first stands under no grant at first and under all of them later: for a replay that
    cannot choose its grants."""
    grants = sorted({each.selector.grant for each in consents if each.selector.grant is not None})

    def naming(*under: str) -> int:
        return masks.of(
            each.recipient for each in consents if each.selector.grant in (None, *under)
        )

    one = [naming(), *map(naming, grants)]
    return list(dict.fromkeys([(one[0], naming(*grants)), *itertools.product(one, one)]))


class _Limits:
    """Prohibitions and requirements that bind an originator's strands, as they stand at a time."""

    def __init__(self, policy: Policy, masks: Masks) -> None:
        self.policy = policy
        self._each = [
            (
                agreement.id,
                tuple(
                    Limiting(
                        f"{agreement.id}/{clause.id}",
                        clause.when,
                        masks.everyone
                        if clause.when.recipients is None
                        else masks.of(clause.when.recipients),
                        union(getattr(clause, "transform", ())),
                    )
                    for clause in (*agreement.file.prohibit, *agreement.file.require)
                ),
            )
            for agreement in policy.agreements
            if agreement.file.prohibit or agreement.file.require
        ]
        self._standing: dict[tuple[str, int], list[Limiting]] = {}

    def of(self, originator: str, pillar: str, at: int) -> tuple[Limiting, ...]:
        found = self._standing.get((originator, at))
        if found is None:
            line = self.policy.parties.line(originator)
            found = self._standing[originator, at] = [
                limit
                for name, limits in self._each
                if any(
                    code in self.policy.bounds[name] and at in self.policy.bounds[name][code].window
                    for code in line
                )
                for limit in limits
            ]
        return tuple(
            each for each in found if each.when.pillars is None or pillar in each.when.pillars
        )

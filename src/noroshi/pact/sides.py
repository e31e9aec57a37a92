"""Sides: two sets of agreements, each at its instant, and where their release clauses differ.

Only what differs is worth comparing. For every originator and pillar of which some clause or limit
differs, a `Pair` holds the lanes and limits of both sides that touch the same parties; everything
else decides alike on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, get_args

import msgspec

from noroshi.pact.format import Agreement
from noroshi.pact.lanes import Lane, Lanes
from noroshi.pact.masks import Masks
from noroshi.pact.passing import Limiting
from noroshi.pact.policy import Policy
from noroshi.pact.vocabulary import Pillar
from noroshi.words.transform import union


class Side(NamedTuple):
    """A set of agreements at an instant (µs UTC)."""

    policy: Policy
    at: int


class Pair(NamedTuple):
    """One originator and pillar of which something differs. `lanes` and `limits` are those of both
    sides; `before` and `after` number the ones of each side, in declared order. `touched`: the
    parties for whom something may differ."""

    originator: str
    pillar: str
    lanes: tuple[Lane, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    limits: tuple[Limiting, ...]
    limits_before: tuple[int, ...]
    limits_after: tuple[int, ...]
    touched: int


class Clauses(NamedTuple):
    """What one agreement says of one originator and pillar."""

    lanes: tuple[Lane, ...] = ()
    limits: tuple[Limiting, ...] = ()


PILLARS: Final[tuple[str, ...]] = get_args(Pillar)
Key = tuple[str, str]
NOTHING: Final = Clauses()


def pairs(before: Reader, after: Reader) -> Iterator[Pair]:
    """Every originator and pillar of which the two sides may decide differently."""
    names = sorted({*before.policy.by_id, *after.policy.by_id})
    changed = {name for name in names if before.state(name) != after.state(name)}
    found: dict[Key, dict[str, tuple[Clauses, Clauses]]] = {}
    for name in sorted(changed):
        left, right = before.of(name), after.of(name)
        for key in {*left, *right}:
            found.setdefault(key, {})[name] = (left.get(key, NOTHING), right.get(key, NOTHING))
    touched = {key: _touched(each) for key, each in found.items()}
    wanted = sorted(key for key, mask in touched.items() if mask)
    shared = {name: before.of(name) for name in names if name not in changed} if wanted else {}
    for key in wanted:
        agreements = dict(found[key])
        for name, said in shared.items():
            if key in said:
                agreements[name] = (said[key], said[key])
        yield _pair(key, [agreements[name] for name in sorted(agreements)], touched[key])


class Reader:
    """What the agreements of a side say, by originator and pillar."""

    def __init__(self, side: Side, masks: Masks) -> None:
        self.side = side
        self.policy, self.at = side
        self.masks = masks
        self._lanes = Lanes(self.policy, masks)
        self._read: dict[str, dict[Key, Clauses]] = {}

    def state(self, name: str) -> Any:
        """What two sides must share for an agreement to say the same on both."""
        agreement = self.policy.by_id.get(name)
        if agreement is None:
            return None
        bound = self._bound(name)
        return (agreement.sha256, bound) if bound else None

    def of(self, name: str) -> dict[Key, Clauses]:
        """What the agreement says of each originator and pillar; nothing where nobody is bound."""
        found = self._read.get(name)
        if found is None:
            agreement = self.policy.by_id.get(name)
            found = self._read[name] = {} if agreement is None else self._said(agreement)
        return found

    def _said(self, agreement: Agreement) -> dict[Key, Clauses]:
        lanes: dict[Key, list[Lane]] = {}
        for originator, lane in self._lanes.of(agreement, self.at):
            for pillar in lane.clause.pillars:
                lanes.setdefault((originator, pillar), []).append(lane)
        found = {key: Clauses(tuple(each)) for key, each in lanes.items()}
        limits = tuple(self._limits(agreement))
        if limits:
            for originator in self._originators(agreement.id):
                for pillar in PILLARS:
                    those = tuple(
                        each
                        for each in limits
                        if each.when.pillars is None or pillar in each.when.pillars
                    )
                    if those:
                        key = (originator, pillar)
                        found[key] = found.get(key, NOTHING)._replace(limits=those)
        return found

    def _bound(self, name: str) -> tuple[tuple[str, int | None], ...]:
        return tuple(
            (code, each.made_from)
            for code, each in self.policy.bounds[name].items()
            if self.at in each.window
        )

    def _originators(self, name: str) -> Iterator[str]:
        codes = {code for code, _ in self._bound(name)}
        line = self.policy.parties.line
        return (each for each in self.policy.parties.order if codes.intersection(line(each)))

    def _limits(self, agreement: Agreement) -> Iterator[Limiting]:
        for clause in (*agreement.file.prohibit, *agreement.file.require):
            named = clause.when.recipients
            meant = self.masks.everyone if named is None else self.masks.of(named)
            transforms = union(getattr(clause, "transform", ()))
            yield Limiting(f"{agreement.id}/{clause.id}", clause.when, meant, transforms)


def _touched(agreements: dict[str, tuple[Clauses, Clauses]]) -> int:
    """The parties for whom a lane or limit that differs may decide something."""
    mask = 0
    for left, right in agreements.values():
        for lane in _differing(left.lanes, right.lanes):
            for _, direct, _ in lane.reach:
                mask |= direct
        for limit in _differing(left.limits, right.limits):
            mask |= limit.meant
    return mask


def _differing(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    """What stands on one side only; all, where the same stand in another order."""
    if left == right:
        return []
    mine, theirs = {_said(each): each for each in left}, {_said(each): each for each in right}
    shared = [key for key in mine if key in theirs]
    if shared != [key for key in theirs if key in mine]:
        return [*left, *right]
    return [each for key, each in (*mine.items(), *theirs.items()) if key not in shared]


def _said(each: Lane | Limiting) -> Any:
    """What of a lane or limit decides who receives, how and on which terms; no remarks."""
    if isinstance(each, Limiting):
        return each
    clause = msgspec.structs.replace(each.clause, note="", cites=(), bodies={}, pillars=())
    return (
        each.id,
        msgspec.json.encode(clause),
        tuple((since, direct) for since, direct, _ in each.reach),
        frozenset(each.marks.items()),
        each.agreement.file.exit.keep,
    )


def _pair(key: Key, agreements: list[tuple[Clauses, Clauses]], touched: int) -> Pair:
    """Both sides in one list, without lanes and limits that touch nobody of `touched`."""
    lanes = _Joint()
    limits = _Joint()
    for left, right in agreements:
        lanes.add(
            [each for each in left.lanes if _reaches(each, touched)],
            [each for each in right.lanes if _reaches(each, touched)],
        )
        limits.add(
            [each for each in left.limits if each.meant & touched],
            [each for each in right.limits if each.meant & touched],
        )
    return Pair(
        *key, tuple(lanes.all), tuple(lanes.before), tuple(lanes.after),
        tuple(limits.all), tuple(limits.before), tuple(limits.after), touched,
    )  # fmt: skip


def _reaches(lane: Lane, touched: int) -> bool:
    return any(direct & touched for _, direct, _ in lane.reach)


class _Joint:
    """Two sequences in one list; what both share stands there once."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self.before: list[int] = []
        self.after: list[int] = []

    def add(self, left: Sequence[Any], right: Sequence[Any]) -> None:
        if left == right:
            places = range(len(self.all), len(self.all) + len(left))
            self.all += left
            self.before += places
            self.after += places
        else:
            self._add(left, right)

    def _add(self, left: Sequence[Any], right: Sequence[Any]) -> None:
        places: dict[Any, int] = {}
        for each in left:
            places[_said(each)] = len(self.all)
            self.before.append(len(self.all))
            self.all.append(each)
        for each in right:
            place = places.get(_said(each))
            if place is None:
                place = len(self.all)
                self.all.append(each)
            self.after.append(place)

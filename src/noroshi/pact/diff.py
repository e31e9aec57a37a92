"""Diff: what two sides decide differently, for every strand that any clause can tell apart.

Semantic, not textual: the classes of strands (`abstract`) of both sides together, each decided on
both sides for all parties at once. A diff is about originators releasing their own strands. The
consents at hand do not enter; that an item has the originator's consent is one case, that it has
not another. Equal to comparing decisions one by one, which the tests do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

import msgspec

from noroshi.pact.abstract import (
    Alike,
    Answers,
    Classes,
    answers,
    classes,
    marked,
    markings,
)
from noroshi.pact.decide import PUBLIC
from noroshi.pact.lanes import Lane
from noroshi.pact.masks import Masks
from noroshi.pact.passing import Limiting
from noroshi.pact.sides import Pair, Reader, Side, pairs
from noroshi.pact.ways import Part, least
from noroshi.words.grant import Keep, Onward
from noroshi.words.label import ClassMark
from noroshi.words.transform import Transform, union, weaker

Kind = Literal["gained", "lost", "less", "more", "other", "terms", "clause"]
KINDS: Final[tuple[Kind, ...]] = ("gained", "lost", "less", "more", "other", "terms", "clause")
"""Newly visible; no longer; after fewer transforms; after more; after others; the same, but what
the recipient may do with it differs; the same in all, under another clause."""


class How(msgspec.Struct, frozen=True):
    """How a strand goes out: by which clause, after what, and on which terms."""

    clause: str
    transforms: tuple[Transform, ...] = ()
    onward: Onward = "free"
    expires: str | None = None
    keep: Keep = "protect"

    @property
    def terms(self) -> tuple[Any, ...]:
        """What the recipient may do, without how it was released."""
        return self.onward, self.expires, self.keep


class Case(NamedTuple):
    """Strands that are made, marked and consented to alike, and stand in one class. `made`: made
    from then on (None: before anybody joined). `found`: (parties, before, after) where they
    differ; the masks are disjoint."""

    made: int | None
    marks: tuple[ClassMark, ...]
    agreed: bool
    bits: int
    found: tuple[Difference, ...]


Difference = tuple[int, How | None, How | None]


def kind(before: How | None, after: How | None) -> Kind:
    """What a change from `before` to `after` is to its recipient."""
    if before is None or after is None:
        return "gained" if before is None else "lost"
    if before.transforms != after.transforms:
        if weaker(after.transforms, before.transforms):
            return "less"
        return "more" if weaker(before.transforms, after.transforms) else "other"
    return "terms" if before.terms != after.terms else "clause"


class Compared(NamedTuple):
    """All differences of one pair, and the classes that they are about. Pairs that say the same
    share their `cases`."""

    pair: Pair
    said: Answers
    plain: Classes
    cases: tuple[Case, ...]


def diff(before: Side, after: Side, masks: Masks | None = None) -> Iterator[Compared]:
    """Every originator and pillar of which something is decided differently."""
    masks = Masks(before.policy.parties) if masks is None else masks
    return compare(Reader(before, masks), Reader(after, masks))


def compare(before: Reader, after: Reader) -> Iterator[Compared]:
    """`diff`, of two sides that are being read; one can be compared with many."""
    masks = before.masks
    # The readers hold the clauses, so no id comes twice.
    asking: dict[Any, tuple[Answers, Classes]] = {}
    alike: Alike = {}
    known: dict[Any, tuple[Case, ...]] = {}
    for pair in pairs(before, after):
        clauses = [lane.clause for lane in pair.lanes]
        asked = (*map(id, clauses), pair.limits)
        if asked not in asking:
            limits = [limit.when for limit in pair.limits]
            asking[asked] = answers(clauses, limits), classes(clauses, limits, known=alike)
        said, plain = asking[asked]
        room = pair.touched & ~masks.below(pair.originator)
        reach = tuple(
            (tuple((since, direct & room) for since, direct, _ in lane.reach), id(lane.marks))
            for lane in pair.lanes
        )
        key = (asked, reach, room, *pair[3:5], *pair[6:8])
        cases = known.get(key)
        if cases is None:
            cases = known[key] = tuple(_cases(pair, plain, masks, room))
        if cases:
            yield Compared(pair, said, plain, cases)


def _cases(pair: Pair, plain: Classes, masks: Masks, room: int) -> Iterator[Case]:
    joined = {since for lane in pair.lanes for since, _, _ in lane.reach if since is not None}
    consents = (False, True) if any(_each(lane) for lane in pair.lanes) else (False,)
    of_marks = markings(pair.lanes)
    with_mark = marked(plain) if len(of_marks) > 1 else plain
    for made in (None, *sorted(joined)):
        for left, marks in of_marks.items():
            reached = [
                _reached(lane, made) & mask & room
                for lane, mask in zip(pair.lanes, left, strict=True)
            ]
            for agreed in consents:
                ground = _Ground(pair, plain, room, reached, agreed)
                for bits in (with_mark if marks else plain).found:
                    found = ground.differences(bits)
                    if found:
                        yield Case(made, marks, agreed, bits, found)


def _each(lane: Lane) -> bool:
    return lane.clause.approval == "each"


def _reached(lane: Lane, made: int | None) -> int:
    mask = 0
    for since, direct, _ in lane.reach:
        if since is None or (made is not None and made >= since):
            mask |= direct
    return mask


class _Ground:
    """What is alike for all classes of strands that are made, marked and consented to alike."""

    def __init__(
        self, pair: Pair, plain: Classes, room: int, reached: list[int], agreed: bool
    ) -> None:
        self.pair, self.plain, self.room = pair, plain, room
        self.reached = [
            0 if _each(lane) and not agreed else mask
            for lane, mask in zip(pair.lanes, reached, strict=True)
        ]
        self.how = [_how(lane) for lane in pair.lanes]
        self._sides = [
            (self._asked(mine, limits), mine, limits)
            for mine, limits in (
                (pair.before, pair.limits_before),
                (pair.after, pair.limits_after),
            )
        ]
        self._covering = sum(1 << place for place, mask in enumerate(self.reached) if mask)
        self._known: tuple[dict[int, list[_Out]], dict[int, list[_Out]]] = {}, {}
        self._compared: dict[tuple[int, int], tuple[Difference, ...]] = {}

    def _asked(self, lanes: tuple[int, ...], limits: tuple[int, ...]) -> int:
        """The bits of a class on which one side's answer rests."""
        bits = 6 << (self.plain.clauses + self.plain.limits)
        for place in lanes:
            if self.reached[place]:
                bits |= 1 << place
        for place in limits:
            bits |= 1 << (self.plain.clauses + place)
        return bits

    def differences(self, bits: int) -> tuple[Difference, ...]:
        """What the two sides decide differently about a class."""
        one, other = bits & self._sides[0][0], bits & self._sides[1][0]
        found = self._compared.get((one, other))
        if found is None:
            found = self._compared[one, other] = tuple(
                _compared(self._out(0, one), self._out(1, other))
            )
        return found

    def _out(self, side: int, bits: int) -> list[_Out]:
        found = self._known[side].get(bits)
        if found is None:
            _, lanes, limits = self._sides[side]
            found = self._known[side][bits] = self._decided(bits, lanes, limits)
        return found

    def _decided(self, bits: int, lanes: tuple[int, ...], limits: tuple[int, ...]) -> list[_Out]:
        _, public, shut = self.plain.flags(bits)
        if shut or (not public and not bits & self._covering):
            return []
        said = bits >> self.plain.clauses
        speaking = [self.pair.limits[place] for place in limits if said >> place & 1]
        room = self.room
        for each in speaking:
            if not each.transforms:
                room &= ~each.meant
        if public:
            out = [_Out(room, _PUBLIC)]
        else:
            parts = [
                Part(self.reached[place] & room, str(place), self.how[place].transforms)
                for place in lanes
                if bits >> place & 1 and self.reached[place] & room
            ]
            out = [_Out(part.mask, self.how[int(part.clause)]) for part in least(parts)]
        return _demanded(out, [each for each in speaking if each.transforms])


class _Out(NamedTuple):
    """Who receives, how."""

    mask: int
    how: How


_PUBLIC: Final = How(PUBLIC)


def _how(lane: Lane) -> How:
    clause = lane.clause
    keep = clause.keep or lane.agreement.file.exit.keep
    return How(lane.id, lane.transforms, clause.onward, clause.expires, keep)


def _demanded(out: list[_Out], required: list[Limiting]) -> list[_Out]:
    """What is released, after what `required` adds for those it is about."""
    for each in required:
        out = [
            part
            for mask, how in out
            for part in (
                _Out(mask & ~each.meant, how),
                _Out(mask & each.meant, _more(how, each.transforms)),
            )
            if part.mask
        ]
    return [part for part in out if part.mask]


def _more(how: How, transforms: tuple[Transform, ...]) -> How:
    return msgspec.structs.replace(how, transforms=union(how.transforms, transforms))


def _compared(one: list[_Out], other: list[_Out]) -> Iterator[Difference]:
    had, has = 0, 0
    for part in one:
        had |= part.mask
    for part in other:
        has |= part.mask
    for mask, how in one:
        if mask & ~has:
            yield mask & ~has, how, None
        for their, after in other:
            if mask & their and how != after:
                yield mask & their, how, after
    for mask, how in other:
        if mask & ~had:
            yield mask & ~had, None, how

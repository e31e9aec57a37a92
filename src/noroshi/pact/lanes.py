"""Lanes: the release clauses of one stretch of time, as the originator of a strand may use them.

A lane is one clause for strands of one originator: whom it reaches, whom it reaches with the hub
set aside (those the hub may relay to), and the parties that have an equivalent of each mark.
Written from the format and the windows alone, like `ways`, but for all originators at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from noroshi.pact.format import Agreement, ReleaseClause
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.words.label import ClassMark
from noroshi.words.transform import Transform, union

Reach = tuple[int | None, int, int]
"""(for records made from then on, or None for any; reached; reached with the hub set aside)."""


class Lane(NamedTuple):
    """`bodies`: the codes that receive, for a grant that names its recipients."""

    id: str
    agreement: Agreement
    clause: ReleaseClause
    transforms: tuple[Transform, ...]
    reach: tuple[Reach, ...]
    bodies: tuple[str, ...]
    marks: Mapping[ClassMark, int]


class Lanes:
    """Lanes by (originator, pillar) at an instant; what two instants share is made once."""

    def __init__(self, policy: Policy, masks: Masks) -> None:
        self.policy, self.masks = policy, masks
        self._made: dict[tuple[str, tuple[tuple[str, int | None], ...]], list[_Of]] = {}
        self._below = {
            code: tuple(each for each in policy.parties.order if code in policy.parties.line(each))
            for code in policy.parties.order
        }

    def at(self, at: int) -> dict[tuple[str, str], tuple[Lane, ...]]:
        """The lanes at `at` (µs UTC), in declared order."""
        found: dict[tuple[str, str], list[Lane]] = {}
        for agreement in self.policy.agreements:
            for originator, lane in self.of(agreement, at):
                for pillar in lane.clause.pillars:
                    found.setdefault((originator, pillar), []).append(lane)
        return {key: tuple(lanes) for key, lanes in found.items()}

    def of(self, agreement: Agreement, at: int) -> list[_Of]:
        """(originator, lane) for every lane of one agreement at `at`, by clause as written."""
        bounds = self.policy.bounds[agreement.id]
        bound = tuple((code, of.made_from) for code, of in bounds.items() if at in of.window)
        found = self._made.get((agreement.id, bound))
        if found is None:
            found = self._made[agreement.id, bound] = list(self._make(agreement, dict(bound)))
        return found

    def _make(self, agreement: Agreement, bound: dict[str, int | None]) -> Iterator[_Of]:
        for clause in agreement.file.release:
            marks = equivalents(agreement, clause, self.masks)
            taken = {code: self._taken(clause, code) for code in bound}
            bodies = {code: self._bodies(clause, code) for code in bound}
            for originator in dict.fromkeys(o for code in bound for o in self._below[code]):
                line = self.policy.parties.line(originator)
                if clause.from_ is None or any(code in clause.from_ for code in line):
                    reach = tuple(_reach(agreement, bound, taken, line))
                    if reach:
                        yield (
                            originator,
                            Lane(
                                f"{agreement.id}/{clause.id}",
                                agreement,
                                clause,
                                union(clause.transform),
                                reach,
                                tuple(
                                    body
                                    for code in bound
                                    if code not in line
                                    for body in bodies[code]
                                ),
                                marks,
                            ),
                        )

    def _taken(self, clause: ReleaseClause, code: str) -> int:
        mask = self.masks.below(code)
        if clause.to is not None:
            mask &= self.masks.of(clause.to)
        return mask & self.masks.of(clause.bodies[code]) if code in clause.bodies else mask

    def _bodies(self, clause: ReleaseClause, code: str) -> tuple[str, ...]:
        """The highest codes under legal party `code` that the clause reaches."""
        taken = self._taken(clause, code)
        codes = self.masks.codes(taken)
        line = self.policy.parties.line
        return tuple(each for each in codes if not any(up in codes for up in line(each)[1:]))


_Of = tuple[str, Lane]


def _reach(
    agreement: Agreement,
    bound: dict[str, int | None],
    taken: dict[str, int],
    line: tuple[str, ...],
) -> Iterator[Reach]:
    """What each moment of making opens, without what an earlier one has opened already."""
    hub = agreement.head.hub
    found: dict[int | None, list[int]] = {}
    for giver in line:
        if giver in bound:
            for taker, mask in taken.items():
                if taker != giver and mask:
                    late = [each for each in (bound[giver], bound[taker]) if each is not None]
                    both = found.setdefault(max(late, default=None), [0, 0])
                    both[1] |= mask
                    if hub in (None, giver, taker):
                        both[0] |= mask
    for since in sorted(found, key=lambda each: -1 if each is None else each):
        yield since, found[since][0], found[since][1]


def equivalents(agreement: Agreement, clause: ReleaseClause, masks: Masks) -> dict[ClassMark, int]:
    """By mark that the clause lets pass, the parties that have a level which protects alike."""
    rows = [row.levels for row in agreement.file.equivalence]
    tops = [i for i, row in enumerate(rows) if any(each in clause.ceilings for each in row)]
    found: dict[ClassMark, int] = {}
    for row in rows[: max(tops, default=-1) + 1]:
        holders = masks.of(each.scheme for each in row)
        for each in row:
            mark = ClassMark(each.scheme, each.level)
            found[mark] = found.get(mark, 0) | holders
    return found

"""Ways: release clauses at one instant, each as the set of parties that it could let through.

Written from the format and the windows alone, apart from `passage` and `decide`: the compiled
table is a second implementation, and the two are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from noroshi.pact.format import Agreement, ReleaseClause
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.words.handling import unmet
from noroshi.words.label import UNCLASSIFIED, ClassMark, Strand
from noroshi.words.transform import Transform, union, weaker


class Part(NamedTuple):
    """The parties of `mask` receive a strand by `clause`, after `transforms`."""

    mask: int
    clause: str
    transforms: tuple[Transform, ...]


class Way(NamedTuple):
    """A clause for strands of one originator. `reach`: (records made from then on, or None for
    any; who is reached). `marks`: by classification mark, the parties that have its equivalent."""

    id: str
    clause: ReleaseClause
    transforms: tuple[Transform, ...]
    reach: tuple[tuple[int | None, int], ...]
    marks: dict[ClassMark, int]


def ways(policy: Policy, masks: Masks, originator: str, pillar: str, at: int) -> tuple[Way, ...]:
    """The clauses that can release strands of `originator` and `pillar` at `at`, in order."""
    line = policy.parties.line(originator)
    return tuple(
        Way(
            f"{agreement.id}/{clause.id}",
            clause,
            union(clause.transform),
            reach,
            _marks(agreement, clause, masks),
        )
        for agreement in policy.agreements
        if at in policy.windows[agreement.id]
        for clause in agreement.file.release
        if pillar in clause.pillars
        and (clause.from_ is None or any(code in clause.from_ for code in line))
        and (reach := tuple(_reach(policy, masks, agreement, clause, line, at)))
    )


def _reach(
    policy: Policy,
    masks: Masks,
    agreement: Agreement,
    clause: ReleaseClause,
    line: tuple[str, ...],
    at: int,
) -> Iterator[tuple[int | None, int]]:
    bound = {
        code: each.made_from
        for code, each in policy.bounds[agreement.id].items()
        if at in each.window
    }
    hub = agreement.head.hub
    allowed = masks.everyone if clause.to is None else masks.of(clause.to)
    for giver in (code for code in line if code in bound):
        for taker in bound:
            mask = masks.below(taker) & allowed
            if taker in clause.bodies:
                mask &= masks.of(clause.bodies[taker])
            if giver != taker and hub in (None, giver, taker) and mask:
                late = [each for each in (bound[giver], bound[taker]) if each is not None]
                yield max(late, default=None), mask


def _marks(agreement: Agreement, clause: ReleaseClause, masks: Masks) -> dict[ClassMark, int]:
    rows = [row.levels for row in agreement.file.equivalence]
    ceilings = clause.ceilings
    top = max((i for i, row in enumerate(rows) if any(c in ceilings for c in row)), default=-1)
    found: dict[ClassMark, int] = {}
    for row in rows[: top + 1]:
        holders = masks.of(each.scheme for each in row)
        for each in row:
            mark = ClassMark(each.scheme, each.level)
            found[mark] = found.get(mark, 0) | holders
    return found


def reached(way: Way, strand: Strand, made: int | None, agreed: int) -> int:
    """The parties that the clause lets `strand` through to. `made`: when the record was made, if
    known; `agreed`: the parties that a consent of the originator names."""
    clause = way.clause
    if not _covers(clause, strand):
        return 0
    mask = 0
    for since, parties in way.reach:
        if since is None or (made is not None and made >= since):
            mask |= parties
    for mark in strand.classes:
        if mark.level != UNCLASSIFIED:
            mask &= way.marks.get(mark, 0)
    return mask & agreed if clause.approval == "each" else mask


def _covers(clause: ReleaseClause, strand: Strand) -> bool:
    """Whether the strand stands within every limit of the clause that is the same for all."""
    licence = strand.licence
    return (
        (clause.kinds is None or strand.kind in clause.kinds)
        and strand.tlp.rank <= clause.max_tlp.rank
        and (strand.pap is None or strand.pap.rank <= clause.max_pap.rank)
        and (clause.personal or not strand.personal)
        and not unmet(strand.handling, clause.handling, clause.control)
        and (
            licence is None
            or (licence in clause.licence if clause.licence is not None else _usual(licence))
        )
    )


def _usual(licence: str) -> bool:
    return licence != "non_redistributable"


def least(parts: list[Part]) -> Iterator[Part]:
    """For each party the one part that transforms least; of several such, the first. The masks of
    what comes out are disjoint."""
    reach: dict[tuple[Transform, ...], int] = {}
    for part in parts:
        reach[part.transforms] = reach.get(part.transforms, 0) | part.mask
    better = {
        each: sum_masks(mask for other, mask in reach.items() if weaker(other, each))
        for each in reach
    }
    taken = 0
    for mask, clause, transforms in parts:
        mask &= ~(better[transforms] | taken)
        if mask:
            taken |= mask
            yield Part(mask, clause, transforms)


def sum_masks(masks: Iterator[int]) -> int:
    """Everybody who is in any of `masks`."""
    found = 0
    for mask in masks:
        found |= mask
    return found

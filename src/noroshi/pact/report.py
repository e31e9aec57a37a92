"""Report: one diff whole — the two sides, their agreements, the changes, and what is our model."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.pact.changes import Change, changes
from noroshi.pact.diff import compare
from noroshi.pact.masks import Masks
from noroshi.pact.sides import Reader, Side
from noroshi.pact.telling import clauses_of, told
from noroshi.pact.web import resting
from noroshi.pact.windows import state
from noroshi.words.time import format_instant


class SideOf(msgspec.Struct, frozen=True):
    """One side of a report: what it was called, its hash, and its instant (RFC 3339)."""

    name: str
    agreements: int
    set_sha256: str
    at: str


class Moved(msgspec.Struct, frozen=True):
    """An agreement that stands otherwise: its state on either side (None: not in the set), or the
    same state with another file."""

    id: str
    before: str | None
    after: str | None


class Report(msgspec.Struct, frozen=True):
    """`model`: the clauses in it that are our reading and not text."""

    before: SideOf
    after: SideOf
    agreements: tuple[Moved, ...]
    changes: tuple[Change, ...]
    model: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing is decided differently."""
        return not self.changes


def report(before: Side, after: Side, names: tuple[str, str], party: str | None = None) -> Report:
    """What differs between the sides; with `party`, only what it gives or receives."""
    masks = Masks(before.policy.parties)
    found = changes(compare(Reader(before, masks), Reader(after, masks)), masks)
    if party is not None:
        found = tuple(each for each in found if concerns(each, party, masks))
    clauses = clauses_of(found)
    ours = {*resting(before.policy, clauses), *resting(after.policy, clauses)}
    return Report(
        _side(names[0], before),
        _side(names[1], after),
        tuple(_moved(before, after)),
        found,
        tuple(sorted(ours)),
    )


def concerns(change: Change, party: str, masks: Masks) -> bool:
    """Whether `party` gives or receives what changes."""
    line = masks.parties.line(party)
    return change.by in line or any(code in line for code in change.to)


def lines(found: Report, before: Side, after: Side) -> Iterator[str]:
    """The report for people."""
    for name, side in (("Before", found.before), ("After", found.after)):
        yield (
            f"{name}: {side.name}, {side.agreements} agreements at {side.at[:16]}Z, "
            f"set {side.set_sha256[:12]}"
        )
    for each in found.agreements:
        was, now = each.before or "not there", each.after or "not there"
        yield f"  {each.id}: {was if was != now else 'amended, ' + was}" + (
            f" → {now}" if was != now else ""
        )
    yield from told(found.changes, before.policy, after.policy)


def _side(name: str, side: Side) -> SideOf:
    policy, at = side
    return SideOf(name, len(policy.agreements), policy.set_sha256, format_instant(at))


def _moved(before: Side, after: Side) -> Iterator[Moved]:
    for name in sorted({*before.policy.by_id, *after.policy.by_id}):
        one, other = (_state(side, name) for side in (before, after))
        files = [side.policy.by_id.get(name) for side in (before, after)]
        hashes = {each.sha256 for each in files if each is not None}
        if one != other or len(hashes) > 1:
            yield Moved(name, one, other)


def _state(side: Side, name: str) -> str | None:
    agreement = side.policy.by_id.get(name)
    if agreement is None:
        return None
    return state(agreement, side.policy.windows[name], side.at)

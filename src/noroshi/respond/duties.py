"""Duties: what the agreements in force say that this party owes to whom, and by when.

A duty covers a record that is this party's own altogether: each of its strands is, is what `when`
speaks of, and is marked no higher than the floor. It is owed to every party that the agreement
binds, from when the node stored it while the duty stood. A duty releases nothing: what may go is
for the clauses to say, and where they say no, for a person to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from noroshi.pact.decide import matches
from noroshi.pact.format import Duty
from noroshi.pact.policy import Policy
from noroshi.store import Owed
from noroshi.words.label import Label, Tlp
from noroshi.words.record import Record
from noroshi.words.release import Release
from noroshi.words.time import parse_duration
from noroshi.words.transform import Transform, union


class Standing(NamedTuple):
    """A duty of agreement `agreement`, named as `clause`, that binds a party at an instant, and to
    whom it owes."""

    clause: str
    agreement: str
    duty: Duty
    to: tuple[str, ...]


def standing(policy: Policy, party: str, at: int) -> Iterator[Standing]:
    """The duties that bind `party`, itself or as what it is below, at `at` (µs UTC)."""
    for agreement in policy.agreements:
        own = [code for code, b in policy.legal(agreement.id, party) if at in b.window]
        if not own or not agreement.file.duty or at not in policy.windows[agreement.id]:
            continue
        hub = agreement.head.hub
        others = tuple(
            code
            for code, bound in policy.bounds[agreement.id].items()
            if at in bound.window and code not in own and hub in (None, code, *own)
        )
        for duty in agreement.file.duty:
            yield Standing(f"{agreement.id}/{duty.id}", agreement.id, duty, others)


def owes(policy: Policy, party: str, label: Label, at: int) -> Iterator[tuple[Standing, str]]:
    """(duty, to whom) `party` owes a record with this label at `at`."""
    own = policy.parties.line(party)
    if any(each.originator not in own for each in label.strands):
        return
    for each in standing(policy, party, at):
        most = Tlp.RED if each.duty.floor is None else each.duty.floor.tlp
        if any(strand.tlp.rank > most.rank for strand in label.strands):
            continue
        for to in each.to:
            if all(matches(policy, each.duty.when, strand, to) for strand in label.strands):
                yield each, to


def owed(standing: Standing, to: str, record: Record, seq: int) -> Owed:
    """What `standing` owes to a party of a record that was stored as `seq`."""
    due = record.received + parse_duration(standing.duty.within)
    name = standing.clause
    return Owed(name, to, record.id, record.version, seq, record.received, due)


def short(duty: Duty, release: Release) -> tuple[Transform, ...]:
    """What a permitted release redacts beyond the floor of the duty."""
    if duty.floor is None:
        return ()
    allowed = union(duty.floor.transform)
    plain = tuple(each for each in release.transforms if isinstance(each, Transform))
    return () if union(allowed, plain) == allowed else plain


def named(policy: Policy, clause: str) -> Duty | None:
    """The duty of this name; None where the law does not have it any more."""
    agreement, _, wanted = clause.partition("/")
    found = policy.by_id.get(agreement)
    return next((each for each in found.file.duty if each.id == wanted), None) if found else None

"""Commitments: which of those in force a finding or record could show kept."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.pact.format import Agreement
from noroshi.pact.observing import Seen, recognised
from noroshi.pact.promised import Commitment
from noroshi.pact.windows import windows
from noroshi.words.party import Parties


def observed(
    agreements: Iterable[Agreement], seen: Seen, at: int, parties: Parties
) -> tuple[tuple[str, Commitment], ...]:
    """(agreement id, commitment) for each commitment in force at `at` (µs UTC) whose rule
    recognises `seen`."""
    held = tuple(agreements)
    in_force = windows(held)
    return tuple(
        (agreement.id, commitment)
        for agreement in held
        if at in in_force[agreement.id]
        for commitment in agreement.file.commitment
        if commitment.observe is not None
        and commitment.status != "superseded"
        and recognised(commitment.observe, seen, parties)
    )

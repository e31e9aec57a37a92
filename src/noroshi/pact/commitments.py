"""Commitments: what the parties promised, and which findings could show a promise kept.

A finding that matches is a pointer for a person, not proof: `observe.note` says what it leaves
open (a ship in port is not yet a port call under the partnership).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noroshi.pact.format import Agreement, Commitment
from noroshi.pact.windows import windows

Measure = int | float | str


def observed(
    agreements: Iterable[Agreement],
    finding_kind: str,
    subjects: tuple[str, ...],
    measures: Mapping[str, Measure],
    at: int,
) -> tuple[tuple[str, Commitment], ...]:
    """(agreement id, commitment) for each commitment in force at `at` (µs UTC) that a finding of
    `finding_kind`, about `subjects`, with `measures`, could show kept."""
    held = tuple(agreements)
    in_force = windows(held)
    return tuple(
        (agreement.id, commitment)
        for agreement in held
        if at in in_force[agreement.id]
        for commitment in agreement.file.commitment
        if _matches(commitment, finding_kind, subjects, measures)
    )


def _matches(
    commitment: Commitment, kind: str, subjects: tuple[str, ...], measures: Mapping[str, Measure]
) -> bool:
    observe = commitment.observe
    return (
        observe is not None
        and commitment.status != "superseded"
        and kind in observe.kinds
        and len(set(subjects)) >= observe.subjects_min
        and all(measures.get(name) in allowed for name, allowed in observe.measures.items())
    )

"""Promises: commitments of the pact beside the findings that may show one kept.

A finding is linked because it is of the kind that the commitment names; whether it *is* the
promised port call or exercise is for a person to say, and the note of the commitment says what
the finding leaves open.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from noroshi.desks.registry import kinds
from noroshi.node.node import Node
from noroshi.pact.commitments import observed
from noroshi.pact.observing import Seen
from noroshi.store import FindingRow
from noroshi.words.kind import Kind


class Kept(msgspec.Struct, frozen=True):
    """A commitment, how many live findings of one kind it names, and one of them."""

    agreement: str
    commitment: str
    text: str
    kind: str
    count: int
    finding: str
    note: str


def promises(node: Node, now: int) -> list[Kept]:
    """Every commitment in force that a live finding may show kept, by agreement and kind."""
    _, policy = node.policy(at=now)
    known = kinds()
    counted: dict[tuple[str, str, str], int] = {}
    first: dict[tuple[str, str, str], Kept] = {}
    for row in node.store.findings():
        for agreement, commitment in observed(
            policy.agreements, seen(row, known), now, node.parties
        ):
            key = (agreement, commitment.id, row.kind)
            counted[key] = counted.get(key, 0) + 1
            first.setdefault(
                key,
                Kept(
                    agreement=agreement,
                    commitment=commitment.id,
                    text=commitment.text,
                    kind=row.kind,
                    count=0,
                    finding=row.id,
                    note=commitment.observe.note if commitment.observe else "",
                ),
            )
    return [
        msgspec.structs.replace(first[key], count=count) for key, count in sorted(counted.items())
    ]


def seen(row: FindingRow, known: Mapping[str, Kind]) -> Seen:
    """A finding as a rule looks at it; `known` are the kinds of the desks."""
    kind = known.get(row.kind)
    pillar = "" if kind is None else kind.pillar
    return Seen(row.kind, row.owner, pillar, row.subjects, row.measures)

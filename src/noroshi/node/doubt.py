"""Doubt: what came under a key that is not believed any more."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.node.node import Node
from noroshi.words.record import Record


class Doubt(msgspec.Struct, frozen=True):
    """Why a record is in doubt: `party` vouched for it with a key that somebody else may have had
    since `since` (µs UTC), and it came later."""

    party: str
    key: str
    since: int


def doubts(node: Node, record: Record) -> tuple[Doubt, ...]:
    """Why the record is in doubt; empty for one that is not. Whoever vouches for it anew, with a
    key that counts, ends that."""
    if not record.hops:
        return ()
    return tuple(_doubts(node, record))


def _doubts(node: Node, record: Record) -> Iterator[Doubt]:
    for proof in node.store.attestations(record.id, record.version, record.sha256):
        batch = proof.batch
        for key in node.store.keys(batch.party):
            if key.fingerprint == batch.key and key.state == "distrusted":
                since = key.since or 0
                if record.received >= since:
                    yield Doubt(batch.party, key.fingerprint, since)

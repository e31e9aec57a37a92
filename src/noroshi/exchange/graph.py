"""The records as a graph: who refers to whom, without their bytes.

Read once from the store and then only what is new: references never change, a version being what
it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from noroshi.exchange.refs import Refs, refs_of, tail
from noroshi.store import Store
from noroshi.words.record import Record
from noroshi.words.stix import body_of, head
from noroshi.words.time import parse_instant

_CHUNK: Final = 1_000


class Node(msgspec.Struct, frozen=True):
    """One stored version. `finding` is its kind where it is one, `cell` names its label, `made`
    is when it was made (µs UTC): as its creator says, but not after this node had it."""

    seq: int
    id: str
    version: int
    otype: str
    finding: str | None
    live: bool
    cell: str
    made: int
    refs: Refs


class Graph:
    """Every stored version by seq. Not safe for several threads at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tails: dict[str, list[str]] = {}
        self._ids: set[str] = set()
        self.nodes: dict[int, Node] = {}
        self.seq = 0

    def load(self) -> None:
        """Read what the store has had since."""
        while cells := self._store.cells_since(self.seq, _CHUNK):
            records = self._store.since(self.seq, len(cells))
            for cell, (seq, record) in zip(cells, records, strict=True):
                self._add(node(seq, record, cell.cell))
            self.seq = cells[-1].seq

    def holds(self, id: str) -> bool:
        """Whether this node has any version of the object."""
        return id in self._ids

    def held(self, tail: str) -> Iterable[str]:
        """The ids that this node has with this tail (`--uuid`)."""
        return self._tails.get(tail, ())

    def _add(self, added: Node) -> None:
        self.nodes[added.seq] = added
        if added.id not in self._ids:
            self._ids.add(added.id)
            self._tails.setdefault(tail(added.id), []).append(added.id)


def node(seq: int, record: Record, cell: str) -> Node:
    """The node of a stored version. One whose bytes do not read is never live: nobody could say
    what it names."""
    refs, finding, otype = Refs(), None, record.kind
    live = record.status != "tombstone"
    try:
        common = head(record.raw)
        refs, otype = refs_of(record.raw), common.type
        body = body_of(record.raw) if otype == "event" else None
        finding = None if body is None else body.kind
        live = live and common.id == record.id
    except (msgspec.DecodeError, ValueError):
        live = False
    made = made_at(record)
    return Node(seq, record.id, record.version, otype, finding, live, cell, made, refs)


def made_at(record: Record) -> int:
    """When the record was made (µs UTC): as its creator says, never later than it was received."""
    try:
        created = head(record.raw).created
        return min(record.received, parse_instant(created)) if created else record.received
    except (msgspec.DecodeError, ValueError):
        return record.received

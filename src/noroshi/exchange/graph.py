"""The records as a graph: who refers to whom, without their bytes.

Read once from the store and then only what is new. The references of a version never change, it
being what it is; whether it lives and under which label may, and the store's events say when.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from noroshi.exchange.refs import Refs, refs_of, tail
from noroshi.store import Store
from noroshi.words import stix
from noroshi.words.record import Record
from noroshi.words.stix import body_of, head

_CHUNK: Final = 1_000
_GONE: Final = "tombstone"

STORED: Final = "record.stored"
STATUS: Final = "record.status"
"""The topics of events after which a view may differ."""


class Node(msgspec.Struct, frozen=True):
    """One stored version. `finding` is its kind where it is one, `cell` names its label, `made`
    is when it was made (µs UTC): as its creator says, but not after this node had it. It goes
    nowhere unless `readable` and `live`."""

    seq: int
    id: str
    version: int
    otype: str
    finding: str | None
    readable: bool
    live: bool
    cell: str
    made: int
    refs: Refs


class Graph:
    """Every stored version by seq. Not safe for several threads at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tails: dict[str, list[str]] = {}
        self._seqs: dict[str, list[int]] = {}
        self.nodes: dict[int, Node] = {}
        self.seq = 0
        self.position = 0

    def load(self, hint: int) -> None:
        """Read what the store has had since; afterwards `position` is its last event. `hint` is
        any event so far: where a graph that holds nothing yet begins to look."""
        changed = self._follow(max(self.position, hint if not self.nodes else 0))
        for seq in (seq for oid in changed for seq in self._seqs.get(oid, ())):
            cell = self._store.cells_since(seq - 1, 1)[0]
            self.nodes[seq] = msgspec.structs.replace(
                self.nodes[seq], cell=cell.cell, live=cell.status != _GONE
            )
        while cells := self._store.cells_since(self.seq, _CHUNK):
            records = self._store.since(self.seq, len(cells))
            for cell, (seq, record) in zip(cells, records, strict=True):
                self._add(node(seq, record, cell.cell))
            self.seq = cells[-1].seq

    def _follow(self, after: int) -> set[str]:
        """The ids of records whose status changed, from the event `after` on."""
        changed: set[str] = set()
        while events := self._store.events(after, _CHUNK):
            changed |= {each.key for each in events if each.topic == STATUS}
            after = events[-1].n
        self.position = after
        return changed

    def holds(self, id: str) -> bool:
        """Whether this node has any version of the object."""
        return id in self._seqs

    def held(self, tail: str) -> Iterable[str]:
        """The ids that this node has with this tail (`--uuid`)."""
        return self._tails.get(tail, ())

    def _add(self, added: Node) -> None:
        self.nodes[added.seq] = added
        if added.id not in self._seqs:
            self._tails.setdefault(tail(added.id), []).append(added.id)
        self._seqs.setdefault(added.id, []).append(added.seq)


def node(seq: int, record: Record, cell: str) -> Node:
    """The node of a stored version. One whose bytes do not read never goes out: nobody could say
    what it names."""
    refs, finding, otype = Refs(), None, record.kind
    live = record.status != _GONE
    try:
        common = head(record.raw)
        refs, otype = refs_of(record.raw), common.type
        body = body_of(record.raw) if otype == "event" else None
        finding = None if body is None else body.kind
        readable = common.id == record.id
    except (msgspec.DecodeError, ValueError):
        readable = False
    made = made_at(record)
    return Node(seq, record.id, record.version, otype, finding, readable, live, cell, made, refs)


def made_at(record: Record) -> int:
    """When the record was made (µs UTC): as its creator says, never later than it was received."""
    return stix.made_at(record.raw, record.received)

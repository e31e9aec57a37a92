"""The records as a graph: who refers to whom, without their bytes.

Read once from the bytes into the store's tables, and then only what is new. The references of a
version never change, it being what it is; whether it lives and under which label may, and the
store's events say when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from noroshi.exchange.decisions import instants_of
from noroshi.exchange.refs import Refs, refs_of, tail
from noroshi.exchange.wire import PUBLIC_IDS
from noroshi.store import Store
from noroshi.store.graph import VersionRow
from noroshi.words import stix
from noroshi.words.record import Record
from noroshi.words.stix import body_of, head

CURSOR: Final = "references"
"""Names how far these tables have followed the store's events."""

REQUIRED: Final = 0
OPTIONAL: Final = 1
SOFT: Final = 2
"""Roles of references: it cannot be without; follows into a variant; is rather taken out."""

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
    """Reads what the store has had since into its reference tables, for all parties at once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, most: int) -> bool:
        """Read at most `most` changes of status and `most` new versions; whether that was all.
        Call inside `store.write()`: killed, it goes on from where it was."""
        return self._follow(most) & self._add(most)

    def _follow(self, most: int) -> bool:
        references = self._store.references
        changed, position, whole = statuses(self._store, CURSOR, most)
        for oid in changed:
            for seq, status, cell in references.current(oid):
                references.update(seq, status != _GONE, self._cell(cell))
        self._store.set_cursor(CURSOR, position)
        return whole

    def _add(self, most: int) -> bool:
        references = self._store.references
        after = references.last_seq()
        records = self._store.since(after, most)
        cells = self._store.cells_since(after, len(records)) if records else []
        nodes = [
            node(seq, record, cell.cell) for cell, (seq, record) in zip(cells, records, strict=True)
        ]
        named = {each.id for each in nodes}.union(*(each.refs.all for each in nodes))
        numbers = references.intern({each: tail(each) for each in sorted(named)})
        cell_numbers = {cell: self._cell(cell) for cell in {each.cell for each in nodes}}
        references.add(
            [_row(each, numbers, cell_numbers[each.cell]) for each in nodes],
            [
                (numbers[ref], role, each.seq)
                for each in nodes
                for role, refs in enumerate(_roles(each.refs))
                for ref in refs
                if ref not in PUBLIC_IDS
            ],
            [(each_tail, each.seq) for each in nodes for each_tail in each.refs.named],
        )
        return len(records) < most

    def _cell(self, cell: str) -> int:
        found = self._store.references.cell(cell)
        if found is None:
            found = self._store.references.put_cell(cell, instants_of(self._store.label_of(cell)))
        return found

    def holds(self, id: str) -> bool:
        """Whether this node has any version of the object."""
        return self._store.references.holds(id)


def statuses(store: Store, consumer: str, most: int) -> tuple[list[str], int, bool]:
    """(ids whose status or label changed since `consumer` looked, where to look next, whether that
    is all): each id once, of at most `most` events."""
    events = store.events(store.cursor(consumer), most, (STATUS,))
    whole = len(events) < most
    position = store.references.last_event() if whole else events[-1].n
    return list(dict.fromkeys(each.key for each in events)), position, whole


def _roles(refs: Refs) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """References by role: as `REQUIRED`, `OPTIONAL` and `SOFT` say."""
    required = refs.required.union(*refs.some)
    return required, refs.optional - required, refs.soft - required - refs.optional


def _row(each: Node, numbers: Mapping[str, int], cell: int) -> VersionRow:
    return VersionRow(
        each.seq,
        numbers[each.id],
        each.version,
        each.otype,
        each.finding,
        int(each.readable),
        int(each.live),
        cell,
        each.made,
        packed(each.refs, numbers),
    )


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """References with numbers for ids."""

    required: tuple[int, ...] = ()
    some: tuple[tuple[int, ...], ...] = ()
    optional: tuple[int, ...] = ()
    soft: tuple[int, ...] = ()
    named: tuple[str, ...] = ()


def packed(refs: Refs, numbers: Mapping[str, int]) -> str:
    """The references as a short text."""

    def of(ids: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted(numbers[each] for each in ids))

    made = Packed(
        of(refs.required),
        tuple(map(of, refs.some)),
        of(refs.optional),
        of(refs.soft),
        tuple(sorted(refs.named)),
    )
    return msgspec.json.encode(made).decode()


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

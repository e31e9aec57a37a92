"""Records: stored once by (id, version), the first bytes kept, the first creator only.

The order in which records arrive, and how often, does not change what is live.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from noroshi.store import events, findings, labels
from noroshi.store.database import Connection
from noroshi.store.findings import Told
from noroshi.store.rows import Cell, Conflict, Put
from noroshi.store.sorting import LOST, Sorting
from noroshi.store.statements import LISTED, listed, statements
from noroshi.words.desk import Rejected
from noroshi.words.errors import Refused
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label
from noroshi.words.record import Hop, Record

SQL = statements("records")
CHUNK: Final = 1000
"""Records looked up and inserted at a time; the transaction is the caller's whole batch."""

WITHDRAWN: Final = "withdrawn by who gave it"


def put(
    connection: Connection,
    records: Iterable[Record],
    told: Mapping[str, Told],
    at: int,
    retraction: tuple[str | None, str | None] | None = None,
) -> Put:
    """Store `records` inside the open transaction; see `Store.put`."""
    stored = known = 0
    conflicts: list[Conflict] = []
    for chunk in _chunks(records):
        sorting = Sorting(connection, chunk)
        for record in chunk:
            sorting.add(record)
        insert(connection, sorting.new)
        for record in sorting.new:
            if record.status == "tombstone":
                about = (record.id, record.version)
                connection.execute(SQL["put_retraction"], (WITHDRAWN, None, *about))
        if retraction is not None:
            for record in sorting.new:
                connection.execute(SQL["put_retraction"], (*retraction, record.id, record.version))
        _keep_aside(connection, sorting.refused, at)
        _revive(connection, sorting.revived, at)
        _relabel(connection, sorting.relabelled, at)
        changed = findings.project(connection, sorting.latest(), told, retraction)
        events.emit(connection, _changes(sorting, changed), at)
        stored += len(sorting.new) + len(sorting.revived)
        known += sorting.known
        conflicts += [Conflict(r.id, r.version, reason) for r, reason in sorting.refused]
    return Put(stored, known, tuple(conflicts))


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    remaining = iter(records)
    while chunk := list(itertools.islice(remaining, CHUNK)):
        yield chunk


def insert(connection: Connection, new: list[Record]) -> None:
    """Store new versions inside the open transaction."""
    if not new:
        return
    (last,) = connection.execute(SQL["last_seq"]).fetchone()
    cells: dict[int, str] = {}
    interned: dict[str, Label] = {}
    for record in new:
        if id(record.label) not in cells:
            cell = cells[id(record.label)] = record.label.key()
            interned[cell] = record.label
    labels.intern(connection, interned)
    numbered = list(enumerate(new, last + 1))
    connection.executemany(SQL["put_blob"], [(r.sha256, r.raw) for r in new])
    connection.executemany(
        SQL["put_record"],
        [
            (seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status)
            for seq, r in numbered
        ],
    )
    connection.executemany(
        SQL["put_record_strand"], [(seq, cells[id(r.label)]) for seq, r in numbered]
    )
    connection.executemany(
        SQL["put_hop"],
        [(seq, i, h.party, h.at, h.attests) for seq, r in numbered for i, h in enumerate(r.hops)],
    )


def _revive(connection: Connection, revived: list[Record], at: int) -> None:
    """What was withdrawn and is given again lives again, under the terms that it now came with."""
    for record in revived:
        connection.execute(SQL["revive"], (record.status, record.id, record.version))
        connection.execute(SQL["drop_retraction"], (record.id, record.version))
    _relabel(connection, revived, at)


def _relabel(connection: Connection, records: list[Record], at: int) -> None:
    labels.intern(connection, {record.label.key(): record.label for record in records})
    for record in records:
        labels.relabel(connection, record.label.key(), record.id, record.version, at)


def label_then(connection: Connection, seq: int, known: int) -> str | None:
    """The cell of the label that the version had at `known`; None where it has that one still."""
    found = connection.execute(SQL["label_then"], (seq, known)).fetchone()
    return None if found is None else found[0]


def withdraw(
    connection: Connection, latest: Record | None, at: int, versions: Sequence[int] | None = None
) -> bool:
    """Make the live versions of `latest`, or those of them named, tombstones inside the open
    transaction; whether there was one."""
    if latest is None:
        return False
    if versions is None:
        gone = connection.execute(SQL["withdraw"], (latest.id,)).rowcount
    else:
        named = [(latest.id, version) for version in versions]
        gone = sum(connection.execute(SQL["withdraw_version"], each).rowcount for each in named)
    if not gone:
        return False
    changed: list[str] = []
    if versions is None or latest.version in versions:
        stone = msgspec.structs.replace(latest, status="tombstone")
        connection.execute(SQL["put_retraction"], (WITHDRAWN, None, stone.id, stone.version))
        changed = findings.project(connection, [stone], {}, (WITHDRAWN, None))
    told = [("record.status", latest.id), *(("finding.changed", each) for each in changed)]
    events.emit(connection, told, at)
    return True


def lift(connection: Connection, latest: Record | None, at: int) -> bool:
    """Let what this node itself took back live again, inside the open transaction; whether there
    was such a version."""
    if latest is None or not connection.execute(SQL["lift"], (latest.id, LOST)).rowcount:
        return False
    connection.execute(SQL["drop_retraction"], (latest.id, latest.version))
    live = msgspec.structs.replace(latest, status="live")
    changed = findings.project(connection, [live], {}, None)
    told = [("record.status", latest.id), *(("finding.changed", each) for each in changed)]
    events.emit(connection, told, at)
    return True


def _keep_aside(connection: Connection, refused: list[tuple[Record, str]], at: int) -> None:
    for record, reason in refused:
        connection.execute(SQL["put_blob"], (record.sha256, record.raw))
        place = f"{record.id} {record.version} {record.owner}"
        connection.execute(SQL["put_rejected"], (record.sha256, place, reason, at, record.sha256))


def _changes(sorting: Sorting, changed: list[str]) -> Iterator[tuple[str, str]]:
    for record in (*sorting.revived, *sorting.relabelled):
        yield "record.status", record.id
    for record in sorting.new:
        yield "record.stored", record.id
        if record.status != "live":
            yield "record.status", record.id
    for finding in changed:
        yield "finding.changed", finding


def retracting(held: Record | None, id: str, raw: bytes, version: int, at: int) -> Record:
    """The version of `held` that retracts it; `Refused` where nothing is held."""
    if held is None:
        raise Refused(f"no record {id!r} to retract")
    return msgspec.structs.replace(
        held,
        raw=raw,
        sha256=sha256(raw),
        version=version,
        received=at,
        status="revoked",
        hops=(),
    )


def reject(connection: Connection, items: Iterable[Rejected], at: int, source: str | None) -> int:
    """Keep `items` aside inside the open transaction; how many were not kept before."""
    kept = 0
    for item in items:
        digest = None
        if item.raw:
            digest = sha256(item.raw)
            connection.execute(SQL["put_blob"], (digest, item.raw))
        place = canonical(item.locator).decode()
        row = (source or item.source, place, item.reason, at, digest)
        kept += connection.execute(SQL["put_rejected"], row).rowcount
    return kept


def read(
    connection: Connection,
    statement: str,
    arguments: tuple[Any, ...],
    label_of: Callable[[str], Label],
) -> list[tuple[int, Record]]:
    """The records that the named statement finds, each with its seq."""
    rows = connection.execute(SQL[statement], arguments).fetchall()
    hops = _hops(connection, [row[0] for row in rows])
    return [(row[0], _record(row, label_of, hops.get(row[0], ()))) for row in rows]


def by_seqs(
    connection: Connection, seqs: Sequence[int], label_of: Callable[[str], Label]
) -> dict[int, Record]:
    """The versions stored as these numbers."""
    found: dict[int, Record] = {}
    for start in range(0, len(seqs), LISTED):
        some = tuple(seqs[start : start + LISTED])
        hops = _gathered(connection.execute(listed(SQL["hops_of"], len(some)), some))
        for row in connection.execute(listed(SQL["by_seqs"], len(some)), some):
            found[row[0]] = _record(row, label_of, hops.get(row[0], ()))
    return found


def latest(
    connection: Connection, ids: Sequence[str], label_of: Callable[[str], Label]
) -> dict[str, Record]:
    """The latest versions of the records with these ids."""
    seqs: list[int] = []
    for start in range(0, len(ids), LISTED):
        some = tuple(ids[start : start + LISTED])
        seqs += [row[0] for row in connection.execute(listed(SQL["latest_of"], len(some)), some)]
    return {each.id: each for each in by_seqs(connection, seqs, label_of).values()}


def _record(
    row: tuple[Any, ...], label_of: Callable[[str], Label], hops: tuple[Hop, ...]
) -> Record:
    _, name, version, kind, pillar, owner, digest, received, status, cell, raw = row
    return Record(
        id=name,
        version=version,
        kind=kind,
        pillar=pillar,
        owner=owner,
        label=label_of(cell),
        raw=raw,
        sha256=digest,
        received=received,
        hops=hops,
        status=status,
    )


def _hops(connection: Connection, seqs: list[int]) -> dict[int, tuple[Hop, ...]]:
    if not seqs:
        return {}
    return _gathered(connection.execute(SQL["hops"], (min(seqs), max(seqs))))


def _gathered(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[Hop, ...]]:
    hops: dict[int, tuple[Hop, ...]] = {}
    for seq, *hop in rows:
        hops[seq] = (*hops.get(seq, ()), Hop(*hop))
    return hops


def digest(connection: Connection, kinds: Sequence[str]) -> str:
    """Another text whenever other records of these kinds live."""
    statement = listed(SQL["living"], len(kinds))
    rows = connection.execute(statement, tuple(kinds)).fetchall()
    return sha256(canonical([[str(each) for each in row] for row in rows]))


def cells_since(connection: Connection, seq: int, limit: int) -> list[Cell]:
    """Versions after `seq`, in that order, without their bytes."""
    return [Cell(*row) for row in connection.execute(SQL["cells_since"], (seq, limit))]


def ids_like(connection: Connection, start: str, limit: int) -> list[str]:
    """Ids that begin with `start`, else those where it follows the type; just `start` where it
    is an id."""
    if connection.execute(listed(SQL["held"], 1), (start,)).fetchone():
        return [start]
    found = connection.execute(SQL["ids_from"], (start, start + chr(0x10FFFF), limit)).fetchall()
    if not found:
        escaped = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found = connection.execute(SQL["ids_like"], (f"%--{escaped}%", limit)).fetchall()
    return [row[0] for row in found]

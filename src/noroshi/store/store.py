"""Store: one node's memory, in SQLite or PostgreSQL. Every method names what it promises; the rest
is in the module of its subject."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from noroshi.store import assets, collections, events, holdings, labels, migrate, sqlite
from noroshi.store import findings as projection
from noroshi.store import records as versions
from noroshi.store.audiences import Audiences
from noroshi.store.calls import Calls
from noroshi.store.confirming import Confirming
from noroshi.store.database import Database
from noroshi.store.disclosures import Disclosures
from noroshi.store.emergencies import Emergencies
from noroshi.store.erasing import Erasing
from noroshi.store.feedback import Feedbacks
from noroshi.store.findings import Decode, Told
from noroshi.store.graph import Graphs
from noroshi.store.incidents import Incidents
from noroshi.store.incoming import Incoming
from noroshi.store.keeping import Keeping
from noroshi.store.keyring import Keyring
from noroshi.store.laws import Laws
from noroshi.store.outgoing import Outgoing
from noroshi.store.playing import Playing
from noroshi.store.postings import Postings
from noroshi.store.recalls import Recalls
from noroshi.store.reconciling import Reconciling
from noroshi.store.restoring import Restoring
from noroshi.store.rows import (
    PLAIN,
    Added,
    Cell,
    Event,
    FindingRow,
    Held,
    Match,
    NewObject,
    Put,
    SourceState,
)
from noroshi.store.statements import statements
from noroshi.store.tasks import Tasks
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Covered, Rejected
from noroshi.words.label import Label
from noroshi.words.record import Record
from noroshi.words.stix import body_of

_LABELS_KEPT: Final = 100_000


def _opened(where: Path | str, create: bool) -> Database:
    if isinstance(where, Path):
        return sqlite.opened(where, create=create)
    from noroshi.store import postgres

    return postgres.opened(where, create=create)


class Store(
    Outgoing,
    Disclosures,
    Reconciling,
    Erasing,
    Incoming,
    Recalls,
    Restoring,
    Feedbacks,
    Keyring,
    Laws,
    Audiences,
    Graphs,
    Postings,
    Calls,
    Keeping,
    Tasks,
    Emergencies,
    Confirming,
    Incidents,
    Playing,
):
    """One SQLite file or PostgreSQL schema: safe for several threads and processes. A write that
    returned is kept."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._labels: dict[str, Label] = {}

    @classmethod
    def open(cls, where: Path | str, *, create: bool = False) -> Store:
        """The store in the file or at the PostgreSQL URL `where`, migrated to this version. Raises
        `BadInput` when there is none (unless `create`), when it is no store, or when a newer
        noroshi wrote it."""
        database = _opened(where, create)
        try:
            migrate.migrate(database, migrate.packaged(database.dialect))
        except BaseException:
            database.close()
            raise
        return cls(database)

    def backup(self, path: Path) -> None:
        """Write a compact copy to `path`, which must not exist, while others go on working.
        `Refused` for PostgreSQL, which has tools of its own for that."""
        self._database.backup(path)

    def close(self) -> None:
        """Close the file. What was acknowledged is on disc already."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    @contextmanager
    def write(self) -> Generator[None]:
        """One transaction: all of what is written inside, or nothing. May be nested."""
        with self._database.write():
            yield

    @contextmanager
    def read(self) -> Generator[None]:
        """One snapshot: everything read inside belongs together."""
        with self._database.read():
            yield

    def put(
        self,
        records: Iterable[Record],
        findings: Mapping[str, Told] | None = None,
        *,
        at: int,
    ) -> Put:
        """Store records by (id, version), once: the same bytes again are known, other bytes are a
        conflict, and so is a version by another owner than the first. Conflicts are kept aside.

        `findings` by record id spare a decode. Raises `ValueError`, storing nothing, for a record
        whose hash is not of its bytes.
        """
        with self._database.write() as connection:
            return versions.put(connection, records, findings or {}, at)

    def retract(
        self,
        id: str,
        raw: bytes,
        version: int,
        reason: str | None,
        replaced_by: str | None,
        *,
        at: int,
    ) -> Put:
        """Store the version that retracts `id`, under the label it has. `Refused` if unknown."""
        with self._database.write() as connection:
            record = versions.retracting(self.record(id), id, raw, version, at)
            return versions.put(connection, [record], {}, at, (reason, replaced_by))

    def withdraw(self, id: str, *, at: int) -> bool:
        """Make every live version of `id` a tombstone, because who gave it took it back; whether
        there was one. The same version put again lives again, under the label it then has."""
        with self._database.write() as connection:
            holdings.drop(connection, id)
            return versions.withdraw(connection, self.record(id), at)

    def lift(self, id: str, *, at: int) -> bool:
        """Undo what this node itself took back; whether it had."""
        with self._database.write() as connection:
            had = connection.execute(statements("recalls")["lift"], (at, id)).rowcount
            return versions.lift(connection, self.record(id), at) or had > 0

    def give_up(self, id: str, party: str, named: Iterable[int] = (), *, at: int) -> bool:
        """End what `party` gives of the object, in these versions (µs UTC) or in all. A version
        that nobody else gives becomes a tombstone; one that another gives stays, under that one's
        label. Whether `party` gave any."""
        with self._database.write() as connection:
            ended = holdings.give_up(connection, id, party, named, at)
            versions.withdraw(connection, self.record(id), at, ended or ())
        return ended is not None

    def reject(self, items: Iterable[Rejected], *, at: int, source: str | None = None) -> int:
        """Keep parts that could not be read aside, once for each (source, place). `source`, the
        hash of the source, stands in for what the items say. How many were not there before."""
        with self._database.write() as connection:
            return versions.reject(connection, items, at, source)

    def rejected(self) -> list[tuple[str, str, str, int, bytes]]:
        """What was kept aside: (source hash, place, reason, at, bytes), oldest first."""
        return self._database.connection.execute(versions.SQL["rejected"]).fetchall()

    def record(self, id: str, version: int | None = None) -> Record | None:
        """A version of the record, by default the latest; None where there is none."""
        if version is None:
            found = self._records("latest", id)
        else:
            found = self._records("version", id, version)
        return found[0][1] if found else None

    def held(self, id: str, known: int) -> Record | None:
        """The latest version of the record that the store held at `known`, under the label that it
        had then; None where it had none."""
        had = [row for row in self._records("versions", id) if row[1].received <= known]
        if not had:
            return None
        seq, found = had[-1]
        cell = versions.label_then(self._database.connection, seq, known)
        return found if cell is None else msgspec.structs.replace(found, label=self.label_of(cell))

    def versions(self, id: str) -> list[tuple[int, int]]:
        """(number, version in µs UTC) of every version of the record, oldest first."""
        return [(seq, each.version) for seq, each in self._records("versions", id)]

    def by_seq(self, seq: int) -> Record:
        """The version stored as number `seq`; `KeyError` where there is none."""
        found = self._records("by_seq", seq)
        if not found:
            raise KeyError(seq)
        return found[0][1]

    def by_seqs(self, seqs: Sequence[int]) -> dict[int, Record]:
        """The versions stored as these numbers, ascending."""
        return versions.by_seqs(self._database.connection, seqs, self.label_of)

    def latest(self, ids: Sequence[str]) -> dict[str, Record]:
        """The latest version of each of these records that there is."""
        return versions.latest(self._database.connection, ids, self.label_of)

    def since(self, seq: int, limit: int) -> list[tuple[int, Record]]:
        """Versions stored after number `seq`, in that order."""
        return self._records("since", seq, limit)

    def of_kind(self, kind: str, after_seq: int = 0, *, limit: int) -> list[tuple[int, Record]]:
        """The latest versions of records of `kind` that live, after number `after_seq`."""
        return self._records("of_kind", kind, after_seq, limit)

    def cells_since(self, seq: int, limit: int) -> list[Cell]:
        """As `since`, without bytes: what is needed to decide by label."""
        return versions.cells_since(self._database.connection, seq, limit)

    def ids_like(self, start: str, limit: int = 100) -> list[str]:
        """Ids that begin with `start`, with or without their type, sorted."""
        return versions.ids_like(self._database.connection, start, limit)

    def _records(self, statement: str, *arguments: str | int) -> list[tuple[int, Record]]:
        return versions.read(self._database.connection, statement, arguments, self.label_of)

    def label_of(self, cell: str) -> Label:
        """The label of a cell; `KeyError` for a cell never stored."""
        found = self._labels.get(cell)
        if found is None:
            if len(self._labels) >= _LABELS_KEPT:
                self._labels.clear()
            found = self._labels[cell] = labels.read(self._database.connection, cell)
        return found

    def counts(self) -> dict[str, int]:
        """How much of everything there is, by name."""
        return dict(self._database.connection.execute(versions.SQL["counts"]).fetchall())

    # Findings

    def findings(
        self,
        kind: str | None = None,
        since: int | None = None,
        until: int | None = None,
        limit: int | None = None,
        *,
        status: str = "live",
        asset: str | None = None,
    ) -> list[FindingRow]:
        """Findings whose interval meets [since, until), by start; of `asset` where given."""
        connection = self._database.connection
        return projection.findings(connection, kind, since, until, limit, status, asset)

    def finding(self, id: str) -> FindingRow | None:
        """One finding in its latest version, live or retracted; None where there is none."""
        return projection.finding(self._database.connection, id)

    def rebuild_findings(self, decode: Decode = body_of) -> int:
        """Drop the projection of findings and make it again from the records; how many."""
        with self._database.write() as connection:
            return projection.rebuild(connection, self.since, decode)

    # Assets and coverage

    def put_assets(self, graph: AssetGraph) -> None:
        """Make `graph` the assets of this node, in place of those before."""
        with self._database.write() as connection:
            assets.put(connection, graph)

    def assets(self) -> AssetGraph:
        """The assets of this node and their edges."""
        with self._database.read() as connection:
            return assets.graph(connection)

    def put_coverage(self, rows: Iterable[Covered]) -> None:
        """Keep where and when a desk was able to see; the later word on the same place counts."""
        with self._database.write() as connection:
            assets.cover(connection, rows)

    def coverage(self, kind: str) -> list[Covered]:
        """Where and when `kind` could have been seen, by start."""
        return assets.coverage(self._database.connection, kind)

    # Sources

    def source(self, sha256: str) -> SourceState | None:
        """How far the source of this hash was read; None when it never was."""
        return events.source(self._database.connection, sha256)

    def set_source(
        self, sha256: str, name: str, offset: int, state: bytes, done: bool, at: int
    ) -> None:
        """Remember how far a source was read. Call in the transaction of what came of it."""
        with self._database.write() as connection:
            row = (sha256, name, offset, state, int(done), at)
            connection.execute(events.SQL["set_source"], row)

    # Plain collections

    def add_objects(self, collection: str, objects: Iterable[NewObject], *, at: int) -> list[Added]:
        """Add objects to a plain collection; for each what became of it. Dates strictly increase;
        a version that is there stays as it is."""
        with self._database.write() as connection:
            return collections.add(connection, collection, objects, at)

    def remove_objects(self, collection: str, held: Sequence[Held]) -> None:
        """Delete these versions. Call in the transaction that read them."""
        with self._database.write() as connection:
            collections.remove(connection, collection, held)

    def collection_page(
        self,
        collection: str,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int,
        match: Match = PLAIN,
    ) -> list[Held]:
        """Versions after number `after_n` that were added after `added_after`, ascending."""
        with self._database.read() as connection:
            return collections.page(connection, collection, after_n, added_after, limit, match)

    def collection_object(self, collection: str, oid: str) -> list[Held]:
        """Every version of one object, newest first."""
        return collections.read(self._database.connection, "object", (collection, oid))

    def put_status(self, root: str, id: str, account: str, body: bytes, *, until: int) -> None:
        """Keep what became of a request of `account`, until `until`."""
        with self._database.write() as connection:
            row = (root, id, account, until, body)
            connection.execute(collections.SQL["put_status"], row)

    def drop_statuses(self, now: int) -> None:
        """Forget the statuses whose time is over."""
        with self._database.write() as connection:
            connection.execute(collections.SQL["drop_statuses"], (now,))

    def status(self, root: str, id: str, account: str, now: int) -> bytes | None:
        """The status of this id, if it is of a request of `account` and kept still."""
        arguments = (root, id, account, now)
        row = self._database.connection.execute(collections.SQL["status"], arguments).fetchone()
        return row[0] if row else None

    # Events

    def last_event(self) -> int:
        """The number of the newest event; 0 where there is none."""
        return events.last(self._database.connection)

    def events(self, after: int, limit: int, topics: Sequence[str] = ()) -> list[Event]:
        """Events after number `after`, oldest first; of `topics` only, unless that is empty."""
        return events.events(self._database.connection, after, limit, tuple(topics))

    def cursor(self, consumer: str) -> int:
        """How far `consumer` has followed the events; 0 at first."""
        return events.cursor(self._database.connection, consumer)

    def set_cursor(self, consumer: str, n: int) -> None:
        """Move a cursor. Call in the transaction of its effects: then they happen once."""
        with self._database.write() as connection:
            connection.execute(events.SQL["set_cursor"], (consumer, n))

"""Store: one node's memory, one SQLite file. Every method names what it promises; the rest is
in the module of its subject."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from noroshi.pact.policy import Policy
from noroshi.store import assets, audience, events, labels, law, ledger, migrate, pages, views
from noroshi.store import findings as projection
from noroshi.store import records as versions
from noroshi.store.findings import Decode, Told
from noroshi.store.ledger import Disclosed
from noroshi.store.rows import (
    PLAIN,
    Cell,
    Entry,
    Event,
    FindingRow,
    LedgerRow,
    Match,
    NewEntry,
    Put,
    SourceState,
    Variant,
    ViewState,
)
from noroshi.store.sqlite import Database
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Covered, Rejected
from noroshi.words.errors import BadInput
from noroshi.words.grant import Consent, Grant
from noroshi.words.ids import sha256
from noroshi.words.label import Label
from noroshi.words.party import Party
from noroshi.words.record import Record
from noroshi.words.release import Release
from noroshi.words.stix import body_of

_LABELS_KEPT: Final = 100_000


class Store:
    """One SQLite file: safe for several threads and processes. A write that returned is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._labels: dict[str, Label] = {}

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Store:
        """The store at `path`, migrated to this version. Raises `BadInput` when there is none
        (unless `create`), when it is no store, or when a newer noroshi wrote it."""
        if not path.is_file():
            if not create:
                raise BadInput(str(path), "no store here", hint="noroshi init DIR --party CODE")
            # What a node knows is for its user alone; SQLite gives its side files the same mode.
            path.touch(mode=0o600)
        database = Database(path)
        try:
            migrate.migrate(database, migrate.packaged())
        except BaseException:
            database.close()
            raise
        return cls(database)

    def backup(self, path: Path) -> None:
        """Write a compact copy to `path`, which must not exist, while others go on working."""
        path.touch(mode=0o600, exist_ok=False)
        self._database.connection.execute("VACUUM INTO ?", (str(path),))

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
            return versions.withdraw(connection, self.record(id), at)

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

    def by_seq(self, seq: int) -> Record:
        """The version stored as number `seq`; `KeyError` where there is none."""
        found = self._records("by_seq", seq)
        if not found:
            raise KeyError(seq)
        return found[0][1]

    def since(self, seq: int, limit: int) -> list[tuple[int, Record]]:
        """Versions stored after number `seq`, in that order."""
        return self._records("since", seq, limit)

    def cells_since(self, seq: int, limit: int) -> list[Cell]:
        """As `since`, without bytes: what is needed to decide by label."""
        return versions.cells_since(self._database.connection, seq, limit)

    def cells_of(self, seqs: Sequence[int]) -> dict[int, str]:
        """The cells of the versions of these numbers, by number."""
        with self._database.read() as connection:
            return versions.cells_of(connection, seqs)

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
    ) -> list[FindingRow]:
        """Findings whose interval meets [since, until), by start."""
        connection = self._database.connection
        return projection.findings(connection, kind, since, until, limit, status)

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

    # Law

    def load_agreements(
        self, agreements: Sequence[tuple[str, str, bytes]], *, valid_from: int, at: int
    ) -> int:
        """Make the set of (id, sha256, bytes) the law from `valid_from` on, known from `at`; its
        epoch. Nothing changes when the newest epoch already says so."""
        with self._database.write() as connection:
            return law.load(connection, agreements, valid_from, at)

    def agreements(
        self, *, at: int | None = None, known: int | None = None
    ) -> tuple[int, tuple[tuple[str, str, bytes], ...]]:
        """(epoch, set) valid at `at`, as known at `known`, else the newest; (0, ()) for none."""
        with self._database.read() as connection:
            return law.agreements(connection, at, known)

    def put_grants(self, grants: Iterable[Grant]) -> int:
        """Keep grants, once; a signed one replaces itself unsigned. How many changed."""
        with self._database.write() as connection:
            return law.put_terms(connection, "grant", grants)

    def grants(self) -> dict[str, Grant]:
        """All grants by id."""
        return law.grants(self._database.connection)

    def put_consents(self, consents: Iterable[Consent]) -> int:
        """Keep consents, once; a signed one replaces itself unsigned. How many changed."""
        with self._database.write() as connection:
            return law.put_terms(connection, "consent", consents)

    def consents(self) -> tuple[Consent, ...]:
        """All consents."""
        return law.consents(self._database.connection)

    def terms(self) -> int:
        """A number that rises whenever grants or consents change: a key for what rests on them."""
        return law.terms(self._database.connection)

    def put_parties(self, parties: Iterable[Party]) -> tuple[Party, ...]:
        """Register this node's own parties after those it has; all of them, in position order,
        which is part of stored masks and never changes."""
        with self._database.write() as connection:
            return law.put_parties(connection, parties)

    # Audiences

    def compile_audiences(self, policy: Policy, holder: str, *, epoch: int, at: int) -> int:
        """Make the derived rows of who may see which label, held by `holder`, for the stretch of
        time around `at` in which nothing changes; how many, 0 where they stood already."""
        with self._database.write() as connection:
            return audience.derive(connection, policy, holder, epoch, at)

    def drop_audiences(self) -> None:
        """Forget what was compiled. Compiled again it is equal."""
        with self._database.write() as connection:
            audience.drop(connection)

    def visible(
        self, party: str, *, epoch: int, at: int, after_seq: int = 0, limit: int
    ) -> list[Cell]:
        """Versions after `after_seq`, in that order, that `party` may have at `at`, whatever their
        status. Raises `Refused` where nothing was compiled for that time."""
        with self._database.read() as connection:
            return audience.visible(connection, party, epoch, at, after_seq, limit)

    def release(self, party: str, seq: int, *, epoch: int, at: int) -> Release:
        """How `party` may have the version stored as `seq`, without near misses; withheld also
        where the record or its label is newer than what was compiled. `Refused` as `visible`."""
        with self._database.read() as connection:
            return audience.release(connection, party, epoch, at, seq)

    # Views

    def view_append(self, party: str, entries: Sequence[NewEntry], *, epoch: int, at: int) -> int:
        """Append to the party's journal; n and strictly increasing `entered_at` are assigned here.
        The number of the journal's last entry."""
        with self._database.write() as connection:
            return views.append(connection, party, entries, epoch, at)

    def view_state(self, party: str) -> ViewState:
        """How far the party's journal is up to date; all zero at first."""
        return views.state(self._database.connection, party)

    def set_view_state(self, party: str, seq: int, epoch: int, valid_until: int) -> None:
        """Remember how far the journal is up to date. Call in the transaction of its entries."""
        with self._database.write() as connection:
            connection.execute(views.SQL["set_state"], (party, seq, epoch, valid_until))

    def view_page(
        self,
        party: str,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int,
        match: Match = PLAIN,
    ) -> list[Entry]:
        """Current entries after number `after_n` that entered after `added_after`, ascending.
        Raises `ValueError` for a version filter that is neither a keyword nor an instant."""
        with self._database.read() as connection:
            return pages.page(connection, party, after_n, added_after, limit, match)

    def view_object(self, party: str, oid: str) -> list[Entry]:
        """Current entries of one object, newest version first."""
        return views.read(self._database.connection, "object", (party, oid))

    def view_by_seq(self, party: str, seq: int) -> list[Entry]:
        """Current entries that came of the record stored as number `seq`."""
        return views.read(self._database.connection, "by_seq", (party, seq))

    def rebuild_views(self) -> int:
        """Drop what is current in all views and derive it again from the journals; how many."""
        with self._database.write() as connection:
            return views.rebuild(connection)

    def blob(self, sha256: str) -> bytes:
        """The bytes of this hash; `KeyError` where they are not kept."""
        row = self._database.connection.execute(versions.SQL["blob"], (sha256,)).fetchone()
        if row is None:
            raise KeyError(sha256)
        return row[0]

    def put_blob(self, data: bytes) -> str:
        """Keep bytes; their hash."""
        digest = sha256(data)
        with self._database.write() as connection:
            connection.execute(versions.SQL["put_blob"], (digest, data))
        return digest

    def variant(self, record_id: str, version: int, transforms_key: str) -> Variant | None:
        """What a transform set made of one version of a record; None when it never did."""
        found = self.variants(record_id, transforms_key)
        return next((each for each in found if each.version == version), None)

    def variants(self, record_id: str, transforms_key: str) -> list[Variant]:
        """Every variant of a record under one transform set, by version."""
        return views.variants(self._database.connection, record_id, transforms_key)

    def put_variant(self, variant: Variant) -> Variant:
        """Keep a variant; the one that is kept, which is the first where two were made."""
        with self._database.write() as connection:
            row = (
                variant.record_id,
                variant.version,
                variant.transforms_key,
                variant.id,
                variant.modified,
                variant.body_sha256,
            )
            connection.execute(views.SQL["put_variant"], row)
        kept = self.variant(variant.record_id, variant.version, variant.transforms_key)
        return kept or variant

    # Ledger

    def disclose(self, party: str, rows: Sequence[Disclosed], *, at: int) -> int:
        """Account for what `party` receives: (oid, oversion, clauses, body_sha256), each once. How
        many were new. When none is, nothing is written."""
        if not ledger.unknown(self._database.connection, party, rows):
            return 0
        with self._database.write() as connection:
            return ledger.disclose(connection, party, rows, at)

    def ledger(self, party: str | None = None) -> Iterator[LedgerRow]:
        """The ledger in order, or what of it concerns `party`."""
        return ledger.rows(self._database.connection, party)

    def verify_ledger(self) -> None:
        """Walk the whole chain; `BadInput` names the first row that does not follow."""
        with self._database.read() as connection:
            ledger.verify(connection)

    # Events

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

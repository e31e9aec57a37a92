"""PostgreSQL: one session for each thread, and write transactions that nest.

What SQLite gives by itself is asked for here. One writer at a time: an advisory lock, taken before
the first statement of a transaction and let go after its end is visible, so that numbers rise in
the order of commits. Acknowledged is kept: `synchronous_commit` is never off. The same cost,
however much there is: statements are look-ups by index, and the planner may not guess otherwise
from statistics that are not there yet.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from noroshi.store.database import Dialect
from noroshi.store.dialect import REFUSE, schema
from noroshi.store.failpoint import from_environment
from noroshi.store.session import BEGIN_READ, BEGIN_WRITE, Server, Session
from noroshi.words.errors import BadInput, Refused, StoreFailed

OLDEST: Final = 130_000
"""The oldest server that is taken, as `server_version_num`: 13."""


def opened(url: str, *, create: bool) -> Database:
    """The schema that `url` leads to. Raises `BadInput` when it is empty (unless `create`) or
    cannot hold a store, `StoreFailed` when the server cannot be reached."""
    database = Database(url)
    try:
        _check(database)
        if not create and not database.tables():
            raise BadInput(
                database.name, "no store here", hint="noroshi init DIR --party CODE --store URL"
            )
    except BaseException:
        database.close()
        raise
    return database


def _check(database: Database) -> None:
    sql = "SELECT current_setting('server_version_num')::int, getdatabaseencoding(), current_schema"
    version, encoding, found = database.connection.execute(sql).fetchone() or (0, "", None)
    if version < OLDEST:
        raise BadInput(
            database.name, "the server is too old", found=str(version), expected=f"≥ {OLDEST}"
        )
    if encoding != "UTF8":
        raise BadInput(database.name, "cannot hold every text", found=encoding, expected="UTF8")
    if found is None:
        raise BadInput(database.name, "no schema of the search path exists")


class Database:
    """A schema of a PostgreSQL database, shared by threads and processes."""

    dialect: Dialect = "postgres"

    def __init__(self, url: str) -> None:
        self._server = Server(url)
        self.failpoint = from_environment()
        self._local = threading.local()
        self._all: weakref.WeakSet[Session] = weakref.WeakSet()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The URL without secrets."""
        return self._server.name

    def _held(self) -> Session:
        held: Session | None = getattr(self._local, "held", None)
        if held is None or self._server.closed:
            # Connecting may take long; whoever closes the store need not wait for it.
            held = Session(self._server)
            with self._lock:
                if self._server.closed:
                    held.end()
                    raise self._server.is_closed()
                self._local.held = held
                self._all.add(held)
        return held

    @property
    def connection(self) -> Session:
        """This thread's session."""
        return self._held()

    @contextmanager
    def write(self) -> Generator[Session]:
        """A transaction that holds the store's write lock from its start; nested, a savepoint.

        Raises `StoreFailed` when the lock stays taken, or when the end of the transaction was
        not heard of: then it may have been kept or not, and repeating it is safe.
        """
        held = self._held()
        name = f"nested_{held.depth}"
        if held.reading:
            raise Refused("write() inside read(): the snapshot may be old; write first, or outside")
        if held.depth:
            held.command(f"SAVEPOINT {name}")
        else:
            held.begin(BEGIN_WRITE)
        held.depth += 1
        try:
            yield held
        except BaseException:
            held.depth -= 1
            held.roll_back(f"ROLLBACK TO {name}; RELEASE {name}" if held.depth else "ROLLBACK")
            raise
        held.depth -= 1
        if held.depth:
            held.command(f"RELEASE {name}")
        else:
            self._commit(held)

    def _commit(self, held: Session) -> None:
        self.failpoint("before_commit")
        try:
            told = held.command("COMMIT")
        except BaseException:
            held.roll_back("ROLLBACK")
            raise
        if told != "COMMIT":
            # A statement failed inside, and its error was swallowed: the server kept nothing.
            raise StoreFailed(f"{self.name}: nothing was kept, because a statement had failed")
        self.failpoint("after_commit")

    @contextmanager
    def read(self) -> Generator[Session]:
        """One snapshot for several reads; inside `write()`, that transaction."""
        held = self._held()
        if held.depth or held.reading:
            yield held
            return
        held.begin(BEGIN_READ)
        held.reading = True
        try:
            yield held
        finally:
            held.reading = False
            held.roll_back("ROLLBACK")

    def tables(self) -> set[str]:
        """The tables of the schema."""
        sql = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema"
        return {row[0] for row in self.connection.execute(sql)}

    @contextmanager
    def changing(self, what: str, *, moves_tables: bool) -> Generator[Session]:
        """A write transaction for a migration: here references are always checked."""
        with self.write() as connection:
            yield connection

    def run(self, sql: str) -> None:
        """Carry out the statements of a migration, in PostgreSQL's words."""
        self.connection.command(REFUSE + schema(sql))

    def backup(self, path: Path) -> None:
        """Not here: the server's own tools copy it while it works."""
        raise Refused(f"{self.name}: not a file\nHint: pg_dump --format=custom --file={path} URL")

    def scrub(self) -> bool:
        """Not here: rows that were deleted stay in the server's files until VACUUM FULL, and in its
        log and backups as long as it keeps them."""
        return False

    def close(self) -> None:
        """Close every thread's session, for good; a statement under way is cancelled."""
        self._server.closed = True
        with self._lock:
            for held in list(self._all):
                held.end()
            self._all.clear()
            self._local = threading.local()

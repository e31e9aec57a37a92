"""SQLite: one connection for each thread, and write transactions that nest.

WAL with `synchronous=FULL`: a commit that returned is on disc, so that neither the end of the
process nor of the machine loses it. One transaction for a batch makes the cost small.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from noroshi.store.database import Dialect
from noroshi.store.failpoint import from_environment
from noroshi.words.errors import BadInput, Refused

BUSY_S: Final = 30.0
"""How long a writer waits for another process's transaction before it gives up."""

_PRAGMAS: Final = (
    "PRAGMA page_size = 8192",  # of a new file: an object of STIX has some 2 kB
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
    # Pages of indexes change with every batch: copied back into the file once for several, they
    # cost less than half. The log then takes up to 32 MiB.
    "PRAGMA wal_autocheckpoint = 4096",
)


def opened(path: Path, *, create: bool) -> Database:
    """The file at `path`. Raises `BadInput` when there is none, unless `create`."""
    if not path.is_file():
        if not create:
            raise BadInput(str(path), "no store here", hint="noroshi init DIR --party CODE")
        # What a node knows is for its user alone; SQLite gives its side files the same mode.
        path.touch(mode=0o600)
    return Database(path)


def split(sql: str) -> Iterator[str]:
    """The complete statements of `sql`, one by one (a trigger's body stays whole)."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


class _Held:
    """A thread's connection, closed when its thread ends or the store is closed."""

    def __init__(self, path: Path) -> None:
        self.depth = 0
        self.connection = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        for pragma in _PRAGMAS:
            self.connection.execute(pragma)

    def __del__(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


class Database:
    """A SQLite file shared by the threads of this process and by other processes."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failpoint = from_environment()
        self._local = threading.local()
        self._all: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    def _held(self) -> _Held:
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            with self._lock:
                if self._closed:
                    raise Refused(f"{self.path}: the store is closed")
                held = self._local.held = _Held(self.path)
                self._all.add(held)
        return held

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        return self._held().connection

    @contextmanager
    def write(self) -> Generator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start.

        A nested one is a savepoint: when it fails and the failure is handled further out, what
        came before it still commits. Raises `sqlite3.OperationalError` when the lock stays taken.
        """
        held = self._held()
        connection, name = held.connection, f"nested_{held.depth}"
        if connection.in_transaction and not held.depth:
            raise Refused("write() inside read(): the snapshot may be old; write first, or outside")
        connection.execute(f"SAVEPOINT {name}" if held.depth else "BEGIN IMMEDIATE")
        held.depth += 1
        try:
            yield connection
        except BaseException:
            held.depth -= 1
            if held.depth:
                connection.execute(f"ROLLBACK TO {name}")
                connection.execute(f"RELEASE {name}")
            elif connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        held.depth -= 1
        if held.depth:
            connection.execute(f"RELEASE {name}")
        else:
            self._commit(connection)

    def _commit(self, connection: sqlite3.Connection) -> None:
        self.failpoint("before_commit")
        try:
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self.failpoint("after_commit")

    @contextmanager
    def read(self) -> Generator[sqlite3.Connection]:
        """One snapshot for several reads; inside `write()`, that transaction."""
        held = self._held()
        if held.connection.in_transaction:
            yield held.connection
            return
        held.connection.execute("BEGIN")
        try:
            yield held.connection
        finally:
            if held.connection.in_transaction:
                held.connection.execute("ROLLBACK")

    def tables(self) -> set[str]:
        """The tables there are."""
        found = self.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {row[0] for row in found}

    @contextmanager
    def changing(self, what: str, *, moves_tables: bool) -> Generator[sqlite3.Connection]:
        """A write transaction for a migration; references are checked at each statement, or,
        where it moves tables, at its end."""
        if not moves_tables:
            with self.write() as connection:
                yield connection
            return
        self.connection.execute("PRAGMA foreign_keys = OFF")
        try:
            with self.write() as connection:
                yield connection
                self._check_references(what)
        finally:
            self.connection.execute("PRAGMA foreign_keys = ON")

    def _check_references(self, what: str) -> None:
        broken = self.connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise BadInput(
                f"{self.path}: migration {what}",
                "a row refers to nothing",
                found=f"row {broken[1]} of {broken[0]} to {broken[2]}",
                hint="the store stays as it was; restore it from a backup",
            )

    def run(self, sql: str) -> None:
        """Carry out the statements of a migration; `executescript` would commit before them."""
        for statement in split(sql):
            self.connection.execute(statement)

    def backup(self, path: Path) -> None:
        """Write a compact copy to the new file `path`."""
        path.touch(mode=0o600, exist_ok=False)
        self.connection.execute("VACUUM INTO ?", (str(path),))

    def scrub(self) -> bool:
        """Write the file anew without its free pages, and empty its log; whether the log could be
        emptied: it cannot while somebody reads what stood before."""
        self.connection.execute("VACUUM")
        busy, *_ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close every thread's connection, for good."""
        with self._lock:
            self._closed = True
            for held in list(self._all):
                held.connection.close()
            self._all.clear()
            self._local = threading.local()

"""A session with a PostgreSQL server: connecting, statements, and what its errors mean.

A session whose server went away is made again for the next statement, unless a transaction was
open: that one is over, and its error says so.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Final

from noroshi.store.address import shown
from noroshi.store.dialect import key, rows, statement
from noroshi.words.errors import BadConfig, Refused, StoreFailed

try:
    import psycopg
    from psycopg.types.numeric import Int8BinaryDumper
except ImportError as missing:
    raise BadConfig(
        "[store] url",
        "PostgreSQL needs a package that is not installed",
        found=str(missing),
        hint="pip install 'noroshi[postgres]'",
    ) from missing

BUSY_S: Final = 30
"""How long a writer waits for another's transaction before it gives up, as with SQLite."""
CONNECT_S: Final = 10
CANCEL_S: Final = 5.0
AGAIN_S: Final = 0.1
CHUNK: Final = 100
"""Rows put in by one statement: the cost of a statement is then shared."""
GROWN: Final = 1000
"""Rows put into a table before its statistics are taken first; then twice as many each time."""
PREPARED: Final = 300
"""Statements kept prepared: more than there are."""

_SETTINGS: Final = f"""
SET lock_timeout = '{BUSY_S}s';
SET idle_in_transaction_session_timeout = 0;
SET client_min_messages = warning;
SET jit = off;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off';
"""
BEGIN_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# The lock is of the schema, in the class "noro": several stores in one database do not wait for
# one another. It is free again only after the commit can be seen.
BEGIN_WRITE: Final = """BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SELECT pg_advisory_xact_lock(x'6e6f726f'::int, current_schema::regnamespace::oid::int)"""


class Server:
    """Where sessions go, and whether the store is closed."""

    def __init__(self, url: str) -> None:
        self.name = shown(url)
        self.closed = False
        self.grown: dict[str, tuple[int, int]] = {}
        self._url = url

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A new session as the store needs it. Raises `StoreFailed`."""
        if self.closed:
            raise self.is_closed()
        try:
            raw = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_S,
                application_name="noroshi",
                client_encoding="UTF8",
            )
        except psycopg.Error as problem:
            raise StoreFailed(
                f"{self.name}: cannot connect: {str(problem).strip()}\n"
                "Hint: is the server running, and do its address, user and password agree?"
            ) from problem
        raw.adapters.register_dumper(int, Int8BinaryDumper)
        raw.prepare_threshold, raw.prepared_max = 1, PREPARED
        raw.execute(_SETTINGS.encode())
        return raw

    def is_closed(self) -> Refused:
        """The error of using a closed store."""
        return Refused(f"{self.name}: the store is closed")


def _apart(sql: str, chunk: list[Sequence[Any]]) -> bool:
    """Whether the rows can go in together: the server refuses to change one row twice at once."""
    places = key(sql)
    return places is None or len({tuple(row[i] for i in places) for row in chunk}) == len(chunk)


class Session:
    """A thread's session, ended when its thread ends or the store is closed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.depth = 0
        self.reading = False
        self._raw = server.connect()

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Run one statement of the `.sql` files."""
        try:
            return self._raw.execute(statement(sql), parameters, binary=True)
        except psycopg.Error as problem:
            self._renew(problem)
        try:
            return self._raw.execute(statement(sql), parameters, binary=True)
        except psycopg.Error as problem:
            raise self._meaning(problem) from problem

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> object:
        """Run one statement of the `.sql` files for each row of parameters, rows together where
        the statement puts them in."""
        left = iter(parameters)
        try:
            while chunk := list(itertools.islice(left, CHUNK)):
                many = rows(sql, len(chunk))
                if many is not None and _apart(sql, chunk):
                    flat = [value for row in chunk for value in row]
                    self._raw.execute(statement(many), flat, prepare=len(chunk) in (1, CHUNK))
                    self._grown(many.split(" ", 3)[2], len(chunk))
                elif len(chunk) == 1:
                    self._raw.execute(statement(sql), chunk[0])
                else:
                    self._raw.cursor().executemany(statement(sql), chunk)
        except psycopg.Error as problem:
            raise self._meaning(problem) from problem
        return None

    def _grown(self, table: str, count: int) -> None:
        """Have statistics of a table taken whenever it has grown by as much again: the server does
        so by itself only later, and never inside a transaction."""
        since, last = self._server.grown.get(table, (0, GROWN))
        since += count
        if since >= last:
            self._raw.execute(f"ANALYZE {table}".encode())
            since, last = 0, last * 2
        self._server.grown[table] = since, last

    def command(self, sql: str) -> str | None:
        """Run commands of the server's own; what it said about the last."""
        try:
            return self._raw.execute(sql.encode()).statusmessage
        except psycopg.Error as problem:
            raise self._meaning(problem) from problem

    def begin(self, sql: str) -> None:
        """Open a transaction."""
        try:
            self._raw.execute(sql.encode())
        except psycopg.Error as problem:
            self.roll_back("ROLLBACK")
            self._renew(problem)
            self.command(sql)

    def roll_back(self, sql: str) -> None:
        """Take back, unless the server did so by itself because the session was lost."""
        if not self._raw.closed and self._raw.info.transaction_status:
            self.command(sql)

    def _renew(self, problem: psycopg.Error) -> None:
        """Connect again if the server went away while nothing was open; else raise."""
        if not self._raw.closed or self.depth or self.reading or self._server.closed:
            raise self._meaning(problem) from problem
        self._raw = self._server.connect()

    def _meaning(self, problem: psycopg.Error) -> Refused | StoreFailed:
        if self._server.closed:
            return self._server.is_closed()
        text, hint = str(problem).strip(), ""
        if isinstance(problem, psycopg.errors.LockNotAvailable):
            text, hint = f"another process has been writing for {BUSY_S} s", "is a writer stuck?"
        elif self._raw.closed:
            text = f"the server went away: {text}"
            hint = "what was acknowledged is kept; do the rest again, repeating changes nothing"
        return StoreFailed(f"{self._server.name}: {text}" + (f"\nHint: {hint}" if hint else ""))

    def end(self) -> None:
        """Close the session; a statement that another thread runs in it is cancelled first."""
        # Again and again: a cancellation that comes before the statement began is lost.
        while not self._raw.lock.acquire(timeout=AGAIN_S):
            with contextlib.suppress(psycopg.Error):  # Without a server it ends by itself.
                self._raw.cancel_safe(timeout=CANCEL_S)
        try:
            self._raw.close()
        finally:
            self._raw.lock.release()

    def __del__(self) -> None:
        if hasattr(self, "_raw"):
            self._raw.close()

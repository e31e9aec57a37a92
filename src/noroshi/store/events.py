"""Events in the transaction of their cause, cursors of those who follow, and small facts kept."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.store.database import Connection
from noroshi.store.rows import Event, SourceState
from noroshi.store.statements import listed, statements

SQL = statements("events")


def emit(connection: Connection, changes: Iterable[tuple[str, str]], at: int) -> None:
    """Append an event for each (topic, key), under the newest epoch."""
    (epoch,) = connection.execute(statements("law")["last_epoch"]).fetchone()
    (n,) = connection.execute(SQL["last"]).fetchone()
    connection.executemany(
        SQL["put"], [(i, at, topic, key, epoch) for i, (topic, key) in enumerate(changes, n + 1)]
    )


def events(connection: Connection, after: int, limit: int, topics: tuple[str, ...]) -> list[Event]:
    """Events after number `after`, oldest first; of `topics` only, unless that is empty."""
    if topics:
        found = connection.execute(listed(SQL["after_of"], len(topics)), (after, *topics, limit))
    else:
        found = connection.execute(SQL["after"], (after, limit))
    return [Event(*row) for row in found]


def last(connection: Connection) -> int:
    """The number of the newest event; 0 where there is none."""
    (n,) = connection.execute(SQL["last"]).fetchone()
    return n


def cursor(connection: Connection, consumer: str) -> int:
    """The number up to which `consumer` has followed; 0 at first."""
    row = connection.execute(SQL["cursor"], (consumer,)).fetchone()
    return row[0] if row else 0


def meta(connection: Connection, key: str) -> str | None:
    """A small fact that the store keeps about itself."""
    row = connection.execute(SQL["meta"], (key,)).fetchone()
    return row[0] if row else None


def source(connection: Connection, sha256: str) -> SourceState | None:
    """How far the source of this hash was read; None when it never was."""
    row = connection.execute(SQL["source"], (sha256,)).fetchone()
    if row is None:
        return None
    digest, name, offset, state, done, at = row
    return SourceState(digest, name, offset, state, bool(done), at)

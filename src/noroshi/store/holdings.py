"""Holdings: who lets this node have what it received.

Two partners may give the same version, each under terms of its own. The node holds it under the
label of who is its originator, else of who gave it first; what one giver takes back stays while
another's grant lives, under that one's label.
"""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.store import events, labels
from noroshi.store.database import Connection
from noroshi.store.rows import Holding
from noroshi.store.statements import statements
from noroshi.words.record import Record

SQL = statements("holdings")


def hold(connection: Connection, records: Iterable[Record], at: int) -> None:
    """Note for each record that who passed it on last gives it, under the label it has here. What
    this node had first of its own is nobody's gift."""
    given = [record for record in records if record.hops and _received(connection, record)]
    labels.intern(connection, {record.label.key(): record.label for record in given})
    rows: list[tuple[str, int, str, str, int, int]] = []
    for record in given:
        giver = record.hops[-1].party
        direct = any(strand.originator == giver for strand in record.label.strands)
        rows.append((record.id, record.version, giver, record.label.key(), int(direct), at))
    connection.executemany(SQL["put"], rows)
    _settle(connection, {row[:2] for row in rows}, at)


def give_up(
    connection: Connection, id: str, party: str, versions: Iterable[int], at: int
) -> tuple[int, ...] | None:
    """End what `party` gives of the object (all versions where none is named): the versions that
    nobody gives any more. None where it gave none of them."""
    wanted = set(versions)
    given = {row[0] for row in connection.execute(SQL["given"], (id, party))}
    ended = given & wanted if wanted else given
    if not ended:
        return None
    for version in ended:
        connection.execute(SQL["drop"], (id, version, party))
    left = {row[0] for row in connection.execute(SQL["of"], (id,))}
    _settle(connection, {(id, version) for version in ended & left}, at)
    return tuple(sorted(ended - left))


def drop(connection: Connection, id: str) -> None:
    """Forget who gives the object: it was withdrawn whoever gives it."""
    connection.execute(SQL["drop_all"], (id,))


def holdings(connection: Connection, id: str) -> tuple[Holding, ...]:
    """Who gives which versions of the object, by version and party."""
    return tuple(Holding(*row) for row in connection.execute(SQL["of"], (id,)))


def _received(connection: Connection, record: Record) -> bool:
    where = (record.id, record.version)
    return connection.execute(SQL["label"], where).fetchone() is not None


def _settle(connection: Connection, held: set[tuple[str, int]], at: int) -> None:
    """Let each version have the label of its best holding."""
    moved: list[tuple[str, str]] = []
    for where in sorted(held):
        best = connection.execute(SQL["best"], where).fetchone()
        now = connection.execute(SQL["label"], where).fetchone()
        if best is not None and now is not None and best != now:
            labels.relabel(connection, best[0], *where, at)
            moved.append(("record.status", where[0]))
    events.emit(connection, moved, at)

"""Holdings: who lets this node have what it received.

Two partners may give the same version, each under terms of its own. The node holds it under the
label of who is its originator, else of who gave it first; what one giver takes back stays while
another's grant lives, under that one's label.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from noroshi.store import events, labels
from noroshi.store.database import Connection
from noroshi.store.rows import Holding
from noroshi.store.statements import listed, statements
from noroshi.words.record import Record

SQL = statements("holdings")
AT_ONCE: Final = 500
"""Objects looked up by one statement."""


def hold(connection: Connection, records: Iterable[Record], at: int) -> None:
    """Note for each record that who passed it on last gives it, under the label it has here. What
    this node had first of its own is nobody's gift."""
    passed = [record for record in records if record.hops]
    received = _labels(connection, {record.id for record in passed})
    given = [record for record in passed if (record.id, record.version) in received]
    labels.intern(connection, {label.key(): label for label in {r.label for r in given}})
    cells: dict[int, str] = {}
    rows: list[tuple[str, int, str, str, int, int, int]] = []
    for record in given:
        giver = record.hops[-1].party
        direct = any(strand.originator == giver for strand in record.label.strands)
        cell = cells.get(id(record.label)) or record.label.key()
        cells[id(record.label)] = cell
        rows.append((record.id, record.version, giver, cell, int(direct), at, at))
    connection.executemany(SQL["put"], rows)
    # One under the label that its version has leaves that the best of them.
    _settle(connection, {row[:2] for row in rows if received[row[:2]] != row[3]}, at)


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


def _labels(connection: Connection, ids: Iterable[str]) -> dict[tuple[str, int], str]:
    """The cell of each received version of these objects."""
    found: dict[tuple[str, int], str] = {}
    for some in _some(ids):
        rows = connection.execute(listed(SQL["labels"], len(some)), some)
        found |= {(name, version): cell for name, version, cell in rows}
    return found


def _settle(connection: Connection, held: set[tuple[str, int]], at: int) -> None:
    """Let each version have the label of its best holding."""
    names = {name for name, _ in held}
    now = _labels(connection, names)
    best: dict[tuple[str, int], str] = {}
    for some in _some(names):
        # The best of each version comes first.
        for name, version, cell in connection.execute(listed(SQL["best"], len(some)), some):
            best.setdefault((name, version), cell)
    moved: list[tuple[str, str]] = []
    for where in sorted(held):
        if where in best and where in now and best[where] != now[where]:
            labels.relabel(connection, best[where], *where, at)
            moved.append(("record.status", where[0]))
    events.emit(connection, moved, at)


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids, so many at a time as a statement takes."""
    left = iter(sorted(ids))
    while some := list(itertools.islice(left, AT_ONCE)):
        yield some

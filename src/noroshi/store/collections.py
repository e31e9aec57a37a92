"""Plain TAXII collections: versions of objects in the order in which they were added.

Beside the records and apart from them: no label, no agreement, no ledger. Numbers and dates of a
collection only rise: what is deleted leaves no number that could be given again.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from noroshi.store.database import Connection
from noroshi.store.pages import selections
from noroshi.store.rows import PLAIN, Added, Held, Match, NewObject
from noroshi.store.statements import statements
from noroshi.store.views import Current, marked

SQL = statements("collections")


class _Row(NamedTuple):
    """A version that a collection holds or will hold, and whether its version is its own."""

    current: Current
    dated: bool


class _Adding:
    """One envelope on its way into a collection: what each of its objects has there already, what
    it will have, and what is to be written."""

    def __init__(self, connection: Connection, collection: str, at: int) -> None:
        self.connection, self.collection, self.at = connection, collection, at
        found = connection.execute(SQL["counters"], (collection,)).fetchone()
        self.n, self.entered_at = found or (0, -1)
        self.rows: dict[str, list[_Row]] = {}
        self.fresh: dict[int, tuple[int, bytes]] = {}

    def add(self, new: NewObject) -> Added:
        """Take one object in, unless its version is there."""
        held = self.rows.get(new.oid)
        if held is None:
            held = self.rows[new.oid] = _held(self.connection, self.collection, new.oid)
        entered_at = max(self.at if new.added_at is None else new.added_at, self.entered_at + 1)
        version = entered_at if new.oversion is None else new.oversion
        for row in held:
            alike = row.current.spec_version == new.spec_version
            undated = new.oversion is None and not row.dated
            if alike and (undated or row.current.oversion == version):
                body = self._body(row.current.n)
                return Added(new.oid, row.current.oversion, False, body == new.body)
        self.n, self.entered_at = self.n + 1, entered_at
        current = Current(self.n, new.oid, new.oid, version, new.otype, new.spec_version, 0)
        held.append(_Row(current, new.oversion is not None))
        self.fresh[self.n] = entered_at, new.body
        return Added(new.oid, version, True, True)

    def _body(self, n: int) -> bytes:
        if n in self.fresh:
            return self.fresh[n][1]
        row = self.connection.execute(SQL["body"], (self.collection, n)).fetchone()
        return row[0]

    def write(self) -> None:
        """Write what was taken in, and how it changed what was there."""
        if not self.fresh:
            return
        self.connection.execute(SQL["set_counters"], (self.collection, self.n, self.entered_at))
        put: dict[int, tuple[object, ...]] = {}
        for held in self.rows.values():
            if held[-1].current.n not in self.fresh:
                continue
            now = marked([row.current for row in held])
            _mark(self.connection, self.collection, held, now, self.fresh)
            for row, current in zip(held, now, strict=True):
                if current.n in self.fresh:
                    entered = self.fresh[current.n]
                    put[current.n] = _values(self.collection, current, row.dated, entered)
        self.connection.executemany(SQL["put"], [put[n] for n in sorted(put)])


def add(
    connection: Connection, collection: str, objects: Iterable[NewObject], at: int
) -> list[Added]:
    """Add objects inside the open transaction; for each, in order, what became of it."""
    adding = _Adding(connection, collection, at)
    added = [adding.add(each) for each in objects]
    adding.write()
    return added


def remove(connection: Connection, collection: str, held: Sequence[Held]) -> None:
    """Delete these versions, and mark what is left of their objects anew."""
    gone = {each.n for each in held}
    connection.executemany(SQL["drop"], [(collection, n) for n in sorted(gone)])
    for oid in sorted({each.oid for each in held}):
        left = _held(connection, collection, oid)
        _mark(connection, collection, left, marked([row.current for row in left]), {})


def page(
    connection: Connection,
    collection: str,
    after_n: int,
    added_after: int | None,
    limit: int,
    match: Match,
) -> list[Held]:
    """Versions by ascending n; see `Store.collection_page`."""
    if added_after is not None:
        row = connection.execute(SQL["entered_by"], (collection, added_after)).fetchone()
        after_n = max(after_n, row[0] if row else 0)
    if match == PLAIN:
        return read(connection, "page", (collection, after_n, limit))
    streams = [
        [row[0] for row in connection.execute(sql, arguments)]
        for sql, arguments in selections(collection, after_n, limit, match, "select_object")
    ]
    numbers = itertools.islice(heapq.merge(*streams), limit)
    return [each for n in numbers for each in read(connection, "entry", (collection, n))]


def read(connection: Connection, statement: str, arguments: tuple[str | int, ...]) -> list[Held]:
    """The versions that the named statement finds."""
    return [Held(*row) for row in connection.execute(SQL[statement], arguments)]


def _held(connection: Connection, collection: str, oid: str) -> list[_Row]:
    found = connection.execute(SQL["held"], (collection, oid))
    return [
        _Row(Current(n, oid, oid, version, kind, spec, 0, *flags), bool(dated))
        for n, oid, version, kind, spec, *flags, dated in found
    ]


def _mark(
    connection: Connection,
    collection: str,
    before: Sequence[_Row],
    after: Sequence[Current],
    fresh: dict[int, tuple[int, bytes]],
) -> None:
    """Write the marks that changed on rows that were there already."""
    changed = [
        (new.last, new.first, new.newest, new.plain, collection, new.n)
        for (old, _), new in zip(before, after, strict=True)
        if new.n not in fresh and old != new
    ]
    connection.executemany(SQL["mark"], changed)


def _values(
    collection: str, row: Current, dated: bool, entered: tuple[int, bytes]
) -> tuple[object, ...]:
    marks = (row.last, row.first, row.newest, row.plain)
    kept = (collection, row.n, row.oid, row.oversion, row.otype, row.spec_version)
    return (*kept, *marks, int(dated), *entered)

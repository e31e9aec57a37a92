"""Posting lists: by value the records that have it, so many at most, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from noroshi.store import events, records
from noroshi.store.database import Database
from noroshi.store.statements import LISTED, listed, statements

SQL = statements("postings")

CAP: Final = 200
"""Records listed of one value. What more records have than this tells none from another."""

CONSUMER: Final = "postings"


class Postings:
    """Posting lists of one store, and which records live."""

    _database: Database

    def digest(self, kinds: Sequence[str]) -> str:
        """Another text whenever other records of these kinds live."""
        return records.digest(self._database.connection, kinds)

    def posted_to(self) -> int:
        """The number of the last version that was looked through."""
        return events.cursor(self._database.connection, CONSUMER)

    def post(self, rows: Iterable[tuple[int, str]], to: int) -> None:
        """Add (seq, value) of all versions up to number `to`, in one transaction."""
        with self._database.write() as connection:
            if to <= events.cursor(self._database.connection, CONSUMER):
                return  # another process was here meanwhile
            rows = list(rows)
            values = sorted({value for _, value in rows})
            known: dict[str, int] = {}
            for start in range(0, len(values), LISTED):
                some = tuple(values[start : start + LISTED])
                known |= dict(connection.execute(listed(SQL["counts"], len(some)), some).fetchall())
            new: list[tuple[str, int]] = []
            for seq, value in rows:
                known[value] = known.get(value, 0) + 1
                if known[value] <= CAP:
                    new.append((value, seq))
            connection.executemany(SQL["put"], new)
            connection.executemany(SQL["count"], [(value, known[value]) for value in values])
            connection.execute(events.SQL["set_cursor"], (CONSUMER, to))

    def postings(self, values: Sequence[str]) -> tuple[list[int], int]:
        """(numbers of the versions that have one of `values`, how many more there are)."""
        some = tuple(values)
        connection = self._database.connection
        if not some:
            return [], 0
        seqs = [row[0] for row in connection.execute(listed(SQL["seqs"], len(some)), some)]
        counted = connection.execute(listed(SQL["counts"], len(some)), some).fetchall()
        return seqs, sum(max(0, n - CAP) for _, n in counted)

    def drop_postings(self) -> None:
        """Forget them all: they are made again when next asked for."""
        with self._database.write() as connection:
            connection.execute(SQL["drop"])
            connection.execute(SQL["drop_counts"])
            connection.execute(events.SQL["set_cursor"], (CONSUMER, 0))

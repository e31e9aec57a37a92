"""What two people of this node agreed to: which record goes to whom, under which label, how."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.store import law
from noroshi.store.database import Database
from noroshi.store.statements import statements
from noroshi.words.time import FOREVER

SQL = statements("confirming")


class Confirmation(msgspec.Struct, frozen=True):
    """`record` under the label of `cell` goes to `party` in this `way`: `asked` for by one person
    and `agreed` to by another at `at` (µs UTC), until it was `ended`."""

    party: str
    record: str
    cell: str
    way: str
    asked: str
    agreed: str
    at: int
    ended: int | None = None


class Confirming:
    """Confirmations of one store. What decisions rest on rises with each change."""

    _database: Database

    def confirm(self, rows: Iterable[Confirmation]) -> None:
        """Keep what two people agreed to."""
        with self._database.write() as connection:
            for each in rows:
                connection.execute(SQL["put"], msgspec.structs.astuple(each)[:-1])
            law.rise(connection, 1)

    def confirmed(
        self, party: str, known: int | None = None
    ) -> dict[str, frozenset[tuple[str, str]]]:
        """By record the (cell, way) that two people agreed to for the party, and had by `known`;
        none of a record about which that holds no more."""
        then = FOREVER if known is None else known
        found: dict[str, set[tuple[str, str]]] = {}
        rows = self._database.connection.execute(SQL["of_party"], (then, party, then))
        for record, cell, way, holds in rows:
            held = found.setdefault(record, set())
            if holds:
                held.add((cell, way))
        return {record: frozenset(each) for record, each in found.items()}

    def confirmations(self, record: str) -> tuple[Confirmation, ...]:
        """Everything that was agreed to about a record, oldest first."""
        rows = self._database.connection.execute(SQL["of_record"], (record,))
        return tuple(Confirmation(*row) for row in rows)

    def unconfirm(self, record: str, *, at: int) -> None:
        """What was agreed to about the record holds no more."""
        with self._database.write() as connection:
            if connection.execute(SQL["end"], (at, record)).rowcount:
                law.rise(connection, 1)

    def rise(self) -> None:
        """Something else that decisions rest on is another now."""
        with self._database.write() as connection:
            law.rise(connection, 1)

"""What came of each partner, and how far its own ledger was gone through, to be reconciled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple

from noroshi.store.database import Database
from noroshi.store.statements import statements

SQL = statements("reconciling")

Outcome = Literal["kept", "ours", "refused", "withdrawal"]
"""What became of an object of a partner: it was kept; it was ours before it was the partner's; it
was refused; or it was a withdrawal, which was carried out."""

HASH_BYTES: Final = 32


class Came(NamedTuple):
    """An object as a partner signed it, what became of it, and by which clauses (a JSON text) it
    came first. `held`: that partner lets us have it now. `at` is when it came (µs UTC)."""

    id: str
    version: int
    sha256: str
    outcome: Outcome
    clauses: str | None = None
    held: int = 0
    at: int = 0


class Row(NamedTuple):
    """A row of a partner's ledger about us. `clauses` is a JSON text, `withdraws` the id that a
    withdrawal ends."""

    place: int
    at: int
    id: str
    version: int
    clauses: str
    body_sha256: str
    withdraws: str | None


class Compared(NamedTuple):
    """A partner's ledger was gone through up to `size` rows in life number `life` of its node, at
    `at` (µs UTC). `edge` is the right edge of the tree over them."""

    life: int
    size: int
    edge: bytes
    at: int


class Reconciling:
    """What one store knows of its partners' ledgers about it."""

    _database: Database

    def put_received(self, party: str, came: Iterable[Came], *, at: int) -> None:
        """Note what came from `party` and what became of it. Call in the transaction that took
        it."""
        rows = [
            (party, each.id, each.version, each.sha256, at, each.outcome, each.clauses)
            for each in came
        ]
        with self._database.write() as connection:
            connection.executemany(SQL["put"], rows)

    def received(self, party: str) -> Iterator[Came]:
        """All that came from `party`, by id and version."""
        found = self._database.connection.execute(SQL["received"], (party,))
        while row := found.fetchone():
            yield Came(*row)

    def count_received(self, party: str) -> int:
        """How much came from `party`."""
        return self._one("count", party)[0]

    def account_for(self, party: str, row: Row) -> bool:
        """Note that this row of the ledger of `party` accounts for what came; whether it did."""
        with self._database.write() as connection:
            # Not by version: of bytes that bear no date each side has one of its own.
            key = (row.place, party, row.id, row.body_sha256)
            return bool(connection.execute(SQL["placed"], key).rowcount)

    def other_bytes(self, party: str, id: str, version: int) -> tuple[str, ...]:
        """The hashes of what came from `party` as this version."""
        found = self._database.connection.execute(SQL["others"], (party, id, version))
        return tuple(row[0] for row in found)

    def unplaced(self, party: str) -> list[Came]:
        """What came from `party` and none of its rows accounts for."""
        return [Came(*row) for row in self._database.connection.execute(SQL["open"], (party,))]

    def came(self, party: str, id: str, version: int, sha256: str) -> Came | None:
        """What is known of these bytes from `party`; None where they never came."""
        found = self._one("came", party, id, sha256)
        return Came(id, version, sha256, found[0], found[1], 0, found[2]) if found else None

    def view_of(self, party: str) -> Iterator[tuple[str, int]]:
        """(id, version) of all that the view of `party` shows now, by id."""
        return iter(self._database.connection.execute(SQL["current"], (party,)).fetchall())

    def held_from(self, party: str, id: str) -> bool:
        """Whether something of the object lives here because `party` gives it."""
        return self._one("gives", id, party) is not None

    def carried(self, party: str, stone: str) -> bool:
        """Whether this withdrawal of `party` was carried out."""
        return self._one("carried", stone, party) is not None

    def compared(self, party: str) -> Compared:
        """How far the ledger of `party` was gone through."""
        found = self._one("compared", party)
        return Compared(*found) if found else Compared(0, 0, b"", 0)

    def set_compared(self, party: str, done: Compared) -> None:
        """Remember how far. Call in the transaction of what was found."""
        with self._database.write() as connection:
            connection.execute(SQL["set_compared"], (party, *done))

    def compare_anew(self, party: str) -> None:
        """Forget what was found in the ledger of `party`."""
        with self._database.write() as connection:
            connection.execute(SQL["forget"], (party,))
            connection.execute(SQL["forget_rows"], (party,))

    def put_unaccounted(self, party: str, row: Row) -> None:
        """Keep a row of the ledger of `party` that nothing which came accounts for."""
        with self._database.write() as connection:
            connection.execute(SQL["put_row"], (party, *row))

    def drop_unaccounted(self, party: str, place: int) -> None:
        """What the row says came after all."""
        with self._database.write() as connection:
            connection.execute(SQL["drop_row"], (party, place))

    def unaccounted(self, party: str) -> list[Row]:
        """Rows of the ledger of `party` that nothing which came accounts for, in order."""
        return [Row(*row) for row in self._database.connection.execute(SQL["rows"], (party,))]

    def withdraws(self, party: str, stone: str) -> tuple[str, str] | None:
        """What a withdrawal of ours in the journal of `party` ends: the id that it was served as,
        and the record."""
        found = self._one("withdraws", party, stone)
        return (found[0], found[1]) if found else None

    def shows(self, party: str, oid: str) -> bool:
        """Whether the view of `party` shows the object now."""
        return self._one("shown", party, oid) is not None

    def _one(self, statement: str, *arguments: object) -> Any:
        return self._database.connection.execute(SQL[statement], arguments).fetchone()

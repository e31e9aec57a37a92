"""The ledger of one store: what was disclosed to whom, the trees over it, and signed heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from noroshi.store import ledger
from noroshi.store.database import Database
from noroshi.store.ledger import SQL, Disclosed, Witness
from noroshi.store.rows import LedgerRow

_EVER = 2**62


class SignedHead(NamedTuple):
    """A head as it was signed (JSON), over so many disclosures, in that life of the node."""

    size: int
    signed: bytes
    life: int = 0


class Split(NamedTuple):
    """Two heads of `party` (JSON, as it signed them) about what `recipient` received, that cannot
    both be true, noticed at `at` (µs UTC), and why not."""

    party: str
    recipient: str
    at: int
    why: str
    one: bytes
    other: bytes


class Disclosures:
    """Ledger, tiles and heads of one store."""

    _database: Database

    def disclose(self, party: str, rows: Sequence[Disclosed], *, at: int) -> int:
        """Account for what `party` receives: (oid, oversion, clauses, body_sha256), each once. How
        many were new. When none is, nothing is written."""
        if not ledger.unknown(self._database.connection, party, rows):
            return 0
        with self._database.write() as connection:
            return ledger.disclose(connection, party, rows, at)

    def ledger(self, party: str | None = None, after: int = -1) -> Iterator[LedgerRow]:
        """The ledger in order, after number `after`; or what of it concerns `party`, after that
        place among it."""
        return map(ledger.row, ledger.raw(self._database.connection, party, after))

    def ledger_backwards(self, party: str | None = None) -> Iterator[LedgerRow]:
        """The ledger, or what of it concerns `party`, the last first."""
        return ledger.backwards(self._database.connection, party)

    def ledger_row(self, n: int) -> LedgerRow | None:
        """Row number `n`; None where there is none."""
        found = self._database.connection.execute(SQL["row"], (n,)).fetchone()
        return ledger.row(found) if found else None

    def ledger_about(self, party: str, id: str) -> list[LedgerRow]:
        """What `party` received under this id, by version."""
        found = self._database.connection.execute(SQL["about"], (party, id)).fetchall()
        return [ledger.row(each) for each in found]

    def ledger_parties(self) -> tuple[str, ...]:
        """Who received anything, sorted."""
        return tuple(row[0] for row in self._database.connection.execute(SQL["parties"]))

    def ledger_size(self, party: str) -> int:
        """How many disclosures to `party` there are."""
        return ledger.size(self._database.connection, party)

    def ledger_seals(self, party: str, start: int, count: int) -> list[str]:
        """The seals (hex) of what `party` received from place `start` on, at most `count`."""
        return ledger.seals(self._database.connection, party, start, count)

    def verify_ledger(self, witness: Witness | None = None) -> None:
        """Walk the whole chain; `BadInput` names the first row that does not follow. `witness` is
        told of each row that does."""
        with self._database.read() as connection:
            ledger.verify(connection, witness)

    # Trees

    def tiles(self, party: str, level: int, start: int, count: int) -> list[bytes]:
        """Kept hashes of full parts of the tree, 2^level leaves each, from number `start` on."""
        found = self._database.connection.execute(
            SQL["tiles"], (party, level, start, start + count)
        )
        return [row[0] for row in found]

    def put_tiles(self, rows: Iterable[tuple[str, int, int, bytes]]) -> None:
        """Keep hashes: (party, level, number, hash)."""
        with self._database.write() as connection:
            connection.executemany(SQL["put_tile"], rows)

    def drop_tiles(self) -> None:
        """Forget the kept hashes. Made again they are equal."""
        with self._database.write() as connection:
            connection.execute(SQL["drop_tiles"])

    # Heads

    def put_head(
        self, party: str, recipient: str, size: int, at: int, signed: bytes, *, life: int = 0
    ) -> None:
        """Keep what `party` signed, in that life of its node, about what `recipient` received from
        it; the first of a size stays."""
        with self._database.write() as connection:
            connection.execute(SQL["put_head"], (party, recipient, life, size, at, signed))

    def heads(
        self, party: str, recipient: str, *, most: int = _EVER, limit: int = 1
    ) -> list[SignedHead]:
        """The latest heads of that ledger over at most `most` disclosures: the latest life first,
        in it the largest."""
        arguments = (party, recipient, most, limit)
        found = self._database.connection.execute(SQL["heads"], arguments)
        return [SignedHead(*row) for row in found]

    def head_recipients(self, party: str) -> tuple[str, ...]:
        """About whom heads of `party`'s ledger are kept, sorted."""
        found = self._database.connection.execute(SQL["recipients"], (party,))
        return tuple(row[0] for row in found)

    def put_split(
        self, party: str, recipient: str, at: int, why: str, one: bytes, other: bytes
    ) -> None:
        """Keep two words of `party` about one ledger that cannot both be true."""
        with self._database.write() as connection:
            row = (party, recipient, at, why, *sorted((one, other)))
            connection.execute(SQL["put_split"], row)

    def splits(self) -> list[Split]:
        """What was kept of that, oldest first."""
        return [Split(*row) for row in self._database.connection.execute(SQL["splits"])]

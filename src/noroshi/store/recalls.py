"""What was taken back: why, from whom, who was told, and who says that it is gone there.

Where a record is, and what of it was withdrawn, follows from the journals of the parties and the
ledger of what they were served; only reasons, dates and the words of others are kept here.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Sequence
from typing import Any, Final

import msgspec

from noroshi.store.database import Database
from noroshi.store.statements import listed, statements

SQL = statements("recalls")
STONE: Final = "tombstone"
AT_ONCE: Final = 500
"""Objects looked up by one statement."""


class Recall(msgspec.Struct, frozen=True):
    """This node took record `id` back at `at`; others are to have confirmed by `due`. It may be
    given again since `lifted` (µs UTC)."""

    id: str
    at: int
    why: str
    due: int
    lifted: int | None = None


class Withdrawal(msgspec.Struct, frozen=True):
    """The withdrawal `stone` of `party`, about record `id`, was carried out here at `at` (µs UTC).
    `told` is the hash of what this node last said to `party` about it."""

    stone: str
    party: str
    id: str
    at: int
    told: str | None


class Confirmed(msgspec.Struct, frozen=True):
    """What `party` says about a withdrawal of ours, as it came at `at` (µs UTC)."""

    party: str
    version: int
    at: int
    raw: bytes


class Stone(msgspec.Struct, frozen=True):
    """A withdrawal put into a party's journal at `at`, which it fetched at `fetched` (µs UTC)."""

    id: str
    withdrawn: str
    at: int
    fetched: int | None


class Where(msgspec.Struct, frozen=True):
    """What one party has of a record: since when (µs UTC) it was served some of it (None: it never
    was), which objects its view shows now, and what was withdrawn from it."""

    party: str
    served: int | None
    shown: tuple[str, ...]
    stones: tuple[Stone, ...]

    def with_(self, served: int, *stones: Stone) -> Where:
        """The same, and that it was served at `served` at the latest, and these withdrawals."""
        first = served if self.served is None else min(served, self.served)
        return Where(self.party, first, self.shown, (*stones, *self.stones))


class Recalls:
    """Recalls, withdrawals and receipts of one store."""

    _database: Database

    def put_recall(self, recall: Recall) -> None:
        """Keep why this node took a record back. Call in the transaction that did."""
        with self._database.write() as connection:
            connection.execute(SQL["put_recall"], (recall.id, recall.at, recall.why, recall.due))

    def recalls(self) -> tuple[Recall, ...]:
        """What this node took back, oldest first."""
        return tuple(Recall(*row) for row in self._rows("recalls"))

    def put_withdrawal(
        self, stone: str, party: str, id: str, *, at: int, recalled: bool = False
    ) -> None:
        """Keep that a withdrawal was carried out, once; `recalled` where `party` took the object
        back from everybody. Call in the transaction that did."""
        with self._database.write() as connection:
            connection.execute(SQL["put_withdrawal"], (stone, party, id, at, int(recalled)))

    def ended(self, ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Who took each of these objects back from everybody, of those that somebody did."""
        found: dict[str, set[str]] = {}
        left = iter(sorted({*ids}))
        while some := tuple(itertools.islice(left, AT_ONCE)):
            sql = listed(SQL["ended"], len(some))
            for name, party in self._database.connection.execute(sql, some):
                found.setdefault(name, set()).add(party)
        return {name: frozenset(parties) for name, parties in found.items()}

    def resume(self, id: str, party: str) -> None:
        """`party` gives again what it took back from everybody."""
        with self._database.write() as connection:
            connection.execute(SQL["resume"], (id, party))

    def withdrawals(self, party: str, *, every: bool = False) -> tuple[Withdrawal, ...]:
        """What `party` withdrew and is gone here, oldest first; unless `every`, only what it may
        not have been told all about."""
        found = self._rows("every_withdrawal" if every else "withdrawals", party)
        return tuple(Withdrawal(*row) for row in found)

    def set_told(self, said: Iterable[tuple[str, str, bool]]) -> None:
        """Remember for each withdrawal the hash of what its giver was told, and whether there may
        be more to say."""
        with self._database.write() as connection:
            rows = [(told, int(more), stone) for stone, told, more in said]
            connection.executemany(SQL["told"], rows)

    def put_receipt(self, stone: str, party: str, version: int, raw: bytes, *, at: int) -> None:
        """Keep what `party` says about a withdrawal; its latest version stays."""
        with self._database.write() as connection:
            connection.execute(SQL["put_receipt"], (stone, party, version, at, raw))

    def receipts(self, stone: str) -> tuple[Confirmed, ...]:
        """What was said about a withdrawal of ours."""
        return tuple(Confirmed(*row) for row in self._rows("receipts", stone))

    def issued(self, party: str, stone: str) -> str | None:
        """The record that a withdrawal in the journal of `party` is about; None for no such."""
        found = self._rows("issued", party, stone, party, stone)
        return found[0][0] if found else None

    def withdrawn(self, limit: int) -> tuple[str, ...]:
        """Records of which something was withdrawn from somebody, the latest first."""
        return tuple(row[0] for row in self._rows("withdrawn", limit))

    def whereabouts(self, id: str, public: Container[str] = ()) -> tuple[Where, ...]:
        """Who has, or had, the record out of this node's views, by party: by the journals, and by
        what partners said since the store was put back from a backup. What went along with it and
        is `public` does not count."""
        found: dict[str, list[Sequence[Any]]] = {}
        for party, *entry in self._rows("entries", id):
            if entry[0] not in public:
                found.setdefault(party, []).append(entry)
        known = {party: _where(party, entries) for party, entries in found.items()}
        for party, at in self._rows("reported", id, id):
            known[party] = known.get(party, Where(party, None, (), ())).with_(at)
        for party, stone, withdrawn, at in self._rows("remembered", id, id, id):
            held = known.get(party, Where(party, None, (), ()))
            known[party] = held.with_(at, Stone(stone, withdrawn, at, at))
        return tuple(known[party] for party in sorted(known))

    def _rows(self, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
        return self._database.connection.execute(SQL[statement], arguments).fetchall()


def _where(party: str, entries: Sequence[Sequence[Any]]) -> Where:
    """What a journal, read in order, leaves of a record."""
    shown: dict[str, None] = {}
    stones: list[Stone] = []
    served: list[int] = []
    for oid, otype, tombstone, withdraws, entered, fetched, current in entries:
        if otype == STONE:
            stones.append(Stone(oid, withdraws or "", entered, fetched))
        elif fetched is not None and not tombstone:
            served.append(fetched)
        if tombstone:
            shown.pop(withdraws or oid, None)
        elif otype != STONE and current is not None:
            # What another record brings by now as well, as a ship of two findings, is that one's.
            shown[oid] = None
    return Where(party, min(served, default=None), tuple(shown), tuple(stones))

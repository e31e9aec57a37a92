"""Putting a store back from a backup: a new life, in which nothing is told that was taken back.

Between the backup and now this store gave out numbers and dates that it does not remember, and may
have taken records back. So journals jump beyond any number that they can have given, nothing goes
out until the partners said what they hold and what was withdrawn from them, and what they were
told is gone stays gone, whenever it is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from noroshi.store import events, views
from noroshi.store import records as versions
from noroshi.store.database import Connection, Database
from noroshi.store.rows import NewEntry
from noroshi.store.statements import chunks, listed, statements
from noroshi.words.record import Record
from noroshi.words.time import SECOND

SQL = statements("restoring")
FLOOR: Final = views.FLOOR

State = Literal["waiting", "answered", "let go"]


class Life(msgspec.Struct, frozen=True):
    """The store was put back at `at`, as it was at `saved_at` (µs UTC). `n` rises with each time,
    also where the same backup is put back again: it counts seconds."""

    n: int
    at: int
    saved_at: int


class Resync(msgspec.Struct, frozen=True):
    """How far `party` is with telling what it holds: `law` is the agreement set that it was last
    served under, `learnt` counts disclosures to it that had been forgotten, `ended` what it was
    told is gone and we had forgotten."""

    party: str
    life: int
    state: State
    at: int
    why: str | None
    law: str | None
    learnt: int
    ended: int


class Forgotten(msgspec.Struct, frozen=True):
    """By `stone` this node withdrew `withdrawn` from `party`, which did so at `at` (µs UTC), and
    knows it from that party alone. `record` is which one it was, once that is known."""

    stone: str
    party: str
    withdrawn: str
    at: int
    record: str | None = None


class Restoring:
    """What one store knows of having been put back."""

    _database: Database

    def put_back(self, parties: Iterable[str], *, at: int, saved_at: int) -> int:
        """Begin a new life at `at` (µs UTC): numbers and dates go on beyond any that were given,
        peers are read and sent everything again, and nothing goes out until `parties`, and whoever
        was served, answered. The number of this life."""
        with self._database.write() as connection:
            # A backup that was put back before knows nothing of that life: the time tells them
            # apart, or partners that answered then would take this for the same question.
            n = max(self.life().n + 1, at // SECOND)
            connection.execute(SQL["put_life"], (n, at, saved_at))
            views.lift(connection, at)
            connection.execute(SQL["lift_collections"], (at, at, at))
            connection.execute(SQL["forget_peers"])
            known = {row[0] for row in connection.execute(SQL["known_parties"])}
            rows = [(party, n, at) for party in sorted({*parties, *known})]
            connection.executemany(SQL["await"], rows)
            return n

    def life(self) -> Life:
        """The life that the store is in; number 0 where it never was put back."""
        row = self._database.connection.execute(SQL["life"]).fetchone()
        return Life(*row) if row else Life(0, 0, 0)

    def resyncs(self) -> tuple[Resync, ...]:
        """Who is asked in this life, by party."""
        found = self._database.connection.execute(SQL["resyncs"])
        return tuple(Resync(*row) for row in found)

    def shut(self) -> bool:
        """Whether nothing may go out yet."""
        return self._database.connection.execute(SQL["shut"]).fetchone() is not None

    def knows_law(self, digest: str) -> bool:
        """Whether the agreement set with this hash ever was law here."""
        found = self._database.connection.execute(SQL["knows_law"], (digest,))
        return found.fetchone() is not None

    def settle_resync(self, party: str, state: State, why: str | None, *, at: int) -> bool:
        """`party` has told all, or is not waited for (`why`); whether it was waited for. Once
        nobody is, everything is offered again to everybody. Call in the transaction of what was
        told."""
        with self._database.write() as connection:
            if not connection.execute(SQL["settle"], (state, at, why, party)).rowcount:
                return False
            if all(each.state != "waiting" for each in self.resyncs()):
                for (one,) in connection.execute(views.SQL["parties"]).fetchall():
                    _offer_again(connection, one, at)
            return True

    def let_go(self, party: str, why: str, *, at: int) -> None:
        """Wait no longer for `party`, whatever it knows."""
        with self._database.write() as connection:
            if not self.settle_resync(party, "let go", why, at=at):
                connection.execute(SQL["let_go"], (at, why, party))

    def put_told(
        self,
        party: str,
        part: int,
        *,
        law: str | None,
        learnt: int,
        ended: int,
        seen: int | None,
    ) -> int:
        """Keep what one part of the answer of `party` came to; how many parts there are by now. A
        part that comes again changes nothing. `seen` is the latest date (µs UTC) of ours that the
        party knows."""
        with self._database.write() as connection:
            life = self.life().n
            if connection.execute(SQL["put_part"], (party, life, part)).rowcount:
                connection.execute(SQL["counted"], (learnt, ended, party))
            if law is not None:
                connection.execute(SQL["said_law"], (law, party))
            if seen is not None:
                views.lift(connection, seen)
            return connection.execute(SQL["parts"], (party, life)).fetchone()[0]

    def forget(self, each: Forgotten) -> None:
        """Keep a withdrawal of ours that only who carried it out knows of."""
        with self._database.write() as connection:
            row = (each.stone, each.party, each.withdrawn, each.at, each.record)
            connection.execute(SQL["forget"], row)

    def forgotten(self) -> tuple[Forgotten, ...]:
        """Withdrawals of ours of records that are not here, or were not yet."""
        return tuple(Forgotten(*row) for row in self._database.connection.execute(SQL["forgotten"]))

    def remember(self, stone: str, record: str) -> None:
        """It is known again which record a withdrawal was of."""
        with self._database.write() as connection:
            connection.execute(SQL["remember"], (record, stone))

    def elsewhere(self) -> dict[str, tuple[str, ...]]:
        """What partners said they hold from this node, and this store has nothing of: by id, who
        they are."""
        found: dict[str, list[str]] = {}
        for name, party in self._database.connection.execute(SQL["elsewhere"]):
            found.setdefault(name, []).append(party)
        return {name: tuple(parties) for name, parties in found.items()}

    def ended_elsewhere(self) -> dict[str, str]:
        """Of those, what a partner that gave it to this node withdrew: by id, who; and nobody ("")
        where this node had withdrawn it from who has it again, being put back as well."""
        return dict(self._database.connection.execute(SQL["ended_elsewhere"]))

    def stand_in(self, record: Record, *, at: int) -> None:
        """Have the tombstone `record` stand for one of which this store has no bytes, so that it
        can be withdrawn. Once that is read, it is as if this were not there."""
        with self._database.write() as connection:
            versions.insert(connection, [record])
            about = (record.id, record.version)
            connection.execute(versions.SQL["put_retraction"], (versions.LOST, None, *about))
            events.emit(connection, [("record.stored", record.id)], at)

    def doubt(self, party: str, ids: Iterable[str], *, at: int) -> None:
        """`party` holds these, whatever its journal says: a tombstone that stands there for all of
        one is silently ended, so that it is withdrawn once more under another id."""
        with self._database.write() as connection:
            entries: list[NewEntry] = []
            for some in chunks(sorted(ids)):
                rows = connection.execute(listed(SQL["ended_for"], len(some)), (party, *some))
                for seq, name, version, spec_version in rows:
                    of = (name, version, name.partition("--")[0], None, spec_version)
                    entries.append(NewEntry(seq, *of, tombstone=True))
            if entries:
                views.append(connection, party, entries, _epoch(connection), at)

    def own_ids(self, type: str) -> list[str]:
        """The ids of live records of this node itself, of one STIX type."""
        found = self._database.connection.execute(SQL["own"], (f"{type}--", f"{type}-."))
        return [row[0] for row in found]

    def origin(self, id: str) -> str:
        """The record that goes out under `id`: that of a variant, else the one of this id."""
        row = self._database.connection.execute(SQL["made_of"], (id,)).fetchone()
        return row[0] if row else id

    def held_of(self, party: str) -> Iterator[tuple[str, int, str, str, int]]:
        """(id, version, sha256, cell, at) of all that is held because `party` gave it, by id."""
        return iter(self._database.connection.execute(SQL["held_of"], (party,)).fetchall())

    def carried_out(self, party: str) -> Iterator[tuple[str, str, int]]:
        """(withdrawal, id withdrawn, at) of all that `party` withdrew here, oldest first."""
        return iter(self._database.connection.execute(SQL["carried_out"], (party,)).fetchall())

    def say_of(self, ids: Iterable[str]) -> None:
        """More is known of who had these records: whoever withdrew one of them from this node is to
        hear anew how far everybody is."""
        with self._database.write() as connection:
            for some in chunks(sorted(ids)):
                connection.execute(listed(SQL["say_of"], len(some)), some)

    def say_again(self, party: str) -> None:
        """`party` may have forgotten what we told it of its withdrawals: it is due anew."""
        with self._database.write() as connection:
            connection.execute(SQL["say_again"], (party,))


def _offer_again(connection: Connection, party: str, at: int) -> None:
    """Let everything that the party's view shows enter it again."""
    rows: list[tuple[Any, ...]] = connection.execute(SQL["current"], (party,)).fetchall()
    entries = [NewEntry(*row[:6], tombstone=bool(row[6]), withdraws=row[7]) for row in rows]
    views.append(connection, party, entries, _epoch(connection), at)
    events.emit(connection, [("view.changed", party)], at)


def _epoch(connection: Connection) -> int:
    return connection.execute(statements("law")["last_epoch"]).fetchone()[0]

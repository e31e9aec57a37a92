"""Emergency releases of one store, and what their reviews said."""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.store import law
from noroshi.store.database import Connection, Database
from noroshi.store.statements import statements
from noroshi.words.emergency import Emergency
from noroshi.words.time import FOREVER

SQL = statements("emergencies")

Outcome = Literal["upheld", "withdrawn", "recalled"]


class Broken(msgspec.Struct, frozen=True):
    """An emergency release, to be reviewed by `review`; what the review said, and when the release
    `ended` before its time. All µs UTC."""

    id: str
    record: str
    party: str
    by: str
    why: str
    since: int
    until: int
    review: int
    ended: int | None = None
    reviewed: int | None = None
    reviewer: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None


class Emergencies:
    """Emergency releases of one store. What decisions rest on rises with each change."""

    _database: Database

    def put_emergency(self, each: Emergency, *, review: int) -> None:
        """Keep an emergency release, which is to be reviewed by `review`."""
        with self._database.write() as connection:
            row = (*msgspec.structs.astuple(each), review)
            connection.execute(SQL["put"], row)
            _risen(connection)

    def review_emergency(self, id: str, outcome: Outcome, *, who: str, why: str, at: int) -> bool:
        """Keep what a review said; whether it was the first. What is not upheld ends."""
        with self._database.write() as connection:
            if not connection.execute(SQL["review"], (at, who, outcome, why, id)).rowcount:
                return False
            if outcome != "upheld":
                connection.execute(SQL["end"], (at, id, at))
                _risen(connection)
            return True

    def every_emergency(self) -> tuple[Broken, ...]:
        """All there were, oldest first."""
        return tuple(Broken(*row) for row in self._database.connection.execute(SQL["all"]))

    def emergencies(self, known: int | None = None) -> tuple[Emergency, ...]:
        """What decisions rest on: all emergency releases, or those known by `known`, each until it
        ended as far as was known then."""
        then = FOREVER if known is None else known
        return tuple(
            Emergency(e.id, e.record, e.party, e.by, e.why, e.since, _until(e, then))
            for e in self.every_emergency()
            if e.since <= then
        )


def _until(each: Broken, known: int) -> int:
    ended = each.ended is not None and each.ended <= known
    return min(each.until, each.ended or each.until) if ended else each.until


def _risen(connection: Connection) -> None:
    law.rise(connection, 1)

"""How it went with each peer, so that who comes next, or is started anew, knows when to call."""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.store.database import Database
from noroshi.store.statements import statements

SQL = statements("calls")

Way = Literal["pull", "push"]


class Call(msgspec.Struct, frozen=True):
    """The last call to a peer, one way: `failures` in a row since `since`, the last at `tried` with
    `problem`; it answered last at `ok`; not before `due` is it called again, and until `asked` it
    asked to be left alone. All µs UTC."""

    party: str
    way: Way
    failures: int = 0
    since: int | None = None
    tried: int = 0
    ok: int | None = None
    due: int = 0
    problem: str | None = None
    asked: int = 0


class Calls:
    """Calls of one store."""

    _database: Database

    def call(self, party: str, way: Way) -> Call:
        """How it went last; a peer that was never called is due."""
        found = self._database.connection.execute(SQL["call"], (party, way)).fetchone()
        return Call(*found) if found else Call(party, way)

    def put_call(self, call: Call) -> None:
        """Keep how it went."""
        with self._database.write() as connection:
            connection.execute(SQL["put"], msgspec.structs.astuple(call))

    def call_sooner(self, party: str, wait: int, *, at: int) -> None:
        """Have a peer that is left alone for its failures, beyond `at` (µs UTC), called again
        `wait` µs after it was last tried; one that asked to be left alone, no sooner than that."""
        if self._database.connection.execute(SQL["left_alone"], (party, wait, at)).fetchone():
            with self._database.write() as connection:
                connection.execute(SQL["sooner"], (wait, wait, party, wait, at))

    def drop_calls(self, party: str) -> None:
        """Forget how it went: the peer is due."""
        with self._database.write() as connection:
            connection.execute(SQL["drop"], (party,))

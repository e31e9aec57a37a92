"""The keyring: keys of parties, and the statements by which they follow one another."""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.store import events
from noroshi.store.database import Database
from noroshi.store.statements import statements
from noroshi.words.ids import canonical, sha256
from noroshi.words.keys import PartyKey, Statement

SQL = statements("keys")
TOPIC: Final = "key.changed"
"""The event when a key of a party is new or counts otherwise than before."""

_statement = msgspec.json.Decoder(Statement)


class Keyring:
    """Keys and statements of one store."""

    _database: Database

    def keys(self, party: str) -> tuple[PartyKey, ...]:
        """The keys of the party, in the order in which they came to be known."""
        found = self._database.connection.execute(SQL["keys"], (party,)).fetchall()
        return tuple(PartyKey(*row) for row in found)

    def distrusted_keys(self) -> frozenset[str]:
        """Fingerprints of all keys that are not to be believed."""
        found = self._database.connection.execute(SQL["distrusted"]).fetchall()
        return frozenset(row[0] for row in found)

    def put_key(self, key: PartyKey, *, at: int | None) -> None:
        """Keep a key, or what it counts for now; with an event where that is new, unless the key
        was there from the first (`at` None)."""
        with self._database.write() as connection:
            if key not in self.keys(key.party):
                connection.execute(SQL["put_key"], msgspec.structs.astuple(key))
                if at is not None:
                    events.emit(connection, [(TOPIC, f"{key.party} {key.fingerprint}")], at)

    def read_again(self) -> None:
        """Forget how far peers were read: the next pull begins at the start, and what is known
        already stays as it is."""
        with self._database.write() as connection:
            for kind in ("peer", "letters"):
                connection.execute(SQL["read_again"], (f"{kind}:", f"{kind};"))

    def key_statements(self, party: str) -> tuple[tuple[Statement, str | None], ...]:
        """What the party said of its keys, oldest first, each with why it was not followed."""
        found = self._database.connection.execute(SQL["statements"], (party,)).fetchall()
        return tuple((_statement.decode(signed), refused) for signed, refused in found)

    def put_statement(self, said: Statement, refused: str | None = None, *, at: int) -> None:
        """Keep a statement, and why it was not followed."""
        signed = canonical(said)
        row = (sha256(signed), said.party, said.at, at, signed, refused)
        with self._database.write() as connection:
            connection.execute(SQL["put_statement"], row)

"""The law of a store: agreements in force by epoch, grants, consents, and the parties it knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noroshi.store import law
from noroshi.store.database import Database
from noroshi.words.grant import Consent, Grant
from noroshi.words.party import Party


class Laws:
    """Agreements, terms and parties of one store."""

    _database: Database

    def load_agreements(
        self, agreements: Sequence[tuple[str, str, bytes]], *, valid_from: int, at: int
    ) -> int:
        """Make the set of (id, sha256, bytes) the law from `valid_from` on, known from `at`; its
        epoch. Nothing changes when the newest epoch already says so."""
        with self._database.write() as connection:
            return law.load(connection, agreements, valid_from, at)

    def agreements(
        self, *, at: int | None = None, known: int | None = None
    ) -> tuple[int, tuple[tuple[str, str, bytes], ...]]:
        """(epoch, set) valid at `at`, as known at `known`, else the newest; (0, ()) for none."""
        with self._database.read() as connection:
            return law.agreements(connection, at, known)

    def put_grants(self, grants: Iterable[Grant], *, at: int = 0, anew: bool = False) -> int:
        """Keep grants that came at `at` (µs UTC), once; a signed one replaces itself unsigned, or
        (`anew`) signed otherwise. How many changed."""
        with self._database.write() as connection:
            return law.put_terms(connection, "grant", grants, at, anew=anew)

    def grants(self, known: int | None = None) -> dict[str, Grant]:
        """All grants by id, or those that had come by `known`."""
        return law.grants(self._database.connection, known)

    def put_consents(self, consents: Iterable[Consent], *, at: int = 0, anew: bool = False) -> int:
        """Keep consents that came at `at` (µs UTC), as `put_grants` does grants."""
        with self._database.write() as connection:
            return law.put_terms(connection, "consent", consents, at, anew=anew)

    def consents(self, known: int | None = None) -> tuple[Consent, ...]:
        """All consents, or those that had come by `known`."""
        return law.consents(self._database.connection, known)

    def terms(self) -> int:
        """A number that rises whenever grants or consents change: a key for what rests on them."""
        return law.terms(self._database.connection)

    def put_parties(self, parties: Iterable[Party]) -> tuple[Party, ...]:
        """Register this node's own parties after those it has; all of them, in position order,
        which is part of stored masks and never changes."""
        with self._database.write() as connection:
            return law.put_parties(connection, parties)

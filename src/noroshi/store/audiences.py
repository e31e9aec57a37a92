"""The part of a store that keeps who may see which label; see `audience`."""

from __future__ import annotations

from noroshi.pact.policy import Policy
from noroshi.store import audience
from noroshi.store.database import Database
from noroshi.store.rows import Cell
from noroshi.words.release import Release


class Audiences:
    """Audiences at rest, asked by SQL."""

    _database: Database

    def compile_audiences(self, policy: Policy, holder: str, *, epoch: int, at: int) -> int:
        """Make the derived rows of who may see which label, held by `holder`, for the stretch of
        time around `at` in which nothing changes; how many, 0 where they stood already."""
        with self._database.write() as connection:
            return audience.derive(connection, policy, holder, epoch, at)

    def drop_audiences(self) -> None:
        """Forget what was compiled. Compiled again it is equal."""
        with self._database.write() as connection:
            audience.drop(connection)

    def visible(
        self, party: str, *, epoch: int, at: int, after_seq: int = 0, limit: int
    ) -> list[Cell]:
        """Versions after `after_seq`, in that order, that `party` may have at `at`, whatever their
        status. Raises `Refused` where nothing was compiled for that time."""
        with self._database.read() as connection:
            return audience.visible(connection, party, epoch, at, after_seq, limit)

    def seen(self, *, epoch: int, at: int) -> dict[str, int]:
        """How many records of which the latest version lives each party may have at `at`, of those
        that may have some. `Refused` as `visible`."""
        with self._database.read() as connection:
            return audience.seen(connection, epoch, at)

    def count_live(self) -> int:
        """How many records there are of which the latest version lives."""
        (found,) = self._database.connection.execute(audience.SQL["live"]).fetchone()
        return found

    def release(self, party: str, seq: int, *, epoch: int, at: int) -> Release:
        """How `party` may have the version stored as `seq`, without near misses; withheld also
        where the record or its label is newer than what was compiled. `Refused` as `visible`."""
        with self._database.read() as connection:
            return audience.release(connection, party, epoch, at, seq)

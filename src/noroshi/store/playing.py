"""Playing: whether the store is one of an exercise. Such a store holds nothing that is real."""

from __future__ import annotations

from typing import Final

from noroshi.store import events
from noroshi.store.database import Database
from noroshi.store.statements import statements

KEY: Final = "exercise"
"""In `meta`: the name of the exercise that the store is for; absent in one of what is real."""


class Playing:
    """The exercise of one store."""

    _database: Database

    def exercise(self) -> str | None:
        """The exercise that the store was begun for; None for what is real."""
        return events.meta(self._database.connection, KEY)

    def begin_exercise(self, name: str) -> None:
        """Make the store one of this exercise, for ever."""
        with self._database.write() as connection:
            connection.execute(statements("events")["set_meta"], (KEY, name))

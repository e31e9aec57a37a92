"""What partners say back about what they were given, and letters: objects for one partner alone.

A letter is kept with its number, which is its date as well, so that a partner can fetch letters
from where it was, and waits until it was sent where this node can reach the partner.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from noroshi.store import events, views
from noroshi.store.database import Database
from noroshi.store.statements import statements

SQL = statements("feedback")


class Feedback(msgspec.Struct, frozen=True):
    """What was said about `record`, which `sender` ('' is this node) has as `about`, at `at`; an
    answer is due by `due` (µs UTC). It went on to `onward`, or ends here (None). `asked_by` is who
    said it first, where that may be known."""

    thread: str
    sender: str
    record: str
    about: str
    kind: str
    opinion: str | None
    note: str
    at: int
    due: int | None
    asked_by: str | None
    onward: str | None
    answer: str | None = None
    answered_at: int | None = None


class Letter(msgspec.Struct, frozen=True):
    """An object for one party: its number among those, its id and bytes."""

    n: int
    id: str
    raw: bytes


class Feedbacks:
    """Feedback and letters of one store."""

    _database: Database

    def put_feedback(self, each: Feedback) -> bool:
        """Keep what was said, once; whether it was new."""
        with self._database.write() as connection:
            row = msgspec.structs.astuple(each)[:11]
            return bool(connection.execute(SQL["put"], row).rowcount)

    def feedback(self, thread: str | None = None) -> tuple[Feedback, ...]:
        """All that was said, oldest first, or what was in one thread."""
        which = ("all", ()) if thread is None else ("thread", (thread,))
        found = self._database.connection.execute(SQL[which[0]], which[1])
        return tuple(Feedback(*row) for row in found)

    def put_answer(self, thread: str, sender: str, answer: str, *, at: int) -> None:
        """Keep an answer; the latest counts, and the date of the first."""
        with self._database.write() as connection:
            connection.execute(SQL["answer"], (answer, at, thread, sender))

    def put_letters(self, party: str, letters: Iterable[tuple[str, bytes]], *, at: int) -> None:
        """Keep objects (id, bytes) for `party` alone."""
        with self._database.write() as connection:
            row = connection.execute(SQL["last_letter"], (party,)).fetchone()
            floor = int(events.meta(connection, views.FLOOR) or "0")
            n = max(at - 1, floor, row[0] if row else 0)
            rows: list[tuple[Any, ...]] = []
            for name, raw in letters:
                n += 1
                rows.append((party, n, name, raw))
            connection.executemany(SQL["put_letter"], rows)

    def letters(self, party: str, *, after: int, limit: int) -> list[Letter]:
        """Letters to `party` after number `after`, sent or not."""
        return self._letters("letters", party, after, limit)

    def letter(self, party: str, id: str) -> list[Letter]:
        """Letters to `party` with this id, the latest first."""
        return self._letters("letter", party, id)

    def waiting_letters(self, party: str, *, limit: int) -> list[Letter]:
        """Letters that were not sent to `party` yet."""
        return self._letters("waiting", party, limit)

    def set_sent(self, party: str, numbers: Iterable[int]) -> None:
        """Remember that these letters were sent."""
        with self._database.write() as connection:
            connection.executemany(SQL["sent"], [(party, n) for n in numbers])

    def _letters(self, statement: str, *arguments: object) -> list[Letter]:
        found = self._database.connection.execute(SQL[statement], arguments)
        return [Letter(*row) for row in found]

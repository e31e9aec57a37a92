"""Keeping: what persons said about commitments and what shows them kept."""

from __future__ import annotations

import msgspec

from noroshi.store.database import Database
from noroshi.store.statements import statements
from noroshi.words.time import Precision, Span

SQL = statements("keeping")


class Word(msgspec.Struct, frozen=True):
    """What `by` said at `at` (µs UTC): that `ref`, a record's id or a document, shows the
    commitment kept, or that it does not. It happened within `span`."""

    commitment: str
    ref: str
    span: Span
    kept: bool
    by: str
    note: str
    at: int


class Keeping:
    """Words about commitments of one store."""

    _database: Database

    def put_word(self, word: Word) -> bool:
        """Keep what was said; whether it differs from the last word about the same."""
        with self._database.write() as connection:
            if any(msgspec.structs.replace(each, at=word.at) == word for each in self.words()):
                return False
            n = connection.execute(SQL["last"]).fetchone()[0] + 1
            span = word.span
            row = (n, word.commitment, word.ref, span.t0, span.t1, span.precision)
            connection.execute(SQL["put"], (*row, int(word.kept), word.by, word.note, word.at))
        return True

    def words(self) -> tuple[Word, ...]:
        """The last word about each commitment and record or document, by when it happened."""
        rows = self._database.connection.execute(SQL["words"]).fetchall()
        return tuple(_word(*row) for row in rows)


def _word(
    commitment: str, ref: str, t0: int, t1: int, precision: Precision, kept: int, by: str,
    note: str, at: int,
) -> Word:  # fmt: skip
    return Word(commitment, ref, Span(t0, t1, precision), bool(kept), by, note, at)

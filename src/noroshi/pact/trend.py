"""Trend: promises kept per agreement, year by year. A year counts what was due by its end."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.pact.calendar import Entry
from noroshi.words.time import to_datetime


class Year(msgspec.Struct, frozen=True):
    """What an agreement's promises came to in one year: `due` is the sum of the next four. `deeds`
    are all that was done in it, also for promises without a date."""

    agreement: str
    year: int
    due: int
    kept: int
    late: int
    missed: int
    unknown: int
    deeds: int


def trend(entries: Iterable[Entry], now: int) -> tuple[Year, ...]:
    """One row for each agreement and year in which something was due by `now`, or was done."""
    counted: dict[tuple[str, int], dict[str, int]] = {}

    def count(agreement: str, at: int, what: str) -> None:
        row = counted.setdefault((agreement, to_datetime(at).year), {})
        row[what] = row.get(what, 0) + 1

    for entry in entries:
        for turn in entry.turns:
            if turn.due.t1 <= now:
                count(entry.agreement, turn.due.t1 - 1, turn.state)
        for deed in entry.deeds:
            count(entry.agreement, deed.span.t0, "deeds")
    states = ("kept", "late", "missed", "unknown")
    return tuple(
        Year(
            agreement,
            year,
            sum(row.get(each, 0) for each in states),
            *(row.get(each, 0) for each in (*states, "deeds")),
        )
        for (agreement, year), row in sorted(counted.items())
    )

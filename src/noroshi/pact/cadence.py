"""Cadence: when something promised every so often is due, by the calendar.

A month is a month, not thirty days: a promise of 31 January that recurs monthly is due on the last
day of February and on 31 March again, because every date is counted from the first one. A date
known in part stays an interval: what is due in "2025" and yearly is next due some time in 2026.
"""

from __future__ import annotations

import calendar
import re
from typing import Final, NamedTuple

from noroshi.words.time import DAY, HOUR, MINUTE, SECOND, Span, from_datetime, to_datetime

_PARTS: Final = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
    re.ASCII,
)
_LAST_YEAR: Final = 9999


class Step(NamedTuple):
    """A duration as people count it: whole months, then microseconds."""

    months: int
    micros: int


def step(text: str) -> Step:
    """ISO 8601 duration by the calendar; `ValueError` where it is none, or shorter than a day."""
    found = _PARTS.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise ValueError(f"not an ISO 8601 duration: {text!r}")
    years, months, weeks, days, hours, minutes, seconds = (
        int(each or 0) for each in found.groups()
    )
    micros = (weeks * 7 + days) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
    if not years and not months and micros < DAY:
        raise ValueError(f"shorter than a day: {text!r}")
    return Step(years * 12 + months, micros)


def moved(at: int, by: Step, times: int) -> int | None:
    """`at` (µs UTC) `times` steps later: months first, to the last day where the month has no such
    day, then the rest. None past the calendar's last year."""
    try:
        start = to_datetime(at)
    except OverflowError:
        return None
    months = start.year * 12 + start.month - 1 + by.months * times
    year, month = divmod(months, 12)
    if year > _LAST_YEAR:
        return None
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    found = from_datetime(start.replace(year=year, month=month + 1, day=day)) + by.micros * times
    return found if found < from_datetime(to_datetime(0).replace(year=_LAST_YEAR)) else None


def occurrence(first: Span, by: Step, n: int) -> Span | None:
    """The `n`-th due date after `first` (0 is `first` itself). A day stays a day; of a month or a
    year both ends move. None past the calendar."""
    if n == 0:
        return first
    t0 = moved(first.t0, by, n)
    if t0 is None:
        return None
    if first.precision not in ("month", "year"):
        return Span(t0, t0 + first.t1 - first.t0, first.precision)
    t1 = moved(first.t1, by, n)
    if t1 is None:
        return None
    whole = by.micros == 0 and (first.precision == "month" or by.months % 12 == 0)
    return Span(t0, t1, first.precision if whole else "day")

"""Instants as orbit messages write them: ISO 8601 with months or days of the year, always UTC."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISO: Final = re.compile(
    r"(\d{4})-(?:(\d\d)-(\d\d)|(\d{3}))[T ](\d\d):(\d\d):(\d\d)(?:\.(\d*))?(?:Z|\+00:?00)?",
    re.ASCII,
)


def instant(text: str) -> int:
    """µs UTC of CCSDS ASCII time code A or B (301.0-B-4, 3.5). `ValueError` for what is none."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an instant; expected 2024-11-01T00:00:00.000000")
    year, month, day, of_year, hour, minute, second, fraction = found.groups()
    try:
        if of_year:
            if not 1 <= int(of_year) <= days_of(int(year)):
                raise ValueError(f"{year} has {days_of(int(year))} days")
            moment = datetime(int(year), 1, 1, tzinfo=UTC) + timedelta(int(of_year) - 1)
        else:
            moment = datetime(int(year), int(month), int(day), tzinfo=UTC)
        if int(hour) > 23 or int(minute) > 59 or int(second) > 60:
            raise ValueError("time of day")
        micros = round(float("0." + fraction) * 1e6) if fraction else 0
        moment += timedelta(0, int(second), micros, minutes=int(minute), hours=int(hour))
    except (ValueError, OverflowError) as problem:
        raise ValueError(f"{text!r} is not an instant: {problem}") from None
    return (moment - EPOCH) // timedelta(microseconds=1)


def iso(at: int) -> str:
    """µs UTC with six digits and no zone, as the messages have it."""
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%f")


def days_of(year: int) -> int:
    """366 in a leap year, else 365."""
    return 366 if calendar.isleap(year) else 365


def of_day(year: int, day: float) -> int:
    """µs UTC of a day of the year with its fraction, the first being 1."""
    whole = int(day)
    start = (datetime(year, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    return start + (whole - 1) * 86_400_000_000 + round((day - whole) * 86_400e6)


def iso_of_jd(one: float, two: float) -> str:
    """A Julian date of two parts. `ValueError` where it is in no year from 1 to 9999."""
    days = (one - 2440587.5) * 86_400e6
    try:
        return iso(round(days + two * 86_400e6))
    except OverflowError:
        raise ValueError(f"Julian date {one:g} + {two:g} is not an instant") from None

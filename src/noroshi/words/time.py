"""Time: integer microseconds UTC, half-open spans, and dates of which only a part is known.

A partial date such as `2024-11` is an interval. It grants at its latest reading and ends at its
earliest, so that not knowing the day never lets anything through (design, "The pact as code").
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import msgspec

Precision = Literal["ms", "s", "min", "h", "day", "month", "year"]

MS: Final = 1_000
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
FOREVER: Final = 2**62
"""Later than any instant in use; an open end."""

STEP: Final[dict[str, int]] = {"ms": MS, "s": SECOND, "min": MINUTE, "h": HOUR, "day": DAY}

_USUAL = 40
"""Longer texts are not kept: what is read again soon is of a usual length."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
    re.ASCII,
)


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Half-open interval `[t0, t1)` in µs UTC, and how finely its ends are known."""

    t0: int
    t1: int
    precision: Precision = "s"

    def __post_init__(self) -> None:
        if self.t1 < self.t0:
            raise ValueError(f"span ends before it starts: {self.t0} > {self.t1}")

    def overlaps(self, other: Span, slack: int = 0) -> bool:
        """Whether the two spans meet when each is widened by `slack` µs."""
        return self.t0 < other.t1 + slack and other.t0 < self.t1 + slack

    def truncated(self, precision: Precision) -> Span:
        """The smallest span of whole `precision` units that holds this one."""
        return Span(floor(self.t0, precision), ceil(self.t1, precision), precision)


def floor(at: int, precision: Precision) -> int:
    """The start of the unit of `precision` that holds `at`."""
    if precision in STEP:
        return at - at % STEP[precision]
    moment = to_datetime(at)
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return from_datetime(first if precision == "month" else first.replace(month=1))


def ceil(at: int, precision: Precision) -> int:
    """The end of the unit of `precision` that holds `at`; `at` itself where a unit starts there."""
    low = floor(at, precision)
    if low == at:
        return at
    if precision in STEP:
        return low + STEP[precision]
    try:
        return floor(low + (32 if precision == "month" else 367) * DAY, precision)
    except OverflowError:  # in the last month or year of the calendar
        return _LAST + 1


def to_datetime(at: int) -> datetime:
    """`at` as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def from_datetime(moment: datetime) -> int:
    """An aware datetime as µs UTC; `ValueError` for a naive one, which is not an instant."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone is not an instant")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def parse_instant(text: str) -> int:
    """RFC 3339, any number of fraction digits (those past µs are cut), any offset, to µs UTC."""
    return _parsed(text) if len(text) <= _USUAL else _parsed.__wrapped__(text)


@functools.lru_cache(4096)
def _parsed(text: str) -> int:
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError(f"not an RFC 3339 instant: {text!r}")
    day, clock, fraction, zone = found.groups()
    leap = clock.endswith("60")
    clock = clock[:-2] + "59" if leap else clock
    try:
        at = from_datetime(datetime.fromisoformat(f"{day}T{clock}+00:00"))
    except ValueError as problem:
        raise ValueError(f"not an RFC 3339 instant: {text!r}: {problem}") from problem
    if fraction:
        at += int(fraction[:6].ljust(6, "0"))
    if zone not in "Zz":
        sign = 1 if zone[0] == "-" else -1
        at += sign * (int(zone[1:3]) * HOUR + int(zone[4:6]) * MINUTE)
    at += leap * SECOND
    if not _FIRST <= at <= _LAST:
        raise ValueError(f"not in the years 1 to 9999: {text!r}")
    return at


def format_instant(at: int) -> str:
    """µs UTC as RFC 3339 with three fraction digits, six where the instant needs them."""
    moment = to_datetime(at)
    micros = moment.microsecond
    fraction = f"{micros // 1000:03d}" if micros % 1000 == 0 else f"{micros:06d}"
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}.{fraction}Z"


def parse_partial(value: str | date | datetime) -> Span:
    """`2024`, `"2024-11"`, `2024-11-01` or a full instant as the interval of its readings."""
    if isinstance(value, datetime):
        at = from_datetime(value if value.tzinfo else value.replace(tzinfo=UTC))
        return Span(at, at, "ms")
    if isinstance(value, date):
        value = value.isoformat()
    found = _PARTIAL.fullmatch(value)
    if found is None:
        at = parse_instant(value)
        return Span(at, at, "ms")
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    t0 = from_datetime(datetime(year, month, day, tzinfo=UTC))
    if found[3]:
        return Span(t0, t0 + DAY, "day")
    unit: Precision = "month" if found[2] else "year"
    return Span(t0, ceil(t0 + 1, unit), unit)


def starts(span: Span) -> int:
    """When something dated `span` begins to grant: a whole day counts from its start, a less
    precise date from the start of its last day."""
    return span.t0 if span.precision in ("ms", "day") else span.t1 - DAY


def ends(span: Span) -> int:
    """When something dated `span` stops granting: at the earliest reading."""
    return span.t0


def parse_duration(text: str) -> int:
    """ISO 8601 duration to µs; a month counts 30 days and a year 365, as notice periods do."""
    found = _DURATION.fullmatch(text)
    if found is None or text in ("P", "PT") or text.endswith("T"):
        raise ValueError(f"not an ISO 8601 duration: {text!r}")
    years, months, weeks, days, hours, minutes, seconds = (
        int(part or 0) for part in found.groups()
    )
    whole_days = years * 365 + months * 30 + weeks * 7 + days
    return whole_days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND

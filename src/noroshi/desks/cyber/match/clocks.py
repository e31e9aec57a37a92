"""Times as logs write them, to µs UTC; None where a text is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from noroshi.words.time import DAY, SECOND, from_datetime, parse_instant, to_datetime

UNITS: Final = {"s": SECOND, "ms": 1000, "us": 1, "ns": 0}
_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {name: number for number, name in enumerate(_NAMES, start=1)}
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s?(Z|z|[+-]\d\d:?\d\d|UTC)?", re.ASCII
)
_WEB = re.compile(r"(\d\d)/([A-Za-z]{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", re.ASCII)
_BIND = re.compile(r"(\d\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?", re.ASCII)
_BSD = re.compile(r"([A-Za-z]{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)", re.ASCII)


def instant(text: str) -> int | None:
    """RFC 3339, also with a space for T, without a colon in the offset, or without an offset, which
    is then taken for UTC."""
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    if zone is None or zone in ("Z", "z", "UTC"):
        zone = "Z"
    elif ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    try:
        return parse_instant(f"{day}T{clock}{'.' + fraction if fraction else ''}{zone}")
    except ValueError:
        return None


def epoch(text: str, unit: str = "s") -> int | None:
    """A number of units since 1970, exactly as its digits say."""
    try:
        value = Decimal(text)
        at = int(value / 1000) if unit == "ns" else int(value * UNITS[unit])
        to_datetime(at)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return at


def web(text: str) -> int | None:
    """`29/Nov/2026:18:00:01 +0900`, as web servers write it."""
    found = _WEB.search(text)
    if found is None:
        return None
    day, month, year, h, m, s, sign, off_h, off_m = found.groups()
    at = _made(int(year), month, int(day), int(h), int(m), int(s))
    offset = timedelta(hours=int(off_h), minutes=int(off_m)) // timedelta(microseconds=1)
    return None if at is None else at - offset if sign == "+" else at + offset


def bind(text: str) -> int | None:
    """`29-Nov-2026 18:00:01.123`, as BIND writes it; it names no zone and is taken for UTC."""
    found = _BIND.search(text)
    if found is None:
        return None
    day, month, year, h, m, s, fraction = found.groups()
    at = _made(int(year), month, int(day), int(h), int(m), int(s))
    return None if at is None else at + int((fraction or "0").ljust(6, "0"))


def bsd(text: str, now: int | None) -> int | None:
    """`Nov 29 18:00:01` of RFC 3164, which names no year: the latest that is not after `now` by
    more than a day. None where `now` is not known."""
    found = _BSD.match(text)
    if found is None or now is None:
        return None
    month, day, h, m, s = found.groups()
    year = to_datetime(now).year
    for each in (year + 1, year, year - 1):
        at = _made(each, month, int(day), int(h), int(m), int(s))
        if at is not None and at <= now + DAY:
            return at
    return None


def _made(year: int, month: str, day: int, h: int, m: int, s: int) -> int | None:
    try:
        number = _MONTHS[month.lower()]
        return from_datetime(datetime(year, number, day, h, m, min(s, 59), tzinfo=UTC))
    except (KeyError, ValueError):
        return None

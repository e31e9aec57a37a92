"""Times as tables and sentences write them, to µs UTC with the precision they really have."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Final, Literal

from noroshi.words.time import DAY, HOUR, MINUTE, SECOND, from_datetime

Order = Literal["dmy", "mdy"]

MILLISECOND_CODE, SECOND_CODE, MINUTE_CODE, DAY_CODE = 0, 1, 2, 4
"""Codes of column `precision`: indices into `tracks.PRECISIONS`."""

EARLIEST: Final = from_datetime(datetime(1990, 1, 1, tzinfo=UTC))
LATEST: Final = from_datetime(datetime(2100, 1, 1, tzinfo=UTC))
"""AIS is younger than 1990; a time outside this range is a broken clock, not an event."""


def instant(text: str, order: Order) -> tuple[int, int]:
    """(µs UTC, precision code). ISO 8601 with or without zone, `d/m/y H:M[:S]`,
    `YYYYMMDD_HHMMSS`, or seconds or milliseconds since 1970. `ValueError` for anything else."""
    try:
        if len(text) >= 16 and text[4] == "-":
            return _iso(text)
        if "/" in text:
            return _slashes(text, order)
        if len(text) >= 15 and text[8] == "_":
            return _day(int(text[:4]), int(text[4:6]), int(text[6:8])) + _clock(
                text[9:11], text[11:13], text[13:15]
            ), SECOND_CODE
        return epoch(text)
    except (ValueError, IndexError):
        raise ValueError(f"impossible time {text!r}") from None


def epoch(text: str) -> tuple[int, int]:
    """Seconds or milliseconds since 1970 in digits, told apart by their size."""
    value = float(text)
    if not 0 < value < 1e14:
        raise ValueError(text)
    at, code = round(value * SECOND), SECOND_CODE
    if at > LATEST:
        at, code = round(value * 1000), MILLISECOND_CODE
    if not EARLIEST <= at < LATEST:
        raise ValueError(text)
    return at, code


def slash_order(lines: list[str], delimiter: str, column: int) -> Order:
    """Whether `a/b/y` is day first or month first: day first (the Danish archive and most of the
    world) unless some line's second part can only be a day and no first part can."""
    parts = [
        cells[column].strip('" ').split("/")
        for cells in (line.split(delimiter) for line in lines)
        if len(cells) > column
    ]
    firsts = [each[0] for each in parts if len(each) == 3 and each[0].isdigit()]
    seconds = [each[1] for each in parts if len(each) == 3 and each[1].isdigit()]
    day_second = any(int(each) > 12 for each in seconds)
    return "mdy" if day_second and not any(int(each) > 12 for each in firsts) else "dmy"


@functools.lru_cache(maxsize=4096)
def _day(year: int, month: int, day: int) -> int:
    at = from_datetime(datetime(year, month, day, tzinfo=UTC))
    if not EARLIEST <= at < LATEST:
        raise ValueError(str(year))
    return at


def _clock(hour: str, minute: str, second: str) -> int:
    h, m, s = int(hour), int(minute), int(second)
    if not (0 <= h < 24 and 0 <= m < 60 and 0 <= s <= 60):
        raise ValueError("clock")
    return h * HOUR + m * MINUTE + s * SECOND


def _slashes(text: str, order: Order) -> tuple[int, int]:
    date, _, clock = text.partition(" ")
    one, other, year = date.split("/")
    day, month = (one, other) if order == "dmy" else (other, one)
    hour, minute, *second = clock.split(":")
    at = _day(int(year), int(month), int(day)) + _clock(hour, minute, *(second or ["0"]))
    return at, SECOND_CODE if second else MINUTE_CODE


def _iso(text: str) -> tuple[int, int]:
    at = _day(int(text[:4]), int(text[5:7]), int(text[8:10]))
    if text[10] not in "T " or text[13] != ":":
        raise ValueError(text)
    rest = text[16:]
    if not rest.startswith(":"):
        return at + _clock(text[11:13], text[14:16], "0") - _zone(rest), MINUTE_CODE
    at += _clock(text[11:13], text[14:16], rest[1:3])
    rest = rest[3:]
    if not rest.startswith("."):
        return at - _zone(rest), SECOND_CODE
    digits = rest[1 : 1 + len(rest[1:]) - len(rest[1:].lstrip("0123456789"))]
    micros = int(digits[:6].ljust(6, "0"))
    return at + micros - _zone(rest[1 + len(digits) :]), MILLISECOND_CODE if micros else SECOND_CODE


def _zone(text: str) -> int:
    """µs east of UTC of `Z`, ` UTC`, `+00:00`, `+0000` or nothing."""
    text = text.strip()
    if text in ("", "Z", "z", "UTC"):
        return 0
    digits = text[1:].replace(":", "")
    if text[0] not in "+-" or len(digits) not in (2, 4) or not digits.isdigit():
        raise ValueError(text)
    east = int(digits[:2]) * HOUR + int(digits[2:] or 0) * MINUTE
    if east >= DAY:
        raise ValueError(text)
    return east if text[0] == "+" else -east

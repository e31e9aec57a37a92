"""Due dates by the calendar, against dateutil and against counting days on one's fingers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from noroshi.pact.cadence import moved, occurrence, step
from noroshi.pact.ical import spelt
from noroshi.words.time import DAY, from_datetime, parse_partial, to_datetime

# first, every, the due dates after it
CASES = {
    "yearly": ("2025-07-23", "P1Y", ["2026-07-23", "2027-07-23"]),
    "the end of a month comes back": ("2025-01-31", "P1M", ["2025-02-28", "2025-03-31"]),
    "a leap day": ("2024-02-29", "P1Y", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
    "every four years": ("2024-02-29", "P4Y", ["2028-02-29"]),
    "no leap year in 2100": ("2096-02-29", "P4Y", ["2100-02-28", "2104-02-29"]),
    "twelve months are a year": ("2024-12-31", "P12M", ["2025-12-31"]),
    "half a year": ("2025-08-31", "P6M", ["2026-02-28", "2026-08-31"]),
    "weeks": ("2025-02-20", "P2W", ["2025-03-06"]),
    "thirty days are no month": ("2025-01-31", "P30D", ["2025-03-02"]),
    "months and days": ("2025-01-31", "P1M1D", ["2025-03-01", "2025-04-02"]),
    "a year known in part": ("2025", "P1Y", ["2026", "2027"]),
    "a month known in part": ("2025-11", "P3M", ["2026-02", "2026-05"]),
    "half a year after a year": ("2025", "P18M", ["2026-07-01 to 2027-06-30"]),
}


@pytest.mark.parametrize(("first", "every", "expected"), CASES.values(), ids=CASES)
def test_due(first: str, every: str, expected: list[str]) -> None:
    span, by = parse_partial(first), step(every)
    found = [occurrence(span, by, n + 1) for n in range(len(expected))]
    assert [spelt(each) for each in found if each] == expected
    assert occurrence(span, by, 0) == span


@pytest.mark.parametrize("text", ["P", "PT", "", "P0D", "PT1H", "P1X", "1Y", "P1DT", "P-1D"])
def test_no_cadence(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an ISO 8601 duration|shorter than a day"):
        step(text)


def test_the_calendar_ends() -> None:
    assert occurrence(parse_partial("9998-01-01"), step("P10Y"), 1) is None
    assert occurrence(parse_partial("9999"), step("P1Y"), 1) is None
    assert occurrence(parse_partial("2025"), step("P1Y"), 10**9) is None


days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1))


@given(days, st.integers(0, 30), st.integers(0, 60), st.integers(0, 40))
def test_like_dateutil(day, months: int, more: int, times: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    more = more or int(months == 0)
    expected = start + relativedelta(months=months * times) + timedelta(days=more * times)
    found = moved(from_datetime(start), step(f"P{months}M{more}D"), times)
    assert found is not None
    assert to_datetime(found) == expected


def fingers(start: datetime, months: int) -> datetime:
    """Months later, walking day by day: the same day of the month, or the last before it."""
    at, wanted, left = start, start.day, months
    while left:
        at += timedelta(days=1)
        if at.day == 1:
            left -= 1
    last = at
    while last.day < wanted and (last + timedelta(days=1)).month == at.month:
        last += timedelta(days=1)
    return last


@given(days, st.integers(1, 30))
def test_like_counting_on_fingers(day, months: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = moved(from_datetime(start), step(f"P{months}M"), 1)
    assert found == from_datetime(fingers(start, months))


@given(days, st.integers(1, 36), st.integers(0, 50))
def test_due_dates_rise_and_a_day_stays_a_day(day, months: int, n: int) -> None:
    first, by = parse_partial(day.isoformat()), step(f"P{months}M")
    one, other = occurrence(first, by, n), occurrence(first, by, n + 1)
    assert one is not None and other is not None  # noqa: PT018
    assert one.t1 - one.t0 == DAY
    assert one.t1 <= other.t0


@given(st.integers(1900, 2200), st.integers(1, 12), st.integers(1, 5), st.integers(0, 20))
def test_a_month_known_in_part_is_as_long_as_the_month_it_becomes(
    year: int, month: int, years: int, n: int
) -> None:
    found = occurrence(parse_partial(f"{year}-{month:02d}"), step(f"P{years}Y"), n)
    assert found == parse_partial(f"{year + years * n}-{month:02d}")

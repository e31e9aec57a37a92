"""Instants, spans and partial dates against the standard library's calendar."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.time import (
    DAY,
    HOUR,
    MINUTE,
    MS,
    SECOND,
    Precision,
    Span,
    ceil,
    ends,
    floor,
    format_instant,
    from_datetime,
    parse_duration,
    parse_instant,
    parse_partial,
    starts,
    to_datetime,
)

PRECISIONS: tuple[Precision, ...] = ("ms", "s", "min", "h", "day", "month", "year")

# A year from either end of the calendar, so that offsets and next units exist.
moments = st.integers(-62_104_060_800_000_000, 253_370_764_800_000_000).map(to_datetime)
instants = moments.map(from_datetime)
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))


@given(moments, offsets)
def test_parses_what_datetime_writes(moment: datetime, offset: timezone) -> None:
    text = moment.astimezone(offset).isoformat()
    assert to_datetime(parse_instant(text)) == moment


@given(instants)
def test_format_then_parse_is_the_instant(at: int) -> None:
    text = format_instant(at)
    assert parse_instant(text) == at
    assert datetime.fromisoformat(text) == to_datetime(at)
    assert len(text) == (24 if at % MS == 0 else 27)


@given(st.lists(instants, min_size=2))
def test_formatted_whole_milliseconds_sort_as_their_instants(every: list[int]) -> None:
    whole = [at - at % MS for at in every]
    assert sorted(format_instant(at) for at in whole) == [
        format_instant(at) for at in sorted(whole)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", id="first year"),
        pytest.param("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z", id="leap second"),
        pytest.param("2020-01-01t00:00:00z", "2020-01-01T00:00:00.000Z", id="lower case"),
        pytest.param("2020-01-01T00:00:00.1Z", "2020-01-01T00:00:00.100Z", id="one digit"),
        pytest.param(
            "2020-01-01T00:00:00.123456789Z", "2020-01-01T00:00:00.123456Z", id="cut at µs"
        ),
        pytest.param("2020-01-01T00:00:00-03:30", "2020-01-01T03:30:00.000Z", id="offset"),
    ],
)
def test_parse_cases(text: str, expected: str) -> None:
    assert format_instant(parse_instant(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020-01-01",
        "2020-01-01T00:00:00",
        "2020-01-01 00:00:00Z",
        "2020-01-01T00:00Z",
        "2020-01-01T00:00:00.Z",
        "2020-02-30T00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T00:60:00Z",
        "2020-01-01T00:00:61Z",
        "2020-01-01T00:00:00+24:00",
        "2020-01-01T00:00:00Z\n",
        "２０２０-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_what_is_no_instant_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_instant(text)
    assert repr(text) in str(refused.value)


def test_a_naive_datetime_is_no_instant() -> None:
    with pytest.raises(ValueError, match="zone"):
        from_datetime(datetime(2020, 1, 1))  # noqa: DTZ001 — that is the case


@given(instants, st.sampled_from(PRECISIONS))
def test_floor_and_ceil_enclose_at_the_calendars_boundaries(at: int, precision: Precision) -> None:
    low, high = floor(at, precision), ceil(at, precision)
    assert low <= at <= high
    assert (low == high) == (low == at)
    assert floor(low, precision) == low == ceil(low, precision)
    if low != high:
        assert floor(high - 1, precision) == low
        assert high - low == _length(to_datetime(low), precision)


def _length(first: datetime, precision: Precision) -> int:
    if precision == "month":
        return calendar.monthrange(first.year, first.month)[1] * DAY
    if precision == "year":
        return (366 if calendar.isleap(first.year) else 365) * DAY
    return {"ms": MS, "s": SECOND, "min": MINUTE, "h": HOUR, "day": DAY}[precision]


spans = st.tuples(instants, instants).map(lambda pair: Span(min(pair), max(pair)))


@given(spans, st.sampled_from(PRECISIONS))
def test_truncated_is_the_smallest_span_of_whole_units_and_stays(
    span: Span, precision: Precision
) -> None:
    wide = span.truncated(precision)
    assert wide.t0 <= span.t0
    assert span.t1 <= wide.t1
    assert wide.truncated(precision) == wide
    assert wide.precision == precision
    for at, inside in ((wide.t0, span.t0), (wide.t1, span.t1)):
        assert floor(at, precision) == at
        assert abs(at - inside) < 367 * DAY


@given(spans, spans, st.integers(0, 10 * DAY))
def test_overlap_is_symmetric_and_grows_with_slack(one: Span, other: Span, slack: int) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    if one.overlaps(other):
        assert one.overlaps(other, slack)


def test_half_open_neighbours_do_not_overlap() -> None:
    assert not Span(0, 5).overlaps(Span(5, 9))
    assert Span(0, 5).overlaps(Span(5, 9), slack=1)


def test_a_span_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Span(2, 1)


dates = st.dates(date(1900, 1, 1), date(9998, 12, 31))


@given(dates)
def test_partial_dates_grant_at_their_latest_and_end_at_their_earliest_reading(day: date) -> None:
    year, month, whole = (day.isoformat()[:n] for n in (4, 7, 10))
    last = date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    expected = {
        year: (date(day.year, 1, 1), date(day.year, 12, 31)),
        month: (day.replace(day=1), last),
        whole: (day, day),
    }
    for text, (earliest, latest) in expected.items():
        span = parse_partial(text)
        assert to_datetime(ends(span)).date() == earliest
        assert to_datetime(starts(span)).date() == latest
        assert ends(span) <= starts(span)
    assert parse_partial(day) == parse_partial(whole)


def test_the_last_year_of_the_calendar_ends_too() -> None:
    span = parse_partial("9999")
    assert format_instant(span.t1 - 1) == "9999-12-31T23:59:59.999999Z"
    assert parse_partial("9999-12").t1 == span.t1 == parse_partial("9999-12-31").t1


def test_an_instant_is_its_own_partial_date() -> None:
    moment = datetime(2024, 11, 1, 12, 30, tzinfo=UTC)
    at = from_datetime(moment)
    assert parse_partial(moment) == parse_partial("2024-11-01T12:30:00Z") == Span(at, at, "ms")
    assert starts(Span(at, at, "ms")) == ends(Span(at, at, "ms")) == at


@pytest.mark.parametrize("text", ["24", "2024-1", "2024-13", "2024-02-30", "2024-11-01 ", "2024\n"])
def test_what_is_no_partial_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_partial(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P180D", 180 * DAY),
        ("P1Y2M3W4D", (365 + 60 + 21 + 4) * DAY),
        ("PT5M", 5 * MINUTE),
        ("P1DT2H3M4S", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND),
        ("P0D", 0),
    ],
)
def test_durations(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "P1", "1D", "P1DT", "P-1D", "P1.5D", "P1D\n"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 8601 duration"):
        parse_duration(text)

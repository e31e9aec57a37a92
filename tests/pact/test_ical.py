"""What is written as iCalendar is what an independent reader reads, whatever stands in the text."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import agreement, policy

from noroshi.pact.calendar import Entry, calendar
from noroshi.pact.ical import ical
from noroshi.words.time import parse_instant, to_datetime

NOW = parse_instant("2026-06-01T00:00:00Z")
UNTIL = parse_instant("2029-01-01T00:00:00Z")
PROMISES = """
[[commitment]]
id = "C1"
kind = "dialogue"
text = "Meet"
lead = { EU = "an office", JPN = "another" }
every = "P1Y"
due = 2025-07-23
[[commitment]]
id = "C2"
kind = "review"
text = "Review"
lead = { EU = "an office", JPN = "another" }
due = "2027"
[[commitment]]
id = "C3"
kind = "principle"
text = "No date"
lead = { EU = "an office", JPN = "another" }
"""


def entries(more: str = PROMISES) -> tuple[Entry, ...]:
    return calendar(policy(agreement(rest=more, in_force="2024-01-01")), {}, NOW, UNTIL)


def events(data: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_every_due_date_that_is_not_behind_us_is_an_event() -> None:
    data = ical(entries(), NOW, UNTIL)
    found = [(str(each["SUMMARY"]), each.decoded("DTSTART").isoformat()) for each in events(data)]
    assert found == [
        ("x/C1 overdue: Meet", "2025-07-23"),
        ("x/C1 overdue: Meet", "2026-07-23"),
        ("x/C1 overdue: Meet", "2027-07-23"),
        ("x/C1 overdue: Meet", "2028-07-23"),
        ("x/C2 due: Review", "2027-12-31"),
    ]
    assert [str(each["STATUS"]) for each in events(data)][3:] == ["CONFIRMED", "TENTATIVE"]
    for each in events(data):
        assert each.decoded("DTEND") - each.decoded("DTSTART") == timedelta(days=1)
        assert each.decoded("DTSTAMP") == to_datetime(NOW)


def test_an_event_keeps_its_uid_when_its_date_moves() -> None:
    before = [str(each["UID"]) for each in events(ical(entries(), NOW, UNTIL))]
    later = entries(PROMISES.replace("2025-07-23", "2025-09-01"))
    after = [str(each["UID"]) for each in events(ical(later, NOW, UNTIL))]
    assert before == after
    assert len(set(before)) == len(before)


def test_bytes_are_those_of_today() -> None:
    data = ical(entries(), NOW, UNTIL)
    assert data == ical(entries(), NOW, UNTIL)
    assert data.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert data.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n;,:\\\"'狼煙é"),
    max_size=200,
)


@given(texts, texts)
def test_text_is_read_back_as_it_was(text: str, resources: str) -> None:
    entry = entries()[0]
    promise = msgspec.structs.replace(entry.commitment, text=text, resources=resources)
    data = ical([msgspec.structs.replace(entry, commitment=promise)], NOW, UNTIL)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert all(line.decode() for line in data.split(b"\r\n")[:-1])
    first = events(data)[0]
    assert str(first["SUMMARY"]) == f"x/C1 overdue: {text}"
    if resources:
        assert f"Resources {resources}" in str(first["DESCRIPTION"])


@pytest.mark.parametrize("bad", ["\x00", "\x1b[2J", "a\rb", "\x7f"])
def test_control_characters_do_not_get_into_a_calendar(bad: str) -> None:
    entry = entries()[0]
    promise = msgspec.structs.replace(entry.commitment, text=f"x{bad}y")
    data = ical([msgspec.structs.replace(entry, commitment=promise)], NOW, UNTIL)
    plain = data.replace(b"\r\n", b"")
    assert not any(byte < 32 or byte == 127 for byte in plain)


def test_nothing_due_is_an_empty_calendar() -> None:
    found = icalendar.Calendar.from_ical(ical((), NOW, UNTIL))
    assert list(found.walk("VEVENT")) == []

"""iCalendar (RFC 5545) of what is due: one all-day event for each due date that is not behind us.

An event keeps its UID whatever becomes of its date: it is made of the commitment's id and of which
due date it is, so that a calendar that reads the file again moves its event instead of adding one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from noroshi.pact.calendar import Entry, Turn
from noroshi.words.ids import uuid5
from noroshi.words.time import DAY, Span, to_datetime

LINE_OCTETS: Final = 75
"""RFC 5545 section 3.1: a line is no longer, without its break."""


def ical(entries: Iterable[Entry], now: int, until: int) -> bytes:
    """The file: what is overdue, and every due date of which the last day is before `until` (µs
    UTC). `now` is its time stamp."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//noroshi//pact calendar//EN",
             "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:Commitments"]  # fmt: skip
    for entry in entries:
        for turn in entry.turns:
            overdue = entry.status == "overdue" and turn == entry.next
            if overdue or (turn.state == "open" and turn.due.t1 <= until):
                lines += _event(entry, turn, now)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(each) for each in lines)


def uid(entry: Entry, turn: Turn) -> str:
    """The same for ever for one due date of one commitment."""
    return uuid5(["pact calendar", entry.id, turn.n])


def _event(entry: Entry, turn: Turn, now: int) -> Iterator[str]:
    each = entry.commitment
    last = turn.due.t1 - 1
    status = "due" if entry.status == "kept" else entry.status
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(entry, turn)}"
    yield f"DTSTAMP:{to_datetime(now):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{_day(last)}"
    yield f"DTEND;VALUE=DATE:{_day(last + DAY)}"
    yield f"SUMMARY:{_text(f'{entry.id} {status}: {each.text}')}"
    yield f"DESCRIPTION:{_text(_told(entry, turn))}"
    yield f"CATEGORIES:{_text(entry.agreement)},{_text(each.kind)},{status}"
    yield f"STATUS:{'CONFIRMED' if turn.due.precision in ('ms', 'day') else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _told(entry: Entry, turn: Turn) -> str:
    each = entry.commitment
    leads = [f"{code}: {office}" for code, office in each.lead.items() if office]
    leads += [f"{code}: nobody" for code in entry.without]
    lines = [
        each.text,
        f"Due {spelt(turn.due)}" + (f", every {each.every}" if each.every else ""),
        f"Lead {'; '.join(leads)}",
    ]
    lines += [f"Resources {each.resources}"] if each.resources else []
    lines += [f"Last kept {spelt(entry.last.span)} ({entry.last.ref})"] if entry.last else []
    lines += [f"Sources {'; '.join(each.cites)}"] if each.cites else []
    lines += [each.note] if each.note else []
    return "\n".join(lines)


def spelt(span: Span) -> str:
    """A date as far as it is known."""
    moment = to_datetime(span.t0)
    if span.precision == "year":
        return f"{moment:%Y}"
    if span.precision == "month":
        return f"{moment:%Y-%m}"
    if span.t1 - span.t0 > DAY:
        return f"{moment:%Y-%m-%d} to {to_datetime(span.t1 - 1):%Y-%m-%d}"
    return f"{moment:%Y-%m-%d}"


def _day(at: int) -> str:
    return f"{to_datetime(at):%Y%m%d}"


def _text(value: str) -> str:
    """RFC 5545 section 3.3.11: text with its escapes, and without control characters."""
    kept = "".join(each for each in value if each in "\n\t" or (each >= " " and each != "\x7f"))
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        kept = kept.replace(plain, escaped)
    return kept


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never inside a character; each further one begins
    with a space."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LINE_OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    pieces.append(piece)
    return b"\r\n".join(pieces) + b"\r\n"

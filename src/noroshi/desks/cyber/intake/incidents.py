"""Tables of reported incidents as EuRepoC publishes them, to STIX incidents with their interval.

A date on the first of a month is a month: half of EuRepoC's are, and its codebook gives the first
where the day is not known. Who is said to have done it stays in the row that is kept, and nowhere
else: an incident here is what happened, and to whom.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber.intake.making import Maker, derived_id
from noroshi.desks.cyber.intake.techniques import techniques_in
from noroshi.words.desk import Rejected, Restated
from noroshi.words.evidence import Row
from noroshi.words.time import Span, parse_partial

if TYPE_CHECKING:
    from noroshi.words.desk import Source
    from noroshi.words.record import Record

NEEDED: Final = ("name", "start_date")
IDS: Final = ("incident_id", "id")
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
"""What a cell lists in the notation of Python: EuRepoC's, up to version 1.1 of its database. From
then on semicolons are between."""

ORDER: Final = ("day", "month", "year")
_MISSING: Final = frozenset(("", "not available", "unknown", "nan", "none"))


def sniff(head: bytes) -> float:
    """How surely `head` begins such a table: by its header."""
    names = {
        each.strip().strip('"').lower()
        for each in head.decode("utf-8-sig", "replace").partition("\n")[0].split(",")
    }
    return 0.95 if {*NEEDED, "receiver_country"} <= names and names & {*IDS} else 0.0


def read(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    """An incident for every row; a row without id, name or date is rejected by its number."""
    maker = Maker(source, "incidents")
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace")))
    try:
        for number, row in enumerate(rows, start=1):
            said = {str(k).strip().lower(): str(v or "").strip() for k, v in row.items() if k}
            try:
                yield Restated(_incident(maker, source, number, said))
            except ValueError as problem:
                yield Rejected(source.sha256, Row(number), str(problem))
    except csv.Error as problem:
        yield Rejected(source.sha256, Row(rows.line_num), f"not a row: {problem}")


def _incident(maker: Maker, source: Source, number: int, said: Mapping[str, str]) -> Record:
    key = next((said[name] for name in IDS if said.get(name)), "")
    if not key or not said.get("name"):
        raise ValueError("no id" if not key else "no name")
    span = interval(said.get("start_date", ""), said.get("end_date", ""))
    receivers = tuple(sorted({*_several(said, "receiver_name")}))
    labels = {
        f"{column}:{each.lower()}"
        for column in ("incident_type", "receiver_category", "receiver_country")
        for each in _several(said, column)
    }
    texts = (said.get("mitre_initial_access", ""), said.get("mitre_impact", ""))
    return maker.record(
        derived_id("incident", source.lineage, key), Row(number),
        msgspec.json.encode(said).decode(),
        created=span.t0, modified=max(span.t0, source.retrieved), span=span, names=receivers,
        techniques=techniques_in(texts), name=said["name"],
        description=said.get("description") or None, labels=sorted(labels),
    )  # fmt: skip


def _several(said: Mapping[str, str], column: str) -> list[str]:
    text = said.get(column, "")
    listed = [a or b for a, b in _QUOTED.findall(text)] if text.startswith("[") else text.split(";")
    parts = (each.strip() for each in listed)
    return list(dict.fromkeys(part for part in parts if part.lower() not in _MISSING))


def interval(start: str, end: str) -> Span:
    """All the time that the two dates may mean, as fine as the coarser of them. Raises
    `ValueError` for no start, what is no date, and an end before the start."""
    first = _date(start)
    if first is None:
        raise ValueError(f"no date at which it began: {start!r}")
    last = _date(end) or first
    if last.t1 <= first.t0:
        raise ValueError(f"it ended ({end}) before it began ({start})")
    coarse = max(first, last, key=lambda each: ORDER.index(each.precision)).precision
    return Span(first.t0, max(first.t1, last.t1), coarse)


def _date(text: str) -> Span | None:
    plain = text.strip()
    if plain.lower() in _MISSING:
        return None
    german = _DAY.fullmatch(plain)
    if german:
        plain = f"{german[3]}-{int(german[2]):02}-{int(german[1]):02}"
    plain = plain.partition("T")[0].partition(" ")[0]
    found = _ISO.fullmatch(plain)
    if found is None:
        raise ValueError(f"not a date: {text!r}")
    if found[3] == "01":
        plain = f"{found[1]}-{found[2]}"
    return parse_partial(plain)

"""Plain lists of values and CSV of them: an indicator a value.

A list says only that a value stands in it, so that an indicator is new only where its line reads
otherwise. Values may be defanged (`hxxp://evil[.]example`); what would match everything is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber.demand import Terms
from noroshi.desks.cyber.intake.making import Maker, derived_id
from noroshi.desks.cyber.intake.patterns import kind_of, pattern_of, refanged
from noroshi.desks.cyber.intake.techniques import techniques_in
from noroshi.desks.cyber.terms import said
from noroshi.words.desk import Rejected, Restated
from noroshi.words.evidence import ByteRange, Row
from noroshi.words.time import floor, format_instant, parse_instant, parse_partial

if TYPE_CHECKING:
    from noroshi.words.desk import Source
    from noroshi.words.evidence import Locator

VALUES: Final = ("indicator", "ioc", "ioc_value", "value", "observable")
"""Columns of any kind of value, the first that is there."""

TYPED: Final[Mapping[str, str]] = {
    "ip": "ip", "ip_address": "ip", "dst_ip": "ip", "ipv4": "ip", "ipv6": "ip", "cidr": "ip",
    "domain": "domain", "hostname": "domain", "host": "domain", "fqdn": "domain",
    "url": "url",
    "md5": "hash", "sha1": "hash", "sha256": "hash", "sha512": "hash", "hash": "hash",
    "md5_hash": "hash", "sha1_hash": "hash", "sha256_hash": "hash",
    "email": "email",
}  # fmt: skip
"""Columns of one kind of value; every one that is there and not empty is an indicator."""

FIRST: Final = ("first_seen", "first_seen_utc", "firstseen", "dateadded", "date", "added",
                "first_seen_at")  # fmt: skip
UNTIL: Final = ("valid_until", "expires", "expiration")
TOLD: Final = ("description", "comment", "malware", "malware_printable", "threat", "signature",
               "reference")  # fmt: skip
LONGEST: Final = 1 << 16
"""A longer line is no value."""

MOST_OTHER: Final = 0.1
"""A list where more of the beginning than this is no value is no list."""


def sniff(head: bytes) -> float:
    """How surely `head` begins a table or a list of values: nine lines in ten hold one."""
    lines = _lines(head)
    if not lines:
        return 0.0
    names = _header(lines[0])
    if names is not None:
        return 0.7 if len(lines) > 1 or b"\n" in head else 0.0
    good = sum(kind_of(refanged(_value(line))) is not None for line in lines)
    return 0.6 if good >= (1 - MOST_OTHER) * len(lines) else 0.0


def _lines(head: bytes) -> list[str]:
    """The whole lines of a beginning that say something."""
    text = head.decode("utf-8-sig", "replace")
    if len(head) >= 65_536:
        text = text.rpartition("\n")[0]
    lines = [line.strip() for line in text.split("\n")]
    header = next((line for line in lines if _commented_header(line)), None)
    found = [line for line in lines if line and line[0] not in "#;"]
    return [header.lstrip("# "), *found] if header else found


def _commented_header(line: str) -> bool:
    return line.startswith("#") and "," in line and _header(line.lstrip("# ")) is not None


def _header(line: str) -> list[str] | None:
    """The names of columns, where this line is a header with one that holds values."""
    sign = _separator(line)
    names = [each.strip().strip('"').strip().lower().replace(" ", "_") for each in line.split(sign)]
    plain = all(re.fullmatch(r"[a-z][\w()/-]*", name) for name in names if name)
    return names if plain and any(name in TYPED or name in VALUES for name in names) else None


def _separator(line: str) -> str:
    return max(",;\t", key=line.count)


def _value(line: str) -> str:
    """The value of a plain line: what stands before a comment."""
    return re.split(r"\s[#;]|\t", line, maxsplit=1)[0].strip()


def read(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    """An indicator for every value; what is none is rejected by its row or its bytes."""
    lines = _lines(data[:65_536])
    if lines and _header(lines[0]) is not None:
        yield from _table(source, data, lines[0])
    else:
        yield from _plain(source, data)


def _plain(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    maker, at = Maker(source, "list"), 0
    day = floor(source.retrieved, "day")
    for line in data.splitlines(keepends=True):
        where, at = ByteRange(at, len(line)), at + len(line)
        text = line[:LONGEST].decode("utf-8", "replace").strip().removeprefix("\ufeff")
        if not text or text[0] in "#;":
            continue
        try:
            yield _indicator(maker, source, where, _value(text), text, None, day, {})
        except ValueError as problem:
            yield Rejected(source.sha256, where, str(problem), line[:LONGEST])


def _table(source: Source, data: bytes, header: str) -> Iterator[Restated | Rejected]:
    maker, day = Maker(source, "csv"), floor(source.retrieved, "day")
    names = _header(header)
    assert names is not None
    text = data.decode("utf-8-sig", "replace")
    begun = not _in_comment(text, header)
    lines = [x for x in io.StringIO(text, newline="") if x.strip() and x.lstrip()[0] not in "#;"]
    rows = csv.reader(lines, delimiter=_separator(header), skipinitialspace=True)
    number = 0
    try:
        for row in rows:
            if begun and number == 0 and _header(",".join(row)) is not None:
                begun = False
                continue
            number += 1
            said_by = {n: v.strip() for n, v in zip(names, row, strict=False) if n}
            yield from _row(maker, source, Row(number), said_by, day)
    except csv.Error as problem:
        yield Rejected(source.sha256, Row(number + 1), f"not a row: {problem}")


def _in_comment(text: str, header: str) -> bool:
    return any(
        line.lstrip().startswith("#") and line.strip().lstrip("# ") == header
        for line in text[:65_536].split("\n")
    )


def _row(
    maker: Maker, source: Source, at: Locator, row: dict[str, str], day: int
) -> Iterator[Restated | Rejected]:
    text = msgspec.json.encode(row).decode()
    values = [(row[name], None) for name in VALUES if row.get(name)][:1]
    values += [(row[name], kind) for name, kind in TYPED.items() if row.get(name)]
    if not values:
        yield Rejected(source.sha256, at, "no value in any column that holds one", text.encode())
    for value, kind in dict(values).items():
        try:
            yield _indicator(maker, source, at, value, text, kind, day, row)
        except ValueError as problem:
            yield Rejected(source.sha256, at, str(problem), text.encode())


def _indicator(
    maker: Maker, source: Source, at: Locator, value: str, text: str, kind: str | None, day: int,
    row: Mapping[str, str],
) -> Restated:  # fmt: skip
    plain = refanged(value)
    port = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}", plain)
    pattern = f"[{pattern_of(port[1] if port else plain, kind)}]"
    first = _when(row, FIRST) or day
    until = _when(row, UNTIL)
    told = [row[name] for name in TOLD if row.get(name)]
    return Restated(
        maker.record(
            derived_id("indicator", source.lineage, pattern), at, text, created=first,
            modified=max(first, day), terms=_terms(row), techniques=techniques_in(row.values()),
            name=f"Listed {kind_of(plain) or kind}", description="; ".join(told) or None,
            indicator_types=["unknown"],
            pattern=pattern, pattern_type="stix", valid_from=format_instant(first),
            valid_until=format_instant(until) if until and until > first else None,
        )
    )  # fmt: skip


def _terms(row: Mapping[str, str]) -> Terms:
    shown = row.get("tlp", "")
    return said(shown if ":" in shown or not shown else f"tlp:{shown}")


def _when(row: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    for name in names:
        text = row.get(name, "").strip().removesuffix(" UTC")
        if not text:
            continue
        for said_so in (text, text.replace(" ", "T", 1) + "Z"):
            try:
                return parse_partial(said_so).t0 if len(said_so) <= 10 else parse_instant(said_so)
            except ValueError:
                continue
    return None

"""A source taken apart into messages of named fields, whatever it is written in: JSON, XML, CSV and
KVN after CCSDS 502.0-B-3 (orbit data) and 508.0-B-1 (conjunctions), two- and three-line elements,
and Parquet columns. What a field must hold is said elsewhere (`elements`, `cdm`, `satcat`).
"""

from __future__ import annotations

import csv
import importlib
import io
import math
import re
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from noroshi.desks.space import tle
from noroshi.desks.space.elements import number
from noroshi.desks.space.times import iso_of_jd
from noroshi.words.errors import BadInput
from noroshi.words.evidence import ByteRange, JsonPointer, Locator, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from noroshi.words.desk import Source

LARGEST: Final = 1 << 30
"""Bytes of a source that is read whole."""

DEEPEST: Final = 50
"""Levels of XML; messages have eight."""

KEYS: Final = re.compile(
    r"NORAD_CAT_ID|CCSDS_OMM_VERS|CCSDS_CDM_VERS|<omm\b|<cdm\b|MEAN_ELEMENT_THEORY", re.ASCII
)
_BLANK: Final = rb"(?:[ \t\xa0]|\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe3\x80\x80)"
"""A blank of any width, as UTF-8 or Latin-1 has it."""

_NUMBER: Final = _BLANK + rb"{0,4}[0-9A-Z][0-9]{0,4}"
LINE_1: Final = re.compile(rb"^1" + _BLANK + _NUMBER + rb"[UCS]?" + _BLANK, re.MULTILINE)
LINE_2: Final = re.compile(rb"^2" + _BLANK + _NUMBER + _BLANK, re.MULTILINE)


class Message(msgspec.Struct, frozen=True):
    """Fields by name, in capitals; those of a conjunction's two objects apart. `locator` is where
    it stands, `raw` what is kept of it where it cannot be read."""

    fields: dict[str, str]
    locator: Locator
    objects: tuple[dict[str, str], ...] = ()
    raw: bytes = b""


Problem = tuple[Locator, str, bytes]


def sniff(head: bytes) -> float:
    """How surely `head` begins elements, a conjunction message or a catalogue of satellites."""
    if head[:4] == b"PAR1":
        return 0.9
    text = head.decode("utf-8-sig", "replace")
    if LINE_1.search(head) and LINE_2.search(head):
        return 0.95
    return 0.95 if KEYS.search(text) else 0.0


def messages(source: Source) -> Iterator[Message | Problem]:
    """The messages of a source, in order, and the parts that are none. Raises `BadInput` for a
    source that is nothing of the above."""
    with source.open() as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadInput(source.name, "too large to be read whole", expected=f"at most {LARGEST} B")
    data = data.removeprefix(b"\xef\xbb\xbf")
    start = data[:4096].lstrip()[:1]
    if data[:4] == b"PAR1":
        return _parquet(data, source.name)
    if start in (b"{", b"["):
        return _json(data, source.name)
    if start == b"<":
        return _xml(data, source.name)
    if b"CCSDS_OMM_VERS" in data[:8192].partition(b"\n")[0] + data[:8192].partition(b"=")[0]:
        return _kvn(data) if b"," not in data.partition(b"\n")[0] else _csv(data)
    if b"CCSDS_CDM_VERS" in data[:8192].partition(b"=")[0]:
        return _kvn(data)
    if LINE_1.search(data[:65_536]) and b"NORAD_CAT_ID" not in data[:65_536]:
        return _lines(data)
    if b"NORAD_CAT_ID" in data.partition(b"\n")[0]:
        return _csv(data)
    raise BadInput(
        source.name,
        "neither elements nor a conjunction message",
        found=repr(data[:40]),
        expected="OMM or CDM (JSON, XML, CSV, KVN), two- or three-line elements, a SATCAT table",
    )


def plain(value: object) -> str:
    """A value as text: outer blanks taken off, and blanks of any width are blanks."""
    return (
        "" if value is None else re.sub(r"[\xa0\u2000-\u200b\u202f\u3000]", " ", str(value)).strip()
    )


def decoded(data: bytes) -> str:
    """Text as UTF-8, or as Latin-1 where it is none: every byte is a character there."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _json(data: bytes, name: str) -> Iterator[Message | Problem]:
    try:
        given = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise BadInput(name, "not JSON", found=str(problem)) from problem
    rows = cast("list[Any]", given if isinstance(given, list) else [given])
    for n, row in enumerate(rows):
        at = JsonPointer(f"/{n}") if isinstance(given, list) else JsonPointer("")
        if not isinstance(row, dict):
            yield at, "not an object of named fields", msgspec.json.encode(row)[:500]
            continue
        table = cast("dict[str, Any]", row)
        yield Message({plain(key).upper(): plain(value) for key, value in table.items()}, at)


def _csv(data: bytes) -> Iterator[Message | Problem]:
    text = io.StringIO(decoded(data), newline="")
    rows = csv.reader(text)
    at = Row(0)
    try:
        header = [plain(each).upper() for each in next(rows)]
        for n, row in enumerate(rows, start=1):
            at = Row(n)
            if not row:
                continue
            if len(row) < len(header):
                reason = f"{len(row)} columns; the header has {len(header)}"
                yield at, reason, ",".join(row).encode()[:500]
                continue
            # Exports whose header is short of their last columns exist; those are left out.
            yield Message(dict(zip(header, map(plain, row), strict=False)), at)
    except csv.Error as problem:
        yield at, f"not CSV: {problem}", b""


def _kvn(data: bytes) -> Iterator[Message | Problem]:
    """Messages begin with their CCSDS_…_VERS line; objects of a conjunction with OBJECT."""
    begins = [each.start() for each in re.finditer(rb"^[ \t]*CCSDS_\w+_VERS", data, re.MULTILINE)]
    for begin, end in zip(begins, [*begins[1:], len(data)], strict=True):
        yield _keyed(data[begin:end], ByteRange(begin, end - begin))


_UNIT: Final = re.compile(r"\s*\[[^\]]*\]\s*$")


def _keyed(part: bytes, at: Locator) -> Message | Problem:
    fields: dict[str, str] = {}
    objects: list[dict[str, str]] = []
    for n, line in enumerate(decoded(part).splitlines(), start=1):
        text = plain(line)
        if not text:
            continue
        if text.startswith("COMMENT"):
            key, value = _comment(text)
        elif "=" in text:
            key, value = (plain(each) for each in text.split("=", 1))
        else:
            return at, f"line {n} has no '=': {text[:60]!r}", part[:2000]
        value = _UNIT.sub("", value)
        if key == "OBJECT" and "CCSDS_CDM_VERS" in fields:
            objects.append({})
        (objects[-1] if objects else fields).setdefault(key.upper(), value)
    return Message(fields, at, tuple(objects), part[:2000])


def _comment(text: str) -> tuple[str, str]:
    """`COMMENT HBR = 15 [m]` is how a hard-body radius is told in messages of version 1.0."""
    body = text[len("COMMENT") :].strip()
    key, _, value = body.partition("=")
    return f"COMMENT {key.strip()}", value.strip()


def _xml(data: bytes, name: str) -> Iterator[Message | Problem]:
    root = _tree(data, name)
    for n, message in enumerate(each for each in root.iter() if _tag(each.tag) in ("omm", "cdm")):
        fields = {f"CCSDS_{_tag(message.tag).upper()}_VERS": message.get("version") or ""}
        objects: list[dict[str, str]] = []
        conjunction = _tag(message.tag) == "cdm"
        _collect(message, fields, objects, conjunction)
        yield Message(fields, JsonPointer(f"/{n}"), tuple(objects))


def _tree(data: bytes, name: str) -> Element:
    """The document's root. Entities need a document type, which is refused in any encoding."""
    from xml.etree.ElementTree import TreeBuilder
    from xml.parsers import expat

    builder, depth = TreeBuilder(), 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise BadInput(name, "XML nested too deeply", expected=f"at most {DEEPEST} levels")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def doctype(*_: object) -> None:
        raise BadInput(name, "XML with a document type or entities is not read")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = builder.data, doctype
    try:
        parser.Parse(data, True)
    # An encoding that is not known is a LookupError, one of several bytes a ValueError.
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise BadInput(name, "not XML", found=str(problem)) from problem
    return builder.close()


def _tag(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _collect(
    element: Element, into: dict[str, str], objects: list[dict[str, str]], conjunction: bool
) -> None:
    for child in element:
        if conjunction and _tag(child.tag) == "segment":
            objects.append({})
            _collect(child, objects[-1], objects, False)
        elif len(child):
            _collect(child, into, objects, conjunction)
        elif _tag(child.tag) == "COMMENT":
            key, value = _comment("COMMENT " + plain(child.text))
            into.setdefault(key.upper(), _UNIT.sub("", value))
        else:
            into.setdefault(_tag(child.tag).upper(), plain(child.text))


def _lines(data: bytes) -> Iterator[Message | Problem]:
    """Two- and three-line elements: a first line, its second, and the name before them."""
    name, first, at, start = "", b"", 0, 0
    for raw in data.splitlines(keepends=True):
        begin, at = at, at + len(raw)
        line = plain_line(raw)
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("1 ") and len(line) > 60:
            if first:
                yield ByteRange(start, len(first)), "a first line without its second", first
            first, start = raw, begin
        elif line.startswith("2 ") and len(line) > 50:
            where = ByteRange(start, at - start) if first else ByteRange(begin, len(raw))
            if not first:
                yield where, "a second line without its first", raw
                continue
            try:
                fields = tle.fields(plain_line(first), line)
                if name:
                    fields["OBJECT_NAME"] = name
                yield Message(fields, where, raw=first + raw)
            except ValueError as problem:
                yield where, str(problem), first + raw
            name, first = "", b""
        else:
            name = line.removeprefix("0 ").strip()
    if first:
        yield ByteRange(start, len(first)), "a first line without its second", first


def plain_line(raw: bytes) -> str:
    """A line of elements as text: wide blanks are one blank each, so that columns stay."""
    text = decoded(raw).rstrip("\r\n")
    return re.sub(r"[\xa0\u2000-\u200a\u202f\u3000\t]", " ", text)


_PARQUET: Final = {
    "norad_id": "NORAD_CAT_ID", "cospar_id": "OBJECT_ID", "name": "OBJECT_NAME", "bstar": "BSTAR",
    "object_type": "OBJECT_TYPE",
}  # fmt: skip


def _parquet(data: bytes, name: str) -> Iterator[Message | Problem]:
    """Rows with OMM's columns, with elements in radians and minutes, or with two lines."""
    pa: Any = importlib.import_module("pyarrow")
    pq: Any = importlib.import_module("pyarrow.parquet")
    try:
        table = _told(pa, pq.read_table(pa.BufferReader(data)))
    except (pa.ArrowException, OSError) as problem:
        raise BadInput(name, "not Parquet", found=str(problem)[:200]) from problem
    names: list[str] = table.column_names
    lines = {"tle_line1", "tle_line2"} <= set(names)
    if not (lines or {"norad_id", "n0"} <= set(names) or "NORAD_CAT_ID" in names):
        raise BadInput(name, "no column of satellite numbers", found=", ".join(names)[:200])
    for n, row in enumerate(table.to_pylist(), start=1):
        try:
            yield Message(_row(row, lines), Row(n))
        except ValueError as problem:
            yield Row(n), str(problem), str(row).encode()[:500]


def _told(pa: Any, table: Any) -> Any:
    """Instants as text to the microsecond: Python's own have no nanoseconds."""
    types = pa.types
    for n, field in enumerate(table.schema):
        if types.is_timestamp(field.type):
            micros = table.column(n).cast(pa.timestamp("us", field.type.tz), safe=False)
            table = table.set_column(n, field.name, micros.cast(pa.string()))
    return table


def _row(row: dict[str, Any], lines: bool) -> dict[str, str]:
    fields = {_PARQUET.get(key, key.upper()): plain(value) for key, value in row.items()}
    if "MEAN_MOTION" in fields:
        return fields
    if lines and row.get("tle_line1") and row.get("tle_line2"):
        told = {key: value for key, value in fields.items() if value}
        return {**tle.fields(plain(row["tle_line1"]), plain(row["tle_line2"])), **told}

    def given(name: str) -> float:
        return number(plain(row.get(name)), name)

    fields["EPOCH"] = iso_of_jd(given("epoch_jd1"), given("epoch_jd2"))
    fields["MEAN_MOTION"] = repr(given("n0") * 720.0 / math.pi)
    fields["ECCENTRICITY"] = repr(given("e0"))
    for ours, theirs in (("INCLINATION", "i0"), ("RA_OF_ASC_NODE", "node0"),
                         ("ARG_OF_PERICENTER", "omega0"), ("MEAN_ANOMALY", "m0")):  # fmt: skip
        fields[ours] = repr(math.degrees(given(theirs)))
    return fields

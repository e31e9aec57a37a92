"""One line of an AIS log taken apart: tag blocks, the sentence, its checksum, what follows it.

NMEA 0183 (IEC 61162-1) sentences `!ttVDM` and `!ttVDO` of any talker; tag blocks of NMEA 0183
4.0; receivers' habits beyond the standard: `$PGHP` time lines, `,epoch` suffixes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from noroshi.desks.sea.stamps import EARLIEST, LATEST
from noroshi.words.time import MS, SECOND, from_datetime


class Tag(NamedTuple):
    """A tag block: source station, time (µs UTC), group, checksum right."""

    station: bytes
    t: int | None
    group: bytes | None
    sound: bool


class Sentence(NamedTuple):
    """One VDM or VDO sentence whose checksum is right; `part` of `parts` counts from 1."""

    talker: bytes
    parts: int
    part: int
    sequence: bytes
    channel: bytes
    payload: bytes
    fill: int
    checksum: int
    t: int | None
    station: bytes


class Pghp(NamedTuple):
    """A `$PGHP` line: the time (µs UTC) of the sentence with this checksum, which follows it, and
    the station that heard it."""

    t: int
    checksum: int | None
    station: bytes


NO_TAG: Final = Tag(b"", None, None, True)

LONGEST_PAYLOAD: Final = 256
"""Characters of one part. The longest message, of five slots, has 1,008 bits: 168 characters."""

_OLD_GROUP = re.compile(rb"\dG\d:(\w+)")


def split_tag(line: bytes) -> tuple[Tag | None, bytes]:
    """The tag blocks at the start of `line`, merged, and the rest."""
    tag: Tag | None = None
    while line[:1] == b"\\":
        inside, closed, rest = line.lstrip(b"\\").partition(b"\\")
        if not closed:
            return tag, line.lstrip(b"\\")
        tag = merged(tag, _tag(inside))
        line = rest
    return tag, line


def merged(old: Tag | None, new: Tag) -> Tag:
    """What two blocks before one sentence say together; the later wins."""
    if old is None:
        return new
    return Tag(
        new.station or old.station,
        old.t if new.t is None else new.t,
        old.group if new.group is None else new.group,
        old.sound and new.sound,
    )


def _tag(inside: bytes) -> Tag:
    body, _, written = inside.partition(b"*")
    station, t, group = b"", None, None
    for field in body.split(b","):
        key, _, value = field.partition(b":")
        if key == b"s":
            station = value
        elif key == b"c":
            t = epoch(value)
        elif key == b"g":
            parts = value.split(b"-")
            if len(parts) == 3 and parts[1].isdigit():
                group = parts[2]
        elif old := _OLD_GROUP.fullmatch(field):
            group = old[1]
    return Tag(station, t, group, _hex(written) == checksum(body))


def parse(line: bytes) -> Sentence | Pghp | None:
    """The sentence that `line` (without tag blocks) holds; None for sentences that are not AIS.

    Raises `ValueError` saying what is wrong.
    """
    if line[:1] == b"$":
        return pghp(line) if line[:6] == b"$PGHP," else None
    begin = line.find(b"!")
    if begin < 0:
        raise ValueError("not a sentence")
    body, star, rest = line[begin + 1 :].partition(b"*")
    spoken = body.partition(b",")[0][-3:] in (b"VDM", b"VDO")
    if not star or len(rest) < 2:
        if not spoken:
            return None
        raise ValueError("truncated: no checksum")
    written = _hex(rest[:2])
    actual = checksum(body)
    if written != actual:
        found = rest[:2].decode("ascii", "replace")
        raise ValueError(f"wrong checksum: {found} written, {actual:02X} computed")
    return _sentence(body.split(b","), actual, rest[2:]) if spoken else None


def _sentence(fields: list[bytes], actual: int, suffix: bytes) -> Sentence:
    if len(fields) < 7:
        raise ValueError(f"truncated: {len(fields)} of 7 fields")
    tag, parts, part, sequence, channel, payload, fill = fields[:7]
    if not (_is_digit(parts) and _is_digit(part) and 1 <= int(part) <= int(parts)):
        raise ValueError(f"impossible fields: part {part!r} of {parts!r}")
    if len(payload) > LONGEST_PAYLOAD:
        raise ValueError(f"impossible fields: {len(payload)} characters of payload")
    fill_bits = int(fill) if fill.isdigit() else 0
    if fill_bits > 5:
        raise ValueError(f"impossible fields: {fill_bits} fill bits")
    t = _suffix_time(suffix) if suffix else None
    return Sentence(
        tag[:-3], int(parts), int(part), sequence, channel, payload, fill_bits, actual, t,
        _suffix_station(suffix),
    )  # fmt: skip


def _is_digit(text: bytes) -> bool:
    return len(text) == 1 and text.isdigit()


def _suffix_time(suffix: bytes) -> int | None:
    """The last field after the checksum that is an epoch in seconds or milliseconds."""
    for field in reversed(suffix.split(b",")):
        t = epoch(field.strip())
        if t is not None:
            return t
    return None


def _suffix_station(suffix: bytes) -> bytes:
    """The first field after the checksum that is `r` or `b` and a station's name, as the United
    States Coast Guard has it."""
    fields = suffix.split(b",") if suffix else []
    return next((each for each in fields if _RECEIVER.fullmatch(each)), b"")


_RECEIVER: Final = re.compile(rb"[rRbB]\w+", re.ASCII)


def pghp(line: bytes) -> Pghp | None:
    """`$PGHP,1,y,m,d,h,min,s,ms,country,region,station,online,cc*hh` (Gatehouse): None where it is
    damaged."""
    body = line.partition(b"*")[0]
    fields = body.split(b",")
    numbers = fields[2:9]
    if len(numbers) < 7 or not all(each.isdigit() and len(each) <= 4 for each in numbers):
        return None
    *date, ms = (int(each) for each in numbers)
    try:
        moment = datetime(*date, tzinfo=UTC)
    except ValueError:
        return None
    at = from_datetime(moment) + ms * MS
    station = fields[STATION_FIELD] if len(fields) > STATION_FIELD + 1 else b""
    return Pghp(at, _hex(fields[-1]), station) if EARLIEST <= at < LATEST else None


STATION_FIELD: Final = 11
"""Of a `$PGHP` line: the station."""

SPELT: Final = 12
"""Characters of a station's name that a number of 64 bits holds: the last ones."""

LETTERS: Final = "\0" + "0123456789" + "abcdefghijklmnopqrstuvwxyz" + "-_."
"""By code. Anything else is the full stop; capitals are small."""


def spelt(name: bytes) -> int:
    """The name of a station as a number of 64 bits, so that columns of them are cheap; 0: none."""
    value = 0
    for each in name.decode("latin-1").lower()[-SPELT:]:
        value = value * len(LETTERS) + (LETTERS.index(each) if each in LETTERS[1:] else 39)
    return value


def spelling(value: int) -> str:
    """The name that was `spelt`."""
    found = ""
    while value:
        value, code = divmod(value, len(LETTERS))
        found = LETTERS[code] + found
    return found


def epoch(text: bytes) -> int | None:
    """Ten digits are seconds, thirteen milliseconds, since 1970; µs UTC, or None."""
    if not text.isdigit() or len(text) not in (10, 13):
        return None
    at = int(text) * (SECOND if len(text) == 10 else MS)
    return at if EARLIEST <= at < LATEST else None


def checksum(body: bytes) -> int:
    """Exclusive or of all bytes, by folding halves of one large number."""
    value = int.from_bytes(body, "big")
    size = 8 << max(0, (len(body) - 1).bit_length())
    while size > 8:
        size >>= 1
        value = (value >> size) ^ (value & ((1 << size) - 1))
    return value


def _hex(text: bytes) -> int | None:
    digits = text[:2]
    return int(digits, 16) if len(digits) == 2 and not digits.strip(_HEX) else None


_HEX: Final = b"0123456789abcdefABCDEF"

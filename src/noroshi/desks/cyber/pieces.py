"""A source taken apart into the bytes of its objects, each with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from noroshi.desks.cyber.check import Unacceptable, strictly
from noroshi.words import stix
from noroshi.words.desk import Rejected
from noroshi.words.evidence import ByteRange, JsonPointer, Locator

KEPT_BYTES: Final = 64 << 10
"""How much of a source that cannot be taken apart is kept aside with its reason."""

BOM: Final = b"\xef\xbb\xbf"

Piece = tuple[Locator, bytes]

_POSITION = re.compile(r"\(byte (\d+)\)")


def pieces(data: bytes, sha256: str) -> Iterator[Piece | Rejected]:
    """The objects of a bundle, envelope, array, JSON Lines or single object, in order.

    One `Rejected` over the whole source, saying at which byte it went wrong, when it is none of
    these: of half a bundle nothing is taken, as the markings may stand in the other half.
    """
    try:
        yield from _document(data)
    except (msgspec.DecodeError, RecursionError, Unacceptable) as problem:
        lines = _lines(data, sha256)
        if lines is None:
            yield Rejected(
                sha256, ByteRange(0, len(data)), reason(problem, data), data[:KEPT_BYTES]
            )
        else:
            yield from lines


def _document(data: bytes) -> list[Piece]:
    text = data.removeprefix(BOM)
    raws, listed = stix.taken_apart(text)
    if text.lstrip()[:1] == b"[":
        return [(JsonPointer(f"/{n}"), raw) for n, raw in enumerate(raws)]
    if len(raws) == 1 and raws[0] == text.strip():
        return [(JsonPointer(""), raws[0])]
    strictly(_without(text, listed))
    return [(JsonPointer(f"/objects/{n}"), raw) for n, raw in enumerate(raws)]


def _without(text: bytes, objects: memoryview) -> bytes:
    """A bundle with its list emptied: what is left must be strict JSON too, else a second
    `objects` could carry what nobody reads."""
    if not objects:
        return text
    start = _last(text, objects)
    return text[:start] + b"[]" + text[start + len(objects) :]


def _last(text: bytes, part: bytes | memoryview) -> int:
    """Where `part`, which stands in `text`, stands there last: `rfind`, which takes long for a long
    part, of its end."""
    tail = bytes(part[-64:])
    until = len(text)
    while True:
        start = text.rfind(tail, 0, until) + len(tail) - len(part)
        if text.startswith(part, start):
            return start
        until = start + len(part) - 1


def _lines(data: bytes, sha256: str) -> list[Piece | Rejected] | None:
    """JSON Lines: more than half of the lines are JSON objects by themselves; else None."""
    found: list[Piece | Rejected] = []
    start = good = bad = 0
    for line in data.splitlines(keepends=True):
        text = line.removeprefix(BOM).strip()
        where = ByteRange(start + line.find(text), len(text))
        start += len(line)
        if not text:
            continue
        try:
            found += _line(text, where.start)
            good += 1
        except (msgspec.DecodeError, RecursionError) as problem:
            found.append(Rejected(sha256, where, reason(problem, text), text))
            bad += 1
    return found if good > max(bad, 1) else None


def _line(text: bytes, start: int) -> Iterator[Piece]:
    at = 0
    for raw in stix.split(text):
        at = text.index(raw, at)
        yield ByteRange(start + at, len(raw)), raw
        at += len(raw)


def reason(problem: Exception, data: bytes) -> str:
    """Why `data` could not be taken apart, with the byte where it went wrong."""
    at = _POSITION.search(str(problem))
    if at is not None:
        return f"not JSON at byte {at[1]}: {problem}"
    if "truncated" in str(problem):
        return f"truncated JSON: it ends at byte {len(data)} before it is complete"
    return f"not STIX: {problem}"

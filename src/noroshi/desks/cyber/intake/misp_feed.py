"""What stands beside the events of a MISP feed: its manifest, and the hashes of its values.

The manifest says which events there are, and gives no record: the events do. Of the hashes file,
MD5 of a value and the event that holds it, a note for each event keeps which hashes it has, so that
a value can be asked for (`noroshi cyber seen`) before the event is here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from noroshi.desks.cyber.intake.making import Maker, derived_id
from noroshi.words.desk import Rejected, Restated
from noroshi.words.evidence import ByteRange, JsonPointer
from noroshi.words.time import floor

if TYPE_CHECKING:
    from noroshi.words.desk import Source

_HASH = re.compile(r"([0-9a-f]{32}),([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_KEY = re.compile(rb'\s*\{\s*"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"\s*:\s*\{')


class Listed(msgspec.Struct):
    """An event as the manifest has it; `timestamp` is in seconds since 1970."""

    info: str
    date: str
    timestamp: str | int


def sniff(head: bytes) -> float:
    """How surely `head` begins a manifest or a file of hashes."""
    if _KEY.match(head):
        return 0.95 if b'"timestamp"' in head or b'"info"' in head else 0.0
    lines = head.decode("utf-8", "replace").split("\n")[:20]
    whole = [line.strip() for line in (lines[:-1] if len(lines) > 1 else lines)]
    good = sum(_HASH.fullmatch(line) is not None for line in whole)
    return 0.95 if good * 4 >= len(whole) * 3 > 0 else 0.0


def manifest(data: bytes) -> dict[str, str]:
    """What a manifest has that is no event, with the reason. Raises `ValueError`."""
    try:
        whole = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise ValueError(f"not a manifest: {problem}") from problem
    bad: dict[str, str] = {}
    for name, each in whole.items():
        try:
            msgspec.convert(each, Listed)
        except msgspec.ValidationError as problem:
            bad[name] = str(problem)
    return bad


def read(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    """A note for each event of a file of hashes; of a manifest only what is wrong with it."""
    if not _KEY.match(data[:200]):
        yield from _hashes(source, data)
        return
    try:
        bad = manifest(data)
    except ValueError as problem:
        yield Rejected(source.sha256, JsonPointer(""), str(problem), data[:65536])
        return
    for name, reason in bad.items():
        yield Rejected(source.sha256, JsonPointer(f"/{name}"), reason)


def _hashes(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    of: dict[str, set[str]] = defaultdict(set)
    first: dict[str, ByteRange] = {}
    at = 0
    for line in data.splitlines(keepends=True):
        where, at = ByteRange(at, len(line)), at + len(line)
        text = line.decode("utf-8", "replace").strip()
        found = _HASH.fullmatch(text)
        if found is not None:
            of[found[2]].add(found[1])
            first.setdefault(found[2], where)
        elif text:
            yield Rejected(source.sha256, where, f"not `MD5,UUID`: {text[:80]!r}", line[:4096])
    maker, day = Maker(source, "misp-hashes"), floor(source.retrieved, "day")
    for event, hashes in sorted(of.items()):
        yield Restated(
            maker.record(
                derived_id("note", source.lineage, event), first[event], "\n".join(sorted(hashes)),
                created=day, modified=day, hashed=tuple(sorted(hashes)),
                content=f"{len(hashes)} values of MISP event {event}, of which the MD5 is known",
                object_refs=[f"report--{event}"],
            )
        )  # fmt: skip

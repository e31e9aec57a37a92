"""Logs as sources: which are ours to read, and their columns.

A log is one column of one row: it is gone through when it is folded, by which time it is known what
to look for, and its bytes stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber.match.stream import headed
from noroshi.desks.cyber.pieces import KEPT_BYTES, reason
from noroshi.words.desk import Columns, Rejected
from noroshi.words.evidence import ByteRange

if TYPE_CHECKING:
    from noroshi.words.desk import Source

MAX_DOCUMENT: Final = 64 << 20
"""Bytes of a source that are looked at to tell whether it is one JSON document."""

_ZEEK: Final = re.compile(rb"#separator[ \t]|\{\"ts\":\d+\.\d+,\"uid\":\"")
_EVE: Final = re.compile(rb'"(?:event_type|@timestamp|timestamp|ts|time)"\s*:')
_ACCESS: Final = re.compile(
    rb'(?:[\w.:-]+ )?[\w.:-]+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+\] "'
)
_SYSLOG: Final = re.compile(
    rb"(?:<\d{1,3}>)(?:1 )?\S|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+: "
    rb"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* \S+ [\w./-]+(?:\[\d+\])?: "
)
_BIND: Final = re.compile(
    rb"\S+ \S+ (?:queries: )?(?:info: )?client (?:@0x[0-9a-f]+ )?[0-9a-fA-F.:]+#"
)


def sniff(head: bytes) -> float:
    """How surely `head` begins a log that is one by its form; any text is one where it is said."""
    lines = [each for each in headed(head[:16_384]).split(b"\n")[:20] if each.strip()]
    if not lines:
        return 0.0
    if _ZEEK.match(lines[0]):
        return 0.9
    votes = [_sure(line) for line in lines[: max(1, len(lines) - 1)]]
    return sorted(votes)[len(votes) // 2]


def _sure(line: bytes) -> float:
    if line.startswith(b"{") and line.rstrip().endswith(b"}"):
        return 0.3 if _EVE.search(line[:4096]) else 0.0
    if _ACCESS.match(line) or _BIND.match(line):
        return 0.6
    return 0.4 if _SYSLOG.match(line) else 0.0


def read(source: Source, head: bytes) -> Iterator[Columns | Rejected]:
    """The log as one row: nothing is read yet. One JSON document of no format that is read here,
    whole or cut short, is no log."""
    import numpy as np

    if sniff(head) == 0 and head.lstrip()[:1] in (b"{", b"["):
        with source.open() as stream:
            data = stream.read(MAX_DOCUMENT)
        if (why := _document(data)) is not None:
            yield Rejected(source.sha256, ByteRange(0, len(data)), why, data[:KEPT_BYTES])
            return
    yield Columns("log", source, {"start": np.zeros(1, "i8")})


def _document(data: bytes) -> str | None:
    """Why text that begins as JSON does is no log: it is one document, or the beginning of one;
    None for anything else, as a line of a log may begin so."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (ValueError, RecursionError) as problem:
        return reason(problem, data) if "truncated" in str(problem) else None
    return None if data.strip().count(b"\n") == 0 else "JSON of no format that is read here"

"""Reading: which of the sea's formats a source is, and its rows as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi.desks.sea import tables
from noroshi.words import compiling
from noroshi.words.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.desk import Columns, Rejected, Source

HEAD = 65_536
"""Bytes of a source's beginning that decide its format."""

BATCH = 65_536
"""Rows in one batch of columns; bounds what is held at once."""

SMALL = 1 << 20
"""Bytes up to which a log is read by plain Python: sooner than the compiled kernels are loaded."""

PATIENCE = 2_000
"""Lines within which the parts of a message find each other: about a minute of a busy station
(ITU-R M.1371: 2,250 slots a minute and channel)."""


def sniff(head: bytes) -> float:
    """How surely `head` begins AIS sentences, a table of positions or reports of outages."""
    return max(tables.sniff(head), _nmea_sniff(head), _outage_sniff(head))


def is_log(head: bytes) -> bool:
    """Whether `head` begins an AIS log."""
    return _nmea_sniff(head) > 0 and _nmea_sniff(head) >= tables.sniff(head)


def read(source: Source) -> Iterator[Columns | Rejected]:
    """The source as columns of positions and static data, and the parts that could not be read.
    Times by clocks that `source.clocks` has for wrong are set right.

    Raises `BadInput` where it is neither AIS sentences nor a table of positions.
    """
    with source.open() as stream:
        begin = stream.read(SMALL)
    head = begin[:HEAD]
    if not head:
        return
    if _outage_sniff(head) > 0:
        from noroshi.desks.sea import outages

        yield from outages.read(source)
    elif is_log(head):
        yield from _timed(source, len(begin) < SMALL)
    elif tables.sniff(head) > 0:
        yield from tables.read(source, BATCH)
    else:
        raise BadInput(
            source.name,
            "neither AIS sentences nor a table of positions",
            found=repr(head[:40]),
            expected="lines with !AIVDM (any talker), or a header with mmsi, time, lon and lat",
        )


def _timed(source: Source, small: bool) -> Iterator[Columns | Rejected]:
    if not any(each.applied for each in source.clocks):
        return _log(source, small)
    from noroshi.desks.sea.clocks import corrected

    return corrected(_log(source, small), source)


def _log(source: Source, small: bool) -> Iterator[Columns | Rejected]:
    """An AIS log, by whichever of the two readers is done sooner; both give the same."""
    if small or not compiling.usable():
        from noroshi.desks.sea import nmea

        yield from nmea.read(source, BATCH, PATIENCE)
    else:
        from noroshi.desks.sea import decode

        yield from decode.read(source, PATIENCE)


def _outage_sniff(head: bytes) -> float:
    from noroshi.desks.sea import outages

    return outages.sniff(head)


def _nmea_sniff(head: bytes) -> float:
    """By the share of the first lines that look like sentences, AIS ones among them."""
    lines = [line for line in head.split(b"\n")[:200] if line.strip()]
    spoken = [b"VDM," in line or b"VDO," in line for line in lines]
    others = [line[:1] in b"!$\\" and b"*" in line for line in lines]
    fit = sum(ais or other for ais, other in zip(spoken, others, strict=True))
    return 0.95 * fit / len(lines) if any(spoken) else 0.0

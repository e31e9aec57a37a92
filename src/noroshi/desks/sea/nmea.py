"""AIS logs: lines of sentences, in whatever dialect, to columns.

A message's time is, in this order: its tag block's `c:`, the `$PGHP` line that announced it, the
epoch that follows its checksum — its own time. Else the last known time of the source, in order:
the median of the last base stations' reports (types 4 and 11) or, in a log with tag blocks or
epochs, the latest of those; such a position is marked (`clock` 1, precision a minute). Before any
time is known it is undated (`clock` 0), and nothing is detected from it.
"""

from __future__ import annotations

import statistics
from collections import deque
from typing import TYPE_CHECKING, Final

from noroshi.desks.sea.batches import Batch
from noroshi.desks.sea.fragments import Fragments, Lost, Whole
from noroshi.desks.sea.payload import Position, Static, StationTime, decode
from noroshi.desks.sea.sentence import (
    NO_TAG,
    Pghp,
    Sentence,
    Tag,
    merged,
    parse,
    spelt,
    split_tag,
)
from noroshi.desks.sea.stamps import MILLISECOND_CODE, MINUTE_CODE, SECOND_CODE
from noroshi.words.desk import Rejected
from noroshi.words.evidence import ByteRange
from noroshi.words.time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.payload import Item
    from noroshi.words.desk import Columns, Source

LONGEST: Final = 4_096
"""Bytes of the longest line read at once; a sentence has 82, tag blocks about as many."""

KEPT: Final = 500
"""Bytes of a rejected part that are kept with it."""

ANNOUNCED: Final = 4
"""Lines within which a `$PGHP` line's sentence follows; receivers interleave a few."""

LATE_S: Final = 60
"""An epoch so much later than its sentence's announced time is when a satellite's store was
delivered: from then on the log's epochs date nothing."""

GROUPS: Final = 2_000
"""Groups of tag blocks whose time is remembered for their later lines."""

STATIONS: Final = 15
"""Base-station times whose median is the source's clock; fewer than 3 are not believed, as a
single station's clock may be years out."""


class Clock:
    """The last known time of a source."""

    def __init__(self) -> None:
        self._own: int | None = None
        self._stations: deque[int] = deque(maxlen=STATIONS)

    def own(self, t: int) -> None:
        """A line said its time."""
        self._own = t

    def station(self, t: int) -> None:
        """A base station said the time."""
        self._stations.append(t)

    def now(self) -> int | None:
        """µs UTC, or None while nothing is known."""
        if self._own is not None:
            return self._own
        return statistics.median_low(self._stations) if len(self._stations) >= 3 else None


class Reader:
    """The state of reading one log: what a line means depends on some of those before it."""

    def __init__(self, source: Source, size: int, patience: int) -> None:
        self.batch = Batch(source, "mmsi", "bytes", size)
        self.clock, self._fragments = Clock(), Fragments(patience)
        self._source = source
        self._announced: list[tuple[int, Pghp]] = []
        self._tag: Tag | None = None
        self._late = False
        self._sound = True
        self._station = b""
        self._groups: dict[bytes, int] = {}
        self._line = 0

    def line(self, raw: bytes, start: int) -> Iterator[Rejected]:
        """Takes one line that begins at byte `start`; yields what could not be read."""
        self._line += 1
        text = raw.strip()
        if not text or text[:1] == b"#":
            return
        end = start + len(raw)
        try:
            whole, lost = self._sentence(text, start, end)
            for each in lost:
                yield self._rejected(each.reason, each.start, each.end)
            if whole is not None:
                self._message(whole)
        except ValueError as problem:
            yield self._rejected(str(problem), start, end, text)
        for each in self._fragments.expire(self._line):
            yield self._rejected(each.reason, each.start, each.end)

    def close(self) -> Iterator[Rejected]:
        """The input has ended."""
        for each in self._fragments.close():
            yield self._rejected(each.reason, each.start, each.end)

    def _sentence(self, text: bytes, start: int, end: int) -> tuple[Whole | None, list[Lost]]:
        block, rest = split_tag(text)
        if block is not None:
            self._tag = merged(self._tag, block)
        if not rest:
            return None, []
        tag, self._tag = self._tag or NO_TAG, None
        self._sound = tag.sound
        found = parse(rest)
        if isinstance(found, Pghp):
            self._announced.append((self._line, found))
        if not isinstance(found, Sentence):
            return None, []
        self._station = tag.station
        t = self._own_time(found, tag)
        self._station = self._station or found.station
        if found.parts == 1:
            return Whole(found.payload, found.fill, t, start, end), []
        return self._fragments.add(found, tag, t, self._line, start, end)

    def _own_time(self, sentence: Sentence, tag: Tag) -> int | None:
        t = tag.t
        if tag.group is not None:
            t = self._groups.get(tag.group) if t is None else t
            if t is not None:
                if len(self._groups) >= GROUPS:
                    self._groups.clear()
                self._groups[tag.group] = t
        if t is None:
            announced = self._announcement(sentence.checksum)
            if announced is not None:
                if sentence.t is not None and sentence.t - announced.t > LATE_S * SECOND:
                    self._late = True
                self._station = self._station or announced.station
                return announced.t
            t = None if self._late else sentence.t
        if t is not None:
            self.clock.own(t)
        return t

    def _announcement(self, checksum: int) -> Pghp | None:
        """A recent `$PGHP` line for this very sentence. Its time is no clock of the source: a
        satellite's sentences come hours late, each with its own."""
        fresh = [each for each in self._announced if self._line - each[0] <= ANNOUNCED]
        match = next((each for each in reversed(fresh) if each[1].checksum == checksum), None)
        self._announced = [each for each in fresh if each is not match]
        return None if match is None else match[1]

    def _message(self, whole: Whole) -> None:
        utc = 0
        for item in decode(whole.payload, whole.fill):
            if isinstance(item, StationTime):
                utc = item.t
                self.clock.station(utc)
            else:
                self._take(item, whole, utc)

    def _take(self, item: Item, whole: Whole, utc: int) -> None:
        t, clock, precision = whole.t, 2, SECOND_CODE
        if t is None:
            t, precision = None if self._late else self.clock.now(), MINUTE_CODE
            t, clock = (0, 0) if t is None else (t, 1)
        elif t % SECOND:
            precision = MILLISECOND_CODE
        place = (whole.start, whole.end - whole.start)
        if isinstance(item, Static):
            self.batch.static(
                item.mmsi, t, *place, name=item.name, callsign=item.callsign, imo=item.imo,
                ship_type=item.ship_type, draught_m=item.draught_m, length_m=item.length_m,
                width_m=item.width_m, destination=item.destination, eta=item.eta,
            )  # fmt: skip
        elif isinstance(item, Position):
            self.batch.position(
                item.mmsi, t, item.lon, item.lat, *place, sog_kn=item.sog_kn,
                cog_deg=item.cog_deg, heading_deg=item.heading_deg, status=item.status,
                turn=item.turn, second=item.second, accurate=item.accurate, type=item.type,
                clock=clock, precision=precision, sound=self._sound, station=spelt(self._station),
            )  # fmt: skip
        elif not isinstance(item, StationTime):
            self.batch.message(
                item.mmsi, t, item.type, clock, item.lon, item.lat, spelt(self._station), utc,
                *place,
            )  # fmt: skip

    def _rejected(self, reason: str, start: int, end: int, raw: bytes = b"") -> Rejected:
        return Rejected(self._source.name, ByteRange(start, end - start), reason, raw[:KEPT])


def read(source: Source, size: int, patience: int) -> Iterator[Columns | Rejected]:
    """Batches of up to `size` rows, and what could not be read, in order."""
    reader = Reader(source, size, patience)
    start = 0
    with source.open() as stream:
        while raw := stream.readline(LONGEST):
            yield from reader.line(raw, start)
            start += len(raw)
            if reader.batch.full:
                yield from reader.batch.take()
    yield from reader.close()
    yield from reader.batch.take()

"""A log against an index: two passes, the first over bytes, the second over the lines it found.

First every line is gone through as it stands (`kernels.scan`): is there a word, an address, a hash,
a host with a path that the index knows? What is on a warning list alone is counted and left. Then
the other lines are read as their format has it, their fields gone through once more, and what is
found in a field is a match. The first pass lets a few lines through that the second drops; it drops
none that the second would keep.
"""

from __future__ import annotations

import functools
import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from noroshi.desks.cyber.match.entry import Match, Tally
from noroshi.desks.cyber.match.formats import Fields, Layout, Reader
from noroshi.desks.cyber.match.index import KINDS, Index
from noroshi.desks.cyber.match.stream import Places, blocks
from noroshi.desks.cyber.match.values import Net, Unfit, domain, net, web
from noroshi.desks.cyber.match.words import Words

if TYPE_CHECKING:
    from noroshi.desks.cyber.match.table import Array

PLACES: Final = 1 << 16
"""How many places the first pass notes before they are looked at."""

BETWEEN: Final = b"\x1e"
"""Between the fields of a line in the second pass; no part of any value."""

REFERRERS: Final = frozenset(("referrer", "referer", "http_refer", "http_referrer"))
"""What fields are called that say where a visitor came from."""

SEARCHED_FOR: Final = "queries of referrers"

NOT_OF_FORMAT: Final = "not of its format: matched as a whole line"


class Line(msgspec.Struct, frozen=True):
    """A line to be looked at again: where it starts in the log, its bytes there without the line
    end, its fields and time."""

    start: int
    raw: bytes
    fields: Fields
    at: int | None


class Seen(msgspec.Struct, frozen=True):
    """A value of the index in a field of a line, by number."""

    line: int
    field: int
    key: int
    value: str


def scan(
    index: Index, stream: IO[bytes], layout: Layout, tally: Tally, now: int | None = None
) -> Iterator[Match]:
    """The matches of one log, in its order, one for each entry and line. `now` is when the log was
    fetched (µs UTC), for formats that name no year. `tally` is filled while this runs."""
    reader, pass_ = Reader(layout, now), _Pass(index, layout, tally)
    for start, block in blocks(stream, tally):
        places = Places(start, block, tally.encoding)
        lines = list(_lines(pass_.candidates(block), places, block, reader, tally))
        for match in pass_.matches(lines):
            tally.matches += 1
            yield match
        tally.bytes = places.of(len(block))
        tally.lines += pass_.taken()
    pass_.account(tally)


def _lines(
    candidates: Iterable[tuple[int, bool]],
    places: Places,
    block: bytes,
    reader: Reader,
    tally: Tally,
) -> Iterator[Line]:
    for at, heading in candidates:
        end = block.find(b"\n", at)
        raw = block[at : len(block) if end < 0 else end].rstrip(b"\r")
        if heading:
            reader.heading(raw)
            continue
        fields, time, fits = reader.read(raw)
        start, held = places.of(at), places.raw(raw)
        if not fits:
            tally.skip(start, len(held), NOT_OF_FORMAT)
        yield Line(start, held, fields, time)


class _Pass:
    """The arrays of both passes over one log, and what they counted."""

    def __init__(self, index: Index, layout: Layout, tally: Tally) -> None:
        import numpy as np

        from noroshi.desks.cyber.match.kernels import scan as kernel

        self._index, self._kernel = index, kernel
        self._escapes = {"json": kernel.JSON, "zeek": kernel.ZEEK}.get(layout.format, kernel.PLAIN)
        many = len(index.table.values)
        self._never = np.full(many, -1, np.int32)
        self._warned = _countable(index)
        self._last, self._held = np.zeros(many, np.int64), np.zeros(many, np.int64)
        self._places = np.zeros(PLACES * 4, np.int64)
        self._memory, self._counts = np.zeros(288, np.uint64), np.zeros(2, np.int64)
        self._lines = self._searched_for = 0
        self._lists: dict[tuple[int, str], int] = {}
        self._held_here: dict[int, int] = {}
        self._words = Words(index, tally)

    def candidates(self, block: bytes) -> list[tuple[int, bool]]:
        """Where the lines of a block start that are to be read, and whether it is a heading."""
        import numpy as np

        text = np.frombuffer(block, np.uint8)
        found: dict[int, bool] = {}
        begin = 0
        while begin < len(text):
            begin = self._run(text, begin, self._escapes, self._warned)
            places = self._places[: self._counts[self._kernel.FOUND] * 4].reshape(-1, 4)
            for line, key in places[:, [0, 3]].tolist():
                found[line] = found.get(line, False) or key == self._kernel.HEADING
        for at in self._words.places(block):
            found.setdefault(block.rfind(b"\n", 0, at) + 1, False)
        return sorted(found.items())

    def taken(self) -> int:
        """How many lines were gone through since this was asked last."""
        before, self._lines = self._lines, int(self._counts[self._kernel.LINES])
        return self._lines - before

    def _run(self, text: Array, begin: int, escapes: int, warned: Array) -> int:
        table = self._index.table
        return self._kernel.scan(
            text, begin, escapes, table.fours, table.sixes, table.urls, table.bits, table.hashes,
            table.numbers, warned, self._last, self._held, self._places, self._memory, self._counts,
        )  # fmt: skip

    def matches(self, lines: Sequence[Line]) -> Iterator[Match]:
        """What is found in the fields of lines."""
        if not lines:
            return
        told: set[tuple[int, int]] = set()
        seen = sorted(self._seen(lines), key=lambda each: (each.line, each.field))
        for line, entry, field, value in self._chosen(lines, seen):
            if (line, entry) not in told:
                told.add((line, entry))
                yield self._match(lines[line], entry, field, value)

    def _chosen(
        self, lines: Sequence[Line], seen: Iterable[Seen]
    ) -> Iterator[tuple[int, int, str, str]]:
        counted: set[tuple[int, int]] = set()
        for each in seen:
            line = lines[each.line]
            entries = list(self._entries(each))
            list_ = self._list(each) if entries else -1
            if list_ >= 0:
                if (each.line, each.key) not in counted:
                    counted.add((each.line, each.key))
                    self._held_here[list_] = self._held_here.get(list_, 0) + 1
                continue
            if entries and _searched_for(*line.fields[each.field], each.value):
                self._searched_for += 1
                continue
            for entry in entries:
                if self._valid(entry, line.at):
                    yield each.line, entry, line.fields[each.field][0], each.value
        for number, line in enumerate(lines):
            for entry, name, value in self._words.found(line.fields, line.at):
                if self._valid(entry, line.at):
                    yield number, entry, name, value

    def _match(self, line: Line, entry: int, field: str, value: str) -> Match:
        of = self._index.of
        return Match(
            of.ids.get(entry), of.sources[int(of.source[entry])], entry, line.at, field, value,
            line.start, len(line.raw), hashlib.sha256(line.raw).hexdigest(),
        )  # fmt: skip

    def _entries(self, seen: Seen) -> Iterator[int]:
        """The entries of a key that count for what is seen."""
        index = self._index
        start = int(index.ends[seen.key - 1]) if seen.key else 0
        for place in range(start, int(index.ends[seen.key])):
            entry = int(index.entries[place])
            if not index.exact[place] or self._same(seen):
                yield entry

    def _same(self, seen: Seen) -> bool:
        """Whether what stands there is the value itself, not a name below it or within a range."""
        known = self._index.table.values.get(seen.key)
        if KINDS[int(self._index.kinds[seen.key])] == "domain":
            return seen.value.lower().rstrip(".").rpartition("@")[2] == known
        return True

    def _valid(self, entry: int, at: int | None) -> bool:
        of = self._index.of
        return at is None or int(of.since[entry]) <= at < int(of.until[entry])

    def _list(self, seen: Seen) -> int:
        """The warning list that holds what is seen, or the value that was looked for."""
        listed = int(self._index.warned[seen.key])
        if listed >= 0 or not self._index.listed.names:
            return listed
        key = (int(self._index.kinds[seen.key]), seen.value)
        found = self._lists.get(key)
        if found is None:
            if len(self._lists) > 100_000:
                self._lists.clear()
            found = self._lists[key] = self._asked(KINDS[key[0]], seen.value)
        return found

    def _asked(self, kind: Any, text: str) -> int:
        try:
            value = (
                net(text) if kind == "ip"
                else web(text) if kind == "url"
                else domain(text.rpartition("@")[2]) if kind == "domain"
                else text.lower()
            )  # fmt: skip
        except Unfit:
            return -1
        return self._index.listed.on([kind], [value])[0]

    def _seen(self, lines: Sequence[Line]) -> Iterator[Seen]:
        import numpy as np

        buffer, starts, ends = _joined(lines)
        text = np.frombuffer(buffer, np.uint8)
        kept = self._counts.copy()
        begin = 0
        while begin < len(text):
            begin = self._run(text, begin, self._kernel.PLAIN, self._never)
            places = self._places[: self._counts[self._kernel.FOUND] * 4].reshape(-1, 4).tolist()
            if places and places[0][3] == self._kernel.OVERFLOWED:
                self._places = np.zeros(len(self._places) * 4, np.int64)
                begin = places[0][0]
                continue
            for line, start, end, key in places:
                number = bisect_right(starts, line) - 1
                field = bisect_right(ends[number], start)
                if key >= 0 and (value := self._shown(buffer, start, end, key)) is not None:
                    yield Seen(number, field, key, value)
        self._counts[:] = kept

    def _shown(self, buffer: bytes, start: int, end: int, key: int) -> str | None:
        """What stands at a place, wholly, once it is compared with what is looked for."""
        known = self._index.table.values.get(key)
        kind = KINDS[int(self._index.kinds[key])]
        text = buffer[start:end].decode("utf-8", "replace")
        if kind == "url":
            host = known[: known.index("/")]
            low = _url_start(buffer, start, host)
            return None if low is None else buffer[low:end].decode("utf-8", "replace")
        if kind == "ip":
            seen, around = _net(text), _net(known)
            if seen is None or around is None or seen.version != around.version:
                return None
            clear = (32 if around.version == 4 else 128) - around.length
            return text if seen.address >> clear == around.address >> clear else None
        whole = start == 0 or buffer[start - 1] not in _WORD
        if text.lower() != known or not (whole or kind == "domain"):
            return None
        while kind == "domain" and start > 0 and buffer[start - 1] in _WORD:
            start -= 1
        return buffer[start:end].decode("utf-8", "replace")

    def account(self, tally: Tally) -> None:
        """What warning lists held back, by list."""
        names = self._index.listed.names
        for key in self._held.nonzero()[0].tolist():
            tally.warned[names[self._index.warned[key]]] += int(self._held[key])
        for list_, many in self._held_here.items():
            tally.warned[names[list_]] += many
        if self._searched_for:
            tally.warned[SEARCHED_FOR] += self._searched_for


def _searched_for(field: str, text: str, value: str) -> bool:
    """Whether what is seen stands only in the query of the page that a visitor came from: somebody
    searched for it, and nobody was there."""
    if field.rpartition(".")[2].lower() not in REFERRERS:
        return False
    return value.lower() not in text.partition("?")[0].lower()


_WORD: Final = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+"
) | frozenset(range(128, 256))


@functools.lru_cache(65_536)
def _net(text: str) -> Net | None:
    """An address or range; those of a log come again and again."""
    try:
        return net(text)
    except Unfit:
        return None


def _countable(index: Index) -> Array:
    """The list of each key that the first pass may count by itself: those whose every entry matches
    wherever the key stands."""
    import numpy as np

    keys = np.repeat(np.arange(len(index.ends)), np.diff(index.ends, prepend=0))
    found = np.array(index.warned, np.int32)
    found[keys[index.exact.astype(bool)]] = -1
    for kind in ("url", "hash"):
        found[index.kinds == KINDS.index(kind)] = -1
    return found


def _joined(lines: Sequence[Line]) -> tuple[bytes, list[int], list[list[int]]]:
    """The fields of lines, a line each; where each line starts, and where its fields end."""
    parts: list[bytes] = []
    starts: list[int] = []
    ends: list[list[int]] = []
    at = 0
    for line in lines:
        starts.append(at)
        own: list[int] = []
        for _, text in line.fields:
            field = text.encode("utf-8", "surrogateescape")
            field = field.replace(b"\n", b" ").replace(BETWEEN, b" ") + BETWEEN
            parts.append(field)
            at += len(field)
            own.append(at)
        parts.append(b"\n")
        at += 1
        ends.append(own)
    return b"".join(parts), starts, ends


def _url_start(buffer: bytes, path: int, host: str) -> int | None:
    """Where the URL starts whose path is at `path`, if `host`, maybe with a port, stands right
    before it."""
    at = path
    while at > 0 and buffer[at - 1 : at].isdigit():
        at -= 1
    at = at - 1 if at < path and at > 0 and buffer[at - 1] == 58 else path
    while at > 0 and buffer[at - 1] == 46:
        at -= 1
    low = at - len(host)
    if low < 0 or buffer[low:at].lower() != host.encode():
        return None
    if low > 0 and buffer[low - 1] in _WORD and buffer[low - 1] != 64:
        return None
    while low > 0 and buffer[low - 1] in _URL:
        low -= 1
    return low


_URL: Final = _WORD | frozenset(b":/")

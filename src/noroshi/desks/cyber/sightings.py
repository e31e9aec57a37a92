"""Indicators seen in logs at an asset: from matches of lines to one finding for each indicator,
asset and day.

Whose a line is stands on the line: an address or name that an asset declares, besides what the
indicator looks for. A line that names none of ours tells nothing of an asset and makes no finding;
it is counted.
"""

from __future__ import annotations

import fnmatch
from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, Final, cast

import msgspec

from noroshi.desks.cyber.findings import Seen, finding, lineage_of, rests_on
from noroshi.desks.cyber.match.stream import encoding_of, headed, plain
from noroshi.desks.cyber.named import instant, sureness
from noroshi.desks.cyber.ours import host_of
from noroshi.desks.cyber.techniques import told
from noroshi.words.evidence import ByteRange, Evidence
from noroshi.words.finding import Finding
from noroshi.words.origin import origin_of
from noroshi.words.time import DAY, SECOND, Span, floor

if TYPE_CHECKING:
    from noroshi.desks.cyber.match.entry import Entry, Match, Tally
    from noroshi.desks.cyber.match.formats import Layout
    from noroshi.desks.cyber.match.index import Index
    from noroshi.desks.cyber.match.lists import WarningList
    from noroshi.desks.cyber.state import State
    from noroshi.words.desk import Columns, Known, Source
    from noroshi.words.record import Record

KINDS: Final = ("indicator",)
HELD_BYTES: Final = 8 << 20
"""Of a log, behind where it is read: so much may lie between a match and the reading of it."""

UNDATED: Final = frozenset(("list", "csv"))
"""Formats whose indicators are valid from the day on which they were read."""

KEPT_INDEXES: Final = 2

EDGE: Final = 16_384
"""Bytes at either end of a log by which it is dated."""

SHOWN: Final = 3
"""Different values, and different things of ours, that a finding spells out."""

REASONS: Final = 20
"""Different reasons that the report of a log spells out."""


class Line(msgspec.Struct, frozen=True, order=True):
    """A line of a log, by when it says it was written (µs UTC; where it does not, the day on which
    the log was fetched)."""

    at: int
    start: int
    length: int
    sha256: str


class Group(msgspec.Struct):
    """What one log has of an indicator at an asset on a day."""

    lines: int = 0
    undated: int = 0
    first: tuple[Line, ...] = ()
    last: Line | None = None
    values: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()


class Log(msgspec.Struct):
    """What one log told: `key` is of the indicators that were looked for. `groups` by indicator,
    asset and day (µs UTC); `elsewhere` are matches on lines that name nothing else of ours,
    `refused` the indicators that were not looked for, by reason."""

    key: str
    lines: int = 0
    bytes: int = 0
    matches: int = 0
    elsewhere: int = 0
    since: int | None = None
    until: int | None = None
    skipped: dict[str, int] = {}
    warned: dict[str, int] = {}
    refused: dict[str, int] = {}
    groups: dict[tuple[str, str, int], Group] = {}

    def told(self) -> dict[str, int]:
        """In numbers, for the report of reading it."""
        held = {f"held back by {name}": many for name, many in sorted(self.warned.items())}
        unasked = {f"indicators not looked for: {why}": n for why, n in self.refused.items()}
        found = {"lines": self.lines, "matches": self.matches}
        return found | {"on lines that name nothing else of ours": self.elsewhere} | held | unasked


def key_of(state: State) -> str:
    """Another text whenever other indicators or warning lists are looked for."""
    known = state.context.known
    if known is None:
        return ""
    return f"{known.digest(KINDS)}:{state.lists_key}:{state.parameters.look_back_days}"


def take(state: State, columns: Columns) -> Tally | None:
    """Go through a log; None where it was gone through with the same key."""
    from noroshi.desks.cyber.match.entry import Tally
    from noroshi.desks.cyber.match.scan import scan

    origin, key = state.origin(columns.source), state.log_key
    held = state.logs.get(origin)
    if held is not None and held.key == key:
        return None
    tally, log = Tally(), Log(key)
    source = columns.source
    layout, looked_for = _layout(state, source), state.index()
    with source.open() as opened:
        behind = _Behind(opened)
        if looked_for is not None:
            stream = cast("IO[bytes]", behind)
            for match in scan(looked_for, stream, layout, tally, source.retrieved):
                _add(
                    state,
                    log,
                    match,
                    behind.line(match.start, match.length),
                    tally.encoding,
                    source,
                )
            log.refused = most(looked_for.refusals)
        log.since, log.until = _times(layout, source, behind)
    log.lines, log.bytes, log.matches = tally.lines, tally.bytes, tally.matches
    log.skipped, log.warned = dict(tally.reasons), dict(tally.warned)
    state.logs[origin] = log
    return tally


def most(reasons: dict[str, int]) -> dict[str, int]:
    """The reasons that count most, and all others as one."""
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    rest = sum(many for _, many in ordered[REASONS:])
    return dict(ordered[:REASONS]) | ({"other reasons": rest} if rest else {})


def _layout(state: State, source: Source) -> Layout:
    from noroshi.desks.cyber.match.formats import mapping, recognised

    for pattern, name in state.parameters.mappings.items():
        if fnmatch.fnmatch(source.name, pattern) and state.context.known is not None:
            (file,) = state.context.known.files((name,))
            with file.open() as opened:
                return mapping(opened.read(), name)
    with source.open() as opened:
        return recognised(headed(opened.read(65_536)))


def _times(layout: Layout, source: Source, behind: _Behind) -> tuple[int | None, int | None]:
    """The earliest and the latest time of the lines at the beginning and at the end of a log."""
    from noroshi.desks.cyber.match.formats import Reader

    reader = Reader(layout, source.retrieved)
    with source.open() as opened:
        head = opened.read(EDGE)
    tail = plain(behind.tail(EDGE), encoding_of(head))
    ends = [*headed(head).split(b"\n")[:-1], *tail.split(b"\n")[1:]]
    times: list[int] = []
    for line in ends:
        if line.startswith(b"#"):
            reader.heading(line.rstrip(b"\r"))
        elif (at := reader.read(line.rstrip(b"\r"))[1]) is not None:
            times.append(at)
    return min(times, default=None), max(times, default=None)


class _Behind:
    """A stream that can be asked again for what was read of it last."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._at, self._bytes = stream, 0, 0
        self._held: deque[tuple[int, bytes]] = deque()

    def read(self, size: int = -1) -> bytes:
        """As of any stream."""
        data = self._stream.read(size)
        self._held.append((self._at, data))
        self._at += len(data)
        self._bytes += len(data)
        while self._bytes > HELD_BYTES and len(self._held) > 2:
            self._bytes -= len(self._held.popleft()[1])
        return data

    def tail(self, size: int) -> bytes:
        """So much of what was read last, at most, from an even place."""
        held = b"".join(data for _, data in self._held)[-size:]
        return held[(self._at - len(held)) % 2 :]

    def line(self, start: int, length: int) -> bytes:
        """The bytes at a place, as far as they are held."""
        parts = [
            data[max(0, start - at) : max(0, start + length - at)]
            for at, data in self._held
            if at < start + length and start < at + len(data)
        ]
        return b"".join(parts)


def _add(state: State, log: Log, match: Match, raw: bytes, encoding: str, source: Source) -> None:
    line, at = plain(raw, encoding), match.at
    dated = floor(source.retrieved, "day") if at is None else at
    held = Line(dated, match.start, match.length, match.line_sha256)
    ours: dict[str, list[str]] = {}
    for value, asset in state.ours.in_line(line):
        if not _same(value, match.value):
            ours.setdefault(asset, []).append(value)
    log.elsewhere += not ours
    for asset, values in ours.items():
        key = (match.indicator, asset, dated // DAY * DAY)
        group = log.groups.setdefault(key, Group())
        group.lines += 1
        group.undated += at is None
        group.first = tuple(sorted({*group.first, held}))[: state.parameters.lines - 1]
        group.last = held if group.last is None else max(group.last, held)
        group.values = _some(group.values, match.value)
        group.fields = _some(group.fields, match.field)
        group.ours = _some(group.ours, *values)


def _same(value: str, matched: str) -> bool:
    """Whether what is ours is the very thing that the indicator names: then nothing of ours stands
    beside it, and `asset_named` tells of it."""
    return value.lower() == host_of(matched).rstrip(".").lower()


def _some(held: tuple[str, ...], *more: str) -> tuple[str, ...]:
    return tuple(sorted({*held, *more}))[:SHOWN]


def forget(state: State) -> None:
    """Let go of what was seen of indicators that no longer live. Should one live again, the key of
    every log is another, and it is gone through again."""
    known = state.context.known
    if known is None:
        return
    seen = {key[0] for log in state.logs.values() for key in log.groups}
    gone = {each for each in seen if known.record(each) is None}
    for log in state.logs.values():
        for key in [each for each in log.groups if each[0] in gone]:
            del log.groups[key]


def sightings(state: State) -> Iterator[Finding]:
    """A finding for each indicator, asset and day, over all logs."""
    known = state.context.known
    if known is None:
        return
    together: dict[tuple[str, str, int], list[tuple[str, Group]]] = {}
    for origin, log in sorted(state.logs.items()):
        for key, group in log.groups.items():
            together.setdefault(key, []).append((origin, group))
    for (indicator, asset, day), parts in sorted(together.items()):
        record = known.record(indicator)
        if record is not None and asset in state.context.assets.assets:
            yield finding(_seen(state, record, asset, day, parts), state.context)


class _Indicator(msgspec.Struct):
    name: str | None = None
    confidence: Any = None
    pattern: str = ""
    pattern_type: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None


_indicator = msgspec.json.Decoder(_Indicator)


def _seen(
    state: State, record: Record, asset: str, day: int, parts: list[tuple[str, Group]]
) -> Seen:
    about = _indicator.decode(record.raw)
    techniques, more = told(record, state)
    lines = sorted(
        (line, origin)
        for origin, group in parts
        for line in {*group.first, *([group.last] if group.last else [])}
    )
    first, last = lines[0][0], lines[-1][0]
    kept = [*lines[: state.parameters.lines - 1], lines[-1]]
    undated = sum(group.undated for _, group in parts)
    many = sum(group.lines for _, group in parts)
    only_days = undated == many
    until = day + DAY if only_days else last.at + SECOND
    return Seen(
        kind="sighting",
        subjects=(f"record:{record.id}",),
        asset=asset,
        span=Span(first.at, until, "day" if only_days else "s"),
        measures={
            "value": ", ".join(_some((), *(v for _, group in parts for v in group.values))),
            "field": ", ".join(_some((), *(v for _, group in parts for v in group.fields))),
            "ours": ", ".join(_some((), *(v for _, group in parts for v in group.ours))),
            "lines": many,
            "undated": undated,
            "title": (about.name or record.id)[:200],
            "techniques": techniques or "—",
            "lineage": lineage_of(record),
        },
        evidence=(
            rests_on(record),
            *more,
            *(_evidence(state, origin, line) for line, origin in dict.fromkeys(kept)),
        ),
        reliability=max(state.origins[origin].reliability for origin, _ in parts),
        credibility=sureness(about.confidence),
        bin=day,
    )


def _evidence(state: State, origin: str, line: Line) -> Evidence:
    source = state.origins[origin]
    return Evidence(
        source.name, source.lineage, source.retrieved, source.sha256,
        ByteRange(line.start, line.length), source.label,
    )  # fmt: skip


def entries(known: Known, look_back_days: int) -> Iterator[Entry]:
    """What the live indicators look for, in the order they came. Patterns of another language than
    STIX's are none of ours."""
    from noroshi.desks.cyber.match.entry import Entry

    for _, record in known.records(KINDS):
        try:
            about = _indicator.decode(record.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if about.pattern and (about.pattern_type or "stix") == "stix":
            since, until = _since(record, about, look_back_days), instant(about.valid_until)
            yield Entry(record.id, lineage_of(record), "pattern", about.pattern, since, until)


def _since(record: Record, about: _Indicator, look_back_days: int) -> int | None:
    """From when on it counts. A list says of no time that a value was not on it."""
    origin = origin_of(record.raw)
    since = None if origin and origin.format in UNDATED else instant(about.valid_from)
    return None if since is None else since - look_back_days * DAY


def index(state: State, key: str) -> Index | None:
    """What is looked for, kept between runs; None where the node has no records."""
    known = state.context.known
    if known is None:
        return None
    from noroshi.desks.cyber.match.kept import opened

    days = state.parameters.look_back_days

    def make() -> tuple[Iterable[Entry], Iterable[WarningList]]:
        return entries(known, days), lists(known, state.parameters.warning_lists)

    found = opened(known.folder, key, make)
    _prune(known)
    return found


def _prune(known: Known) -> None:
    """Of kept indexes the last ones: what is mapped elsewhere stays until it is let go."""
    kept = sorted(known.folder.glob("*.index"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-KEPT_INDEXES]:
        path.unlink(missing_ok=True)


def lists(known: Known, patterns: tuple[str, ...]) -> list[WarningList]:
    """The warning lists of the files that the patterns name."""
    from noroshi.desks.cyber.match.lists import read

    found: list[WarningList] = []
    for each in known.files(patterns):
        with each.open() as opened:
            found.append(read(opened.read(), each.name))
    return found


def covered(state: State) -> Iterator[tuple[str, int, int]]:
    """(lineage, from, to) of the logs that were gone through. Which assets a sensor would have
    shown is not known, so that this is no word on any of them."""
    for origin, log in sorted(state.logs.items()):
        if log.since is not None and log.until is not None:
            yield state.origins[origin].lineage, log.since, log.until + SECOND

"""Clocks of those who stamped a log's times: how far each is ahead of UTC, by what others say.

Global Fishing Watch drops satellites whose clock is over 30 s off the consensus (pipe-segment);
here a clock that is off steadily is set right, by what it can be compared with, in this order:

1. base stations' own UTC (types 4 and 11), of three of them as one may be years out, or of fewer
   where it is within a day and the UTC seconds of ships' positions agree;
2. the same message heard by another whose clock is known; where nobody's is, by those whose UTC
   seconds agree with the times they gave, else by most of three or more;
3. UTC seconds of positions alone, which tell the offset but not the whole minutes of it: said, and
   never applied.

Who stamped a time is the station that the sentence names (tag block `s:`, `$PGHP`, Coast Guard
suffix), else the source.
"""

from __future__ import annotations

import heapq
import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import numpy as np

from noroshi.desks.sea.sentence import spelling, spelt
from noroshi.words.desk import ClockOffset, Columns
from noroshi.words.time import DAY, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import IO

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.words.desk import Array, Rejected, Source

LOOK: Final = 32 << 20
"""Bytes of a log that are looked at: some 350,000 messages."""

HEAD: Final = 1 << 16
"""Bytes in which a log that has times of its own shows one."""

NEIGHBOURS: Final = 4
"""Voices that a message is compared with, beside the one that heard it first."""

MOVING_KN: Final = 3.0
"""Slower ships send the same words again and again."""

_TIMED: Final = re.compile(rb"\\|\$PGHP,|\*[0-9A-Fa-f]{2}\s*,")

BASE, SAME, SECONDS, ONE = "base stations", "same messages", "seconds alone", "one other alone"
"""How an offset is known. Of `ONE` and `SECONDS` it is not certain."""


class Voice(NamedTuple):
    """Who stamps times: a station (`sentence.spelt`, 0: none is named) of a source, by number."""

    source: int
    station: int


class Evidence(msgspec.Struct):
    """What was heard of own time. Columns over positions of moving ships: `voice`, `key` of what
    was said, `t` µs, `second`; over base stations' reports: `base_voice`, `base`, `base_off` µs by
    which the time given to it was ahead of what it said."""

    voices: list[Voice]
    voice: Array
    key: Array
    t: Array
    second: Array
    base_voice: Array
    base: Array
    base_off: Array


class Known(NamedTuple):
    """An offset in µs, its median absolute deviation, by how many messages, and how."""

    ahead: float
    spread: float
    messages: int
    by: str


def clocks(sources: Sequence[Source], parameters: Parameters) -> list[tuple[ClockOffset, ...]]:
    """Of each source what is known of the clocks in it, in the order of the stations' names."""
    evidence = gathered(sources)
    found: list[list[ClockOffset]] = [[] for _ in sources]
    for number, known in sorted(estimated(evidence, parameters).items()):
        voice = evidence.voices[number]
        steady = known.spread <= parameters.clock_steady_s * SECOND
        off = abs(known.ahead) >= parameters.clock_off_s * SECOND
        found[voice.source].append(
            ClockOffset(
                station=spelling(voice.station),
                ahead=round(known.ahead / SECOND) * SECOND,
                spread=round(known.spread),
                messages=known.messages,
                by=known.by,
                off=off or not steady,
                applied=off and steady and known.by in (BASE, SAME),
            )
        )
    return [tuple(sorted(each, key=lambda one: one.station)) for each in found]


def corrected(items: Iterator[Columns | Rejected], source: Source) -> Iterator[Columns | Rejected]:
    """The same with the own times of the stations that `source.clocks` knows to be off set right:
    `clock` 3."""
    wrong = {spelt(each.station.encode()): each.ahead for each in source.clocks if each.applied}
    for item in items:
        if isinstance(item, Columns) and wrong and item.kind in ("position", "message"):
            item = _corrected(item, wrong)
        yield item


def _corrected(columns: Columns, wrong: dict[int, int]) -> Columns:
    arrays = dict(columns.arrays)
    t, clock = arrays["t"].copy(), arrays["clock"].copy()
    own = arrays["clock"] == 2
    for station, ahead in wrong.items():
        rows = own & (arrays["station"] == np.uint64(station))
        t[rows] -= ahead
        clock[rows] = 3
    return Columns(columns.kind, columns.source, arrays | {"t": t, "clock": clock})


def gathered(sources: Sequence[Source]) -> Evidence:
    """What the beginnings of the logs among `sources` say of own time."""
    from noroshi.desks.sea import read

    numbers: dict[Voice, int] = {}
    said: list[tuple[Array, ...]] = []
    based: list[tuple[Array, ...]] = []
    for number, source in enumerate(sources):
        with source.open() as stream:
            data = stream.read(HEAD)
            if not read.is_log(data) or not _TIMED.search(data):
                continue
            data += stream.read(LOOK - len(data))
        part = msgspec.structs.replace(source, open=_opener(data), clocks=())
        for item in read.read(part):
            if isinstance(item, Columns) and item.kind == "position":
                said.append(_positions(item, number, numbers))
            elif isinstance(item, Columns) and item.kind == "message":
                based.append(_stations(item, number, numbers))
    none = np.empty(0, dtype=np.int64)
    words = [np.concatenate(each) for each in zip(*said, strict=True)] or [none] * 4
    bases = [np.concatenate(each) for each in zip(*based, strict=True)] or [none] * 3
    return Evidence(list(numbers), *words, *bases)


def _opener(data: bytes) -> Callable[[], IO[bytes]]:
    return lambda: io.BytesIO(data)


def _voices(stations: Array, source: int, numbers: dict[Voice, int]) -> Array:
    names, inverse = np.unique(stations, return_inverse=True)
    known = [numbers.setdefault(Voice(source, int(each)), len(numbers)) for each in names]
    return np.array(known, dtype=np.int64)[inverse]


def _positions(columns: Columns, source: int, numbers: dict[Voice, int]) -> tuple[Array, ...]:
    rows = columns.arrays
    with np.errstate(invalid="ignore"):
        chosen = np.flatnonzero(
            (rows["clock"] == 2) & (rows["sog_kn"] >= MOVING_KN) & (rows["second"] < 60)
        )
    key = np.zeros(len(chosen), dtype=np.uint64)
    for name, scale in (("mmsi", 1), ("lon", 600_000), ("lat", 600_000), ("sog_kn", 10),
                        ("cog_deg", 10), ("second", 1)):  # fmt: skip
        values = np.nan_to_num(rows[name][chosen].astype(np.float64) * scale, nan=-1.0)
        key = (key ^ np.rint(values).astype(np.int64).astype(np.uint64)) * _ODD
        key ^= key >> np.uint64(29)
    voice = _voices(rows["station"][chosen], source, numbers)
    return voice, key, rows["t"][chosen], rows["second"][chosen].astype(np.int64)


_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


def _stations(columns: Columns, source: int, numbers: dict[Voice, int]) -> tuple[Array, ...]:
    rows = columns.arrays
    chosen = np.flatnonzero((rows["clock"] == 2) & (rows["utc"] > 0))
    voice = _voices(rows["station"][chosen], source, numbers)
    return voice, rows["mmsi"][chosen], rows["t"][chosen] - rows["utc"][chosen]


def estimated(evidence: Evidence, parameters: Parameters) -> dict[int, Known]:
    """The offset of each voice of which something is known, by its number."""
    lags = _lags(evidence, parameters)
    found = _based(evidence, lags, parameters)
    steady = parameters.clock_steady_s * SECOND
    links = _links(evidence, parameters)
    _follow({each: one for each, one in found.items() if one.spread <= steady}, links, found)
    for group in _apart(links, found):
        _agreed(group, links, lags, evidence, parameters, found)
    for voice, lag in lags.items():
        found.setdefault(voice, lag)
    return found


def _middle(values: Array) -> tuple[float, float]:
    """Median, and median absolute deviation."""
    middle = float(np.median(values))
    return middle, float(np.median(np.abs(values - middle)))


def _groups(keys: Array, values: Array) -> Iterator[tuple[int, Array]]:
    """The values of each key."""
    if not len(keys):
        return
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    begins = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    for first, part in zip(begins, np.split(values, begins[1:]), strict=True):
        yield int(keys[first]), part


def _lags(evidence: Evidence, parameters: Parameters) -> dict[int, Known]:
    """By how much each voice's times are ahead of the UTC seconds in the positions, from -30 to
    30 s; about the second that is most frequent, as seconds come round."""
    found: dict[int, Known] = {}
    off = (evidence.t - evidence.second * SECOND) % (60 * SECOND)
    for voice, values in _groups(evidence.voice, off):
        if len(values) < parameters.clock_messages:
            continue
        mode = int(np.bincount(values // SECOND, minlength=60).argmax()) * SECOND
        about = (values - mode + 30 * SECOND) % (60 * SECOND) - 30 * SECOND
        middle, spread = _middle(about)
        lag = (middle + mode + 30 * SECOND) % (60 * SECOND) - 30 * SECOND
        found[voice] = Known(lag, spread, len(values), SECONDS)
    return found


def _based(
    evidence: Evidence, lags: dict[int, Known], parameters: Parameters
) -> dict[int, Known]:  # fmt: skip
    """By base stations' UTC: the median of what each of them gives."""
    found: dict[int, Known] = {}
    rows = np.arange(len(evidence.base))
    for voice, own in _groups(evidence.base_voice, rows):
        each = [_middle(off)[0] for _, off in _groups(evidence.base[own], evidence.base_off[own])]
        ahead, spread = _middle(np.array(each))
        lag = lags.get(voice)
        agree = (
            lag is not None
            and abs(ahead) <= DAY
            and abs((ahead - lag.ahead + 30 * SECOND) % (60 * SECOND) - 30 * SECOND)
            <= parameters.clock_steady_s * SECOND
        )
        if len(each) >= parameters.clock_stations or agree:
            found[voice] = Known(ahead, spread, len(own), BASE)
    return found


def _links(evidence: Evidence, parameters: Parameters) -> dict[int, dict[int, Known]]:
    """Of each voice those that steadily heard the same messages, and by how much these are ahead of
    it."""
    order = np.lexsort((evidence.t, evidence.voice, evidence.key))
    key, voice, t = evidence.key[order], evidence.voice[order], evidence.t[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = (key[1:] != key[:-1]) | (voice[1:] != voice[:-1])
    key, voice, t = key[first], voice[first], t[first]
    pairs: list[tuple[Array, Array]] = []
    for apart in range(1, NEIGHBOURS + 1):
        off = t[apart:] - t[:-apart]
        same = (key[apart:] == key[:-apart]) & (np.abs(off) <= DAY)
        code = voice[:-apart][same] * len(evidence.voices) + voice[apart:][same]
        pairs.append((code, off[same]))
    found: dict[int, dict[int, Known]] = defaultdict(dict)
    codes, offs = (np.concatenate(each) for each in zip(*pairs, strict=True))
    for code, values in _groups(codes, offs):
        middle, spread = _middle(values)
        if len(values) < parameters.clock_messages or spread > parameters.clock_steady_s * SECOND:
            continue
        a, b = divmod(code, len(evidence.voices))
        found[a][b] = Known(middle, spread, len(values), SAME)
        found[b][a] = Known(-middle, spread, len(values), SAME)
    return found


def _follow(
    begin: dict[int, Known], links: dict[int, dict[int, Known]], found: dict[int, Known]
) -> None:
    """From voices that are known to those that heard the same messages, over most messages first
    (Prim 1957)."""
    queue: list[tuple[int, int, int]] = []

    def onwards(voice: int) -> None:
        for other, link in links.get(voice, {}).items():
            heapq.heappush(queue, (-link.messages, voice, other))

    for each in sorted(begin):
        onwards(each)
    while queue:
        _, voice, other = heapq.heappop(queue)
        if other not in found:
            link = links[voice][other]
            found[other] = link._replace(ahead=found[voice].ahead + link.ahead)
            onwards(other)


def _apart(links: dict[int, dict[int, Known]], found: dict[int, Known]) -> Iterator[list[int]]:
    """Those of whom nothing is known yet, by groups that hang together."""
    left = {each for each in links if each not in found}
    while left:
        group, queue = list[int](), [min(left)]
        left.discard(queue[0])
        while queue:
            one = queue.pop()
            group.append(one)
            more = sorted(set(links[one]) & left)
            left -= set(more)
            queue += more
        yield sorted(group)


def _agreed(
    group: list[int], links: dict[int, dict[int, Known]], lags: dict[int, Known],
    evidence: Evidence, parameters: Parameters, found: dict[int, Known],
) -> None:  # fmt: skip
    """Offsets of a group from what most of those in it say that can be right: those whose seconds
    agree with their times, by how much they heard, else each of three and more."""
    many = np.bincount(evidence.voice, minlength=len(evidence.voices))
    origin = max(group, key=lambda each: (many[each], -each))
    inside = {origin: Known(0.0, 0.0, int(many[origin]), SAME)}
    _follow(dict(inside), links, inside)
    limit = parameters.clock_off_s * SECOND
    right = [each for each in group if each in lags and abs(lags[each].ahead) <= limit]
    by = SAME if right or len(group) > 2 else ONE
    base = _weighted([inside[each].ahead for each in right or group],
                     [int(many[each]) if right else 1 for each in right or group])  # fmt: skip
    for each in group:
        known = inside[each]
        if by == ONE and each == origin:
            continue
        ahead = known.ahead - (0.0 if by == ONE else base)
        found[each] = Known(ahead, known.spread, known.messages, by)


def _weighted(values: list[float], weights: list[int]) -> float:
    """The weighted median, the lower of two."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(np.array(weights)[order])
    return values[int(order[np.searchsorted(total, total[-1] / 2)])]

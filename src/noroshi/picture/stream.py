"""A stream of findings as columns: JSON lines of any maker, one finding a line.

    {"id": "f1", "domain": "maritime", "kind": "crossing", "t0": "2026-03-01T02:00:00Z",
     "t1": "2026-03-01T02:10:00Z", "precision": "s", "lat": 59.9, "lon": 24.8, "radius": 500,
     "assets": ["cable:x"], "targets": [], "source": "ais", "lineage": "ais",
     "reliability": "B", "credibility": 2}

Only `id`, `domain` and `t0` are needed. Times are RFC 3339 (without an offset: UTC), partial dates
or epoch seconds; `radius` is in metres. What cannot be read is returned with its line and reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np

from noroshi.words.time import (
    DAY,
    SECOND,
    STEP,
    ceil,
    parse_instant,
    parse_partial,
)

Array = np.ndarray[Any, Any]
Moment = str | int | float

DOMAINS: Final = {"sea": "maritime", "info": "information", "fimi": "information"}
"""Other words for a domain."""
GRADES: Final = "ABCDEF"
COARSE: Final = ("month", "year")
"""Known so coarsely, a finding supports an incident and never makes one."""
FURTHEST: Final = 400 * DAY
EDGE: Final = 2**56
"""µs: the years 0 to 4253 lie within."""
SHOWN: Final = 20
BATCH: Final = 65_536


class Line(msgspec.Struct, gc=False):
    """One line, as it comes."""

    id: str
    domain: str
    t0: Moment
    t1: Moment | None = None
    kind: str = ""
    precision: str | None = None
    lat: float | None = None
    lon: float | None = None
    radius: float | None = None
    assets: list[str] | None = None
    targets: list[str] | None = None
    source: str | None = None
    lineage: str | None = None
    reliability: str | None = None
    credibility: int | None = None


class Stream(msgspec.Struct, frozen=True):
    """Findings by (t0, t1, id), each id once. Times are µs UTC, places degrees (nan: none), radii
    metres. `asset` and `target` hold places in `tokens`, finding `n`'s from `asset_at[n]` to
    `asset_at[n + 1]`. `coarse` is known to a month or worse. `reliability` is 0 (A) to 5 (F)."""

    ids: tuple[str, ...]
    domains: tuple[str, ...]
    kinds: tuple[str, ...]
    tokens: tuple[str, ...]
    lineages: tuple[str, ...]
    domain: Array
    kind: Array
    t0: Array
    t1: Array
    coarse: Array
    lon: Array
    lat: Array
    radius: Array
    asset_at: Array
    asset: Array
    target_at: Array
    target: Array
    lineage: Array
    reliability: Array
    credibility: Array
    rejected: tuple[str, ...] = ()
    bad: int = 0
    twice: int = 0

    def __len__(self) -> int:
        return len(self.t0)

    @property
    def days(self) -> float:
        """From the first beginning to the last end, at least one day."""
        if not len(self):
            return 1.0
        return max(1.0, float(self.t1.max() - self.t0.min()) / DAY)


class _Names:
    """Numbers for names, in the order in which they come."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self.of.setdefault(name, len(self.of))

    def sorted(self, *columns: Array) -> tuple[Any, ...]:
        """The names by themselves, and the columns with numbers in that order: what is made of
        them does not hang on the order of the lines."""
        names = sorted(self.of)
        new = np.empty(len(names), np.int32)
        for place, name in enumerate(names):
            new[self.of[name]] = place
        return tuple(names), *(new[column].astype(column.dtype) for column in columns)

    def many(self, names: list[str] | None) -> list[int]:
        """Each once, in order."""
        return [self(each) for each in dict.fromkeys(names)] if names else []


class Builder:
    """Columns that grow by batches of lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.domains, self.kinds, self.tokens, self.lineages = (_Names() for _ in range(4))
        self.ids: list[str] = []
        self.batches: list[tuple[Array, ...]] = []
        self.assets: list[list[int]] = []
        self.targets: list[list[int]] = []
        self.rejected: list[str] = []
        self.bad = 0

    def refuse(self, number: int, reason: object) -> None:
        """Count what cannot be read; the first ones are named."""
        self.bad += 1
        if len(self.rejected) < SHOWN:
            self.rejected.append(f"{self.name} line {number}: {reason}")

    def add(self, lines: list[Line], numbers: list[int]) -> None:
        """Take some lines; `numbers` say where they stood."""
        times = _times(lines)
        lon, lat, radius = _places(lines)
        wrong = np.flatnonzero(~(times.ok & _on_earth(lines, lon, lat, radius)))
        nameless = [n for n, each in enumerate(lines) if not _named(each)]
        refused: list[int] = sorted({*wrong.tolist(), *nameless})
        for n in refused:
            self.refuse(numbers[n], _why(lines[n]))
        kept: list[int] = np.setdiff1d(np.arange(len(lines)), refused).tolist()
        keep = np.array(kept, np.int64)
        lines = [lines[n] for n in kept]
        named = [DOMAINS.get(word := each.domain.strip().lower(), word) for each in lines]
        self.ids += [each.id for each in lines]
        self.assets += [self.tokens.many(each.assets) for each in lines]
        self.targets += [self.tokens.many(each.targets) for each in lines]
        self.batches.append(
            (
                np.array([self.domains(each) for each in named], "i2"),
                np.array(
                    [self.kinds(f"{d}/{e.kind}") for d, e in zip(named, lines, strict=True)], "i4"
                ),
                times.t0[keep],
                times.t1[keep],
                times.coarse[keep],
                (lon[keep] + 180) % 360 - 180,
                lat[keep],
                radius[keep].astype("f4"),
                np.array(
                    [self.lineages(e.lineage or e.source or f"finding {e.id}") for e in lines], "i4"
                ),
                np.array([_grade(each.reliability) for each in lines], "i1"),
                np.array([_credible(each.credibility) for each in lines], "i1"),
            )
        )

    def built(self) -> Stream:
        """The columns, in order, each id once (the last line of it)."""
        if not self.batches:
            self.add([], [])
        columns = [np.concatenate(each) for each in zip(*self.batches, strict=True)]
        keep, order = _ordered(self.ids, columns[2], columns[3])
        rows: list[int] = order.tolist()
        columns = [each[order] for each in columns]
        domain, kind, t0, t1, coarse, lon, lat, radius, lineage, reliability, credibility = columns
        asset_at, asset = _ragged([self.assets[n] for n in rows])
        target_at, target = _ragged([self.targets[n] for n in rows])
        domains, domain = self.domains.sorted(domain)
        kinds, kind = self.kinds.sorted(kind)
        tokens, asset, target = self.tokens.sorted(asset, target)
        lineages, lineage = self.lineages.sorted(lineage)
        return Stream(
            tuple(self.ids[n] for n in rows),
            domains, kinds, tokens, lineages,
            domain, kind, t0, t1, coarse, lon, lat, radius, asset_at, asset, target_at, target,
            lineage, reliability, credibility,
            tuple(self.rejected), self.bad, len(self.ids) - keep,
        )  # fmt: skip


def read_stream(lines: Iterable[bytes], name: str) -> Stream:
    """The findings of JSON lines; `name` is what places are named by."""
    builder = Builder(name)
    decode = msgspec.json.Decoder(Line).decode
    batch: list[Line] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, 1):
        try:
            batch.append(decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            if line.strip():
                builder.refuse(number, problem)
            continue
        numbers.append(number)
        if len(batch) == BATCH:
            builder.add(batch, numbers)
            batch, numbers = [], []
    builder.add(batch, numbers)
    return builder.built()


class _Times(msgspec.Struct):
    """Beginnings and ends in µs UTC; `ok` where a line says something possible."""

    t0: Array
    t1: Array
    coarse: Array
    ok: Array


def _times(lines: list[Line]) -> _Times:
    low, high, coarse, ok = _instants([each.t0 for each in lines])
    late = [n for n, each in enumerate(lines) if each.t1 is not None]
    later, end, _, fine = _instants([lines[n].t1 or 0 for n in late])
    ok[late] &= fine & (later >= low[late])
    high[late] = np.maximum(high[late], end)
    for n, each in enumerate(lines):
        if each.precision is not None and ok[n]:
            if step := STEP.get(each.precision):
                high[n] = max(high[n], low[n] + step)
            elif each.precision in COARSE:
                high[n] = max(high[n], ceil(int(low[n]) + 1, each.precision))  # pyright: ignore
                coarse[n] = True
    coarse |= high - low > 28 * DAY
    return _Times(low, high, coarse, ok & (high - low <= FURTHEST))


def _instants(values: list[Moment]) -> tuple[Array, Array, Array, Array]:
    """Beginning and end of what each may mean, whether only a month is known, and whether it is a
    time at all. RFC 3339 in UTC goes at once, all else one by one."""
    try:
        # numpy reads the same text without its Z; every other form has to be looked at.
        if any(each[-1:] != "Z" or each[10:11] != "T" for each in values):  # pyright: ignore
            raise ValueError
        at = np.array([each[:-1] for each in values], "M8[us]").astype("i8")  # pyright: ignore
        if len(at) and not -EDGE < at.min() <= at.max() < EDGE:
            raise ValueError
        return at, at.copy(), np.zeros(len(at), bool), np.ones(len(at), bool)
    except (TypeError, ValueError):
        pass
    low, high = np.zeros((2, len(values)), "i8")
    coarse, ok = np.zeros((2, len(values)), bool)
    for n, value in enumerate(values):
        try:
            low[n], high[n], coarse[n] = _instant(value)
            ok[n] = True
        except (ValueError, OverflowError):
            continue
    return low, high, coarse, ok


def _instant(value: Moment) -> tuple[int, int, bool]:
    if isinstance(value, str):
        if "T" not in value.upper():
            span = parse_partial(value)
            return span.t0, span.t1, span.precision in COARSE
        zoned = value[-1:] in "Zz" or value[-6:-5] in ("+", "-")
        at = parse_instant(value if zoned else value + "Z")
        return at, at, False
    # Epochs in seconds; those beyond the year 5138 are in milliseconds.
    at = round(value * (SECOND if abs(value) < 1e11 else 1_000))
    if not -EDGE < at < EDGE:
        raise ValueError(f"not an instant: {value}")
    return at, at, False


def _places(lines: list[Line]) -> tuple[Array, Array, Array]:
    nan = float("nan")
    both = [each.lat is not None and each.lon is not None for each in lines]
    pairs = list(zip(both, lines, strict=True))
    lon = np.array([each.lon if is_ else nan for is_, each in pairs], "f8")
    lat = np.array([each.lat if is_ else nan for is_, each in pairs], "f8")
    return lon, lat, np.array([(each.radius or 0.0) if is_ else 0.0 for is_, each in pairs], "f8")


def _on_earth(lines: list[Line], lon: Array, lat: Array, radius: Array) -> Array:
    placed = np.array([each.lat is not None and each.lon is not None for each in lines], bool)
    with np.errstate(invalid="ignore"):
        fits = (np.abs(lat) <= 90) & (lon >= -180) & (lon <= 360)
    return ~placed | (fits & (radius >= 0) & (radius < 2.1e7))


def _named(line: Line) -> bool:
    return bool(line.id) and bool(line.domain.strip())


def _why(line: Line) -> str:
    """What is wrong with a line that is refused."""
    if not _named(line):
        return "an empty id or domain"
    for name in ("t0", "t1"):
        value = getattr(line, name)
        try:
            if value is not None:
                _instant(value)
        except (ValueError, OverflowError) as problem:
            return f"{name}: {problem}"
    if not _on_earth([line], *_places([line]))[0]:
        return f"not on Earth: lat {line.lat}, lon {line.lon}, radius {line.radius}"
    return f"ends before it begins, or after more than 400 days: {line.t0} to {line.t1}"


def _credible(credibility: int | None) -> int:
    return credibility if credibility is not None and 1 <= credibility <= 6 else 6


def _grade(reliability: str | None) -> int:
    found = GRADES.find((reliability or "F").upper()[:1])
    return found if found >= 0 else 5


def _ordered(ids: list[str], t0: Array, t1: Array) -> tuple[int, Array]:
    """How many ids there are, and rows by (t0, t1, digest of the id), the last of each id."""
    made = b"".join(hashlib.blake2b(each.encode(), digest_size=8).digest() for each in ids)
    digest = np.frombuffer(made, "u8")
    last = len(digest) - 1 - np.unique(digest[::-1], return_index=True)[1]
    order = last[np.lexsort((digest[last], t1[last], t0[last]))]
    return len(last), order


def _ragged(lists: list[list[int]]) -> tuple[Array, Array]:
    at = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(each) for each in lists], out=at[1:])
    return at, np.array([each for some in lists for each in some], np.int32)

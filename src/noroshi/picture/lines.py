"""One line of a stream: what it says, and what it may mean in time and place.

    {"id": "f1", "domain": "maritime", "kind": "crossing", "t0": "2026-03-01T02:00:00Z",
     "t1": "2026-03-01T02:10:00Z", "precision": "s", "lat": 59.9, "lon": 24.8, "radius": 500,
     "assets": ["cable:x"], "targets": [], "source": "ais", "lineage": "ais",
     "reliability": "B", "credibility": 2}

Only `id`, `domain` and `t0` are needed. Times are RFC 3339 (without an offset: UTC), partial dates
or epoch seconds; `radius` is in metres.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np

from noroshi.words.time import DAY, SECOND, STEP, ceil, parse_instant, parse_partial

Array = np.ndarray[Any, Any]
Moment = str | int | float

GRADES: Final = "ABCDEF"
COARSE: Final = ("month", "year")
"""Known so coarsely, a finding supports an incident and never makes one."""
FURTHEST: Final = 400 * DAY
EDGE: Final = 2**56
"""µs: the years 0 to 4253 lie within."""


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
    text: str | None = None


class Times(msgspec.Struct):
    """Beginnings and ends in µs UTC; `ok` where a line says something possible."""

    t0: Array
    t1: Array
    coarse: Array
    ok: Array


def times(lines: list[Line]) -> Times:
    """When each line says that it was."""
    low, high, coarse, ok = _instants([each.t0 for each in lines])
    late = [n for n, each in enumerate(lines) if each.t1 is not None]
    later, end, _, fine = _instants([lines[n].t1 or 0 for n in late])
    ok[late] &= fine & (later >= low[late])
    high[late] = np.maximum(high[late], end)
    for n, each in enumerate(lines):
        if each.precision and ok[n]:
            if step := STEP.get(each.precision):
                high[n] = max(high[n], low[n] + step)
            elif each.precision in COARSE:
                high[n] = max(high[n], ceil(int(low[n]) + 1, each.precision))  # pyright: ignore
                coarse[n] = True
            else:  # what is known coarsely must not pass for what is known to the microsecond
                ok[n] = False
    coarse |= high - low > 28 * DAY
    return Times(low, high, coarse, ok & (high - low <= FURTHEST))


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


def places(lines: list[Line]) -> tuple[Array, Array, Array]:
    """Longitude, latitude (nan: none) and radius of each."""
    nan = float("nan")
    both = [each.lat is not None and each.lon is not None for each in lines]
    pairs = list(zip(both, lines, strict=True))
    lon = np.array([each.lon if is_ else nan for is_, each in pairs], "f8")
    lat = np.array([each.lat if is_ else nan for is_, each in pairs], "f8")
    return lon, lat, np.array([(each.radius or 0.0) if is_ else 0.0 for is_, each in pairs], "f8")


def on_earth(lines: list[Line], lon: Array, lat: Array, radius: Array) -> Array:
    """Whether each has no place, or a possible one."""
    placed = np.array([each.lat is not None and each.lon is not None for each in lines], bool)
    with np.errstate(invalid="ignore"):
        fits = (np.abs(lat) <= 90) & (lon >= -180) & (lon <= 360)
    return ~placed | (fits & (radius >= 0) & (radius < 2.1e7))


def named(line: Line) -> bool:
    """Whether it says which finding it is, and whose."""
    return bool(line.id) and bool(line.domain.strip())


def why(line: Line) -> str:
    """What is wrong with a line that is refused."""
    if not named(line):
        return "an empty id or domain"
    for name in ("t0", "t1"):
        value = getattr(line, name)
        try:
            if value is not None:
                _instant(value)
        except (ValueError, OverflowError) as problem:
            return f"{name}: {problem}"
    if line.precision and line.precision not in (*STEP, *COARSE):
        return f"precision: none of {', '.join((*STEP, *COARSE))}: {line.precision}"
    if not on_earth([line], *places([line]))[0]:
        return f"not on Earth: lat {line.lat}, lon {line.lon}, radius {line.radius}"
    return f"ends before it begins, or after more than 400 days: {line.t0} to {line.t1}"


def credible(credibility: int | None) -> int:
    """1 to 6; 6 (cannot be judged) for anything else."""
    return credibility if credibility is not None and 1 <= credibility <= 6 else 6


def grade(reliability: str | None) -> int:
    """0 (A) to 5 (F); F (cannot be judged) for anything else."""
    found = GRADES.find((reliability or "F").upper()[:1])
    return found if found >= 0 else 5

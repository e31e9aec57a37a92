"""Scenes for the sea desk's tests: sources, columns and positions; fixture `scene` is this file."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
from collections.abc import Iterable
from types import ModuleType

import numpy as np
import pytest

from noroshi.desks.sea import desk
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Emit, Found, Rejected, Retract, Source
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand
from noroshi.words.time import SECOND, parse_instant

SCENE = sys.modules[__name__]
"""Taken when this file is loaded: later the name is the last loaded `conftest`'s."""

DAY0 = parse_instant("2021-03-20T00:00:00Z")
LABEL = Label((Strand("JPN", "maritime", "ais"),))


@pytest.fixture(scope="session")
def scene() -> ModuleType:
    return SCENE


@pytest.fixture(scope="session")
def suez_rows(shared) -> Columns:
    """MovingPandas' Suez table of 20–24 March 2021."""
    path = shared / "data/sea/tracks/suez-boat-positions-202103.csv.gz"
    (whole,), rejected = read(gzip.decompress(path.read_bytes()), "suez")
    assert rejected == []
    return whole


@pytest.fixture(scope="session")
def suez(suez_rows) -> list[Finding]:
    return found([suez_rows])


Fix = tuple[int, float, float, float]
"""(seconds after DAY0, lon, lat, sog_kn or nan)"""


def source(data: bytes, name: str = "log", reliability: str = "B") -> Source:
    digest = hashlib.sha256(data).hexdigest()
    return Source(name, name, DAY0, digest, LABEL, "JPN", reliability, lambda: io.BytesIO(data))


def context(assets: Iterable[Asset] = (), **settings: float) -> Context:
    chosen = desk.parameters(settings)
    graph = AssetGraph(tuple(assets))
    return Context("JPN", graph, desk.kinds, chosen, sha256(canonical(chosen)))


def read(data: bytes, name: str = "log") -> tuple[list[Columns], list[Rejected]]:
    items = list(desk.read(source(data, name)))
    columns = [item for item in items if isinstance(item, Columns)]
    return columns, [item for item in items if isinstance(item, Rejected)]


def rows(columns: list[Columns], kind: str = "position") -> dict[str, np.ndarray]:
    """The batches of one kind as one."""
    mine = [each.arrays for each in columns if each.kind == kind]
    return {name: np.concatenate([part[name] for part in mine]) for name in (mine or [{}])[0]}


def columns(vessels: dict[int, Iterable[Fix]], name: str = "scene") -> Columns:
    """Positions of vessels by MMSI as one batch, a row for each in the order given."""
    flat = [(mmsi, *fix) for mmsi, fixes in vessels.items() for fix in fixes]
    mmsi, seconds, lon, lat, sog = (np.array(each) for each in zip(*flat, strict=True))
    return batch(mmsi, DAY0 + seconds * SECOND, lon, lat, sog, np.arange(1, len(flat) + 1), name)


def batch(mmsi, t, lon, lat, sog, row, name: str = "scene") -> Columns:
    many = len(mmsi)
    return Columns(
        "position",
        source(name.encode(), name),
        {
            "mmsi": mmsi.astype("i8"),
            "t": t.astype("i8"),
            "lon": (lon.astype("f8") + 180.0) % 360.0 - 180.0,
            "lat": lat.astype("f8"),
            "sog_kn": sog.astype("f4"),
            "cog_deg": np.full(many, np.nan, "f4"),
            "heading_deg": np.full(many, np.nan, "f4"),
            "status": np.full(many, -1, "i1"),
            "type": np.zeros(many, "u1"),
            "clock": np.full(many, 2, "u1"),
            "precision": np.ones(many, "u1"),
            "sound": np.ones(many, "?"),
            "row": row.astype("i8"),
        },
    )


def part(whole: Columns, chosen: np.ndarray) -> Columns:
    """The chosen rows of a batch."""
    return Columns(
        whole.kind,
        whole.source,
        {name: values[chosen] for name, values in whole.arrays.items()},
    )


def found(
    batches: Iterable[Columns], assets: Iterable[Asset] = (), **settings: float
) -> list[Finding]:
    """What is live once all `batches` were folded and the input ended."""
    state = desk.start(context(assets, **settings))
    for each in batches:
        state, emits = desk.fold(state, each, 0)
        assert emits == []
    return live(desk.finish(state))


def live(emits: Iterable[Emit]) -> list[Finding]:
    """The findings left standing by a stream of emits."""
    standing: dict[str, Finding] = {}
    for emit in emits:
        if isinstance(emit, Found):
            standing[emit.finding.id] = emit.finding
        elif isinstance(emit, Retract):
            del standing[emit.id]
    return sorted(standing.values(), key=lambda each: (each.span.t0, each.id))


def kinds(findings: Iterable[Finding]) -> list[str]:
    return sorted(each.kind for each in findings)


def fleet(seed: int, lon: float, lat: float) -> Columns:
    """Some vessels for half a day about a place: at rest, under way in groups, drifting in pairs,
    going silent, and now and then at an impossible place."""
    rng = np.random.default_rng(seed)
    vessels: dict[int, list[Fix]] = {}
    mmsi = 257_000_000
    for _ in range(int(rng.integers(1, 4))):
        size, plan = int(rng.integers(1, 5)), _plan(rng)
        start = rng.normal(0, 0.04, 2)
        with_sog = rng.random() < 0.5
        for _ in range(size):
            mmsi += 1
            own = start + rng.normal(0, 0.002 if rng.random() < 0.6 else 0.03, 2)
            vessels[mmsi] = _sail(rng, own + np.array([lon, lat]), plan, with_sog)
    return columns(vessels)


def _plan(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Phases as (hours, knots, course in degrees)."""
    speeds = (0.0, 0.0, 0.05, 0.3, 1.0, 5.0, 12.0)
    return [
        (float(rng.uniform(0.3, 4)), float(rng.choice(speeds)), float(rng.uniform(0, 360)))
        for _ in range(int(rng.integers(2, 5)))
    ]


def _sail(rng, at, plan, with_sog: bool) -> list[Fix]:
    fixes: list[Fix] = []
    second, every = int(rng.integers(0, 900)), int(rng.choice([120, 300, 700, 1500]))
    lon, lat = at
    for hours, knots, course in plan:
        for _ in range(int(hours * 3600 / every)):
            step = knots * every / 3600 / 60
            lat += step * np.cos(np.radians(course))
            lon += step * np.sin(np.radians(course)) / np.cos(np.radians(lat))
            second += every + int(rng.integers(-20, 20))
            if rng.random() < 0.03:
                second += int(rng.choice([1800, 5000, 25000]))
            leap = 1.0 if rng.random() < 0.01 else 0.0
            sog = round(max(0.0, knots + rng.normal(0, 0.05)), 1) if with_sog else np.nan
            noise = rng.normal(0, 2e-4, 2)
            fixes.append((second, lon + leap + noise[0], lat + noise[1], sog))
    return fixes

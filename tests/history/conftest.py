"""Columns to keep: the bundled log of AMSA, and random positions; fixture `bulk` is this file."""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources
import io
import sys
from types import ModuleType

import numpy as np
import pytest

from noroshi.desks.sea import desk
from noroshi.words.desk import Columns, Source
from noroshi.words.label import Label, Strand
from noroshi.words.time import DAY, parse_instant

BULK = sys.modules[__name__]
DAY0 = parse_instant("2024-11-17T00:00:00Z")
LABEL = Label((Strand("JPN", "maritime", "ais"),))


@pytest.fixture(scope="session")
def bulk() -> ModuleType:
    return BULK


@pytest.fixture(scope="session")
def amsa() -> list[Columns]:
    file = importlib.resources.files("noroshi.data") / "samples" / "amsa-20120127.nmea.gz"
    data = gzip.decompress(file.read_bytes())
    return [each for each in desk.read(source(data)) if isinstance(each, Columns)]


def source(data: bytes, name: str = "log") -> Source:
    digest = hashlib.sha256(data).hexdigest()
    return Source(name, name, DAY0, digest, LABEL, "JPN", "B", lambda: io.BytesIO(data))


def positions(seed: int, many: int, ships: int = 40, days: int = 2, name: str = "log") -> Columns:
    """Positions as AIS gives them, in order of time."""
    rng = np.random.default_rng(seed)
    lat = rng.integers(-90 * 600_000, 90 * 600_000 + 1, many) / 600_000
    lon = rng.integers(-180 * 600_000, 180 * 600_000, many) / 600_000
    unknown = rng.random(many) < 0.1
    return Columns(
        "position",
        source(f"{name} {seed} {many}".encode(), name),
        {
            "mmsi": rng.integers(200_000_000, 200_000_000 + ships, many),
            "t": DAY0 + np.sort(rng.integers(0, days * DAY, many)),
            "lon": np.round(lon, 6),
            "lat": np.round(lat, 6),
            "sog_kn": np.where(unknown, np.nan, rng.integers(0, 1023, many) / 10).astype("f4"),
            "cog_deg": (rng.integers(0, 3600, many) / 10).astype("f4"),
            "heading_deg": rng.integers(0, 360, many).astype("f4"),
            "status": rng.integers(-1, 15, many).astype("i1"),
            "turn": np.full(many, np.nan, "f4"),
            "second": np.full(many, 60, "u1"),
            "station": np.zeros(many, "u8"),
            "accurate": rng.random(many) < 0.5,
            "type": rng.choice([1, 3, 18, 27], many).astype("u1"),
            "clock": rng.integers(0, 3, many).astype("u1"),
            "precision": rng.integers(0, 3, many).astype("u1"),
            "sound": rng.random(many) < 0.9,
            "start": np.cumsum(rng.integers(40, 60, many)),
            "length": rng.integers(40, 60, many).astype("i4"),
        },
    )


def rows(batches: list[Columns], kind: str = "position") -> dict[str, np.ndarray]:
    """The batches of one kind as one, by where they stand in their source."""
    mine = [each.arrays for each in batches if each.kind == kind]
    whole = {name: np.concatenate([part[name] for part in mine]) for name in mine[0]}
    order = np.argsort(whole["start" if "start" in whole else "row"], kind="stable")
    return {name: values[order] for name, values in whole.items()}


def equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray], *without: str) -> bool:
    """Whether all columns are the same, of the same type, value by value."""
    assert {*one} == {*other}
    return all(
        one[name].dtype == other[name].dtype
        and np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f")
        for name in one
        if name not in without
    )

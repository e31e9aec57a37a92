"""A simulated sea basin: ships as they report, day by day, from a seed; as large as is asked.

Two fifths are under way between places of the basin at 8 to 18 kn and report every 10 s, the others
lie still and report every three minutes (ITU-R M.1371, table 1); of the first a third is received,
of the others six in ten. Positions are those of no real ship.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.desks.sea.sphere import course_deg, vectors
from noroshi.words.desk import Columns, Source
from noroshi.words.label import Label, Strand
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.time import DAY, SECOND, parse_instant

if TYPE_CHECKING:
    from noroshi.words.desk import Array

SHIPS: Final = 2_000
WEST, SOUTH, EAST, NORTH = 12.0, 54.0, 26.0, 61.0
FIRST: Final = parse_instant("2024-01-01T00:00:00Z")
UNDER_WAY: Final = 0.4
KNOT_MS: Final = 1852 / 3600


def day(number: int, ships: int = SHIPS, seed: int = 1) -> Columns:
    """All positions of day `number`, by ship and time."""
    parts = [_ship(each, number, seed) for each in range(ships)]
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    many = len(arrays["t"])
    order = np.argsort(np.argsort(arrays["t"], kind="stable"), kind="stable")
    name = f"basin {seed} {ships} {number}"
    label = Label((Strand("JPN", "maritime", "*"),))
    digest = hashlib.sha256(name.encode()).hexdigest()
    source = Source(
        name, "basin", FIRST, digest, label, "JPN", "B", lambda: io.BytesIO(name.encode())
    )
    return Columns(
        "position",
        source,
        arrays
        | {
            "type": np.full(many, 1, np.uint8),
            "clock": np.full(many, 2, np.uint8),
            "precision": np.ones(many, np.uint8),
            "accurate": np.zeros(many, bool),
            "sound": np.ones(many, bool),
            "start": order * 50,
            "length": np.full(many, 49, np.int32),
        },
    )


def _ship(each: int, number: int, seed: int) -> dict[str, Array]:
    rng = np.random.default_rng((seed, each, number))
    own = np.random.default_rng((seed, each))
    sails = own.random() < UNDER_WAY
    every, heard = (10, 0.35) if sails else (180, 0.6)
    second = np.arange(int(rng.integers(0, every)), 86_400, every)
    second = second[rng.random(len(second)) < heard]
    many = len(second)
    stops = np.column_stack([own.uniform(WEST, EAST, 12), own.uniform(SOUTH, NORTH, 12)])
    if sails:
        along = float(own.uniform(8, 18)) * KNOT_MS * (number * 86_400.0 + second)
        lon, lat, course = _route(stops, along)
        sog = np.full(many, float(own.uniform(8, 18)))
        course = course + rng.normal(0, 0.5, many)
    else:
        lon, lat = np.full(many, stops[0, 0]), np.full(many, stops[0, 1])
        sog, course = np.zeros(many), rng.uniform(0, 360, many)
    noise = rng.normal(0, 4e-5, (2, many))
    return {
        "mmsi": np.full(many, 201_000_000 + 7_919 * each),
        "t": FIRST + number * DAY + second * SECOND,
        "lon": np.round(lon + noise[0], 6),
        "lat": np.round(lat + noise[1], 6),
        "sog_kn": np.round(np.abs(sog + rng.normal(0, 0.08, many)), 1).astype(np.float32),
        "cog_deg": (np.round(course % 360, 1) % 360).astype(np.float32),
        "heading_deg": np.round(course % 360).astype(np.float32) % 360,
        "status": np.full(many, 0 if sails else 5, np.int8),
    }


def _route(stops: Array, along: Array) -> tuple[Array, Array, Array]:
    """Where a ship is that goes round its places, so many metres on, and its course."""
    xyz = vectors(stops[:, 0], stops[:, 1])
    there = np.roll(xyz, -1, axis=0)
    legs = np.linalg.norm(there - xyz, axis=1)
    ends: Array = np.cumsum(legs)
    at: Array = along % ends[-1]
    leg: Array = np.searchsorted(ends, at, "right")
    share = ((at - (ends[leg] - legs[leg])) / legs[leg])[:, np.newaxis]
    point = xyz[leg] * (1 - share) + there[leg] * share
    point *= EARTH_RADIUS_M / np.linalg.norm(point, axis=1, keepdims=True)
    lon = np.degrees(np.arctan2(point[:, 1], point[:, 0]))
    lat = np.degrees(np.arcsin(point[:, 2] / EARTH_RADIUS_M))
    return lon, lat, course_deg(xyz[leg], there[leg])

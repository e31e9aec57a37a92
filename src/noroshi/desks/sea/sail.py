"""Ships that never were: motion in legs, reported as ITU-R M.1371 has a class A station report.

A path is a list of legs on great circles; between them speed and course change at once. Reports
come at the intervals of M.1371-5, annex 1, table 1; positions carry a GNSS error of some metres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.words.place import EARTH_RADIUS_M

if TYPE_CHECKING:
    from noroshi.words.desk import Array

UNDER_WAY: Final = 0
AT_ANCHOR: Final = 1
"""Navigational status (M.1371-5, table 45)."""

ERROR_M: Final = 4.0
"""Standard deviation of a reported position along each axis: GNSS without augmentation."""


class Leg(msgspec.Struct, frozen=True):
    """`seconds` at `knots` on `course` degrees; `silent` legs are sailed and not reported."""

    seconds: int
    knots: float
    course: float = 0.0
    status: int = UNDER_WAY
    silent: bool = False


class Reports(msgspec.Struct, frozen=True):
    """What one ship sent: columns over reports, in order of time; `t` µs UTC."""

    mmsi: int
    t: Array
    lon: Array
    lat: Array
    sog_kn: Array
    cog_deg: Array
    status: Array


def interval_s(knots: float, status: int) -> int:
    """Seconds between reports on a steady course (M.1371-5, annex 1, table 1)."""
    if status == AT_ANCHOR and knots <= 3.0:
        return 180
    if knots <= 14.0:
        return 10
    return 6 if knots <= 23.0 else 2


def ahead(lon: Any, lat: Any, metres: Any, course: Any) -> tuple[Any, Any]:
    """Where one comes from degrees (lon, lat) by a great circle of `metres`: degrees, lon in
    [-180, 180). Spherical direct problem (Snyder 1987, equations 5-5 and 5-6)."""
    phi, turn, arc = np.radians(lat), np.radians(course), np.asarray(metres) / EARTH_RADIUS_M
    sine = np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(turn)
    east = np.sin(arc) * np.sin(turn)
    north = np.cos(phi) * np.cos(arc) - np.sin(phi) * np.sin(arc) * np.cos(turn)
    found = lon + np.degrees(np.arctan2(east, north))
    return (found + 180.0) % 360.0 - 180.0, np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))


def sail(
    mmsi: int, at: int, lon: float, lat: float, legs: list[Leg], rng: np.random.Generator
) -> Reports:
    """The reports of a ship that begins at (lon, lat) at `at` µs and sails `legs`."""
    parts: list[dict[str, Array]] = []
    for leg in legs:
        every = interval_s(leg.knots, leg.status)
        seconds = np.arange(int(rng.integers(0, every)), leg.seconds, every)
        east, north = ahead(lon, lat, leg.knots * KNOT_MS * seconds, leg.course)
        if not leg.silent:
            parts.append(_reported(at + seconds * 1_000_000, east, north, leg, rng))
        lon, lat = ahead(lon, lat, leg.knots * KNOT_MS * leg.seconds, leg.course)
        at += leg.seconds * 1_000_000
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Reports(mmsi, **whole)


def turning(
    mmsi: int, at: int, lon: float, lat: float, radius_m: float, knots: float, seconds: int,
    bearing: float, rng: np.random.Generator,
) -> Reports:  # fmt: skip
    """The reports of a ship that circles (lon, lat) clockwise, beginning at a bearing from it."""
    every = interval_s(knots, UNDER_WAY)
    after = np.arange(int(rng.integers(0, every)), seconds, every)
    angle = bearing + np.degrees(knots * KNOT_MS * after / radius_m)
    east, north = ahead(lon, lat, radius_m, angle)
    leg = Leg(seconds, knots)
    told = _reported(at + after * 1_000_000, east, north, leg, rng)
    told["cog_deg"] = np.round((angle + 90.0) % 360.0, 1) % 360.0
    return Reports(mmsi, **told)


def _reported(
    t: Array, lon: Array, lat: Array, leg: Leg, rng: np.random.Generator
) -> dict[str, Array]:
    many = len(t)
    off = np.degrees(rng.normal(0.0, ERROR_M / EARTH_RADIUS_M, (2, many)))
    return {
        "t": t,
        "lon": (lon + off[0] / np.cos(np.radians(lat)) + 180.0) % 360.0 - 180.0,
        "lat": lat + off[1],
        "sog_kn": np.round(np.maximum(0.0, leg.knots + rng.normal(0.0, 0.06, many)), 1),
        "cog_deg": np.round(leg.course + rng.normal(0.0, 1.0, many), 1) % 360.0,
        "status": np.full(many, leg.status),
    }

"""Positions on land: under way where no ship goes, and nobody else is heard.

The plain rule is false half of the time: of a real log of 2012 every second position was on Natural
Earth's land, in rivers, docks and canals. So three things are asked: that the position lies over
2 km inland (a packaged raster, `tools/land.py`), that no port or anchorage and no other ship was
ever heard in the cell or beside it, and that the vessel says or shows that it moves.
"""

from __future__ import annotations

import functools
import gzip
import importlib.resources
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.tracks import runs, speed_kn
from noroshi.words.time import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.ports import Harbours
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure

ACROSS: Final = 20
"""Cells to a degree, as `tools/land.py` has them."""

BESIDE_KM: Final = 2.0
"""How far inland all of a cell is at least."""


@functools.cache
def _bits() -> Array:
    packed = importlib.resources.files("noroshi") / "data" / "geo" / "inland.bits.gz"
    return np.frombuffer(gzip.decompress(packed.read_bytes()), dtype=np.uint8)


def inland(lon: Array, lat: Array) -> Array:
    """Whether all of each point's cell of 0.05 degrees lies more than 2 km inland."""
    row, column = _cell(lon, lat)
    at = row * (360 * ACROSS) + column
    return (_bits()[at >> 3] >> (7 - (at & 7)).astype(np.uint8) & 1).astype(bool)


def _cell(lon: Array, lat: Array) -> tuple[Array, Array]:
    row = np.clip(np.floor((lat + 90.0) * ACROSS).astype(np.int64), 0, 180 * ACROSS - 1)
    column = np.floor((lon + 180.0) * ACROSS).astype(np.int64) % (360 * ACROSS)
    return row, column


def ashore(track: Tracks, harbours: Harbours, parameters: Parameters) -> Iterator[Seen]:
    """Every time a vessel was on land, one sighting each."""
    dry = inland(track.lon, track.lat)
    if not dry.any():
        return
    speed = speed_kn(track, parameters.stop_gap_s)
    moving = dry & (speed > parameters.land_kn)
    moving[moving] = ~_ordinary(track, np.flatnonzero(moving))
    at = np.flatnonzero(moving)
    moving[at] = harbours.nearest(track.xyz[at])[1] > parameters.land_port_m
    breaks = track.leg_s > parameters.land_gap_s
    for first, last in runs(moving, breaks).tolist():
        if last - first + 1 < parameters.land_messages:
            continue
        measures: dict[str, Measure] = {
            "duration_h": round(int(track.t[last] - track.t[first]) / HOUR, 2),
            "median_kn": round(float(np.median(speed[first : last + 1])), 1),
            "inland_km": BESIDE_KM,
            "above_kn": parameters.land_kn,
            "port_beyond_km": parameters.land_port_m / 1000,
            "messages": parameters.land_messages,
        }
        yield Seen("position_on_land", ((first, last),), first, measures)


def _ordinary(track: Tracks, rows: Array) -> Array:
    """Whether another identity was heard in the cell of each of `rows` or a neighbouring one, at
    any time: ships go there."""
    wide = 360 * ACROSS
    row, column = _cell(track.lon, track.lat)
    identity = track.identities()[track.vessel]
    heard: Array = np.unique(np.stack([row * wide + column, identity], axis=1), axis=0)
    found = np.zeros(len(rows), dtype=bool)
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            cell = (row[rows] + north) * wide + (column[rows] + east) % wide
            low = np.searchsorted(heard[:, 0], cell, "left")
            high = np.searchsorted(heard[:, 0], cell, "right")
            own = np.zeros(len(rows), dtype=bool)
            some = high > low
            own[some] = heard[low[some], 1] == identity[rows[some]]
            found |= (high - low > 1) | (some & ~own)
    return found

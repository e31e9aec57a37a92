"""Positions on land: under way where no ship goes, and nobody else is heard.

The plain rule is false half of the time: of a real log of 2012 every second position was on Natural
Earth's land, in rivers, docks and canals. So three things are asked: that the position lies over
2 km inland, in no lake and over 10 km from any river of Natural Earth (a packaged raster,
`tools/land.py`), that no port or anchorage is near and no other ship was ever heard in the cell or
beside it (where others go there is no land), and that the vessel says or shows that it moves.
"""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import zlib
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

WIDE: Final = 360 * ACROSS
"""Cells round the Earth."""

BESIDE_KM: Final = 2.0
"""How far inland all of a cell is at least."""

RIVER_KM: Final = 10.0
"""And how far from the centre line of a river."""


@functools.cache
def _bits() -> Array:
    packed = importlib.resources.files("noroshi") / "data" / "geo" / "inland.bits.gz"
    return np.frombuffer(gzip.decompress(packed.read_bytes()), dtype=np.uint8)


def inland(lon: Array, lat: Array) -> Array:
    """Whether all of each point's cell of 0.05 degrees lies more than 2 km from sea and lakes, and
    10 km from rivers."""
    row, column = _cell(lon, lat)
    return _dry(row * WIDE + column)


def _dry(at: Array) -> Array:
    return (_bits()[at >> 3] >> (7 - (at & 7)).astype(np.uint8) & 1).astype(bool)


def _cell(lon: Array, lat: Array) -> tuple[Array, Array]:
    row = np.clip(np.floor((lat + 90.0) * ACROSS).astype(np.int64), 0, 180 * ACROSS - 1)
    column = np.floor((lon + 180.0) * ACROSS).astype(np.int64) % (360 * ACROSS)
    return row, column


def ashore(
    track: Tracks, harbours: Harbours, parameters: Parameters, heard: Array | None = None
) -> Iterator[Seen]:
    """Every time a vessel was on land, one sighting each. `heard`: the `traffic` of more than these
    tracks, where it is known."""
    dry = inland(track.lon, track.lat)
    if not dry.any():
        return
    speed = speed_kn(track, parameters.stop_gap_s)
    moving = dry & (speed > parameters.land_kn)
    if not moving.any():
        return
    moving[moving] = ~_ordinary(
        track, np.flatnonzero(moving), traffic(track) if heard is None else heard
    )
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
            "river_beyond_km": RIVER_KM,
            "above_kn": parameters.land_kn,
            "port_beyond_km": parameters.land_port_m / 1000,
            "messages": parameters.land_messages,
        }
        yield Seen("position_on_land", ((first, last),), first, measures)


def traffic(track: Tracks) -> Array:
    """Who was heard where it matters: sorted numbers of a cell, times 2^32, and a hash of an
    identity, of the cells that are inland or beside one that is."""
    row, column = _cell(track.lon, track.lat)
    both = (row * WIDE + column << 32) + _hashes(track)[track.vessel]
    new = np.ones(len(both), dtype=bool)
    new[1:] = both[1:] != both[:-1]
    found: Array = np.unique(both[new])
    cell, which = np.unique(found >> 32, return_inverse=True)
    beside = np.zeros(len(cell), dtype=bool)
    for each in _beside(cell):
        beside |= _dry(np.clip(each, 0, 180 * ACROSS * WIDE - 1))
    return found[beside[which]]


def _ordinary(track: Tracks, rows: Array, heard: Array) -> Array:
    """Whether another identity was heard in the cell of each of `rows` or a neighbouring one, at
    any time: ships go there. `heard` is what `traffic` gave."""
    row, column = _cell(track.lon[rows], track.lat[rows])
    both = (row * WIDE + column << 32) + _hashes(track)[track.vessel[rows]]
    asked, inverse = np.unique(both, return_inverse=True)
    identity = asked & ((1 << 32) - 1)
    cells, whom = heard >> 32, heard & ((1 << 32) - 1)
    found = np.zeros(len(asked), dtype=bool)
    for cell in _beside(asked >> 32):
        low = np.searchsorted(cells, cell, "left")
        high = np.searchsorted(cells, cell, "right")
        own = np.zeros(len(asked), dtype=bool)
        some = high > low
        own[some] = whom[low[some]] == identity[some]
        found |= (high - low > 1) | (some & ~own)
    return found[inverse]


def _beside(cell: Array) -> Iterator[Array]:
    """A cell and its eight neighbours, round the Earth."""
    row, column = np.divmod(cell, WIDE)
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            yield (row + north) * WIDE + (column + east) % WIDE


def _hashes(track: Tracks) -> Array:
    """Of each vessel 32 bits of its identity, the same in every state."""
    return np.array([zlib.crc32(each.encode()) for each in track.subjects], dtype=np.int64)

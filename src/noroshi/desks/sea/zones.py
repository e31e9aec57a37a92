"""Areas to watch, as rasters: is a ship inside, a hundred million times over.

Edges are straight in degrees, as GeoJSON has them. An area may be cut at the antimeridian, run on
past 180, or step across it; the raster counts longitudes eastward from the area's western end.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.words.shape import polygons

if TYPE_CHECKING:
    from noroshi.words.asset import Asset, AssetGraph
    from noroshi.words.desk import Array

CELLS: Final = 1_000_000
"""Most cells of one raster."""

FINEST: Final = 0.02
"""Degrees: no cell is smaller than 2 km."""

ROUND: Final = 360.0


class Zone:
    """One area, by the even-odd rule: a hole is out, and so is what two of its parts share."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
        rings = [np.array(ring) for polygon in polygons(asset) for ring in polygon]
        rings = _placed([_unrolled(ring) for ring in rings])
        self._west = min((float(ring[:, 0].min()) for ring in rings), default=0.0)
        self._south = min((float(ring[:, 1].min()) for ring in rings), default=0.0)
        lines = [_edges(ring - (self._west, self._south)) for ring in rings]
        edges = np.concatenate([np.empty((0, 4)), *lines])
        wide = max(float(edges[:, [0, 2]].max()), FINEST) if len(edges) else FINEST
        tall = max(float(edges[:, [1, 3]].max()), FINEST) if len(edges) else FINEST
        self._step = max(FINEST, math.sqrt(wide * tall / CELLS))
        self._width = max(1, math.floor(wide / self._step) + 1)
        height = max(1, math.floor(tall / self._step) + 1)
        self._bands, self._edges = _banded(edges, self._step, height)
        self._west = (self._west + 180.0) % ROUND - 180.0
        self._cells = np.zeros(height * self._width, dtype=np.uint8)
        from noroshi.desks.sea.kernels.zones import draw

        draw(self._step, self._width, self._bands, self._edges, self._cells)

    def inside(self, lon: Array, lat: Array) -> Array:
        """Whether each point in degrees, longitudes in [-180, 180], is in the area."""
        from noroshi.desks.sea.kernels.zones import inside

        out = np.empty(len(lon), dtype=np.uint8)
        lon, lat = np.ascontiguousarray(lon), np.ascontiguousarray(lat)
        inside(
            lon, lat, self._west, self._south, self._step, self._width, self._bands, self._edges,
            self._cells, out,
        )  # fmt: skip
        return out.view(np.bool_)


@functools.lru_cache(maxsize=4)
def indexed(graph: AssetGraph) -> tuple[Zone, ...]:
    """The zones of a graph by id, each made a raster once."""
    chosen = (each for _, each in sorted(graph.assets.items()) if each.kind == "zone")
    return tuple(Zone(each) for each in chosen if polygons(each))


def _unrolled(ring: Array) -> Array:
    """A ring whose edges are all the short way. A step of a whole round, as maps of the world have
    along a pole, is left."""
    step = np.diff(ring[:, 0])
    over = (np.abs(step) > ROUND / 2) & (np.abs(step) < ROUND - 1.0)
    turn = np.where(over, -np.sign(step) * ROUND, 0.0)
    ring = ring.copy()
    ring[1:, 0] += np.cumsum(turn)
    return ring


def _placed(rings: list[Array]) -> list[Array]:
    """The rings moved by whole rounds so that together they span the least: the widest empty
    stretch of longitude becomes the outside."""
    if not rings:
        return []
    spans = sorted(((float(ring[:, 0].min()) % ROUND), float(np.ptp(ring[:, 0]))) for ring in rings)
    reach, gaps = spans[0][0] + spans[0][1], list[tuple[float, float]]()
    for west, wide in spans[1:]:
        gaps.append((west - reach, west))
        reach = max(reach, west + wide)
    gaps.append((spans[0][0] + ROUND - reach, spans[0][0]))
    west = max(gaps)[1]
    placed: list[Array] = []
    for ring in rings:
        low = float(ring[:, 0].min())
        shift = west + (low - west) % ROUND - low
        placed.append(ring + np.array([shift, 0.0]))
    return placed


def _edges(ring: Array) -> Array:
    closed = ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])
    return np.concatenate([closed[:-1], closed[1:]], axis=1)


def _banded(edges: Array, step: float, height: int) -> tuple[Array, Array]:
    """Edges by the bands of latitude that they run through: (bands, edges) for the kernel."""
    low = np.minimum(edges[:, 1], edges[:, 3])
    high = np.maximum(edges[:, 1], edges[:, 3])
    first = np.clip(np.floor(low / step - 1e-6), 0, height - 1).astype(np.int64)
    last = np.clip(np.floor(high / step + 1e-6), 0, height - 1).astype(np.int64)
    count = last - first + 1
    edge = np.repeat(np.arange(len(edges)), count)
    band = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    order = np.argsort(band, kind="stable")
    bands = np.searchsorted(band[order], np.arange(height + 1), "left").astype(np.int32)
    return bands, np.ascontiguousarray(edges[edge[order]]).reshape(-1)

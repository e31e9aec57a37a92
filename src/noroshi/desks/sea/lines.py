"""Cables and pipelines as segments in a grid: what is near, how far, and where legs cross them.

GeoJSON's edges are straight in degrees, so each is cut into pieces of at most 5 km, along which the
great circle leaves that straight line by under a metre anywhere below 70 degrees of latitude.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.sea.sphere import vectors
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.shape import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.asset import Asset, AssetGraph
    from noroshi.words.desk import Array

KINDS: Final = ("cable", "pipeline")
"""Kinds of assets that are crossed."""

SEGMENT_M: Final = 5_000.0
PIECE_M: Final = 2_000.0
"""Legs are walked in pieces of this; the grid allows for half of one."""

ROWS: Final = 1_800
"""Of the grid: a tenth of a degree, 11 km."""

ROOM: Final = 65_536
"""Rows that the kernel writes at once."""


class Near(msgspec.Struct, frozen=True):
    """Columns over (leg, line) in reach, sorted by (line, leg): the row that the leg ends at, the
    index of the asset, where on the leg it was nearest (0 to 1), the metres there, how many times
    it crossed, and of the first crossing where on the leg, at which angle (degrees, to 90), and 1
    if from the left of the line as drawn, else -1."""

    leg: Array
    line: Array
    at: Array
    metres: Array
    crossings: Array
    crossed: Array
    angle_deg: Array
    side: Array


class Lines:
    """Assets that are lines, with the metres within which each is near."""

    def __init__(self, assets: tuple[Asset, ...], reach_m: tuple[float, ...]) -> None:
        self.assets = assets
        self.reach_m = np.array(reach_m)
        ends, self._line = _segments(assets)
        self._ends = ends.reshape(-1)
        normal = np.cross(ends[:, :3], ends[:, 3:])
        self._normals = (normal / np.linalg.norm(normal, axis=1, keepdims=True)).reshape(-1)
        self._reach = self.reach_m[self._line] / EARTH_RADIUS_M
        self._grid(ends)

    def _grid(self, ends: Array) -> None:
        from noroshi.desks.sea.kernels.lines import place

        lat = (np.arange(ROWS) + 0.5) * (180.0 / ROWS) - 90.0
        self._widths = np.maximum(1, np.rint(2 * ROWS * np.cos(np.radians(lat)))).astype(np.int64)
        self._firsts = np.concatenate([[0], np.cumsum(self._widths)])[:-1].astype(np.int64)
        middle = ends[:, :3] + ends[:, 3:]
        middle /= np.linalg.norm(middle, axis=1, keepdims=True)
        lon = np.degrees(np.arctan2(middle[:, 1], middle[:, 0]))
        lat = np.degrees(np.arcsin(np.clip(middle[:, 2], -1, 1)))
        chord = np.linalg.norm(middle - ends[:, :3], axis=1)
        half = np.arcsin(np.minimum(1, chord / 2)) * 2
        # A hair more, so that no rounding hides a segment at the very rim.
        glance = (middle, chord[:, np.newaxis] + 1e-12, 2 * np.sin(self._reach / 2)[:, np.newaxis])
        self._discs = np.ascontiguousarray(np.concatenate(glance, axis=1)).reshape(-1)
        radius = self._reach + half + (PIECE_M / 2 + 1.0) / EARTH_RADIUS_M
        starts = np.zeros(int(self._widths.sum()) + 1, dtype=np.int32)
        none = np.empty(0, dtype=np.int32)
        place(lon, lat, radius, self._widths, self._firsts, starts, none, 0)
        starts = np.cumsum(starts, dtype=np.int32)
        self._members = np.empty(int(starts[-1]), dtype=np.int32)
        moving = starts.copy()
        place(lon, lat, radius, self._widths, self._firsts, moving, self._members, 1)
        self._starts = starts

    def nearest(self, lon: Array, lat: Array) -> tuple[Array, Array]:
        """Index into `assets` (-1: none in reach) and metres (inf) for points in degrees."""
        from noroshi.desks.sea.kernels.lines import nearest

        lon, lat = np.ascontiguousarray(lon), np.ascontiguousarray(lat)
        found, angle = np.empty(len(lon), dtype=np.int64), np.empty(len(lon))
        nearest(
            lon, lat, found, angle, self._ends, self._normals, self._discs, self._widths,
            self._firsts, self._starts, self._members,
        )  # fmt: skip
        line = np.where(found >= 0, self._line[found] if len(self._line) else -1, -1)
        return line, angle * EARTH_RADIUS_M

    def metres(self, xyz: Array, line: Array) -> Array:
        """Metres from each vector (n, 3) to its line; inf well beyond the line's reach."""
        from noroshi.desks.sea.kernels.lines import to_line

        unit = xyz / np.linalg.norm(xyz, axis=1, keepdims=True)
        angle = np.empty(len(line))
        to_line(
            unit.reshape(-1), line.astype(np.int64), angle, self._ends, self._normals, self._line,
            self._widths, self._firsts, self._starts, self._members,
        )  # fmt: skip
        return angle * EARTH_RADIUS_M

    def legs(self, xyz: Array, leg: Array) -> Near:
        """Of the legs that end at these rows of the vectors (n, 3), all that come near a line."""
        unit = (xyz / np.linalg.norm(xyz, axis=1, keepdims=True)).reshape(-1)
        blocks = list(self._walk(unit, leg.astype(np.int64)))
        ends_at, line, rows = (np.concatenate([each[n] for each in blocks]) for n in range(3))
        return _near(ends_at, line, rows)

    def _walk(self, unit: Array, leg: Array) -> Iterator[tuple[Array, Array, Array]]:
        from noroshi.desks.sea.kernels.crossing import FIELDS, legs

        done, room = np.zeros(1, dtype=np.int64), ROOM
        yield np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, FIELDS))
        while done[0] < len(leg):
            begun = int(done[0])
            ends_at, line = np.empty(room, np.int64), np.empty(room, np.int64)
            out = np.empty(room * FIELDS)
            count = legs(
                begun, unit, leg, PIECE_M / EARTH_RADIUS_M, self._ends, self._normals, self._line,
                self._reach, self._widths, self._firsts, self._starts, self._members, ends_at, line,
                out, done,
            )  # fmt: skip
            if int(done[0]) == begun:
                room *= 2  # one leg among so many lines
                continue
            yield ends_at[:count], line[:count], out.reshape(-1, FIELDS)[:count]


@functools.lru_cache(maxsize=4)
def indexed(graph: AssetGraph, drawn_m: float, surveyed_m: float) -> Lines:
    """The cables and pipelines of a graph, indexed once."""
    chosen = tuple(
        each for _, each in sorted(graph.assets.items()) if each.kind in KINDS and lines(each)
    )
    return Lines(chosen, tuple(surveyed_m if each.surveyed else drawn_m for each in chosen))


def _near(leg: Array, line: Array, rows: Array) -> Near:
    """One row for each (line, leg): the nearest of its pieces, the first crossing, all counted."""
    order = np.lexsort((rows[:, 0], rows[:, 1], leg, line))
    leg, line, rows = leg[order], line[order], rows[order]
    new = np.ones(len(leg), dtype=bool)
    new[1:] = (leg[1:] != leg[:-1]) | (line[1:] != line[:-1])
    first = np.flatnonzero(new)
    crossings = np.add.reduceat(rows[:, 2], first) if len(first) else rows[:, 2]
    group = np.cumsum(new) - 1
    early = np.lexsort((rows[:, 3], group))
    opened = early[np.searchsorted(group[early], np.arange(len(first)), "left")]
    crossed = rows[opened, 3]
    return Near(
        leg[first],
        line[first],
        rows[first, 0],
        rows[first, 1] * EARTH_RADIUS_M,
        crossings.astype(np.int64),
        np.where(np.isfinite(crossed), crossed, np.nan),
        np.degrees(rows[opened, 4]),
        rows[opened, 5].astype(np.int64) if len(first) else rows[opened, 5],
    )


def _segments(assets: tuple[Asset, ...]) -> tuple[Array, Array]:
    """Ends (n, 6) as unit vectors, and the index of the asset, of all segments in order."""
    ends: list[Array] = [np.empty((0, 6))]
    owner: list[Array] = [np.empty(0, dtype=np.int64)]
    for number, asset in enumerate(assets):
        for line in lines(asset):
            points = _cut(np.array(line))
            unit = vectors(points[:, 0], points[:, 1]) / EARTH_RADIUS_M
            made = np.concatenate([unit[:-1], unit[1:]], axis=1)
            made = made[np.linalg.norm(made[:, 3:] - made[:, :3], axis=1) > 1e-9]
            ends.append(made)
            owner.append(np.full(len(made), number, dtype=np.int64))
    return np.concatenate(ends), np.concatenate(owner)


def _cut(points: Array) -> Array:
    """The line's points in degrees with more between them, straight in degrees. A step of over half
    the Earth in longitude goes the other way round."""
    step = np.diff(points[:, 0])
    points = points.copy()
    points[1:, 0] = points[0, 0] + np.cumsum((step + 180.0) % 360.0 - 180.0)
    made = [points[:1]]
    for a, b in itertools.pairwise(points):
        flat = math.cos(math.radians(min(abs(a[1]), abs(b[1]))))
        wide, tall = math.radians(b[0] - a[0]) * flat, math.radians(b[1] - a[1])
        count = max(1, math.ceil(math.hypot(wide, tall) * EARTH_RADIUS_M / SEGMENT_M))
        share = (np.arange(count) + 1)[:, np.newaxis] / count
        made.append(a + (b - a) * share)
    return np.concatenate(made)

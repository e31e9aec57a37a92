"""The Earth as points in space: neighbours without seams at the antimeridian or the poles.

Positions become earth-centred vectors (metres, sphere of the IUGG mean radius) hashed into cubes;
whatever lies within the edge of a cube is in it or in one of its 26 neighbours. Chords stand for
arcs: over 10 km the two differ by a micrometre's hundredth.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.words.place import EARTH_RADIUS_M

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.desk import Array


def vectors(lon: Array, lat: Array) -> Array:
    """Earth-centred metres, shape (n, 3), of degrees."""
    phi, lam = np.radians(lat), np.radians(lon)
    flat = np.cos(phi)
    return EARTH_RADIUS_M * np.stack([flat * np.cos(lam), flat * np.sin(lam), np.sin(phi)], axis=-1)


def chord_m(a: Array, b: Array) -> Array:
    """Straight distance of vectors of shape (n, 3), metres."""
    x, y, z = (a[..., axis] - b[..., axis] for axis in range(3))
    return np.sqrt(x * x + y * y + z * z)


def arc_m(chord: Array) -> Array:
    """Great-circle metres of a chord."""
    return 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, chord / (2 * EARTH_RADIUS_M)))


def lonlat(vector: Array) -> tuple[float, float]:
    """Degrees, longitude in [-180, 180), of one vector that is not at the centre."""
    x, y, z = (float(part) for part in vector)
    lon = float(np.degrees(np.arctan2(y, x)))
    return (-180.0 if lon >= 180.0 else lon), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def course_deg(a: Array, b: Array) -> Array:
    """Initial great-circle course from vectors `a` to `b`, degrees from north in [0, 360)."""
    north = np.stack([-a[:, 2] * a[:, 0], -a[:, 2] * a[:, 1], a[:, 0] ** 2 + a[:, 1] ** 2], axis=-1)
    east = np.stack([-a[:, 1], a[:, 0], np.zeros(len(a))], axis=-1)
    step = b - a
    reach = np.linalg.norm(a, axis=-1)
    return (
        np.degrees(np.arctan2((step * east).sum(axis=-1) * reach, (step * north).sum(axis=-1)))
        % 360.0
    )


MANY: Final = 50_000
"""Points from which on it is worth while to load the compiled kernels."""

LEAST_M: Final = 10.0
"""Of half a cube: the Earth then has fewer along an axis than the kernel's keys can tell apart."""

ROOM: Final = 65_536
"""Pairs that the kernel writes at once."""


def pairs(points: Array, metres: float, groups: Array) -> tuple[Array, Array]:
    """Rows (a, b) of all pairs of points (n, 3) of one group within `metres`, each once."""
    if len(points) < MANY:
        blocks = list(Cubes(points, metres, groups).pairs())
    else:
        blocks = list(_close(points, metres, groups))
    none = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([none, *(block[0] for block in blocks)]),
        np.concatenate([none, *(block[1] for block in blocks)]),
    )


def _close(points: Array, metres: float, groups: Array) -> Iterator[tuple[Array, Array]]:
    """The same by the compiled kernel, in blocks."""
    from noroshi.desks.sea.kernels.pairs import close

    since = groups - groups.min()
    # Of 16 bits numpy sorts by counting, which is ten times as fast.
    few = since.astype(np.uint16) if int(since.max()) < 1 << 16 else since
    order = np.argsort(few, kind="stable")
    new = np.flatnonzero(np.diff(groups[order])) + 1
    begins = np.concatenate([[0], new, [len(order)]]).astype(np.int64)
    most = int(np.diff(begins).max())
    bits = max(8, (2 * most - 1).bit_length())
    heads, chain = np.full(1 << bits, -1, dtype=np.int32), np.empty(most, dtype=np.int32)
    edge = 2 * max(metres, LEAST_M) * (1 + 1e-9)
    keys, done, room = np.empty(most, dtype=np.int64), np.zeros(1, dtype=np.int64), ROOM
    xyz = np.ascontiguousarray(points, dtype=np.float64).reshape(-1)
    while done[0] < len(begins) - 1:
        begun = int(done[0])
        a, b = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        count = close(
            begun, xyz, order, begins, metres, edge, bits, heads, chain, keys, a, b, done,
        )  # fmt: skip
        if int(done[0]) == begun:
            room *= 2  # one instant with so many pairs
            continue
        yield a[:count], b[:count]


class Cubes:
    """Points hashed into cubes of `edge_m`, for questions within that distance.

    Points of different `groups` (instants) never meet. Two cubes may share a hash, so candidates
    are checked for their very cube: else a pair could be found twice.
    """

    def __init__(self, points: Array, edge_m: float, groups: Array | None = None) -> None:
        self.points, self.edge_m = points, edge_m
        self._groups = np.zeros(len(points), dtype=np.int64) if groups is None else groups
        self._cells = np.floor(points / edge_m).astype(np.int64)
        keys = _keys(self._cells, self._groups)
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]

    def pairs(self) -> Iterator[tuple[Array, Array]]:
        """Blocks of (a, b): each pair of one group's points within `edge_m`, once."""
        for start in range(0, len(self.points), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(self.points)))
            for offset in _FORWARD:
                a, b = self._meet(self.points[rows], self._groups[rows], offset)
                a = rows[a]
                if offset == (0, 0, 0):
                    a, b = a[a < b], b[a < b]
                close = chord_m(self.points[a], self.points[b]) <= self.edge_m
                yield a[close], b[close]

    def _meet(
        self, queries: Array, groups: Array, offset: tuple[int, int, int]
    ) -> tuple[Array, Array]:
        """(query, point) candidates from the cubes that lie `offset` from each query's own."""
        cell = np.floor(queries / self.edge_m).astype(np.int64) + np.array(offset)
        keys = _keys(cell, groups)
        low = np.searchsorted(self._sorted, keys, "left")
        count = np.searchsorted(self._sorted, keys, "right") - low
        query = np.repeat(np.arange(len(queries)), count)
        within = np.arange(len(query)) - np.repeat(np.cumsum(count) - count, count)
        point = self._order[np.repeat(low, count) + within]
        same = (self._cells[point] == cell[query]).all(axis=1)
        same &= self._groups[point] == groups[query]
        return query[same], point[same]

    def around(self, queries: Array, groups: Array) -> Iterator[tuple[Array, Array]]:
        """Blocks of (query, point): each point within `edge_m` of a query of its group, once."""
        for start in range(0, len(queries), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(queries)))
            for offset in _AROUND:
                query, point = self._meet(queries[rows], groups[rows], offset)
                close = chord_m(queries[rows[query]], self.points[point]) <= self.edge_m
                yield rows[query[close]], point[close]

    def nearest(self, queries: Array) -> tuple[Array, Array]:
        """For each query the nearest point within `edge_m` (-1: none) and its arc in metres (inf).

        Of points equally near, the one of the lowest index.
        """
        if len(queries) >= MANY:
            return self._found(queries)
        best = np.full(len(queries), -1, dtype=np.int64)
        reach = np.full(len(queries), np.inf)
        for start in range(0, len(queries), _BLOCK):
            block = slice(start, start + _BLOCK)
            best[block], reach[block] = self._nearest(queries[block])
        return best, reach

    def _found(self, queries: Array) -> tuple[Array, Array]:
        """The same by the compiled kernel."""
        from noroshi.desks.sea.kernels.points import nearest

        bits, table, lists, members = self._lists
        best, reach = np.empty(len(queries), np.int64), np.full(len(queries), np.inf)
        nearest(
            np.ascontiguousarray(queries).reshape(-1), self.edge_m,
            np.ascontiguousarray(self.points).reshape(-1), bits, table, lists, members, best,
        )  # fmt: skip
        some = np.flatnonzero(best >= 0)
        reach[some] = arc_m(chord_m(queries[some], self.points[best[some]]))
        far = reach > self.edge_m
        best[far], reach[far] = -1, np.inf
        return best, reach

    @functools.cached_property
    def _lists(self) -> tuple[int, Array, Array, Array]:
        """Of every cube near any point those points, as the kernel wants them."""
        from noroshi.desks.sea.kernels.points import SHIFT

        beside = self._cells[:, np.newaxis] + np.array(_AROUND) + SHIFT
        numbers = (beside[..., 0] << 42 | beside[..., 1] << 21 | beside[..., 2]).reshape(-1)
        order = np.argsort(numbers, kind="stable")
        return *listed(numbers[order]), (order // len(_AROUND)).astype(np.int32)

    def _nearest(self, queries: Array) -> tuple[Array, Array]:
        groups = np.zeros(len(queries), dtype=np.int64)
        found = [self._meet(queries, groups, offset) for offset in _AROUND]
        query = np.concatenate([each[0] for each in found])
        point = np.concatenate([each[1] for each in found])
        arc = arc_m(chord_m(queries[query], self.points[point]))
        query, point, arc = (each[arc <= self.edge_m] for each in (query, point, arc))
        order = np.lexsort((point, arc, query))
        first = np.unique(query[order], return_index=True)[1]
        best = np.full(len(queries), -1, dtype=np.int64)
        reach = np.full(len(queries), np.inf)
        chosen = order[first]
        best[query[chosen]], reach[query[chosen]] = point[chosen], arc[chosen]
        return best, reach


def listed(numbers: Array) -> tuple[int, Array, Array]:
    """The table of cubes of the kernels (its bits, the cubes, where each one's list begins and
    ends) over the sorted numbers of the cubes that list something."""
    from noroshi.desks.sea.kernels.points import enter

    new = np.flatnonzero(np.diff(numbers, prepend=-1))
    bits = max(4, (2 * len(new)).bit_length())
    table, lists = np.full(1 << bits, -1, np.int64), np.empty(2 << bits, np.int64)
    enter(numbers[new], np.append(new, len(numbers)), bits, table, lists)
    return bits, table, lists


def _keys(cell: Array, groups: Array) -> Array:
    """A 64-bit hash of cube and group, by odd multipliers and wrap-around."""
    parts = (*cell.T, groups)
    keys = np.zeros(len(cell), dtype=np.uint64)
    for part, odd in zip(parts, _ODD, strict=True):
        keys = (keys ^ part.astype(np.uint64)) * odd
    return keys


_STEPS: Final = (-1, 0, 1)
_AROUND: Final = tuple(itertools.product(_STEPS, _STEPS, _STEPS))
"""A cube and its 26 neighbours."""

_FORWARD: Final = _AROUND[13:]
"""A cube and the half of its neighbours that come after it: every pair of cubes once."""

_ODD: Final = tuple(
    np.uint64(value)
    for value in (
        0x9E3779B97F4A7C15,
        0xBF58476D1CE4E5B9,
        0x94D049BB133111EB,
        0xD6E8FEB86659FD93,
    )
)
"""Odd multipliers of SplitMix64 and its kin (Steele, Lea and Flood 2014)."""

_BLOCK: Final = 8_192
"""Queries handled at once: bounds the candidate pairs held in memory."""


def mean_course(course: Array) -> float:
    """The circular mean of the courses that are known, whole degrees in 0–359; NaN of none."""
    angle = np.radians(course[np.isfinite(course)])
    if not len(angle):
        return math.nan
    mean = np.degrees(np.arctan2(np.sin(angle).sum(), np.cos(angle).sum()))
    return float(round(float(mean)) % 360)

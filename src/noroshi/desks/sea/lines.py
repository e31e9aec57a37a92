"""Cables and pipelines as segments in a grid: what is near, how far, and where legs cross them.

GeoJSON's edges are straight in degrees, so each is cut into segments of at most 20 km, along which
the great circle leaves that straight line by under two metres: 8 km from east to west at 57 degrees
of latitude.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.sea.sphere import listed, vectors
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.shape import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.asset import Asset, AssetGraph
    from noroshi.words.desk import Array

KINDS: Final = ("cable", "pipeline")
"""Kinds of assets that are crossed."""

SEGMENT_M: Final = 20_000.0
STRAIGHT_M: Final = 2.0
"""Longest segment, and how far one may leave the straight line in degrees."""

PIECE_M: Final = 1_000.0
"""Legs are walked in pieces of this; the cubes' lists allow for half of one."""

EDGE_M: Final = 12_000.0
"""Of a cube of the index: a ship is in one for a quarter of an hour or more, and has little to look
at there."""

BLOCK: Final = 1 << 16
"""Legs that the kernel walks at once."""


Block = tuple["Array", "Array", "Array", "Array", "Array", "Array"]
"""The kernel's columns: of legs near lines the leg, the line, where on the leg and the square of
the sine; of crossings the row of these, and how."""


class Crossed(msgspec.Struct, frozen=True):
    """Columns over the rows of `Near` that cross, in their order: the row, how many times, and of
    the first time where on the leg (0 to 1), at which angle (degrees, to 90), and 1 if from the
    left of the line as drawn, else -1."""

    row: Array
    times: Array
    at: Array
    angle_deg: Array
    side: Array


class Near(msgspec.Struct, frozen=True):
    """Columns over (leg, line) in reach, sorted by (line, leg): the row that the leg ends at, the
    index of the asset, where on the leg it was nearest (0 to 1) and the metres there, both in
    single precision, and which of these crossed."""

    leg: Array
    line: Array
    at: Array
    metres: Array
    crossed: Crossed


class Lines:
    """Assets that are lines, with the metres within which each is near."""

    def __init__(self, assets: tuple[Asset, ...], reach_m: tuple[float, ...]) -> None:
        self.assets = assets
        self.reach_m = np.array(reach_m)
        a, b, self._line = _segments(assets)
        reach = self.reach_m[self._line] / EARTH_RADIUS_M
        normal = np.cross(a, b)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        # A hair more, so that no rounding hides a segment at the very rim.
        rim = (2 * np.sin(reach / 2) + 1e-12)[:, np.newaxis]
        parts = (a, b, normal, np.cross(normal, a), np.cross(b, normal), rim)
        self._segments = np.concatenate(parts, axis=1).reshape(-1)
        # From the piece's middle to its end, and from arcs to their chords: 8 m of 20 km.
        wide = reach + (PIECE_M / 2 + 10.0) / EARTH_RADIUS_M
        self._index = _cubes(self._segments, wide)

    def metres(self, xyz: Array, line: Array) -> Array:
        """Metres from each vector (n, 3) to its line; inf well beyond the line's reach."""
        from noroshi.desks.sea.kernels.lines import to_line

        unit = xyz / np.linalg.norm(xyz, axis=1, keepdims=True)
        away2 = np.empty(len(line))
        to_line(
            unit.reshape(-1), line.astype(np.int64), away2, self._segments, self._line,
            *self._index,
        )  # fmt: skip
        sine = np.sqrt(np.minimum(away2, 1.0))
        return np.where(np.isinf(away2), np.inf, EARTH_RADIUS_M * np.arcsin(sine))

    def legs(self, xyz: Array, leg: Array) -> Near:
        """Of the legs that end at these rows of the vectors (n, 3), all that come near a line."""
        flat, leg = np.ascontiguousarray(xyz).reshape(-1), leg.astype(np.int64)
        blocks = list(self._walk(flat, leg))
        return _dealt(blocks, leg, len(self.assets))

    def _walk(self, xyz: Array, leg: Array) -> Iterator[Block]:
        """What the kernel finds in `BLOCK` legs after `BLOCK` legs."""
        from noroshi.desks.sea.kernels.crossing import CROSSING, STRIDE, WORK, legs

        work, flags = np.zeros(WORK * STRIDE), np.zeros(2 * STRIDE, np.uint8)
        legs_of, counts = np.zeros(2 * STRIDE, np.int32), np.zeros(2, np.int64)
        first, rows = 0, BLOCK
        while first < len(leg):
            last, latest = min(first + BLOCK, len(leg)), np.full(len(self.assets), -1)
            room = _room(rows)
            if not legs(
                first, last, xyz, 1 / EARTH_RADIUS_M, leg, PIECE_M / EARTH_RADIUS_M,
                self._segments, self._line, *self._index, work, flags, legs_of, latest, *room,
                counts,
            ):  # fmt: skip
                rows *= 2
                continue
            near, crossings = counts.tolist()
            leg_of, line, at, sine2, crossed, cross = room
            yield (
                leg_of[:near], line[:near], at[:near], sine2[:near],
                crossed[:crossings], cross.reshape(-1, CROSSING)[:crossings],
            )  # fmt: skip
            first = last


def _room(rows: int) -> Block:
    """For the kernel's columns, in as many rows: only what is written in takes memory."""
    from noroshi.desks.sea.kernels.crossing import CROSSING

    whole, real = (lambda: np.empty(rows, np.int32)), (lambda: np.empty(rows, np.float32))
    return whole(), whole(), real(), real(), whole(), np.empty(rows * CROSSING)


def _cubes(segments: Array, wide: Array) -> tuple[float, int, Array, Array, Array]:
    """The edge of the cubes, and which segments come within `wide` of each, for the kernels."""
    from noroshi.desks.sea.kernels.lines import spread

    edge = EDGE_M / EARTH_RADIUS_M
    numbers, members = np.empty(0, np.int64), np.empty(0, np.int32)
    many = spread(segments, wide, edge, numbers, members, 0)
    numbers, members = np.empty(many, np.int64), np.empty(many, np.int32)
    spread(segments, wide, edge, numbers, members, 1)
    order = np.argsort(numbers, kind="stable")
    return edge, *listed(numbers[order]), members[order]


@functools.lru_cache(maxsize=4)
def indexed(graph: AssetGraph, drawn_m: float, surveyed_m: float) -> Lines:
    """The cables and pipelines of a graph, indexed once."""
    chosen = tuple(
        each for _, each in sorted(graph.assets.items()) if each.kind in KINDS and lines(each)
    )
    return Lines(chosen, tuple(surveyed_m if each.surveyed else drawn_m for each in chosen))


def _dealt(blocks: list[Block], legs: Array, lines: int) -> Near:
    """The kernel's rows by line; those of each line come in order of legs."""
    from noroshi.desks.sea.kernels.lines import deal

    many = sum((np.bincount(each[1], minlength=lines) for each in blocks), np.zeros(lines, int))
    begin, rows = np.cumsum(many) - many, int(many.sum())
    leg, at, metres = np.empty(rows, np.int64), np.empty(rows, "f4"), np.empty(rows, "f4")
    row: list[Array] = [np.empty(0, np.int32)]
    how: list[Array] = [np.empty((0, 3))]
    for n, (each, line, share, sine2, crossed, cross) in enumerate(blocks):
        deal(
            n * BLOCK, legs, each, line, share, sine2, EARTH_RADIUS_M, begin, leg, at, metres
        )  # fmt: skip
        row.append(each[crossed])  # where the rows have gone
        how.append(cross)
    line = np.repeat(np.arange(lines, dtype=np.int32), many)
    return Near(leg, line, at, metres, _crossed(np.concatenate(row), np.concatenate(how)))


def _crossed(row: Array, cross: Array) -> Crossed:
    """The crossings of each row together."""
    order = np.lexsort((cross[:, 0], row))
    row = row[order]
    first = np.flatnonzero(np.diff(row, prepend=-1))
    at, cosine, side = cross[order[first]].T
    return Crossed(
        row[first],
        np.diff(first, append=len(row)),
        at,
        np.degrees(np.arccos(np.minimum(1.0, cosine))),
        side.astype(np.int64),
    )


def _segments(assets: tuple[Asset, ...]) -> tuple[Array, Array, Array]:
    """Both ends (n, 3) as unit vectors, and the index of the asset, of all segments in order."""
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
    both = np.concatenate(ends)
    return both[:, :3], both[:, 3:], np.concatenate(owner)


def _cut(points: Array) -> Array:
    """The line's points in degrees with more between them, straight in degrees. A step of over half
    the Earth in longitude goes the other way round."""
    step = np.diff(points[:, 0])
    points = points.copy()
    points[1:, 0] = points[0, 0] + np.cumsum((step + 180.0) % 360.0 - 180.0)
    made = [points[:1]]
    for a, b in itertools.pairwise(points):
        both = vectors(np.array([a[0], b[0]]), np.array([a[1], b[1]]))
        long = float(np.linalg.norm(both[1] - both[0]))
        middle = vectors(*((a + b) / 2)[:, np.newaxis])[0]
        great = both.sum(axis=0)
        size = float(np.linalg.norm(great))
        # What an arc is off its straight line shrinks by the square of the pieces.
        away = float(np.linalg.norm(great * (EARTH_RADIUS_M / size) - middle)) if size else long
        count = max(1, math.ceil(long / SEGMENT_M), math.ceil(math.sqrt(away / STRAIGHT_M)))
        share = (np.arange(count) + 1)[:, np.newaxis] / count
        made.append(a + (b - a) * share)
    return np.concatenate(made)

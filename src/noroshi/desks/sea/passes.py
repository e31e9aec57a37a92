"""Passes: every time a ship was at a cable or pipeline, and every crossing, between positions.

A ship is at an asset while it is within the asset's buffer. In and out are where the leg meets the
buffer's rim, found by halving; the crossing is where leg and line cross. Times between two
positions are as sure as the leg is short: `heard_every_s` says how long it took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from noroshi.desks.sea.lines import indexed
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.time import SECOND

if TYPE_CHECKING:
    from noroshi.desks.sea.lines import Lines, Near
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.asset import AssetGraph
    from noroshi.words.desk import Array

HALVINGS = 24
"""Of a leg of at most four hours: to the millisecond."""


class Pass(msgspec.Struct, frozen=True):
    """`vessel` was at `line` (index) from `t_in` to `t_out`, µs, on the legs between the rows
    `first` and `last`. Of the leg that ends at row `leg`, it crossed first, else was nearest,
    `share` of the way along."""

    vessel: int
    line: int
    first: int
    last: int
    t_in: int
    t_out: int
    leg: int
    share: float
    crossings: int
    closest_m: float
    t_closest: int
    angle_deg: float
    side: int


def passed(track: Tracks, graph: AssetGraph, parameters: Parameters) -> Passes:
    """Every pass of the cables and pipelines of a graph, and those lines."""
    lines = indexed(graph, parameters.cross_drawn_m, parameters.cross_surveyed_m)
    return lines, passes(track, lines, parameters)


def passes(track: Tracks, lines: Lines, parameters: Parameters) -> list[Pass]:
    """Every pass, sorted by (line, first row)."""
    leg = np.flatnonzero(track.leg_s <= parameters.cross_gap_s)
    if not len(lines.assets) or not len(leg):
        return []
    near = lines.legs(track.xyz, leg)
    if not len(near.leg):
        return []
    new = np.ones(len(near.leg), dtype=bool)
    new[1:] = (near.line[1:] != near.line[:-1]) | (near.leg[1:] != near.leg[:-1] + 1)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(new)) - 1
    t_in = _rim(track, lines, near, first, leaving=False)
    t_out = _rim(track, lines, near, last, leaving=True)
    pieces = list(zip(first.tolist(), last.tolist(), t_in.tolist(), t_out.tolist(), strict=True))
    return [_pass(track, near, group) for group in _groups(track, near, pieces, parameters)]


Passes = tuple["Lines", list[Pass]]

Piece = tuple[int, int, int, int]
"""First and last row of `Near`, in and out in µs."""


def _groups(
    track: Tracks, near: Near, pieces: list[Piece], parameters: Parameters
) -> list[list[Piece]]:
    """Pieces of one ship at one line with less than `cross_merge_s` and no silence between."""
    silent = np.cumsum(track.leg_s > parameters.cross_gap_s)
    groups: list[list[Piece]] = []
    for piece in pieces:
        before = groups[-1][-1] if groups else None
        if (
            before is not None
            and near.line[before[0]] == near.line[piece[0]]
            and silent[near.leg[before[1]]] == silent[near.leg[piece[0]]]
            and piece[2] - before[3] < parameters.cross_merge_s * SECOND
        ):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _pass(track: Tracks, near: Near, group: list[Piece]) -> Pass:
    first, last = group[0][0], group[-1][1]
    closest = first + int(np.argmin(near.metres[first : last + 1]))
    crossed = near.crossed
    begin, end = np.searchsorted(crossed.row, (first, last + 1)).tolist()
    row = int(crossed.row[begin]) if begin < end else closest
    return Pass(
        vessel=int(track.vessel[near.leg[row]]),
        line=int(near.line[row]),
        first=int(near.leg[first]) - 1,
        last=int(near.leg[last]),
        t_in=_second(group[0][2]),
        t_out=max(_second(group[-1][3]), _second(group[0][2]) + SECOND),
        leg=int(near.leg[row]),
        share=float(crossed.at[begin] if begin < end else near.at[row]),
        crossings=int(crossed.times[begin:end].sum()),
        closest_m=float(near.metres[closest]),
        t_closest=int(_time(track, near.leg[closest : closest + 1], near.at[closest])[0]),
        angle_deg=float(crossed.angle_deg[begin]) if begin < end else 0.0,
        side=int(crossed.side[begin]) if begin < end else 0,
    )


def _second(t: int) -> int:
    """To the next second: as fine as a crossing between two positions can be told."""
    return (t + SECOND // 2) // SECOND * SECOND


def point(track: Tracks, leg: Array, share: Array) -> Array:
    """Vectors (n, 3) `share` of the way along the legs that end at rows `leg`."""
    share = share[:, np.newaxis]
    between = track.xyz[leg - 1] * (1 - share) + track.xyz[leg] * share
    return between * (EARTH_RADIUS_M / np.linalg.norm(between, axis=1, keepdims=True))


def _time(track: Tracks, leg: Array, share: Array) -> Array:
    before = track.t[leg - 1]
    return before + np.rint((track.t[leg] - before) * share).astype(np.int64)


def _rim(track: Tracks, lines: Lines, near: Near, rows: Array, *, leaving: bool) -> Array:
    """µs at which the leg of each of `rows` comes into reach of its line, or leaves it: where an
    end of the leg is in reach, the time of that end."""
    leg, line = near.leg[rows], near.line[rows]
    reach = lines.reach_m[line]
    inside = near.at[rows].astype(np.float64)
    outside = np.full(len(rows), 1.0 if leaving else 0.0)
    ends_in = lines.metres(track.xyz[leg if leaving else leg - 1], line) <= reach
    inside[ends_in] = outside[ends_in]
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        within = lines.metres(point(track, leg, middle), line) <= reach
        inside = np.where(within, middle, inside)
        outside = np.where(within, outside, middle)
    return _time(track, leg, inside)

"""Coverage at cables and pipelines: where and when a ship that crossed would have been heard.

A stretch of an asset is covered in an hour in which at least `gap_witnesses` identities were heard
within `gap_near_m` of it, which is what a `gap` asks for before it calls a silence the ship's own.
The quality of an hour is the share of the asset's stretches that are covered: who was heard at one
end of a long cable proves nothing of the other.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.desks.sea.lines import KINDS
from noroshi.desks.sea.sphere import Cubes, vectors
from noroshi.desks.sea.tracks import heard
from noroshi.words.desk import Covered
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.shape import lines
from noroshi.words.time import DAY, HOUR, MINUTE, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.state import State
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.asset import Asset
    from noroshi.words.desk import Array

KIND: Final = "crossing"
STEPS: Final = 10
"""Quality is told in tenths, rounded down: no more than was shown."""
OFTEN: Final = 10 * MINUTE
"""Of each identity one position in so many µs is looked at."""
DEGREE_M: Final = math.radians(1.0) * EARTH_RADIUS_M
"""Of latitude, on the sphere."""


def covered(state: State) -> Iterator[Covered]:
    """The coverage that the held positions show, by asset and time: spans of one quality within one
    day of UTC. The latest hour is left out, as it may not be over."""
    apart_m: float = state.context.parameters.gap_near_m
    graph = sorted(state.context.assets.assets.items())
    placed = ((name, _stretches(each, apart_m)) for name, each in graph if each.kind in KINDS)
    along = {name: points for name, points in placed if len(points)}
    track = heard(state)
    if not along or not len(track.t):
        return
    first = int(track.t.min()) // HOUR
    hours = int(track.t.max()) // HOUR - first
    if not hours:
        return
    several = _several(state, track, np.concatenate([*along.values()]), first, hours)
    begun = 0  # where the asset's points begin among all
    for name, points in along.items():
        low, high = np.searchsorted(several, [begun * hours, (begun + len(points)) * hours])
        begun += len(points)
        many: Array = np.bincount(several[low:high] % hours, minlength=hours)
        for begin, end, tenths in _spells(many * STEPS // len(points), first):
            span = Span((first + begin) * HOUR, (first + end) * HOUR, "h")
            yield Covered(KIND, name, span, tenths / STEPS)


def _several(state: State, track: Tracks, points: Array, first: int, hours: int) -> Array:
    """Every point · hours + hour in which enough identities were heard near that point."""
    parameters = state.context.parameters
    rows, identity = _some(track)
    rows, identity = (each[track.t[rows] // HOUR < first + hours] for each in (rows, identity))
    hour, names = track.t[rows] // HOUR - first, len(track.subjects)
    near = [np.zeros(0, np.int64)]
    cubes = Cubes(points, parameters.gap_near_m)
    for query, point in cubes.around(track.xyz[rows], np.zeros(len(rows), np.int64)):
        near.append(np.unique((point * hours + hour[query]) * names + identity[query]))
    found, count = np.unique(np.unique(np.concatenate(near)) // names, return_counts=True)
    return found[count >= parameters.gap_witnesses]


def _some(track: Tracks) -> tuple[Array, Array]:
    """The first position of each track in every `OFTEN`, and whose it is."""
    new = np.ones(len(track.t), bool)
    slot = track.t // OFTEN
    new[1:] = (track.vessel[1:] != track.vessel[:-1]) | (slot[1:] != slot[:-1])
    rows = np.flatnonzero(new)
    return rows, track.identities()[track.vessel[rows]]


def _stretches(asset: Asset, apart_m: float) -> Array:
    """Points along the asset's lines, at most `apart_m` from one to the next, shape (n, 3)."""
    found: list[Array] = []
    for line in lines(asset):
        ends = np.array([point[:2] for point in line], np.float64)
        for (lon, lat), (lon_to, lat_to) in itertools.pairwise(ends.tolist()):
            lon_to -= 360 * round((lon_to - lon) / 360)  # the short way round
            wide = (lon_to - lon) * np.cos(np.radians((lat + lat_to) / 2))
            metres = float(np.hypot(wide, lat_to - lat)) * DEGREE_M
            share = np.linspace(0, 1, max(1, int(np.ceil(metres / apart_m))) + 1)
            found.append(vectors(lon + share * (lon_to - lon), lat + share * (lat_to - lat)))
    return np.unique(np.concatenate(found), axis=0) if found else np.empty((0, 3))


def _spells(tenths: Array, first: int) -> Iterator[tuple[int, int, int]]:
    """Runs of hours of one quality above 0, and which, cut where a day ends."""
    day = (np.arange(len(tenths)) + first) // (DAY // HOUR)
    cut = np.flatnonzero((np.diff(tenths) != 0) | (np.diff(day) != 0)) + 1
    edges = [0, *cut.tolist(), len(tenths)]
    for begin, end in itertools.pairwise(edges):
        if tenths[begin]:
            yield begin, end, int(tenths[begin])

"""Stops: a vessel that lies still.

Begin and end by speed with hysteresis and by spread, after GFW's anchorages_pipeline; where the
vessel gave no speed, its positions do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sphere import MANY, chord_m
from noroshi.desks.sea.tracks import Tracks, hysteresis, runs, speed_kn

if TYPE_CHECKING:
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.words.desk import Array


def stationary(track: Tracks, parameters: Parameters) -> Array:
    """(first, last) rows of every time a vessel lay still, however short. Shape (n, 2).

    A run begins below `slow_kn`, ends above `fast_kn`, after `stop_gap_s` of silence, or where a
    position is more than `stop_spread_m` from the run's first; the next run begins there.
    """
    if len(track.t) >= MANY:
        return _rests(track, parameters)
    speed = speed_kn(track, parameters.stop_gap_s)
    breaks = track.leg_s > parameters.stop_gap_s
    still = hysteresis(speed < parameters.slow_kn, speed > parameters.fast_kn, breaks)
    found = runs(still, breaks)
    wide = _wide(track.xyz, found, parameters.stop_spread_m)
    cut = [
        piece
        for first, last in found[wide].tolist()
        for piece in _within(track.xyz, first, last, parameters.stop_spread_m)
    ]
    pieces = np.concatenate([found[~wide], np.array(cut, dtype=np.int64).reshape(-1, 2)])
    return pieces[np.argsort(pieces[:, 0])]


def _rests(track: Tracks, parameters: Parameters) -> Array:
    """The same by the compiled kernel."""
    from noroshi.desks.sea.kernels.steps import rests

    first, last = (np.empty(len(track.t), dtype=np.int64) for _ in range(2))
    count = rests(
        track.sog_kn, track.leg_m, track.leg_s, np.ascontiguousarray(track.xyz).reshape(-1),
        parameters.stop_gap_s, parameters.slow_kn, parameters.fast_kn, parameters.stop_spread_m,
        KNOT_MS, first, last,
    )  # fmt: skip
    return np.stack([first[:count], last[:count]], axis=1)


def _wide(xyz: Array, found: Array, spread_m: float) -> Array:
    """Whether any row of each (first, last) is more than `spread_m` from the first."""
    count = found[:, 1] - found[:, 0] + 1
    first = np.repeat(found[:, 0], count)
    row = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count) + first
    away = chord_m(xyz[row], xyz[first]) > spread_m
    return np.bincount(np.repeat(np.arange(len(found)), count)[away], minlength=len(found)) > 0


def lasting(track: Tracks, rows: Array, seconds: float) -> Array:
    """Those of (first, last) that last at least `seconds`."""
    return rows[(track.t[rows[:, 1]] - track.t[rows[:, 0]]) >= seconds * 1e6]


def _within(xyz: Array, first: int, last: int, spread_m: float) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    while first <= last:
        away = chord_m(xyz[first : last + 1], xyz[first]) > spread_m
        end = first + int(np.argmax(away)) - 1 if away.any() else last
        pieces.append((first, end))
        first = end + 1
    return pieces

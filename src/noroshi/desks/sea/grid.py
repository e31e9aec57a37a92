"""Vessels at common instants: each leg read every ten minutes, so that pairs can be compared.

After GFW's pipe-encounters: positions are interpolated along a leg unless it is longer than an
hour or no ship could have made it; nothing is extrapolated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sphere import chord_m, course_deg
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.time import SECOND

if TYPE_CHECKING:
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array


class Grid(msgspec.Struct, frozen=True):
    """Columns over (vessel, slot), sorted by it; slot × `step` is the instant, µs UTC.

    `identity` is that of the vessel
    (`Tracks.identities`). `before` and `after` are the track rows between which the position was
    read. `kn` and `course` are of the step to the next slot of the same vessel, nan where there is
    none.
    """

    vessel: Array
    identity: Array
    slot: Array
    xyz: Array
    before: Array
    after: Array
    kn: Array
    course: Array
    step: int


def resample(track: Tracks, parameters: Parameters) -> Grid:
    """The tracks on the time grid."""
    step = parameters.step_s * SECOND
    end = np.flatnonzero(track.leg_s <= parameters.step_gap_s)
    low = -(-track.t[end - 1] // step)
    count = np.maximum(0, -(-track.t[end] // step) - low)
    after = np.repeat(end, count)
    slot = np.arange(len(after)) - np.repeat(np.cumsum(count) - count, count)
    slot += np.repeat(low, count)
    before = after - 1
    exact = _last_exact(track, step, parameters.step_gap_s)
    before, after = np.concatenate([before, exact]), np.concatenate([after, exact])
    slot = np.concatenate([slot, track.t[exact] // step])
    order = np.lexsort((slot, track.vessel[after]))
    before, after, slot = before[order], after[order], slot[order]
    xyz = _between(track, before, after, slot * step)
    vessel = track.vessel[after]
    kn, course = _moves(vessel, slot, xyz, parameters.step_s)
    identity = track.identities()[vessel]
    return Grid(vessel, identity, slot, xyz, before, after, kn, course, step)


def _last_exact(track: Tracks, step: int, gap_s: int) -> Array:
    """Rows on a slot's very instant that no leg begins at: slots are read from a leg's start
    up to, not including, its end."""
    if not len(track.t):
        return np.empty(0, dtype=np.int64)
    closed = np.ones(len(track.t), dtype=bool)
    closed[:-1] = track.leg_s[1:] > gap_s
    return np.flatnonzero(closed & (track.t % step == 0))


def _between(track: Tracks, before: Array, after: Array, at: Array) -> Array:
    whole = np.maximum(track.t[after] - track.t[before], 1)
    share = ((at - track.t[before]) / whole)[:, np.newaxis]
    point = track.xyz[before] * (1 - share) + track.xyz[after] * share
    return point * (EARTH_RADIUS_M / np.linalg.norm(point, axis=1, keepdims=True))


def _moves(vessel: Array, slot: Array, xyz: Array, step_s: int) -> tuple[Array, Array]:
    kn, course = np.full(len(slot), np.nan), np.full(len(slot), np.nan)
    if len(slot) > 1:
        next_ = (vessel[1:] == vessel[:-1]) & (slot[1:] == slot[:-1] + 1)
        metres = chord_m(xyz[1:], xyz[:-1])
        kn[:-1] = np.where(next_, metres / step_s / KNOT_MS, np.nan)
        course[:-1] = np.where(next_, course_deg(xyz[:-1], xyz[1:]), np.nan)
    return kn, course

"""Tracks: every vessel's positions in order, and the legs between them.

A leg is what lies between a position and the one before it of the same vessel. Legs that no ship
could have made cut the track; a single position that only such legs reach is dropped first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.sea.parameters import KNOT_MS, Parameters
from noroshi.desks.sea.sphere import arc_m, chord_m, vectors
from noroshi.words.time import MS, SECOND

if TYPE_CHECKING:
    from noroshi.desks.sea.state import State
    from noroshi.words.desk import Array
    from noroshi.words.time import Precision

PRECISIONS: Final[tuple[Precision, ...]] = ("ms", "s", "min", "h", "day")
"""What the codes of column `precision` mean."""

STEPS: Final = np.array([MS, SECOND, 60 * SECOND, 3600 * SECOND, 86400 * SECOND])
"""The same as µs."""


class Tracks(msgspec.Struct, frozen=True):
    """Columns over positions sorted by (vessel, t). `vessel` indexes `subjects`, which is sorted.

    `leg_m`, `leg_s`: of the leg that ends here, inf where a track starts. `held`: the row of the
    state's table. `xyz`: earth-centred metres.
    """

    subjects: tuple[str, ...]
    vessel: Array
    t: Array
    lon: Array
    lat: Array
    xyz: Array
    sog_kn: Array
    precision: Array
    leg_m: Array
    leg_s: Array
    held: Array

    def starts(self) -> Array:
        """Where a track starts: no leg leads here."""
        return np.isinf(self.leg_s)


def heard(state: State) -> Tracks:
    """The held positions as tracks, wild ones as well."""
    table = state.table()
    subjects = sorted(state.subjects)
    rank = np.empty(len(subjects), dtype=np.int64)
    rank[[state.subjects[name] for name in subjects]] = np.arange(len(subjects))
    vessel = rank[table["subject"]]
    held = np.lexsort((table["t"], vessel))
    vessel, xyz = vessel[held], vectors(table["lon"], table["lat"])[held]
    t, precision = table["t"][held], table["precision"][held]
    leg_m, leg_s = _legs(vessel, t, precision, xyz, state.context.parameters)
    return Tracks(
        subjects=tuple(subjects),
        vessel=vessel,
        t=t,
        lon=table["lon"][held],
        lat=table["lat"][held],
        xyz=xyz,
        sog_kn=table["sog_kn"][held],
        precision=precision,
        leg_m=leg_m,
        leg_s=leg_s,
        held=held,
    )


def sound(track: Tracks, parameters: Parameters) -> Tracks:
    """The tracks without single wild positions."""
    kept = ~_outliers(track.vessel, track.t, track.precision, track.xyz, parameters)
    if kept.all():
        return track
    columns = {
        name: getattr(track, name)[kept]
        for name in ("vessel", "t", "lon", "lat", "xyz", "sog_kn", "precision", "held")
    }
    leg_m, leg_s = _legs(
        columns["vessel"], columns["t"], columns["precision"], columns["xyz"], parameters
    )
    return Tracks(track.subjects, **columns, leg_m=leg_m, leg_s=leg_s)


def possible(metres: Array, seconds: Array, slack_s: Array, parameters: Parameters) -> Array:
    """Whether one ship can have made each leg; `slack_s` is how far the clock may be out."""
    reach = parameters.jump_kn * KNOT_MS * (seconds + slack_s)
    return (metres <= parameters.jump_m) | (metres <= reach)


def _legs(
    vessel: Array, t: Array, precision: Array, xyz: Array, parameters: Parameters
) -> tuple[Array, Array]:
    metres, seconds = np.full(len(t), np.inf), np.full(len(t), np.inf)
    leg = arc_m(chord_m(xyz[1:], xyz[:-1]))
    gap = np.diff(t) / SECOND
    slack = (STEPS[precision[1:]] + STEPS[precision[:-1]]) / SECOND
    sound = (np.diff(vessel) == 0) & possible(leg, gap, slack, parameters)
    metres[1:][sound], seconds[1:][sound] = leg[sound], gap[sound]
    return metres, seconds


def _outliers(
    vessel: Array, t: Array, precision: Array, xyz: Array, parameters: Parameters
) -> Array:
    """Positions that no leg reaches or leaves while the track goes on without them."""
    found = np.zeros(len(t), dtype=bool)
    if len(t) < 3:
        return found
    starts = np.isinf(_legs(vessel, t, precision, xyz, parameters)[1])
    over = arc_m(chord_m(xyz[2:], xyz[:-2]))
    slack = (STEPS[precision[2:]] + STEPS[precision[:-2]]) / SECOND
    joins = possible(over, (t[2:] - t[:-2]) / SECOND, slack, parameters)
    found[1:-1] = starts[1:-1] & starts[2:] & joins & (vessel[2:] == vessel[:-2])
    found[1:] &= ~found[:-1].copy()
    return found


def speed_kn(track: Tracks, gap_s: float) -> Array:
    """Each position's speed: as the vessel reported it, else of the slower of the two legs that
    meet here (a ship that stops or sails is at rest at one side); nan where neither is known."""
    seconds = np.where(track.leg_s <= gap_s, track.leg_s, np.nan)
    into = np.full(len(track.t) + 1, np.nan)
    into[:-1] = track.leg_m / np.maximum(seconds, 1.0) / KNOT_MS
    derived = np.fmin(into[:-1], into[1:])
    return np.where(np.isnan(track.sog_kn), derived, track.sog_kn)


def runs(inside: Array, breaks: Array) -> Array:
    """(first, last) row of each maximal run of `inside`; a row in `breaks` starts a new one.
    Shape (n, 2), `last` included."""
    before = np.concatenate([[False], inside[:-1]])
    after = np.concatenate([inside[1:] & ~breaks[1:], [False]])
    first = np.flatnonzero(inside & (breaks | ~before))
    last = np.flatnonzero(inside & ~after)
    return np.stack([first, last], axis=1)


def hysteresis(on: Array, off: Array, breaks: Array) -> Array:
    """Whether each row is inside: from a row that is `on` until one that is `off`, with memory
    ending at `breaks`."""
    mark = np.where(on, 1, np.where(off | breaks, -1, 0))
    latest = np.maximum.accumulate(np.where(mark != 0, np.arange(len(mark)), 0))
    return mark[latest] == 1 if len(mark) else np.zeros(0, dtype=bool)

"""Tracks: every vessel's positions in order, and the legs between them.

A leg is what lies between a position and the one before it of the same track. An identity that
several ships send has several tracks (`attach`), and positions that fit none are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.sea.parameters import KNOT_MS, Parameters
from noroshi.desks.sea.sphere import MANY, arc_m, chord_m, vectors
from noroshi.words.place import EARTH_RADIUS_M
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
    """Columns over positions sorted by (vessel, t). `vessel` indexes `subjects`, which is sorted:
    several tracks of one identity are several vessels, whose subjects are equal.

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
    cog_deg: Array
    precision: Array
    leg_m: Array
    leg_s: Array
    held: Array

    def starts(self) -> Array:
        """Where a track starts: no leg leads here."""
        return np.isinf(self.leg_s)

    def identities(self) -> Array:
        """Of each vessel the number of its identity: equal for tracks of one."""
        names = np.array(self.subjects, dtype=np.str_)
        new = np.ones(len(names), dtype=np.int64)
        new[1:] = names[1:] != names[:-1]
        return np.cumsum(new) - 1


def heard(state: State) -> Tracks:
    """The held positions as one track for each identity, wild ones as well."""
    table = state.table()
    if state.heard is None or state.heard[0] is not table:
        state.heard = table, _heard(table, state)
    return state.heard[1]


def _heard(table: dict[str, Array], state: State) -> Tracks:
    subjects = sorted(state.subjects)
    held, vessel = _by_name(table["subject"], [state.subjects[name] for name in subjects])
    lon, lat, t, precision = (table[name][held] for name in ("lon", "lat", "t", "precision"))
    xyz = vectors(lon, lat)
    leg_m, leg_s = legs(vessel, t, precision, xyz, state.context.parameters)
    return Tracks(
        subjects=tuple(subjects),
        vessel=vessel,
        t=t,
        lon=lon,
        lat=lat,
        xyz=xyz,
        sog_kn=table["sog_kn"][held],
        cog_deg=table["cog_deg"][held],
        precision=precision,
        leg_m=leg_m,
        leg_s=leg_s,
        held=held,
    )


def _by_name(subject: Array, numbers: list[int]) -> tuple[Array, Array]:
    """The rows of a table, which is sorted by (subject number, t), in the order of `numbers`; and
    the place of each row's subject in it."""
    count = np.bincount(subject, minlength=len(numbers))
    begin = np.cumsum(count) - count
    count, begin = count[numbers], begin[numbers]
    vessel = np.repeat(np.arange(len(numbers)), count)
    return np.arange(len(vessel)) + np.repeat(begin - (np.cumsum(count) - count), count), vessel


_COLUMNS: Final = ("t", "lon", "lat", "xyz", "sog_kn", "cog_deg", "precision", "held")


def sound(
    track: Tracks, segment: Array, parameters: Parameters, false: Array | None = None
) -> Tracks:
    """The tracks with each identity's segments apart, without those of fewer than `leap_messages`
    positions: what is neither confirmed nor contradicted is an error of the radio. An identity of
    which nothing is confirmed keeps all. Rows that are `false` are left out in any case."""
    dropped = np.zeros(len(segment), dtype=bool) if false is None else false
    if not segment.any() and not dropped.any():
        return track
    wide = int(segment.max()) + 1
    key = track.vessel * wide + segment
    long: Array = np.bincount(key)[key] >= parameters.leap_messages
    confirmed = np.zeros(len(track.subjects), dtype=bool)
    confirmed[track.vessel[long]] = True
    kept = np.flatnonzero((long | ~confirmed[track.vessel]) & ~dropped)
    kept = kept[np.lexsort((kept, key[kept]))]
    unique: tuple[Array, Array] = np.unique(key[kept], return_inverse=True)
    vessel: Array = unique[1]
    names = [int(each) for each in unique[0] // wide]
    columns = {name: getattr(track, name)[kept] for name in _COLUMNS}
    leg_m, leg_s = legs(vessel, columns["t"], columns["precision"], columns["xyz"], parameters)
    subjects = tuple(track.subjects[each] for each in names)
    return Tracks(subjects, vessel, **columns, leg_m=leg_m, leg_s=leg_s)


def possible(metres: Array, seconds: Array, slack_s: Array, parameters: Parameters) -> Array:
    """Whether one ship can have made each leg; `slack_s` is how far the clock may be out."""
    reach = parameters.jump_kn * KNOT_MS * (seconds + slack_s)
    return (metres <= parameters.jump_m) | (metres <= reach)


def legs(
    vessel: Array, t: Array, precision: Array, xyz: Array, parameters: Parameters
) -> tuple[Array, Array]:
    """Metres and seconds of the leg that ends at each row; inf where there is none that one ship
    can have made."""
    if len(t) >= MANY:
        return _compiled(vessel, t, precision, xyz, parameters)
    metres, seconds = np.full(len(t), np.inf), np.full(len(t), np.inf)
    leg = arc_m(chord_m(xyz[1:], xyz[:-1]))
    gap = np.diff(t) / SECOND
    slack = (STEPS[precision[1:]] + STEPS[precision[:-1]]) / SECOND
    sound = (np.diff(vessel) == 0) & possible(leg, gap, slack, parameters)
    metres[1:][sound], seconds[1:][sound] = leg[sound], gap[sound]
    return metres, seconds


def _compiled(
    vessel: Array, t: Array, precision: Array, xyz: Array, parameters: Parameters
) -> tuple[Array, Array]:
    """The same by the compiled kernel."""
    from noroshi.desks.sea.kernels.steps import legs

    metres, seconds = np.empty(len(t)), np.empty(len(t))
    legs(
        vessel.astype(np.int64, copy=False), t, (STEPS / SECOND)[precision],
        np.ascontiguousarray(xyz).reshape(-1), EARTH_RADIUS_M, parameters.jump_kn * KNOT_MS,
        parameters.jump_m, metres, seconds,
    )  # fmt: skip
    return metres, seconds


def velocity(track: Tracks, rows: slice | Array) -> Array:
    """Metres a second in space, shape (n, 3), by the speed and course that a ship reported; nan
    where it did not."""
    xyz, course = track.xyz[rows], np.radians(track.cog_deg[rows].astype(np.float64))
    east = np.stack([-xyz[:, 1], xyz[:, 0], np.zeros(len(xyz))], axis=-1)
    east /= np.maximum(np.linalg.norm(east, axis=1, keepdims=True), 1e-9)
    north = np.cross(xyz, east) / np.linalg.norm(xyz, axis=1, keepdims=True)
    speed = track.sog_kn[rows].astype(np.float64) * KNOT_MS
    return speed[:, np.newaxis] * (
        np.sin(course)[:, np.newaxis] * east + np.cos(course)[:, np.newaxis] * north
    )


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

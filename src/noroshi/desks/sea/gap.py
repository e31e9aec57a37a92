"""Gaps: a vessel that was heard, then not, where others were heard meanwhile.

Silence says something of a ship only where it could have been heard. A gap is *likely* a silence of
the ship where others near its last position were heard during it and it was itself heard
often before (after Welch et al. 2022, doi:10.1126/sciadv.abq2109, who ask for 14 positions in the
12 h before); *possible* where others were heard and it was not; *coverage* where no others were, or
none where the ship was going: it sailed out of reach. An *open* one needs somebody who was heard
there when it had lasted long enough, as a log may end there, or a feed. Where most of those who
were heard there in the hour before fall silent as well, it is the receiver that does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sphere import Cubes, arc_m, chord_m
from noroshi.desks.sea.tracks import velocity
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array

CLASSES: Final = ("", "coverage", "possible", "likely")
"""By number, as `gap_class` counts them."""


class Silences(msgspec.Struct, frozen=True):
    """Columns over silences: `off` the row last heard, `until` µs (the next position, or the end of
    all that is held), `open` whether the vessel was never heard again."""

    off: Array
    until: Array
    open: Array


class Pairs(msgspec.Struct, frozen=True):
    """Columns over pairs of a silence and an identity, of `silences` silences."""

    silence: Array
    identity: Array
    silences: int

    def many(self) -> Array:
        """Identities of each silence."""
        return np.bincount(self.silence, minlength=self.silences)


def gaps(track: Tracks, parameters: Parameters) -> Iterator[Seen]:
    """Every gap of at least the class asked for."""
    silent = silences(track, parameters)
    before = _before(track, silent.off, parameters.gap_before_s * SECOND)
    here, there = track.xyz[silent.off], _ahead(track, silent.off, parameters)
    began = track.t[silent.off]
    # Who falls silent and returns with the ship shows an outage of the receiver.
    low = began + parameters.gap_margin_s * SECOND
    high = np.minimum(
        silent.until - parameters.gap_margin_s * SECOND, began + parameters.gap_look_s * SECOND
    )
    due = began + parameters.gap_min_s * SECOND
    others, ahead, later = (
        _heard(track, place, since, high, parameters).many()
        for place, since in ((here, low), (there, low), (here, due))
    )
    nearby, too = _silent_too(track, silent, here, parameters)
    failed = (too >= parameters.gap_witnesses) & (too > parameters.gap_together * nearby)
    often = before >= parameters.gap_before
    heard = (others >= parameters.gap_witnesses) & (ahead > 0) & ((later > 0) | ~silent.open)
    heard &= ~failed
    grade = np.where(heard, np.where(often, 3, 2), 1)
    for each in np.flatnonzero(grade >= parameters.gap_class).tolist():
        off, still = int(silent.off[each]), bool(silent.open[each])
        measures = {
            "duration_h": round(int(silent.until[each] - track.t[off]) / HOUR, 2),
            "class": CLASSES[int(grade[each])],
            "state": "open" if still else "closed",
            "witnesses": int(others[each]),
            "witnesses_ahead": int(ahead[each]),
            "nearby": int(nearby[each]),
            "silent_too": int(too[each]),
            "before": int(before[each]),
            "least_h": round(parameters.gap_min_s / 3600, 2),
            "near_km": parameters.gap_near_m / 1000,
            "witnesses_needed": parameters.gap_witnesses,
            "ahead_h": round(parameters.gap_ahead_s / 3600, 2),
            "before_needed": parameters.gap_before,
            "before_h": round(parameters.gap_before_s / 3600, 2),
        }
        on = off if still else off + 1
        if not still:
            metres = float(arc_m(chord_m(track.xyz[on], track.xyz[off])))
            measures["away_km"] = round(metres / 1000, 2)
            measures["implied_kn"] = round(metres / float(track.leg_s[on]) / KNOT_MS, 2)
        yield Seen("gap", ((off, on),), off, measures)


def silences(track: Tracks, parameters: Parameters) -> Silences:
    """Where a vessel was silent for `gap_min_s`: between two positions that a ship can have joined,
    or from its last one on; not of an identity that was heard on another track meanwhile."""
    least = parameters.gap_min_s
    last = np.ones(len(track.t), dtype=bool)
    last[:-1] = track.vessel[1:] != track.vessel[:-1]
    long = np.isfinite(track.leg_s[1:]) & (track.leg_s[1:] >= least)
    closed, end = np.flatnonzero(long), int(track.t.max())
    tail = np.flatnonzero(last & (end - track.t >= least * SECOND))
    off = np.concatenate([closed, tail])
    until = np.concatenate([track.t[closed + 1], np.full(len(tail), end)])
    still = np.repeat([False, True], [len(closed), len(tail)])
    silent = _heard_between(track, off, until + still) == 0
    return Silences(off[silent], until[silent], still[silent])


def _heard_between(track: Tracks, off: Array, until: Array) -> Array:
    """Positions of the identity of each row of `off` after it and before `until` µs. Only an
    identity that has several tracks can have been heard between two positions of one."""
    found = np.zeros(len(off), dtype=np.int64)
    of = track.identities().astype(np.int64)
    several = (np.bincount(of) > 1)[of]
    asked = np.flatnonzero(several[track.vessel[off]])
    if not len(asked):
        return found
    rows, off, until = np.flatnonzero(several[track.vessel]), off[asked], until[asked]
    first = int(track.t.min())
    since = track.t - first
    wide = int(since.max()) + 2
    identity = of[track.vessel] * wide
    key = np.sort(identity[rows] + since[rows])
    after = np.searchsorted(key, identity[off] + since[off], "right")
    found[asked] = np.searchsorted(key, identity[off] + until - first, "left") - after
    return found


def _before(track: Tracks, off: Array, span: int) -> Array:
    """Positions of the same vessel in the `span` µs up to and with each row of `off`."""
    since = track.t - int(track.t.min())
    wide = int(since.max()) + 1
    key = track.vessel.astype(np.int64) * wide + since
    floor = np.maximum(key[off] - span, track.vessel[off].astype(np.int64) * wide)
    return off - np.searchsorted(key, floor) + 1


def _ahead(track: Tracks, off: Array, parameters: Parameters) -> Array:
    """Where each vessel would be `gap_ahead_s` after it was last heard, by the speed and course
    that it reported, else by its last leg; where it was, if it lay still or that is not known."""
    course: Array = np.nan_to_num(velocity(track, off), nan=np.inf)
    leg: Array = np.isinf(course[:, 0])
    short = leg & (track.leg_s[off] <= parameters.step_gap_s) & (track.leg_s[off] > 0)
    made = np.zeros((len(off), 3))
    made[short] = track.xyz[off[short]] - track.xyz[off[short] - 1]
    made[short] /= track.leg_s[off[short]][:, np.newaxis]
    made = np.where(leg[:, np.newaxis], made, course)
    made[np.sqrt((made**2).sum(axis=1)) < parameters.company_min_kn * KNOT_MS] = 0.0
    point = track.xyz[off] + made * parameters.gap_ahead_s
    return point * (EARTH_RADIUS_M / np.sqrt((point**2).sum(axis=1))[:, np.newaxis])


def _heard(track: Tracks, place: Array, low: Array, high: Array, parameters: Parameters) -> Pairs:
    """Which identities were heard within `gap_near_m` of `place[i]` from `low[i]` to `high[i]` µs.

    Positions are hashed by place and by bins of `gap_min_s`.
    """
    wide = parameters.gap_min_s * SECOND
    bins = np.maximum(0, high // wide - low // wide + 1)
    gap = np.repeat(np.arange(len(bins)), bins)
    slot = np.arange(len(gap)) - np.repeat(np.cumsum(bins) - bins, bins) + low[gap] // wide
    rows = _about(track.t // wide, slot)
    t, identity = track.t[rows], track.identities()[track.vessel[rows]]
    cubes = Cubes(track.xyz[rows], parameters.gap_near_m, t // wide)
    many, heard = len(track.subjects), np.zeros(0, dtype=np.int64)
    for query, point in cubes.around(place[gap], slot):
        which = gap[query]
        during = (t[point] >= low[which]) & (t[point] <= high[which])
        found = which[during] * many + identity[point[during]]
        heard = np.unique(np.concatenate([heard, found]))
    return Pairs(heard // many, heard % many, len(bins))


def _silent_too(
    track: Tracks, silent: Silences, place: Array, parameters: Parameters
) -> tuple[Array, Array]:
    """Of how many others heard nearby in the hour before each silence, how many were heard nowhere
    from `gap_margin_s` after it began until it had lasted `gap_min_s`."""
    began = track.t[silent.off]
    near = _heard(track, place, began - HOUR, began, parameters)
    of = track.identities().astype(np.int64)
    others = near.identity != of[track.vessel[silent.off]][near.silence]
    silence, identity = near.silence[others], near.identity[others]
    first = int(track.t.min())
    wide = int(track.t.max()) - first + parameters.gap_min_s * SECOND + 2
    key = np.sort(of[track.vessel] * wide + track.t - first)
    base = identity * wide + began[silence] - first
    low = np.searchsorted(key, base + parameters.gap_margin_s * SECOND, "right")
    high = np.searchsorted(key, base + parameters.gap_min_s * SECOND, "right")
    many = len(began)
    fell = np.bincount(silence[low == high], minlength=many)
    return np.bincount(silence, minlength=many), fell


def _about(bins: Array, asked: Array) -> Array:
    """Rows whose bin is among those asked about."""
    if not len(asked):
        return np.zeros(0, dtype=np.int64)
    low, high = int(asked.min()), int(asked.max())
    wanted = np.zeros(high - low + 2, dtype=bool)
    wanted[asked - low] = True
    return np.flatnonzero(wanted[np.clip(bins - low, -1, high - low + 1)])

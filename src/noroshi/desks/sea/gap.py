"""Gaps: a vessel that was heard, then not, where others were heard meanwhile.

Silence says something of a ship only where it could have been heard. A gap is *likely* a silence of
the ship where others near its last position were heard during it and it was itself heard
often before (after Welch et al. 2022, doi:10.1126/sciadv.abq2109, who ask for 14 positions in the
12 h before); *possible* where others were heard and it was not. Else it is one of *coverage*: where
no others were heard; where others fall silent at that place as well, as they do where a receiver
fails, where its reach ends or a file was cut; and where nobody is heard somewhere along the ship's
way: to where it was heard again, or where it was going. An *open* one needs somebody who was heard
at its place when it had lasted long enough, as a log may end there, or a feed.
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
    from noroshi.words.finding import Measure

CLASSES: Final = ("", "coverage", "possible", "likely")
"""By number, as `gap_class` counts them."""


class Silences(msgspec.Struct, frozen=True):
    """Columns over silences: `off` the row last heard, `until` µs (the next position, or the end of
    all that is held), `open` whether the vessel was never heard again."""

    off: Array
    until: Array
    open: Array

    def among(self, some: Array) -> Silences:
        """Those of the indices `some`."""
        return Silences(self.off[some], self.until[some], self.open[some])


class Pairs(msgspec.Struct, frozen=True):
    """Columns over triples, each once: of a silence, an hour from the beginning of what was looked
    at, and an identity; of `silences` silences."""

    silence: Array
    hour: Array
    identity: Array
    silences: int

    def many(self) -> Array:
        """Identities of each silence."""
        wide = int(self.identity.max(initial=0)) + 1
        found = np.unique(self.silence * wide + self.identity) // wide
        return np.bincount(found, minlength=self.silences)

    def hourly(self, hours: int) -> Array:
        """Identities of each silence and hour, shape (silences, hours)."""
        cell = self.silence * hours + self.hour
        return np.bincount(cell, minlength=self.silences * hours).reshape(-1, hours)

    def but(self, identity: Array) -> Pairs:
        """Without those of each silence with its `identity`."""
        other = self.identity != identity[self.silence]
        return Pairs(self.silence[other], self.hour[other], self.identity[other], self.silences)


def gaps(track: Tracks, parameters: Parameters) -> Iterator[Seen]:
    """Every gap of at least the class asked for."""
    every = silences(track, parameters.gap_min_s)
    if len(every.off):
        fell = _fell(track, parameters)
        for silent in _blocks(track, every):
            yield from _graded(track, silent, fell, parameters)


BLOCK = 1024
"""Silences looked at together: bounds how many of those heard about them are held at once."""


def _blocks(track: Tracks, silent: Silences) -> Iterator[Silences]:
    """In order of time, so that each block looks at few positions."""
    order = np.argsort(track.t[silent.off], kind="stable")
    return (silent.among(order[n : n + BLOCK]) for n in range(0, len(order), BLOCK))


def _graded(
    track: Tracks, silent: Silences, fell: Silences, parameters: Parameters
) -> Iterator[Seen]:
    told, heard = _covered(track, silent, fell, parameters)
    before = _before(track, silent.off, parameters.gap_before_s * SECOND)
    grade = np.where(heard, np.where(before >= parameters.gap_before, 3, 2), 1)
    for each in np.flatnonzero(grade >= parameters.gap_class).tolist():
        off, still = int(silent.off[each]), bool(silent.open[each])
        on = off if still else off + 1
        long = int(silent.until[each] - track.t[off])
        if still:  # nothing is known of who could have heard it later
            long = min(long, parameters.gap_look_s * SECOND)
        measures: dict[str, Measure] = {
            "duration_h": round(long / HOUR, 2),
            "class": CLASSES[int(grade[each])],
            "state": "open" if still else "closed",
            "before": int(before[each]),
            "least_h": round(parameters.gap_min_s / 3600, 2),
            "near_km": parameters.gap_near_m / 1000,
            "witnesses_needed": parameters.gap_witnesses,
            "silent_share": parameters.gap_share,
            "ahead_h": round(parameters.gap_ahead_s / 3600, 2),
            "before_needed": parameters.gap_before,
            "before_h": round(parameters.gap_before_s / 3600, 2),
        } | {name: int(values[each]) for name, values in told.items() if values[each] >= 0}
        if not still:
            metres = float(arc_m(chord_m(track.xyz[on], track.xyz[off])))
            measures["away_km"] = round(metres / 1000, 2)
            measures["implied_kn"] = round(metres / float(track.leg_s[on]) / KNOT_MS, 2)
        yield Seen("gap", ((off, on),), off, measures)


def _covered(
    track: Tracks, silent: Silences, fell: Silences, parameters: Parameters
) -> tuple[dict[str, Array], Array]:
    """What says of each silence whether the ship could have been heard, by measure (-1: was not
    looked at), and whether it could."""
    began, here = track.t[silent.off], track.xyz[silent.off]
    (low, high), near_m = _meanwhile(track, silent, parameters), parameters.gap_near_m
    there = _heard(track, here, low, high, near_m, parameters)
    others, hours = there.many(), _hours(track, silent, there, parameters)
    on = _ahead(track, silent.off, parameters.gap_ahead_s, parameters)
    ahead = _heard(track, on, low, high, parameters.gap_way_m, parameters).many()
    nearby, too = _silent_too(track, silent, fell, parameters)
    ordinary = (too >= parameters.gap_witnesses) & (too > parameters.gap_share * nearby)
    enough_h = (parameters.gap_min_s - 2 * parameters.gap_margin_s) // 3600
    heard = (others >= parameters.gap_witnesses) & (hours >= enough_h) & (ahead > 0) & ~ordinary
    due = np.where(silent.open, began + parameters.gap_min_s * SECOND, low)
    heard &= _heard(track, here, due, high, near_m, parameters).many() > 0
    unheard = np.full(len(began), -1)
    some = np.flatnonzero(heard)
    unheard[some] = _unheard(track, silent.among(some), low[some], high[some], parameters)
    told = {
        "witnesses": others, "witnesses_ahead": ahead, "heard_h": hours, "nearby": nearby,
        "silent_too": too, "way_unheard": unheard,
    }  # fmt: skip
    return told, unheard == 0


def _meanwhile(track: Tracks, silent: Silences, parameters: Parameters) -> tuple[Array, Array]:
    """From when to when (µs) others count: who falls silent and returns with the ship shows an
    outage of the receiver."""
    began, margin = track.t[silent.off], parameters.gap_margin_s * SECOND
    return began + margin, np.minimum(silent.until - margin, began + parameters.gap_look_s * SECOND)


def silences(track: Tracks, least: int) -> Silences:
    """Where a vessel was silent for `least` s: between two positions that a ship can have joined,
    or from its last one on; not of an identity that was heard on another track meanwhile."""
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


def _ahead(track: Tracks, off: Array, seconds: int, parameters: Parameters) -> Array:
    """Where each vessel would be so much after it was last heard, if it went on as it did."""
    return _on_earth(track.xyz[off] + _made(track, off, parameters) * seconds)


def _made(track: Tracks, off: Array, parameters: Parameters) -> Array:
    """Metres a second of each vessel, shape (n, 3), by the speed and course that it reported, else
    by its last leg; 0 if it lay still or that is not known."""
    course: Array = np.nan_to_num(velocity(track, off), nan=np.inf)
    leg: Array = np.isinf(course[:, 0])
    short = leg & (track.leg_s[off] <= parameters.stop_gap_s) & (track.leg_s[off] > 0)
    made = np.zeros((len(off), 3))
    made[short] = track.xyz[off[short]] - track.xyz[off[short] - 1]
    made[short] /= track.leg_s[off[short]][:, np.newaxis]
    made = np.where(leg[:, np.newaxis], made, course)
    made[np.sqrt((made**2).sum(axis=1)) < parameters.company_min_kn * KNOT_MS] = 0.0
    return made


def _on_earth(point: Array) -> Array:
    """The vectors (n, 3) brought to the Earth's radius."""
    return point * (EARTH_RADIUS_M / np.sqrt((point**2).sum(axis=1))[:, np.newaxis])


def _heard(
    track: Tracks, place: Array, low: Array, high: Array, metres: float, parameters: Parameters,
    among: Array | None = None,
) -> Pairs:  # fmt: skip
    """Which identities were heard within `metres` of `place[i]` from `low[i]` to `high[i]` µs, and
    in which hours, by the rows `among`, or by all.

    Positions are hashed by place and by bins of `gap_min_s`.
    """
    wide = parameters.gap_min_s * SECOND
    bins = np.maximum(0, high // wide - low // wide + 1)
    gap = np.repeat(np.arange(len(bins)), bins)
    slot = np.arange(len(gap)) - np.repeat(np.cumsum(bins) - bins, bins) + low[gap] // wide
    every = np.arange(len(track.t)) if among is None else among
    rows = every[_about(track.t[every] // wide, slot)]
    t, identity = track.t[rows], track.identities()[track.vessel[rows]]
    cubes = Cubes(track.xyz[rows], metres, t // wide)
    many, hours = len(track.subjects), int((high - low).max(initial=0)) // HOUR + 1
    heard = [np.zeros(0, dtype=np.int64)]
    for query, point in cubes.around(place[gap], slot):
        which = gap[query]
        during = (t[point] >= low[which]) & (t[point] <= high[which])
        which, point = which[during], point[during]
        hour = (t[point] - low[which]) // HOUR
        heard.append(np.unique((which * hours + hour) * many + identity[point]))
    both, identity = np.divmod(np.unique(np.concatenate(heard)), many)
    return Pairs(both // hours, both % hours, identity, len(bins))


def _hours(track: Tracks, silent: Silences, there: Pairs, parameters: Parameters) -> Array:
    """In how many hours of each silence at least one other was heard near its place, and
    `gap_together` of as many as in the median hour of the `gap_before_s` before. `there`: who was
    heard meanwhile."""
    began = track.t[silent.off]
    since = began - parameters.gap_before_s * SECOND
    near = _heard(track, track.xyz[silent.off], since, began - 1, parameters.gap_near_m, parameters)
    near = near.but(track.identities()[track.vessel[silent.off]])
    usual = np.median(near.hourly(-(-parameters.gap_before_s // 3600)), axis=1)
    needed = np.maximum(1, parameters.gap_together * usual)[:, np.newaxis]
    hours = max(1, int(there.hour.max(initial=0)) + 1)
    return (there.hourly(hours) >= needed).sum(axis=1)


def _silent_too(
    track: Tracks, silent: Silences, fell: Silences, parameters: Parameters
) -> tuple[Array, Array]:
    """How many others were heard near where each silence began, in the `gap_before_s` to either
    side of that, and how many of those `fell` silent there in the same way (`_way`)."""
    place, began = track.xyz[silent.off], track.t[silent.off]
    low, high = (began + sign * parameters.gap_before_s * SECOND for sign in (-1, 1))
    of = track.identities()[track.vessel[silent.off]]
    near_m = parameters.gap_near_m
    near = _heard(track, place, low, high, near_m, parameters).but(of).many()
    own, theirs = (_way(track, each, parameters) for each in (silent, fell))
    too = np.zeros(len(place), dtype=np.int64)
    for way in range(3):
        some, rows = np.flatnonzero(own == way), np.sort(fell.off[theirs == way])
        pairs = _heard(track, place[some], low[some], high[some], near_m, parameters, rows)
        too[some] = pairs.but(of[some]).many()
    return near, too


def _fell(track: Tracks, parameters: Parameters) -> Silences:
    """Silences as long as a gap, but for `gap_margin_s` at either end, during which others were
    heard on."""
    least_s = parameters.gap_min_s - 2 * parameters.gap_margin_s
    enough_h = (least_s - 2 * parameters.gap_margin_s) // 3600
    off, until, still = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, bool)]
    for fell in _blocks(track, silences(track, least_s)):
        low, high = _meanwhile(track, fell, parameters)
        there = _heard(track, track.xyz[fell.off], low, high, parameters.gap_near_m, parameters)
        heard = fell.among(np.flatnonzero(_hours(track, fell, there, parameters) >= enough_h))
        off.append(heard.off)
        until.append(heard.until)
        still.append(heard.open)
    return Silences(np.concatenate(off), np.concatenate(until), np.concatenate(still))


def _way(track: Tracks, silent: Silences, parameters: Parameters) -> Array:
    """How each silence ended: 0 near where the ship lay still, 1 elsewhere or for a ship under way,
    2 not at all."""
    here, after = track.xyz[silent.off], np.minimum(silent.off + 1, len(track.t) - 1)
    still = ~_made(track, silent.off, parameters).any(axis=1)
    still &= chord_m(here, track.xyz[after]) <= parameters.stop_near_m
    return np.where(silent.open, 2, np.where(still, 0, 1))


def _unheard(
    track: Tracks, silent: Silences, low: Array, high: Array, parameters: Parameters
) -> Array:
    """How many points of each vessel's way, one every `gap_way_m`, have nobody heard within
    `gap_way_m` from `low` to `high` µs: the way to where it was heard again, or where it would be
    after `gap_min_s`."""
    here, there = track.xyz[silent.off], _ahead(track, silent.off, parameters.gap_min_s, parameters)
    closed = np.flatnonzero(~silent.open)
    there[closed] = track.xyz[silent.off[closed] + 1]
    steps = np.ceil(arc_m(chord_m(here, there)) / parameters.gap_way_m).astype(np.int64)
    count = np.maximum(steps - ~silent.open, 0)
    of = np.repeat(np.arange(len(here)), count)
    step = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + 1
    share = (step / steps[of])[:, np.newaxis]
    point = _on_earth(here[of] * (1 - share) + there[of] * share)
    heard = _heard(track, point, low[of], high[of], parameters.gap_way_m, parameters).many()
    return np.bincount(of[heard == 0], minlength=len(here))


def _about(bins: Array, asked: Array) -> Array:
    """Rows whose bin is among those asked about."""
    if not len(asked):
        return np.zeros(0, dtype=np.int64)
    low, high = int(asked.min()), int(asked.max())
    wanted = np.zeros(high - low + 2, dtype=bool)
    wanted[asked - low] = True
    return np.flatnonzero(wanted[np.clip(bins - low, -1, high - low + 1)])

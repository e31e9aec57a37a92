"""Leaps and clashes: one identity heard at places that no one ship can have joined.

The positions of such an identity are attached to several tracks (`attach`; after GFW's
gpsdio-segment). Two tracks heard by turns are two transmitters at once: a *clash*. One that
takes over from another is an *impossible move*. Tracks of too few positions are errors, and so is
one that lies along the way of another, hours off: a receiver that delivers late, or its clock.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sphere import arc_m, chord_m
from noroshi.desks.sea.tracks import STEPS, possible
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure


Late = Callable[[int, int], bool]
"""Of two segments, the lower first: whether one lies along the way of the other."""


class Clash(msgspec.Struct, frozen=True):
    """From `first` to `last`, indices of an identity's rows, `segments` of it come by turns."""

    first: int
    last: int
    segments: frozenset[int]


def leaps(track: Tracks, segments: Array, parameters: Parameters) -> Iterator[Seen]:
    """Every clash and impossible move of `track`, from which no wild position was dropped; of each
    row the number of its segment within its identity."""
    for vessel in np.unique(track.vessel[segments > 0]).tolist():
        rows: Array = np.flatnonzero(track.vessel == vessel)
        segment = segments[rows]
        many: Array = np.bincount(segment)[segment] >= parameters.leap_messages
        rows, segment = rows[many], segment[many]
        late = functools.cache(functools.partial(_late, track, rows, segment, parameters))
        clashes = _clashes(track, rows, segment, parameters, late)
        for clash in clashes:
            yield _clash(track, rows, segment, clash, parameters)
        yield from _moves(track, rows, segment, clashes, parameters, late)


def _late(
    track: Tracks, rows: Array, segment: Array, parameters: Parameters, a: int, b: int
) -> bool:
    """Whether of two segments the lesser lies, nine in ten of its positions, where the other came
    by in the hours before or after."""
    greater, lesser = (rows[segment == each] for each in (a, b))
    if len(greater) < len(lesser):
        greater, lesser = lesser, greater
    times, hours = track.t[greater], parameters.clash_late_s * SECOND
    along = 0
    for row in lesser.tolist():
        since = max(0, int(np.searchsorted(times, track.t[row] - hours, "left")) - 1)
        until = int(np.searchsorted(times, track.t[row] + hours, "right")) + 1
        way = track.xyz[greater[since:until]]
        along += len(way) > 1 and _off_m(track.xyz[row], way) <= parameters.attach_m
    return along >= 0.9 * len(lesser)


def _off_m(place: Array, way: Array) -> float:
    """Metres from a vector to the nearest of the straight legs between vectors (n, 3)."""
    leg, out = np.diff(way, axis=0), place - way[:-1]
    long2 = np.maximum((leg * leg).sum(axis=1), 1e-9)
    share = np.clip((out * leg).sum(axis=1) / long2, 0.0, 1.0)
    return float(np.linalg.norm(out - share[:, np.newaxis] * leg, axis=1).min())


def _from(
    track: Tracks, rows: Array, to: Array | int, parameters: Parameters
) -> tuple[Array, Array]:
    """Metres of the legs from `rows` to `to`, and whether one ship can have made each."""
    metres = arc_m(chord_m(track.xyz[rows], track.xyz[to]))
    slack = (STEPS[track.precision[rows]] + STEPS[track.precision[to]]) / SECOND
    return metres, possible(metres, (track.t[to] - track.t[rows]) / SECOND, slack, parameters)


def _clashes(
    track: Tracks, rows: Array, segment: Array, parameters: Parameters, late: Late
) -> list[Clash]:
    """Where two segments change places often and for long; such times that meet are one."""
    found: list[Clash] = []
    for a, b in itertools.combinations(np.unique(segment).tolist(), 2):
        both = np.flatnonzero((segment == a) | (segment == b))
        turns = np.flatnonzero(segment[both][1:] != segment[both][:-1])
        low = max(int(both[segment[both] == each][0]) for each in (a, b))
        high = min(int(both[segment[both] == each][-1]) for each in (a, b))
        long = track.t[rows[high]] - track.t[rows[low]] >= parameters.clash_min_s * SECOND
        far = _apart_m(track, rows, both, turns + 1)
        often = len(turns) >= parameters.clash_turns
        if long and often and far > parameters.jump_m and not late(a, b):
            found.append(Clash(low, high, frozenset((a, b))))
    found.sort(key=lambda each: (each.first, each.last))
    merged: list[Clash] = []
    for each in found:
        if merged and each.first <= merged[-1].last:
            before = merged.pop()
            last = max(before.last, each.last)
            each = Clash(before.first, last, before.segments | each.segments)
        merged.append(each)
    return merged


def _apart_m(track: Tracks, rows: Array, both: Array, turns: Array) -> float:
    """The median distance at the changes of place; `turns` index `both`, and that `rows`."""
    here, there = rows[both[turns]], rows[both[turns - 1]]
    return float(np.median(arc_m(chord_m(track.xyz[here], track.xyz[there])))) if len(turns) else 0


def _clash(
    track: Tracks, rows: Array, segment: Array, clash: Clash, parameters: Parameters
) -> Seen:
    inside = rows[clash.first : clash.last + 1]
    of = np.flatnonzero(np.isin(segment, [*clash.segments]))
    of = of[np.searchsorted(of, clash.first) - 1 : np.searchsorted(of, clash.last) + 2]
    turn = np.flatnonzero(np.diff(segment[of])) + 1  # with those that begin and end it
    apart = arc_m(chord_m(track.xyz[rows[of[turn]]], track.xyz[rows[of[turn - 1]]]))
    ends = (int(inside[0]), int(inside[-1]))
    measures: dict[str, Measure] = {
        "duration_h": round(int(track.t[ends[1]] - track.t[ends[0]]) / HOUR, 2),
        "tracks": len(clash.segments),
        "turns": len(turn),
        "apart_km": round(float(np.median(apart)) / 1000, 1),
        "least_min": round(parameters.clash_min_s / 60, 1),
        "above_kn": parameters.jump_kn,
        "beyond_km": parameters.jump_m / 1000,
    }
    return Seen("identity_clash", (ends,), ends[0], measures)


def _moves(
    track: Tracks, rows: Array, segment: Array, clashes: list[Clash], parameters: Parameters,
    late: Late,
) -> Iterator[Seen]:  # fmt: skip
    """Where a segment that was confirmed gives way to another that is, outside of clashes."""
    least = parameters.leap_messages
    for at in (np.flatnonzero(np.diff(segment)) + 1).tolist():
        before, after = segment[max(0, at - least) : at], segment[at : at + least]
        confirmed = len(before) == len(after) == least
        confirmed = confirmed and len(set(before.tolist())) == len(set(after.tolist())) == 1
        if not confirmed or any(each.first <= at <= each.last + 1 for each in clashes):
            continue
        here, there = int(rows[at - 1]), int(rows[at])
        metres, can = _from(track, np.array([here]), there, parameters)
        if can[0] or late(*sorted((int(before[0]), int(after[0])))):
            continue
        seconds = int(track.t[there] - track.t[here]) / SECOND
        measures: dict[str, Measure] = {
            "moved_km": round(float(metres[0]) / 1000, 1),
            "took_min": round(seconds / 60, 1),
            "implied_kn": round(float(metres[0]) / max(seconds, 1.0) / KNOT_MS),
            "messages": least,
            "above_kn": parameters.jump_kn,
            "beyond_km": parameters.jump_m / 1000,
        }
        yield Seen("impossible_move", ((here, there),), here, measures)

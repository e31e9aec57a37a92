"""Port visits, after GFW's anchorages_pipeline: in by 3 km, out by 4 km, and a stop or a silence.

Roads reach farther than the points of an index: who lies still for as long as a `stop`, within the
5 km in which that is named after a harbour, is there as well.

Confidence is GFW's: 4 — entry, exit, and a stop or gap between; 3 — a stop or gap and one of
entry and exit; 2 — a stop or gap alone; 1 — only entry or exit, which is passing by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from noroshi.desks.sea.stop import lasting
from noroshi.desks.sea.tracks import Tracks, hysteresis, runs

if TYPE_CHECKING:
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.ports import Harbours
    from noroshi.words.desk import Array


class Visit(msgspec.Struct, frozen=True):
    """Rows `first` to `last` of one vessel in port; `stop` are the rows of its longest stop, if
    any. `harbour` indexes the harbours asked."""

    first: int
    last: int
    harbour: int
    stop: tuple[int, int] | None
    gaps: int
    entered: bool
    left: bool
    confidence: int


def visits(track: Tracks, harbours: Harbours, still: Array, parameters: Parameters) -> list[Visit]:
    """Every visit of at least `port_confidence`, in the order of the tracks. `still`: (first, last)
    rows of the times at rest."""
    harbour, metres = harbours.nearest(track.xyz)
    known = np.where(track.leg_s > parameters.port_silence_s, np.inf, track.leg_s)
    breaks = np.isinf(known) | (track.leg_m > 2 * parameters.port_exit_m)
    roads = _roads(track, metres, still, parameters)
    inside = hysteresis(metres <= parameters.port_entry_m, metres >= parameters.port_exit_m, breaks)
    inside |= hysteresis(roads, (metres > parameters.stop_near_m) & ~roads, breaks)
    stops = lasting(track, still, parameters.port_stop_min_s)
    found = runs(inside, breaks)
    if parameters.port_confidence > 1:
        found = found[_told(known, found, stops, parameters)]
    made = (
        _visit(track, known, harbour, metres, stops, first, last, parameters)
        for first, last in found.tolist()
    )
    return [each for each in made if each.confidence >= parameters.port_confidence]


def _roads(track: Tracks, metres: Array, still: Array, parameters: Parameters) -> Array:
    """Whether each row is of a stop in the roads."""
    stops = lasting(track, still, parameters.stop_min_s)
    near = np.concatenate([[0], np.cumsum(metres <= parameters.stop_near_m)])
    stops = stops[near[stops[:, 1] + 1] > near[stops[:, 0]]]
    change = np.zeros(len(track.t) + 1, dtype=np.int64)
    change[stops[:, 0]] += 1
    change[stops[:, 1] + 1] -= 1
    return np.cumsum(change[:-1]) > 0


def _told(leg_s: Array, found: Array, stops: Array, parameters: Parameters) -> Array:
    """Whether there may be a stop or a silence in each (first, last): most are ships that pass."""
    silent = np.isfinite(leg_s) & (leg_s > parameters.port_gap_s)
    before = np.concatenate([[0], np.cumsum(silent), [len(silent)]])
    quiet = before[np.minimum(found[:, 1] + 2, len(silent))] > before[found[:, 0] + 1]
    stopped = np.searchsorted(stops[:, 0], found[:, 1], "right") > np.searchsorted(
        stops[:, 1], found[:, 0], "left"
    )
    return quiet | stopped


def _visit(
    track: Tracks, leg_s: Array, harbour: Array, metres: Array, stops: Array, first: int, last: int,
    parameters: Parameters,
) -> Visit:  # fmt: skip
    """`leg_s` is infinite where nothing is known of what the vessel did meanwhile."""
    entered = not np.isinf(leg_s[first])
    left = last + 1 < len(track.t) and not np.isinf(leg_s[last + 1])
    legs = leg_s[first + 1 : last + 2 if left else last + 1]
    gaps = int((legs > parameters.port_gap_s).sum())
    low = np.searchsorted(stops[:, 1], first, "left")
    high = np.searchsorted(stops[:, 0], last, "right")
    stop = _longest(track, stops[low:high], first, last, parameters)
    begin, end = stop or (first, last)
    nearest = begin + int(np.argmin(metres[begin : end + 1]))
    evidence = stop is not None or gaps > 0
    confidence = (2 + entered + left) if evidence else 1
    return Visit(first, last, int(harbour[nearest]), stop, gaps, entered, left, confidence)


def _longest(
    track: Tracks, stops: Array, first: int, last: int, parameters: Parameters
) -> tuple[int, int] | None:
    """The longest stop within the visit's rows, cut to them; the first of equals."""
    cut = np.stack([np.maximum(stops[:, 0], first), np.minimum(stops[:, 1], last)], axis=1)
    cut = lasting(track, cut, parameters.port_stop_min_s)
    if not len(cut):
        return None
    begin, end = cut[int(np.argmax(track.t[cut[:, 1]] - track.t[cut[:, 0]]))].tolist()
    return begin, end

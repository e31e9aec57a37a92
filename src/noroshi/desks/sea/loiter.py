"""Loitering: hours at next to no speed on the open sea, or half an hour of it at a cable.

After GFW's pipe-loitering: hours whose mean speed made good is under 2 kn, on end, for 4 h, 20
nautical miles and more from any port or anchorage (their product: from shore). At a cable or
pipeline half an hour under 3 kn is told, ports and anchorages apart, and roads: places where others
lie as slow at the time. Who lies still near a line that is only drawn has stopped. No known drag of
the Baltic would be found by either: that is what the ledger of crossings is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.sphere import chord_m
from noroshi.desks.sea.tracks import runs, speed_kn
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.grid import Grid
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.passes import Passes
    from noroshi.desks.sea.ports import Harbours
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array


def at_sea(grid: Grid, harbours: Harbours, parameters: Parameters) -> Iterator[Seen]:
    """Every time on the open sea, one sighting each."""
    wide = 3_600 // parameters.step_s
    slow, mean = _slow_hours(grid, wide, parameters.loiter_kn)
    new = np.ones(len(slow), dtype=bool)
    new[1:] = (grid.vessel[1:] != grid.vessel[:-1]) | (grid.slot[1:] != grid.slot[:-1] + 1)
    found = [(first, last + wide) for first, last in runs(slow, new).tolist()]
    found = [
        (first, last)
        for first, last in found
        if (last - first) * parameters.step_s >= parameters.loiter_min_s
    ]
    middles = [grid.xyz[first : last + 1].mean(axis=0) for first, last in found]
    near = harbours.within(np.array(middles).reshape(-1, 3), parameters.loiter_port_m)
    for (first, last), harbour in zip(found, near, strict=True):
        if harbour is not None:
            continue
        rows = int(grid.before[first]), int(grid.after[last])
        yield Seen(
            "loitering",
            (rows,),
            rows[0],
            {
                "form": "open sea",
                "duration_h": round((last - first) * grid.step / HOUR, 2),
                "mean_kn": round(float(mean[first : last - wide + 1].mean()), 2),
                "below_kn": parameters.loiter_kn,
                "least_h": round(parameters.loiter_min_s / 3600, 2),
                "port_beyond_km": parameters.loiter_port_m / 1000,
            },
        )


def _slow_hours(grid: Grid, wide: int, kn: float) -> tuple[Array, Array]:
    """Of each slot whether the hour that begins there is slow, and its mean speed; nan where the
    vessel was not heard for all of it."""
    mean = np.full(len(grid.kn), np.nan)
    if len(mean) > wide:
        known = np.nan_to_num(grid.kn)
        gaps = np.concatenate([[0], np.cumsum(np.isnan(grid.kn))])
        whole = gaps[wide:-1] == gaps[: -wide - 1]
        sums = np.stack([known[n : len(known) - wide + n] for n in range(wide)]).sum(axis=0)
        mean[: len(mean) - wide] = np.where(whole, sums / wide, np.nan)
    return mean < kn, mean


def at_assets(
    track: Tracks, harbours: Harbours, parameters: Parameters, found: Passes
) -> Iterator[Seen]:
    """Every time at a cable or pipeline, one sighting each."""
    lines, every = found
    speed = speed_kn(track, parameters.cross_gap_s)
    breaks = track.leg_s > parameters.step_gap_s
    road = _Road(track, speed, parameters)
    for each in every:
        asset = lines.assets[each.line]
        rows = slice(each.first, each.last + 1)
        inside = (track.t[rows] >= each.t_in) & (track.t[rows] <= each.t_out)
        slow = inside & (speed[rows] < parameters.loiter_asset_kn)
        for first, last in runs(slow, breaks[rows]).tolist():
            first, last = first + each.first, last + each.first
            lasted = int(track.t[last] - track.t[first])
            if lasted < parameters.loiter_asset_min_s * SECOND:
                continue
            mean_kn = float(speed[first : last + 1].mean())
            if mean_kn < parameters.slow_kn and not asset.surveyed:
                continue
            middle = track.xyz[first : last + 1].mean(axis=0)[np.newaxis]
            if harbours.within(middle, parameters.port_exit_m)[0] is not None:
                continue
            others = road.others(first, last, middle[0])
            if others >= parameters.drag_traffic:
                continue
            yield Seen(
                "loitering",
                ((first, last),),
                first,
                {
                    "form": "at an asset",
                    "duration_h": round(lasted / HOUR, 2),
                    "mean_kn": round(mean_kn, 2),
                    "below_kn": parameters.loiter_asset_kn,
                    "least_h": round(parameters.loiter_asset_min_s / 3600, 2),
                    "port_beyond_km": parameters.port_exit_m / 1000,
                    "others_slow": others,
                    "asset_name": asset.name,
                    "buffer_m": float(lines.reach_m[each.line]),
                },
                at=(asset,),
            )


class _Road:
    """Where ships are slow, by time."""

    def __init__(self, track: Tracks, speed: Array, parameters: Parameters) -> None:
        slow = np.flatnonzero(speed < parameters.loiter_asset_kn)
        self._rows = slow[np.argsort(track.t[slow], kind="stable")]
        self._t, self._track = track.t[self._rows], track
        self._identity, self._reach_m = track.identities(), parameters.stop_near_m

    def others(self, first: int, last: int, middle: Array) -> int:
        """How many other identities are slow near by, from an hour before to an hour after."""
        since, until = self._track.t[first] - HOUR, self._track.t[last] + HOUR
        rows = self._rows[
            np.searchsorted(self._t, since, "left") : np.searchsorted(self._t, until, "right")
        ]
        rows = rows[chord_m(self._track.xyz[rows], middle) <= self._reach_m]
        named = np.unique(self._identity[self._track.vessel[rows]])
        return int((named != self._identity[self._track.vessel[first]]).sum())

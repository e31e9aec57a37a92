"""Stays in watched zones: in and out at the time a ship crossed the rim, between its positions.

Long legs are looked at every two kilometres, so that a ship heard seldom is not missed in a narrow
strait. A stay begins and ends at the rim where the ship was heard on both sides of it; else with
the first or last position in the zone, and says that nobody saw it come or go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.passes import point
from noroshi.desks.sea.sphere import course_deg
from noroshi.desks.sea.tracks import runs
from noroshi.desks.sea.zones import Zone, indexed
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.state import State
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure

LOOK_M: Final = 2_000.0
HALVINGS: Final = 24


class Look(msgspec.Struct, frozen=True):
    """Columns over looks in the order of the tracks: `share` of the way along the leg that ends at
    `row` (1: the position itself). `breaks`: nothing was heard for too long before."""

    row: Array
    share: Array
    lon: Array
    lat: Array
    breaks: Array


class Stay(msgspec.Struct, frozen=True):
    """Between rows `first` and `last`; µs in and out; whether each was seen."""

    first: int
    last: int
    t_in: int
    t_out: int
    entered: bool
    left: bool


def zone_visits(track: Tracks, state: State, parameters: Parameters) -> Iterator[Seen]:
    """Every stay in every zone, one sighting each."""
    zones = indexed(state.context.assets)
    if not zones:
        return
    looks = look(track, parameters.zone_gap_s)
    for zone in zones:
        for stay in stays(track, looks, zone, parameters):
            measures = _measures(track, state, stay) | {
                "zone": zone.asset.name,
                "merge_h": round(parameters.zone_merge_s / 3600, 2),
            }
            yield Seen(
                "zone_visit",
                ((stay.first, stay.last),),
                stay.first,
                measures,
                between=(stay.t_in, stay.t_out),
                at=(zone.asset,),
            )


def look(track: Tracks, gap_s: float) -> Look:
    """Every position, and the points between on legs of over `LOOK_M` that took up to `gap_s`."""
    heard = track.leg_s <= gap_s
    count = np.ones(len(track.t), dtype=np.int64)
    count[heard] = np.maximum(1, np.ceil(track.leg_m[heard] / LOOK_M)).astype(np.int64)
    row = np.repeat(np.arange(len(track.t)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + 1
    share = nth / count[row]
    between = share < 1.0
    lon, lat = track.lon[row].copy(), track.lat[row].copy()
    if between.any():
        lon[between], lat[between] = _degrees(point(track, row[between], share[between]))
    return Look(row, share, lon, lat, (nth == 1) & ~heard[row])


def _degrees(xyz: Array) -> tuple[Array, Array]:
    return (
        np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0])),
        np.degrees(np.arctan2(xyz[:, 2], np.hypot(xyz[:, 0], xyz[:, 1]))),
    )


def stays(track: Tracks, looks: Look, zone: Zone, parameters: Parameters) -> list[Stay]:
    """Every stay in one zone, in the order of the tracks."""
    inside = zone.inside(looks.lon, looks.lat)
    if not inside.any():
        return []
    found = runs(inside, looks.breaks)
    first, last = found[:, 0], found[:, 1]
    entered = ~looks.breaks[first]
    left = np.zeros(len(last), dtype=bool)
    ends = last + 1 < len(inside)
    left[ends] = ~looks.breaks[last[ends] + 1]
    t_in, t_out = _heard(track, looks, first), _heard(track, looks, last)
    t_in[entered] = _rim(track, looks, zone, first[entered], into=True)
    t_out[left] = _rim(track, looks, zone, last[left] + 1, into=False)
    rows_first = np.where(entered, looks.row[first] - 1, looks.row[first])
    rows_last = np.where(left, looks.row[np.minimum(last + 1, len(inside) - 1)], looks.row[last])
    columns = (rows_first, rows_last, t_in, t_out, entered, left)
    made = [Stay(*each) for each in zip(*(each.tolist() for each in columns), strict=True)]
    return _merged(track, made, parameters)


def _heard(track: Tracks, looks: Look, at: Array) -> Array:
    """µs of a look."""
    row, share = looks.row[at], looks.share[at]
    before = track.t[np.where(share < 1.0, row - 1, row)]
    return before + np.rint((track.t[row] - before) * share).astype(np.int64)


def _rim(track: Tracks, looks: Look, zone: Zone, at: Array, *, into: bool) -> Array:
    """µs at which the rim was crossed between the look before each of `at` and it."""
    row = looks.row[at]
    low = np.where(looks.row[at - 1] == row, looks.share[at - 1], 0.0)
    high = looks.share[at].copy()
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        held = zone.inside(*_degrees(point(track, row, middle)))
        past = held if into else ~held
        high = np.where(past, middle, high)
        low = np.where(past, low, middle)
    before = track.t[row - 1]
    return before + np.rint((track.t[row] - before) * high).astype(np.int64)


def _merged(track: Tracks, found: list[Stay], parameters: Parameters) -> list[Stay]:
    """Stays of one ship with less than `zone_merge_s` and no silence between are one."""
    silent = np.cumsum(track.leg_s > parameters.zone_gap_s)
    made: list[Stay] = []
    for stay in found:
        before = made[-1] if made else None
        if (
            before is not None
            and silent[before.last] == silent[stay.first]
            and stay.t_in - before.t_out < parameters.zone_merge_s * SECOND
        ):
            made[-1] = msgspec.structs.replace(
                before, last=stay.last, t_out=stay.t_out, left=stay.left
            )
        else:
            made.append(stay)
    return [_whole(each) for each in made]


def _whole(stay: Stay) -> Stay:
    """To whole seconds, as finely as the time between two positions can be told."""
    t_in = (stay.t_in + SECOND // 2) // SECOND * SECOND
    t_out = (stay.t_out + SECOND // 2) // SECOND * SECOND
    return msgspec.structs.replace(stay, t_in=t_in, t_out=max(t_out, t_in + SECOND))


def _measures(track: Tracks, state: State, stay: Stay) -> dict[str, Measure]:
    first, last = stay.first, stay.last
    metres = float(track.leg_m[first + 1 : last + 1].sum())
    seconds = max(float(track.t[last] - track.t[first]) / SECOND, 1.0)
    found: dict[str, Measure] = {
        "duration_h": round((stay.t_out - stay.t_in) / HOUR, 2),
        "entry": "seen" if stay.entered else "not seen",
        "exit": "seen" if stay.left else "not seen",
        "made_good_km": round(metres / 1000, 1),
        "mean_kn": round(metres / seconds / KNOT_MS, 2),
    }
    for name, seen, row in (("entry", stay.entered, first + 1), ("exit", stay.left, last)):
        if seen:
            course = course_deg(track.xyz[row - 1 : row], track.xyz[row : row + 1])
            found[f"{name}_course_deg"] = round(float(course[0])) % 360
            found[f"{name}_heard_every_s"] = round(float(track.leg_s[row]))
    said = state.said.get(track.subjects[int(track.vessel[first])], {})
    types = sorted((t, what[1]) for t, what in said.items() if what[1])
    if types:
        found["ship_type"] = types[-1][1]
    return found

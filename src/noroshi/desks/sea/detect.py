"""Everything the sea desk finds in what a state holds: one sorted pass, no memory of its own.

The answer is a function of the held positions alone, so chunks, order, days and repeats cannot
change it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noroshi.desks.sea import ports
from noroshi.desks.sea.attach import segments
from noroshi.desks.sea.company import companies
from noroshi.desks.sea.crossing import crossings
from noroshi.desks.sea.encounter import encounters
from noroshi.desks.sea.findings import VERSION, Builder, Seen
from noroshi.desks.sea.gap import gaps
from noroshi.desks.sea.grid import resample
from noroshi.desks.sea.inland import ashore
from noroshi.desks.sea.leap import leaps
from noroshi.desks.sea.loiter import at_assets, at_sea
from noroshi.desks.sea.outages import outages
from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.passes import passed
from noroshi.desks.sea.sphere import arc_m, chord_m, vectors
from noroshi.desks.sea.spoof import areas
from noroshi.desks.sea.stop import lasting, stationary
from noroshi.desks.sea.swap import swaps
from noroshi.desks.sea.tracks import Tracks, heard, sound
from noroshi.desks.sea.visit import Visit, visits
from noroshi.desks.sea.zonal import zone_visits
from noroshi.words.time import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.passes import Passes
    from noroshi.desks.sea.ports import Harbour, Harbours
    from noroshi.desks.sea.state import State
    from noroshi.words.desk import Array
    from noroshi.words.finding import Finding

UNNAMED = "—"
"""What `port` says where no known port or anchorage is near."""


def detect(state: State, shard: str | None = None) -> list[Finding]:
    """All findings, sorted by (start, id); of the kinds that are sharded so, where that is given:
    a replay looks for those of one ship and those of several in different rows."""
    kinds = state.context.kinds
    found = [*_of(state, shard), *outages(state, VERSION)]
    some = (each for each in found if shard is None or kinds[each.kind].shard == shard)
    return sorted(some, key=lambda each: (each.span.t0, each.id))


def _of(state: State, shard: str | None) -> Iterator[Finding]:
    whole = heard(state)
    if not len(whole.t):
        return
    parameters: Parameters = state.context.parameters
    segment = segments(whole, parameters)
    seen, false = _leaps(whole, segment, parameters)
    builder = Builder(state, whole)
    yield from (builder.build(each) for each in seen)
    track = sound(whole, segment, parameters, false)
    builder = Builder(state, track)
    if not len(track.t):
        return
    found = passed(track, state.context.assets, parameters)
    if shard in (None, "subject"):
        yield from (builder.build(each) for each in _alone(track, state, found))
    if shard in (None, "cell"):
        yield from (builder.build(each) for each in _together(track, state, found))


def _leaps(whole: Tracks, segment: Array, parameters: Parameters) -> tuple[list[Seen], Array]:
    """Clashes, areas of false positions and the moves that no such area accounts for; and of each
    row whether it lies in such an area."""
    every = list(leaps(whole, segment, parameters))
    moves = [each for each in every if each.kind == "impossible_move"]
    found, left, false = areas(whole, segment, moves, parameters)
    clashes = [each for each in every if each.kind != "impossible_move"]
    return [*clashes, *found, *left], false


def _alone(track: Tracks, state: State, found: Passes) -> Iterator[Seen]:
    """What a ship does by itself (`shard = "subject"`)."""
    parameters: Parameters = state.context.parameters
    near = ports.indexed(max(parameters.stop_near_m, parameters.port_exit_m))
    still = stationary(track, parameters)
    yield from _stops(track, near, still, parameters)
    yield from _visits(track, near, still, parameters)
    yield from crossings(track, state, near, parameters, found)
    yield from zone_visits(track, state, parameters)


def _together(track: Tracks, state: State, found: Passes) -> Iterator[Seen]:
    """What ships do together, or what rests on others being heard (`shard = "cell"`)."""
    parameters: Parameters = state.context.parameters
    far = ports.indexed(parameters.encounter_port_m)
    grid = resample(track, parameters)
    near = ports.indexed(max(parameters.stop_near_m, parameters.port_exit_m))
    yield from at_sea(grid, ports.indexed(parameters.loiter_port_m), parameters)
    yield from at_assets(track, near, parameters, found)
    yield from gaps(track, parameters)
    yield from encounters(track, grid, far, parameters)
    yield from companies(track, grid, state, parameters)
    yield from swaps(track, state, far, parameters)
    yield from ashore(track, ports.indexed(parameters.land_port_m), parameters, state.traffic)


def _stops(track: Tracks, near: Harbours, still: Array, parameters: Parameters) -> Iterator[Seen]:
    found = lasting(track, still, parameters.stop_min_s)
    named = near.within(_middles(track, found.tolist()), parameters.stop_near_m)
    for (first, last), harbour in zip(found.tolist(), named, strict=True):
        measures = {
            "duration_h": hours(int(track.t[last] - track.t[first])),
            "mean_kn": _mean_kn(track, first, last),
            "port": harbour.label if harbour else UNNAMED,
            "near_km": parameters.stop_near_m / 1000,
            "slow_kn": parameters.slow_kn,
            "fast_kn": parameters.fast_kn,
        }
        if harbour:
            measures["port_km"] = _away_km(track, first, last, harbour)
        yield Seen("stop", ((first, last),), first, measures, (harbour,) if harbour else ())


def _visits(track: Tracks, near: Harbours, still: Array, parameters: Parameters) -> Iterator[Seen]:
    found = visits(track, near, still, parameters)
    middles = _middles(track, [visit.stop or (visit.first, visit.last) for visit in found])
    only_ports = ports.indexed(parameters.stop_near_m, True)
    named = only_ports.within(middles, parameters.stop_near_m)
    for visit, port in zip(found, named, strict=True):
        yield _visited(track, near.all[visit.harbour], port, visit, parameters)


def _middles(track: Tracks, spells: Sequence[tuple[int, int] | list[int]]) -> Array:
    """The mean vector of each (first, last), shape (n, 3)."""
    middles = [track.xyz[first : last + 1].mean(axis=0) for first, last in spells]
    return np.array(middles).reshape(-1, 3)


def _visited(
    track: Tracks, harbour: Harbour, port: Harbour | None, visit: Visit, parameters: Parameters
) -> Seen:
    begin, end = visit.stop or (visit.first, visit.last)
    named = [harbour]
    if harbour.kind != "port" and port is not None:
        named.append(port)
    measures = {
        "duration_h": hours(int(track.t[visit.last] - track.t[visit.first])),
        "stopped_h": hours(int(track.t[end] - track.t[begin])) if visit.stop else 0.0,
        "gaps": visit.gaps,
        "port": named[-1].label,
        "anchorage": harbour.label,
        "port_km": _away_km(track, begin, end, harbour),
        "confidence": visit.confidence,
        "entry_km": parameters.port_entry_m / 1000,
        "exit_km": parameters.port_exit_m / 1000,
    }
    rows = ((visit.first, visit.last),)
    return Seen("port_visit", rows, visit.first, measures, tuple(named))


def hours(micros: int) -> float:
    """µs as hours, to the hundredth."""
    return round(micros / HOUR, 2)


def _mean_kn(track: Tracks, first: int, last: int) -> float:
    """Distance made good over ground along the positions, by the time they took."""
    metres = float(track.leg_m[first + 1 : last + 1].sum())
    return round(metres / (int(track.t[last] - track.t[first]) / 1e6) / KNOT_MS, 2)


def _away_km(track: Tracks, first: int, last: int, harbour: Harbour) -> float:
    point = vectors(np.array([harbour.lon]), np.array([harbour.lat]))
    return round(float(arc_m(chord_m(track.xyz[first : last + 1], point)).min()) / 1000, 2)

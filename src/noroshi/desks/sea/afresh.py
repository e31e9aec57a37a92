"""Passes of one asset looked for afresh in kept positions: no pass over all of history before.

Only the hours about the time asked for are read, and only about the asset. So an asset that was
loaded a minute ago can be asked about, and the answer takes as long in a year of positions as in a
day. What a line of the ledger says is the same, but for the sign *repeated*, which needs the other
assets, and for a ship that had been there for many hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.sea import passes, ports
from noroshi.desks.sea.attach import segments
from noroshi.desks.sea.crossing import crossings
from noroshi.desks.sea.findings import Builder
from noroshi.desks.sea.state import State
from noroshi.desks.sea.tracks import heard, sound
from noroshi.words.asset import AssetGraph
from noroshi.words.shape import lines
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.words.asset import Asset
    from noroshi.words.desk import AskKept
    from noroshi.words.finding import Measure

ABOUT_DEG: Final = 1.5
"""Added to the asset's box: 90 nautical miles, four hours at 22 kn."""

AFTER: Final = HOUR


class Passed(msgspec.Struct, frozen=True):
    """A pass as a query reads one."""

    id: str
    kind: str
    t0: int
    t1: int
    subjects: tuple[str, ...]
    assets: tuple[str, ...]
    measures: dict[str, Measure]
    reliability: str
    credibility: int


def passed(ask: AskKept, asset: Asset, since: int, until: int) -> list[Passed]:
    """Every pass of `asset` that meets [since, until), by start."""
    context = ask.context("sea")
    parameters: Parameters = context.parameters
    before = int((parameters.cross_gap_s + parameters.cross_baseline_s) * SECOND)
    alone = msgspec.structs.replace(context, assets=AssetGraph((asset,)))
    state = State(alone)
    for each in ask.kept(since - before, until + AFTER, _box(asset)):
        state.take(each)
    whole = heard(state)
    if not len(whole.t):
        return []
    track = sound(whole, segments(whole, parameters), parameters)
    builder = Builder(state, track)
    every = passes.passed(track, alone.assets, parameters)
    near = ports.indexed(max(parameters.stop_near_m, parameters.port_exit_m))
    found = [builder.build(each) for each in crossings(track, state, near, parameters, every)]
    made = [
        Passed(each.id, each.kind, each.span.t0, each.span.t1, each.subjects, each.assets,
               each.measures, each.reliability, each.credibility)
        for each in found
        if each.span.t0 < until and each.span.t1 > since
    ]  # fmt: skip
    return sorted(made, key=lambda each: (each.t0, each.id))


def _box(asset: Asset) -> tuple[float, float, float, float]:
    """About the asset, in degrees; the whole way round where it crosses the antimeridian."""
    points = [point for line in lines(asset) for point in line]
    lon, lat = [each[0] for each in points], [each[1] for each in points]
    wide = ABOUT_DEG * (2.0 if max(map(abs, lat)) > 50 else 1.0)
    west, east = min(lon) - wide, max(lon) + wide
    if east - west > 180.0 or west < -180.0 or east > 180.0:
        west, east = -180.0, 180.0
    return west, min(lat) - ABOUT_DEG, east, max(lat) + ABOUT_DEG

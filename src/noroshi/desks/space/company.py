"""Company: pairs that stay near one another, and whether one of them is protected.

At instants half an hour apart, every pair within reach at a small relative speed; instants on end
are an episode. The catalogue as it stands is looked at for some days from its own present on; over
the past, the objects with a history are, each by the set made nearest to the day.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import numpy as np

from noroshi.desks.space.catalogue import LANES, Catalogue
from noroshi.desks.space.conjunction import current, start
from noroshi.desks.space.elements import sgp4
from noroshi.desks.space.findings import Seen, satellites, subject
from noroshi.desks.space.manoeuvre import histories
from noroshi.desks.space.screen import Room
from noroshi.words.time import DAY, HOUR, MINUTE, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noroshi.desks.space.parameters import Parameters
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure

NEAREST_DAYS: Final = 10.0
"""In the past an object is where its nearest set puts it, if that is so near in time."""

MOST_OBJECTS: Final = 4000
"""More histories than this are not looked at day by day: it would take hours."""

ONE_KM: Final = 1.0
"""A pair that is never farther apart is docked, or one object under two numbers."""


class Episode(msgspec.Struct, frozen=True):
    """A pair (numbers, ascending) and its time in company: µs UTC, km, km/s."""

    one: int
    two: int
    t0: int
    t1: int
    least_km: float
    median_km: float
    most_km: float
    kms: float
    deep: bool


def episodes(state: State) -> list[Episode]:
    """All company that lasts long enough, present and past."""
    parameters: Parameters = state.context.parameters
    seen = [*_present(state, parameters), *_past(state, parameters)]
    table = np.concatenate([*seen, np.empty(0, NEAR)])
    order = np.lexsort((table["t"], table["b"], table["a"]))
    return list(_joined(table[order], parameters))


NEAR: Final = np.dtype([("a", "i8"), ("b", "i8"), ("t", "i8"), ("km", "f4"), ("kms", "f4"),
                        ("deep", "?")])  # fmt: skip


def _present(state: State, parameters: Parameters) -> Iterator[Array]:
    if len(state.table()) < 2:
        return
    at = start(state.table(), parameters)
    rows = current(state, at)
    until = at + round((parameters.proximity_deep_hours + 12.0) * HOUR)
    yield from near(rows, at, until, parameters)


def _past(state: State, parameters: Parameters) -> Iterator[Array]:
    every = list(histories(state))
    if len(every) < 2 or len(every) > MOST_OBJECTS:
        return
    begins = sorted(int(rows["epoch"][0]) for rows in every)[1]
    ends = sorted(int(rows["epoch"][-1]) for rows in every)[-2]
    for day in range(begins // DAY, ends // DAY + 1):
        middle = day * DAY + DAY // 2
        nearest = [_nearest(rows, middle) for rows in every]
        held = [row for row in nearest if abs(int(row["epoch"]) - middle) <= NEAREST_DAYS * DAY]
        if len(held) >= 2:
            yield from near(np.array(held, every[0].dtype), day * DAY, (day + 1) * DAY, parameters)


def _nearest(rows: Array, at: int) -> Any:
    n = int(np.searchsorted(rows["epoch"], at))
    if n and (n == len(rows) or at - rows["epoch"][n - 1] <= rows["epoch"][n] - at):
        n -= 1
    return rows[n]


def near(rows: Array, since: int, until: int, parameters: Parameters) -> Iterator[Array]:
    """Pairs of `rows` in company at instants of a fixed grid in [since, until)."""
    step = round(parameters.proximity_step_min * MINUTE)
    times = np.arange(-(-since // step) * step, until, step)
    catalogue = Catalogue(sgp4(rows), card=parameters.card)
    room = Room(catalogue)
    within = max(parameters.proximity_km, parameters.proximity_deep_km)
    for begin in range(0, len(times), LANES):
        some = times[begin : begin + LANES]
        minutes = catalogue.minutes(some)
        grid = catalogue.grid(minutes, room.back, room.grid)
        pairs = room.instants(grid, within)
        if not len(pairs):
            continue
        n, a, b = pairs.T
        one, two = (grid[n, each // LANES, :6, each % LANES].astype("f8") for each in (a, b))
        found = np.empty(len(pairs), NEAR)
        d = one - two
        a, b = catalogue.object[a], catalogue.object[b]
        found["km"] = np.linalg.norm(d[:, :3], axis=1)
        found["kms"] = np.linalg.norm(d[:, 3:], axis=1)
        found["t"], found["deep"] = some[n], catalogue.deep[a] & catalogue.deep[b]
        first, second = rows["norad"][a], rows["norad"][b]
        found["a"], found["b"] = np.minimum(first, second), np.maximum(first, second)
        reach = np.where(found["deep"], parameters.proximity_deep_km, parameters.proximity_km)
        kept = (found["km"] < reach) & (found["kms"] < parameters.proximity_kms)
        yield found[kept & (a >= 0) & (b >= 0)]


def _joined(table: Array, parameters: Parameters) -> Iterator[Episode]:
    if not len(table):
        return
    step = round(parameters.proximity_step_min * MINUTE)
    # One instant out of reach in between is the far side of a relative orbit.
    broken = (np.diff(table["a"]) != 0) | (np.diff(table["b"]) != 0)
    broken |= np.diff(table["t"]) > 4 * step
    edges = [0, *(np.flatnonzero(broken) + 1).tolist(), len(table)]
    for low, high in itertools.pairwise(edges):
        part = table[low:high]
        deep = bool(part["deep"][0])
        lasted = int(part["t"][-1] - part["t"][0]) + step
        hours = parameters.proximity_deep_hours if deep else parameters.proximity_hours
        if lasted >= hours * HOUR:
            km = part["km"]
            yield Episode(
                int(part["a"][0]), int(part["b"][0]), int(part["t"][0]), int(part["t"][-1]) + step,
                float(km.min()), float(np.median(km)), float(km.max()), float(part["kms"].max()),
                deep,
            )  # fmt: skip


def company(state: State, moved: Sequence[Seen]) -> Iterator[Seen]:
    """Episodes as findings of kind `proximity`, and as `shadowing` where a protected satellite is
    kept company for long, or after the other one manoeuvred (`moved`)."""
    parameters: Parameters = state.context.parameters
    protected = satellites(state)
    owners = {name: asset.owner for name, asset in protected.items()}
    for each in episodes(state):
        objects = (subject(each.one), subject(each.two))
        measures = _measures(each)
        rows = _rows(state, each)
        span = Span(each.t0, each.t1, "min")
        yield Seen("proximity", span, objects, measures, rows)
        own = [name for name in objects if name in protected]
        if len(own) != 1 or each.most_km < ONE_KM:
            continue
        other = objects[0] if own[0] == objects[1] else objects[1]
        after = _followed(other, each, moved, parameters)
        days = (each.t1 - each.t0) / DAY
        if days < parameters.shadow_days and after is None:
            continue
        reach = parameters.proximity_deep_km if each.deep else parameters.proximity_km
        closeness = max(1.0 - each.median_km / reach, 0.1)
        score = min(days / parameters.shadow_days, 2.0) * closeness * (2.0 if after else 1.0)
        extra: dict[str, Measure] = {
            "score": round(score, 2),
            "because": f"after a manoeuvre of {after}" if after else f"stayed {days:.1f} days",
            "whose": owners.get(own[0]) or "—",
        }
        yield Seen("shadowing", span, (own[0], other), measures | extra, rows)


def _followed(
    other: str, episode: Episode, moved: Sequence[Seen], parameters: Parameters
) -> str | None:
    window = parameters.shadow_after_days * DAY
    for each in moved:
        if each.objects == (other,) and episode.t0 - window <= each.span.t1 <= episode.t0 + 2 * DAY:
            return cast("str", each.measures["before"])
    return None


def _measures(each: Episode) -> dict[str, Measure]:
    return {
        "duration_h": round((each.t1 - each.t0) / HOUR, 1),
        "least_km": round(each.least_km, 2),
        "median_km": round(each.median_km, 2),
        "most_km": round(each.most_km, 2),
        "speed_kms": round(each.kms, 4),
        "regime": "deep space" if each.deep else "near Earth",
        "state": "docked or one object" if each.most_km < ONE_KM else "apart",
    }


def _rows(state: State, each: Episode) -> tuple[Any, ...]:
    """The set of either object that lies nearest to the beginning."""
    table = state.table()
    found: list[Any] = []
    for number in (each.one, each.two):
        low, high = np.searchsorted(table["norad"], [number, number + 1]).tolist()
        found.append(_nearest(table[low:high], each.t0))
    return tuple(found)

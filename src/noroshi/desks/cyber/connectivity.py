"""Loss of connectivity: where a series of a network falls below a share of its own recent median.

The baseline of a point is the median of the points of the time before it, those of a loss left out,
so that a long outage does not become the usual. A loss ends with the first point at or above the
share; it is told from `series_points` points on. Ours; IODA alerts in the same way
(ioda.inetintel.cc.gatech.edu/help), with shares of its own for each source.
"""

from __future__ import annotations

import bisect
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber.findings import Seen, finding
from noroshi.words.evidence import Evidence, JsonPointer, Row
from noroshi.words.time import HOUR, SECOND, Span

if TYPE_CHECKING:
    from noroshi.desks.cyber.ours import Ours
    from noroshi.desks.cyber.state import Origin, State
    from noroshi.words.desk import Columns
    from noroshi.words.finding import Finding

LEAST: Final = 12
"""Points before a first loss can be told: an hour of five minutes."""


class Point(msgspec.Struct, frozen=True, order=True):
    """One value as one source has it. Of two sources the one retrieved last counts."""

    retrieved: int
    origin: str
    value: float
    step_s: int
    row: int
    pointer: str


class Loss(msgspec.Struct, frozen=True):
    """Points [first, last] of a series, below a share of `baseline`; `over` where it ended."""

    first: int
    last: int
    baseline: float
    lowest: float
    over: bool


Series = dict[int, Point]


def take(state: State, columns: Columns) -> None:
    """Hold the points of a batch."""
    origin = state.origin(columns.source)
    held = state.series
    names = ("entity", "datasource", "t", "value", "step_s", "row", "pointer")
    lists = [columns.arrays[name].tolist() for name in names]
    for entity, datasource, t, value, step_s, row, pointer in zip(*lists, strict=True):
        point = Point(columns.source.retrieved, origin, value, step_s, row, pointer)
        series = held.setdefault(f"{entity}|{datasource}", {})
        series[t] = max(point, series.get(t, point))


def losses(times: Sequence[int], values: Sequence[float], share: float, before: int,
           points: int) -> Iterator[Loss]:  # fmt: skip
    """The losses of a series, sorted by time. `before` in µs is the time of the baseline."""
    usual: deque[tuple[int, float]] = deque()
    ordered: list[float] = []
    first = lowest = -1
    baseline = 0.0
    for n, (t, value) in enumerate(zip(times, values, strict=True)):
        while usual and usual[0][0] < t - before:
            _, gone = usual.popleft()
            del ordered[bisect.bisect_left(ordered, gone)]
        median = _median(ordered) if first < 0 else baseline
        if len(ordered) >= LEAST and median > 0 and value < share * median:
            if first < 0:
                first, lowest, baseline = n, n, median
            lowest = n if value < values[lowest] else lowest
            continue
        if first >= 0 and n - first >= points:
            yield Loss(first, n - 1, baseline, values[lowest], True)
        first = -1
        usual.append((t, value))
        bisect.insort(ordered, value)
    if first >= 0 and len(times) - first >= points:
        yield Loss(first, len(times) - 1, baseline, values[lowest], False)


def _median(ordered: Sequence[float]) -> float:
    if not ordered:
        return 0.0
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def found(state: State, ours: Ours) -> Iterator[Finding]:
    """A finding for each loss of each series of an asset."""
    for key, series in sorted(state.series.items()):
        entity, _, datasource = key.partition("|")
        assets = _assets(entity, state, ours)
        if not assets:
            continue
        times = sorted(series)
        values = [series[t].value for t in times]
        share, hours = state.parameters.signal(datasource)
        for loss in losses(times, values, share, hours * HOUR, state.parameters.series_points):
            for asset in assets:
                seen = _seen(entity, datasource, asset, loss, times, series, state)
                yield finding(seen, state.context)


def _assets(entity: str, state: State, ours: Ours) -> tuple[str, ...]:
    if entity.startswith("asn:"):
        return ours.of_system(int(entity[4:]))
    if entity in state.context.assets.assets:
        return (entity,)
    called = ours.called(entity)
    return called if len(called) == 1 else ()


def _seen(entity: str, datasource: str, asset: str, loss: Loss, times: list[int],
          series: Series, state: State) -> Seen:  # fmt: skip
    first, last = series[times[loss.first]], series[times[loss.last]]
    step = last.step_s * SECOND
    begun = times[loss.first]
    ended = times[loss.last + 1] if loss.over else times[loss.last] + step
    origins = [state.origins[each.origin] for each in (first, last)]
    return Seen(
        kind="connectivity_loss",
        subjects=(f"series:{entity}:{datasource}",),
        asset=asset,
        span=Span(begun, max(ended, begun + 1), "min"),
        measures={
            "datasource": datasource,
            "baseline": round(loss.baseline, 3),
            "lowest": round(loss.lowest, 3),
            "lost_share": round(1 - loss.lowest / loss.baseline, 4),
            "points": loss.last - loss.first + 1,
            "over": "yes" if loss.over else "not yet",
        },
        evidence=tuple({_evidence(o, p) for o, p in zip(origins, (first, last), strict=True)}),
        reliability=max(each.reliability for each in origins),
        credibility=2,
    )


def _evidence(origin: Origin, point: Point) -> Evidence:
    locator = JsonPointer(point.pointer) if point.pointer else Row(point.row)
    return Evidence(
        origin.name, origin.lineage, origin.retrieved, origin.sha256, locator, origin.label
    )


def covered(state: State, ours: Ours) -> Iterator[tuple[str, int, int]]:
    """(asset, from, to) of what the series that are held tell of at all."""
    spans: dict[str, list[int]] = defaultdict(list)
    for key, series in state.series.items():
        if series:
            for asset in _assets(key.partition("|")[0], state, ours):
                spans[asset] += [min(series), max(series)]
    for asset, times in sorted(spans.items()):
        yield asset, min(times), max(times) + SECOND

"""The ledger of crossings: what each ship did at each cable and pipeline, beside its own before.

None of the published drags of the Baltic would have met a rule of the "slower than 2 knots" kind
(11 to 9.5 kn for five minutes; 9.3 to 8.8 kn at the first cable). So every pass is kept with the
ship's own median speed of the two hours before, and what may be an anchor is a rank over the
ledger: a count of signs, never an accusation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.judge import Row, judge
from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.passes import Pass, Passes, point
from noroshi.desks.sea.sphere import mean_course
from noroshi.desks.sea.tracks import STEPS, speed_kn
from noroshi.words.time import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.ports import Harbours
    from noroshi.desks.sea.state import State
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure


def crossings(
    track: Tracks, state: State, harbours: Harbours, parameters: Parameters, found: Passes
) -> Iterator[Seen]:
    """Every pass, one sighting each."""
    lines, every = found
    if not every:
        return
    ship = _Ships(track, state, harbours, parameters)
    ledger = [ship.row(each, lines.assets[each.line].id) for each in every]
    judge(ledger, parameters)
    for each, row in zip(every, ledger, strict=True):
        asset = lines.assets[each.line]
        measures: dict[str, Measure] = {
            "asset_name": asset.name,
            "asset_kind": asset.kind,
            "buffer_m": float(lines.reach_m[each.line]),
        }
        yield Seen(
            "crossing",
            ((each.first, each.last),),
            each.first,
            measures | row.measures,
            between=(each.t_in, each.t_out),
            point=point(track, np.array([each.leg]), np.array([each.share]))[0],
            within_m=float(track.leg_m[each.leg]) / 2,
            at=(asset,),
        )


class _Ships:
    """What the tracks say of one ship about one time."""

    def __init__(
        self, track: Tracks, state: State, harbours: Harbours, parameters: Parameters
    ) -> None:
        self._track, self._said, self._parameters = track, state.said, parameters
        self._harbours = harbours
        self._speed = speed_kn(track, parameters.cross_gap_s)
        table = state.table()
        self._status = table["status"][track.held]
        self._course = table["cog_deg"][track.held].astype(np.float64)
        self._drift = _turn(table["heading_deg"][track.held].astype(np.float64), self._course)
        self._begin = np.searchsorted(track.vessel, np.arange(len(track.subjects)), "left")
        self._end = np.searchsorted(track.vessel, np.arange(len(track.subjects)), "right")

    def row(self, each: Pass, asset: str) -> Row:
        """The ledger's line of a pass, its rank still open."""
        own = self._parameters
        before = self._rows(each.vessel, each.t_in - own.cross_baseline_s * SECOND, each.t_in)
        over = self._rows(each.vessel, each.t_in, each.t_out)
        baseline, known = _median(self._speed[before])
        lowest, at = self._lowest(each, over)
        loss_kn = baseline - lowest
        loss = loss_kn / baseline if baseline >= 0.1 else np.nan
        error = self._error_kn(at)
        sure = loss_kn - error
        dropped = baseline >= 0.1 and bool(
            sure >= own.drag_drop_kn or sure >= own.drag_drop * baseline
        )
        measures = self._when(each) | self._motion(each, over, before)
        measures |= _told(
            lowest_kn=(lowest, 2),
            baseline_kn=(baseline, 2),
            loss_kn=(loss_kn, 2),
            loss_share=(loss, 4),
            speed_error_kn=(error, 2),
        )
        measures |= {"baseline_positions": known, "drop_share": own.drag_drop,
                     "drop_kn": own.drag_drop_kn, "lasting_min": own.drag_min_s / 60}  # fmt: skip
        slow_min = self._slow(each.vessel, at, baseline) if dropped else 0.0
        reason = self._reason(at) if dropped else ""
        measures["slow_min"] = slow_min
        ship = self._track.subjects[each.vessel]
        return Row(ship, asset, each.t_in, each.t_out, measures, dropped, reason)

    def _rows(self, vessel: int, since: int, until: int) -> slice:
        """The ship's rows in [since, until)."""
        begin, end = self._begin[vessel], self._end[vessel]
        times = self._track.t[begin:end]
        return slice(
            int(begin + np.searchsorted(times, since, "left")),
            int(begin + np.searchsorted(times, until, "left")),
        )

    def _lowest(self, each: Pass, over: slice) -> tuple[float, int]:
        """The lowest median of three positions on end in the pass, and the middle one's row; the
        median of fewer; the speed made good where there are none."""
        speed = self._speed[over]
        if len(speed) >= 3:
            threes = np.stack([speed[:-2], speed[1:-1], speed[2:]])
            if not np.isnan(threes).all():
                middle = np.median(threes, axis=0)
                if not np.isnan(middle).all():
                    at = int(np.nanargmin(middle))
                    return float(middle[at]), over.start + at + 1
        some = _median(speed)[0]
        if not np.isnan(some):
            return some, over.start
        made = self._track.leg_m[each.leg] / max(self._track.leg_s[each.leg], 1.0)
        return float(made) / KNOT_MS, each.leg

    def _when(self, each: Pass) -> dict[str, Measure]:
        track = self._track
        found: dict[str, Measure] = {
            "crossings": each.crossings,
            "closest_m": round(each.closest_m),
            "closest_after_s": max(0, round((each.t_closest - each.t_in) / SECOND)),
            "duration_min": round((each.t_out - each.t_in) / MINUTE, 1),
            "heard_every_s": round(float(track.leg_s[each.leg])),
        }
        if each.crossings:
            length = int(track.t[each.leg] - track.t[each.leg - 1])
            crossed = int(track.t[each.leg - 1]) + length * each.share
            found["crossed_after_s"] = max(0, round((crossed - each.t_in) / SECOND))
            found["angle_deg"] = round(each.angle_deg)
            found["from_side"] = "left" if each.side > 0 else "right"
        return found

    def _motion(self, each: Pass, over: slice, before: slice) -> dict[str, Measure]:
        own, inside = self._parameters, slice(each.first, each.last + 1)
        beside = own.cross_beside_s * SECOND
        just_before = self._rows(each.vessel, each.t_in - beside, each.t_in)
        after = self._rows(each.vessel, each.t_out, each.t_out + beside)
        over_kn = _median(self._speed[over])[0]
        if np.isnan(over_kn):
            over_kn = self._lowest(each, over)[0]
        found = _told(
            before_kn=(_median(self._speed[just_before])[0], 2),
            over_kn=(over_kn, 2),
            after_kn=(_median(self._speed[after])[0], 2),
            drift_deg=(_median(self._moving(inside))[0], 1),
            drift_before_deg=(_median(self._moving(before))[0], 1),
            course_deg=(mean_course(self._course[inside]), 0),
        )
        status = self._status[inside]
        status = status[status >= 0]
        if len(status):
            found["nav_status"] = int(np.bincount(status).argmax())
        return found | self._said_by(each)

    def _moving(self, rows: slice) -> Array:
        """Drift where the ship made way: a course at rest means nothing."""
        drift = self._drift[rows]
        return drift[self._speed[rows] >= 1.0]

    def _said_by(self, each: Pass) -> dict[str, Measure]:
        """The draught and the type that the ship gave last before, else first after."""
        said = self._said.get(self._track.subjects[each.vessel], {})
        found: dict[str, Measure] = {}
        for n, name in enumerate(("draught_m", "ship_type")):
            times = sorted(t for t, what in said.items() if what[n])
            if times:
                early = [t for t in times if t <= each.t_out]
                found[name] = said[early[-1] if early else times[0]][n]
        return found

    def _slow(self, vessel: int, at: int, baseline: float) -> float:
        """Minutes that the speed stayed low about row `at`, over the pass's ends too."""
        own = self._parameters
        limit = baseline - min(own.drag_drop_kn, own.drag_drop * baseline)
        first = last = at
        while first > self._begin[vessel] and self._low(first - 1, first, limit):
            first -= 1
        while last + 1 < self._end[vessel] and self._low(last + 1, last + 1, limit):
            last += 1
        return round(float(self._track.t[last] - self._track.t[first]) / MINUTE, 1)

    def _low(self, row: int, leg: int, limit: float) -> bool:
        heard = self._track.leg_s[leg] <= self._parameters.cross_gap_s
        return bool(heard and self._speed[row] <= limit + 1e-6)

    def _error_kn(self, at: int) -> float:
        """By how much the speed at row `at` may be out: the step of a reported speed (0.1 kn,
        M.1371 table 48); of one made good, the share by which clocks may stretch the leg."""
        track = self._track
        if np.isfinite(track.sog_kn[at]):
            return 0.1
        legs = [row for row in (at, at + 1) if row < len(track.t) and np.isfinite(track.leg_s[row])]
        shares = [
            (STEPS[track.precision[row]] + STEPS[track.precision[row - 1]])
            / SECOND
            / max(float(track.leg_s[row]), 1.0)
            for row in legs
        ]
        return float(self._speed[at] * max(shares)) if shares else np.nan

    def _reason(self, at: int) -> str:
        """A port or anchorage near by, where ships slow down every day."""
        near = self._harbours.nearest(self._track.xyz[at : at + 1])[1][0]
        return "port" if near <= self._parameters.port_exit_m else ""


def _turn(a: Array, b: Array) -> Array:
    """Degrees between two directions, 0 to 180."""
    return np.abs((a - b + 180.0) % 360.0 - 180.0)


def _median(values: Array) -> tuple[float, int]:
    known = values[np.isfinite(values)]
    return (float(np.median(known)), len(known)) if len(known) else (np.nan, 0)


def _told(**values: tuple[float, int]) -> dict[str, Measure]:
    """Those that are known, rounded."""
    return {
        name: round(float(value), digits)
        for name, (value, digits) in values.items()
        if np.isfinite(value)
    }

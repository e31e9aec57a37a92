"""The slow second opinion on gaps: plain Python over the tracks of `Oracle`, every pair tried."""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple

from slow_rare import whose
from slow_tracks import KN, xyz

from noroshi.desks.sea.parameters import Parameters
from noroshi.words.place import EARTH_RADIUS_M

P = Parameters()
S = 1_000_000
HOUR = 3600 * S
LEAST = P.gap_min_s * S
MARGIN = P.gap_margin_s * S


class Silence(NamedTuple):
    name: str
    row: int
    t: int
    until: int
    there: bool

    @property
    def span(self):
        """When others count."""
        return self.t + MARGIN, min(self.until - MARGIN, self.t + P.gap_look_s * S)


class Gaps:
    """What an oracle says of silences."""

    def gaps(self):
        every = list(self.silences(LEAST - 2 * MARGIN))
        fell = [each for each in every if self.hours(each) >= (LEAST - 4 * MARGIN) // HOUR]
        for each in every:
            if each.until - each.t < LEAST:
                continue
            spot = self.spot(each)
            others = self.near(spot, *each.span, P.gap_near_m)
            known, too = self.alike(each, fell)
            ordinary = too >= P.gap_witnesses and too > P.gap_share * known
            hours = self.hours(each)
            on = self.ahead(each, P.gap_ahead_s)
            late = each.there or self.near(spot, each.t + LEAST, each.span[1], P.gap_near_m)
            before = sum(
                each.t - P.gap_before_s * S <= row[1] <= each.t for row in self.tracks[each.name]
            )
            if (
                len(others) >= P.gap_witnesses
                and hours >= (LEAST - 2 * MARGIN) // HOUR
                and self.near(on, *each.span, P.gap_way_m)
                and late
                and not ordinary
                and all(self.near(one, *each.span, P.gap_way_m) for one in self.way(each))
                and before >= P.gap_before
            ):
                last = each.until if each.there else each.t
                yield ("gap", (each.name,), each.t, last, len(others), hours, too, before)

    def silences(self, least):
        end = max((track[-1][1] for track in self.tracks.values() if track), default=0)
        for name, track in self.tracks.items():
            for i, off in enumerate(track):
                there = i + 1 < len(track)
                until = track[i + 1][1] if there else end
                if until - off[1] < least or (there and not self.possible(off, track[i + 1])):
                    continue
                own = (rows for other, rows in self.tracks.items() if whose(other) == whose(name))
                if not any(off[1] < row[1] < until + (not there) for rows in own for row in rows):
                    yield Silence(name, i, off[1], until, there)

    def spot(self, each):
        return xyz(*self.tracks[each.name][each.row][2:4])

    def near(self, spot, low, high, metres):
        """Who was heard there."""
        return {
            whose(name)
            for name, rows in self.tracks.items()
            if any(low <= row[1] <= high and math.dist(xyz(*row[2:4]), spot) <= metres
                   for row in rows)
        }  # fmt: skip

    def hours(self, each):
        spot, span = self.spot(each), P.gap_before_s * S
        usual = statistics.median(
            len(self.near(spot, t, min(t + HOUR, each.t) - 1, P.gap_near_m) - {whose(each.name)})
            for t in range(each.t - span, each.t, HOUR)
        )
        needed = max(1, P.gap_together * usual)
        low, high = each.span
        return sum(
            len(self.near(spot, t, min(t + HOUR - 1, high), P.gap_near_m)) >= needed
            for t in range(low, high + 1, HOUR)
        )

    def alike(self, each, fell):
        """How many others were near within the twelve hours, and how many fell silent so."""
        spot, span = self.spot(each), P.gap_before_s * S
        near = self.near(spot, each.t - span, each.t + span, P.gap_near_m) - {whose(each.name)}
        too = {
            whose(other.name)
            for other in fell
            if abs(other.t - each.t) <= span
            and math.dist(self.spot(other), spot) <= P.gap_near_m
            and self.ended(other) == self.ended(each)
        } - {whose(each.name)}
        return len(near), len(too)

    def ended(self, each):
        if not each.there:
            return "never"
        still = self.ahead(each, 1) == self.spot(each)
        after = xyz(*self.tracks[each.name][each.row + 1][2:4])
        close = math.dist(self.spot(each), after) <= P.stop_near_m
        return "there" if still and close else "elsewhere"

    def way(self, each):
        here = self.spot(each)
        there = self.ahead(each, P.gap_min_s)
        if each.there:
            there = xyz(*self.tracks[each.name][each.row + 1][2:4])
        chord = math.dist(here, there)
        steps = math.ceil(
            2 * EARTH_RADIUS_M * math.asin(min(1, chord / (2 * EARTH_RADIUS_M))) / P.gap_way_m
        )
        for n in range(1, steps + (not each.there)):
            point = [a * (1 - n / steps) + b * n / steps for a, b in zip(here, there, strict=True)]
            yield tuple(x * EARTH_RADIUS_M / math.hypot(*point) for x in point)

    def ahead(self, each, seconds):
        """Where the ship would be later on, by its last leg; no ship here gives its course."""
        track, i = self.tracks[each.name], each.row
        here, took = xyz(*track[i][2:4]), self.leg_s(track, i)
        if not 0 < took <= P.stop_gap_s:
            return here
        way = [(p - q) / took for p, q in zip(here, xyz(*track[i - 1][2:4]), strict=True)]
        if math.hypot(*way) < P.company_min_kn * KN:
            return here
        point = [p + w * seconds for p, w in zip(here, way, strict=True)]
        return tuple(x * EARTH_RADIUS_M / math.hypot(*point) for x in point)

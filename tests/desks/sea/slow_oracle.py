"""The slow second opinion of the detectors: plain Python, every pair tried, no grid, no hash."""

from __future__ import annotations

import collections
import functools
import itertools
import math
import statistics

from slow_gaps import Gaps
from slow_rare import Rare, degrees, mean, whose
from slow_tracks import apart, xyz

from noroshi.desks.sea import ports
from noroshi.desks.sea.parameters import Parameters
from noroshi.words.place import EARTH_RADIUS_M, distance_m

P = Parameters()
KN = 1852 / 3600
S = 1_000_000


class Oracle(Rare, Gaps):
    """Everything found in (subject, t, lon, lat, sog, step) rows, step being the time's unit."""

    def __init__(self, rows, reach=0.6):
        kept = {}
        for row in rows:
            key = (row[0], row[1] // (P.grain_s * S))
            if key not in kept or row[:4] < kept[key][:4]:
                kept[key] = row
        self.tracks = {}
        for row in sorted(kept.values(), key=lambda row: (row[0], row[1])):
            self.tracks.setdefault(row[0], []).append(row)
        self.tracks = dict(part for name in self.tracks for part in self.separate(name))
        lons, lats = [row[2] for row in rows], [row[3] for row in rows]
        self.harbours = [
            each
            for each in ports.harbours()
            if min(lats) - reach < each.lat < max(lats) + reach
            and min(lons) - reach < each.lon < max(lons) + reach
        ]

    def possible(self, a, b):
        far = distance_m(a[2], a[3], b[2], b[3])
        seconds = (b[1] - a[1] + a[5] + b[5]) / S
        return far <= P.jump_m or far <= P.jump_kn * KN * seconds

    def separate(self, name):
        """(name, track) of each of an identity's tracks; those of one row are errors."""
        track = self.tracks[name]
        numbers = apart([
            (row[1] / S, row[2], row[3], row[4], row[6] if len(row) > 6 else math.nan, row[5] / S)
            for row in track
        ])  # fmt: skip
        many = collections.Counter(numbers)
        kept = [n for n in many if many[n] >= P.leap_messages] or list(many)
        for n in kept:
            mine = [row for row, number in zip(track, numbers, strict=True) if number == n]
            yield f"{name}/{n}", mine

    def leg_s(self, track, i):
        """Seconds of the leg that ends at i, inf where a track starts."""
        if i == 0 or i >= len(track) or not self.possible(track[i - 1], track[i]):
            return math.inf
        return (track[i][1] - track[i - 1][1]) / S

    def speed(self, track, i):
        if not math.isnan(track[i][4]):
            return track[i][4]
        legs = []
        for j in (i, i + 1):
            seconds = self.leg_s(track, j)
            if seconds <= P.stop_gap_s:
                far = distance_m(*track[j - 1][2:4], *track[j][2:4])
                legs.append(far / max(seconds, 1) / KN)
        return min(legs, default=math.nan)

    def stationary(self, track):
        """(first, last) of each rest."""
        found, first = [], None
        for i, row in enumerate(track):
            speed = self.speed(track, i)
            broken = self.leg_s(track, i) > P.stop_gap_s
            if first is not None and (broken or speed > P.fast_kn):
                found.append((first, i - 1))
                first = None
            if first is not None and math.dist(xyz(*row[2:4]), xyz(*track[first][2:4])) > (
                P.stop_spread_m
            ):
                found.append((first, i - 1))
                first = i
            if first is None and speed < P.slow_kn:
                first = i
        return [*found, (first, len(track) - 1)] if first is not None else found

    def stops(self):
        for name, track in self.tracks.items():
            for first, last in self.stationary(track):
                if track[last][1] - track[first][1] >= P.stop_min_s * S:
                    yield ("stop", (name,), track[first][1], track[last][1])

    def nearest(self, lon, lat):
        level = [h for h in self.harbours if abs(h.lat - lat) < 0.15]
        return min((distance_m(lon, lat, h.lon, h.lat) for h in level), default=math.inf)

    def visits(self):
        for name, track in self.tracks.items():
            rests = self.stationary(track)
            near = functools.cache(lambda i, track=track: self.nearest(*track[i][2:4]))
            roads = {
                i
                for a, b in rests
                if track[b][1] - track[a][1] >= P.stop_min_s * S
                and min(near(i) for i in range(a, b + 1)) <= P.stop_near_m
                for i in range(a, b + 1)
            }
            inside, first = [], None
            port = anchored = False
            for i in range(len(track)):
                far = i > 0 and distance_m(*track[i - 1][2:4], *track[i][2:4]) > 2 * P.port_exit_m
                broken = math.isinf(self.known_s(track, i)) or far
                port = near(i) <= P.port_entry_m or (
                    port and near(i) < P.port_exit_m and not broken
                )
                anchored = i in roads or (anchored and near(i) <= P.stop_near_m and not broken)
                if first is not None and (broken or not (port or anchored)):
                    inside.append((first, i - 1))
                    first = None
                if first is None and (port or anchored):
                    first = i
            if first is not None:
                inside.append((first, len(track) - 1))
            for first, last in inside:
                yield from self.visit(name, track, rests, first, last)

    def known_s(self, track, i):
        seconds = self.leg_s(track, i)
        return seconds if seconds <= P.port_silence_s else math.inf

    def visit(self, name, track, rests, first, last):
        entered = not math.isinf(self.known_s(track, first))
        left = not math.isinf(self.known_s(track, last + 1))
        cut = [(max(a, first), min(b, last)) for a, b in rests if b >= first and a <= last]
        stopped = any(track[b][1] - track[a][1] >= P.port_stop_min_s * S for a, b in cut)
        gaps = [self.leg_s(track, i) for i in range(first + 1, last + 1 + left)]
        if stopped or any(gap > P.port_gap_s for gap in gaps):
            confidence = 2 + entered + left
            yield ("port_visit", (name,), track[first][1], track[last][1], confidence)

    @functools.cached_property
    def grid(self):
        """slot -> name -> (point, first row's time, last row's time)"""
        slots = {}
        step = P.step_s * S
        for name, track in self.tracks.items():
            for row in track:
                if row[1] % step == 0:
                    slots.setdefault(row[1] // step, {})[name] = (xyz(*row[2:4]), row[1], row[1])
            for i in range(1, len(track)):
                if self.leg_s(track, i) > P.step_gap_s:
                    continue
                a, b = track[i - 1], track[i]
                for slot in range(-(-a[1] // step), -(-b[1] // step)):
                    share = (slot * step - a[1]) / (b[1] - a[1])
                    point = [
                        p * (1 - share) + q * share
                        for p, q in zip(xyz(*a[2:4]), xyz(*b[2:4]), strict=True)
                    ]
                    scale = EARTH_RADIUS_M / math.hypot(*point)
                    slots.setdefault(slot, {})[name] = (
                        tuple(each * scale for each in point), a[1], b[1],
                    )  # fmt: skip
        return slots

    def move(self, slot, name):
        """(kn, course) of the step to the next slot, or None."""
        ahead = self.grid.get(slot + 1, {}).get(name)
        if ahead is None:
            return None
        a, b = self.grid[slot][name][0], ahead[0]
        (lon_a, lat_a), (lon_b, lat_b) = degrees(a), degrees(b)
        d = math.radians(lon_b - lon_a)
        phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
        y = math.sin(d) * math.cos(phi_b)
        x = math.cos(phi_a) * math.sin(phi_b) - math.sin(phi_a) * math.cos(phi_b) * math.cos(d)
        return math.dist(a, b) / P.step_s / KN, math.degrees(math.atan2(y, x)) % 360

    def spells(self, metres, alike, least_s):
        met = {}
        for slot, there in self.grid.items():
            for a, b in itertools.combinations(sorted(there), 2):
                if whose(a) == whose(b):
                    continue
                p, q = there[a][0], there[b][0]
                if abs(p[2] - q[2]) <= metres and math.dist(p, q) <= metres and alike(slot, a, b):
                    met.setdefault((a, b), set()).add(slot)
        for pair, slots in met.items():
            for slot in sorted(slots):
                if slot - 1 not in slots:
                    last = slot
                    while last + 1 in slots:
                        last += 1
                    if (last - slot) * P.step_s >= least_s:
                        yield pair, slot, last

    def encounters(self):
        every = []
        for form, metres, least in (
            ("long", P.encounter_m, P.encounter_min_s),
            ("short", P.encounter_short_m, P.encounter_short_min_s),
        ):
            for pair, low, high in self.spells(metres, lambda *_: True, least):
                moves = [self.move(slot, name)[0] for slot in range(low, high) for name in pair]
                points = [self.grid[slot][name][0] for slot in range(low, high + 1)
                          for name in pair]  # fmt: skip
                if statistics.median(moves) < P.encounter_kn and (
                    self.nearest(*degrees(mean(points))) > P.encounter_port_m
                ):
                    t0 = min(self.grid[low][name][1] for name in pair)
                    t1 = max(self.grid[high][name][2] for name in pair)
                    every.append((form, pair, low, high, t0, t1))
        longs = [each for each in every if each[0] == "long"]
        kept = {}
        for form, pair, low, high, t0, t1 in every:
            within = [each for each in longs if each[1] == pair and each[2] <= low
                      and high <= each[3]]  # fmt: skip
            if form == "short" and within:
                continue
            key = pair, t0 // (3600 * S)
            if key not in kept or (form == "short" and kept[key][0] < high - low):
                kept[key] = high - low, ("encounter", pair, t0, t1)
        yield from (each for _, each in kept.values())

    def companies(self):
        def alike(slot, a, b):
            one, other = self.move(slot, a), self.move(slot, b)
            if one is None or other is None:
                return False
            turn = abs((one[1] - other[1] + 180) % 360 - 180)
            return (
                turn <= P.company_course_deg
                and abs(one[0] - other[0]) <= P.company_kn
                and min(one[0], other[0]) >= P.company_min_kn
            )

        spells = list(self.spells(P.company_m, alike, P.company_min_s))
        slots = P.company_min_s / P.step_s
        left = set(range(len(spells)))
        while left:
            group, queue = set(), [left.pop()]
            while queue:
                one = queue.pop()
                group.add(one)
                pair, low, high = spells[one]
                joined = {
                    n
                    for n in left
                    if set(spells[n][0]) & set(pair)
                    and min(high, spells[n][2]) - max(low, spells[n][1]) >= slots
                }
                left -= joined
                queue += joined
            names = sorted({name for n in group for name in spells[n][0]})
            if len({whose(name) for name in names}) >= P.company_vessels:
                ends = [
                    self.grid[slot][name][1:]
                    for n in group
                    for name in spells[n][0]
                    for slot in spells[n][1:]
                ]
                t0, t1 = min(each[0] for each in ends), max(each[1] for each in ends)
                yield ("ships_in_company", tuple(names), t0, t1)

    def all(self):
        found = [
            *self.stops(), *self.visits(), *self.gaps(), *self.encounters(), *self.companies(),
            *self.loiterings(), *self.swaps(), *self.ashore(),
        ]  # fmt: skip
        return sorted(
            (
                (kind, tuple(dict.fromkeys(map(whose, names))), *rest)
                for kind, names, *rest in found
            ),
            key=str,
        )


ELSEWHERE = {"impossible_move", "identity_clash", "spoofed_area"}
"""Kinds that are looked at elsewhere: test_leap.py, test_events.py."""

TOLD = {"port_visit": ("confidence",), "gap": ("witnesses", "heard_h", "silent_too", "before")}


def said(findings, step):
    """The desk's findings as the oracle puts them."""
    return sorted(
        (
            (
                each.kind,
                each.subjects,
                each.span.t0,
                each.span.t1 - step,
                *(each.measures[name] for name in TOLD.get(each.kind, ())),
            )
            for each in findings
            if each.kind not in ELSEWHERE
        ),
        key=str,
    )


def plain(arrays, step):
    return [
        (f"mmsi:{mmsi}", t, lon, lat, sog, step)
        for mmsi, t, lon, lat, sog in zip(
            *(arrays[name].tolist() for name in ("mmsi", "t", "lon", "lat", "sog_kn")), strict=True
        )
    ]

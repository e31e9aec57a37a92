"""The detectors against a slow second opinion: plain Python, every pair tried, no grid, no hash."""

from __future__ import annotations

import collections
import functools
import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_tracks import apart, xyz

from noroshi.desks.sea import ports
from noroshi.desks.sea.parameters import Parameters
from noroshi.words.place import EARTH_RADIUS_M, distance_m

P = Parameters()
KN = 1852 / 3600
S = 1_000_000


def degrees(point):
    x, y, z = point
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def mean(points):
    return tuple(sum(each) / len(points) for each in zip(*points, strict=True))


class Oracle:
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
            inside, first = [], None
            for i in range(len(track)):
                far = i > 0 and distance_m(*track[i - 1][2:4], *track[i][2:4]) > 2 * P.port_exit_m
                broken = math.isinf(self.leg_s(track, i)) or far
                if first is not None and (broken or near(i) >= P.port_exit_m):
                    inside.append((first, i - 1))
                    first = None
                if first is None and near(i) <= P.port_entry_m:
                    first = i
            if first is not None:
                inside.append((first, len(track) - 1))
            for first, last in inside:
                yield from self.visit(name, track, rests, first, last)

    def visit(self, name, track, rests, first, last):
        entered = not math.isinf(self.leg_s(track, first))
        left = not math.isinf(self.leg_s(track, last + 1))
        cut = [(max(a, first), min(b, last)) for a, b in rests if b >= first and a <= last]
        stopped = any(track[b][1] - track[a][1] >= P.port_stop_min_s * S for a, b in cut)
        gaps = [self.leg_s(track, i) for i in range(first + 1, last + 1 + left)]
        if stopped or any(gap > P.port_gap_s for gap in gaps):
            confidence = 2 + entered + left
            yield ("port_visit", (name,), track[first][1], track[last][1], confidence)

    def gaps(self):
        end = max((track[-1][1] for track in self.tracks.values() if track), default=0)
        for name, track in self.tracks.items():
            for i, off in enumerate(track):
                there = i + 1 < len(track)
                until = track[i + 1][1] if there else end
                if until - off[1] < P.gap_min_s * S or (
                    there and not self.possible(off, track[i + 1])
                ):
                    continue
                if any(
                    off[1] < row[1] < until + (not there)
                    for other, rows in self.tracks.items()
                    if whose(other) == whose(name)
                    for row in rows
                ):
                    continue
                low = off[1] + P.gap_margin_s * S
                high = min(until - P.gap_margin_s * S, off[1] + P.gap_look_s * S)
                before = sum(off[1] - P.gap_before_s * S <= row[1] <= off[1] for row in track)
                heard, ahead = (
                    len({
                        whose(other)
                        for other, rows in self.tracks.items()
                        for row in rows
                        if whose(other) != whose(name) and low <= row[1] <= high
                        and math.dist(xyz(*row[2:4]), spot) <= P.gap_near_m
                    })
                    for spot in (xyz(*off[2:4]), self.ahead(track, i))
                )  # fmt: skip
                if heard >= P.gap_witnesses and ahead and before >= P.gap_before:
                    last = until if there else off[1]
                    yield ("gap", (name,), off[1], last, heard, ahead, before)

    def ahead(self, track, i):
        """Where the ship would be later on, by its last leg; no ship here gives its course."""
        here = xyz(*track[i][2:4])
        seconds = self.leg_s(track, i)
        if not 0 < seconds <= P.step_gap_s:
            return here
        way = [(p - q) / seconds for p, q in zip(here, xyz(*track[i - 1][2:4]), strict=True)]
        if math.hypot(*way) < P.company_min_kn * KN:
            return here
        point = [p + w * P.gap_ahead_s for p, w in zip(here, way, strict=True)]
        return tuple(each * EARTH_RADIUS_M / math.hypot(*point) for each in point)

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

    def loiterings(self):
        wide = 3600 // P.step_s
        for name in self.tracks:
            slots = {slot for slot, there in self.grid.items() if name in there}
            slow = set()
            for slot in slots:
                hour = [self.move(each, name) for each in range(slot, slot + wide)
                        if each in self.grid and name in self.grid[each]]  # fmt: skip
                whole = len(hour) == wide and None not in hour
                if whole and sum(kn for kn, _ in hour) / wide < P.loiter_kn:
                    slow.add(slot)
            for slot in sorted(slow):
                if slot - 1 in slow:
                    continue
                last = slot
                while last + 1 in slow:
                    last += 1
                last += wide
                middle = mean([self.grid[each][name][0] for each in range(slot, last + 1)])
                if (last - slot) * P.step_s >= P.loiter_min_s and (
                    self.nearest(*degrees(middle)) > P.loiter_port_m
                ):
                    t0, t1 = self.grid[slot][name][1], self.grid[last][name][2]
                    yield ("loitering", (name,), t0, t1)

    def swaps(self):
        rows = {}
        for name, track in self.tracks.items():
            rows.setdefault(whose(name), []).extend(track)
        rows = {name: sorted(each, key=lambda row: row[1]) for name, each in rows.items()}
        begin = min((each[0][1] for each in rows.values()), default=0)
        end = max((each[-1][1] for each in rows.values()), default=0)
        least = P.swap_known_s * S
        for one, other in itertools.permutations(rows, 2):
            a, b = rows[one][-1], rows[other][0]
            seconds = (b[1] - a[1]) / S
            known = all(rows[each][-1][1] - rows[each][0][1] >= least for each in (one, other))
            if not known or not 0 < seconds <= P.swap_s:
                continue
            if end - a[1] < least or b[1] - begin < least:
                continue
            if distance_m(*a[2:4], *b[2:4]) > P.swap_m or abs(a[4] - b[4]) > P.swap_kn:
                continue
            third = any(
                distance_m(*row[2:4], *b[2:4]) <= 2 * P.swap_m
                and a[1] - P.swap_s * S <= row[1] <= b[1] + P.swap_s * S
                for name, each in rows.items() if name not in (one, other) for row in each
            )  # fmt: skip
            if not third and self.nearest(*b[2:4]) > P.encounter_port_m:
                yield ("identity_swap", (one, other), a[1], b[1])

    def ashore(self):
        from noroshi.desks.sea.inland import inland

        def cell(row):
            return math.floor((row[3] + 90) * 20), math.floor((row[2] + 180) * 20) % 7200

        heard = {}
        for name, track in self.tracks.items():
            for row in track:
                heard.setdefault(cell(row), set()).add(whose(name))
        for name, track in self.tracks.items():
            first = None
            for i in range(len(track) + 1):
                dry = False
                if i < len(track):
                    row = track[i]
                    north, east = cell(row)
                    others = set().union(*(
                        heard.get((north + n, (east + e) % 7200), set())
                        for n in (-1, 0, 1) for e in (-1, 0, 1)
                    )) - {whose(name)}  # fmt: skip
                    dry = (
                        bool(inland(np.array([row[2]]), np.array([row[3]]))[0])
                        and self.speed(track, i) > P.land_kn
                        and not others
                        and self.nearest(*row[2:4]) > P.land_port_m
                    )
                if first is not None and (not dry or self.leg_s(track, i) > P.land_gap_s):
                    if i - first >= P.land_messages:
                        t0, t1 = track[first][1], track[i - 1][1]
                        yield ("position_on_land", (name,), t0, t1)
                    first = None
                if dry and first is None:
                    first = i

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


def whose(name):
    """The identity of a track."""
    return name.split("/")[0]


ELSEWHERE = {"impossible_move", "identity_clash", "spoofed_area"}
"""Kinds with an oracle of their own, in test_leap.py and test_spoof.py."""

TOLD = {"port_visit": ("confidence",), "gap": ("witnesses", "witnesses_ahead", "before")}


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


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(32.5, 29.85), (32.3, 31.5), (-30.0, 45.0)],
    ids=["Suez roads", "off Port Said", "mid-Atlantic"],
)
@settings(max_examples=3 * (settings().max_examples // 100))
@given(seed=st.integers(0, 2**32))
def test_random_fleets_are_read_as_by_the_slow_oracle(scene, lon, lat, seed):
    fleet = scene.fleet(seed, lon, lat)
    assert said(scene.found([fleet]), S) == Oracle(plain(fleet.arrays, S)).all()


def changing(seed):
    """Ships that fall silent as others appear, near or not so near, soon or not so soon."""
    rng = np.random.default_rng(seed)
    vessels = {257_000_100: [(600 * n, -29.0, 45.0, 8.0) for n in range(73)]}
    for n in range(int(rng.integers(1, 6))):
        lon, lat = -30.0 + 0.05 * rng.integers(0, 4), 45.0
        turn = int(rng.choice([1_800, 14_400, 39_600]))
        east, knots = float(rng.choice([0.001, 0.001, 0.02])), float(rng.choice([0.1, 1.0, 6.0]))
        later = turn + int(rng.choice([60, 120, 500, 900]))
        old, new = 257_000_000 + 2 * n, 257_000_001 + 2 * n
        vessels[old] = [(t, lon, lat, 0.1) for t in range(60 * n, turn, 300)]
        vessels[new] = [(t, lon + east, lat, knots) for t in range(later, 54_000, 300)]
    return vessels


def desert(seed):
    """Ships about one place in the Sahara, some alone and some where others are."""
    rng = np.random.default_rng(seed)
    vessels = {}
    for n in range(int(rng.integers(1, 5))):
        lon, lat = 24.0 + 0.06 * rng.integers(0, 4), 25.0
        knots, every = float(rng.choice([1.0, 8.0, 20.0])), int(rng.choice([120, 600, 3_700]))
        vessels[257_000_000 + n] = [
            (k * every + n, lon + k * knots * every / 3600 / 60, lat, knots) for k in range(12)
        ]
    return vessels


@pytest.mark.parametrize(
    ("make", "kind"),
    [(changing, "identity_swap"), (desert, "position_on_land")],
    ids=["swap", "land"],
)
@settings(max_examples=20 * (settings().max_examples // 100))
@given(seed=st.integers(0, 2**32))
def test_rarer_kinds_are_read_as_by_the_slow_oracle(scene, make, kind, seed):
    columns = scene.columns(make(seed))
    assert said(scene.found([columns]), S) == Oracle(plain(columns.arrays, S)).all()


@pytest.mark.parametrize(
    ("make", "kind"),
    [(changing, "identity_swap"), (desert, "position_on_land")],
    ids=["swap", "land"],
)
def test_rarer_kinds_are_there_now_and_then(scene, make, kind):
    found = [kind in scene.kinds(scene.found([scene.columns(make(seed))])) for seed in range(12)]
    assert 1 < sum(found) < 12


def test_random_fleets_hold_every_kind(scene):
    """Else the comparison above would compare nothing with nothing."""
    seeds = range(20)
    seen = {
        each.kind
        for seed in seeds
        for place in ((32.5, 29.85), (-30.0, 45.0))
        for each in scene.found([scene.fleet(seed, *place)])
    }
    assert seen - ELSEWHERE == {
        "stop", "port_visit", "gap", "encounter", "ships_in_company", "loitering",
        "position_on_land",
    }  # fmt: skip


@pytest.mark.shared
def test_a_part_of_suez_is_read_as_by_the_slow_oracle(scene, shared):
    import gzip

    path = shared / "data/sea/tracks/suez-boat-positions-202103.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode("utf-8-sig").splitlines()
    head, body = text[0], [line for line in text[1:] if int(line.split(",")[0]) % 20 == 3]
    columns, rejected = scene.read("\n".join([head, *body]).encode())
    arrays = scene.rows(columns)
    findings = scene.found(columns)
    names = {each: each.split("-")[1] for finding in findings for each in finding.subjects}
    mine = [
        (track, t, lon, lat, math.nan, 60 * S)
        for track, t, lon, lat in zip(
            *(arrays[name].tolist() for name in ("track", "t", "lon", "lat")), strict=True
        )
    ]
    expected = Oracle(mine, reach=0.2).all()
    heard = sorted(
        ((kind, tuple(sorted(names[s] for s in subjects)), *rest)
         for kind, subjects, *rest in said(findings, 60 * S)),
        key=str,
    )  # fmt: skip
    assert not rejected
    assert len(heard) > 20
    assert heard == expected
    assert np.unique(arrays["track"]).size == len({line.split(",")[0] for line in body})

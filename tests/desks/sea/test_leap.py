"""Leaps and clashes against a slow second opinion, by hand, and however they are delivered."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_tracks import apart

from noroshi.desks.sea import desk
from noroshi.desks.sea.parameters import Parameters
from noroshi.words.place import distance_m
from noroshi.words.time import DAY, HOUR, SECOND

P = Parameters()
KN = 1852 / 3600
MMSI = 257_000_001
FEW = settings(max_examples=max(2, 20 * settings().max_examples // 100))


def scattered(seed, lon=-30.0):
    """One identity from up to four places, by turns or one after the other, with wild rows."""
    rng = np.random.default_rng(seed)
    minutes = set(range(int(rng.integers(30, 1200))))
    fixes = []
    for _ in range(int(rng.integers(1, 5))):
        begin, many = int(rng.integers(0, 600)), int(rng.integers(1, 40))
        every, east = int(rng.choice([1, 3, 11])), float(rng.choice([0.0, 0.03, 0.5, 2.5]))
        for n in range(many):
            minute = begin + n * every
            if minute in minutes:
                minutes.remove(minute)
                wild = 3.0 if rng.random() < 0.03 else 0.0
                fixes.append((60 * minute, lon + east + n * 1e-4, 45.0 + wild, 5.0))
    return {MMSI: fixes or [(0, lon, 45.0, 5.0)]}


def possible(a, b):
    far = distance_m(a[1], a[2], b[1], b[2])
    return far <= P.jump_m or far <= P.jump_kn * KN * (b[0] - a[0] + 2)


def rows_of(rows, *segments):
    return [each for each in rows if each[1] in segments]


def oracle(fixes):
    """(kind, start, end) in seconds of everything that leaps, by trying every pair."""
    fixes = sorted(fixes)
    numbers = apart([(*fix, math.nan, 1.0) for fix in fixes])
    segments = [
        [fix for fix, n in zip(fixes, numbers, strict=True) if n == each]
        for each in range(max(numbers) + 1)
    ]
    segments = [each for each in segments if len(each) > 1]
    rows = sorted((fix, n) for n, each in enumerate(segments) for fix in each)
    clashes = []
    for a, b in itertools.combinations(range(len(segments)), 2):
        turns = [n for _, n in rows if n in (a, b)]
        low = max(segments[a][0][0], segments[b][0][0])
        high = min(segments[a][-1][0], segments[b][-1][0])
        if sum(x != y for x, y in itertools.pairwise(turns)) >= 3 and high - low >= 600:
            far = [
                distance_m(*one[1:3], *other[1:3])
                for (one, x), (other, y) in itertools.pairwise(rows_of(rows, a, b))
                if x != y
            ]
            if statistics.median(far) > P.jump_m:
                clashes.append((low, high))
    merged = []
    for low, high in sorted(clashes):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    moves = []
    for (_, k), (a, n), (b, m), (_, o) in zip(rows, rows[1:], rows[2:], rows[3:], strict=False):
        touched = any(low <= b[0] and a[0] <= high for low, high in merged)
        if k == n != m == o and not possible(a, b) and not touched:
            moves.append((a[0], b[0]))
    return sorted([("impossible_move", *each) for each in moves]
                  + [("identity_clash", *each) for each in merged])  # fmt: skip


def told(scene, findings):
    kinds = ("impossible_move", "identity_clash")
    return sorted(
        (
            each.kind,
            (each.span.t0 - scene.DAY0) // SECOND,
            (each.span.t1 - scene.DAY0) // SECOND - 1,
        )
        for each in findings
        if each.kind in kinds
    )


@settings(max_examples=max(2, 60 * settings().max_examples // 100))
@given(seed=st.integers(0, 2**32))
def test_leaps_are_read_as_by_the_slow_oracle(scene, seed):
    vessels = scattered(seed)
    assert told(scene, scene.found([scene.columns(vessels)])) == oracle(vessels[MMSI])


def test_the_comparison_above_compares_something():
    kinds = [kind for seed in range(200) for kind, *_ in oracle(scattered(seed)[MMSI])]
    assert min(kinds.count(kind) for kind in ("impossible_move", "identity_clash")) > 10


def at(*minutes, east=0.0):
    return [(60 * minute, -30.0 + east, 45.0, 0.0) for minute in minutes]


FAR = 2.0
"""Degrees east: 157 km."""


@pytest.mark.parametrize(
    ("fixes", "expected"),
    [
        (at(0, 5) + at(10, 15, east=FAR), [("impossible_move", 300, 600)]),
        (at(0, 5) + at(10, east=FAR), []),
        (at(0) + at(10, 15, east=FAR), []),
        (at(0, 5) + at(10, 15, east=0.06), []),
        (at(0, 5) + at(6, 11, east=0.06), []),
        (at(0, 5) + at(6, 11, east=0.07), [("impossible_move", 300, 360)]),
        (at(0, 5) + at(105, 110, east=FAR), []),
        (at(0, 5, 20, 25) + at(10, 15, east=FAR),
         [("impossible_move", 300, 600), ("impossible_move", 900, 1200)]),
        (at(0, 5, 10, 20, 30) + at(8, 15, 25, east=FAR), [("identity_clash", 480, 1500)]),
        (at(0, 4, 8, 14) + at(2, 6, 12, east=FAR), [("identity_clash", 120, 720)]),
        (at(0, 4, 8, 13) + at(2, 6, 11, east=FAR), []),
        (at(0, 5, 300, 305) + at(10, 15, east=FAR), [("impossible_move", 300, 600)]),
        (at(0, 5, 10, 15, 20) + at(7, east=FAR), []),
        (at(0, 5, 15, 25) + at(10, 20, 30, east=FAR) + at(27, 28, 29, east=-FAR),
         [("identity_clash", 600, 1500)]),
    ],
    ids=["there", "one there", "one here", "slow enough", "near enough", "just too far",
         "in time", "there and back", "by turns", "ten minutes", "nine minutes",
         "there, and back in good time", "one wild",
         "by turns and a third between"],
)  # fmt: skip
def test_by_hand(scene, fixes, expected):
    found = told(scene, scene.found([scene.columns({MMSI: fixes})]))
    assert oracle(fixes) == found
    assert found == expected


def test_what_is_said_of_a_clash_and_a_move(scene):
    (clash,) = scene.found([scene.columns({MMSI: at(0, 5, 10, 20, 30) + at(8, 15, 25, east=FAR)})])
    assert (clash.measures["tracks"], clash.measures["turns"]) == (2, 6)
    assert clash.measures["apart_km"] == pytest.approx(157.2, abs=0.2)
    (move,) = scene.found([scene.columns({MMSI: at(0, 5) + at(10, 15, east=FAR)})])
    assert move.measures["moved_km"] == pytest.approx(157.2, abs=0.2)
    assert move.measures["implied_kn"] == pytest.approx(157_200 / 300 / KN, rel=0.01)


@FEW
@given(seed=st.integers(0, 2**32))
def test_chunks_order_repeats_days_and_a_checkpoint_do_not_matter(scene, seed):
    vessels = {MMSI: [(second + 20 * 3600, *rest) for second, *rest in scattered(seed)[MMSI]]}
    whole = scene.columns(vessels)
    expected = scene.found([whole])
    rng = np.random.default_rng(seed)
    many = len(whole.arrays["t"])
    order = np.concatenate([rng.permutation(many), rng.integers(0, many, many // 3)])
    pieces = [scene.part(whole, each) for each in np.array_split(order, 3)]
    assert scene.found(pieces) == expected

    context, emits = scene.context(), []
    state = desk.start(context)
    for day in np.unique(whole.arrays["t"] // DAY):
        part = scene.part(whole, np.flatnonzero(whole.arrays["t"] // DAY == day))
        state, more = desk.fold(state, part, int(day + 1) * DAY)
        state = desk.load(desk.dump(state), context)
        emits += more
    assert scene.live([*emits, *desk.finish(state)]) == expected


@FEW
@given(seed=st.integers(0, 2**32))
def test_the_antimeridian_is_a_place_like_any_other(scene, seed):
    here, there = (
        scene.found([scene.columns(scattered(seed, lon))]) for lon in (-120.0, 179.0)
    )  # fmt: skip
    assert told(scene, here) == told(scene, there)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "clashes"),
    [("431704490", True), ("240000000", True), ("224108190", False), ("600011817", False)],
)
def test_identities_of_many_ships_are_told(scene, shared, name, clashes):
    import gzip

    path = shared / f"data/sea/tracks/gfw-{name}-pointpair.jsonl.gz"
    columns, _ = scene.read(gzip.decompress(path.read_bytes()), name)
    found = [each for each in scene.found(columns) if each.kind == "identity_clash"]
    assert bool(found) is clashes
    assert all(each.span.t1 - each.span.t0 < 3000 * HOUR for each in found)


def heard_twice(late_min, beside_deg):
    """A ship northward at 20 kn for five hours, and from the second to the fourth what it said so
    many minutes before, so far to the east, every six minutes."""
    lat = {m: 45.0 + m * 20 / 3600 for m in range(300)}
    own = [(60 * m, -30.0, lat[m], 20.0) for m in range(0, 300, 2)]
    again = [(60 * m, -30.0 + beside_deg, lat[m - late_min], 20.0) for m in range(121, 240, 6)]
    return {MMSI: sorted(own + again)}


@pytest.mark.parametrize(
    ("late_min", "beside_deg", "kinds"),
    [(60, 0.0, []), (110, 0.0, []), (60, 0.15, ["identity_clash"]),
     (-30, 0.0, []), (60, -0.15, ["identity_clash"])],
    ids=["an hour late", "two hours late", "12 km east", "half an hour early", "12 km west"],
)  # fmt: skip
def test_what_is_delivered_late_is_no_other_ship(scene, late_min, beside_deg, kinds):
    fixes = heard_twice(late_min, beside_deg)
    found = scene.kinds(scene.found([scene.columns(fixes)]))
    assert [each for each in found if each in ("identity_clash", "impossible_move")] == kinds

"""Areas of false positions, and loitering at an asset, against the slow second opinion of
slow_areas.py."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_areas import areas, moved, slow_at

from noroshi.desks.sea import desk
from noroshi.desks.sea.attach import segments
from noroshi.desks.sea.leap import leaps
from noroshi.desks.sea.tracks import heard
from noroshi.words.asset import Asset
from noroshi.words.time import SECOND

SOME = settings(max_examples=max(4, 12 * settings().max_examples // 100))


def rings(seed):
    """Ships on circles, more or less: about one centre or beside it, at once or not, on or off."""
    rng = np.random.default_rng(seed)

    def mostly(good, *others):
        return float(good if rng.random() < 0.7 else rng.choice(others))

    radius, knots = mostly(3_000.0, 800.0, 8_000.0, 21_000.0), mostly(9.0, 2.0, 20.0)
    every = int(mostly(120, 60, 300, 420))
    vessels = {}
    for n in range(int(rng.integers(2, 7))):
        aside = radius * mostly(0.0, 0.4, 1.3)
        centre = moved(-30.0, 45.0, aside / 1852 * 3600, float(rng.uniform(0, 6)), 1)
        noise, wobble = mostly(0.01, 0.03, 0.07) * radius, mostly(0.3, 0.0, 1.3)
        start, turn = int(mostly(0, 1_800, 9_000)), mostly(1.0, 0.75) * 2 * math.pi * every / 3_600
        fixes = []
        for k in range(int(rng.integers(3_000, 8_000)) // every):
            away = (radius + rng.normal(0, noise)) / 1852 * 3600
            lon, lat = moved(*centre, away, turn * k + n, 1)
            said = max(0.0, knots + rng.normal(0, wobble)) if rng.random() > 0.003 else math.nan
            fixes.append((start + every * k, lon, lat, round(said, 1)))
        vessels[257_000_001 + n] = fixes
    return vessels


def leapers(seed):
    """Ships that are heard far off, and back, together or not, at one spot or not quite."""
    rng = np.random.default_rng(seed)
    vessels, wide = {}, float(rng.choice([500.0, 3_500.0, 7_000.0]))
    late = int(rng.choice([200, 900, 3_000]))
    for n in range(int(rng.integers(4, 10))):
        lon, lat = -30.0 + float(rng.uniform(-0.5, 0.5)), 45.0 + float(rng.uniform(-0.5, 0.5))
        leap = 7_200 + int(rng.integers(0, late))
        there = moved(-25.0, 44.0, float(rng.uniform(0, wide)) / 1852 * 3600,
                      float(rng.uniform(0, 6.28)), 1)  # fmt: skip
        back = leap + int(rng.choice([600, 3_600]))
        fixes = [(t, lon, lat, 0.5) for t in range(leap - 3_000, leap - 60, 300)]
        fixes += [(t, *there, 0.5) for t in range(leap, back, 150)]
        if rng.random() < 0.7:
            fixes += [(t, lon, lat, 0.5) for t in range(back, back + 2_400, 300)]
        vessels[257_000_001 + n] = fixes
    return vessels


def both(scene, vessels):
    """(areas, moves) as the desk finds them, and as the slow oracle does."""
    columns = scene.columns(vessels)
    found = scene.found([columns])
    told = sorted(
        (each.measures["form"], each.subjects, each.span.t0, each.span.t1 - SECOND)
        for each in found if each.kind == "spoofed_area"
    )  # fmt: skip
    state, _ = desk.fold(desk.start(scene.context()), columns, 0)
    track, parameters = heard(state), state.context.parameters
    segment = segments(track, parameters)
    names = [(track.subjects[v], int(s)) for v, s in zip(track.vessel, segment, strict=True)]
    rows = list(zip(track.t.tolist(), track.lon.tolist(), track.lat.tolist(),
                    track.sog_kn.tolist(), strict=True))  # fmt: skip
    tracks = {}
    for name, row in zip(names, rows, strict=True):
        tracks.setdefault(name, []).append(row)
    moves = [
        (*names[here], names[there][1], rows[there])
        for each in leaps(track, segment, parameters) if each.kind == "impossible_move"
        for here, there in each.rows
    ]  # fmt: skip
    expected, left = areas(tracks, moves)
    others = sorted(each.subjects[0] for each in found if each.kind == "impossible_move")
    return (
        (told, others),
        (sorted((form, tuple(sorted(who)), t0, t1) for form, who, t0, t1 in expected),
         sorted(name for name, _, _ in left)),
    )  # fmt: skip


MADE = pytest.mark.parametrize("make", [rings, leapers], ids=["circles", "blocks"])


@MADE
@SOME
@given(seed=st.integers(0, 2**32))
def test_areas_are_read_as_by_the_slow_oracle(scene, make, seed):
    told, expected = both(scene, make(seed))
    assert told == expected


@MADE
def test_areas_are_there_now_and_then(scene, make):
    """Else the comparison above would compare nothing with nothing."""
    found = ["spoofed_area" in scene.kinds(scene.found([scene.columns(make(seed))]))
             for seed in range(12)]  # fmt: skip
    assert 2 < sum(found) < 12


def about_a_cable(seed, lon, lat):
    """One ship to and fro over a cable, slow and fast, with silences; and the cable."""
    rng = np.random.default_rng(seed)
    surveyed = bool(rng.random() < 0.5)
    course, second, fixes = float(rng.uniform(0, 6.28)), 0, []
    at = moved(lon, lat, float(rng.uniform(0, 1_500 if surveyed else 7_000)) / 1852 * 3600,
               course, 1)  # fmt: skip
    for _ in range(int(rng.integers(3, 7))):
        knots = float(rng.choice([0.3, 1.0, 2.5, 2.9, 3.1, 6.0]))
        course += float(rng.choice([0.0, 2.0, math.pi]))
        for _ in range(int(rng.integers(2, 9))):
            every = 300 if rng.random() < 0.95 else int(rng.choice([3_500, 3_700, 15_000]))
            fixes.append((second, *at, round(knots, 1)))
            at, second = moved(*at, knots, course, every), second + every
    path = ((lon - 0.1, lat - 0.05), (lon, lat), (lon + 0.05, lat + 0.1))
    return fixes, Asset("cable:c", "cable", "c", path=path, surveyed=surveyed)


def slow_there(scene, seed, lon, lat):
    fixes, asset = about_a_cable(seed, lon, lat)
    found = scene.found([scene.columns({257_000_001: fixes})], [asset])
    told = [
        (each.span.t0, each.span.t1 - SECOND) for each in found
        if each.kind == "loitering" and each.measures["form"] == "at an asset"
    ]  # fmt: skip
    rows = [(scene.DAY0 + s * SECOND, *rest) for s, *rest in fixes]
    return told, list(slow_at(rows, asset.path, 500.0 if asset.surveyed else 5_000.0))


@pytest.mark.parametrize(
    ("lon", "lat"), [(-30.0, 45.0), (32.48, 29.70)], ids=["mid-Atlantic", "below Suez"]
)
@SOME
@given(seed=st.integers(0, 2**32))
def test_loitering_at_an_asset_is_read_as_by_the_slow_oracle(scene, lon, lat, seed):
    told, expected = slow_there(scene, seed, lon, lat)
    assert told == expected


def test_loitering_at_an_asset_is_there_now_and_then(scene):
    found = [bool(slow_there(scene, seed, -30.0, 45.0)[0]) for seed in range(6)]
    assert 1 < sum(found) < 6


def at_anchor(others, knots, surveyed):
    """How many ships are told to loiter by a cable, where so many others lie about the first."""
    path = ((-30.1, 45.0), (-29.9, 45.0))
    asset = Asset("cable:c", "cable", "c", path=path, surveyed=surveyed)
    ships = {
        257_000_001 + n: [(300 * k, -30.0 + 0.005 * n + knots * k / 14_400, 45.001, knots)
                          for k in range(20)]
        for n in range(1 + others)
    }  # fmt: skip
    return ships, asset


@pytest.mark.parametrize(
    ("others", "knots", "surveyed", "told"),
    [(2, 0.8, False, 3), (3, 0.8, False, 0), (3, 0.8, True, 0), (0, 0.1, False, 0),
     (0, 0.1, True, 1)],
    ids=["two others", "a road", "a road at a surveyed cable", "at rest", "at rest and surveyed"],
)  # fmt: skip
def test_who_lies_in_a_road_or_still_near_a_drawn_line_does_not_loiter(
    scene, others, knots, surveyed, told
):
    ships, asset = at_anchor(others, knots, surveyed)
    found = [
        each for each in scene.found([scene.columns(ships)], [asset]) if each.kind == "loitering"
    ]
    assert len(found) == told
    assert {each.measures["others_slow"] for each in found} <= {others}

"""Telling ships of one identity apart: against the slow second opinion, by hand, on real tracks."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_tracks import apart

from noroshi.desks.sea import desk
from noroshi.desks.sea.attach import segments
from noroshi.desks.sea.parameters import Parameters
from noroshi.desks.sea.tracks import heard, sound

P = Parameters()
MMSI = 257_000_001
TOOL = Path(__file__).resolve().parents[3] / "tools" / "score_tracks.py"


def crowd(seed):
    """One identity of one to four ships that cross, stop and start, with and without their word
    on speed and course, and wild positions between."""
    rng = np.random.default_rng(seed)
    fixes = {}
    for _ in range(int(rng.integers(1, 5))):
        knots, course = float(rng.choice([0.0, 6.0, 14.0, 25.0])), float(rng.uniform(0, 360))
        lon, lat = rng.uniform(-0.4, 0.4, 2) + np.array([-30.0, 45.0])
        begin, every = int(rng.integers(0, 120)), int(rng.choice([2, 5, 17]))
        says = rng.random() < 0.5
        for n in range(int(rng.integers(2, 25))):
            minute = begin + every * n
            miles = knots * every * n / 60
            far = 4.0 if rng.random() < 0.04 else 0.0
            fixes.setdefault(minute, (
                60 * minute,
                lon + miles / 60 * math.sin(math.radians(course)) / math.cos(math.radians(lat)),
                lat + far + miles / 60 * math.cos(math.radians(course)),
                knots if says else math.nan,
                course if says else math.nan,
            ))  # fmt: skip
    return [fixes[minute] for minute in sorted(fixes)]


def ours(scene, fixes):
    columns = scene.columns({MMSI: [fix[:4] for fix in fixes]})
    columns.arrays["cog_deg"][:] = [fix[4] for fix in fixes]
    state, _ = desk.fold(desk.start(scene.context()), columns, 0)
    track = heard(state)
    return track, segments(track, P)


@settings(max_examples=max(2, 60 * settings().max_examples // 100))
@given(seed=st.integers(0, 2**32))
def test_ships_are_told_apart_as_by_the_slow_oracle(scene, seed):
    fixes = crowd(seed)
    assert ours(scene, fixes)[1].tolist() == apart([(*fix, 1.0) for fix in fixes])


def test_the_comparison_above_compares_something():
    counts = [max(apart([(*fix, 1.0) for fix in crowd(seed)])) for seed in range(30)]
    assert counts.count(0) < 20
    assert sum(each > 1 for each in counts) > 5


def by_turns(apart_deg, minutes=60):
    """Two ships eastward at 12 kn on one latitude each, heard by turns every minute."""
    return [
        (60 * n, -30.0 + n * 12 / 3600 / math.cos(math.radians(45.0)), 45.0 + apart_deg * (n % 2),
         12.0, 90.0)
        for n in range(minutes)
    ]  # fmt: skip


def test_two_ships_four_kilometres_apart_are_two(scene):
    track, segment = ours(scene, by_turns(0.036))
    assert segment.tolist() == [0, 1] * 30
    whole = sound(track, segment, P)
    assert whole.subjects == (f"mmsi:{MMSI}",) * 2
    assert np.isinf(whole.leg_s).sum() == 2
    assert (whole.leg_m[np.isfinite(whole.leg_m)] < 800).all()


def test_ships_without_speeds_that_pass_each_other_go_on_as_they_came(scene):
    """Heard every five minutes by turns, 20 km apart at first, northward and southward."""
    knots, fixes = 15.0, []
    for n in range(60):
        way = n * 5 * knots / 60 / 60
        lat = 45.0 + way if n % 2 else 45.0 + 59 * 5 * knots / 3600 - way
        fixes.append((300 * n, -30.0 + 0.004 * (n % 2), lat, math.nan, math.nan))
    _, found = ours(scene, fixes)
    assert found.tolist() == [n % 2 for n in range(60)]
    assert apart([(*fix, 1.0) for fix in fixes]) == found.tolist()


def test_two_antennae_of_one_ship_are_one(scene):
    assert set(ours(scene, by_turns(0.002))[1].tolist()) == {0}


def test_a_wild_position_is_left_out_and_a_ship_with_nothing_else_is_kept(scene):
    fixes = by_turns(0.0)
    fixes[20] = (*fixes[20][:2], 60.0, *fixes[20][3:])
    track, segment = ours(scene, fixes)
    assert segment.tolist() == [0] * 20 + [1] + [0] * 39
    assert len(sound(track, segment, P).t) == 59
    two = [fixes[0], fixes[20]]
    track, segment = ours(scene, two)
    assert len(sound(track, segment, P).t) == 2


def test_a_burst_along_the_way_does_not_take_the_ship_over(scene):
    """A receiver whose clock is a quarter of an hour out, then silence of the true ones."""
    fixes = by_turns(0.0, 120)
    late = [(fix[0], *fixes[n - 40][1:]) for n, fix in enumerate(fixes) if n >= 100 and n % 2]
    whole = [fix for n, fix in enumerate(fixes) if n < 100 or n % 2 == 0]
    segment = ours(scene, sorted([*whole, *late]))[1]
    assert (segment == 0).sum() >= 110


def test_what_is_found_of_one_ship_of_several_says_so(scene):
    rest = [(60 * n, -30.0 + 2.0 * (n % 2), 45.0, 0.0) for n in range(300)]
    found = scene.found([scene.columns({MMSI: rest})])
    assert scene.kinds(found) == ["identity_clash", "loitering", "loitering", "stop", "stop"]
    assert [each.measures["separated"] for each in found if each.kind == "stop"] == [2, 2]


def test_an_identity_heard_elsewhere_was_not_silent(scene):
    here = [(600 * n, -30.0, 45.0, 6.0) for n in range(72)]
    there = [(600 * n + 300, -20.0, 45.0, 6.0) for n in range(72, 144)]
    others = {MMSI + 1 + k: [(600 * n, -30.0 + 0.01 * k, 45.0, 6.0) for n in range(144)]
              for k in range(3)}  # fmt: skip
    alone = scene.found([scene.columns({MMSI: here} | others)])
    assert "gap" in scene.kinds(alone)
    both = scene.found([scene.columns({MMSI: here + there} | others)])
    assert "gap" not in scene.kinds(both)


def test_adjusted_rand_by_hand():
    rand = tool().adjusted_rand
    assert rand(list("aabb"), list("xxyy")) == 1.0
    assert rand(list("aabb"), list("xyxy")) == pytest.approx(-0.5)
    # Hubert and Arabie 1985 as worked out in Steinley 2004: (1, 1, 0 / 1, 2, 1 / 0, 0, 4).
    truth = [0] * 2 + [1] * 4 + [2] * 4
    told = [0, 1] + [0, 1, 1, 2] + [2] * 4
    assert rand(truth, told) == pytest.approx(0.31257, abs=1e-5)


def tool():
    spec = importlib.util.spec_from_file_location("score_tracks", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.slow
def test_real_identities_are_separated_on_the_part_held_out(shared):
    """The issue's floor is 0.85; what is reached stands in docs/sea.md."""
    module = tool()
    tracks = shared / "data" / "sea" / "tracks"
    names = ("338013000", "431704490", "240000000", "two of GFW's ships")
    scores, sets = {}, module.sets(tracks, names)
    for name in names:
        held = sets[name][1][:6]
        scores[name] = min(module.adjusted_rand(*module.told_apart(each)) for each in held)
    assert min(scores.values()) >= 0.9, scores

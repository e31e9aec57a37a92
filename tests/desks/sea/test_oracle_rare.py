"""Kinds that random fleets seldom hold, against the slow second opinion of slow_oracle.py."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_oracle import Oracle, S, plain, said


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
@settings(max_examples=max(2, 8 * settings().max_examples // 100))
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

"""Pairs of points, legs and rests by the compiled kernels, beside the plain ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.sea import desk, sphere, stop, tracks
from noroshi.desks.sea.sphere import pairs, vectors
from noroshi.desks.sea.tracks import Tracks, legs
from noroshi.words import compiling
from noroshi.words.time import SECOND

pytestmark = pytest.mark.skipif(not compiling.usable(), reason="nothing is compiled")


@pytest.fixture
def both(monkeypatch):
    """Calls a function twice: by the kernels, and without."""

    def call(function):
        found = []
        for many in (0, 1 << 60):
            for module in (sphere, stop, tracks):
                monkeypatch.setattr(module, "MANY", many)
            found.append(function())
        return found

    return call


PLACES = [(10.0, 56.0), (180.0, 0.0), (0.0, 89.999), (-45.0, -45.0)]


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("metres", [5.0, 500.0, 9_260.0])
def test_pairs_are_those_of_the_plain_cubes(both, lon, lat, metres):
    """About the antimeridian, the pole and the corners of cubes; many at one place; some instants
    with more pairs than there is room for at once."""
    rng = np.random.default_rng(int(metres))
    for many, instants in ((1, 1), (600, 9), (400, 1)):
        near = vectors(np.array([lon]), np.array([lat])) + rng.normal(0, 2 * metres, (many, 3))
        near[: many // 20] = near[:1]
        near[many // 2 : many // 2 + 20] = (
            np.rint(near[many // 2 : many // 2 + 20] / metres) * metres
        )
        slot = 700_000 + rng.integers(0, instants, many) * 40_000
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sphere, "ROOM", 16)
            ours, plain = both(lambda near=near, slot=slot: pairs(near, metres, slot))
        ours, plain = (
            sorted(map(tuple, np.sort(np.stack(each, axis=1), axis=1).tolist()))
            for each in (ours, plain)
        )
        assert ours == plain
        assert many < 100 or len(ours) > 100


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("metres", [4_000.0, 37_040.0])
def test_the_nearest_is_that_of_the_plain_cubes(both, lon, lat, metres):
    """Some points twice, some queries at a point or out of reach, or about a cube with none."""
    rng = np.random.default_rng(int(metres))
    near = vectors(np.array([lon]), np.array([lat])) + rng.normal(0, 5 * metres, (300, 3))
    near[:20] = near[20:40]
    asked = np.concatenate([near[:50], near[:200] + rng.normal(0, metres, (200, 3)), -near[:9]])
    ours, plain = both(lambda: sphere.Cubes(near, metres).nearest(asked))
    np.testing.assert_array_equal(ours[0], plain[0])
    np.testing.assert_array_equal(ours[1], plain[1])
    assert 100 < (ours[0] >= 0).sum() < len(asked)


def drawn(seed: int, many: int) -> Tracks:
    """Ships that lie, drift, leap and fall silent, some of them without a speed of their own."""
    rng = np.random.default_rng(seed)
    vessel = np.sort(rng.integers(0, 4, many))
    t = 1_600_000_000 * SECOND + np.cumsum(rng.choice([0, 60, 600, 20_000], many)) * SECOND
    step = rng.choice([0.0, 0.0001, 0.02, 3.0], (many, 1)) * rng.normal(0, 1, (many, 2))
    place = 179.9 + np.cumsum(step, axis=0)
    lon, lat = (place[:, 0] + 180) % 360 - 180, np.clip(place[:, 1] - 170, -89, 89)
    speed = rng.choice([np.nan, 0.0, 0.3, 0.6], many).astype(np.float32)
    precision, xyz = rng.integers(0, 5, many).astype(np.uint8), vectors(lon, lat)
    metres, seconds = legs(vessel, t, precision, xyz, desk.parameters({}))
    return Tracks(tuple("abcd"), vessel, t, lon, lat, xyz, speed, speed, precision, metres, seconds,
                  np.arange(many))  # fmt: skip


@given(seed=st.integers(0, 2**32), many=st.integers(1, 300))
def test_legs_and_rests_are_those_of_the_plain_ones(seed, many):
    found = []
    for least in (0, 1 << 60):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tracks, "MANY", least)
            patch.setattr(stop, "MANY", least)
            track = drawn(seed, many)
            found.append((track, stop.stationary(track, desk.parameters({}))))
    (ours, rests), (plain, plain_rests) = found
    np.testing.assert_array_equal(ours.leg_s, plain.leg_s)
    finite = np.isfinite(plain.leg_m)
    assert (np.isfinite(ours.leg_m) == finite).all()
    np.testing.assert_allclose(ours.leg_m[finite], plain.leg_m[finite], rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(rests, plain_rests)


def test_the_drawn_ships_do_rest_and_leap():
    """Else the comparison above would compare nothing with nothing."""
    track = drawn(1, 300)
    assert len(stop.stationary(track, desk.parameters({}))) > 20
    assert 20 < np.isinf(track.leg_s).sum() < 200

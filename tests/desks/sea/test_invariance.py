"""The live set is the same for any chunking, order, day split and duplication, and anywhere on
Earth; what later data refute is retracted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import desk
from noroshi.words.desk import Retract
from noroshi.words.time import DAY, HOUR, SECOND

FEW = settings(max_examples=max(2, 10 * settings().max_examples // 100))


def cut(scene, whole, seed):
    """`whole` shuffled, with repeats, in pieces."""
    rng = np.random.default_rng(seed)
    many = len(whole.arrays["t"])
    order = np.concatenate([rng.permutation(many), rng.integers(0, many, many // 3)])
    pieces = np.array_split(order, int(rng.integers(1, 9)))
    return [scene.part(whole, piece) for piece in pieces]


@FEW
@given(seed=st.integers(0, 2**32), way=st.integers(0, 2**32))
def test_chunks_order_and_repeats_do_not_matter(scene, seed, way):
    fleet = scene.fleet(seed, 32.5, 29.85)
    assert scene.found(cut(scene, fleet, way)) == scene.found([fleet])


@FEW
@given(seed=st.integers(0, 2**32))
def test_days_apart_or_as_one_and_through_a_checkpoint(scene, seed):
    fleet = scene.fleet(seed, 32.5, 29.85)
    fleet.arrays["t"][:] += 20 * HOUR
    days = fleet.arrays["t"] // DAY
    context = scene.context()
    state = desk.start(context)
    emits = []
    for day in np.unique(days):
        batch = scene.part(fleet, np.flatnonzero(days == day))
        state, more = desk.fold(state, batch, int(day + 1) * DAY)
        emits += more
        state = desk.load(desk.dump(state), context)
    emits += desk.finish(state)
    assert scene.live(emits) == scene.found([fleet])


@FEW
@given(seed=st.integers(0, 2**32))
def test_the_antimeridian_is_a_place_like_any_other(scene, seed):
    here, there = (
        sorted(scene.found([scene.fleet(seed, lon, -45.0)]), key=by_what) for lon in (-120.0, 180.0)
    )
    assert [told(each) for each in here] == [told(each) for each in there]
    for one, other in zip(here, there, strict=True):
        apart = (one.place.lon - (other.place.lon - 300.0)) % 360.0
        assert min(apart, 360.0 - apart) < 2e-5
        assert abs(one.place.radius_m - other.place.radius_m) <= 10.0


def by_what(finding):
    """An order that ids, which know places, do not touch."""
    return finding.span.t0, finding.kind, finding.subjects, finding.span.t1


def told(finding):
    """Kind, subjects, span, and measures as far as rounding lets them be equal."""
    measures = {
        name: value if isinstance(value, str) else pytest.approx(value, abs=1.01)
        for name, value in finding.measures.items()
    }
    return finding.kind, finding.subjects, finding.span, measures


@pytest.mark.shared
def test_suez_in_any_order_and_by_days(scene, suez_rows, suez):
    days = suez_rows.arrays["t"] // DAY
    by_day = [scene.part(suez_rows, np.flatnonzero(days == day)) for day in np.unique(days)[::-1]]
    assert scene.found([piece for day in by_day for piece in cut(scene, day, 1)]) == suez


def resting(hours, mmsi=257_000_001, lon=-30.0, lat=45.0, start=0):
    return {mmsi: [(start + 600 * n, lon, lat, 0.0) for n in range(int(hours * 6) + 1)]}


def test_a_watermark_tells_early_and_later_rows_take_back(scene):
    context = scene.context()
    state = desk.start(context)
    early = scene.columns(resting(3), "early")
    state, emits = desk.fold(state, early, scene.DAY0 + 2 * DAY)
    (first,) = [emit.finding for emit in emits]
    assert first.kind == "stop"

    before = scene.columns(resting(0.5, start=-1_800), "before")
    state, emits = desk.fold(state, before, scene.DAY0 + 3 * DAY)
    retract, found = emits
    assert retract == Retract(first.id, "later positions do not bear it out", found.finding.id)
    assert found.finding.span.t0 == scene.DAY0 - 1_800 * SECOND
    assert desk.finish(state) == []


def test_a_state_of_another_version_or_party_is_not_loaded(scene):
    state = desk.start(scene.context())
    data = desk.dump(state)
    assert desk.load(data, scene.context()) is not None
    assert desk.load(data, scene.context(slow_kn=0.1)) is None
    assert desk.load(b"noise", scene.context()) is None


def test_a_vessel_heard_twice_a_second_is_held_once_a_minute(scene):
    fast = {257_000_001: [(n / 2, -30.0, 45.0, math.nan) for n in range(1_200)]}
    state, _ = desk.fold(desk.start(scene.context()), scene.columns(fast), 0)
    assert len(state.table()["t"]) == 10
    assert state.counts.used == 1_200

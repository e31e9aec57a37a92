"""Screening against trying every pair, and what the answer must not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from heaven import AT, catalogue, small
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.space import synth
from noroshi.desks.space.screen import FAST_KMS, Approaches, Room, beside, brute, screen
from noroshi.words.time import DAY, HOUR, MINUTE

KM = 60.0


def fast(found: Approaches) -> list[tuple[int, int, int, float]]:
    """Events at speed: pair, instant to the millisecond, and metres."""
    rows = found.chosen(found.kms >= FAST_KMS)
    return [
        (int(a), int(b), round(int(at) / 1000), round(float(km), 3))
        for a, b, at, km in zip(rows.a, rows.b, rows.at, rows.km, strict=True)
    ]


def same(one: list[tuple[int, int, int, float]], two: list[tuple[int, int, int, float]]) -> bool:
    """The same events to a millisecond and two metres."""
    return len(one) == len(two) and all(
        a[:2] == b[:2] and abs(a[2] - b[2]) <= 1 and abs(a[3] - b[3]) <= 0.002
        for a, b in zip(sorted(one), sorted(two), strict=True)
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_missed_and_nothing_added(seed: int) -> None:
    sky = catalogue(small(seed))
    every = fast(brute(sky, AT, AT + 2 * HOUR, KM, step_s=20.0))
    assert len(every) >= 4
    assert same(fast(screen(sky, AT, AT + 2 * HOUR, KM)), every)


@settings(max_examples=5)
@given(st.sampled_from((30.0, 75.0, 120.0, 240.0)), st.integers(1, 3), st.integers(0, 119))
def test_steps_threads_and_cuts_change_nothing(step_s: float, threads: int, cut_min: int) -> None:
    sky = catalogue(small())
    whole = fast(screen(sky, AT, AT + 2 * HOUR, KM))
    assert same(fast(screen(sky, AT, AT + 2 * HOUR, KM, step_s=step_s, threads=threads)), whole)
    middle = AT + cut_min * MINUTE
    parts = fast(screen(sky, AT, middle, KM)) + fast(screen(sky, middle, AT + 2 * HOUR, KM))
    assert same(parts, whole)


def test_the_same_bits_for_any_number_of_threads() -> None:
    sky = catalogue(small())
    one, three = (screen(sky, AT, AT + DAY, KM, threads=n) for n in (1, 3))
    for name in ("a", "b", "minutes", "km", "kms"):
        assert (getattr(one, name) == getattr(three, name)).all()


def test_the_order_of_objects_changes_nothing() -> None:
    sky = small()
    order = np.random.default_rng(3).permutation(len(sky.rows))
    whole = fast(screen(catalogue(sky), AT, AT + 2 * HOUR, KM))
    sky.rows = sky.rows[order]
    turned = [
        (*sorted((int(order[a]), int(order[b]))), at, km)
        for a, b, at, km in fast(screen(catalogue(sky), AT, AT + 2 * HOUR, KM))
    ]
    assert same(turned, whole)


def test_one_against_all_is_a_part_of_all_against_all() -> None:
    sky = catalogue(small())
    whole = fast(screen(sky, AT, AT + 12 * HOUR, KM))
    own = np.array([3, 25, 30])
    chosen = [each for each in whole if each[0] in own or each[1] in own]
    assert chosen
    assert same(fast(beside(sky, own, AT, AT + 12 * HOUR, KM)), chosen)


@pytest.mark.parametrize("turn_deg", [1.0, 90.0, 179.0])
def test_a_planted_approach_is_found_to_the_millisecond(turn_deg: float) -> None:
    sky = small()
    truth = sky.meet(int(sky.rows["norad"][5]), AT + 7 * HOUR, 0.3, turn_deg)
    found = screen(catalogue(sky), AT + 6 * HOUR, AT + 8 * HOUR, 5.0)
    pairs = sky.rows["norad"][np.stack([found.a, found.b], 1)]
    (n,) = np.flatnonzero((pairs == truth.objects).all(1) & (np.abs(found.at - truth.at) < 60e6))
    assert abs(int(found.at[n]) - truth.at) < 1000
    assert abs(float(found.km[n]) - 0.3) < 1e-4


def test_a_crowd_in_one_shell_overflows_nothing() -> None:
    sky = synth.Sky(5, AT)
    sky.walker(3000, 60, 550.0, 53.0)
    ours = catalogue(sky)
    found = screen(ours, AT, AT + 6 * MINUTE, 30.0)
    assert same(fast(found), fast(screen(ours, AT, AT + 6 * MINUTE, 30.0, step_s=20.0)))


@pytest.mark.parametrize(("incl_deg", "within_km"), [(89.0, 200.0), (25.0, 400.0)])
def test_who_is_near_at_an_instant_is_found_all_around(incl_deg: float, within_km: float) -> None:
    # Over the poles, across the meridian where longitudes begin anew, within a band and across two.
    sky = synth.Sky(5, AT)
    sky.walker(900, 30, 550.0, incl_deg)
    ours = catalogue(sky)
    grid = ours.grid(ours.minutes(AT + np.arange(3) * 7 * MINUTE))
    room = Room(ours)
    found = room.instants(grid, within_km)
    for n, states in enumerate(grid):
        at = states.transpose(0, 2, 1).reshape(-1, 7)[:900, :3].astype("f8")
        gaps = np.linalg.norm(at[:, None] - at[None, :], axis=2)
        near = {(int(a), int(b)) for a, b in np.argwhere(gaps < within_km) if a < b}
        assert len(near) > 100
        assert near <= {(int(a), int(b)) for s, a, b in found if s == n}


def test_objects_in_error_meet_nobody_and_stop_nobody() -> None:
    sky = small()
    whole = fast(screen(catalogue(sky), AT, AT + 2 * HOUR, KM))
    sky.add("GONE", "DEBRIS", {"n": 16.9, "e": 0.0, "i": 50.0, "node": 0.0, "argp": 0.0, "m": 0.0})
    assert same(fast(screen(catalogue(sky), AT, AT + 2 * HOUR, KM)), whole)

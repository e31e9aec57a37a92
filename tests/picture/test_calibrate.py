"""Calibration: what is planted is found again, and where nothing is known what is stated stands."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.picture.calibrate import Calibration, calibrate, held_against
from noroshi.picture.chance import move
from noroshi.picture.join import join, ready
from noroshi.picture.plant import World, lines, plant
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import read_stream


@pytest.mark.parametrize(("offset", "slope"), [(0.0, 1.0), (0.7, 0.8), (-0.6, 1.2)])
def test_the_odds_that_were_planted_are_found_again(offset: float, slope: float) -> None:
    draw = np.random.default_rng(7)
    chance = -2 + draw.exponential(0.8, 40_000)  # scores of chance, each expected a tenth time
    odds = 10 ** (offset + slope * chance)
    seen = np.repeat(chance, draw.poisson(0.1 * (1 + odds)))  # n = n0 / (1 - p)
    found = calibrate(seen, chance, np.full(len(chance), 0.1))
    for score in (-1.5, -0.5, 0.5):
        true = 1 / (1 + 10 ** -(offset + slope * score))
        assert found.probability(score) == pytest.approx(true, abs=0.07)


def test_without_chance_what_is_stated_stands() -> None:
    nothing = np.empty(0)
    assert calibrate(np.array([1.0]), nothing, nothing) == Calibration()
    assert Calibration().probability(1.0) == pytest.approx(10 / 11)
    assert Calibration().probability(-math.inf) == 0.0


@given(
    st.lists(st.floats(-3, 6), min_size=1, max_size=30),
    st.lists(st.floats(-3, 6), min_size=1, max_size=30),
    st.floats(-5, 5), st.floats(0, 3),
)  # fmt: skip
def test_a_higher_score_is_never_less_probable(
    seen: list[float], chance: list[float], score: float, more: float
) -> None:
    found = calibrate(np.array(seen), np.array(chance), np.ones(len(chance)))
    low, high = found.probability(score), found.probability(score + more)
    assert 0 <= low <= high <= 1


def test_findings_of_what_is_surely_true_are_not_counted_as_chance() -> None:
    planted = plant(World(cables=40, days=200, campaigns=25, decoys=0, busy=0.3, seed=2))
    field = ready(read_stream(lines(planted), "s"), planted.graph, load_priors())
    moved = move(field, 1, 30)
    joined = join(field, moved.floor)
    null, worth = held_against(joined, moved, len(field.stream))
    assert worth.measured
    assert 0 < null.many[-1] < len(moved.scores)
    none = msgspec.structs.replace(joined, score=joined.score[:0], members=joined.members[:0])
    null, worth = held_against(none, moved, len(field.stream))
    assert (null.many[-1], worth.measured) == (len(moved.scores), False)

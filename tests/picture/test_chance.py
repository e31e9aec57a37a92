"""Chance: moved streams keep their distance, and say what independent streams then give."""

from __future__ import annotations

import math

import numpy as np
import pytest

from noroshi.picture.calibrate import held_against
from noroshi.picture.chance import Chance, move, offsets
from noroshi.picture.correlate import correlate
from noroshi.picture.join import join, ready
from noroshi.picture.plant import World, lines, plant
from noroshi.picture.priors import MONTH_DAYS, load_priors
from noroshi.picture.stream import read_stream
from noroshi.picture.weigh import weigh
from noroshi.words.asset import AssetGraph

PRIORS = load_priors()


@pytest.mark.parametrize(("days", "unit"), [(365, "weeks"), (90, "days"), (20, "none")])
def test_moves_are_whole_weeks_where_there_are_enough(days: float, unit: str) -> None:
    moves, found = offsets(days, 3, 8.0, seed=1, shifts=200)
    assert found == unit
    assert len(moves) == (0 if unit == "none" else 200)


def test_two_domains_of_a_quarter_are_moved_as_often_as_can_be() -> None:
    moves, found = offsets(90.4, 2, 8.0, seed=1, shifts=200)
    assert (found, sorted(each[1] for each in moves)) == ("days", [*range(8, 83)])


def test_moved_domains_stay_apart_round_the_circle() -> None:
    moves, _ = offsets(365.5, 3, 8.0, seed=1, shifts=200)
    assert len({tuple(each) for each in moves}) == 200
    for by in moves:
        for a in range(3):
            for b in range(a):
                apart = abs(by[a] - by[b])
                assert min(apart, 365.5 - apart) >= 8.0


def test_a_budget_is_kept_by_streams_that_have_nothing_to_do_with_one_another() -> None:
    false = months = 0.0
    for seed in range(1, 7):
        planted = plant(World(cables=60, campaigns=0, decoys=0, seed=seed))
        field = ready(read_stream(lines(planted), "s"), planted.graph, PRIORS)
        moved = move(field, seed, shifts=40)
        joined = join(field, moved.floor)
        null, _ = held_against(joined, moved, len(field.stream))
        false += int((joined.score >= null.threshold(2.0)).sum())
        months += field.rates.days / MONTH_DAYS
    # 144 expected; five standard deviations of a count of so many lie within.
    assert 2 * months - 5 * math.sqrt(2 * months) < false < 2 * months + 5 * math.sqrt(2 * months)


def test_expectation_threshold_and_interval_hang_together() -> None:
    null = Chance(np.array([3.0, 2.0, 2.0, 1.0]), np.arange(1.0, 5.0), 2.0, 200, "weeks")
    assert [null.per_month(each) for each in (3.5, 3.0, 2.0, 0.0)] == [0, 0.5, 1.5, 2.0]
    assert null.threshold(1.5) > 1.0
    assert null.per_month(null.threshold(1.0)) <= 1.0
    low, high = null.interval(2.0)
    assert low < 1.5 < high
    assert null.interval(9.0)[0] == 0.0


def test_one_domain_alone_has_no_incident_and_no_chance() -> None:
    stream = read_stream([b'{"id": "a", "domain": "cyber", "t0": 1e9}'], "s")
    picture = correlate(stream, AssetGraph(), PRIORS)
    assert (picture.incidents, picture.chance.unit) == ((), "none")


def test_campaigns_are_told_from_decoys_and_better_than_by_three_domains() -> None:
    found = weigh([World(seed=seed, busy=0.5) for seed in (11, 12)], PRIORS, shifts=40)
    ours, best, three, points = found.tallies
    assert ours.recall > 0.45
    assert ours.false_a_month < 2.0
    assert ours.decoys <= 1
    assert best.recall > three.recall > 0.4
    assert best.recall > points.recall


def test_the_parts_of_a_score_add_up_and_name_their_findings() -> None:
    planted = plant(World(seed=5, busy=0.5, days=180))
    picture = correlate(read_stream(lines(planted), "s"), planted.graph, PRIORS, shifts=40)
    assert len(picture.incidents) > 5
    for each in picture.incidents:
        assert sum(part.log10 for part in each.parts) == pytest.approx(each.score, abs=1e-4)
        named = [part for part in each.parts if part.finding]
        assert {part.finding for part in named} == set(each.findings)
        assert all(part.log10 < 0 for part in each.parts if part.what == "silence")
        assert len(each.domains) >= 2
        assert each.chance is not None
        assert each.chance <= 1.0

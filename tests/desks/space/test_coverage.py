"""Views of a place, and losses, against trying everything."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from heaven import AT, catalogue
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.space import coverage, synth
from noroshi.desks.space.pictures import Series, chart
from noroshi.words.time import DAY, HOUR, MINUTE, format_instant


def test_a_geostationary_satellite_stays_above_one_place() -> None:
    sky = synth.Sky(1, AT)
    sky.geostationary(12)
    position = coverage.fixed(catalogue(sky), AT + np.arange(0, DAY, HOUR))
    lon, lat = coverage.ground(position)
    still = [n for n in range(12) if abs(sky.rows["n"][n] - 1.00273791) < 1e-9]
    drift = np.abs((lon[:, still] - lon[:1, still] + 180.0) % 360.0 - 180.0)
    assert drift.max() < 0.3
    assert np.abs(lat[:, still]).max() < 0.3


def test_elevation_is_as_the_triangle_says() -> None:
    position = np.array([[[6371.0 + 1000.0, 0.0, 0.0]]])
    # At the rim of a mask of 0°, the angle at the centre is arccos(R / (R + h)).
    edge = math.degrees(math.acos(6371.0 / 7371.0))
    seen = coverage.visible(
        position, [(edge - 0.1, 0.0), (edge + 0.1, 0.0), (0.0, edge - 0.1)], 0.0
    )
    assert seen[:, 0, 0].tolist() == [True, False, True]


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(3, 7))
def test_losses_of_one_and_two_are_the_worst_of_all(seed: int, many: int) -> None:
    seen = np.random.default_rng(seed).random((2, 40, many)) < 0.35
    found = coverage.resilience(seen, 1.0, 3, draws=5)
    for each in found[:3]:
        every = [
            np.delete(seen, lost, axis=2).any(-1).mean()
            for lost in itertools.combinations(range(many), each.k)
        ]
        assert each.availability == pytest.approx(min(every))
        assert each.how == "exact"
    three = [
        np.delete(seen, lost, axis=2).any(-1).mean()
        for lost in itertools.combinations(range(many), 3)
    ]
    assert found[3].how == "greedy"
    assert min(three) - 1e-12 <= found[3].availability <= found[2].availability
    assert all(each.random >= each.availability - 1e-12 for each in found[:3])


def test_passes_and_gaps_are_counted() -> None:
    seen = np.array([[[0], [1], [1], [0], [0], [0], [1]]], bool)
    (each,) = coverage.passes(seen, [(0.0, 0.0)], 2.0)
    assert (each.passes, each.longest_gap_min, each.mean_gap_min) == (2, 6.0, 4.0)
    assert each.availability == pytest.approx(3 / 7)


def test_who_is_in_view_is_told_from_when_to_when() -> None:
    seen = np.zeros((2, 6, 2), bool)
    seen[0, 1:3, 1] = seen[1, 2:4, 1] = True
    seen[0, 0, 0] = seen[1, 5, 0] = True
    times = AT + np.arange(6) * MINUTE
    told = coverage.views(seen, times, ["A", "B"])
    assert [(each.satellite, each.begin, each.end, each.places) for each in told] == [
        ("A", format_instant(AT), format_instant(AT), 1),
        ("B", format_instant(AT + MINUTE), format_instant(AT + 3 * MINUTE), 2),
        ("A", format_instant(AT + 5 * MINUTE), format_instant(AT + 5 * MINUTE), 1),
    ]
    assert coverage.views(seen[:, :0], times[:0], ["A", "B"]) == []


def test_a_shell_covers_its_latitudes() -> None:
    sky = synth.Sky(1, AT)
    sky.walker(120, 12, 1200.0, 60.0)
    position = coverage.fixed(catalogue(sky), AT + np.arange(0, 2 * HOUR, 5 * MINUTE))
    spots = coverage.places((0.0, -50.0, 90.0, 50.0), 3)
    assert coverage.visible(position, spots, 5.0).any(-1).mean() > 0.97


def test_a_picture_breaks_its_lines_and_escapes_its_text() -> None:
    made = chart("a < b", "x", "y", [Series("n", ((0.0, 1.0), (math.nan, 0.0), (2.0, 3.0)), True)])
    assert "a &lt; b" in made
    assert made.count("M", made.index('d="M', made.index("stroke-width") - 60)) >= 2
    assert chart("nothing", "x", "y", []).startswith("<svg")


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [(0.3, 9.8, ["0", "2", "4", "6", "8", "10"]), (-3e-4, 1e-4, ["-0.0003", "0.0001"]),
     (7.0, 7.0, ["6", "8"]), (1000.0, 1000.5, ["1000", "1000.5"])],
)  # fmt: skip
def test_an_axis_has_round_numbers_round_its_values(
    low: float, high: float, labels: list[str]
) -> None:
    made = chart("t", "x", "y", [Series("n", ((low, 0.0), (high, 1.0)))])
    told = re.findall(r'text-anchor="middle">([-\d.e]+)<', made)
    assert set(labels) <= set(told)
    assert float(told[0]) <= low <= high <= float(told[-1])
    assert 2 <= len(told) <= 8

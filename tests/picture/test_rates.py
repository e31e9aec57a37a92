"""Upper bounds of rates: beside printed tables of chi-square (half of it is this gamma)."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from noroshi.picture.correlate import correlate
from noroshi.picture.plant import World, plant
from noroshi.picture.priors import load_priors
from noroshi.picture.rates import gamma_quantile, gamma_share, quiet
from noroshi.picture.stream import read_stream
from noroshi.words.time import DAY, format_instant, parse_instant


@pytest.mark.parametrize(("n", "share", "chi2"), [
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4, degrees of freedom 2n + 1.
    (0, 0.90, 2.706), (0, 0.95, 3.841), (1, 0.95, 7.815), (4, 0.90, 14.684), (14, 0.975, 45.722),
    (24, 0.90, 62.038),
])  # fmt: skip
def test_quantiles_are_those_of_the_tables(n: int, share: float, chi2: float) -> None:
    assert gamma_quantile(n, share) == pytest.approx(chi2 / 2, abs=6e-4)


@pytest.mark.parametrize("n", [0, 3, 50, 255])
def test_a_quantile_has_its_share_below_it(n: int) -> None:
    assert gamma_share(n, gamma_quantile(n, 0.8)) == pytest.approx(0.8, abs=1e-9)


def test_large_counts_go_on_where_the_table_ends() -> None:
    last, first = gamma_quantile(255, 0.8), gamma_quantile(256, 0.8)
    assert 0.9 < first - last < 1.1


def test_years_in_which_nothing_came_change_nothing() -> None:
    """Two months of findings, twenty days without, two months: the same as with ten years more."""
    planted = plant(World(cables=12, days=60, campaigns=5, decoys=1, busy=3, seed=3))
    found = []
    for weeks in (0, 520):
        later = [
            each | {
                "id": each["id"] + "x",
                **{k: format_instant(parse_instant(each[k]) + (80 + 7 * weeks) * DAY)
                   for k in ("t0", "t1")},
            }
            for each in planted.lines
        ]  # fmt: skip
        rows = [msgspec.json.encode(each) for each in (*planted.lines, *later)]
        stream = read_stream(rows, "s")
        assert stream.days > 100 + 7 * weeks
        found.append(correlate(stream, planted.graph, load_priors(), shifts=20, budget=5))
    near, far = found
    assert near.field.rates.days == pytest.approx(far.field.rates.days)
    assert near.threshold == pytest.approx(far.threshold)
    assert len(near.incidents) > 5
    assert [each.findings for each in near.incidents] == [each.findings for each in far.incidents]
    for one, other in zip(near.incidents, far.incidents, strict=True):
        assert (one.score, one.chance) == pytest.approx((other.score, other.chance))


def test_what_is_left_out_is_whole_weeks_and_never_within_a_finding() -> None:
    t0 = np.array([0, 10, 12, 70, 71]) * DAY
    t1 = np.array([1, 40, 13, 70, 71]) * DAY
    after, less = quiet(t0, t1)
    # From the 40th day, when the longest ended, to the 70th: thirty, of which two weeks go.
    assert (after.tolist(), less.tolist()) == ([70 * DAY], [0, 14 * DAY])
    assert [each.tolist() for each in quiet(t0[:0], t1)] == [[], [0]]

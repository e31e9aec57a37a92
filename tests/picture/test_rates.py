"""Upper bounds of rates: beside printed tables of chi-square (half of it is this gamma)."""

from __future__ import annotations

import pytest

from noroshi.picture.rates import gamma_quantile, gamma_share


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

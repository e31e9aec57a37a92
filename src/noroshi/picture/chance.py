"""Chance: how many incidents a month the same findings would give if their domains had nothing to
do with one another.

Each domain's stream is moved round its own length by a random number of whole weeks, or of whole
days where there are too few weeks: each keeps its own bursts, assets and hours, and loses what ties
it to the others. The same correlator runs over what comes out, many times.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal

import msgspec
import numpy as np

from noroshi.picture.join import Field, join
from noroshi.picture.lines import Array
from noroshi.picture.priors import MONTH_DAYS

LEAST_SHIFTS: Final = 200
CEILING: Final = 50.0
"""Scores at which chance gives more than this many incidents a month are not told apart."""


class Chance(msgspec.Struct, frozen=True):
    """Scores that chance gave, highest first, over `months` of moved streams in all."""

    scores: Array
    months: float
    shifts: int
    unit: Literal["weeks", "days", "none"]

    def per_month(self, score: float) -> float:
        """Expected chance incidents a month with at least this score."""
        return self._above(score) / self.months if self.months else 0.0

    def interval(self, score: float) -> tuple[float, float]:
        """The 90 % interval of that expectation (Poisson, by Byar's approximation)."""
        if not self.months:
            return 0.0, 0.0
        n = self._above(score)
        return _byar(n, -1.645) / self.months, _byar(n + 1, 1.645) / self.months

    def threshold(self, budget: float) -> float:
        """The least score at which chance gives at most `budget` incidents a month."""
        allowed = math.floor(budget * self.months)
        if allowed >= len(self.scores):
            return float(self.scores[-1]) if len(self.scores) else -math.inf
        return float(np.nextafter(self.scores[allowed], math.inf))

    def _above(self, score: float) -> int:
        return int(np.searchsorted(-self.scores, -score, side="right"))


def _byar(n: int, z: float) -> float:
    if n <= 0:
        return 0.0
    return n * (1 - 1 / (9 * n) + z / (3 * math.sqrt(n))) ** 3


def chance(
    field: Field, seed: int, shifts: int = LEAST_SHIFTS,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Chance:  # fmt: skip
    """Run the correlator over `shifts` moved streams."""
    moves, unit = offsets(field.rates.days, len(field.stream.domains), _apart(field), seed, shifts)
    scores: list[Array] = []
    months = field.rates.days / MONTH_DAYS
    least = -math.inf
    for done, move in enumerate(moves):
        found = join(field, least, move).score
        if done == 0 and len(found):
            # From here on only what the budget can ever ask for.
            most = max(1, math.ceil(CEILING * months))
            least = float(np.sort(found)[::-1][min(most, len(found)) - 1])
        scores.append(found)
        tell(done + 1, len(moves))
    whole = np.concatenate(scores) if scores else np.empty(0)
    whole = np.sort(whole[whole >= least])[::-1] if math.isfinite(least) else np.sort(whole)[::-1]
    return Chance(whole, months * len(moves), len(moves), unit)


def _apart(field: Field) -> float:
    """Days by which two domains are moved apart at least: twice the longest window."""
    return 2 * max(float(np.abs(field.low).max(initial=0)), field.widest)


def offsets(
    days: float, domains: int, apart: float, seed: int, shifts: int
) -> tuple[list[Array], Literal["weeks", "days", "none"]]:
    """Moves of every domain, all at least `apart` days from every other round the circle, in whole
    weeks where the length allows `shifts` of them; fewer, or none, where it is too short."""
    draw = np.random.default_rng(seed)
    for unit, step in (("weeks", 7), ("days", 1)):
        places = int(days // step)
        free = places - domains * math.ceil(apart / step)
        if domains < 2 or free < 1 or math.perm(places, domains - 1) < shifts:
            continue
        found = _drawn(draw, days, places, step, domains, apart, shifts)
        if len(found) >= (shifts if unit == "weeks" else 1):
            return found, unit  # pyright: ignore[reportReturnType]
    return [], "none"


def _drawn(
    draw: np.random.Generator, days: float, places: int, step: int, domains: int, apart: float,
    shifts: int,
) -> list[Array]:  # fmt: skip
    """Distinct moves; the first domain stays where it is."""
    found: dict[tuple[int, ...], Array] = {}
    for _ in range(shifts * 200):
        move = np.concatenate([[0], draw.integers(0, places, domains - 1)]) * step
        between = np.abs(move[:, None] - move[None, :])
        between = np.minimum(between, days - between)[~np.eye(domains, dtype=bool)]
        if between.min() >= apart:
            found.setdefault(tuple(move.tolist()), move.astype(np.float64))
            if len(found) == shifts:
                break
    return list(found.values())

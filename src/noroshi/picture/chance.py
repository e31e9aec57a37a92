"""Chance: how many incidents a month the same findings would give if their domains had nothing to
do with one another.

Each domain's stream is moved round its own length by a random number of whole weeks, or of whole
days where there are too few weeks: each keeps its own bursts, assets and hours, and loses what ties
it to the others. The same correlator runs over what comes out, many times.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

import msgspec
import numpy as np

from noroshi.picture.join import Field, join, runs_of
from noroshi.picture.lines import Array
from noroshi.picture.priors import MONTH_DAYS

LEAST_SHIFTS: Final = 200
THREADS: Final = 2
FEWEST: Final = 20
"""Fewer moves say nothing."""
CEILING: Final = 50.0
"""Scores at which chance gives more than this many incidents a month are not told apart."""


Unit = Literal["weeks", "days", "none"]


class Moved(msgspec.Struct, frozen=True):
    """What moved streams gave from the score `floor` on: scores, and the findings of each as rows
    of the stream (-1: none of that domain), over `months` of them in all."""

    scores: Array
    members: Array
    months: float
    shifts: int
    unit: Unit
    floor: float


class Chance(msgspec.Struct, frozen=True):
    """Scores that chance gives, from `floor` on, highest first, over `months` of moved streams in
    all. `many[n]` of them are among the first n + 1: each counts by how likely its findings are
    background (`calibrate.held_against`)."""

    scores: Array
    many: Array
    months: float
    shifts: int
    unit: Unit
    floor: float = -math.inf

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
        allowed = int(np.searchsorted(self.many, budget * self.months + 1e-9, side="right"))
        if allowed >= len(self.scores):
            return float(self.scores[-1]) if len(self.scores) else -math.inf
        return float(np.nextafter(self.scores[allowed], math.inf))

    def _above(self, score: float) -> float:
        place = int(np.searchsorted(-self.scores, -score, side="right"))
        return float(self.many[place - 1]) if place else 0.0


def _byar(n: float, z: float) -> float:
    if n <= 0:
        return 0.0
    return n * (1 - 1 / (9 * n) + z / (3 * math.sqrt(n))) ** 3


def move(
    field: Field, seed: int, shifts: int = LEAST_SHIFTS,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Moved:  # fmt: skip
    """Run the correlator over `shifts` moved streams."""
    moves, unit = offsets(field.rates.days, len(field.stream.domains), _apart(field), seed, shifts)
    scores: list[Array] = []
    members: list[Array] = []
    months = field.rates.days / MONTH_DAYS
    least = -math.inf
    runs = runs_of(field)
    for done, by in enumerate(moves[:1]):
        found = join(field, least, by, runs).score
        if len(found):
            # From here on only what the budget can ever ask for.
            most = max(1, math.ceil(CEILING * months))
            least = float(np.sort(found)[::-1][min(most, len(found)) - 1])
        tell(done, len(moves))
    with ThreadPoolExecutor(THREADS) as pool:  # the kernels and sorts let go of the interpreter
        high = functools.partial(_high, field, least, runs)
        for done, joined in enumerate(pool.map(high, moves), 1):
            scores.append(joined[0])
            members.append(joined[1])
            tell(done, len(moves))
    whole = np.concatenate(scores) if scores else np.empty(0)
    order = np.argsort(-whole, kind="stable")
    domains = len(field.stream.domains)
    rows = np.concatenate(members) if members else np.empty((0, domains), np.int64)
    return Moved(whole[order], rows[order], months * len(moves), len(moves), unit, least)


def _high(field: Field, least: float, runs: Array, by: Array) -> tuple[Array, Array]:
    """Scores from `least` on in a moved stream, and who is in each."""
    joined = join(field, least, by, runs)
    high = joined.score >= least
    return joined.score[high], joined.members[high]


def _apart(field: Field) -> float:
    """Days by which two domains are moved apart at least: twice the longest window."""
    return 2 * max(float(np.abs(field.low).max(initial=0)), field.widest)


def days_needed(field: Field) -> int:
    """How many days a stream of two domains or more must span for chance to be known."""
    apart, domains = math.ceil(_apart(field)), len(field.stream.domains)
    spare = 0
    while _ways(spare, domains) < FEWEST:
        spare += 1
    return domains * apart + spare


def _ways(free: int, domains: int) -> int:
    """How many moves there are where so many steps are left over: shared out among the gaps, in any
    order of the domains round the circle."""
    return math.comb(free + domains - 1, domains - 1) * math.factorial(domains - 1)


def offsets(
    days: float, domains: int, apart: float, seed: int, shifts: int
) -> tuple[list[Array], Literal["weeks", "days", "none"]]:
    """Moves of every domain, all at least `apart` days from every other round the circle, in whole
    weeks where the length allows `shifts` of them; else in whole days, and as many as there are;
    none where these are fewer than `FEWEST`."""
    draw = np.random.default_rng(seed)
    units: tuple[tuple[Literal["weeks", "days"], int, int], ...] = (
        ("weeks", 7, shifts), ("days", 1, min(FEWEST, shifts)),
    )  # fmt: skip
    for unit, step, least in units:
        between = max(1, math.ceil(apart / step))
        free = int(days // step) - domains * between
        if domains < 2 or free < 0 or _ways(free, domains) < least:
            continue
        found = _drawn(draw, free, between, step, domains, min(shifts, _ways(free, domains)))
        if len(found) >= least:
            return found, unit
    return [], "none"


def _drawn(
    draw: np.random.Generator, free: int, apart: int, step: int, domains: int, shifts: int
) -> list[Array]:
    """Distinct moves; the first domain stays where it is. The others stand round the circle in a
    random order, `apart` steps between neighbours and `free` more shared out among the gaps."""
    found: dict[tuple[int, ...], Array] = {}
    for _ in range(shifts * 200):
        # Which of free + domains - 1 places in a row are ends of gaps: each sharing is as likely.
        ends = np.sort(draw.choice(free + domains - 1, domains - 1, replace=False))
        move = np.zeros(domains, np.int64)
        move[1 + draw.permutation(domains - 1)] = ends + 1 + (apart - 1) * np.arange(1, domains)
        found.setdefault(tuple(move.tolist()), move * float(step))
        if len(found) == shifts:
            break
    return list(found.values())

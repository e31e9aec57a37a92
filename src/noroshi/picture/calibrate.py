"""What a score is worth in this stream: the share of true incidents at each score, measured without
knowing a single true one.

Where the stream gives n(s) incidents at a score and moved streams give n₀(s), 1 − n₀/n of them are
there for a reason (Efron's local false discovery rate, 2004). Two numbers are fitted to that, how
many campaigns there are and how far a score is to be believed; both start from what is stated, so
that a short stream says about what the table of priors says.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np

from noroshi.picture.chance import Chance, Moved
from noroshi.picture.join import Joined
from noroshi.picture.lines import Array

OFFSET_SD: Final = 1.0
"""Powers of ten by which the stated number of campaigns may well be wrong."""
SLOPE_SD: Final = 0.25
STEP: Final = 0.1
"""Scores are counted in bins so wide."""
ROUNDS: Final = 4


class Calibration(msgspec.Struct, frozen=True):
    """log10 of the odds that an incident is one is `offset + slope · score`. `measured` where a
    stream has said so."""

    offset: float = 0.0
    slope: float = 1.0
    measured: bool = False

    def probability(self, score: float) -> float:
        """P(the findings of an incident belong together)."""
        odds = self.offset + self.slope * score
        return 1 / (1 + 10**-odds) if odds > -300 else 0.0


def held_against(joined: Joined, moved: Moved, findings: int) -> tuple[Chance, Calibration]:
    """What chance gives, and what a score is worth, for the incidents of a stream of so many
    findings.

    Real campaigns are moved with the rest and meet the background elsewhere, which would make
    chance look too strong. So what moved streams gave counts by how likely all its findings are
    background, which the calibration says; a few rounds settle both.
    """
    high = joined.score >= moved.floor
    scores, members = joined.score[high], joined.members[high]
    worth, weight = Calibration(), np.ones(len(moved.scores))
    for _ in range(ROUNDS if moved.shifts else 0):
        worth = calibrate(scores, moved.scores, weight / moved.shifts)
        background = np.ones(findings + 1)  # the last, by -1: no finding
        for rows, score in zip(members, scores.tolist(), strict=True):
            background[rows[rows >= 0]] = 1 - worth.probability(score)
        weight = background[moved.members].prod(axis=1)
    many = np.cumsum(weight)
    null = Chance(moved.scores, many, moved.months, moved.shifts, moved.unit, moved.floor)
    return null, worth


def calibrate(scores: Array, null: Array, weight: Array) -> Calibration:
    """The most probable calibration, given the `scores` of a stream and `null`, those that chance
    gives, each to be expected `weight` times, from the same score on. By search over a grid that
    is made finer three times."""
    if not len(null) or not len(scores):
        return Calibration()
    low = math.floor(min(scores.min(), null.min()) / STEP)
    places, seen, expected = _bins(scores, null, weight, low)
    offset, slope, wide_offset, wide_slope = 0.0, 1.0, 3.0, 0.9
    for _ in range(4):
        offsets = offset + np.linspace(-wide_offset, wide_offset, 31)
        slopes = np.maximum(0.05, slope + np.linspace(-wide_slope, wide_slope, 31))
        fit = _fit(offsets[:, None], slopes[None, :], places, seen, expected)
        best = np.unravel_index(int(np.argmax(fit)), fit.shape)
        offset, slope = float(offsets[best[0]]), float(slopes[best[1]])
        wide_offset, wide_slope = wide_offset / 6, wide_slope / 6
    return Calibration(offset, slope, True)


def _bins(scores: Array, null: Array, weight: Array, low: int) -> tuple[Array, Array, Array]:
    """Middles of the bins that hold anything, and how many of both are in each."""
    mine = np.floor(scores / STEP).astype(np.int64) - low
    theirs = np.floor(null / STEP).astype(np.int64) - low
    size = int(max(mine.max(), theirs.max())) + 1
    seen = np.bincount(mine, minlength=size).astype(float)
    expected = np.bincount(theirs, weight, size)
    held = np.flatnonzero(seen + expected)
    return (held + low + 0.5) * STEP, seen[held], expected[held]


def _fit(offset: Array, slope: Array, places: Array, seen: Array, expected: Array) -> Array:
    """log of the posterior. An incident at a score is of the stream rather than of the moved ones
    with P = n / (n + n₀), and n₀ / n = 1 − p."""
    odds = 10.0 ** np.clip(offset[..., None] + slope[..., None] * places, -30, 30)
    of_stream = (1 + odds) / (2 + odds)
    said = (seen * np.log(of_stream) + expected * np.log1p(-of_stream)).sum(axis=-1)
    return said - (offset / OFFSET_SD) ** 2 / 2 - ((slope - 1) / SLOPE_SD) ** 2 / 2

"""How well the picture tells campaigns from chance, by planted truth and beside two other rules."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import msgspec
import numpy as np

from noroshi.picture.baselines import Alert, additive, three_domains
from noroshi.picture.calibrate import Calibration, held_against
from noroshi.picture.chance import LEAST_SHIFTS, move
from noroshi.picture.join import Field, Joined, join, ready
from noroshi.picture.plant import Planted, World, lines, plant
from noroshi.picture.priors import MONTH_DAYS, Priors
from noroshi.picture.stream import read_stream

BINS: tuple[float, ...] = (0.0, 0.1, 0.4, 0.6, 0.9, 1.0)
"""Edges of the bands in which probabilities are held against what was true."""


class Tally(msgspec.Struct):
    """What one rule found: `met` of `planted` campaigns, `false` incidents in `months`, decoys."""

    rule: str
    met: int = 0
    planted: int = 0
    false: int = 0
    months: float = 0.0
    decoys: int = 0
    decoys_planted: int = 0

    @property
    def recall(self) -> float:
        """The share of campaigns that was met."""
        return self.met / self.planted if self.planted else 0.0

    @property
    def false_a_month(self) -> float:
        """False incidents a month."""
        return self.false / self.months if self.months else 0.0

    def interval(self) -> tuple[float, float]:
        """95 % interval of the recall (Wilson)."""
        return wilson(self.met, self.planted)


class Band(msgspec.Struct):
    """Incidents whose probability lay from `low` to `high`: how many, their mean, how many true,
    and the same of the probability as stated."""

    low: float
    high: float
    many: int = 0
    said: float = 0.0
    true: int = 0


class Weighed(msgspec.Struct):
    """The rules side by side, and how far probabilities hold: as measured, and as stated."""

    tallies: list[Tally]
    bands: list[Band]
    stated: list[Band]


def wilson(met: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval for a share."""
    if not of:
        return 0.0, 1.0
    share = met / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


LEAST = -3.0
Group = tuple[float, frozenset[str]]
"""A score and the findings that a rule put together."""


def weigh(worlds: Sequence[World], priors: Priors, shifts: int = LEAST_SHIFTS) -> Weighed:
    """Every rule over every world. The first is run as a user would, at the threshold that moved
    streams give for one incident a month; the others at a threshold that truth gives them."""
    ours = Tally("noroshi, threshold from moved streams")
    best = Tally("noroshi, threshold from truth")
    three = Tally("three domains at one asset in three days")
    points = Tally("points that add up, threshold from truth")
    bands = [Band(low, high) for low, high in itertools.pairwise(BINS)]
    stated = [Band(low, high) for low, high in itertools.pairwise(BINS)]
    for world in worlds:
        planted = plant(world)
        field = ready(read_stream(lines(planted), "planted"), planted.graph, priors)
        months = field.rates.days / MONTH_DAYS
        joined = join(field, LEAST)
        groups = _incidents(field, joined)
        null, worth = held_against(joined, move(field, world.seed, shifts), len(field.stream))
        threshold = null.threshold(1.0)
        _count(ours, planted, [each for each in groups if each[0] >= threshold], months)
        high = [each for each in groups if each[0] >= null.floor]
        _calibrate(bands, planted, high, worth)
        _calibrate(stated, planted, high, Calibration())
        _count(best, planted, _within(planted, groups, months), months)
        _count(three, planted, _alerts(field, three_domains(field)), months)
        _count(points, planted, _within(planted, _alerts(field, additive(field)), months), months)
    return Weighed([ours, best, three, points], bands, stated)


def _incidents(field: Field, joined: Joined) -> list[Group]:
    ids = field.stream.ids
    scores: list[float] = joined.score.tolist()
    members: list[list[int]] = joined.members.tolist()
    found = [
        (score, frozenset(ids[row] for row in rows if row >= 0))
        for score, rows in zip(scores, members, strict=True)
    ]
    return sorted(found, key=lambda each: -each[0])


def _alerts(field: Field, alerts: list[Alert]) -> list[Group]:
    ids = field.stream.ids
    return [(each.points, frozenset(ids[row] for row in each.rows)) for each in alerts]


def _meets(planted: Planted, role: str, group: Group) -> list[str]:
    """The campaigns (or decoys) of which at least two findings are in the group."""
    return [
        each.name
        for each in planted.truth
        if each.role == role and len(group[1].intersection(each.findings)) >= 2
    ]


def _within(planted: Planted, groups: list[Group], months: float) -> list[Group]:
    """The highest groups, until they hold one false a month."""
    false, kept = 0, list[Group]()
    for group in groups:
        false += not _meets(planted, "campaign", group)
        if false > months:
            break
        kept.append(group)
    return kept


def _count(tally: Tally, planted: Planted, groups: list[Group], months: float) -> None:
    met = {name for group in groups for name in _meets(planted, "campaign", group)}
    tally.met += len(met)
    tally.planted += sum(each.role == "campaign" for each in planted.truth)
    tally.false += sum(not _meets(planted, "campaign", group) for group in groups)
    tally.months += months
    tally.decoys += len({name for group in groups for name in _meets(planted, "decoy", group)})
    tally.decoys_planted += sum(each.role == "decoy" for each in planted.truth)


def _calibrate(
    bands: list[Band], planted: Planted, groups: list[Group], worth: Calibration
) -> None:
    for group in groups:
        said = worth.probability(group[0])
        band = bands[min(int(np.searchsorted(BINS, said, side="right")) - 1, len(bands) - 1)]
        band.many += 1
        band.said += said
        band.true += bool(_meets(planted, "campaign", group))

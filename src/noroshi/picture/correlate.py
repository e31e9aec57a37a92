"""Correlate: a stream and an asset graph to incidents with their chance rates and reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from noroshi.picture.chance import LEAST_SHIFTS, Chance, chance
from noroshi.picture.hypotheses import Overrule, Weighing, compare
from noroshi.picture.join import Field, Joined, join, ready
from noroshi.picture.priors import Priors
from noroshi.picture.score import Incident, explain
from noroshi.picture.stream import Stream
from noroshi.words.asset import AssetGraph


class Picture(msgspec.Struct, frozen=True):
    """`incidents` at or above `threshold`, highest first; `chance` is what they stand against,
    `weighings` the hypotheses beside each."""

    incidents: tuple[Incident, ...]
    weighings: tuple[Weighing, ...]
    threshold: float
    budget: float
    chance: Chance
    field: Field
    joined: Joined


def correlate(
    stream: Stream,
    graph: AssetGraph,
    priors: Priors,
    *,
    budget: float = 1.0,
    overrules: Sequence[Overrule] = (),
    seed: int = 1,
    shifts: int = LEAST_SHIFTS,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Picture:
    """All incidents of which chance gives at most `budget` a month."""
    field = ready(stream, graph, priors)
    null = chance(field, seed, shifts, tell)
    threshold = null.threshold(budget)
    joined = join(field, threshold)
    order = np.argsort(-joined.score, kind="stable")
    incidents = tuple(explain(field, joined, int(n), null) for n in order)
    rows = {each: row for row, each in enumerate(stream.ids)}
    weighings = tuple(compare(field, each, rows, overrules) for each in incidents)
    return Picture(incidents, weighings, threshold, budget, null, field, joined)

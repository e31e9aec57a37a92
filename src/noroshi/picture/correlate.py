"""Correlate: a stream and an asset graph to incidents with their chance rates and reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np

from noroshi.picture.calibrate import Calibration, held_against
from noroshi.picture.chance import LEAST_SHIFTS, Chance, move
from noroshi.picture.coverage import Seen
from noroshi.picture.hypotheses import Overrule, Weighing, compare
from noroshi.picture.join import Field, Joined, join, ready
from noroshi.picture.priors import Priors
from noroshi.picture.score import Incident, explain
from noroshi.picture.stream import Stream
from noroshi.words.asset import AssetGraph


class Picture(msgspec.Struct, frozen=True):
    """`incidents` at or above `threshold`, highest first; `chance` is what they stand against,
    `calibration` what a score is worth here, `weighings` the hypotheses beside each."""

    incidents: tuple[Incident, ...]
    weighings: tuple[Weighing, ...]
    threshold: float
    budget: float
    chance: Chance
    calibration: Calibration
    field: Field
    joined: Joined


class Known(msgspec.Struct, frozen=True):
    """What is known of chance, and what a score is worth by it."""

    chance: Chance
    calibration: Calibration


def measured(
    field: Field, seed: int = 1, shifts: int = LEAST_SHIFTS,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Known:  # fmt: skip
    """Move the streams of `field`, and hold its own incidents against what that gives."""
    moved = move(field, seed, shifts, tell)
    # Also what is too low to be told: how many there are of it says what a score is worth.
    return Known(*held_against(join(field, moved.floor), moved, len(field.stream)))


def told(
    field: Field, known: Known, budget: float = 1.0, overrules: Sequence[Overrule] = ()
) -> Picture:
    """All incidents of which chance gives at most `budget` a month."""
    threshold = known.chance.threshold(budget)
    joined = join(field, threshold)
    incidents = explained(field, joined, known)
    weighings = tuple(weighed(field, joined, each, overrules) for each in incidents)
    return Picture(
        incidents, weighings, threshold, budget, known.chance, known.calibration, field, joined
    )


def explained(field: Field, joined: Joined, known: Known) -> tuple[Incident, ...]:
    """Incidents in words, highest first."""
    order = np.argsort(-joined.score, kind="stable")
    return tuple(explain(field, joined, int(n), known.chance, known.calibration) for n in order)


def weighed(
    field: Field, joined: Joined, incident: Incident, overrules: Sequence[Overrule] = ()
) -> Weighing:
    """The hypotheses beside an incident."""
    used: list[int] = np.unique(joined.members[joined.members >= 0]).tolist()
    rows = {field.stream.ids[row]: row for row in used}
    return compare(field, incident, rows, overrules)


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
    seen: Iterable[Seen] | None = None,
) -> Picture:
    """All incidents of which chance gives at most `budget` a month."""
    field = ready(stream, graph, priors, seen)
    return told(field, measured(field, seed, shifts, tell), budget, overrules)

"""Scoring: what was planted against what was found.

A truth is met by a finding of its kind and exactly its ships whose interval overlaps it by at least
half of their union. Kinds that are moments (`MOMENTS`: a leap, a change of identity, a report) have
no length to overlap: there the finding must lie within ten minutes of the truth.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.words.scored import AlikeScore, KindCounts
from noroshi.words.time import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noroshi.desks.sea.truths import Truth
    from noroshi.words.finding import Finding

IOU: Final = 0.5
"""Least intersection over union of the intervals of a truth and the finding that meets it."""

MOMENTS: Final = frozenset({"impossible_move", "identity_swap", "outage"})
SLACK: Final = 10 * MINUTE


class Scene(msgspec.Struct, frozen=True):
    """What was planted in one background, and everything found in it."""

    truths: tuple[Truth, ...]
    findings: tuple[Finding, ...]


class KindScore(KindCounts, frozen=True):
    """With the median error of the onset in minutes (None: nothing met)."""

    onset_min: float | None


def score_kind(kind: str, scenes: Sequence[Scene]) -> KindScore:
    """How `kind` did over all scenes. Findings without a planted ship are not counted here: what
    the background truly holds is not known."""
    planted = met = false = 0
    onsets: list[float] = []
    for scene in scenes:
        ours = planted_subjects(scene.truths)
        told = [each for each in _told(scene) if each.kind == kind and ours & {*each.subjects}]
        for truth in (each for each in scene.truths if each.kind == kind):
            planted += 1
            first = next((each for each in told if meets(truth, each)), None)
            if first is not None:
                told.remove(first)
                met += 1
                onsets.append(abs(first.span.t0 - truth.t0) / MINUTE)
        false += len(told)
    onset = round(statistics.median(onsets), 1) if onsets else None
    return KindScore(kind, planted, met, false, onset)


def score_alike(case: str, scenes: Sequence[Scene]) -> AlikeScore:
    """How often look-alike `case` was taken for something."""
    planted, fired, kinds = 0, 0, set[str]()
    for scene in scenes:
        for truth in (each for each in scene.truths if each.case == case and each.silent):
            planted += 1
            said = {_word(each) for each in _told(scene) if subjects(truth) & {*each.subjects}} & {
                *truth.silent
            }
            fired += bool(said)
            kinds |= said
    return AlikeScore(case, planted, fired, tuple(sorted(kinds)))


def _word(finding: Finding) -> str:
    """Its kind; "drag" for a crossing that ranks as one."""
    return "drag" if int(finding.measures.get("drag_rank", 0)) > 0 else finding.kind


def _told(scene: Scene) -> list[Finding]:
    """Without the open gaps of planted ships: these do fall silent when their case ends, so that
    such a gap is neither a truth of the case nor false."""
    ours = planted_subjects(scene.truths)
    return [
        each
        for each in scene.findings
        if (each.kind, each.measures.get("state")) != ("gap", "open") or not ours & {*each.subjects}
    ]


def meets(truth: Truth, finding: Finding) -> bool:
    """Whether `finding` is what `truth` says."""
    if finding.kind != truth.kind or subjects(truth) != {*finding.subjects}:
        return False
    t0, t1 = finding.span.t0, finding.span.t1
    if truth.kind in MOMENTS:
        return t0 <= truth.t1 + SLACK and t1 >= truth.t0 - SLACK
    both = min(t1, truth.t1) - max(t0, truth.t0)
    return both >= IOU * (max(t1, truth.t1) - min(t0, truth.t0))


def subjects(truth: Truth) -> set[str]:
    """The ships of a truth as findings name them; of an outage, its report."""
    if truth.kind == "outage":
        return {f"outage:{truth.ref}"}
    return {f"mmsi:{mmsi:09d}" for mmsi in truth.mmsis}


def planted_subjects(truths: Iterable[Truth]) -> set[str]:
    """All ships that were planted."""
    return {name for truth in truths for name in subjects(truth)}

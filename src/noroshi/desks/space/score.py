"""Scoring: what was planted in a catalogue against what was found.

A truth is met by a finding of its kind about its objects, or one of them where there are many,
whose span has an instant in common with the truth's, give or take what the kind allows. Findings
about planted objects that meet no truth of their kind are false, but for kinds that a case leaves
open: who is neither told to be found nor to be silent.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.words.scored import AlikeScore, KindCounts
from noroshi.words.time import DAY, HOUR, MINUTE, SECOND, parse_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noroshi.desks.space.cases import Truth
    from noroshi.words.finding import Finding

SLACK: Final = {"conjunction": SECOND, "manoeuvre": 0, "breakup": MINUTE, "reentry": 0,
                "proximity": DAY, "shadowing": DAY, "constellation_change": DAY}  # fmt: skip
"""How far outside its span a finding's truth may lie: spans say how well an instant is known."""


PAIRS: Final = frozenset({"conjunction", "proximity", "shadowing"})
"""What is of two objects: where it must not be, it must not be of two of the case's own."""


class Scene(msgspec.Struct, frozen=True):
    """What was planted in one background, and everything found in it."""

    truths: tuple[Truth, ...]
    findings: tuple[Finding, ...]


class KindScore(KindCounts, frozen=True):
    """With the median error of the time (hours) and of the size (share) of those met."""

    time_h: float | None
    size: float | None


def score_kind(kind: str, scenes: Sequence[Scene]) -> KindScore:
    """How `kind` did over all scenes."""
    planted = met = false = 0
    times: list[float] = []
    sizes: list[float] = []
    for scene in scenes:
        told = [each for each in scene.findings if each.kind == kind]
        wanted = [each for each in scene.truths if each.kind == kind]
        for truth in wanted:
            planted += 1
            found = next((each for each in told if meets(truth, each)), None)
            if found is not None:
                met += 1
                told.remove(found)
                times.append(abs(instant(found) - truth.t0) / HOUR)
                sizes += _size_errors(truth, found)
        # A burn may come in by two jumps, and an event by two findings: the second is false. But
        # who meet once may meet again half a revolution on, and it is true.
        if kind == "conjunction":
            wanted = []
        false += sum(any(about(truth, each) for truth in wanted) or _silenced(scene, each)
                     for each in told)  # fmt: skip
    middle = (round(statistics.median(each), 3) if each else None for each in (times, sizes))
    return KindScore(kind, planted, met, false, *middle)


def score_alike(case: str, scenes: Sequence[Scene]) -> AlikeScore:
    """How often look-alike `case` was taken for something."""
    planted, fired, kinds = 0, 0, set[str]()
    for scene in scenes:
        for truth in (each for each in scene.truths if each.case == case and each.silent):
            planted += 1
            said = {each.kind for each in scene.findings
                    if each.kind in truth.silent and about(truth, each)}  # fmt: skip
            fired += bool(said)
            kinds |= said
    return AlikeScore(case, planted, fired, tuple(sorted(kinds)))


def meets(truth: Truth, finding: Finding) -> bool:
    """Whether `finding` is what `truth` says."""
    slack = SLACK[finding.kind]
    if finding.kind != truth.kind or not about(truth, finding):
        return False
    return finding.span.t0 - slack <= truth.t1 and finding.span.t1 + slack >= truth.t0


def about(truth: Truth, finding: Finding) -> bool:
    """Whether it is about the truth's objects: all of a pair or of one, any of a family's; of what
    must be silent, any, or two of them where a finding is of two."""
    ours = {f"norad:{each}" for each in truth.objects}
    theirs = {each for each in finding.subjects if each.startswith("norad:")}
    if finding.kind in PAIRS and truth.kind != finding.kind:
        return theirs <= ours
    return bool(ours & theirs) if len(truth.objects) > 2 or truth.silent else ours == theirs


def instant(finding: Finding) -> int:
    """The one instant that a finding tells: by a measure, or the middle or begin of its span."""
    for name in ("tca", "expected", "instant"):
        text = str(finding.measures.get(name, ""))
        if text[:2] == "20":
            return parse_instant(text)
    if finding.kind == "manoeuvre":
        return (finding.span.t0 + finding.span.t1) // 2
    return finding.span.t0


def _silenced(scene: Scene, finding: Finding) -> bool:
    return any(finding.kind in each.silent and about(each, finding) for each in scene.truths)


def _size_errors(truth: Truth, finding: Finding) -> list[float]:
    told = {
        name: value for name, value in finding.measures.items() if isinstance(value, int | float)
    }
    return [abs(told[name] - value) / value for name, value in truth.size.items() if name in told]

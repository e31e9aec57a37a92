"""Scoring: what was planted against what was found.

A truth is met by a sighting of its indicator at its asset within its interval. Any other sighting
of a planted indicator is false, and so is every sighting of a decoy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from noroshi.desks.cyber.plant import Truth
    from noroshi.words.finding import Finding


class Scene(msgspec.Struct, frozen=True):
    """What was planted in one set of logs of so many lines, and everything found in it."""

    truths: tuple[Truth, ...]
    findings: tuple[Finding, ...]
    lines: int


class CaseScore(msgspec.Struct, frozen=True):
    """Of one case: truths planted and met, those of them with exactly the lines that were planted,
    and findings that are none of them (of a look-alike: any)."""

    case: str
    planted: int
    met: int
    exact: int
    false: int


def score_case(case: str, scenes: Sequence[Scene]) -> CaseScore:
    """How `case` did over all scenes."""
    planted = met = exact = false = 0
    for scene in scenes:
        for truth in (each for each in scene.truths if each.case == case):
            told = [each for each in scene.findings if _about(truth, each)]
            right = next((each for each in told if meets(truth, each)), None)
            planted += 1
            met += right is not None
            exact += right is not None and right.measures["lines"] == truth.lines
            false += len(told) - (right is not None)
    return CaseScore(case, planted, met, exact, false)


def decoyed(scene: Scene) -> int:
    """How many sightings are of what nobody planted."""
    ours = {f"record:{truth.indicator}" for truth in scene.truths}
    return sum(not ours & {*each.subjects} for each in scene.findings if each.kind == "sighting")


def meets(truth: Truth, finding: Finding) -> bool:
    """Whether `finding` is what `truth` says."""
    return (
        truth.asset is not None
        and (truth.asset,) == finding.assets
        and _about(truth, finding)
        and finding.span.t0 >= truth.t0 // 1_000_000 * 1_000_000
        and finding.span.t1 <= truth.t1 + 1_000_000
    )


def _about(truth: Truth, finding: Finding) -> bool:
    return finding.kind == "sighting" and f"record:{truth.indicator}" in finding.subjects

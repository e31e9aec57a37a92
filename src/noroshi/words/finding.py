"""Finding: something a desk observed, with its evidence; never who is guilty."""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.words import ids
from noroshi.words.evidence import Evidence
from noroshi.words.kind import Kind
from noroshi.words.label import Label, join, label
from noroshi.words.place import Place
from noroshi.words.time import SECOND, Span

Measure = int | float | str
Reliability = Literal["A", "B", "C", "D", "E", "F"]
Credibility = Literal[1, 2, 3, 4, 5, 6]


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Observed, with unknowns named. `subjects` are `scheme:value` (`mmsi:431000001`), `assets`
    ids of the asset graph, `measures` in the units that the kind declares, `reliability` and
    `credibility` by the Admiralty code (STANAG 2511). `version` is µs UTC, 0 until stored."""

    id: str
    observation: str
    version: int
    owner: str
    kind: str
    span: Span
    place: Place | None
    subjects: tuple[str, ...]
    assets: tuple[str, ...]
    measures: dict[str, Measure]
    evidence: tuple[Evidence, ...]
    detector: str
    detector_version: str
    params_sha256: str
    reliability: Reliability = "F"
    credibility: Credibility = 6
    status: Literal["live", "retracted"] = "live"
    reason: str | None = None
    replaced_by: str | None = None

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("a finding has at least one piece of evidence")


def finding_ids(
    owner: str, detector: str, kind: Kind, subjects: tuple[str, ...], t0: int, cell: str
) -> tuple[str, str]:
    """(id, observation) of a finding.

    Both are UUIDv5 over canonical JSON; the observation leaves out owner and detector, so that two
    nodes that saw one thing share it. `cell` is the H3 cell of the start, or "". `t0` is µs UTC.
    """
    shared = [kind.name, list(subjects), t0 // (kind.bucket_s * SECOND), cell]
    return (
        "event--" + ids.uuid5([owner, detector, *shared]),
        "observation--" + ids.uuid5(shared),
    )


def finding_label(finding: Finding, kind: Kind) -> Label:
    """The join of the evidence's labels, each strand speaking of this kind and its pillar."""
    joined = join(*(each.label for each in finding.evidence))
    return label(
        *(
            msgspec.structs.replace(strand, kind=kind.name, pillar=kind.pillar)
            for strand in joined.strands
        )
    )

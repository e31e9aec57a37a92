"""Findings of the cyber desk, the same way for every kind: identity, evidence, who runs the asset.

What is found rests on everything that it was seen by: the log or series, the record that names what
to look for, and the file that says whose it is. Their labels all count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from noroshi.words.evidence import Evidence, JsonPointer
from noroshi.words.finding import Finding, finding_ids
from noroshi.words.ids import canonical
from noroshi.words.origin import origin_of

if TYPE_CHECKING:
    from noroshi.words.asset import AssetGraph
    from noroshi.words.desk import Context
    from noroshi.words.finding import Credibility, Measure, Reliability
    from noroshi.words.record import Record
    from noroshi.words.time import Span

VERSION: Final = "2"
"""Of the detectors: raised when the same input may give other findings."""


class Seen(NamedTuple):
    """What a detector saw at `asset`. `bin` dates it in its identity, by default where it began."""

    kind: str
    subjects: tuple[str, ...]
    asset: str
    span: Span
    measures: dict[str, Measure]
    evidence: tuple[Evidence, ...]
    reliability: Reliability
    credibility: Credibility
    bin: int | None = None


def finding(seen: Seen, context: Context) -> Finding:
    """The finding of what was seen."""
    detector = f"cyber/{seen.kind}"
    at = seen.span.t0 if seen.bin is None else seen.bin
    kind = context.kinds[seen.kind]
    own, observation = finding_ids(context.party, detector, kind, seen.subjects, at, seen.asset)
    asset = context.assets.assets[seen.asset]
    evidence = {*seen.evidence, *([asset.evidence] if asset.evidence else [])}
    return Finding(
        id=own,
        observation=observation,
        version=0,
        owner=context.party,
        kind=seen.kind,
        span=seen.span,
        place=asset.place,
        subjects=seen.subjects,
        assets=(seen.asset,),
        measures=seen.measures | {"operator": operator(seen.asset, context.assets)},
        evidence=tuple(sorted(evidence, key=canonical)),
        detector=detector,
        detector_version=VERSION,
        params_sha256=context.params_sha256,
        reliability=seen.reliability,
        credibility=seen.credibility,
    )


def operator(asset: str, graph: AssetGraph) -> str:
    """Who runs the asset: as its file says, else by the graph; a dash where neither tells."""
    known = graph.assets
    if asset not in known:
        return "—"
    if known[asset].owner:
        return str(known[asset].owner)
    near = sorted(graph.near(asset))
    return next((known[each].name for each in near if known[each].kind == "operator"), "—")


def lineage_of(record: Record) -> str:
    """Where a record came from: the feed that it was made of, else who created it."""
    origin = origin_of(record.raw)
    return origin.lineage if origin else record.owner


def rests_on(record: Record) -> Evidence:
    """A record as evidence: under its own label."""
    return Evidence(
        record.id, lineage_of(record), record.received, record.sha256, JsonPointer(""), record.label
    )

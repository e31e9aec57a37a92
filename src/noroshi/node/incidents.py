"""The node's incidents: what its picture shows now, brought to what the store holds, and records of
it for partners.

An incident keeps its id while most of its findings stay together (`picture.identity`). Its record
is a STIX `incident` that names its findings and nothing that was learned from others: no score, no
rate and no chance, which every node works out for itself. Its label is that of all its findings
together, so it goes where each of them goes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from noroshi.node.alone import alone
from noroshi.node.findings import next_version
from noroshi.node.node import Node
from noroshi.node.picture import own, seen
from noroshi.node.said import every_overrule
from noroshi.picture.calibrate import Calibration
from noroshi.picture.chance import LEAST_SHIFTS, Chance, Unit
from noroshi.picture.correlate import Known, Picture, measured
from noroshi.picture.correlate import told as tell_all
from noroshi.picture.hypotheses import Weighing
from noroshi.picture.identity import name
from noroshi.picture.join import Field, ready
from noroshi.picture.priors import Priors
from noroshi.picture.score import Incident
from noroshi.picture.stream import Stream
from noroshi.store import ChanceRow, IncidentRow
from noroshi.words import ids
from noroshi.words.label import highest_tlp, join, tlp_marking_id
from noroshi.words.record import Record
from noroshi.words.stix import head
from noroshi.words.time import MS, format_instant, parse_duration, parse_instant

KIND = "incident"
PILLAR = "hybrid"
GONE = "its findings no longer stand out from chance"


class Shown(msgspec.Struct, frozen=True):
    """An incident as it was told, and the hypotheses beside it."""

    incident: Incident
    weighing: Weighing


def shown(row: IncidentRow) -> Shown:
    """What was told of the incident in this version."""
    return msgspec.json.decode(row.shown, type=Shown)


class Looked(msgspec.Struct):
    """How the incidents moved, and whether moved streams were asked anew."""

    live: int = 0
    new: int = 0
    changed: int = 0
    ended: int = 0
    split: int = 0
    merged: int = 0
    asked: bool = False


def look(
    node: Node,
    priors: Priors,
    now: Callable[[], int],
    *,
    stream: Stream | None = None,
    anew: bool = False,
    seed: int = 1,
    shifts: int = LEAST_SHIFTS,
    tell: Callable[[int, int], None] = lambda done, of: None,
    waiting: Callable[[], object] = lambda: None,
) -> Looked:
    """Bring the stored incidents to what the findings of the node show now. What moved streams gave
    is taken from the store where it is young enough (`[picture] null`), unless `anew`. `stream`
    are the findings of the node, where the caller has them already."""
    stream = own(node, priors) if stream is None else stream
    field = ready(stream, node.store.assets(), priors, seen(node, priors))
    known = None if anew else last_known(node, priors, now())
    asked = known is None
    if known is None:
        known = measured(field, seed, shifts, tell)
    budget = node.settings.config.picture.chance_per_month
    picture = tell_all(field, known, budget, every_overrule(node))
    with alone(node.settings.data, waiting), node.store.write():
        if asked:
            node.store.put_chance(_kept(field, known, seed, now()))
        looked = _settle(node, picture, now())
    looked.asked = asked
    return looked


def under_kept_ids(picture: Picture, rows: Sequence[IncidentRow]) -> Picture:
    """The picture with its incidents under the ids that the node keeps them by, where it does."""
    held = {each.id: frozenset(each.findings) for each in rows if each.status == "live"}
    found = [frozenset(each.findings) for each in picture.incidents]
    named = name(held, found).ids
    incidents = tuple(
        msgspec.structs.replace(each, id=kept or each.id)
        for each, kept in zip(picture.incidents, named, strict=True)
    )
    return msgspec.structs.replace(picture, incidents=incidents)


class Elsewhere(msgspec.Struct, frozen=True):
    """An incident that another party's node told of: those of its findings that are here."""

    id: str
    owner: str
    name: str
    findings: tuple[str, ...]


def elsewhere(node: Node) -> list[Elsewhere]:
    """The live incidents of others that this node was told of. Their scores are not: each node
    works out its own."""
    found: list[Elsewhere] = []
    after = 0
    while page := node.store.of_kind(KIND, after, limit=1_000):
        after = page[-1][0]
        others = (each for _, each in page if each.owner != node.party)
        found += filter(None, (_elsewhere(node, each) for each in others))
    return found


def _elsewhere(node: Node, record: Record) -> Elsewhere | None:
    """None of an incident that names no findings: it is of a table that somebody read."""
    body = msgspec.json.decode(record.raw, type=_Told)
    refs = next((each.event_refs for each in body.extensions.values() if each.event_refs), ())
    held = node.store.latest(refs)
    here = tuple(each for each in refs if each in held)
    return Elsewhere(record.id, record.owner, body.name, here) if refs else None


class _Refs(msgspec.Struct):
    event_refs: tuple[str, ...] = ()


class _Told(msgspec.Struct):
    """What is read of an incident of another node."""

    name: str = ""
    extensions: dict[str, _Refs] = {}


class _Null(msgspec.Struct):
    """A run of chance as it is stored."""

    scores: list[float]
    many: list[float]
    floor: float | None
    calibration: Calibration


def _kept(field: Field, known: Known, seed: int, now: int) -> ChanceRow:
    chance = known.chance
    floor = chance.floor if np.isfinite(chance.floor) else None
    null = _Null(chance.scores.tolist(), chance.many.tolist(), floor, known.calibration)
    body = zlib.compress(msgspec.json.encode(null), 6)
    priors, count = field.priors.digest, len(field.stream)
    return ChanceRow(now, priors, seed, chance.shifts, chance.unit, chance.months, count, body)


def last_known(node: Node, priors: Priors, now: int) -> Known | None:
    """What the last run of moved streams gave under these priors, unless it is too old."""
    row = node.store.chance()
    old = parse_duration(node.settings.config.picture.null)
    if row is None or row.priors != priors.digest or now - row.at >= old or not row.shifts:
        return None
    null = msgspec.json.decode(zlib.decompress(row.body), type=_Null)
    floor = -np.inf if null.floor is None else null.floor
    scores, many = np.array(null.scores), np.array(null.many)
    unit = msgspec.convert(row.unit, Unit)
    return Known(Chance(scores, many, row.months, row.shifts, unit, floor), null.calibration)


def _settle(node: Node, picture: Picture, now: int) -> Looked:
    rows = node.store.incidents()
    held = {each.id: each for each in rows if each.status == "live"}
    last = {each.id: each.n for each in rows}
    found = [frozenset(each.findings) for each in picture.incidents]
    named = name({each: frozenset(row.findings) for each, row in held.items()}, found)
    looked = Looked(live=len(found))
    names = [each or _fresh(node, has) for each, has in zip(named.ids, found, strict=True)]
    written: list[IncidentRow] = []
    for n, own_id in enumerate(names):
        told = Shown(msgspec.structs.replace(picture.incidents[n], id=own_id), picture.weighings[n])
        before = held.get(own_id)
        row = IncidentRow(
            own_id, last.get(own_id, 0) + 1, now, "live", "", None,
            tuple(each for each in named.origins[n] if each != own_id),
            tuple(sorted(found[n])), msgspec.json.encode(told),
        )  # fmt: skip
        if before is not None and _says(before) == _says(row):
            continue
        written.append(row)
        _count(looked, row, before, named.ended)
        if before is None or before.findings != row.findings:
            _record(node, row, now)
    for gone, taker in named.ended.items():
        successor = None if taker is None else names[taker]
        why = GONE if successor is None else "went into another"
        end = {"n": last[gone] + 1, "at": now, "status": "ended", "why": why}
        written.append(held[gone]._replace(**end, successor=successor))
        looked.ended += 1
        _take_back(node, gone, why, successor, now)
    node.store.put_incidents(written)
    return looked


def _says(row: IncidentRow) -> object:
    """What makes another version: not that a rate moved in its third digit."""
    told = shown(row)
    marks = [(each.evidence, each.marks, each.overruled) for each in told.weighing.items]
    return row.findings, told.incident.word, marks


def _count(
    looked: Looked, row: IncidentRow, before: IncidentRow | None, ended: dict[str, int | None]
) -> None:
    looked.new += before is None
    looked.changed += before is not None
    looked.split += any(each not in ended for each in row.origins)
    looked.merged += any(each in ended for each in row.origins)


def _fresh(node: Node, findings: frozenset[str]) -> str:
    return "incident--" + ids.uuid5(["incident", node.party, sorted(findings)])


def _record(node: Node, row: IncidentRow, now: int) -> None:
    """The next version of the incident's record, under the label of all its findings."""
    findings = [node.store.record(each) for each in row.findings]
    labels = [each.label for each in findings if each is not None]
    label = join(*labels)
    held = node.store.record(row.id)
    created = version = now - now % MS
    if held is not None:
        created, version = parse_instant(head(held.raw).created or ""), next_version(held, now)
    domains = ", ".join(shown(row).incident.domains)
    raw = ids.canonical(
        {
            "type": KIND,
            "spec_version": "2.1",
            "id": row.id,
            "created_by_ref": ids.identity_id(node.party),
            "created": format_instant(created),
            "modified": format_instant(version),
            "name": f"Findings that belong together: {domains}",
            "object_marking_refs": [tlp_marking_id(highest_tlp(label))],
            "extensions": {
                ids.INCIDENT_EXTENSION: {
                    "extension_type": "property-extension",
                    "determination": "suspected",
                    "investigation_status": "new",
                    "event_refs": list(row.findings),
                }
            },
        }
    )
    digest = ids.sha256(raw)
    record = Record(row.id, version, KIND, PILLAR, node.party, label, raw, digest, now)
    node.store.put([record], at=now)


def _take_back(node: Node, incident: str, why: str, successor: str | None, now: int) -> None:
    held = node.store.record(incident)
    if held is None or held.status != "live":
        return
    version = next_version(held, now)
    properties = msgspec.json.decode(held.raw, type=dict[str, msgspec.Raw])
    changed = {"modified": format_instant(version), "revoked": True}
    raw = ids.canonical({**properties, **changed})
    node.store.retract(incident, raw, version, why, successor, at=now)

"""Findings into records: a new version only where something changed, a retraction where a desk
no longer finds what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from noroshi.node.node import Node
from noroshi.store import FindingRow
from noroshi.words.desk import Desk
from noroshi.words.finding import Finding, finding_label
from noroshi.words.ids import sha256
from noroshi.words.kind import Kind
from noroshi.words.label import highest_tlp, tlp_marking_id, without_expired
from noroshi.words.record import Record
from noroshi.words.stix import FindingBody, body_of, event, finding_body, head
from noroshi.words.time import MS, parse_instant

REFUTED: Final = "later data no longer support it"
RULED_OUT: Final = "the parameters of today do not find it"


class Settled(msgspec.Struct):
    """How the live set of a desk moved."""

    new: int = 0
    changed: int = 0
    retracted: int = 0
    unchanged: int = 0


def settle(
    node: Node,
    desk: Desk,
    params_sha256: str,
    findings: list[Finding],
    now: int,
    shards: tuple[str, ...] = ("subject", "cell", "none"),
    since: int = 0,
    seen: Callable[[FindingBody], bool] = lambda body: False,
) -> Settled:
    """Bring the live findings of `desk` under these parameters to exactly `findings`; those of
    kinds that are sharded otherwise than by `shards`, and what ships did before `since` (µs), of
    which the desk has forgotten what it rested on, are left alone.

    What another version of the desk or other parameters found stays: a state that was made anew
    has not seen what they rest on, and so refutes nothing; but where all that it rests on was
    `seen` now, it is taken back as well. What rests on a source that may no
    longer be used is not stored, and what is stored of it is for `expiry`. Call inside `write()`.
    """
    settled = Settled()
    emitted = {each.id for each in findings}
    findings = [each for each in findings if _usable(each, desk.kinds[each.kind], now)]
    records: list[Record] = []
    kept: dict[str, Finding] = {}
    for finding in {each.id: each for each in findings}.values():
        record = _record(node, finding, desk.kinds[finding.kind], now)
        if record is None:
            settled.unchanged += 1
            continue
        settled.new += record.version == parse_instant(head(record.raw).created or "")
        records.append(record)
        kept[record.id] = msgspec.structs.replace(finding, version=record.version)
    settled.changed = len(records) - settled.new
    node.store.put(records, kept, at=now)
    for kind in [name for name, each in desk.kinds.items() if each.shard in shards]:
        for row in node.store.findings(kind=kind):
            if row.owner != node.party or row.id in emitted:
                continue
            if row.t0 < since and desk.kinds[kind].shard != "none":
                continue
            held = node.store.by_seq(row.seq)
            body = body_of(held.raw)
            if body is None:
                raise AssertionError(f"a projected finding without its extension: {row.id}")
            alike = (body.detector_version, body.params_sha256) == (desk.version, params_sha256)
            if alike or seen(body):
                successor = _successor(row, findings)
                gone = REFUTED if alike else RULED_OUT
                reason = "moved" if successor else gone
                retract(node, held, body, desk.kinds[kind], successor, reason, now)
                settled.retracted += 1
    return settled


def _usable(finding: Finding, kind: Kind, now: int) -> bool:
    joined = finding_label(finding, kind)
    return without_expired(joined, now) == joined


def _record(node: Node, finding: Finding, kind: Kind, now: int) -> Record | None:
    """The next version of the finding's record; None where the stored one says the same."""
    body = finding_body(finding, node.keys.salt)
    held = node.store.record(finding.id)
    created = version = now - now % MS
    joined = finding_label(finding, kind)
    if held is not None:
        if body_of(held.raw) == body and held.status == "live" and held.label == joined:
            return None
        created = parse_instant(head(held.raw).created or "")
        version = next_version(held, now)
    raw = event(
        finding.id,
        body,
        kind,
        created=created,
        modified=version,
        marking_refs=(tlp_marking_id(highest_tlp(joined)),),
    )
    return Record(
        id=finding.id,
        version=version,
        kind=finding.kind,
        pillar=kind.pillar,
        owner=finding.owner,
        label=joined,
        raw=raw,
        sha256=sha256(raw),
        received=now,
    )


def _successor(row: FindingRow, findings: list[Finding]) -> str | None:
    """The finding that took the place of `row`: same kind, a shared subject, a shared time."""
    for finding in findings:
        if (
            finding.kind == row.kind
            and set(finding.subjects) & set(row.subjects)
            and finding.span.t0 < row.t1
            and row.t0 < finding.span.t1
        ):
            return finding.id
    return None


def next_version(held: Record, now: int) -> int:
    """The version (µs UTC, whole ms) of what comes after `held`."""
    return max(now - now % MS, held.version + MS)


def retract(
    node: Node,
    held: Record,
    body: FindingBody,
    kind: Kind,
    replaced_by: str | None,
    reason: str,
    now: int,
) -> None:
    """Store the version of `held` that takes it back. Call inside `write()`."""
    version = next_version(held, now)
    common = head(held.raw)
    raw = event(
        held.id,
        msgspec.structs.replace(body, reason=reason, replaced_by=replaced_by),
        kind,
        created=parse_instant(common.created or ""),
        modified=version,
        marking_refs=common.object_marking_refs,
        revoked=True,
    )
    node.store.retract(held.id, raw, version, reason, replaced_by, at=now)

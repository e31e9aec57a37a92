"""Sync: pull what is new in our view at a peer, and keep only what may be kept.

A grant counts only when the pinned key of its originator signed it, and an object only when every
strand of its label stands under such a grant that names us. Page, grants and cursor are stored in
one transaction, so a pull that is cut off goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from noroshi.exchange import tombstone
from noroshi.exchange.sign import verify_grant
from noroshi.exchange.taxii.client import Cursor, Pulled, discover, open_client, pull
from noroshi.node.node import Node
from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.words.desk import Rejected
from noroshi.words.errors import BadConfig
from noroshi.words.evidence import JsonPointer
from noroshi.words.grant import Grant
from noroshi.words.ids import is_stix_id, sha256
from noroshi.words.label import Label
from noroshi.words.record import Hop, Record
from noroshi.words.stix import Head, body_of, head, version_of


class SyncReport(msgspec.Struct):
    """What one pull brought; `reasons` counts the refused by reason."""

    peer: str
    pages: int = 0
    objects: int = 0
    stored: int = 0
    known: int = 0
    withdrawn: int = 0
    refused: int = 0
    reasons: dict[str, int] = {}


def sync(node: Node, party: str, now: Callable[[], int]) -> SyncReport:
    """Pull from the `[[peer]]` of `party` until nothing is new.

    Raises `BadConfig` when it has no url, `PeerError` when the peer fails or lies; what was
    stored before stays, and the next pull goes on from there.
    """
    peer = node.settings.peer(party)
    if peer.url is None:
        raise BadConfig("node.toml", f"[[peer]] {party} has no url to pull from")
    auth = None
    if peer.user and peer.password:
        auth = (peer.user, node.settings.secret(peer.password, f"password of [[peer]] {party}"))
    report = SyncReport(party)
    reasons: Counter[str] = Counter()
    with open_client() as http:
        collection = discover(peer.url, auth, http)
        for page in pull(collection, auth, _cursor(node, party), http):
            _store_page(node, party, page, report, reasons, now())
    report.reasons = dict(sorted(reasons.items()))
    return report


def _cursor(node: Node, party: str) -> Cursor:
    held = node.store.source(f"peer:{party}")
    return msgspec.json.decode(held.state, type=Cursor) if held else Cursor()


def _store_page(
    node: Node, party: str, page: Pulled, report: SyncReport, reasons: Counter[str], now: int
) -> None:
    grants = {grant.id: grant for grant in page.grants if _genuine(node, grant)}
    with node.store.write():
        node.store.put_grants(grants.values())
        _, policy = node.policy(at=now)
        records: list[Record] = []
        rejected: list[Rejected] = []
        for n, raw in enumerate(page.objects):
            label = page.labels[page.of[n]] if n < len(page.of) else None
            taken = _take(node, policy, party, raw, label, now)
            if isinstance(taken, Record):
                records.append(taken)
            elif taken is None:
                report.withdrawn += 1
            else:
                rejected.append(Rejected(f"peer {party}", JsonPointer(f"/{n}"), taken, raw))
                reasons[taken] += 1
        put = node.store.put(records, at=now)
        for conflict in put.conflicts:
            reasons[conflict.reason] += 1
        page_sha = sha256(b"\n".join(page.objects))
        node.store.reject(rejected, at=now, source=page_sha)
        state = msgspec.json.encode(page.cursor)
        node.store.set_source(f"peer:{party}", f"view at {party}", 0, state, False, now)
    report.pages += 1
    report.objects += len(page.objects)
    report.stored += put.stored
    report.known += put.known
    report.refused += len(rejected) + len(put.conflicts)


def _take(
    node: Node, policy: Policy, party: str, raw: bytes, label: Label | None, now: int
) -> Record | str | None:
    """The record to keep, None for a withdrawal carried out, or why the object is refused."""
    try:
        common = head(raw)
    except (msgspec.DecodeError, msgspec.ValidationError) as problem:
        return f"not a STIX object: {problem}"
    if not is_stix_id(common.id):
        return "no STIX id"
    gone = tombstone.read(raw)
    if gone is not None:
        return _withdraw(node, party, gone.withdrawn, now)
    if label is None:
        return "no label came with it"
    if any(strand.exercise for strand in label.strands):
        return "exercise data never meets real data"
    release = decide(policy, label, node.party, node.party, now, "keep", record=common.id)
    if not release.permitted:
        return "no genuine grant names us"
    return _received(party, raw, common, label, now)


def _received(party: str, raw: bytes, common: Head, label: Label, now: int) -> Record:
    body = body_of(raw) if common.type == "event" else None
    return Record(
        id=common.id,
        version=version_of(common, now),
        kind=body.kind if body else common.type,
        pillar=label.strands[0].pillar,
        owner=(body.owner if body else None) or party,
        label=label,
        raw=raw,
        sha256=sha256(raw),
        received=now,
        hops=(Hop(party, now, party),),
        status="revoked" if common.revoked else "live",
    )


def _withdraw(node: Node, party: str, gone: str, now: int) -> str | None:
    """Carry out the withdrawal of `gone`: only for what this peer gave us."""
    held = node.store.record(gone)
    if held is None:
        return None
    if not held.hops or held.hops[-1].party != party:
        return "a withdrawal of what this peer did not give us"
    node.store.withdraw(gone, at=now)
    return None


def _genuine(node: Node, grant: Grant) -> bool:
    """Whether the originator's pinned key signed the grant."""
    for peer in node.settings.config.peer:
        if peer.party == grant.originator and peer.public_key:
            return verify_grant(grant, bytes.fromhex(peer.public_key))
    return False

"""Receive: of what a peer sends, keep only what may be kept, whichever way it came.

A grant counts only when the pinned key of its originator signed it, and an object only when every
strand of its label stands under such a grant that names us. What we made ourselves and a peer
offers back is left out, and a strand in our own name stays with us: nobody else says to whom it may
go.

The peer signs all that it sends, and what it only passes on comes with its originator's own proof:
an object that was changed on the way is refused by name, and so is one put into another's mouth.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec

from noroshi.exchange import account, feedback, inventory, receipt, tombstone
from noroshi.exchange.parts import understated
from noroshi.exchange.sign import verify_grant
from noroshi.exchange.taxii.client import Pulled
from noroshi.exchange.tombstone import Tombstone
from noroshi.exchange.vouch import vouchers
from noroshi.node import feedback as said_back
from noroshi.node import keyring, resync, witness
from noroshi.node.node import Node
from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.store import Attested, Came
from noroshi.words.attest import Attestation
from noroshi.words.desk import Rejected
from noroshi.words.evidence import JsonPointer
from noroshi.words.grant import Grant
from noroshi.words.ids import canonical, identity_id, is_stix_id, sha256
from noroshi.words.label import Label, Strand, Tlp, highest_tlp, passed_on, tlp_marking_id
from noroshi.words.label import label as joined
from noroshi.words.record import Hop, Record
from noroshi.words.stix import FindingBody, Head, body_of, head, version_of
from noroshi.words.time import DAY


class Received(msgspec.Struct):
    """What came of what a peer sent; `own` counts what was ours before it was the peer's,
    `reasons` the refused by reason."""

    peer: str
    objects: int = 0
    stored: int = 0
    known: int = 0
    own: int = 0
    withdrawn: int = 0
    receipts: int = 0
    inventories: int = 0
    feedback: int = 0
    heads: int = 0
    refused: int = 0
    reasons: dict[str, int] = {}

    def refuse(self, reason: str) -> None:
        """Count one object that is not kept."""
        self.refused += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def receive(node: Node, party: str, page: Pulled, report: Received, now: int) -> tuple[bool, ...]:
    """Take what `party` sent, and count it in `report`; which of the objects were in order. Call
    in the transaction that remembers how far the peer was read."""
    _learn(node, page, now)
    genuine = [grant for grant in page.grants if _genuine(node, grant)]
    node.store.put_grants(genuine, at=now)
    _, policy = node.policy(at=now)
    records: list[Record] = []
    attested: list[Attested] = []
    rejected: list[Rejected] = []
    came: list[Came] = []
    in_order: list[bool] = []
    unsigned, proofs = _proofs(node, party, page)
    heads = report.heads
    for n, raw in enumerate(page.objects):
        label = page.labels[page.of[n]] if n < len(page.of) else None
        if unsigned or not proofs[n]:
            taken = unsigned or f"{party} did not sign it as it came"
        else:
            taken = _take(node, policy, party, raw, label, proofs[n], now)
            came += _came(policy, raw, taken, now)
        in_order.append(not isinstance(taken, str))
        if isinstance(taken, Record):
            records.append(taken)
            about = (taken.id, taken.version, taken.sha256)
            attested += (Attested(*about, each) for each in proofs[n])
        elif isinstance(taken, Left):
            taken.count(report)
        else:
            said = f"from {party}: {taken}"
            rejected.append(Rejected(f"peer {party}", JsonPointer(f"/{n}"), said, raw))
            report.refuse(taken)
    put = node.store.put(records, at=now)
    node.store.put_attestations(attested, node.store.distrusted_keys())
    for conflict in put.conflicts:
        report.refuse(conflict.reason)
    refused = {(each.id, each.version) for each in put.conflicts}
    node.store.hold((each for each in records if (each.id, each.version) not in refused), at=now)
    node.store.reject(rejected, at=now, source=sha256(b"\n".join(page.objects)))
    node.store.put_received(party, came, at=now)
    report.objects += len(page.objects) - (report.heads - heads)
    report.stored += put.stored
    report.known += put.known
    return tuple(in_order)


class Left(Enum):
    """What an object was that is rightly not kept, as `Received` counts it."""

    WITHDRAWN = "withdrawn"
    OWN = "own"
    SAID = "receipts"
    TOLD = "inventories"
    HEARD = "feedback"
    SIGNED = "heads"

    def count(self, report: Received) -> None:
        """Count one in the report."""
        setattr(report, self.value, getattr(report, self.value) + 1)


_SAID_TO_US: Final = frozenset((receipt.TYPE, inventory.TYPE, *account.TYPES))
"""What one node says to another, which is no disclosure."""


def _clauses(policy: Policy, label: Label) -> str:
    """By which clauses, as a JSON text, the grants of a label let us have it."""
    granted = (policy.grants.get(strand.grant or "") for strand in label.strands)
    return canonical(sorted({each.clause for each in granted if each is not None})).decode()


def _came(policy: Policy, raw: bytes, taken: Record | Left | str, now: int) -> tuple[Came, ...]:
    """What is to be noted of an object that the peer signed, for the day when its ledger is held
    against ours."""
    if isinstance(taken, Record):
        clauses = _clauses(policy, taken.label)
        return (Came(taken.id, taken.version, taken.sha256, "kept", clauses),)
    if isinstance(taken, Left) and taken not in (Left.WITHDRAWN, Left.OWN):
        return ()
    try:
        common = head(raw)
        version = version_of(common, now)
    except (msgspec.DecodeError, ValueError):
        return (Came("", 0, sha256(raw), "refused"),)
    if common.type in _SAID_TO_US or feedback.is_feedback(common.type, raw):
        return ()
    if isinstance(taken, str):
        return (Came(common.id, version, sha256(raw), "refused"),)
    what = "withdrawal" if taken is Left.WITHDRAWN else "ours"
    return (Came(common.id, version, sha256(raw), what),)


def _proofs(
    node: Node, party: str, page: Pulled
) -> tuple[str | None, list[tuple[Attestation, ...]]]:
    """For each object who vouches for it, the peer first; or why nothing of the page is signed."""
    try:
        return None, vouchers(page.vouched, party, page.objects, node.public_key)
    except ValueError as problem:
        return str(problem), []


def _take(
    node: Node,
    policy: Policy,
    party: str,
    raw: bytes,
    label: Label | None,
    proofs: tuple[Attestation, ...],
    now: int,
) -> Record | Left | str:
    """The record to keep, what it was instead, or why the object is refused."""
    try:
        common = head(raw)
        version = version_of(common, now)
        body = body_of(raw) if common.type == "event" else None
    except (msgspec.DecodeError, ValueError) as problem:
        return f"not a STIX object: {problem}"
    if not is_stix_id(common.id) or common.id.rpartition("--")[0] != common.type:
        return "no STIX id of its type"
    gone = tombstone.read(raw)
    if common.type == account.HEAD:
        return witness.heard(node, party, raw, now) or Left.SIGNED
    if gone is not None or common.type in (receipt.TYPE, inventory.TYPE):
        if common.created_by_ref != identity_id(party):
            what = "withdrawal" if gone else common.type
            return f"a {what} in the name of another"
        if common.type == inventory.TYPE:
            return _told(node, party, raw, now)
        return _said(node, party, raw, now) if gone is None else _withdraw(node, party, gone, now)
    if feedback.is_feedback(common.type, raw):
        return said_back.heard(node, party, raw, now) or Left.HEARD
    if label is None:
        return "no label came with it"
    ours = policy.parties.line(node.party)
    theirs = tuple(each for each in label.strands if each.originator not in ours)
    if (not theirs) if body is None else (body.owner in ours):
        return Left.OWN
    wrong = _wrong(party, common, body, label)
    if wrong is None and understated(raw, label):
        wrong = "the marking of a part is stricter than its label"
    if wrong is not None:
        return wrong
    if all(node.party in strand.via for strand in theirs):
        return Left.OWN
    release = decide(policy, label, node.party, node.party, now, "keep", record=common.id)
    if not release.permitted:
        return "no genuine grant names us"
    false = (
        _over(policy, theirs, now)
        or _put_in_a_mouth(policy, party, common, theirs, proofs)
        or _claimed(node, policy, party, common, theirs, proofs)
        or _taken_back(node, policy, party, common.id, theirs)
    )
    if false is not None:
        return false
    mine = (each for each in label.strands if each.originator in ours)
    closed = (msgspec.structs.replace(each, only=()) for each in mine)
    hop = Hop(party, now, _attests(policy, party, theirs, proofs))
    passed = (passed_on(each, party) for each in theirs)
    return _received(hop, raw, common, body, joined(*passed, *closed), version)


def _wrong(party: str, common: Head, body: FindingBody | None, label: Label) -> str | None:
    """What the label says that the object does not, or the other way round."""
    if any(strand.exercise for strand in label.strands):
        return "exercise data never meets real data"
    marked = [tlp for tlp in Tlp if tlp_marking_id(tlp) in common.object_marking_refs]
    if any(tlp.rank > highest_tlp(label).rank for tlp in marked):
        return "its marking is stricter than its label"
    owner = body.owner if body else None
    if owner not in (None, party, *(strand.originator for strand in label.strands)):
        return "made by somebody who is not in its label"
    return None


def _put_in_a_mouth(
    policy: Policy,
    party: str,
    common: Head,
    strands: tuple[Strand, ...],
    proofs: tuple[Attestation, ...],
) -> str | None:
    """Whose word is claimed and not shown: an object is the peer's own making, and says so, or
    whoever it stems from signed it."""
    if common.created_by_ref == identity_id(party):
        return None
    signed = {each.batch.party for each in proofs}
    for strand in strands:
        grant = policy.grants.get(strand.grant or "")
        if grant is not None and grant.transforms:
            continue
        if signed.isdisjoint(policy.parties.line(strand.originator)):
            return f"{strand.originator} did not sign it"
    return None


def _over(policy: Policy, strands: tuple[Strand, ...], now: int) -> str | None:
    """Whose grant ended before this came: what may be kept since then may not be got anew."""
    for strand in strands:
        grant = policy.grants.get(strand.grant or "")
        if grant is not None and grant.until is not None and grant.until <= now:
            return f"the grant of {grant.originator} was over"
    return None


def _claimed(
    node: Node,
    policy: Policy,
    party: str,
    common: Head,
    strands: tuple[Strand, ...],
    proofs: tuple[Attestation, ...],
) -> str | None:
    """An object that names a party as its maker is that party's: it stands in the label, or passes
    it on, or made a variant and signed that."""
    if common.created_by_ref not in node.public:
        return None
    makers = {party}
    for strand in strands:
        makers.update(policy.parties.line(strand.originator))
        grant = policy.grants.get(strand.grant or "")
        if grant is not None and grant.transforms:
            makers.update(each.batch.party for each in proofs)
    if common.created_by_ref in map(identity_id, makers):
        return None
    return "made by somebody who is not in its label"


def _taken_back(
    node: Node, policy: Policy, party: str, id: str, strands: tuple[Strand, ...]
) -> str | None:
    """Which originator took the object back from everybody. Its word ends its strand whoever else
    gives it; the originator itself may give it again."""
    ended = node.store.ended(id)
    if not ended:
        return None
    if party in ended:
        node.store.resume(id, party)
    for strand in strands:
        line = policy.parties.line(strand.originator)
        if party not in line and not ended.isdisjoint(line):
            return f"{strand.originator} took it back"
    return None


def _attests(
    policy: Policy, party: str, strands: tuple[Strand, ...], proofs: tuple[Attestation, ...]
) -> str:
    """Whose word there is for the object: its originator's where it came along, else that of who
    passed it on."""
    signed = {each.batch.party for each in proofs}
    lines = (policy.parties.line(strand.originator) for strand in strands)
    return next((code for line in lines for code in line if code in signed), party)


def _received(
    hop: Hop, raw: bytes, common: Head, body: FindingBody | None, label: Label, version: int
) -> Record:
    return Record(
        id=common.id,
        version=version,
        kind=body.kind if body else common.type,
        pillar=label.strands[0].pillar,
        owner=(body.owner if body else None) or hop.attests or hop.party,
        label=label,
        raw=raw,
        sha256=sha256(raw),
        received=hop.at,
        hops=(hop,),
        status="revoked" if common.revoked else "live",
    )


def _withdraw(node: Node, party: str, gone: Tombstone, now: int) -> Left | str:
    """Carry out a withdrawal: it ends what this peer gave us, and nothing that another gives; only
    an originator that took the object back from everybody ends its strand for all who give it."""
    ended = node.store.give_up(gone.withdrawn, party, gone.versions, at=now)
    if gone.recalled:
        for each in node.store.holdings(gone.withdrawn):
            if any(s.originator == party for s in node.store.label_of(each.cell).strands):
                version = (each.version,)
                ended |= node.store.give_up(gone.withdrawn, each.party, version, at=now)
    if not ended:
        held = node.store.record(gone.withdrawn)
        if held is not None and held.status != "tombstone":
            return "a withdrawal of what this peer did not give us"
    node.store.put_withdrawal(gone.id, party, gone.withdrawn, at=now, recalled=gone.recalled)
    return Left.WITHDRAWN


def _said(node: Node, party: str, raw: bytes, now: int) -> Left | str:
    """Keep what the peer says about a withdrawal of ours."""
    found = receipt.read(raw, party)
    if found is None or found.version > now + DAY:
        return "a receipt that does not read"
    if node.store.issued(party, found.stone) is None:
        return "a receipt for what was not withdrawn from this peer"
    node.store.put_receipt(found.stone, party, found.version, raw, at=now)
    return Left.SAID


def _told(node: Node, party: str, raw: bytes, now: int) -> Left | str:
    """Take what the peer says it holds from us, where we asked."""
    found = inventory.read(raw, party)
    if found is None:
        return "an inventory that does not read"
    return resync.told(node, found, now) or Left.TOLD


def _genuine(node: Node, grant: Grant) -> bool:
    """Whether the originator's pinned key signed the grant."""
    return any(verify_grant(grant, public) for public in node.grant_keys(grant.originator))


def _learn(node: Node, page: Pulled, now: int) -> None:
    """Follow what parties say of their keys, before anything is checked by them."""
    if page.vouched is not None:
        keyring.hear(node.store, node.party, page.vouched.keys, now)

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
from noroshi.node import elsewhere, keyring, resync, witness
from noroshi.node import feedback as said_back
from noroshi.node.labelled import Labelled
from noroshi.node.node import Node
from noroshi.store import Attested, Came
from noroshi.words.attest import Attestation
from noroshi.words.desk import Rejected
from noroshi.words.evidence import JsonPointer
from noroshi.words.grant import Grant
from noroshi.words.ids import identity_id, is_stix_id, sha256
from noroshi.words.label import Label
from noroshi.words.record import Hop, Record
from noroshi.words.stix import FindingBody, Head, body_of, dated, head, version_of
from noroshi.words.time import DAY


class Received(msgspec.Struct):
    """What came of what a peer sent; `own` counts what was ours before it was the peer's,
    `reasons` the refused by reason. `unsigned` is why a page was refused whole."""

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
    unsigned: str | None = None

    def refuse(self, reason: str) -> None:
        """Count one object that is not kept."""
        self.refused += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def receive(
    node: Node, party: str, page: Pulled, report: Received, now: int
) -> list[tuple[Head | None, bool]]:
    """Take what `party` sent, and count it in `report`; for each object its head, where it reads,
    and whether it was in order. Call in the transaction that remembers how far the peer was read.
    """
    _learn(node, page, now)
    genuine = [grant for grant in page.grants if _genuine(node, grant)]
    node.store.put_grants(genuine, at=now)
    taking = _Taking(node, party, page, now)
    report.unsigned = taking.unsigned if page.objects else None
    records: list[Record] = []
    attested: list[Attested] = []
    rejected: list[Rejected] = []
    came: list[Came] = []
    looked: list[tuple[Head | None, bool]] = []
    heads, withdrawn = report.heads, report.withdrawn
    for n, raw in enumerate(page.objects):
        taken = taking.take(n)
        came += taking.came(n, taken)
        looked.append((taking.heads[n][0], not isinstance(taken, str)))
        if isinstance(taken, Record):
            records.append(taken)
            about = (taken.id, taken.version, taken.sha256)
            attested += (Attested(*about, each) for each in taking.proofs[n])
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
    if rejected:
        node.store.reject(rejected, at=now, source=sha256(b"\n".join(page.objects)))
    if report.withdrawn > withdrawn:
        elsewhere.end(node, now)
    node.store.put_received(party, came, at=now)
    report.objects += len(page.objects) - (report.heads - heads)
    report.stored += put.stored
    report.known += put.known
    return looked


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


Read = tuple[Head | None, int | str]
"""The head of an object, where it reads, and its version (µs UTC), or why it has none."""

_SAID_TO_US: Final = frozenset((receipt.TYPE, inventory.TYPE, *account.TYPES))
"""What one node says to another, which is no disclosure."""


class _Taking:
    """The objects of one page being taken, one after the other."""

    def __init__(self, node: Node, party: str, page: Pulled, now: int) -> None:
        self._node, self._party, self._page, self._now = node, party, page, now
        _, self._policy = node.policy(at=now)
        self.unsigned: str | None = None
        self.proofs: list[tuple[Attestation, ...]] = []
        try:
            self.proofs = vouchers(page.vouched, party, page.objects, node.public_key)
        except ValueError as problem:
            self.unsigned = str(problem)
        self._named = self._policy.acts()
        self._terms: dict[int, Labelled] = {}
        self._signed: dict[tuple[str, ...], frozenset[str]] = {}
        self._hops: dict[tuple[int, frozenset[str]], Hop] = {}
        self.heads = self._first([_read(raw, now) for raw in page.objects])
        self._ended: dict[str, frozenset[str]] | None = None

    def _first(self, heads: list[Read]) -> list[Read]:
        """The heads with their versions. What bears no date has the one under which it first came,
        however often it comes."""
        undated = {n: each.id for n, (each, _) in enumerate(heads) if each and not dated(each)}
        held = self._node.store.first(undated.values()) if undated else {}
        for n, name in undated.items():
            common, version = heads[n]
            heads[n] = common, held.get((name, sha256(self._page.objects[n])), version)
        return heads

    def take(self, n: int) -> Record | Left | str:
        """The record to keep of object `n`, what it was instead, or why it is refused."""
        if self.unsigned is not None or not self.proofs[n]:
            return self.unsigned or f"{self._party} did not sign it as it came"
        node, party, now, raw = self._node, self._party, self._now, self._page.objects[n]
        common, version = self.heads[n]
        if common is None or isinstance(version, str):
            return str(version)
        try:
            body = body_of(raw) if common.type == "event" else None
        except (msgspec.DecodeError, ValueError) as problem:
            return f"not a STIX object: {problem}"
        if not is_stix_id(common.id) or common.id.rpartition("--")[0] != common.type:
            return "no STIX id of its type"
        if common.type == account.HEAD:
            return witness.heard(node, party, raw, now) or Left.SIGNED
        gone = tombstone.read(raw) if common.type == tombstone.TYPE else None
        if gone is not None or common.type in (receipt.TYPE, inventory.TYPE):
            if common.created_by_ref != identity_id(party):
                what = "withdrawal" if gone else common.type
                return f"a {what} in the name of another"
            if common.type == inventory.TYPE:
                return _told(node, party, raw, now)
            if gone is None:
                return _said(node, party, raw, now)
            return self._withdraw(gone)
        if feedback.is_feedback(common.type, raw):
            return said_back.heard(node, party, raw, now) or Left.HEARD
        terms = self._of(n)
        if terms is None:
            return "no label came with it"
        if (not terms.theirs) if body is None else terms.ours(body.owner):
            return Left.OWN
        wrong = _wrong(common, body, terms, node.exercise)
        if wrong is None and understated(raw, terms.label):
            wrong = "the marking of a part is stricter than its label"
        if wrong is not None:
            return wrong
        if terms.came_round:
            return Left.OWN
        signed = self._signers(n)
        false = self._false(common, terms, signed)
        if false is not None:
            return false
        return _received(self._hop(n, terms, signed), raw, common, body, terms.here, version)

    def _withdraw(self, gone: Tombstone) -> Left | str:
        done = _withdraw(self._node, self._party, gone, self._now)
        if gone.recalled and self._ended is not None and not isinstance(done, str):
            known = self._ended.get(gone.withdrawn, frozenset[str]())
            self._ended[gone.withdrawn] = known | {self._party}
        return done

    def _false(self, common: Head, terms: Labelled, signed: frozenset[str]) -> str | None:
        """Why the object may not be kept, whatever it says."""
        if not terms.keeps(common.id, self._named):
            return "no genuine grant names us"
        return (
            terms.over
            or self._put_in_a_mouth(common, terms, signed)
            or self._claimed(common, terms, signed)
            or self._taken_back(common.id, terms)
        )

    def came(self, n: int, taken: Record | Left | str) -> tuple[Came, ...]:
        """What is to be noted of an object that the peer signed, for the day when its ledger is
        held against ours."""
        if self.unsigned is not None or not self.proofs[n]:
            return ()
        if isinstance(taken, Record):
            terms = self._of(n)
            clauses = "[]" if terms is None else terms.clauses
            return (Came(taken.id, taken.version, taken.sha256, "kept", clauses),)
        if isinstance(taken, Left) and taken not in (Left.WITHDRAWN, Left.OWN):
            return ()
        raw, (common, version) = self._page.objects[n], self.heads[n]
        if common is None or isinstance(version, str):
            return (Came("", 0, sha256(raw), "refused"),)
        if common.type in _SAID_TO_US or feedback.is_feedback(common.type, raw):
            return ()
        if isinstance(taken, str):
            return (Came(common.id, version, sha256(raw), "refused"),)
        what = "withdrawal" if taken is Left.WITHDRAWN else "ours"
        return (Came(common.id, version, sha256(raw), what),)

    def _of(self, n: int) -> Labelled | None:
        """What the label of object `n` comes to; None where none came that can be read."""
        if n >= len(self._page.of):
            return None
        number = self._page.of[n]
        found, label = self._terms.get(number), self._page.labels[number]
        if found is None and label is not None:
            us = self._node.party
            found = self._terms[number] = Labelled(self._policy, self._party, us, label, self._now)
        return found

    def _signers(self, n: int) -> frozenset[str]:
        """Who signed object `n`."""
        named = tuple(each.batch.party for each in self.proofs[n])
        found = self._signed.get(named)
        if found is None:
            found = self._signed[named] = frozenset(named)
        return found

    def _hop(self, n: int, terms: Labelled, signed: frozenset[str]) -> Hop:
        """The step by which object `n` came, alike for all with its label and signers."""
        key = (self._page.of[n], signed)
        found = self._hops.get(key)
        if found is None:
            found = self._hops[key] = Hop(self._party, self._now, terms.attests(signed))
        return found

    def _put_in_a_mouth(self, common: Head, terms: Labelled, signed: frozenset[str]) -> str | None:
        """Whose word is claimed and not shown: an object is the peer's own making, and says so, or
        whoever it stems from signed it."""
        if common.created_by_ref == identity_id(self._party):
            return None
        unsigned = terms.unsigned(signed)
        return None if unsigned is None else f"{unsigned} did not sign it"

    def _claimed(self, common: Head, terms: Labelled, signed: frozenset[str]) -> str | None:
        """An object that names a party as its maker is that party's."""
        maker = common.created_by_ref
        if maker is None or maker not in self._node.public or terms.claims(maker, signed):
            return None
        return "made by somebody who is not in its label"

    def _taken_back(self, id: str, terms: Labelled) -> str | None:
        """Which originator took the object back from everybody. Its word ends its strand whoever
        else gives it; the originator itself may give it again."""
        if self._ended is None:
            asked = (each.id for each, _ in self.heads if each is not None)
            self._ended = self._node.store.ended(asked)
        ended = self._ended.get(id)
        if not ended:
            return None
        if self._party in ended:
            self._node.store.resume(id, self._party)
        by = terms.ended(ended)
        return None if by is None else f"{by} took it back"


def _read(raw: bytes, now: int) -> Read:
    """The head of an object, where it reads, and its version; why it has none."""
    common: Head | None = None
    try:
        common = head(raw)
        return common, version_of(common, now)
    except (msgspec.DecodeError, ValueError) as problem:
        return common, f"not a STIX object: {problem}"


def _wrong(
    common: Head, body: FindingBody | None, terms: Labelled, exercise: str | None
) -> str | None:
    """What the label says that the object does not, or the other way round. That a party is there
    is true in every exercise."""
    if terms.exercise != exercise and (terms.exercise or common.type != "identity"):
        if terms.exercise and exercise:
            return "it is of another exercise"
        return "exercise data never meets real data"
    if terms.stricter(common.object_marking_refs):
        return "its marking is stricter than its label"
    if body is not None and body.owner is not None and body.owner not in terms.owners:
        return "made by somebody who is not in its label"
    return None


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
    an originator that took the object back from everybody ends its strand for all who give it. One
    that comes again, as all does from a node that was put back, was carried out."""
    if node.store.carried(party, gone.id):
        return Left.WITHDRAWN
    held = node.store.record(gone.withdrawn)
    # Of what bears no date each node has a version of its own.
    named = gone.versions if held is None or dated(head(held.raw)) else ()
    ended = node.store.give_up(gone.withdrawn, party, named, at=now)
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

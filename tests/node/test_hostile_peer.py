"""A peer that lies: nothing it says opens what its label, its grants or our own keys do not."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import noroshi.node.sync as syncing
from noroshi.exchange import batch
from noroshi.exchange.sign import Keys, sign_grant
from noroshi.exchange.taxii.client import Cursor, Found, Pulled
from noroshi.exchange.vouch import Proof, Vouched
from noroshi.node.ingest import ingest
from noroshi.node.node import Node
from noroshi.node.sync import SyncReport, sync
from noroshi.words.grant import Grant
from noroshi.words.ids import FINDING_EXTENSION, identity_id
from noroshi.words.label import Label, Strand, Tlp, label, tlp_marking_id
from noroshi.words.label import join as both

AT = "2026-01-01T00:00:00.000Z"
ID = "malware--00000000-0000-4000-8000-000000000001"
Offer = Callable[..., SyncReport]


def grant(keys: Keys, **terms: Any) -> Grant:
    """A grant of the EU to Japan, signed with `keys`."""
    plain: dict[str, Any] = {
        "id": "",
        "originator": "EU",
        "clause": "eu-jpn-sdp/R1",
        "agreement_set": "0" * 64,
        "recipients": ("JPN",),
        "onward": "none",
        "until": None,
        "transforms": (),
        "keep": "protect",
    }
    return sign_grant(Grant(**plain | terms), keys)


def strand(of: Grant | None, originator: str = "EU", **terms: Any) -> Label:
    terms = {"tlp": Tlp.GREEN, "grant": of.id if of else None} | terms
    return label(Strand(originator, "cyber", "malware", **terms))


def malware(**more: Any) -> bytes:
    plain = {"type": "malware", "spec_version": "2.1", "id": ID, "created": AT, "modified": AT}
    return json.dumps(plain | {"name": "a sample", "is_family": False} | more).encode()


def event(owner: str) -> bytes:
    span = {"t0": 0, "t1": 1, "precision": "s"}
    body = {"extension_type": "property-extension", "kind": "stop", "span": span, "owner": owner}
    return malware(
        type="event", id=ID.replace("malware", "event"), extensions={FINDING_EXTENSION: body}
    )


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys.generate(tmp_path / "their keys")


@pytest.fixture
def japan(make: Callable[..., Path], keys: Keys) -> Path:
    """Japan, which pulls from the EU and knows its key."""
    url = "http://127.0.0.1:9/taxii2/"
    return make(more=f'[[peer]]\nparty = "EU"\nurl = "{url}"\npublic_key = "{keys.public_hex}"\n')


@pytest.fixture
def offer(
    japan: Path, keys: Keys, clock: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> Offer:
    """Sync with a peer that offers these objects, all under one label, and signs them."""

    def offering(
        *objects: bytes,
        under: Label | None,
        grants: tuple[Grant, ...] = (),
        vouched: Vouched | None = None,
    ) -> SyncReport:
        labels, of = ((under,), (0,) * len(objects)) if under else ((), ())
        signed = vouched or Vouched(batch.sign("EU", clock(), objects, keys))
        page = Pulled(objects, labels, grants, of, Cursor(), signed)

        def pull(*arguments: object, **how: object) -> Iterator[Pulled]:
            yield page

        monkeypatch.setattr(syncing, "open_to", lambda *arguments: contextlib.nullcontext())
        monkeypatch.setattr(syncing, "discover_view", lambda *arguments: Found("", 0, None))
        monkeypatch.setattr(syncing, "pull", pull)
        with Node.open(japan) as node:
            return sync(node, "EU", clock)

    return offering


def held(japan: Path) -> list[str]:
    with Node.open(japan) as node:
        return [row.id for row in node.store.cells_since(0, 100) if row.status == "live"]


def test_what_is_genuinely_granted_is_kept(offer: Offer, japan: Path, keys: Keys) -> None:
    given = grant(keys)
    assert offer(malware(), under=strand(given), grants=(given,)).stored == 1
    assert held(japan) == [ID]


GRANTS = {
    "by another key": lambda keys, other: grant(other),
    "in another's name": lambda keys, other: grant(keys, originator="FRA"),
    "to somebody else": lambda keys, other: grant(keys, recipients=("AUS",)),
    "already ended": lambda keys, other: grant(keys, until=1, keep="until"),
}


@pytest.mark.parametrize("how", GRANTS)
def test_a_grant_that_is_not_one_opens_nothing(
    how: str, offer: Offer, japan: Path, keys: Keys, tmp_path: Path
) -> None:
    false = GRANTS[how](keys, Keys.generate(tmp_path / "other"))
    report = offer(malware(), under=strand(false, false.originator), grants=(false,))
    assert report.reasons == {"no genuine grant names us": 1}
    assert held(japan) == []


def test_terms_changed_after_signing_open_nothing(offer: Offer, japan: Path, keys: Keys) -> None:
    wider = msgspec.structs.replace(grant(keys), onward="free")
    assert offer(malware(), under=strand(wider), grants=(wider,)).refused == 1
    assert held(japan) == []


def test_what_is_said_to_be_ours_is_left_out(offer: Offer, japan: Path) -> None:
    report = offer(malware(), event("JPN"), under=strand(None, "JPN", tlp=Tlp.CLEAR))
    assert (report.own, report.stored, report.refused) == (2, 0, 0)
    assert held(japan) == []


def test_our_strand_in_the_record_of_another_stays_with_us(
    offer: Offer, japan: Path, keys: Keys
) -> None:
    given = grant(keys, onward="free")
    fused = both(strand(given), strand(None, "JPN", tlp=Tlp.CLEAR))
    assert offer(malware(), under=fused, grants=(given,)).stored == 1
    with Node.open(japan) as node:
        found = node.store.record(ID)
        assert found is not None
    assert {each.originator: each.only for each in found.label.strands} == {"EU": None, "JPN": ()}


LIES = {
    "no JSON": (b"{", "not a STIX object"),
    "nested a million deep": (b'{"a":' + b"[" * 10**6, "not a STIX object"),
    "a version that is no instant": (malware(modified="yesterday"), "not a STIX object"),
    "an id of another type": (malware(type="indicator"), "no STIX id of its type"),
    "no id": (malware(id=7), "not a STIX object"),
    "an extension that is none": (
        malware(type="event", id="event" + ID[7:], extensions={FINDING_EXTENSION: {"kind": 1}}),
        "not a STIX object",
    ),
    "a stricter marking": (
        malware(object_marking_refs=[tlp_marking_id(Tlp.RED)]),
        "its marking is stricter than its label",
    ),
    "a stricter marking of a part": (
        malware(
            granular_markings=[{"marking_ref": tlp_marking_id(Tlp.RED), "selectors": ["name"]}]
        ),
        "the marking of a part is stricter than its label",
    ),
    "granular markings that do not read": (
        malware(granular_markings=[{"marking_ref": tlp_marking_id(Tlp.RED), "selectors": [7]}]),
        "the marking of a part is stricter than its label",
    ),
    "a finding of a third": (event("FRA"), "made by somebody who is not in its label"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_object_that_lies_is_kept_aside_and_the_rest_goes_on(
    lie: str, offer: Offer, japan: Path, keys: Keys
) -> None:
    raw, reason = LIES[lie]
    given, good = grant(keys), malware(id=ID[:-1] + "2")
    report = offer(raw, good, under=strand(given), grants=(given,))
    assert (report.stored, report.refused) == (1, 1)
    assert next(iter(report.reasons)).startswith(reason)
    assert held(japan) == [ID[:-1] + "2"]
    with Node.open(japan) as node:
        assert [row[4] for row in node.store.rejected()] == [raw]


def test_the_object_that_was_changed_on_the_way_is_named(
    offer: Offer, japan: Path, keys: Keys, clock: Callable[[], int]
) -> None:
    given, other = grant(keys), malware(id=ID[:-1] + "2")
    signed = Vouched(batch.sign("EU", clock(), [malware(), other], keys))
    report = offer(malware(name="b"), other, under=strand(given), grants=(given,), vouched=signed)
    assert report.reasons == {"EU did not sign it as it came": 1}
    assert held(japan) == [ID[:-1] + "2"]


@pytest.mark.parametrize(
    ("party", "who"), [("EU", "nobody"), ("EU", "other"), ("FRA", "keys"), ("JPN", "keys")]
)
def test_a_page_that_the_peer_did_not_sign_is_refused_whole(
    party: str,
    who: str,
    offer: Offer,
    japan: Path,
    keys: Keys,
    tmp_path: Path,
    clock: Callable[[], int],
) -> None:
    given = grant(keys)
    signer = keys if who == "keys" else Keys.generate(tmp_path / "other")
    signed = batch.sign(party, clock(), [malware()], signer)
    if who == "nobody":
        unsigned = msgspec.structs.replace(signed.batch, signature=b"")
        signed = msgspec.structs.replace(signed, batch=unsigned)
    report = offer(malware(), under=strand(given), grants=(given,), vouched=Vouched(signed))
    assert report.reasons == {"no key of EU that counts signed it": 1}
    assert held(japan) == []


class Relayed:
    """An object of France that the EU passes on, under a genuine grant of France."""

    def __init__(self, offer: Offer, keys: Keys, france: Keys, at: int) -> None:
        self.offer, self.keys, self.france, self.at = offer, keys, france, at
        terms = {"originator": "FRA", "onward": "parties", "recipients": ("EU", "JPN")}
        self.given = grant(france, **terms)

    def sent(self, raw: bytes, *, signed: bytes | None, by: Keys | None = None) -> SyncReport:
        """Offer `raw` with a proof of France for the bytes `signed`, made with `by`."""
        page = Vouched(batch.sign("EU", self.at, [raw], self.keys))
        if signed is not None:
            theirs = batch.sign("FRA", self.at, [b"{}", signed], by or self.france)
            proof = batch.attestations(theirs, [b"{}", signed])[1]
            assert proof is not None
            passed = Proof(0, 0, proof.salt, proof.place, proof.path)
            page = msgspec.structs.replace(page, batches=(proof.batch,), proofs=(passed,))
        under = strand(self.given, "FRA")
        return self.offer(raw, under=under, grants=(self.given,), vouched=page)


@pytest.fixture
def relayed(
    offer: Offer, japan: Path, keys: Keys, tmp_path: Path, clock: Callable[[], int]
) -> Relayed:
    france = Keys.generate(tmp_path / "france")
    with (japan / "node.toml").open("a") as file:
        file.write(f'[[peer]]\nparty = "FRA"\npublic_key = "{france.public_hex}"\n')
    return Relayed(offer, keys, france, clock())


def test_what_a_relay_passes_on_with_its_makers_proof_is_kept_with_it(
    relayed: Relayed, japan: Path
) -> None:
    assert relayed.sent(malware(), signed=malware()).stored == 1
    with Node.open(japan) as node:
        found = node.store.record(ID)
        assert found is not None
        assert [(hop.party, hop.attests) for hop in found.hops] == [("EU", "FRA")]
        proofs = node.store.attestations(ID, found.version, found.sha256)
    assert [each.batch.party for each in proofs] == ["EU", "FRA"]
    assert all(batch.attests(each, found.raw) for each in proofs)


FORGED = {
    "without a proof": (malware(), None, None),
    "changed on the way": (malware(name="b"), malware(), None),
    "proved by the relay itself": (malware(), malware(), "keys"),
}


@pytest.mark.parametrize("how", FORGED)
def test_nothing_is_put_into_the_mouth_of_another(
    how: str, relayed: Relayed, japan: Path, keys: Keys
) -> None:
    raw, signed, by = FORGED[how]
    report = relayed.sent(raw, signed=signed, by=keys if by else None)
    assert report.reasons == {"FRA did not sign it": 1}
    assert held(japan) == []


def test_what_a_relay_makes_of_it_says_so(relayed: Relayed, japan: Path) -> None:
    made = malware(created_by_ref=identity_id("EU"))
    assert relayed.sent(made, signed=None).stored == 1
    with Node.open(japan) as node:
        found = node.store.record(ID)
        assert found is not None
    assert [(hop.party, hop.attests) for hop in found.hops] == [("EU", "EU")]


def test_only_what_the_peer_gave_can_it_withdraw(
    offer: Offer, japan: Path, keys: Keys, tmp_path: Path, clock: Callable[[], int]
) -> None:
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(b'{"type":"bundle","id":"bundle' + ID[7:].encode() + b'","objects":[')
    with bundle.open("ab") as file:
        file.write(malware() + b"]}")
    with Node.open(japan) as node:
        ingest(node, [bundle], clock, tlp="green")
    stone = malware(
        type="tombstone",
        id="tombstone" + ID[7:],
        created_by_ref=identity_id("EU"),
        withdrawn_id=ID,
        withdrawn_versions=[AT],
        withdrawn_at=AT,
    )
    report = offer(stone, under=None)
    assert report.reasons == {"a withdrawal of what this peer did not give us": 1}
    assert held(japan) == [ID]


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (None, "brisk-heron", "exercise data never meets real data"),
        ("brisk-heron", None, "exercise data never meets real data"),
        ("brisk-heron", "calm-otter", "it is of another exercise"),
        ("brisk-heron", "brisk-heron", None),
    ],
)
def test_a_node_takes_what_is_of_its_own_exercise_alone(
    japan: Path, offer: Offer, keys: Keys, ours: str | None, theirs: str | None, why: str | None
) -> None:
    if ours:
        with (japan / "node.toml").open("a") as file:
            file.write(f'[exercise]\nallowed = "{ours}"\n')
    given = grant(keys)
    report = offer(malware(), under=strand(given, exercise=theirs), grants=(given,))
    assert report.reasons == ({why: 1} if why else {})
    assert bool(held(japan)) == (why is None)

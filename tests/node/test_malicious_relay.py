"""A relay with genuine keys that lies: what it tries is refused at who gets it, and named."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import relaying
from relaying import (
    aside,
    edit,
    given,
    grown,
    kept,
    keys,
    said,
    sent,
    signed_over,
    under,
    view,
    vouched,
)
from typer.testing import CliRunner
from web import Web

import noroshi.node.sync as syncing
from noroshi.cli import app
from noroshi.exchange import batch, receipt
from noroshi.exchange.heads import Head, genuine
from noroshi.exchange.served import Served
from noroshi.exchange.sign import sign_grant
from noroshi.exchange.taxii import envelope
from noroshi.exchange.taxii.client import Found, unpack
from noroshi.exchange.tombstone import tombstone
from noroshi.exchange.vouch import Vouched
from noroshi.node.ingest import ingest
from noroshi.node.node import clock
from noroshi.node.recall import lift, recall, recalled
from noroshi.words.grant import Grant, sealed
from noroshi.words.ids import identity_id, sha256
from noroshi.words.label import Label, Strand, Tlp
from noroshi.words.stix import head, version_of
from noroshi.words.time import DAY

AT = "2026-01-01T00:00:00.000Z"
ONE, TWO, SHORT = (f"malware--00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
NOT_NAMED = "no genuine grant names us"


def malware(id: str = ONE, **more: object) -> bytes:
    plain = {"type": "malware", "spec_version": "2.1", "id": id, "created": AT, "modified": AT}
    return json.dumps(plain | {"name": "a sample", "is_family": False} | more).encode()


def bundle(*objects: bytes) -> bytes:
    return b'{"type":"bundle","id":"bundle%s","objects":[%s]}' % (
        ONE[7:].encode(),
        b",".join(objects),
    )


def put(web: Web, party: str, folder: Path, *objects: bytes) -> None:
    file = folder / f"{party}.json"
    file.write_bytes(bundle(*objects))
    with web.open(party) as node:
        assert ingest(node, [file], clock, tlp="green").bad == 0


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Japan has two objects, which India and France may have; India has them already."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    put(made, "JPN", tmp_path, malware(), malware(TWO))
    given(made, "JPN", "IND")
    return made


def relayed(web: Web, *ids: str) -> tuple[Served, ...]:
    """What India may pass on to France of these."""
    return relaying.only(view(web, "IND", "FRA"), *(ids or (ONE, TWO)))


def test_an_honest_relay_is_believed(web: Web) -> None:
    assert sent(web, "IND", "FRA", relayed(web)).stored == 2
    assert kept(web, "FRA") == {ONE: "live", TWO: "live"}


def sign_nothing(grant: Grant, **terms: object) -> Grant:
    """The terms changed and sealed under their own id, with the signature of the old ones."""
    return sealed(msgspec.structs.replace(grant, **terms))


WIDENED: dict[str, Callable[[Grant], Grant]] = {
    "under its old id": lambda grant: msgspec.structs.replace(grant, onward="free"),
    "under an id of its own": lambda grant: sign_nothing(grant, onward="free"),
    "to one more": lambda grant: sign_nothing(grant, recipients=(*grant.recipients, "GBR")),
}


@pytest.mark.parametrize("how", WIDENED)
def test_a_grant_that_the_relay_widened_opens_nothing(how: str, web: Web) -> None:
    (entry,) = relayed(web, ONE)
    report = sent(web, "IND", "FRA", [under(entry, WIDENED[how](entry.grants[0]))])
    assert report.reasons == {NOT_NAMED: 1}
    assert kept(web, "FRA") == {}
    with web.open("FRA") as france:
        assert france.store.grants() == {}


@pytest.mark.parametrize("terms", [{"until": None}, {"transforms": ()}], ids=str)
def test_an_end_or_a_transform_that_the_relay_took_out_opens_nothing(
    terms: dict[str, object], tmp_path: Path
) -> None:
    web = Web(tmp_path, ("JPN", "IND", "FRA"))
    clause = 'expires = "P5D"\ntransform = [{ kind = "text" }]\n[exit]'
    for party in web.folders:
        edit(web, party, "[exit]", clause)
    put(web, "JPN", tmp_path, malware(description="who saw it"))
    given(web, "JPN", "IND")
    (entry,) = (each for each in view(web, "IND", "FRA") if each.otype == "malware")
    assert entry.grants[0].until
    assert entry.grants[0].transforms
    report = sent(web, "IND", "FRA", [under(entry, sign_nothing(entry.grants[0], **terms))])
    assert report.reasons == {NOT_NAMED: 1}
    assert kept(web, "FRA") == {}


def test_a_grant_that_the_relay_signed_in_the_originator_s_name_opens_nothing(web: Web) -> None:
    (entry,) = relayed(web, ONE)
    forged = msgspec.structs.replace(entry.grants[0], agreement_set="0" * 64)
    report = sent(web, "IND", "FRA", [under(entry, sign_grant(forged, keys(web, "IND")))])
    assert report.reasons == {NOT_NAMED: 1}


def test_a_grant_to_the_relay_alone_opens_nothing(tmp_path: Path) -> None:
    web = Web(tmp_path, ("JPN", "IND", "FRA"), onward="none")
    put(web, "JPN", tmp_path, malware())
    given(web, "JPN", "IND")
    assert relayed(web) == ()
    # India takes what it got for itself and sends it on as it is.
    entries = relaying.only(view(web, "JPN", "IND"), ONE)
    assert sent(web, "IND", "FRA", entries).reasons == {NOT_NAMED: 1}
    assert kept(web, "FRA") == {}


def test_an_old_grant_is_over_when_it_is_over(tmp_path: Path) -> None:
    """Who keeps what it got until then under protection may not be given it anew."""
    web = Web(tmp_path, ("JPN", "IND", "FRA"))
    for party in web.folders:
        edit(web, party, "[exit]", 'expires = "P1D"\n[exit]')
    put(web, "JPN", tmp_path, malware())
    given(web, "JPN", "IND")
    entries, later = relayed(web, ONE), clock() + 3 * DAY
    report = sent(web, "IND", "FRA", entries, now=later)
    assert report.reasons == {"the grant of JPN was over": 1}
    assert kept(web, "FRA") == {}
    assert sent(web, "IND", "FRA", entries).stored == 1


def test_what_its_originator_took_back_is_not_given_again(web: Web) -> None:
    """Japan's own word ends it in France, whatever India keeps on saying under its old grant."""
    held = relayed(web)
    sent(web, "IND", "FRA", held)
    given(web, "JPN", "FRA")
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "the sample was ours", DAY, clock())
    given(web, "JPN", "FRA")
    assert kept(web, "FRA") == {ONE: "tombstone", TWO: "live"}
    report = sent(web, "IND", "FRA", held)
    assert (report.reasons, report.known) == ({"JPN took it back": 1}, 1)
    assert kept(web, "FRA") == {ONE: "tombstone", TWO: "live"}


def test_who_took_it_back_may_give_it_again(web: Web) -> None:
    given(web, "JPN", "FRA")
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a mistake", DAY, clock())
    given(web, "JPN", "FRA")
    assert kept(web, "FRA") == {ONE: "tombstone", TWO: "live"}
    with web.open("JPN") as japan:
        assert lift(japan, (ONE,), clock()) == (ONE,)
    given(web, "JPN", "FRA")
    assert kept(web, "FRA") == {ONE: "live", TWO: "live"}
    assert sent(web, "IND", "FRA", relayed(web)).refused == 0


def test_who_loses_a_right_may_have_the_record_from_another(web: Web) -> None:
    """That one's grant lives: only a recall ends what others give."""
    given(web, "JPN", "FRA")
    given(web, "FRA", "IND")
    edit(web, "JPN", 'parties = ["JPN", "IND", "FRA"]', 'parties = ["JPN", "FRA"]')
    assert given(web, "JPN", "IND").withdrawn == 2
    assert kept(web, "IND") == {ONE: "live", TWO: "live"}


def stone(web: Web, by: str, id: str) -> Served:
    """A withdrawal of `id` that `by` makes up."""
    version = version_of(head(malware()), 0)
    body = tombstone(b"any", by, "FRA", id, (version,), clock())
    terms = Label((Strand(by, "crisis", "tombstone", Tlp.AMBER_STRICT, only=("FRA",)),))
    return Served(1, body.oid, body.oversion, "tombstone", "2.1", clock(), body.body, terms)


def test_a_relay_withdraws_nothing_that_another_gave(web: Web, tmp_path: Path) -> None:
    given(web, "JPN", "FRA")
    put(web, "FRA", tmp_path, malware(SHORT))
    for about in (ONE, SHORT):
        report = sent(web, "IND", "FRA", [stone(web, "IND", about)])
        assert report.reasons == {"a withdrawal of what this peer did not give us": 1}
    assert kept(web, "FRA") == {ONE: "live", TWO: "live", SHORT: "live"}


def test_a_withdrawal_that_comes_again_is_no_lie_and_ends_nothing(web: Web) -> None:
    given(web, "IND", "FRA")
    withdrawal = stone(web, "IND", ONE)
    assert sent(web, "IND", "FRA", [withdrawal]).withdrawn == 1
    given(web, "JPN", "FRA")
    assert kept(web, "FRA") == {ONE: "live", TWO: "live"}
    again = sent(web, "IND", "FRA", [withdrawal])
    assert (again.refused, again.withdrawn) == (0, 1)
    assert kept(web, "FRA") == {ONE: "live", TWO: "live"}


def test_a_withdrawal_in_another_s_name_is_refused(web: Web) -> None:
    sent(web, "IND", "FRA", relayed(web))
    given(web, "JPN", "FRA")
    report = sent(web, "IND", "FRA", [stone(web, "JPN", ONE)])
    assert report.reasons == {"a withdrawal in the name of another": 1}
    assert kept(web, "FRA") == {ONE: "live", TWO: "live"}


def test_what_a_relay_ends_is_its_own_gift(web: Web) -> None:
    sent(web, "IND", "FRA", relayed(web))
    given(web, "JPN", "FRA")
    assert sent(web, "IND", "FRA", [stone(web, "IND", ONE)]).withdrawn == 1
    assert kept(web, "FRA") == {ONE: "live", TWO: "live"}


def test_bodies_changed_between_two_proofs_are_refused(web: Web) -> None:
    """Each body is signed by India as it comes, with Japan's proof of the other one."""
    one, two = relayed(web)
    honest = vouched(web, "IND", (one, two))
    crossed = tuple(msgspec.structs.replace(each, of=1 - each.of) for each in honest.proofs)
    report = sent(web, "IND", "FRA", (one, two), msgspec.structs.replace(honest, proofs=crossed))
    assert report.reasons == {"JPN did not sign it": 2}
    assert kept(web, "FRA") == {}


def test_a_hop_that_was_made_up_is_refused(web: Web) -> None:
    """India says that Japan attested what Japan never had, by a batch that India signed."""
    (entry,) = relayed(web, ONE)
    false = msgspec.structs.replace(entry, body=malware(name="another"))
    theirs = batch.sign("JPN", clock(), [false.body], keys(web, "IND"))
    (proof,) = batch.attestations(theirs, [false.body])
    assert proof is not None
    passed = vouched(web, "IND", relayed(web, ONE)).proofs[0]
    passed = msgspec.structs.replace(
        passed, salt=proof.salt, place=proof.place, path=proof.path, batch=0
    )
    own = batch.sign("IND", clock(), [false.body], keys(web, "IND"))
    report = sent(web, "IND", "FRA", [false], Vouched(own, (theirs.batch,), (passed,)))
    assert report.reasons == {"JPN did not sign it": 1}
    assert kept(web, "FRA") == {}


def test_a_page_of_another_recipient_is_not_the_relay_s_to_send(web: Web) -> None:
    """Japan's own page for India, sent on as it came: Japan signed it, and India did not."""
    entries = relaying.only(view(web, "JPN", "IND"), ONE, TWO)
    report = sent(web, "IND", "FRA", entries, vouched(web, "JPN", entries))
    assert report.reasons == {"no key of IND that counts signed it": 2}
    assert kept(web, "FRA") == {}


def test_the_same_page_again_changes_nothing(web: Web) -> None:
    entries = relayed(web)
    page = vouched(web, "IND", entries)
    sent(web, "IND", "FRA", entries, page)
    again = sent(web, "IND", "FRA", entries, page)
    assert (again.stored, again.known, again.refused) == (0, 2, 0)


def letter(by: str, raw: bytes) -> Served:
    terms = Label((Strand(by, "crisis", "receipt", Tlp.AMBER_STRICT, only=("JPN",)),))
    return Served(1, head(raw).id, clock(), "receipt", "2.1", clock(), raw, terms)


def test_nobody_confirms_for_another(web: Web) -> None:
    given(web, "JPN", "FRA")
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", DAY, clock())
    stones = {each: view(web, "JPN", each)[-1] for each in ("IND", "FRA")}
    now = clock()
    forged = receipt.receipt(receipt.Receipt(stones["FRA"].oid, "FRA", now, now))
    stolen = receipt.receipt(receipt.Receipt(stones["FRA"].oid, "IND", now, now))
    for raw, reason in (
        (forged, "a receipt in the name of another"),
        (stolen, "a receipt for what was not withdrawn from this peer"),
    ):
        assert sent(web, "IND", "JPN", [letter("IND", raw)]).reasons == {reason: 1}
    with web.open("JPN") as japan:
        (row,) = recalled(japan, clock())
    assert [(each.party, each.state) for each in row.parties] == [
        ("FRA", "served"),
        ("IND", "served"),
    ]


def laundered(web: Web, raw: bytes) -> Served:
    """The object as if India had made it, under a grant of India."""
    (entry,) = relayed(web, ONE)
    assert entry.label is not None
    terms = msgspec.structs.replace(entry.grants[0], originator="IND", recipients=("FRA", "JPN"))
    own = sign_grant(terms, keys(web, "IND"))
    (strand,) = entry.label.strands
    claimed = Label((msgspec.structs.replace(strand, originator="IND", grant=own.id),))
    return msgspec.structs.replace(entry, body=raw, label=claimed, grants=(own,))


def test_what_names_its_maker_is_not_claimed_by_another(web: Web) -> None:
    raw = malware(created_by_ref=identity_id("JPN"))
    report = sent(web, "IND", "FRA", [laundered(web, raw)])
    assert report.reasons == {"made by somebody who is not in its label": 1}
    assert kept(web, "FRA") == {}


def test_what_names_nobody_may_be_claimed_and_both_claims_stay_on_record(web: Web) -> None:
    """Two may read one public object, so nobody can tell; but each stands by its signature."""
    given(web, "JPN", "FRA")
    assert sent(web, "IND", "FRA", [laundered(web, malware())]).known == 1
    with web.open("FRA") as france:
        held = france.store.record(ONE)
        assert held is not None
        assert [each.originator for each in held.label.strands] == ["JPN"]
        proofs = france.store.attestations(ONE, held.version, sha256(malware()))
    assert sorted(each.batch.party for each in proofs) == ["IND", "JPN"]


def test_what_was_refused_is_named_with_who_sent_it(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    (entry,) = relayed(web, ONE)
    false = [under(entry, sign_grant(entry.grants[0], keys(web, "IND")))]
    body = envelope.objects(false, None, terms=True, vouched=vouched(web, "IND", false)).body

    def pull(*arguments: object, **how: object) -> Iterator[object]:
        yield unpack(body, "a test")

    monkeypatch.setattr(syncing, "open_to", lambda *arguments: contextlib.nullcontext())
    monkeypatch.setattr(syncing, "discover_view", lambda *arguments: Found("", 0, None))
    monkeypatch.setattr(syncing, "pull", pull)
    name = web.folders["FRA"] / "node.toml"
    url = 'party = "IND"\nurl = "http://127.0.0.1:9/"'
    name.write_text(name.read_text("utf-8").replace('party = "IND"', url), "utf-8")
    said = CliRunner().invoke(app, ["sync", "IND", "--node", str(web.folders["FRA"])])
    assert said.exit_code == 3
    assert f"1 refused: {NOT_NAMED}" in said.stdout
    assert aside(web, "FRA") == [f"from IND: {NOT_NAMED}"]


FOUR = (b"a", b"b", b"c", b"d")
SPLITS: dict[str, tuple[tuple[bytes, ...], tuple[bytes, ...]]] = {
    "two heads over the same 4 disclosures": (FOUR, (b"a", b"b", b"c", b"x")),
    "4 disclosures, then only 3": (FOUR, FOUR[:3]),
    "the 5 do not go on from the 4 before": (FOUR, (b"a", b"b", b"x", b"d", b"e")),
}


@pytest.mark.parametrize("why", SPLITS)
def test_a_relay_that_splits_its_ledger_is_named_with_both_its_words(why: str, web: Web) -> None:
    before, after = SPLITS[why]
    assert sent(web, "IND", "FRA", [said(web, signed_over(web, *before))]).refused == 0
    proof = [grown(after, len(before))] if len(after) > len(before) else []
    report = sent(web, "IND", "FRA", [said(web, signed_over(web, *after), *proof)])
    assert report.reasons == {f"IND split its ledger about FRA: {why}": 1}
    with web.open("FRA") as france:
        (split,) = france.store.splits()
        for each in (split.one, split.other):
            assert genuine(msgspec.json.decode(each, type=Head), keys(web, "IND").public)
        assert [each.size for each in france.store.heads("IND", "FRA", limit=9)] == [len(before)]

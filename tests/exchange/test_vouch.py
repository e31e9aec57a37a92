"""Who vouches for a page: its sender for all of it, others for what they made."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from noroshi.exchange import batch
from noroshi.exchange.served import Served
from noroshi.exchange.sign import Keys
from noroshi.exchange.vouch import Proof, PublicKey, Vouched, vouch, vouchers
from noroshi.store import Attested, Store
from noroshi.words.attest import Attestation
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp, label

AT = 1_732_000_000_000_000


@pytest.fixture(scope="module")
def france(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.generate(tmp_path_factory.mktemp("france"))


def ring(keys: dict[str, bytes]) -> PublicKey:
    """One key of each party, whose fingerprint a batch is checked against anyway."""
    return lambda party, key, at: keys.get(party)


def entry(n: int, held: Label, body: bytes | None = None) -> Served:
    return Served(n, f"x--{n}", 7, "x", "2.1", AT, body or b'{"n":%d}' % n, held)


def of(party: str) -> Label:
    return label(Strand(party, "cyber", "x", Tlp.GREEN))


def attested(body: bytes, france: Keys) -> Attestation:
    signed = batch.sign("FRA", AT, [b"{}", body], france)
    proof = batch.attestations(signed, [b"{}", body])[1]
    assert proof is not None
    return proof


@pytest.fixture
def relay(store: Store, keys: Keys, france: Keys) -> tuple[Vouched, list[Served]]:
    """A page of the EU: an object of its own, and two of France, of which one is proved."""
    page = [entry(1, of("EU")), entry(2, of("FRA")), entry(3, of("FRA"))]
    for each in (page[0], page[2]):
        proof = attested(each.body, france)
        store.put_attestations([Attested(each.oid, each.oversion, sha256(each.body), proof)])
    return vouch(store, "EU", keys, page, AT), page


def test_proofs_of_others_go_with_what_is_theirs(
    relay: tuple[Vouched, list[Served]], keys: Keys, france: Keys
) -> None:
    vouched, page = relay
    publics = {"EU": keys.public, "FRA": france.public}
    found = vouchers(vouched, "EU", [each.body for each in page], ring(publics))
    who = [[proof.batch.party for proof in each] for each in found]
    assert who == [["EU"], ["EU"], ["EU", "FRA"]]


def test_a_key_that_is_not_known_proves_nothing(
    relay: tuple[Vouched, list[Served]], keys: Keys
) -> None:
    vouched, page = relay
    found = vouchers(vouched, "EU", [each.body for each in page], ring({"EU": keys.public}))
    assert [len(each) for each in found] == [1, 1, 1]


def test_who_did_not_sign_the_page_is_told(
    relay: tuple[Vouched, list[Served]], keys: Keys, tmp_path: Path
) -> None:
    vouched, page = relay
    bodies = [each.body for each in page]
    other = Keys.generate(tmp_path / "other")
    with pytest.raises(ValueError, match="no key of EU that counts"):
        vouchers(vouched, "EU", bodies, ring({"EU": other.public}))
    with pytest.raises(ValueError, match="no key of JPN that counts"):
        vouchers(vouched, "JPN", bodies, ring({"JPN": keys.public}))
    with pytest.raises(ValueError, match="signed nothing"):
        vouchers(None, "EU", bodies, ring({"EU": keys.public}))


def test_what_the_sender_did_not_sign_nobody_else_saves(
    relay: tuple[Vouched, list[Served]], keys: Keys, france: Keys
) -> None:
    vouched, page = relay
    publics = {"EU": keys.public, "FRA": france.public}
    bodies = [each.body for each in page]
    signed = batch.sign("EU", AT, [*bodies[:2], b'{"n":4}'], keys)
    found = vouchers(msgspec.structs.replace(vouched, batch=signed), "EU", bodies, ring(publics))
    assert [len(each) for each in found] == [1, 1, 0]


@pytest.mark.parametrize(("of", "number"), [(-1, 0), (3, 0), (0, -1), (0, 1)])
def test_a_proof_of_nothing_is_refused(
    of: int, number: int, relay: tuple[Vouched, list[Served]], keys: Keys
) -> None:
    vouched, page = relay
    lying = msgspec.structs.replace(vouched, proofs=(Proof(of, number, b"", 0, ()),))
    with pytest.raises(ValueError, match="a proof of object"):
        vouchers(lying, "EU", [each.body for each in page], ring({"EU": keys.public}))

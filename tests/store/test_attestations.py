"""Who vouched for an object stays with it, once for each party and for these bytes only."""

from __future__ import annotations

from noroshi.store import Attested, Store
from noroshi.words.attest import Attestation, Batch

OID = "indicator--11111111-1111-4111-8111-111111111111"


def proof(party: str, at: int = 1, place: int = 3) -> Attestation:
    batch = Batch(party, at, 8, b"r" * 32, "0" * 64, b"s" * 64)
    return Attestation(batch, b"salt" * 4, place, (b"a" * 32, b"b" * 32, b"c" * 32))


def test_proofs_are_kept_as_given(store: Store) -> None:
    given = [Attested(OID, 5, "aa", proof(party)) for party in ("JPN", "EU")]
    store.put_attestations(given)
    assert store.attestations(OID, 5, "aa") == (proof("EU"), proof("JPN"))


def test_the_first_proof_of_each_party_stays(store: Store) -> None:
    store.put_attestations([Attested(OID, 5, "aa", proof("JPN", place=3))])
    store.put_attestations([Attested(OID, 5, "aa", proof("JPN", place=4))])
    store.put_attestations([Attested(OID, 5, "aa", proof("JPN", at=2))])
    assert store.attestations(OID, 5, "aa") == (proof("JPN", place=3),)


def test_a_proof_is_of_one_version_and_its_bytes(store: Store) -> None:
    store.put_attestations([Attested(OID, 5, "aa", proof("JPN"))])
    assert store.attestations(OID, 6, "aa") == ()
    assert store.attestations(OID, 5, "bb") == ()
    assert store.attestations("x", 5, "aa") == ()


def test_a_proof_without_a_path_is_kept(store: Store) -> None:
    alone = Attestation(proof("EU").batch, b"", 0, ())
    store.put_attestations([Attested(OID, 5, "aa", alone)])
    assert store.attestations(OID, 5, "aa") == (alone,)

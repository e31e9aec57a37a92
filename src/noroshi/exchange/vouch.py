"""Who vouches for the objects of a page: this node for all of them, their makers for what only
passes through. A relay hands on the proof that it got; it signs nothing in another's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from noroshi.exchange import batch
from noroshi.exchange.batch import Signed
from noroshi.exchange.served import Served
from noroshi.exchange.sign import Keys
from noroshi.store import Store
from noroshi.words.attest import Attestation, Batch
from noroshi.words.ids import canonical, sha256

PublicKey = Callable[[str, str, int], bytes | None]
"""The public key (32 bytes) of a party with this fingerprint, if what it signed at this time (µs
UTC) counts; else None."""

Hashes = tuple[bytes, ...]


class Proof(msgspec.Struct, frozen=True):
    """Another's proof: object number `of` of the page stands in `batches[batch]`."""

    of: int
    batch: int
    salt: bytes
    place: int
    path: Hashes


class Vouched(msgspec.Struct, frozen=True, omit_defaults=True):
    """The page as a batch of its sender, what others attested of its objects, and what all of them
    said of their `keys`: `words.keys.Statement`s, each read alone."""

    batch: Signed
    batches: tuple[Batch, ...] = ()
    proofs: tuple[Proof, ...] = ()
    keys: tuple[msgspec.Raw, ...] = ()


def vouch(store: Store, party: str, keys: Keys, entries: Sequence[Served], now: int) -> Vouched:
    """The entries attested by `party` at `now` (µs UTC), with the proofs that came with them."""
    batches: dict[Batch, int] = {}
    proofs: list[Proof] = []
    for n, each in enumerate(entries):
        if each.label is None or all(s.originator == party for s in each.label.strands):
            continue
        for held in store.attestations(each.oid, each.oversion, sha256(each.body)):
            number = batches.setdefault(held.batch, len(batches))
            proofs.append(Proof(n, number, held.salt, held.place, held.path))
    signed = batch.sign(party, now, [each.body for each in entries], keys)
    named = {s.originator for each in entries if each.label for s in each.label.strands}
    return Vouched(signed, tuple(batches), tuple(proofs), spoken(store, {party, *named}))


def spoken(store: Store, parties: Iterable[str]) -> tuple[msgspec.Raw, ...]:
    """What these parties said of their keys, so far as it was followed here."""
    return tuple(
        msgspec.Raw(canonical(said))
        for party in sorted(parties)
        for said, refused in store.key_statements(party)
        if refused is None
    )


def vouchers(
    vouched: Vouched | None, sender: str, objects: Sequence[bytes], public: PublicKey
) -> list[tuple[Attestation, ...]]:
    """For each object the genuine proofs, the sender's first; none where the sender did not attest
    it, whatever else came with it. What others are said to have attested and did not is left out.

    `ValueError` where the page as a whole is not what `sender` signed.
    """
    if vouched is None:
        raise ValueError(f"{sender} signed nothing of it")
    signed = vouched.batch
    if signed.batch.party != sender or not _genuine(signed.batch, public):
        raise ValueError(f"no key of {sender} that counts signed it")
    found: list[tuple[Attestation, ...]] = [
        () if own is None else (own,) for own in batch.attestations(signed, objects)
    ]
    trusted = [_genuine(each, public) for each in vouched.batches]
    for proof in vouched.proofs:
        if not (0 <= proof.of < len(objects) and 0 <= proof.batch < len(trusted)):
            raise ValueError(f"a proof of object {proof.of} in batch {proof.batch}")
        if not found[proof.of] or not trusted[proof.batch]:
            continue
        theirs = Attestation(vouched.batches[proof.batch], proof.salt, proof.place, proof.path)
        if batch.attests(theirs, objects[proof.of]):
            found[proof.of] = (*found[proof.of], theirs)
    return found


def _genuine(signed: Batch, public: PublicKey) -> bool:
    key = public(signed.party, signed.key, signed.at)
    return key is not None and batch.genuine(signed, key)

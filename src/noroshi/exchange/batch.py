"""Batches: many objects under one signature, each provable alone.

The leaf of an object is the hash of a secret salt and its canonical form; the tree over the leaves
is padded to a power of two with random ones, and objects stand in it in random places. So whoever
gets one object with its proof learns nothing of the others, not even how many there are, and can
hand the proof on: a relay shows who attests the object without signing it anew. The signature is
detached: the bytes of the objects stay as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from noroshi.exchange.merkle import included, inclusion, leaf, levels
from noroshi.exchange.sign import Keys, fingerprint, verify
from noroshi.words import jcs
from noroshi.words.attest import Attestation, Batch
from noroshi.words.ids import canonical

SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
LEAST: Final = 8
"""A batch has at least so many places, filled or not."""
MOST: Final = 1 << 20
"""A batch with more places is refused unread."""

Random = Callable[[int], bytes]
"""Gives so many bytes that nobody can guess."""


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch with what its recipient checks it by: the leaves' hashes end to end, and for each
    object its salt and its place."""

    batch: Batch
    leaves: bytes
    salts: tuple[bytes, ...]
    places: tuple[int, ...]


def unsigned(batch: Batch) -> bytes:
    """The bytes that are signed."""
    return b"noroshi batch\x00" + canonical(msgspec.structs.replace(batch, signature=b""))


def hashed(salt: bytes, body: bytes) -> bytes:
    """The leaf of an object. One without a canonical form stands for its own bytes only."""
    try:
        form = jcs.canonical(body)
    except ValueError:
        form = b"\x00" + body
    return leaf(salt + form)


def sign(
    party: str,
    at: int,
    bodies: Sequence[bytes],
    keys: Keys,
    random: Random = secrets.token_bytes,
) -> Signed:
    """The bodies as a batch of `party`, signed."""
    size = max(LEAST, 1 << (len(bodies) - 1).bit_length()) if bodies else LEAST
    drawn = random(SALT_BYTES * len(bodies))
    salts = tuple(drawn[n : n + SALT_BYTES] for n in range(0, len(drawn), SALT_BYTES))
    places = _shuffled(size, random)[: len(bodies)]
    padding = random(HASH_BYTES * size)
    leaves = [padding[n : n + HASH_BYTES] for n in range(0, len(padding), HASH_BYTES)]
    for salt, place, body in zip(salts, places, bodies, strict=True):
        leaves[place] = hashed(salt, body)
    keys = keys.still()
    batch = Batch(party, at, size, levels(leaves)[-1][0], keys.fingerprint)
    batch = msgspec.structs.replace(batch, signature=keys.sign(unsigned(batch)))
    return Signed(batch, b"".join(leaves), salts, places)


def genuine(batch: Batch, public: bytes) -> bool:
    """Whether `public` (32 bytes) signed the batch."""
    return batch.key == fingerprint(public) and verify(batch.signature, unsigned(batch), public)


def tree(signed: Signed) -> list[list[bytes]]:
    """The tree of a genuine batch. `ValueError` where it is not what was signed."""
    size, leaves = signed.batch.size, signed.leaves
    if not LEAST <= size <= MOST or size & (size - 1) or len(leaves) != size * HASH_BYTES:
        raise ValueError(f"a batch of {size} places with {len(leaves)} bytes of leaves")
    made = levels([leaves[n : n + HASH_BYTES] for n in range(0, len(leaves), HASH_BYTES)])
    if made[-1][0] != signed.batch.root:
        raise ValueError("the leaves are not those that were signed")
    return made


def attestations(signed: Signed, bodies: Sequence[bytes]) -> list[Attestation | None]:
    """For each body the proof that the genuine batch holds it, None for one that was changed.
    `ValueError` where the batch as a whole is not what was signed."""
    made = tree(signed)
    if not len(bodies) == len(signed.salts) == len(signed.places):
        raise ValueError(f"a batch of {len(signed.salts)} objects came with {len(bodies)}")
    proofs: list[Attestation | None] = []
    for body, salt, place in zip(bodies, signed.salts, signed.places, strict=True):
        held = 0 <= place < signed.batch.size and made[0][place] == hashed(salt, body)
        proof = Attestation(signed.batch, salt, place, inclusion(made, place)) if held else None
        proofs.append(proof)
    return proofs


def attests(proof: Attestation, body: bytes) -> bool:
    """Whether the (genuine) batch of the proof holds `body`."""
    batch = proof.batch
    if not LEAST <= batch.size <= MOST:
        return False
    return included(hashed(proof.salt, body), proof.place, batch.size, proof.path, batch.root)


def _shuffled(size: int, random: Random) -> tuple[int, ...]:
    """The places in an order that nobody can guess."""
    seed = random(HASH_BYTES)
    drawn = [(sha256(seed + n.to_bytes(4, "big")).digest(), n) for n in range(size)]
    return tuple(n for _, n in sorted(drawn))

"""Attestation: the proof that a party vouched for an object, whoever shows it."""

from __future__ import annotations

import msgspec


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: `party` attests at `at` (µs UTC) the tree with this `root` (32 bytes) over
    `size` places, with the key of fingerprint `key`."""

    party: str
    at: int
    size: int
    root: bytes
    key: str
    signature: bytes = b""


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One object's place in a batch: with its salt it is the leaf at `place`, and `path` (32 bytes
    each) leads from there to the root."""

    batch: Batch
    salt: bytes
    place: int
    path: tuple[bytes, ...]

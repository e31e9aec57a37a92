"""Grant and consent: the signed terms under which a record was released, and an originator's yes.

A holder may narrow a grant; only the originator widens it, by a consent. Both are content-
addressed: the id is the hash of everything but the signature.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

from noroshi.words import ids
from noroshi.words.transform import Transform

Onward = Literal["none", "parties", "originator_consent", "free"]
Keep = Literal["until", "protect"]


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Terms of one release. `recipients` are all who may hold it; with `onward="parties"` a
    holder may pass it to any of them. `until` µs UTC ends access (None: no end). `keep="until"`
    means gone at the end, `"protect"` means it may stay, under its label."""

    id: str
    originator: str
    clause: str
    agreement_set: str
    recipients: tuple[str, ...]
    onward: Onward
    until: int | None = None
    transforms: tuple[Transform, ...] = ()
    keep: Keep = "until"
    signature: bytes = b""


class Selector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which strands a consent speaks of; every field given must match. All None matches nothing."""

    record: str | None = None
    grant: str | None = None
    pillar: str | None = None
    kind: str | None = None


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An originator's signed yes to one onward release, to `recipient`, until `until` (µs UTC)."""

    id: str
    originator: str
    selector: Selector
    recipient: str
    until: int
    signature: bytes = b""


T = TypeVar("T", Grant, Consent)


def unsigned(value: Grant | Consent) -> bytes:
    """The bytes that are hashed and signed: canonical JSON without id and signature."""
    return ids.canonical(msgspec.structs.replace(value, id="", signature=b""))


def sealed(value: T) -> T:
    """`value` with the id that belongs to its content."""
    prefix = "grant--" if isinstance(value, Grant) else "consent--"
    return msgspec.structs.replace(value, id=prefix + ids.sha256(unsigned(value))[:32])

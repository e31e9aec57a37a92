"""Record: a STIX object kept as the bytes received, with its label and where it has been."""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.words.label import Label

Status = Literal["live", "revoked", "tombstone"]


class Hop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of the way here: which party handed it on, when (µs UTC), who attests its origin."""

    party: str
    at: int
    attests: str


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Key (id, version). `version` is µs UTC of modified, else created, else first received.
    `kind` is the STIX type or, for a finding, its kind. `owner` is the party that created it as
    far as this node knows. `raw` is never rewritten; a release makes new bytes (a variant)."""

    id: str
    version: int
    kind: str
    pillar: str
    owner: str
    label: Label
    raw: bytes
    sha256: str
    received: int
    hops: tuple[Hop, ...] = ()
    status: Status = "live"

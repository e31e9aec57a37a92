"""What the store answers with: one frozen value per kind of row. Instants are µs UTC."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from noroshi.words.attest import Attestation
from noroshi.words.finding import Measure


class Conflict(NamedTuple):
    """A record that was not stored, and why: "conflicting version" or "not the creator"."""

    id: str
    version: int
    reason: str


class Put(msgspec.Struct, frozen=True):
    """What became of a batch: newly stored, already known (no-op), kept aside."""

    stored: int = 0
    known: int = 0
    conflicts: tuple[Conflict, ...] = ()


class Cell(NamedTuple):
    """A stored version without its bytes: enough to decide about it through its label's cell."""

    seq: int
    id: str
    version: int
    kind: str
    status: str
    cell: str


class FindingRow(msgspec.Struct, frozen=True):
    """The projection of a finding's latest version. `seq` leads to its record and its bytes."""

    id: str
    seq: int
    version: int
    observation: str | None
    owner: str
    kind: str
    t0: int
    t1: int
    precision: str
    lon: float | None
    lat: float | None
    radius_m: float | None
    subjects: tuple[str, ...]
    assets: tuple[str, ...]
    measures: dict[str, Measure]
    detector: str | None
    reliability: str
    credibility: int
    status: Literal["live", "retracted"]
    reason: str | None = None
    replaced_by: str | None = None


class SourceState(msgspec.Struct, frozen=True):
    """How far a source was read: `offset` in its uncompressed bytes, the desk's dumped `state`."""

    sha256: str
    name: str
    offset: int
    state: bytes
    done: bool
    at: int


class ViewState(msgspec.Struct, frozen=True):
    """How far a party's journal is up to date: records to `seq`, law of `epoch`, and the clock
    until `valid_until` (the next instant at which something enters or leaves by itself)."""

    seq: int = 0
    epoch: int = 0
    valid_until: int = 0


class NewEntry(msgspec.Struct, frozen=True):
    """An entry to append. `oid`, `oversion`, `otype` are of the object as it goes out, whose
    bytes are the blob `body_sha256`.

    A `tombstone` ends every earlier entry of `withdraws` (its own `oid` where None). Without a
    body it ends them silently: nothing is shown in their place.
    """

    seq: int
    oid: str
    oversion: int
    otype: str
    body_sha256: str | None
    spec_version: str = "2.1"
    tombstone: bool = False
    withdraws: str | None = None

    def __post_init__(self) -> None:
        if not self.tombstone and (self.body_sha256 is None or self.withdraws is not None):
            raise ValueError(f"{self.oid}: only a tombstone withdraws, or goes without a body")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A current entry of a party's view with the bytes that it shows, and the cell that the label
    of its record is now: what the entry is decided by again."""

    n: int
    seq: int
    entered_at: int
    oid: str
    oversion: int
    otype: str
    spec_version: str
    body_sha256: str
    body: bytes
    cell: str


class Match(msgspec.Struct, frozen=True):
    """The filters of TAXII 2.1 §3.4.1: values of one field are alternatives, fields are joined by
    AND. `version` holds `last`, `first`, `all`, RFC 3339 instants or µs; empty means `last`."""

    id: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    spec_version: tuple[str, ...] = ()
    version: tuple[str | int, ...] = ()


PLAIN = Match()
"""No filter: the last version of every object."""

EVERY = Match(version=("all",))
"""Every version of every object: what passes between nodes, for each has terms of its own."""


class NewObject(msgspec.Struct, frozen=True):
    """An object to add to a plain collection. `oversion` is None where the object has no date of
    its own; `added_at` where it is added now."""

    oid: str
    oversion: int | None
    otype: str
    spec_version: str
    body: bytes
    added_at: int | None = None


class Added(NamedTuple):
    """What became of an object: under which version it is there, whether it is `new`, and whether
    the bytes there are the `same`."""

    oid: str
    oversion: int
    new: bool
    same: bool


class Held(NamedTuple):
    """A version of an object that a plain collection holds; `dated`: 0 where the version is the
    date on which it was added."""

    n: int
    entered_at: int
    oid: str
    oversion: int
    otype: str
    spec_version: str
    dated: int
    body: bytes


class Variant(msgspec.Struct, frozen=True):
    """What a transform set made of one version of a record: its own id, `modified` and bytes."""

    record_id: str
    version: int
    transforms_key: str
    id: str
    modified: int
    body_sha256: str


class LedgerRow(msgspec.Struct, frozen=True):
    """One disclosure: `party` first received these bytes of `id` by `clauses`. `sha` covers `prev`
    and everything else, so that rows cannot be changed, removed or re-ordered unseen. `place` is
    the row's number (from 0) among those of its party. Of an erased row the id, the version and
    the bytes' hash are None, the clauses empty, and the salt is gone; a row of form 1 never had
    one."""

    n: int
    prev: str
    sha: str
    at: int
    party: str
    id: str | None
    version: int | None
    clauses: tuple[str, ...]
    body_sha256: str | None
    place: int
    form: int
    seal: str
    salt: bytes | None


class Event(NamedTuple):
    """Something changed: `key` is an id, never content."""

    n: int
    at: int
    topic: str
    key: str
    epoch: int


class Attested(msgspec.Struct, frozen=True):
    """A proof about the bytes with this hash, of this version (µs UTC) of the object."""

    id: str
    version: int
    sha256: str
    proof: Attestation


class Holding(msgspec.Struct, frozen=True):
    """`party` gives this version under the label of `cell`, since `at`, and `given` is when it last
    did (µs UTC)."""

    version: int
    party: str
    cell: str
    at: int
    given: int

"""Accounts: what a party says of all that it disclosed to another, and of what came from that one.

Objects of ours in the collection `ledger`, each for one partner alone, asked for by id:

- `ledger-head`: the signed head of what was disclosed, and the proof that it goes on from an
  earlier one, whose size the id names (RFC 9162 §2.1.4);
- `ledger-rows`: 256 rows of it, opened, so that the partner can build the tree anew;
- `ledger-received`: what came from the partner, as a hash for each of 256 parts, or one part.

So two sides that agree compare two hashes, and otherwise send only what one of them lacks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from noroshi.exchange.heads import Head, Opened
from noroshi.store import Came
from noroshi.words import ids
from noroshi.words.time import format_instant

HEAD, ROWS, RECEIVED = TYPES = ("ledger-head", "ledger-rows", "ledger-received")
EXTENSION: Final = "extension-definition--" + ids.uuid5(["extension", "ledger"])
PART: Final = 256
"""Rows in one object."""
BUCKETS: Final = 256
ALL: Final = -1
"""The number of the object that holds a hash for each part of what was received."""


Line = tuple[str, int, str, str, bool]
"""(id, version, sha256, outcome, whether it is held from that partner now)"""

Key = tuple[str, int, str]
"""(id, version, sha256)"""


class Path(msgspec.Struct, frozen=True):
    """The proof that the head goes on from the one over `size` disclosures."""

    size: int
    hashes: tuple[bytes, ...]


class SaidHead(msgspec.Struct, frozen=True):
    """A head, with proofs from earlier ones, and when (µs UTC) the node was last put back from a
    backup, as it was `saved_at`."""

    head: Head
    grew: tuple[Path, ...] = ()
    restored: tuple[int, int] | None = None


class SaidRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row, opened; of an erased one only its seal is left. `withdraws` is what a withdrawal
    ends."""

    opened: Opened | None = None
    seal: str | None = None
    withdraws: str | None = None


class SaidRows(msgspec.Struct, frozen=True):
    """The rows from place `first` on."""

    first: int
    rows: tuple[SaidRow, ...]


class SaidReceived(msgspec.Struct, frozen=True):
    """What came of the partner: either a hash (hex) for each part, or the rows of `part`. `knows`
    is the latest head of the partner that is kept here."""

    count: int
    parts: tuple[str, ...] = ()
    part: int = ALL
    rows: tuple[Line, ...] = ()
    knows: Head | None = None


Said = SaidHead | SaidRows | SaidReceived
_KINDS: Final[dict[str, type[Any]]] = {HEAD: SaidHead, ROWS: SaidRows, RECEIVED: SaidReceived}


def name(kind: str, party: str, to: str, number: int) -> str:
    """The id of what `party` says to `to`: of the head that goes on from `number` disclosures, of
    the rows of part `number`, of part `number` of what was received."""
    return f"{kind}--{ids.uuid5(['ledger', kind, party, to, number])}"


def written(kind: str, party: str, to: str, number: int, said: Said, now: int) -> bytes:
    """`said` as a STIX object."""
    moment = format_instant(now)
    return ids.canonical(
        {
            "type": kind,
            "spec_version": "2.1",
            "id": name(kind, party, to, number),
            "created_by_ref": ids.identity_id(party),
            "created": moment,
            "modified": moment,
            "to_ref": ids.identity_id(to),
            "said": said,
            "extensions": {EXTENSION: {"extension_type": "new-sdo"}},
        }
    )


class _Wire(msgspec.Struct):
    type: str
    created_by_ref: str
    to_ref: str
    said: msgspec.Raw


def read(raw: bytes, party: str, to: str) -> Said | None:
    """What `party` says to `to`; None for any other object and for what does not read."""
    try:
        found = msgspec.json.decode(raw, type=_Wire)
        if (found.created_by_ref, found.to_ref) != (ids.identity_id(party), ids.identity_id(to)):
            return None
        kind = _KINDS.get(found.type)
        return None if kind is None else msgspec.json.decode(found.said, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def bucket(id: str) -> int:
    """In which part of what was received an object stands."""
    return hashlib.sha256(id.encode()).digest()[0]


def line(came: Came) -> Line:
    """What is said of an object that came."""
    return came.id, came.version, came.sha256, came.outcome, bool(came.held)


def digests(keys: Iterable[Key], held: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """A hash for each part of what came: of what that is, and of what of it is held still."""
    every: list[list[Key]] = [[] for _ in range(BUCKETS)]
    alive: list[list[tuple[str, int]]] = [[] for _ in range(BUCKETS)]
    for key in keys:
        every[bucket(key[0])].append(key)
    for each in held:
        alive[bucket(each[0])].append(each)
    return tuple(
        ids.sha256(ids.canonical([sorted(one), sorted(other)])) if one or other else ""
        for one, other in zip(every, alive, strict=True)
    )

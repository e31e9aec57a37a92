"""Tombstones: what stays where an object was withdrawn.

An object of ours, with its own id, that names in plain strings what the recipient was served and
may no longer use. It goes only to those the ledger shows served. `revoked` is something else: the
creator's own retraction.
"""

from __future__ import annotations

import hmac
import uuid
from typing import Any, Final

import msgspec

from noroshi.exchange.wire import TOMBSTONE_EXTENSION, Body
from noroshi.words import ids
from noroshi.words.time import format_instant, parse_instant

TYPE: Final = "tombstone"
_HALF: Final = 8


class Tombstone(msgspec.Struct, frozen=True):
    """`withdrawn` is the id that was served; `versions` and `at` are µs UTC. `recalled`: its maker
    took it back from everybody, and says so."""

    id: str
    withdrawn: str
    versions: tuple[int, ...]
    at: int
    recalled: bool = False


class _Wire(msgspec.Struct):
    id: str
    type: str
    withdrawn_id: str = ""
    withdrawn_versions: tuple[str, ...] = ()
    withdrawn_at: str = ""
    withdrawn_from_all: bool = False


_wire = msgspec.json.Decoder(_Wire)


def tombstone(
    secret: bytes,
    owner: str,
    party: str,
    withdrawn: str,
    versions: tuple[int, ...],
    at: int,
    *,
    recalled: bool = False,
    record: str = "",
) -> Body:
    """What tells `party` that `owner` withdrew `versions` of an object at `at` (µs UTC). The id is
    keyed by a secret of the node: nobody who was not served can look for it, and of one
    `recalled` from all, only the node can tell from the id of which `record` it was."""
    keyed = hmac.digest(secret, ids.canonical([TYPE, party, withdrawn, versions, at]), "sha256")
    half = keyed[:_HALF]
    tag = _tag(secret, half, party, record) if recalled else keyed[_HALF : 2 * _HALF]
    oid = f"{TYPE}--{uuid.UUID(bytes=half + tag, version=4)}"
    moment = format_instant(at)
    object_: dict[str, Any] = {
        "type": TYPE,
        "spec_version": "2.1",
        "id": oid,
        "created_by_ref": ids.identity_id(owner),
        "created": moment,
        "modified": moment,
        "withdrawn_id": withdrawn,
        "withdrawn_versions": [format_instant(each) for each in versions],
        "withdrawn_at": moment,
        **({"withdrawn_from_all": True} if recalled else {}),
        "extensions": {TOMBSTONE_EXTENSION: {"extension_type": "new-sdo"}},
    }
    return Body(oid, parse_instant(moment), TYPE, "2.1", ids.canonical(object_))


def recalls(secret: bytes, party: str, record: str, stone: str) -> bool:
    """Whether `stone` is the id of a tombstone by which this node told `party` that it took
    `record` back from all. For any other id it is one chance in 2^62."""
    try:
        found = uuid.UUID(stone.removeprefix(f"{TYPE}--")).bytes
    except ValueError:
        return False
    named = found[:_HALF] + _tag(secret, found[:_HALF], party, record)
    return hmac.compare_digest(uuid.UUID(bytes=named, version=4).bytes, found)


def _tag(secret: bytes, half: bytes, party: str, record: str) -> bytes:
    # Byte 6 holds the version digit that makes it a UUID.
    named = ids.canonical([TYPE, "recalled", (half[:6] + half[7:]).hex(), party, record])
    return hmac.digest(secret, named, "sha256")[:_HALF]


def read(raw: bytes) -> Tombstone | None:
    """The tombstone that `raw` is; None for any other object, and for one that does not read."""
    try:
        found = _wire.decode(raw)
        if found.type != TYPE or not found.withdrawn_id:
            return None
        versions = tuple(parse_instant(each) for each in found.withdrawn_versions)
        at = parse_instant(found.withdrawn_at)
        return Tombstone(found.id, found.withdrawn_id, versions, at, found.withdrawn_from_all)
    except (msgspec.DecodeError, ValueError):
        return None

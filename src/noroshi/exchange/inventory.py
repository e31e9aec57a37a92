"""Inventories: what a party holds from another, and what that one withdrew from it.

An object of ours, sent to a node that was put back from a backup and asks what it has forgotten.
It names objects only by what the asker itself had sent: ids, versions, hashes, withdrawals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from noroshi.words import ids
from noroshi.words.time import format_instant, parse_instant

TYPE: Final = "inventory"
EXTENSION: Final = "extension-definition--" + ids.uuid5(["extension", TYPE])
ROWS: Final = 1_000
"""Held objects and withdrawals in one part."""

Held = tuple[str, int, str]
"""(id, version in µs UTC, SHA-256 of the bytes)"""

Gone = tuple[str, str, int]
"""(id of the withdrawal, id withdrawn, when it was carried out in µs UTC)"""


class Inventory(msgspec.Struct, frozen=True):
    """Part `part` (from 0) of `parts` of what `party` says at `at` in answer to life number `life`
    of the asker. `seen` is the latest date of the asker's view that it knows, `law` the agreement
    set under which it was served last. Instants are µs UTC."""

    party: str
    life: int
    part: int
    parts: int
    at: int
    seen: int | None
    law: str | None
    held: tuple[Held, ...]
    withdrawn: tuple[Gone, ...]


class _Wire(msgspec.Struct):
    type: str
    created_by_ref: str
    created: str
    life: int
    part: int
    parts: int
    held: tuple[tuple[str, str, str], ...] = ()
    withdrawn: tuple[tuple[str, str, str], ...] = ()
    seen_at: str | None = None
    agreement_set: str | None = None


_wire = msgspec.json.Decoder(_Wire)


def inventories(
    party: str,
    life: int,
    at: int,
    *,
    seen: int | None,
    law: str | None,
    held: Sequence[Held],
    withdrawn: Sequence[Gone],
) -> list[Inventory]:
    """The answer in parts; at least one, so that nothing is an answer too."""
    parts = max(1, -(-max(len(held), len(withdrawn)) // ROWS))
    cuts = [slice(n * ROWS, (n + 1) * ROWS) for n in range(parts)]
    return [
        Inventory(party, life, n, parts, at, seen, law, tuple(held[cut]), tuple(withdrawn[cut]))
        for n, cut in enumerate(cuts)
    ]


def inventory(said: Inventory) -> bytes:
    """One part as a STIX object."""
    moment = format_instant(said.at)
    object_: dict[str, Any] = {
        "type": TYPE,
        "spec_version": "2.1",
        "id": f"{TYPE}--{ids.uuid5([TYPE, said.party, said.life, said.part, said.at])}",
        "created_by_ref": ids.identity_id(said.party),
        "created": moment,
        "modified": moment,
        "life": said.life,
        "part": said.part,
        "parts": said.parts,
        "held": [(name, format_instant(version), digest) for name, version, digest in said.held],
        "withdrawn": [(stone, name, format_instant(at)) for stone, name, at in said.withdrawn],
        "extensions": {EXTENSION: {"extension_type": "new-sdo"}},
    }
    if said.seen is not None:
        object_["seen_at"] = format_instant(said.seen)
    if said.law is not None:
        object_["agreement_set"] = said.law
    return ids.canonical(object_)


def read(raw: bytes, party: str) -> Inventory | None:
    """What `raw`, which came from `party`, says; None for any other object, for one that is not
    that party's own, and for one that does not read."""
    try:
        found = _wire.decode(raw)
        if found.type != TYPE or found.created_by_ref != ids.identity_id(party):
            return None
        if not 0 <= found.part < found.parts:
            return None
        return Inventory(
            party,
            found.life,
            found.part,
            found.parts,
            parse_instant(found.created),
            None if found.seen_at is None else parse_instant(found.seen_at),
            found.agreement_set,
            tuple((name, parse_instant(version), sha) for name, version, sha in found.held),
            tuple((stone, name, parse_instant(at)) for stone, name, at in found.withdrawn),
        )
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None

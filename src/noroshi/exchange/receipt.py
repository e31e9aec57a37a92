"""Receipts: a party's word that what was withdrawn from it is gone there, and who else had it.

An object of ours, sent to who withdrew. It names the withdrawal by the id under which it came, so
that only its maker knows what is meant, and says of everybody to whom the party had passed the
object on how far they are. Its signature is that of the page it travels in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec

from noroshi.words import ids
from noroshi.words.time import format_instant, parse_instant

TYPE: Final = "receipt"
EXTENSION: Final = "extension-definition--" + ids.uuid5(["extension", "receipt"])

State = Literal["confirmed", "served", "waiting", "unconfirmable"]
"""Whether a party said that it is gone there, fetched the withdrawal and said nothing (a plain
TAXII client never will), has not fetched it, or cannot be heard from."""


class Onward(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a party is to whom the object had been passed on, and those after it."""

    party: str
    state: State
    at: str | None = None
    onward: tuple[Onward, ...] = ()


MOST_BYTES: Final = 1 << 18
"""A longer receipt is not read: each party stands in one once."""

_WORST: Final[tuple[State, ...]] = ("waiting", "served", "unconfirmable", "confirmed")


def pruned(steps: Iterable[Onward], known: Iterable[str]) -> tuple[Onward, ...]:
    """`steps` and what is beyond them with each party once, where it is nearest, and nobody who is
    `known`. Records go round in circles, and so would words about words about them without end; the
    nearest word is the freshest, and of two as near the one that is further from done counts."""
    seen, level = {*known}, {(): [*steps]}
    found: dict[tuple[str, ...], dict[str, Onward]] = {}
    while level:
        nearest: dict[str, tuple[tuple[str, ...], Onward]] = {}
        for path, here in level.items():
            for step in here:
                held = nearest.get(step.party)
                if step.party not in seen and (held is None or _worse(step, held[1])):
                    nearest[step.party] = path, step
        seen |= nearest.keys()
        level = {}
        for path, step in nearest.values():
            found.setdefault(path, {})[step.party] = step
            level[*path, step.party] = [*step.onward]
    return _tree(found, ())


def _worse(one: Onward, other: Onward) -> bool:
    return _WORST.index(one.state) < _WORST.index(other.state)


def _tree(
    found: Mapping[tuple[str, ...], Mapping[str, Onward]], path: tuple[str, ...]
) -> tuple[Onward, ...]:
    return tuple(
        msgspec.structs.replace(step, onward=_tree(found, (*path, party)))
        for party, step in sorted(found.get(path, {}).items())
    )


class Receipt(msgspec.Struct, frozen=True):
    """`stone` is the id of the withdrawal; `at` and `version` are µs UTC: when it was carried out,
    and when this was said."""

    stone: str
    party: str
    at: int
    version: int
    onward: tuple[Onward, ...] = ()


class _Wire(msgspec.Struct):
    type: str
    created_by_ref: str
    modified: str
    withdrawal_id: str
    carried_out_at: str
    onward: tuple[Onward, ...] = ()


_wire = msgspec.json.Decoder(_Wire)


def receipt(said: Receipt) -> bytes:
    """The receipt as a STIX object."""
    object_: dict[str, Any] = {
        "type": TYPE,
        "spec_version": "2.1",
        "id": f"{TYPE}--{ids.uuid5([TYPE, said.party, said.stone])}",
        "created_by_ref": ids.identity_id(said.party),
        "created": format_instant(said.at),
        "modified": format_instant(said.version),
        "withdrawal_id": said.stone,
        "carried_out_at": format_instant(said.at),
        "onward": said.onward,
        "extensions": {EXTENSION: {"extension_type": "new-sdo"}},
    }
    return ids.canonical(object_)


def read(raw: bytes, party: str) -> Receipt | None:
    """What `raw`, which came from `party`, confirms; None for any other object and for one that
    is not that party's own or does not read."""
    try:
        if len(raw) > MOST_BYTES:
            return None
        found = _wire.decode(raw)
        if found.type != TYPE or found.created_by_ref != ids.identity_id(party):
            return None
        at, version = parse_instant(found.carried_out_at), parse_instant(found.modified)
        return Receipt(found.withdrawal_id, party, at, version, found.onward)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None

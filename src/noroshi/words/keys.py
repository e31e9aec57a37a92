"""Keys of parties: which ones count, since when, and what a party says of its own."""

from __future__ import annotations

from typing import Literal

import msgspec

KeyState = Literal["current", "former", "replaced", "distrusted"]
"""What a party signs with now; what it signed with before, by its own word; what was pinned before
another was, without its word; and what nobody is to believe any more."""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What `party` says at `at` (µs UTC) of its keys (32 bytes each). Rotated: `new` takes the
    place of `old`, signed by both. Compromised: whatever `old` signed since `since` may be
    another's, signed by `new` alone."""

    party: str
    kind: Literal["rotated", "compromised"]
    at: int
    old: bytes
    new: bytes
    since: int | None = None
    by_old: bytes = b""
    by_new: bytes = b""


class PartyKey(msgspec.Struct, frozen=True):
    """A key (`public`, 32 bytes) of `party` as this node knows it: from where, and since when
    (`known`; 0: from the first). What is dated after `retired` does not count. Once it was
    `distrusted`, nothing that comes counts, whatever its date; what came since `since` is in doubt.
    All µs UTC."""

    party: str
    fingerprint: str
    public: bytes
    state: KeyState
    source: str
    known: int
    retired: int | None = None
    distrusted: int | None = None
    since: int | None = None

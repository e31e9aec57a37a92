"""Statements about keys: a party's own word that another key takes the place of one, or that one is
no longer to be believed. Whoever hands a statement on, it is signed by the keys it is about."""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.exchange.sign import Keys, verify
from noroshi.words.ids import canonical
from noroshi.words.keys import PartyKey, Statement
from noroshi.words.time import MINUTE

GRACE: Final = 10 * MINUTE
"""So long after it was retired a key may still have signed: a process that did not know yet."""


def unsigned(said: Statement) -> bytes:
    """The bytes that are signed, by both keys the same."""
    bare = msgspec.structs.replace(said, by_old=b"", by_new=b"")
    return b"noroshi key statement\x00" + canonical(bare)


def rotated(party: str, at: int, old: Keys, new: Keys) -> Statement:
    """The statement that `new` takes the place of `old`, signed by both."""
    said = Statement(party, "rotated", at, old.public, new.public)
    data = unsigned(said)
    return msgspec.structs.replace(said, by_old=old.sign(data), by_new=new.sign(data))


def compromised(party: str, at: int, old: bytes, since: int, keys: Keys) -> Statement:
    """The statement that what `old` signed since `since` may be another's, signed by `keys`."""
    said = Statement(party, "compromised", at, old, keys.public, since)
    return msgspec.structs.replace(said, by_new=keys.sign(unsigned(said)))


def genuine(said: Statement) -> bool:
    """Whether the keys that the statement is about signed it. Whose keys they are is for who knows
    the party."""
    data = unsigned(said)
    if said.old == said.new or not verify(said.by_new, data, said.new):
        return False
    if said.kind == "rotated":
        return verify(said.by_old, data, said.old)
    return said.since is not None


def counts(key: PartyKey, at: int | None) -> bool:
    """Whether what this key signed and says it did at `at` (None: it bears no date) counts if it
    comes now."""
    if key.state == "current":
        return True
    if key.state != "former":
        return False
    return at is None or key.retired is None or at < key.retired + GRACE


def read(raw: bytes | msgspec.Raw) -> Statement | None:
    """The statement; None for one that this version cannot read."""
    try:
        return msgspec.json.decode(raw, type=Statement)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None

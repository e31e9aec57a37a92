"""Our own key: exchanged for a new one, or given up because somebody else may have it."""

from __future__ import annotations

import msgspec

from noroshi.exchange.sign import Keys, fingerprint, sign_consent, sign_grant
from noroshi.exchange.statement import compromised, rotated
from noroshi.node.alone import alone
from noroshi.node.keyring import LOCK, distrust
from noroshi.node.node import Node
from noroshi.words.errors import Refused
from noroshi.words.keys import PartyKey, Statement


class Changed(msgspec.Struct, frozen=True):
    """What became of our keys: the fingerprint and public key (hex) in use from now on, the
    statement that partners get, and how many grants and consents were signed anew."""

    key: str
    public: str
    statement: Statement
    signed_anew: int = 0


def rotate(node: Node, now: int) -> Changed:
    """Sign with a new key from now on. Partners follow by themselves: the old key says so. What it
    signed stays good, and its private half is gone afterwards."""
    with alone(node.settings.data, lambda: None, LOCK):
        node.keys.look(node.keys_folder)
        new = node.keys.next(node.keys_folder)
        said = rotated(node.party, now, node.keys, new)
        with node.store.write():
            old = _own(node, node.keys.fingerprint)
            node.store.put_key(msgspec.structs.replace(old, state="former", retired=now), at=now)
            node.store.put_key(_current(node, new, now), at=now)
            node.store.put_statement(said, at=now)
        node.keys.adopt(node.keys_folder)
    return Changed(new.fingerprint, new.public_hex, said)


def compromise(node: Node, since: int, now: int, key: str | None = None) -> Changed:
    """Say that somebody else may have signed with our key (its fingerprint, or the start of one;
    the one in use when None) since `since` (µs UTC), and sign our grants and consents anew.

    Where it is the one in use, a new one takes its place, which partners do not follow by
    themselves: who has the old key could say as much. They compare the fingerprint by voice. Raises
    `Refused` for a key that is not ours, and for a time to come.
    """
    if since > now:
        raise Refused("--since lies ahead: name when the key may first have been another's")
    with alone(node.settings.data, lambda: None, LOCK):
        node.keys.look(node.keys_folder)
        old = _own(node, key or node.keys.fingerprint)
        in_use = old.fingerprint == node.keys.fingerprint
        keys = node.keys.next(node.keys_folder) if in_use else node.keys.still()
        said = compromised(node.party, now, old.public, since, keys)
        with node.store.write():
            distrust(node.store, node.party, old.fingerprint, since, now)
            if in_use:
                node.store.put_key(_current(node, keys, now), at=now)
            node.store.put_statement(said, at=now)
            anew = _sign_anew(node, keys)
        if in_use:
            node.keys.adopt(node.keys_folder)
    return Changed(keys.fingerprint, keys.public_hex, said, anew)


def _own(node: Node, key: str) -> PartyKey:
    ours = node.store.keys(node.party)
    found = [each for each in ours if each.fingerprint.startswith(key)]
    if len(found) != 1:
        known = ", ".join(each.fingerprint[:16] for each in ours)
        raise Refused(f"{key!r} is no one key of this node\nHint: noroshi key show: {known}")
    return found[0]


def _current(node: Node, keys: Keys, now: int) -> PartyKey:
    name = fingerprint(keys.public)
    return PartyKey(node.party, name, keys.public, "current", "own", now)


def _sign_anew(node: Node, keys: Keys) -> int:
    """What others go by has no date: each grant and consent of ours gets the new signature."""
    grants = (each for each in node.store.grants().values() if each.originator == node.party)
    consents = (each for each in node.store.consents() if each.originator == node.party)
    return node.store.put_grants(
        [sign_grant(each, keys) for each in grants], anew=True
    ) + node.store.put_consents([sign_consent(each, keys) for each in consents], anew=True)

"""The keyring of a node: which key of which party counts, and how that changes.

A key is pinned by hand: in `node.toml`, or by comparing fingerprints. From there on a party's own
statements lead to the next, because the pinned key signed them. A key that is distrusted counts
for nothing that comes afterwards, whatever date it bears; what had come stays, and is shown as
doubtful.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from noroshi.config import Settings
from noroshi.exchange import statement
from noroshi.exchange.sign import NEXT_FILE, Keys, fingerprint
from noroshi.exchange.statement import counts, genuine
from noroshi.node.alone import alone
from noroshi.store import Store
from noroshi.words.errors import Refused
from noroshi.words.keys import PartyKey, Statement

FILE: Final = "node.toml"
LOCK: Final = "keys.lock"
replace = msgspec.structs.replace


def seed(store: Store, settings: Settings, own: bytes, now: int) -> None:
    """Take in the keys that `node.toml` pins and that were not known, and our own."""
    _seed(store, settings.config.node.party, own, "own", now)
    for peer in settings.config.peer:
        if peer.public_key:
            _seed(store, peer.party, bytes.fromhex(peer.public_key), FILE, now)


def finish(store: Store, settings: Settings, keys: Keys) -> None:
    """Bring a change of our key to its end where a process died in it: the store says whether the
    next key had been announced."""
    folder = settings.data / "keys"
    if not (folder / NEXT_FILE).exists():
        return
    with alone(settings.data, lambda: None, LOCK):
        if not (folder / NEXT_FILE).exists():
            keys.look(folder)
            return
        name = Keys.waiting(folder)
        current = [
            each for each in store.keys(settings.config.node.party) if each.state == "current"
        ]
        if any(each.fingerprint == name for each in current):
            keys.adopt(folder)
        else:
            (folder / NEXT_FILE).unlink()


def _seed(store: Store, party: str, public: bytes, source: str, now: int) -> None:
    held = store.keys(party)
    if not held:
        # The first key is no change of one: it is known from the first, and nobody is told.
        first = PartyKey(party, fingerprint(public), public, "current", source, 0)
        store.put_key(first, at=None)
        store.read_again()
    elif all(each.public != public for each in held):
        pin(store, party, public, source, now)


def pin(store: Store, party: str, public: bytes, source: str, now: int) -> None:
    """Make `public` the key of the party by hand. What was before counts no more until the party
    itself says that the one followed the other. Peers are read again from the start, for what the
    key signed was refused until now, whoever passed it on. `Refused` for a key that is
    distrusted."""
    name = fingerprint(public)
    with store.write():
        held = {each.fingerprint: each for each in store.keys(party)}
        found = held.pop(name, None)
        if found is not None and found.state == "distrusted":
            raise Refused(f"{name} of {party} is distrusted, and stays so")
        for each in held.values():
            if each.state == "current":
                store.put_key(replace(each, state="replaced"), at=now)
        new = PartyKey(party, name, public, "current", source, now)
        if found is not None:
            new = replace(found, state="current", retired=None)
        store.put_key(new, at=now)
        store.read_again()
        learn(store, (said for said, _ in store.key_statements(party)), now)


def distrust(store: Store, party: str, key: str, since: int, now: int) -> PartyKey:
    """Believe nothing of this key (its fingerprint, or a unique start of it) that comes from now
    on; what came since `since` is in doubt. Raises `Refused`."""
    with store.write():
        found = [each for each in store.keys(party) if each.fingerprint.startswith(key)]
        if len(found) != 1:
            known = ", ".join(each.fingerprint[:16] for each in store.keys(party)) or "none"
            raise Refused(f"{key!r} is no one key of {party}\nHint: its keys here are {known}")
        held = found[0]
        first = min(since, since if held.since is None else held.since)
        at = now if held.distrusted is None else held.distrusted
        doubted = replace(held, state="distrusted", distrusted=at, since=first)
        store.put_key(doubted, at=now)
        return doubted


def find(store: Store, party: str, key: str, at: int) -> bytes | None:
    """The key of this fingerprint, if what it signed at `at` counts as the party's now."""
    for each in store.keys(party):
        if each.fingerprint == key and counts(each, at):
            return each.public
    return None


def undated(store: Store, party: str) -> tuple[bytes, ...]:
    """The keys by which what bears no date, a grant, counts as the party's now."""
    return tuple(each.public for each in store.keys(party) if counts(each, None))


def hear(store: Store, own: str, raws: Sequence[msgspec.Raw], now: int) -> None:
    """Follow statements as they came, each read alone; about the keys of `own` nobody tells us."""
    if raws:
        found = (statement.read(raw) for raw in raws)
        with store.write():
            learn(store, (each for each in found if each is not None and each.party != own), now)


def learn(store: Store, said: Iterable[Statement], now: int) -> tuple[Statement, ...]:
    """Follow what parties of whom a key is known say of their keys, oldest first; the statements
    that changed something. Call in the transaction of what they came with."""
    changed: list[Statement] = []
    for each in sorted(set(said), key=lambda one: (one.at, one.new)):
        keys = {key.public: key for key in store.keys(each.party)}
        told = dict(store.key_statements(each.party))
        if each.old not in keys or (each in told and told[each] is None) or not genuine(each):
            continue
        refused = _follow(store, keys, each, now)
        if each not in told or told[each] != refused:
            store.put_statement(each, refused, at=now)
            changed.append(each)
    return tuple(changed)


def _follow(store: Store, keys: dict[bytes, PartyKey], said: Statement, now: int) -> str | None:
    """Do what a genuine statement says; or why not."""
    old, new = keys[said.old], keys.get(said.new)
    if said.kind == "compromised":
        return _believe_doubt(store, old, new, said, now)
    if old.state == "distrusted" or (new is not None and new.state == "distrusted"):
        return "one of the two keys is distrusted"
    if old.state == "former":
        return None if new is not None else "the key had been followed by another one before"
    if old.state == "replaced" and (new is None or new.state == "replaced"):
        return "the key had been replaced by hand"
    retired = min(said.at, now)
    store.put_key(replace(old, state="former", retired=retired), at=now)
    if new is None:
        name = fingerprint(said.new)
        store.put_key(PartyKey(said.party, name, said.new, "current", "statement", now), at=now)
    return None


def _believe_doubt(
    store: Store, old: PartyKey, new: PartyKey | None, said: Statement, now: int
) -> str | None:
    """A party's newer key may doubt an older one, and never the other way round."""
    newer = new is not None and (
        (new.state == "current" and old.state != "current")
        or (new.state == old.state == "former" and (old.retired or 0) < (new.retired or 0))
    )
    if not newer:
        return "no newer key of the party that counts says so"
    distrust(store, said.party, old.fingerprint, said.since or 0, now)
    return None

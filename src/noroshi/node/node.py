"""Node: store, keys, agreements and views of one folder, opened together and closed together."""

from __future__ import annotations

import functools
import time
from pathlib import Path

from noroshi.config import FILE_NAME, Settings, load_settings
from noroshi.desks.registry import kinds
from noroshi.exchange.hold import Hold, hold
from noroshi.exchange.sign import Keys
from noroshi.exchange.views import Views
from noroshi.node import keyring
from noroshi.pact.format import Agreement
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.store import Store
from noroshi.words.errors import BadConfig
from noroshi.words.ids import identity_id
from noroshi.words.party import Parties, packaged_parties


def clock() -> int:
    """Now, in µs UTC. The only clock of the node; everything below takes `now` or `at`."""
    return time.time_ns() // 1_000


class Node:
    """The open node of one folder. A context manager; safe to use from several threads."""

    def __init__(self, settings: Settings, store: Store, keys: Keys, parties: Parties) -> None:
        self.settings, self.store, self.keys, self.parties = settings, store, keys, parties
        self.party = settings.config.node.party
        self.exercise = settings.config.exercise.allowed
        self._policies: dict[tuple[int, int], Policy] = {}
        self._agreements: dict[str, Agreement] = {}

    @classmethod
    def open(cls, folder: Path, flags: dict[str, str] | None = None) -> Node:
        """The node in `folder`. Raises `BadConfig` when there is none, `BadInput` for its store."""
        settings = load_settings(folder, flags)
        keys = Keys.load(settings.data / "keys")
        store = Store.open(settings.store_at)
        _check_exercise(store, settings)
        # The order in which a node's own parties were registered is part of stored masks.
        packaged = packaged_parties()
        known = store.put_parties(settings.config.party)
        # Where audiences were compiled the store knows the packaged ones as well.
        parties = packaged.extended(tuple(p for p in known if p.code not in packaged))
        for code in (settings.config.node.party, *(peer.party for peer in settings.config.peer)):
            parties.get(code)
        keyring.finish(store, settings, keys)
        keyring.seed(store, settings, keys.public, clock())
        return cls(settings, store, keys, parties)

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *problem: object) -> None:
        self.store.close()

    @functools.cached_property
    def public(self) -> frozenset[str]:
        """The identities of all parties, which are nobody's secret."""
        return frozenset(map(identity_id, self.parties.order))

    def public_key(self, party: str, key: str, at: int) -> bytes | None:
        """The key (32 bytes) of this fingerprint, if what it signed at `at` (µs UTC) counts now as
        what `party` signed; None also for a party that no `[[peer]]` pins a key of."""
        return keyring.find(self.store, party, key, at) if party in self.pinned else None

    def grant_keys(self, party: str) -> tuple[bytes, ...]:
        """The keys by which grants of `party`, which bear no date, count now."""
        return keyring.undated(self.store, party) if party in self.pinned else ()

    @functools.cached_property
    def pinned(self) -> frozenset[str]:
        """The parties of whom a `[[peer]]` pins a key."""
        peers = self.settings.config.peer
        return frozenset(peer.party for peer in peers if peer.public_key)

    def look(self) -> None:
        """Take up a key of ours that another process changed."""
        self.keys.look(self.keys_folder)

    @property
    def keys_folder(self) -> Path:
        """Where the private key is."""
        return self.settings.data / "keys"

    def carried_to(self, party: str) -> bool:
        """Whether what goes to the party goes as files, by hand or over a diode."""
        return any(
            peer.party == party and peer.mode == "file" for peer in self.settings.config.peer
        )

    def agreement(self, sha256: str, name: str, raw: bytes) -> Agreement:
        """The agreement of a stored file, parsed once."""
        found = self._agreements.get(sha256)
        if found is None:
            found = self._agreements[sha256] = load(raw, name, self.parties)
        return found

    def policy(self, at: int | None = None, known: int | None = None) -> tuple[int, Policy]:
        """(epoch, policy): the agreements valid at `at`, as this node knew them at `known`, with
        the grants and consents that it had then."""
        epoch, files = self.store.agreements(at=at, known=known)
        key = (epoch, self.store.terms())
        policy = self._policies.get(key) if known is None else None
        if policy is None:
            agreements = tuple(self.agreement(sha, name, raw) for name, sha, raw in files)
            terms = self.store.grants(known), self.store.consents(known)
            policy = Policy(agreements, self.parties, *terms, self.store.emergencies(known))
            if known is None:
                self._policies = {key: policy}
        return epoch, policy

    def views(self) -> Views:
        """What each partner may see of this node, decided again at every read."""
        level = self.settings.config.console.two_person
        return Views(self.store, self.policy, kinds(), self.party, self.keys, level=level)

    def hold(self, party: str, known: int | None = None) -> Hold | None:
        """What waits of the party's releases for a second person, by what was agreed to then."""
        return hold(self.store, self.settings.config.console.two_person, party, known)


def _check_exercise(store: Store, settings: Settings) -> None:
    """A store is of one exercise, or of what is real, from its first day on."""
    told, held = settings.config.exercise.allowed, store.exercise()
    if told == held:
        return
    if told is not None and held is None and not store.since(0, 1):
        store.begin_exercise(told)
        return
    store.close()
    raise BadConfig(
        str(settings.folder / FILE_NAME), "[exercise] allowed: exercise data never meets real data",
        found="none" if told is None else told,
        expected="none: the store holds what is real" if held is None else held,
        hint="an exercise has a node of its own: noroshi init DIR --party …",
    )  # fmt: skip

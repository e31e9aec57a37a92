"""A view that is behind: what is withheld now goes to nobody, and nobody who only asks for what is
new misses what turns out to stay."""

from __future__ import annotations

import random
from pathlib import Path

import graphs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from japan import EVERY
from projection import View, projected
from test_steps import Walk

from noroshi.exchange import tombstone
from noroshi.exchange.served import Served
from noroshi.exchange.sign import Keys
from noroshi.exchange.views import Views
from noroshi.store import Store
from noroshi.words import ids
from noroshi.words.time import SECOND

PARTY = "EU"


class Client:
    """A partner that asks for what entered after the last that it saw, or (`by_clock`) after it
    asked the last time, or (`anew`) for everything, and does what tombstones say."""

    def __init__(self, *, by_clock: bool = False, anew: bool = False) -> None:
        self.by_clock, self.anew, self.after = by_clock, anew, -1
        self.held: View = {}

    def poll(self, views: Views, at: int) -> list[Served]:
        if self.anew:
            self.after, self.held = -1, {}
        page = views.page(PARTY, at, added_after=self.after, limit=10_000, match=EVERY)
        assert not page.more
        for each in page.entries:
            self.take(each)
        if page.entries:
            self.after = max(self.after, page.entries[-1].entered_at)
        if self.by_clock:
            self.after = max(self.after, at)
        return [each for each in page.entries if each.otype != tombstone.TYPE]

    def take(self, each: Served) -> None:
        stone = tombstone.read(each.body) if each.otype == tombstone.TYPE else None
        if stone is None:
            self.held[each.oid, each.oversion] = ids.sha256(each.body)
        else:
            for version in stone.versions:
                self.held.pop((stone.withdrawn, version), None)


def walk(folder: Path, keys: Keys, seed: int, steps: int) -> None:
    """Records come while the view is up to date; law, clock and consents change it while clients
    poll, one batch a poll."""
    with Store.open(folder / "node.db", create=True) as store:
        walking = Walk(store, keys, seed)
        rng = random.Random(seed)
        clients = Client(), Client(by_clock=True), Client(anew=True)
        batch = rng.choice((1, 3))
        views = Views(
            store,
            walking.node.policy,
            graphs.KINDS,
            "JPN",
            keys,
            batch=batch,
            at_once=0,
            tended_for=0,
        )
        for _ in range(steps):
            for _ in range(rng.randint(0, 3)):
                rng.choice((walking.put, walking.withdraw, walking.relabel))()
            # What enters in the very instant of a poll escapes who goes by the clock.
            walking.at += SECOND
            views.refresh(PARTY, walking.at)
            for _ in range(rng.randint(1, 3)):
                rng.choice((walking.law, walking.law, walking.clock, walking.consent))()
                walking.at += SECOND
                for _ in range(rng.randint(0, 4)):
                    poll(walking, views, rng.choice((*clients, clients[2])))
        walking.at += SECOND
        views.refresh(PARTY, walking.at)
        for client in clients:
            right = poll(walking, views, client)
            assert right.items() <= client.held.items()
            left = {oid for oid, _ in client.held.keys() - right.keys()}
            assert left <= {oid for oid, _ in right}  # an older look, superseded


def poll(walking: Walk, views: Views, client: Client) -> View:
    """What the client gets is right to the byte, under the law of now; the whole view."""
    walking.at += SECOND
    _, policy = walking.node.policy(walking.at)
    right = projected(walking.node.store, walking.node.keys, policy, PARTY, walking.at)
    for each in client.poll(views, walking.at):
        if each.otype != "identity" or (each.oid, each.oversion) in right:
            assert right.get((each.oid, each.oversion)) == ids.sha256(each.body)
        else:
            client.held.pop((each.oid, each.oversion))  # who a party is stays once it was said
    return right


@given(st.integers(0, 2**48))
@settings(max_examples=15)
def test_what_goes_is_right_and_nothing_is_missed(
    tmp_path_factory: pytest.TempPathFactory, keys: Keys, seed: int
) -> None:
    walk(tmp_path_factory.mktemp("behind"), keys, seed, 3)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@given(st.integers(0, 2**48))
@settings(max_examples=150)
def test_at_length(tmp_path_factory: pytest.TempPathFactory, keys: Keys, seed: int) -> None:
    walk(tmp_path_factory.mktemp("behind"), keys, seed, 5)

"""Views step by step against the whole from scratch: random worlds, random sequences of whatever
can happen to one, the journal's current view compared after every step."""

from __future__ import annotations

import random
import re
from pathlib import Path

import graphs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from japan import NOW, Node
from projection import projected, shown

from noroshi.exchange.sign import Keys, sign_consent
from noroshi.exchange.views import Views
from noroshi.exchange.wire import vessel
from noroshi.store import Store
from noroshi.words import ids
from noroshi.words.grant import Consent, Selector
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import DAY, HOUR

LAWS = (
    "",
    "",
    'transform = [{ kind = "text" }]',
    'transform = [{ kind = "position", cell_m = 10000 }]',
    'kinds = ["x"]',
    'to = ["AUS"]',
    'approval = "each"',
)


SUBJECT = re.compile(rb"mmsi:\d{9}")
SUBJECTS = ("mmsi:431000001", "mmsi:431000002")


def with_bytes(record: Record, raw: bytes) -> Record:
    return msgspec.structs.replace(record, raw=raw, sha256=ids.sha256(raw))


class Walk:
    """One node and what happens to it; every choice is of `seed`."""

    def __init__(self, store: Store, keys: Keys, seed: int) -> None:
        self.rng = random.Random(seed)
        self.node, self.at = Node(store, keys), NOW
        batch = self.rng.choice((1, 2, 5, 1000))
        self.views = Views(store, self.node.policy, graphs.KINDS, "JPN", keys, batch=batch)
        self.ids = [graphs.new_id(self.rng, kind) for kind in graphs.TYPES for _ in range(2)]
        self.records: list[Record] = []

    def label(self) -> Label:
        rng = self.rng
        return label(
            Strand(
                "JPN",
                "maritime",
                rng.choice("xxxy"),
                tlp=rng.choice((Tlp.GREEN, Tlp.GREEN, Tlp.AMBER, Tlp.RED)),
                not_before=rng.choice((None, None, None, self.at + HOUR)),
                expires=rng.choice((None, None, None, self.at + 2 * HOUR)),
            )
        )

    def put(self) -> None:
        chosen = self.rng.sample(self.ids, self.rng.choice((1, 1, 5)))
        self.keep([self.version(oid) for oid in chosen])

    def version(self, oid: str) -> Record:
        others = [each for each in self.ids if each != oid]
        found = graphs.version(self.rng, oid, others, self.label(), "JPN", self.at).record
        # Few transmitters, so that several findings bring the same one beside them.
        return with_bytes(found, SUBJECT.sub(self.rng.choice(SUBJECTS).encode(), found.raw))

    def transmitter(self) -> None:
        """A transmitter that findings name, as a record of its own."""
        body = vessel(self.rng.choice(SUBJECTS))
        assert body is not None
        made = graphs.version(self.rng, self.ids[0], self.ids[1:], self.label(), "JPN", self.at)
        record = msgspec.structs.replace(made.record, id=body.oid, kind="vessel", version=1)
        self.keep([with_bytes(record, body.body)])

    def keep(self, made: list[Record]) -> None:
        self.records += made
        self.node.store.put(made, at=self.at)

    def withdraw(self) -> None:
        self.node.store.withdraw(self.rng.choice(self.ids), at=self.at)

    def relabel(self) -> None:
        if self.records:
            again = self.rng.choice(self.records)
            changed = msgspec.structs.replace(again, label=self.label())
            self.node.store.put([changed], at=self.at)

    def law(self) -> None:
        parties = self.rng.choice(('"EU", "JPN", "AUS"',) * 3 + ('"JPN", "AUS"',))
        self.node.law(self.rng.choice(LAWS), parties)

    def clock(self) -> None:
        self.at += self.rng.choice((HOUR, 2 * HOUR, DAY))

    def consent(self) -> None:
        until = self.at + self.rng.choice((HOUR, DAY))
        chosen = Selector(record=self.rng.choice(self.ids))
        given_ = Consent("", "JPN", chosen, self.rng.choice(("EU", "AUS")), until)
        self.node.store.put_consents([sign_consent(given_, self.node.keys)])

    def restart(self) -> None:
        self.views = Views(self.node.store, self.node.policy, graphs.KINDS, "JPN", self.node.keys)

    def step(self) -> None:
        happen = (self.put, self.put, self.put, self.withdraw, self.relabel, self.law, self.clock)
        self.rng.choice((*happen, self.consent, self.transmitter, self.restart))()
        self.at += self.rng.choice((0, 1, HOUR // 2))

    def check(self, party: str) -> None:
        """The current view is the whole projected from scratch, however it came about."""
        self.views.refresh(party, self.at)
        _, policy = self.node.policy(self.at)
        found = shown(self.node.store, policy, party)
        assert found == projected(self.node.store, self.node.keys, policy, party, self.at)


def walk(folder: Path, keys: Keys, seed: int, steps: int) -> None:
    with Store.open(folder / "node.db", create=True) as store:
        walking = Walk(store, keys, seed)
        for _ in range(steps):
            walking.step()
            for party in walking.rng.choice((("EU",), ("EU", "AUS"))):
                walking.check(party)


@given(st.integers(0, 2**48))
@settings(max_examples=25)
def test_step_by_step_is_from_scratch(
    tmp_path_factory: pytest.TempPathFactory, keys: Keys, seed: int
) -> None:
    walk(tmp_path_factory.mktemp("walk"), keys, seed, 10)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@given(st.integers(0, 2**48))
@settings(max_examples=200)
def test_at_length(tmp_path_factory: pytest.TempPathFactory, keys: Keys, seed: int) -> None:
    walk(tmp_path_factory.mktemp("walk"), keys, seed, 12)

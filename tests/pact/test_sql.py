"""The SQL filter against decision and table: the same records, asked of a real database."""

from __future__ import annotations

import itertools
import random
import sqlite3

import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from test_table import question

from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.pact.sql import UNKNOWN, rows
from noroshi.pact.table import Table
from noroshi.store import audience, records
from noroshi.store.migrate import packaged
from noroshi.store.sqlite import split
from noroshi.words.ids import sha256
from noroshi.words.label import Label
from noroshi.words.record import Record
from noroshi.words.time import FOREVER, format_instant

FAR = worlds.NOON * 2


@pytest.fixture(scope="module")
def template():
    """An empty store in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    for migration in packaged():
        for statement in split(migration.sql):
            connection.execute(statement)
    yield connection
    connection.close()


def record(name: str, label: Label, made: int) -> Record:
    raw = f'{{"type":"tool","id":"{name}","created":"{format_instant(made)}"}}'.encode()
    return Record(name, made, "tool", "cyber", "JPN", label, raw, sha256(raw), FAR)


def stored(template, kept) -> sqlite3.Connection:
    """A store with `kept` records, numbered from 1."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    template.backup(connection)
    records.put(connection, kept, {}, FAR)
    return connection


@settings(deadline=None)
@given(seed=st.integers(0, 2**48))
def test_the_filter_is_the_decision(template: sqlite3.Connection, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(3):
        world = worlds.world(rng.getrandbits(64))
        policy = Policy(world.agreements, world.parties, world.grants, world.consents)
        labels, holder, at = question(rng, world)
        made = {f"r{i}": worlds.instant(rng) for i in range(1, len(labels) + 1)}
        kept = [
            record(name, label, made[name])
            for name, label in zip(made, labels.values(), strict=True)
        ]
        connection = stored(template, kept)
        audience.derive(connection, policy, holder, 1, at)
        for party in worlds.CODES:
            expected = {
                seq: decide(
                    policy, each.label, holder, party, at, record=each.id, made=made[each.id]
                )
                for seq, each in enumerate(kept, 1)
            }
            found = audience.visible(connection, party, 1, at, 0, 99)
            assert [each.seq for each in found] == [n for n in expected if expected[n].permitted]
            for seq, wanted in expected.items():
                release = audience.release(connection, party, 1, at, seq)
                assert release == type(release)(wanted.verdict, wanted.transforms, wanted.clauses)
        connection.close()


def test_rows_cover_all_time_once() -> None:
    rng = random.Random(7)
    several = 0
    for _ in range(200):
        world = worlds.world(rng.getrandbits(64))
        policy = Policy(world.agreements, world.parties, world.grants, world.consents)
        labels, holder, at = question(rng, world)
        table = Table(policy, holder, labels, at)
        for cell in labels:
            made = [row for row in rows(table) if row.cell == cell]
            several += len(made) > 1
            assert made[0].made_from == UNKNOWN
            assert made[-1].made_to == FOREVER
            for row, following in itertools.pairwise(made):
                assert row.made_to == following.made_from
                assert (row.words, row.releases) != (following.words, following.releases)
    assert several > 5

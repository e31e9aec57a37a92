"""Columns against the table they come from."""

from __future__ import annotations

import random

import numpy as np
import worlds
from test_table import question

from noroshi.pact import bulk
from noroshi.pact.policy import Policy
from noroshi.pact.table import Table
from noroshi.words.party import Parties, Party


def test_columns_are_the_table() -> None:
    rng = random.Random(3)
    permitted = 0
    for _ in range(60):
        world = worlds.world(rng.getrandbits(64))
        more = tuple(Party(f"X{n:03}", "organisation", "", "") for n in range(rng.choice((0, 130))))
        policy = Policy(
            world.agreements, world.parties.extended(more), world.grants, world.consents
        )
        labels, holder, at = question(rng, world)
        made = rng.choice((None, worlds.instant(rng)))
        table = Table(policy, holder, labels, at)
        columns = bulk.columns(table, "r1", made)
        cells = np.array([rng.randrange(len(labels)) for _ in range(30)], dtype=np.int32)
        found = bulk.audiences(columns, cells)
        assert found.shape == (table.masks.words, 30)
        for place, party in enumerate(table.masks.order):
            seen = bulk.visible(found, place)
            for record, cell in enumerate(cells):
                release = table.release(columns.cells[cell], party, "r1", made)
                assert bool(seen[record]) is release.permitted
                assert columns.releases[columns.outcomes[cell, place]] == release
                permitted += release.permitted
    assert permitted > 1000


def test_a_wide_registry_takes_more_words() -> None:
    parties = Parties(tuple(Party(f"X{n:03}", "state", "", "") for n in range(127)))
    rng = random.Random(1)
    world = worlds.world(2)
    label = worlds.label_of(rng, world, "X126")
    columns = bulk.columns(Table(Policy((), parties), "X126", {"c": label}, 0))
    assert columns.words.tolist() == [[0], [0], [1]]

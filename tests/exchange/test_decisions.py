"""Cached decisions are the decisions, in any order of questions, until they say they change."""

from __future__ import annotations

import random

import worlds
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.decisions import Decisions, instants, instants_of
from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.words.time import DAY, FOREVER


@given(st.integers(0, 2**48))
def test_cached_is_decided(seed: int) -> None:
    rng = random.Random(seed)
    world = worlds.world(seed)
    policy = Policy(world.agreements, world.parties, world.grants, world.consents)
    parties = rng.choice(world.agreements).parties
    party, at = rng.choice((*parties, *worlds.CODES)), worlds.instant(rng)
    labels = [worlds.fused(rng, world) for _ in range(4)]
    cached = Decisions(policy, "JPN", party, at)
    for _ in range(30):
        label = rng.choice(labels)
        record, made = rng.choice(("r1", "r2")), worlds.instant(rng)
        expected = decide(policy, label, "JPN", party, at, record=record, made=made)
        assert cached.of(label.key(), label, record, made) == expected


@given(st.integers(0, 2**48))
def test_nothing_changes_by_itself_before_the_next_change(seed: int) -> None:
    rng = random.Random(seed)
    world = worlds.world(seed)
    policy = Policy(world.agreements, world.parties, world.grants, world.consents)
    at = worlds.instant(rng)
    label = worlds.fused(rng, world)
    every = instants(policy) | instants_of(label)
    until = min((each for each in every if each > at), default=FOREVER)
    later = at + rng.randrange(min(until - at, 30 * DAY))
    for party in worlds.CODES:
        made = worlds.instant(rng)
        now, then = (
            decide(policy, label, "JPN", party, each, record="r1", made=made)
            for each in (at, later)
        )
        assert (now.verdict, now.transforms, now.clauses) == (
            then.verdict,
            then.transforms,
            then.clauses,
        )

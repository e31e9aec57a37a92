"""`decide` against `naive.decide`, which was written from the design's prose."""

from __future__ import annotations

import random

import naive
import worlds
from hypothesis import given
from hypothesis import strategies as st

from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy


def _questions(rng, world):
    """(label, holder, party, at, act, record, made): mostly ones that could be permitted."""
    parties = rng.choice(world.agreements).parties
    originator = rng.choice((*parties, *parties, "JPN.JCG", "USA.DOD"))
    party = rng.choice((*parties, *parties, *worlds.CODES))
    act = rng.choice(("receive", "receive", "pass_on", "keep"))
    shape = rng.random()
    if shape < 0.5 and act != "keep":
        label, holder = worlds.label_of(rng, world, originator), originator
    elif shape < 0.65:
        label, holder = worlds.fused(rng, world), "JPN"
    else:
        label = worlds.label_of(rng, world)
        grant = world.grants.get(label.strands[0].grant)
        holder = rng.choice(grant.recipients if grant else worlds.CODES)
    if act == "keep" and rng.random() < 0.9:
        party = holder
    record = rng.choice((None, "r1", "r2"))
    made = rng.choice((None, worlds.instant(rng)))
    return label, holder, party, worlds.instant(rng), act, record, made


@given(st.integers(0, 2**48))
def test_two_implementations_agree(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        world = worlds.world(rng.getrandbits(64))
        policy = Policy(world.agreements, world.parties, world.grants, world.consents)
        for _ in range(10):
            label, holder, party, at, act, record, made = _questions(rng, world)
            found = decide(policy, label, holder, party, at, act, record=record, made=made)
            expected = naive.decide(world, label, holder, party, at, act, record, made)
            assert (found.verdict, found.transforms, found.clauses) == expected

"""What travels with a release: never more permissive than what stayed, never a word too many."""

from __future__ import annotations

import random

import msgspec
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from noroshi.pact.decide import decide
from noroshi.pact.grants import granted, projected
from noroshi.pact.policy import Policy
from noroshi.words.label import label as labelled
from noroshi.words.release import Release
from noroshi.words.time import DAY


def _released(seed: int):
    """(rng, world, policy, label, holder, party, at, release, label received, grants) that pass."""
    rng = random.Random(seed)
    for _ in range(2):
        world = worlds.world(rng.getrandbits(64))
        policy = Policy(world.agreements, world.parties, world.grants, world.consents)
        for _ in range(40):
            parties = rng.choice(world.agreements).parties
            holder = rng.choice((*parties, "JPN.JCG", "USA.DOD"))
            fused = rng.random() < 0.3
            label = worlds.fused(rng, world) if fused else worlds.label_of(rng, world, holder)
            if not fused and rng.random() < 0.3:
                label = worlds.label_of(rng, world)
            holder = "JPN" if fused else holder
            party, at = rng.choice(worlds.CODES), worlds.instant(rng)
            release = decide(policy, label, holder, party, at)
            if release.permitted and party != holder:
                received, grants = granted(policy, label, holder, party, at, release)
                yield rng, world, policy, label, holder, party, at, release, received, grants


def _at_recipient(world, grants) -> Policy:
    held = {**world.grants, **{each.id: each for each in grants}}
    return Policy(world.agreements, world.parties, held, world.consents)


def _may_know(policy, party, grant):
    near = {each for each in worlds.CODES if party in policy.parties.line(each)}
    return {*policy.parties.line(party), *near, *(grant.recipients if grant else ())}


@given(st.integers(0, 2**48))
def test_projection_never_opens_a_way(seed: int) -> None:
    for rng, world, policy, label, holder, party, at, release, received, grants in _released(seed):
        there = _at_recipient(world, grants)
        original = []
        for strand, clause in zip(label.strands, release.clauses, strict=True):
            alone = Release(release.verdict, (), (clause,))
            _, of = granted(policy, labelled(strand), holder, party, at, alone)
            grant = of[0] if of else None
            assert grant is None or grant in grants
            original.append(msgspec.structs.replace(strand, grant=grant.id if grant else None))
            seen = projected(policy, strand, party, grant)
            assert {*(seen.only or ()), *seen.denied} <= _may_know(there, party, grant)
        full = labelled(*original)
        for act in ("receive", "pass_on", "keep"):
            for target in worlds.CODES:
                then = at + rng.randint(0, 8) * DAY // 2
                if decide(there, received, party, target, then, act, record="r1").permitted:
                    assert decide(there, full, party, target, then, act, record="r1").permitted


@given(st.integers(0, 2**48))
def test_no_number_of_hops_reaches_a_party_the_label_keeps_out(seed: int) -> None:
    for rng, world, _, label, holder, party, at, _, received, grants in _released(seed):
        there = _at_recipient(world, grants)
        allowed = {
            code
            for code in worlds.CODES
            for strand in label.strands
            if not there.parties.is_in(code, strand.denied)
            and (strand.only is None or there.parties.is_in(code, strand.only))
        }
        reached, front = {party}, [(party, received)]
        while front:
            at_party, held = front.pop()
            for target in worlds.CODES:
                then = at + rng.randint(0, 3) * DAY
                passed = decide(there, held, at_party, target, then, "pass_on")
                if target not in reached | {holder} and passed.permitted:
                    reached.add(target)
                    front.append((target, granted(there, held, at_party, target, then, passed)[0]))
        own = {
            code
            for code in worlds.CODES
            for strand in label.strands
            if strand.originator in there.parties.line(code)
        }
        assert reached <= allowed | own


@given(st.integers(0, 2**48))
def test_the_recipient_may_keep_what_it_was_just_given(seed: int) -> None:
    for _, world, _, label, _, party, at, _, received, grants in _released(seed):
        there = _at_recipient(world, grants)
        for strand, was in zip(received.strands, label.strands, strict=False):
            if strand.grant is None or strand.grant == was.grant:
                continue  # its own, or passed on by consents, which may name one record only
            assert decide(there, labelled(strand), party, party, at, "keep").permitted


@given(st.integers(0, 2**48))
def test_grants_of_one_day_are_one_grant(seed: int) -> None:
    for _, _, policy, label, holder, party, at, release, _, grants in _released(seed):
        later = at - at % DAY + DAY - 1
        again = decide(policy, label, holder, party, later)
        if again.clauses == release.clauses and again.transforms == release.transforms:
            _, second = granted(policy, label, holder, party, later, again)
            daily = {each.id for each in grants if each.until is None or each.until % DAY == 0}
            assert daily <= {each.id for each in second}


def test_a_withheld_record_has_no_grants() -> None:
    for _, _, policy, label, holder, party, at, *_ in _released(3):
        with pytest.raises(ValueError, match="not a release"):
            granted(policy, label, holder, party, at, Release("withheld"))
        return

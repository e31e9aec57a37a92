"""The compiled table against the reference decision, cell by cell, over random worlds."""

from __future__ import annotations

import random

import making
import naive
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.pact.table import Table
from noroshi.words.release import Act


def question(rng: random.Random, world, count=6):
    """(labels by name, holder, instant): mostly of an originator that holds them itself, else of
    others, and fused, held by a recipient of their grants."""
    if rng.random() < 0.6:
        holder = rng.choice(rng.choice(world.agreements).parties)
        labels = [worlds.label_of(rng, world, holder) for _ in range(count)]
    else:
        labels = [rng.choice((worlds.label_of, worlds.fused))(rng, world) for _ in range(count)]
        held = (each.grant for label in labels for each in label.strands)
        recipients = [code for each in held if each for code in world.grants[each].recipients]
        holder = rng.choice((*recipients, "JPN", "JPN"))
    return {f"c{i}": each for i, each in enumerate(labels)}, holder, worlds.instant(rng)


def asked(rng: random.Random):
    return rng.choice((None, "r1", "r2")), rng.choice((None, worlds.instant(rng)))


def found_by_decide(policy, label, holder, party, at, record, made, act: Act = "receive"):
    found = decide(policy, label, holder, party, at, act, record=record, made=made)
    return found.verdict, found.transforms, found.clauses


@given(st.integers(0, 2**48))
def test_the_table_is_the_decision(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(8):
        world = worlds.world(rng.getrandbits(64))
        policy = Policy(world.agreements, world.parties, world.grants, world.consents)
        labels, holder, at = question(rng, world)
        table = Table(policy, holder, labels, at)
        for cell, label in labels.items():
            for _ in range(2):
                record, made = asked(rng)
                act = rng.choice(("receive", "pass_on"))
                audience = table.audience(cell, record, made)
                for place, party in enumerate(worlds.CODES):
                    found = table.release(cell, party, record, made)
                    expected = found_by_decide(policy, label, holder, party, at, record, made, act)
                    assert (found.verdict, found.transforms, found.clauses) == expected
                    assert bool(audience >> place & 1) is found.permitted


@given(st.integers(0, 2**48))
def test_the_table_is_the_plain_reading(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(3):
        world = worlds.world(rng.getrandbits(64))
        policy = Policy(world.agreements, world.parties, world.grants, world.consents)
        labels, holder, at = question(rng, world, 3)
        table = Table(policy, holder, labels, at)
        for cell, label in labels.items():
            for party in worlds.CODES:
                found = table.release(cell, party, "r1", at)
                expected = naive.decide(world, label, holder, party, at, "receive", "r1", at)
                assert (found.verdict, found.transforms, found.clauses) == expected


@given(st.integers(0, 2**48))
def test_nothing_changes_inside_a_segment(seed: int) -> None:
    rng = random.Random(seed)
    world = worlds.world(rng.getrandbits(64))
    policy = Policy(world.agreements, world.parties, world.grants, world.consents)
    labels, holder, at = question(rng, world)
    window = Table(policy, holder, labels, at).window
    assert window.start <= at < window.end
    inside = [max(window.start, at - 10**12), at, min(window.end, at + 10**12) - 1]
    masks = [
        {cell: Table(policy, holder, labels, moment).audience(cell) for cell in labels}
        for moment in inside
    ]
    assert masks[0] == masks[1] == masks[2]


def test_an_agreement_that_ends_before_it_begins_still_cuts_time() -> None:
    """Under its name nothing is granted, but what was received under it ends when it does."""
    never = making.agreement(
        parties='["EU", "KOR"]', in_force='"2026"', rest="[exit]\nterminated = 2026-02-01"
    )
    given = making.grant(recipients=("EU", "KOR"), onward="parties")
    policy = making.policy(never, grants=[given])
    labels = {"c": making.labelled(making.strand(grant=given.id))}
    before, after = (making.parse_instant(f"2026-0{month}-15T00:00:00Z") for month in (1, 2))
    seen = [Table(policy, "EU", labels, at).release("c", "KOR").permitted for at in (before, after)]
    assert seen == [True, False]
    assert Table(policy, "EU", labels, before).window.end <= after


def test_one_table_answers_for_every_record() -> None:
    """A record that a consent names, and one made before a party joined, are cells of their own."""
    joins = "[[joins]]\nid = 'J'\nbasis = 'model'\nmode = 'open'\n"
    late = making.agreement(
        rest=joins + "joined = [{ party = 'USA', in_force = 2026-02-01 }]",
        release="approval = 'each'",
    )
    yes = [making.consent(code, record="r1") for code in ("EU", "USA")]
    policy = making.policy(late, consents=yes)
    table = Table(policy, "JPN", {"c": making.labelled(making.strand())}, making.AT)
    before, since = worlds.NOON, making.AT - 1
    seen = {
        (record, made): [
            party for party in ("EU", "USA") if table.release("c", party, record, made).permitted
        ]
        for made in (None, before, since, before)
        for record in (None, "r2", "r1")
    }
    assert {key: found for key, found in seen.items() if found} == {
        ("r1", None): ["EU"],
        ("r1", before): ["EU"],
        ("r1", since): ["EU", "USA"],
    }
    assert table.named == {"r1"}
    assert len(table.joined) == 1


def test_a_party_without_a_place_is_an_error() -> None:
    table = Table(making.policy(), "JPN", {"c": making.labelled(making.strand())}, making.AT)
    with pytest.raises(KeyError):
        table.release("c", "ZZZ")
    with pytest.raises(KeyError):
        table.release("d", "EU")


def test_the_end_of_an_agreement_that_all_have_left_cuts_time() -> None:
    left = [f"{{ party = '{code}', effective = 2026-02-01 }}" for code in ("EU", "KOR")]
    of = making.agreement(
        parties='["EU", "KOR"]',
        rest=f"[exit]\nterminated = 2026-04-01\nleft = [{', '.join(left)}]",
    )
    given = making.grant(recipients=("USA",), onward="free")
    policy = making.policy(of, grants=[given])
    labels = {"c": making.labelled(making.strand(grant=given.id))}
    march, april = (making.parse_instant(f"2026-0{month}-01T00:00:00Z") for month in (3, 4))
    seen = [Table(policy, "USA", labels, at).release("c", "AUS").permitted for at in (march, april)]
    assert seen == [True, False]
    assert Table(policy, "USA", labels, march).window.end == april

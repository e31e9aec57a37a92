"""Shadowed and unreachable clauses by brute force: what is named never decides, the rest does."""

from __future__ import annotations

import random

import msgspec
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from making import AT, agreement, policy

from noroshi.pact.conflicts import remarks
from noroshi.pact.decide import decide
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.pact.questions import groups, questions
from noroshi.pact.replay import strand_of
from noroshi.words.grant import Consent, Selector
from noroshi.words.label import label as labelled
from noroshi.words.time import FOREVER


def _unused(rules: Policy) -> set[str]:
    return {each.clause for each in remarks(rules, AT) if each.kind in ("shadowed", "unreachable")}


def _world(seed: int):
    world = worlds.world(seed)
    bare = tuple(msgspec.structs.replace(each, raw=b"") for each in world.agreements)
    return world._replace(agreements=bare)  # without files to name lines of


def _all_consent(world) -> tuple[Consent, ...]:
    """Every originator's yes to everybody, for every strand that there is."""
    return tuple(
        Consent("", giver, Selector(pillar=pillar), taker, FOREVER)
        for giver in world.parties.order
        for taker in world.parties.order
        for pillar in worlds.PILLARS
    )


@given(st.integers(0, 2**48))
@settings(max_examples=16)
def test_a_clause_that_is_named_decides_about_no_strand(seed: int) -> None:
    rng = random.Random(seed)
    world = _world(rng.getrandbits(64))
    named = _unused(Policy(world.agreements, world.parties))
    consents = rng.choice(((), world.consents, _all_consent(world)))
    rules = Policy(world.agreements, world.parties, {}, consents)
    for _ in range(12):
        originator = rng.choice((*rng.choice(world.agreements).parties, "JPN.JCG", "USA.DOD"))
        strand = worlds.strand(rng, world, originator)
        at = worlds.instant(rng)
        for party in worlds.CODES:
            found = decide(rules, labelled(strand), originator, party, at, made=at)
            assert not named & {*found.clauses}


@given(st.integers(0, 2**48))
@settings(max_examples=10, deadline=None)
def test_a_clause_that_is_not_named_decides_about_some_strand(seed: int) -> None:
    """Every class of strands is tried, to everybody, with all consents there can be and none."""
    world = _world(seed)
    rules = Policy(world.agreements, world.parties)
    expected = {
        f"{each.id}/{clause.id}"
        for each in rules.agreements
        if rules.windows[each.id].start < rules.windows[each.id].end
        for clause in each.file.release
    } - _unused(rules)
    seen: set[str] = set()
    for consents in ((), _all_consent(world)):
        asked = Policy(world.agreements, world.parties, {}, consents)
        for group in {each.key: each for each in groups(rules, Masks(world.parties))}.values():
            for question in questions(group, Masks(world.parties)):
                for bits in question.found.found:
                    if {way.lane.id for way in question.ways} <= seen:
                        break
                    label = labelled(strand_of(rules, question, bits))
                    for party in world.parties.order:
                        about = (group.originator, party, group.at)
                        found = decide(asked, label, *about, made=question.made)
                        seen |= {*found.clauses}
    assert expected - seen == set()


MORE = '[[release]]\nid = "{}"\nbasis = "model"\npillars = ["maritime"]\nmax_tlp = "amber"\n'
TEXT, WHO = (f'transform = [{{ kind = "{kind}" }}]\n' for kind in ("text", "identity"))


def test_a_consent_that_lets_a_milder_clause_pass_makes_room_for_a_third() -> None:
    """R2 redacts otherwise than R1, which is first; R3 redacts less than R1, after approval. With a
    consent R1 is no longer least, and of R2 and R3 the first as written decides."""
    both = 'transform = [{ kind = "text" }, { kind = "source", to = "class" }]'
    rest = MORE.format("R2") + WHO + MORE.format("R3") + TEXT + 'approval = "each"\n'
    assert _unused(policy(agreement(release=both, rest=rest))) == {"x/R3"}
    assert _unused(policy(agreement(release=both, rest=MORE.format("R2") + WHO))) == {"x/R2"}

"""The world of the decision benchmark, decided a third way: plain loops over its terms."""

from __future__ import annotations

import json
import random

from noroshi.bench import world
from noroshi.bench.attack import envelope, objects
from noroshi.bench.decisions import answer
from noroshi.bench.world import Question, Terms
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.words.label import Tlp
from noroshi.words.party import packaged_parties
from noroshi.words.stix import head


def plainly(terms: list[Terms], question: Question) -> bool:
    """Whether the terms permit, read off them one by one."""
    strand, party = question.strand, question.party
    if strand.originator == party:
        return True
    if party in strand.denied or (strand.only is not None and party not in strand.only):
        return False
    if strand.tlp is Tlp.RED and strand.only is None:
        return False
    of_originator = [each for each in terms if strand.originator in each.parties]
    if strand.orcon and any(each.prohibited == strand.pillar for each in of_originator):
        return False
    return any(
        party in each.parties
        and strand.pillar in each.pillars
        and strand.tlp.rank <= each.max_tlp.rank
        for each in of_originator
    )


def test_decisions_are_those_of_the_plain_reading() -> None:
    draw = random.Random(4)
    parties = packaged_parties()
    codes = world.states(parties)
    terms = world.agreements(codes, draw)
    asked = world.questions(codes, 3_000, draw)
    agreements = tuple(load(world.toml(each), each.id, parties) for each in terms)
    policy = Policy(agreements, parties, {}, ())
    ours = [answer(policy, question) for question in asked]
    assert ours == [plainly(terms, question) for question in asked]
    assert 0.05 < sum(ours) / len(ours) < 0.5
    assert len(codes) == world.PARTIES
    assert len(terms) == world.AGREEMENTS


def test_cedar_is_asked_about_the_same_world() -> None:
    draw = random.Random(4)
    codes = world.states(packaged_parties())
    terms = world.agreements(codes, draw)
    asked = world.questions(codes, 5, draw)
    entities = json.loads(world.entities(codes, terms, asked))
    assert len(entities) == len(codes) + len(asked)
    assert [each["resource"]["id"] for each in world.requests(asked)] == [f"r{n}" for n in range(5)]
    assert world.cedar(terms).count("permit(") == len(terms) + 1
    assert world.cedar(terms).count("forbid(") == len(terms)


def test_copies_of_the_objects_are_new_and_whole() -> None:
    one, two = objects(1), objects(2)
    assert len(two) == 2 * len(one) == 2 * 1_826
    assert len({head(raw).id for raw in two}) == len(two)
    assert len(json.loads(envelope(two))["objects"]) == len(two)

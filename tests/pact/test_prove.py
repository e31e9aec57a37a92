"""No leak: the proof against the decision itself, against a plain walk, and against wrong rules."""

from __future__ import annotations

import random

import msgspec
import naive
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from making import AT, PARTIES, agreement, consent, policy

from noroshi.pact import passing
from noroshi.pact.decide import decide
from noroshi.pact.grants import granted
from noroshi.pact.laundering import launder
from noroshi.pact.masks import Masks
from noroshi.pact.passing import held, meant, outgoing
from noroshi.pact.policy import Policy
from noroshi.pact.prove import prove
from noroshi.pact.questions import groups, questions
from noroshi.pact.replay import replay
from noroshi.words.label import join
from noroshi.words.label import label as labelled
from noroshi.words.time import DAY
from noroshi.words.transform import union


def _policy(seed: int) -> tuple[naive.World, Policy]:
    world = worlds.world(seed)
    world = world._replace(grants={})
    return world, Policy(world.agreements, world.parties, {}, world.consents)


# -- against the decision ------------------------------------------------------------------------


@given(st.integers(0, 2**48))
@settings(max_examples=60)
def test_nothing_leaks_and_the_decision_does_what_is_counted(seed: int) -> None:
    _, rules = _policy(seed)
    assert prove(rules).holds
    assert replay(rules, 40).differences == ()


@given(st.integers(0, 2**48))
@settings(max_examples=60)
def test_no_walk_of_a_record_ends_where_a_strand_was_not_meant(seed: int) -> None:
    """Records of several strands, any holder, hops at different times, holders with any part of the
    agreements: `meant` is asked of a second implementation, strand by strand."""
    rng = random.Random(seed)
    world, rules = _policy(rng.getrandbits(64))
    for _ in range(8):
        parties = rng.choice(world.agreements).parties
        originator = rng.choice((*parties, "JPN.JCG", "USA.DOD"))
        label = worlds.label_of(rng, world._replace(grants={}), originator)
        at, record = worlds.instant(rng), rng.choice((None, "r1"))
        for first in parties:
            release = decide(rules, label, originator, first, at, record=record, made=at)
            if release.permitted and release.clauses[0] != "own":
                received, grants = granted(rules, label, originator, first, at, release, made=at)
                known = {each.id: each for each in grants}
                by = dict(zip(label.strands, release.clauses, strict=True))
                for party in _walk(rng, world, known, received, first, at, record):
                    for strand, clause in by.items():
                        grant = next(
                            each
                            for each in grants
                            if each.clause == clause and each.originator == originator
                        )
                        ok = _meant(world, strand, clause, grant.transforms, party, at, record)
                        assert ok or party == first, (strand, clause, party)


def _walk(rng, world, grants, received, first, at, record):
    """Everybody that a record comes to, from `first` on."""
    found, front = {first}, [(first, received)]
    for holder, label in front:
        if any(holder in (each.originator,) for each in label.strands):
            continue  # what the originator releases is a first hop, not a further one
        known = tuple(each for each in world.agreements if rng.random() < 0.3)
        there = Policy(known, world.parties, grants, world.consents)
        for party in world.parties.order:
            if party not in found and holder not in world.parties.line(party):
                then = at + rng.choice((0, 0, 1, DAY))
                passed = decide(there, label, holder, party, then, "pass_on", record=record)
                if passed.permitted:
                    found.add(party)
                    front.append((party, granted(there, label, holder, party, then, passed)[0]))
    return found


def _meant(world, strand, clause, transforms, party, at, record):
    """Whether an originator means `party` to have a strand that goes out by `clause`."""
    if naive.is_one_of(world, party, (strand.originator,)) or clause == "public/CLEAR":
        return True
    if naive.denied(world, strand, party):
        return False
    if naive.consented(world, strand, party, at, record):
        return True
    if naive.limits(world, strand, party, at, "prohibit"):
        return False
    more = (each.transform for each in naive.limits(world, strand, party, at, "require"))
    if union(transforms, *more) != transforms:
        return False
    name, _, wanted = clause.partition("/")
    of = next(each for each in world.agreements if each.id == name)
    rule = next(each for each in of.file.release if each.id == wanted)
    if rule.onward == "free" and rule.approval is None and not strand.orcon:
        return strand.only is None or naive.is_one_of(world, party, strand.only)
    if strand.orcon or rule.onward != "parties":
        return False
    head = msgspec.structs.replace(of.file.agreement, hub=None)
    without_hub = msgspec.structs.replace(of, file=msgspec.structs.replace(of.file, agreement=head))
    alone = world._replace(
        agreements=tuple(without_hub if each.id == name else each for each in world.agreements)
    )
    return naive.clause_passes(alone, without_hub, rule, strand, party, at, record, at)


@given(st.integers(0, 2**48))
@settings(max_examples=40)
def test_a_record_goes_where_each_of_its_strands_goes(seed: int) -> None:
    """The decomposition: verdict, clauses and transforms of a record are those of its strands."""
    rng = random.Random(seed)
    world = worlds.world(rng.getrandbits(64))
    rules = Policy(world.agreements, world.parties, world.grants, world.consents)
    for _ in range(10):
        label = worlds.fused(rng, world) if rng.random() < 0.5 else worlds.label_of(rng, world)
        holder, at = rng.choice(worlds.CODES), worlds.instant(rng)
        for party in worlds.CODES:
            whole = decide(rules, label, holder, party, at)
            parts = [decide(rules, labelled(each), holder, party, at) for each in label.strands]
            assert whole.permitted == all(each.permitted for each in parts)
            if whole.permitted:
                assert whole.clauses == tuple(each.clauses[0] for each in parts)
                assert whole.transforms == union(*(each.transforms for each in parts))
    assert join(label, label) == label


# -- against wrong rules -------------------------------------------------------------------------

FREE = 'onward = "free"'
THIRD = "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['KOR'] }"
MORE = (
    "[[require]]\nid = 'Q'\nbasis = 'model'\nwhen = { recipients = ['KOR'] }\n"
    "transform = [{ kind = 'text' }]"
)


def _onward_by(rule):
    def replaced(ground, group):
        return rule(ground, group.way)

    return replaced


# wrong way to pass on → (release, rest, consents, the leak it makes)
WRONG = {
    "to everybody": (lambda ground, way: ground.masks.everyone, "", "", ()),
    "to those a prohibition names": (
        lambda ground, way: way.beyond, 'onward = "parties"', THIRD, (),
    ),
    "without what is required": (
        lambda ground, way: way.beyond & ground.room, 'onward = "parties"', MORE, (),
    ),
    "freely after approval": (
        lambda ground, way: ground.masks.everyone, FREE + '\napproval = "each"', "",
        (consent("EU"),),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "release", "rest", "consents"), WRONG.values(), ids=WRONG)
def test_a_wrong_way_to_pass_on_is_found(rule, release, rest, consents, monkeypatch) -> None:
    parties = '["EU", "JPN", "KOR"]'
    rules = policy(agreement(parties=parties, release=release, rest=rest), consents=consents)
    assert prove(rules).holds
    monkeypatch.setattr(passing, "onward", _onward_by(rule))
    found = prove(rules)
    assert found.leaking > 0
    leak = found.leaks[0]
    assert leak.path[0] in ("EU", "JPN", "KOR")
    assert leak.clauses == ("x/R1", "x/R1")
    assert leak.pillar == "maritime"
    assert leak.strand["tlp"].rank <= 2
    assert {pair[1] for pair in found.pairs} >= {leak.path[-1]}


@pytest.mark.parametrize("grant", ["grant--1", None], ids=["for one grant", "for any"])
def test_a_consent_for_one_grant_hides_no_leak_of_another(grant, monkeypatch) -> None:
    """That Korea may have what stands under one grant says nothing of what stands under others."""
    yes = consent("KOR", grant=grant) if grant else consent("KOR", pillar="maritime")
    rules = policy(agreement(release='onward = "none"'), consents=[yes])
    assert prove(rules).holds
    assert replay(rules, 40).differences == ()
    monkeypatch.setattr(passing, "onward", lambda ground, group: ground.masks.bit("KOR"))
    assert ("JPN", "KOR") in prove(rules).pairs or grant is None
    # Japan consented to all that is maritime, the Union to nothing.
    assert {pair[0] for pair in prove(rules).pairs} >= {"EU"}


def test_answering_from_the_holders_own_agreements_leaks_and_says_how() -> None:
    rules = policy(
        agreement("a", '["AUT", "BEL"]', release='max_tlp = "amber"\nonward = "none"'),
        agreement("b", '["BEL", "CYP"]', release='max_tlp = "green"\nonward = "none"'),
    )
    assert prove(rules).holds
    found = launder(rules)
    assert found.pairs == (("AUT", "CYP"), ("CYP", "AUT"))
    there = [each for each in found.leaks if each.path == ("AUT", "BEL", "CYP")]
    assert all(each.clauses == ("a/R1", "b/R1") for each in there)
    assert {each.pillar for each in there} == {"maritime"}
    # AMBER stays with Belgium, whose other agreement ends at GREEN.
    assert {each.strand["tlp"].value for each in found.leaks} == {"clear", "green"}


def worlds_below(code):
    return [each for each in PARTIES.order if code in PARTIES.line(each)[1:]]


def test_one_agreement_alone_launders_nothing() -> None:
    assert launder(policy(agreement(parties='["AUT", "BEL"]'))).holds


# -- what is counted -----------------------------------------------------------------------------


def test_cells_are_the_distinctions_that_clauses_make() -> None:
    """What a clause asks about tells classes apart; a date adds a stretch of time, not a class."""
    plain = prove(policy(agreement()))
    assert plain.stretches == 2
    assert plain.pillars == 1
    assert (plain.originators, plain.parties) == (
        2 + len(worlds_below("JPN")) + len(worlds_below("EU")), len(PARTIES),
    )  # fmt: skip
    kinds = prove(policy(agreement(release='max_tlp = "amber"\nkinds = ["stop"]')))
    assert kinds.cells > plain.cells
    left = prove(policy(agreement(rest="[exit]\nterminated = 2026-05-01")))
    assert (left.stretches, left.cells) == (3, plain.cells)
    two = policy(agreement("a"), agreement("b", in_force="2026-06-01"))
    assert prove(two).cells > 2 * plain.cells - plain.cells // 2


def test_a_consent_opens_what_it_names_and_no_more() -> None:
    ask = agreement(parties='["EU", "JPN"]', release='onward = "originator_consent"')
    rules = policy(ask, consents=(consent("KOR", until=AT + DAY),))
    assert prove(rules).holds
    assert replay(rules, 60).differences == ()


def test_held_and_meant_of_a_hub() -> None:
    """The hub passes on to the third; who releases directly, and who is meant, differ there."""
    hub = agreement(parties='["JPN", "KOR", "USA"]', head='hub = "USA"',
                    release='onward = "parties"')  # fmt: skip
    rules = policy(hub)
    masks = Masks(PARTIES)
    group = next(each for each in groups(rules, masks) if each.originator == "JPN")
    question = next(questions(group, masks))
    (way,) = question.ways
    ground = question.ground(next(iter(question.asked)))
    (group_out,) = outgoing(ground, way)
    assert "KOR" not in masks.codes(way.direct)
    assert {"KOR", "USA"} <= {*masks.codes(held(ground, group_out))}
    assert held(ground, group_out) & ~meant(ground, group_out) == 0


def test_every_grant_that_consents_name_is_tried_before_and_after_the_release() -> None:
    yes = [consent("KOR", grant="grant--1"), consent("USA", grant="grant--2"), consent("AUS")]
    rules = policy(agreement(release='approval = "each"'), consents=yes)
    masks = Masks(PARTIES)
    group = next(each for each in groups(rules, masks) if each.originator == "JPN")
    found = [(each.agreed, each.later) for each in questions(group, masks)]
    alone, one, two = (masks.of(codes) for codes in (["AUS"], ["AUS", "KOR"], ["AUS", "USA"]))
    assert found[0] == (alone, one | two)  # for the replay
    assert {*found} - {found[0]} == {(a, b) for a in (alone, one, two) for b in (alone, one, two)}

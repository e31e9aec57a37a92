"""Five classic traps of release decisions, worked through on the agreements that come bundled."""

from __future__ import annotations

import pytest
from making import AT, PARTIES, agreement, consent, labelled, policy, strand

from noroshi.pact.decide import decide
from noroshi.pact.grants import granted
from noroshi.pact.load import load_folder
from noroshi.pact.policy import Policy
from noroshi.words.label import ClassMark, Tlp
from noroshi.words.time import DAY
from noroshi.words.transform import Position, Source


@pytest.fixture(scope="module")
def bundled():
    import importlib.resources

    with importlib.resources.as_file(
        importlib.resources.files("noroshi.data").joinpath("agreements")
    ) as folder:
        agreements, bad = load_folder([folder], PARTIES)
    assert bad == ()
    return agreements


def _with(agreements, grants=(), consents=()):
    return Policy(agreements, PARTIES, {each.id: each for each in grants}, consents)


def test_two_originators_in_one_record(bundled) -> None:
    """Japan's finding rests on its own AIS and on an Australian report it may not pass on."""
    rules = _with(bundled)
    theirs = labelled(strand("AUS", tlp=Tlp.AMBER))
    release = decide(rules, theirs, "AUS", "JPN", AT)
    received, grants = granted(rules, theirs, "AUS", "JPN", AT, release)
    fused = labelled(strand(tlp=Tlp.AMBER), *received.strands)
    at_japan = _with(bundled, grants)

    refused = decide(at_japan, fused, "JPN", "EU", AT)
    assert not refused.permitted
    assert [(each.clause, each.condition) for each in refused.misses] == [
        ("jpn-aus-isa/R1", "onward")
    ]
    agreed = _with(bundled, grants, [consent("EU", originator="AUS")])
    allowed = decide(agreed, fused, "JPN", "EU", AT)
    assert sorted(allowed.clauses) == ["eu-jpn-sdp/R1", "jpn-aus-isa/R1"]
    assert allowed.transforms == (Position(10000), Source("class"))
    # Australia reads its own strand in it, yet not a record that Japan's strand shuts.
    shut = labelled(strand(only=("EU",), tlp=Tlp.RED), *received.strands)
    assert not decide(at_japan, shut, "JPN", "AUS", AT).permitted


def test_held_directly_and_through_a_hub(bundled) -> None:
    """Korea and Japan meet only in Washington under TISA; their own agreement needs no hub."""
    tisa = tuple(each for each in bundled if each.id == "tisa-2014")
    launch = labelled(
        strand("KOR", pillar="disarmament", kind="missile_launch", tlp=Tlp.AMBER,
               classes=(ClassMark("KOR", "military_ii"),))
    )  # fmt: skip
    direct = decide(_with(tisa), launch, "KOR", "JPN", AT)
    assert [each.condition for each in direct.misses] == ["hub"]

    to_hub = decide(_with(tisa), launch, "KOR", "USA", AT)
    at_hub, grants = granted(_with(tisa), launch, "KOR", "USA", AT, to_hub)
    relayed = decide(_with(tisa, grants), at_hub, "USA", "JPN", AT, "pass_on")
    assert relayed.clauses == ("tisa-2014/R1",)
    at_japan, same = granted(_with(tisa, grants), at_hub, "USA", "JPN", AT, relayed)
    assert same == grants
    assert at_japan.strands[0].originator == "KOR"  # a hub relays, it never becomes originator
    back = decide(_with(tisa, grants), at_japan, "JPN", "KOR", AT, "pass_on")
    assert back.clauses == ("own",)

    # The same record, received of Korea directly, is another strand under another grant.
    both = _with(bundled)
    straight = decide(both, launch, "KOR", "JPN", AT)
    assert straight.clauses == ("jpn-kor-gsomia/R1",)
    held, more = granted(both, launch, "KOR", "JPN", AT, straight)
    assert held.strands[0].grant != at_japan.strands[0].grant
    at_japan_both = _with(bundled, (*grants, *more))
    assert decide(at_japan_both, held, "JPN", "USA", AT).misses[0].condition == "onward"
    assert decide(at_japan_both, at_japan, "JPN", "USA", AT).permitted


def test_an_agency_of_a_union_and_a_member_of_it(bundled) -> None:
    """What the EU receives its agencies receive; a member state receives nothing by membership."""
    rules = _with(tuple(each for each in bundled if each.id == "eu-jpn-sdp"))
    label = labelled(strand(tlp=Tlp.AMBER))
    assert decide(rules, label, "JPN", "EU.EEAS", AT).clauses == ("eu-jpn-sdp/R1",)
    assert decide(rules, label, "JPN", "FRA", AT).misses == ()
    received, grants = granted(rules, label, "JPN", "EU", AT, decide(rules, label, "JPN", "EU", AT))
    internal = agreement("eu-internal", '["EU", "FRA"]')
    at_eu = _with((*rules.agreements, internal), grants)
    # An internal agreement shares what the EU originates, not what Japan lent it.
    assert decide(at_eu, labelled(strand("EU")), "EU", "FRA", AT).permitted
    assert not decide(at_eu, received, "EU", "FRA", AT).permitted


def test_a_holder_whose_own_agreements_are_wider(bundled) -> None:
    """The laundering bug: the holder's own agreement with a third party opens nothing."""
    wide = agreement("eu-kor", '["EU", "KOR"]', release='max_tlp = "red"\nonward = "free"')
    rules = _with((*bundled, wide))
    label = labelled(strand(pillar="maritime", tlp=Tlp.GREEN, kind="encounter"))
    release = decide(rules, label, "JPN", "EU", AT)
    received, grants = granted(rules, label, "JPN", "EU", AT, release)
    at_eu = _with((*bundled, wide), grants)
    assert decide(at_eu, labelled(strand("EU")), "EU", "KOR", AT).permitted
    refused = decide(at_eu, received, "EU", "KOR", AT)
    assert [(each.clause, each.condition) for each in refused.misses] == [
        ("eu-jpn-sdp/R1", "onward")
    ]


def test_a_party_that_left_may_keep_and_not_receive() -> None:
    """Leaving stops receiving and passing on at once; keeping follows the grant."""
    before = agreement(parties='["EU", "JPN", "KOR"]', release='onward = "parties"')
    label = labelled(strand())
    release = decide(policy(before), label, "JPN", "KOR", AT)
    for keep, may_keep in (("protect", True), ("until", False)):
        rest = f'[exit]\nkeep = "{keep}"\n'
        stayed = agreement(parties='["EU", "JPN", "KOR"]', release='onward = "parties"', rest=rest)
        received, grants = granted(policy(stayed), label, "JPN", "KOR", AT, release)
        rest += 'left = [{ party = "KOR", effective = 2026-06-02 }]'
        left = agreement(parties='["EU", "JPN", "KOR"]', release='onward = "parties"', rest=rest)
        rules = policy(left, grants=grants)
        for at, open_still in ((AT + DAY - 1, True), (AT + DAY, False)):
            assert decide(rules, label, "JPN", "KOR", at).permitted == open_still
            assert decide(rules, received, "KOR", "EU", at, "pass_on").permitted == open_still
            kept = decide(rules, received, "KOR", "KOR", at, "keep").permitted
            assert kept == (open_still or may_keep)
        assert decide(rules, label, "JPN", "EU", AT + DAY).permitted

"""The web as a network: layers apart, hubs, and what a withdrawal stops."""

from __future__ import annotations

import random

import making
import msgspec
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from noroshi.node.catalogue import web
from noroshi.pact.diff import diff
from noroshi.pact.format import Agreement
from noroshi.pact.legal import legal
from noroshi.pact.masks import Masks
from noroshi.pact.network import LAYERS, measured, network, tied
from noroshi.pact.picturing import network_lines
from noroshi.pact.policy import Policy
from noroshi.pact.reach import Reach
from noroshi.pact.sides import Reader, Side
from noroshi.pact.supposing import joining, without
from noroshi.words.label import Strand, Tlp
from noroshi.words.party import packaged_parties
from noroshi.words.time import parse_partial

WEB = web(packaged_parties())
AT = parse_partial("2026-11-24").t0
MASKS = Masks(WEB.parties)


def answer(policy: Policy, changed: Policy, at: int = AT):
    masks = Masks(policy.parties)
    return legal(Reader(Side(policy, at), masks), Reader(Side(changed, at), masks))


def test_without_the_us_tisa_dies_and_gsomia_survives() -> None:
    found = answer(WEB, without(WEB, "USA", AT))
    ends = {each.id: each.why for each in found.ends}
    assert ends["tisa-2014"] == "its hub USA left"
    assert ends["jpn-usa-isa"] == "fewer than two parties are left"
    assert "jpn-kor-gsomia" not in ends
    assert "tisa-2014/R1" in found.stop
    assert "jpn-kor-gsomia/R1" not in {*found.stop, *found.narrow}
    assert ("JPN", "KOR") in tied(without(WEB, "USA", AT), AT, "information")
    assert {each.before.layer: each.left for each in found.layers}["alliance"] == (
        "JPN", "KOR", "PHL", "USA",
    )  # fmt: skip
    assert {*found.model} == {*found.stop, *found.narrow}


def strand(pillar="disarmament", **terms) -> Strand:
    return Strand("KOR", pillar, "missile_launch", Tlp.AMBER, **terms)


def only(*names: str) -> Policy:
    return Policy([WEB.by_id[name] for name in names], WEB.parties)


@pytest.mark.parametrize(
    ("names", "before", "after"),
    [
        (["tisa-2014"], ("KOR", "USA", "JPN"), None),
        (["tisa-2014", "jpn-kor-gsomia"], ("KOR", "JPN"), ("KOR", "JPN")),
        (["jpn-kor-gsomia"], ("KOR", "JPN"), ("KOR", "JPN")),
    ],
)
def test_paths_with_and_without_the_hub(names, before, after) -> None:
    policy = only(*names)
    for of, path in ((policy, before), (without(policy, "USA", AT), after)):
        found = Reach(of, AT, ("JPN", "KOR", "USA")).of(strand())
        assert found.get("JPN") == path


def test_what_a_party_controls_takes_no_path_that_it_did_not_name() -> None:
    assert "JPN" not in Reach(only("tisa-2014"), AT, ("JPN", "USA")).of(strand(orcon=True))


def test_layers_are_apart_and_a_hub_ties_through_itself() -> None:
    assert [each.layer for each in network(WEB, AT)] == [*LAYERS]
    assert tied(only("tisa-2014"), AT, "information") == {
        ("JPN", "USA"): ("tisa-2014",), ("KOR", "USA"): ("tisa-2014",),
    }  # fmt: skip
    found = measured(WEB, AT, "visiting_forces")
    assert (found.cut, found.bridges) == (("JPN",), (("GBR", "JPN"),))
    assert measured(WEB, AT, "information", "arrangement").agreements == (
        "fvey", "mwds", "tisa-2014",
    )  # fmt: skip
    assert measured(WEB, parse_partial("1940").t0, "alliance").parties == 0


def test_the_page_says_what_is_not_our_model() -> None:
    lines = list(network_lines(network(WEB, AT), WEB, "web", AT))
    assert lines[-1].startswith("Our model and not text: all ")
    assert lines[-1].endswith(" but tisa-2014/X1")
    assert any(line == "  tisa-2014 goes through its hub USA" for line in lines)


def test_an_accession_starts_and_widens() -> None:
    found = answer(WEB, joining(WEB, "KOR", AT, ["jpn-usa-isa"]))
    assert (found.stop, found.narrow, found.start) == ((), (), ())
    assert found.widen == ("jpn-usa-isa/R1",)
    assert [each.parties for each in found.goes_on] == [("JPN", "KOR", "USA")]
    assert found.ends == ()


def removed(policy: Policy, party: str) -> Policy:
    """The same agreements as if the party, and what is below it, had never been in them."""
    agreements = []
    for each in policy.agreements:
        gone = [code for code in policy.bounds[each.id] if party in policy.parties.line(code)]
        file = each.file
        head = msgspec.structs.replace(
            file.agreement, parties=tuple(code for code in each.parties if code not in gone)
        )
        joins = tuple(
            msgspec.structs.replace(
                one, joined=tuple(late for late in one.joined if late.party not in gone)
            )
            for one in file.joins
        )
        file = msgspec.structs.replace(file, agreement=head, joins=joins)
        agreements.append(Agreement(file, f"{each.sha256} without" if gone else each.sha256, b""))
    return Policy(agreements, policy.parties)


@given(st.integers(0, 2**48))
def test_a_withdrawal_equals_the_diff(seed: int) -> None:
    """What `without` changes is what taking the party out of the files changes, and the clauses
    that stop are those by which nothing is decided any more."""
    rng = random.Random(seed)
    world = worlds.world(rng.getrandbits(64))
    policy, at = Policy(world.agreements, worlds.PARTIES), worlds.instant(rng)
    party = rng.choice(worlds.LEGAL)
    masks = Masks(worlds.PARTIES)
    left = without(policy, party, at)
    sides = Side(policy, at), Side(left, at), Side(removed(policy, party), at)
    assert [*diff(sides[1], sides[2], masks)] == []
    one, other = (
        {
            (each.pair.originator, each.pair.pillar, case.bits, case.found)
            for each in diff(sides[0], after, masks)
            for case in each.cases
        }
        for after in sides[1:]
    )
    assert {(*each[:2], each[3]) for each in one} == {(*each[:2], each[3]) for each in other}
    found = answer(policy, left, at)
    assert {*found.stop} == opened(policy, at) - opened(left, at)
    assert (found.start, found.widen) == ((), ())


def opened(policy: Policy, at: int) -> set[str]:
    """Clauses open between some two parties at `at`, by the passages that decisions use."""
    return {
        each.id
        for originator in worlds.CODES
        for party in worlds.CODES
        for pillar in worlds.PILLARS
        for each in policy.passages(originator, party, pillar)
        if each.barred is None and at in each.window
        and originator not in policy.parties.line(party)
    }  # fmt: skip


def test_a_clause_between_two_that_stay_is_not_said_to_stop() -> None:
    wide = making.agreement(parties='["EU", "JPN", "KOR"]')
    policy = making.policy(wide)
    found = answer(policy, without(policy, "KOR", making.AT), making.AT)
    assert (found.stop, found.narrow) == ((), ("x/R1",))
    assert found.goes_on[0].parties == ("EU", "JPN")

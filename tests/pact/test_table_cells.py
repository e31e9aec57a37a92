"""Cells of the table: every worked case of the decision, and edges of masks, by three readings.

For each case the table, the decision and the plain reading of `naive` are asked about every party
that the case knows, at the instants on both sides of an edge. `tools/mutate.py` says which change
of which line each case notices.
"""

from __future__ import annotations

import making
import naive
import pytest
import test_decide
import test_held
from making import AT, agreement, consent, grant, labelled, policy, strand

from noroshi.pact.decide import decide
from noroshi.pact.masks import Masks
from noroshi.pact.table import Table, instants, segment
from noroshi.pact.ways import Part, least
from noroshi.words.label import ClassMark, Label, Tlp
from noroshi.words.time import DAY, FOREVER, parse_instant
from noroshi.words.transform import Position, Source, Text

CODES = ("EU", "EU.EEAS", "FRA", "JPN", "JPN.JCG", "USA", "USA.DOD", "KOR", "AUS", "AUS.ASD")
TEXT = "transform = [{ kind = 'text' }]"


def agree(rules, label: Label, holder: str, at: int = AT, record=None, made=None) -> list[str]:
    """Who may have it, after checking that all readings say so."""
    table = Table(rules, holder, {"c": label}, at)
    world = naive.World(rules.agreements, rules.parties, rules.grants, rules.consents)
    for code in rules.parties.order:
        wanted = decide(rules, label, holder, code, at, record=record, made=made)
        found = table.release("c", code, record, made)
        expected = (wanted.verdict, wanted.transforms, wanted.clauses)
        assert (found.verdict, found.transforms, found.clauses) == expected
        if code in CODES:
            assert naive.decide(world, label, holder, code, at, "receive", record, made) == expected
    return [code for code in CODES if table.release("c", code, record, made).permitted]


@pytest.mark.parametrize(
    ("of", "terms", "party", "fails"), test_decide.CONDITIONS.values(), ids=test_decide.CONDITIONS
)
def test_conditions(of, terms, party, fails) -> None:
    label = labelled(strand(**terms))
    for at in (AT - 1, AT, AT + 1):
        agree(policy(agreement(**of)), label, label.strands[0].originator, at)
    found = agree(policy(agreement(**of)), label, label.strands[0].originator)
    assert party not in CODES or (party in found) is (fails is None)


@pytest.mark.parametrize(
    ("when", "terms", "applies"), test_decide.LIMITS.values(), ids=test_decide.LIMITS
)
def test_limits(when, terms, applies) -> None:
    """A prohibition and a requirement, each beside another that is about one party only."""
    open_to_all = "handling = ['eyes']\ncontrol = ['5']\n"
    rest = f"basis='model'\nwhen={{ {when} }}\n"
    one = "\n[[{0}]]\nid='Z'\nbasis='model'\nwhen={{ recipients = ['USA'] }}\n{1}\n"
    three = '["EU", "JPN", "USA"]'
    no = agreement("x", three, release=open_to_all, rest=f"[[prohibit]]\nid='X1'\n{rest}")
    found = agree(policy(no), labelled(strand(**terms)), "JPN")
    assert ("EU" in found) is not applies
    needs = agreement(
        "x", three, release=open_to_all,
        rest=f"[[require]]\nid='Q1'\n{rest}{TEXT}" + one.format("require", SOURCE),
    )  # fmt: skip
    agree(policy(needs), labelled(strand(**terms)), "JPN")
    but = agreement("y", three, rest=one.format("prohibit", ""))
    assert "USA" not in agree(policy(needs, but), labelled(strand(**terms)), "JPN")


SOURCE = "transform = [{ kind = 'source', to = 'class' }]"


@pytest.mark.parametrize(
    ("selector", "valid"), test_decide.CONSENTS.values(), ids=test_decide.CONSENTS
)
@pytest.mark.parametrize("until", [AT, AT + 1], ids=["over", "valid"])
def test_consents(selector, valid, until) -> None:
    rules = policy(
        agreement(release="approval = 'each'"), consents=[consent("EU", until=until, **selector)]
    )
    found = agree(rules, labelled(strand()), "JPN", record="r1")
    assert ("EU.EEAS" in found) is (valid and until > AT)


@pytest.mark.parametrize(
    ("given", "terms", "holder", "party", "consents", "permitted"),
    test_held.ONWARD.values(),
    ids=test_held.ONWARD,
)
def test_onward(given, terms, holder, party, consents, permitted) -> None:
    rules = policy(grants=[given], consents=consents)
    held = labelled(strand(grant=given.id, **terms))
    assert (party in agree(rules, held, holder)) is permitted
    for at in (AT - 1, AT + 1):
        agree(rules, held, holder, at)


def test_a_consent_that_says_everything_names_this_record_alone() -> None:
    held = grant(recipients=("EU",), onward="originator_consent")
    terms = {"grant": held.id, "pillar": "maritime", "kind": "stop"}
    rules = policy(grants=[held], consents=[consent("AUS", record="r1", **terms)])
    label = labelled(strand(grant=held.id))
    assert agree(rules, label, "EU", record="r1") == ["JPN", "JPN.JCG", "AUS", "AUS.ASD"]
    assert agree(rules, label, "EU", record="r2") == ["JPN", "JPN.JCG"]
    other = labelled(strand(grant=held.id, kind="encounter"))
    assert agree(rules, other, "EU", record="r1") == ["JPN", "JPN.JCG"]


LEFT = "[exit]\nleft = [{{ party = '{}', effective = 2026-05-01 }}]"
MAY = parse_instant("2026-05-01T00:00:00Z")
# id: (agreement of the grant, grant's terms, holder, who may have it before May, and from then on)
UNDER = {
    "nobody left": ({}, "EU", {"USA", "KOR"}, {"USA", "KOR"}),
    "originator left": ({"rest": LEFT.format("JPN")}, "EU", {"USA", "KOR"}, set()),
    "holder left": ({"rest": LEFT.format("EU")}, "EU", {"USA", "KOR"}, set()),
    "party left": ({"rest": LEFT.format("USA")}, "EU", {"USA", "KOR"}, {"KOR"}),
    "all ended": ({"rest": "[exit]\nterminated = 2026-05-01"}, "EU", {"USA", "KOR"}, set()),
    "an agency left and its state not": (
        {"parties": '["EU", "JPN", "USA", "USA.DOD"]', "rest": LEFT.format("USA.DOD")},
        "EU", {"USA", "KOR", "USA.DOD"}, {"USA", "KOR", "USA.DOD"},
    ),
    "through the hub": ({"head": "hub = 'USA'"}, "EU", {"USA", "USA.DOD"}, {"USA", "USA.DOD"}),
    "from the hub": ({"head": "hub = 'EU'"}, "EU.EEAS", {"USA", "KOR"}, {"USA", "KOR"}),
}  # fmt: skip


@pytest.mark.parametrize(("of", "holder", "before", "since"), UNDER.values(), ids=UNDER)
def test_under_the_agreement_of_a_grant(of, holder, before, since) -> None:
    of = {"parties": '["EU", "JPN", "USA"]', **of}
    held = grant(recipients=("EU",), onward="free")
    rules = policy(agreement(**of), grants=[held])
    label = labelled(strand(grant=held.id))
    asked = {"USA", "KOR", *before}
    for at, wanted in ((MAY - 1, before), (MAY, since), (MAY + 1, since)):
        found = set(agree(rules, label, holder, at))
        assert found & asked == wanted
        assert found >= {"JPN", "JPN.JCG"}


def test_limits_of_an_agreement_bind_from_its_start_and_for_good() -> None:
    """What was received under it stays under it, also when it ended; what was not, does not."""
    start, end = parse_instant("2026-01-01T00:00:00Z"), MAY
    of = agreement(
        "y", '["KOR", "USA"]',
        rest="[exit]\nterminated = 2026-05-01\n"
        "[[prohibit]]\nid='X1'\nbasis='model'\nwhen={ recipients = ['AUS'] }",
    )  # fmt: skip
    under, other = grant(clause="y/R1", onward="free"), grant(clause="z/R1", onward="free")
    rules = policy(of, grants=[under, other])
    for at in (start - 1, start, end - 1, end, end + 1):
        found = agree(rules, labelled(strand(grant=other.id)), "EU", at)
        assert "AUS" in found
        found = agree(rules, labelled(strand(grant=under.id)), "EU", at)
        assert ("AUS" in found) is (at < start)
        found = agree(rules, labelled(strand("USA", tlp=Tlp.CLEAR)), "USA", at)
        assert ("AUS" in found) is not (start <= at < end)


JOINS = """
[[joins]]
id = "J"
basis = "model"
mode = "open"
joined = [{ party = "USA", in_force = 2026-02-01 }, { party = "KOR", in_force = 2026-03-01 }]
"""
FEBRUARY, MARCH = parse_instant("2026-02-01T00:00:00Z"), parse_instant("2026-03-01T00:00:00Z")


@pytest.mark.parametrize("originator", ["JPN", "USA", "KOR"])
@pytest.mark.parametrize("at", [FEBRUARY - 1, FEBRUARY, MARCH - 1, MARCH, AT])
def test_made_before_either_joined(originator, at) -> None:
    rules = policy(agreement(rest=JOINS))
    label = labelled(strand(originator))
    found = {}
    for made in (None, FEBRUARY - 1, FEBRUARY, FEBRUARY + 1, MARCH - 1, MARCH, MARCH + 1):
        found[made] = agree(rules, label, originator, at, made=made)
    if originator == "USA" and at == AT:
        assert ["KOR" in found[made] for made in (None, FEBRUARY, MARCH - 1, MARCH)] == [
            False, False, False, True,
        ]  # fmt: skip


# id: (strand's terms, instants at which it opens or shuts)
EDGES = {
    "embargo": {"not_before": AT},
    "end": {"expires": AT},
    "both": {"not_before": AT, "expires": AT + 1},
    "public with an end": {"tlp": Tlp.CLEAR, "expires": AT},
    "red to some": {"tlp": Tlp.AMBER, "only": ("EU.EEAS", "USA")},
    "denied below": {"denied": ("EU.EEAS",)},
    "denied unknown": {"denied": ("ZZZ",)},
    "denied unknown beside known": {"denied": ("AUS", "ZZZ")},
    "public": {"tlp": Tlp.CLEAR},
    "public but controlled": {"tlp": Tlp.CLEAR, "orcon": True},
    "two marks, one unclassified": {
        "classes": (ClassMark("EU", "unclassified"), ClassMark("JPN", "hi"))
    },
}


@pytest.mark.parametrize("terms", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("originator", ["JPN", "JPN.JCG"])
def test_edges_of_a_strand(terms, originator) -> None:
    release = test_decide.HI
    rules = policy(
        agreement("x", '["EU", "JPN", "USA"]', release=release, rest=test_decide.TABLE),
        agreement("w", '["AUS", "JPN.JCG", "USA"]', release=TEXT),
    )
    label = labelled(strand(originator, **terms))
    for at in (AT - 1, AT, AT + 1):
        agree(rules, label, originator, at)
        agree(rules, labelled(*label.strands, strand("USA", tlp=Tlp.CLEAR)), originator, at)


def test_the_least_of_several_clauses_party_by_party() -> None:
    """USA gets the one that transforms less, EU the one that reaches it, AUS the first of two."""
    rules = policy(
        agreement("a", '["AUS", "EU", "JPN", "USA"]', release=f"{TEXT}\nkinds = ['stop']"),
        agreement("b", '["JPN", "USA"]'),
        agreement("c", '["AUS", "JPN", "USA"]', release=TEXT),
        agreement("d", '["AUS", "JPN"]', release="approval = 'each'"),
        consents=[consent("AUS", record="r1")],
    )
    label = labelled(strand(), strand(kind="encounter"))
    table = Table(rules, "JPN", {"c": label, "s": labelled(strand())}, AT)
    assert agree(rules, label, "JPN") == ["JPN", "JPN.JCG", "USA", "USA.DOD", "AUS", "AUS.ASD"]
    assert table.release("s", "EU").clauses == ("a/R1",)
    assert table.release("s", "USA").clauses == ("b/R1",)
    assert table.release("s", "AUS").clauses == ("a/R1",)
    assert table.release("s", "AUS", "r1").clauses == ("d/R1",)
    agree(rules, label, "JPN", record="r1")


def test_least_leaves_masks_apart() -> None:
    text, both = (Text(),), (Position(1000), Text())
    parts = [Part(0b0111, "a", both), Part(0b0011, "b", text), Part(0b1011, "c", text)]
    assert list(least(parts)) == [
        Part(0b0100, "a", both), Part(0b0011, "b", text), Part(0b1000, "c", text),
    ]  # fmt: skip
    other = (Source("class"),)
    assert list(least([Part(1, "a", text), Part(1, "b", other)])) == [Part(1, "a", text)]
    assert list(least([Part(3, "a", text), Part(2, "b", ())])) == [
        Part(1, "a", text), Part(2, "b", ()),
    ]  # fmt: skip


def test_segments_end_at_the_next_instant_of_anything() -> None:
    held = grant(until=AT + 5 * DAY)
    rules = policy(
        agreement(rest=LEFT.format("EU").replace("2026-05-01", "2026-08-01")),
        grants=[held, grant("EU", recipients=("JPN",))],
        consents=[consent("EU", until=AT + 9 * DAY)],
    )
    label = labelled(strand(not_before=AT + DAY, expires=AT + 3 * DAY))
    start = parse_instant("2026-01-01T00:00:00Z")
    august = parse_instant("2026-08-01T00:00:00Z")
    ends = (start, AT + DAY, AT + 3 * DAY, AT + 5 * DAY, AT + 9 * DAY, august)
    assert instants(rules, [label]) == ends
    assert segment(rules, [label], AT) == (start, AT + DAY)
    assert segment(rules, [label], AT + DAY) == (AT + DAY, AT + 3 * DAY)
    assert segment(rules, [], AT + DAY) == (start, AT + 5 * DAY)
    assert segment(rules, [label], start - 1) == (-FOREVER, start)
    assert segment(rules, [label], august) == (august, FOREVER)


def test_a_table_answers_by_place_and_in_words() -> None:
    order = ("OLD", *reversed(making.PARTIES.order))
    rules = policy(agreement(), agreement("y", '["JPN", "USA"]', release=TEXT))
    label = labelled(strand(), strand(kind="encounter"))
    table = Table(rules, "JPN", {"c": label, "d": label, "e": labelled(strand())}, AT, order)
    assert len(table.strands) == 2
    assert [table.parts(i) for i in (0, 1)] == [table.parts(i, None, 0) for i in (0, 1)]
    assert table.masks.order == order
    audience = table.audience("c")
    assert audience == table.audience("d") == table.audience("e")
    assert set(table.masks.codes(audience)) & {*CODES} == {
        "EU", "EU.EEAS", "JPN", "JPN.JCG", "USA", "USA.DOD",
    }  # fmt: skip
    low = audience & (1 << 63) - 1
    assert table.words("c") == (low, audience >> 63)
    assert Masks(making.PARTIES, order).everyone & 1 == 0

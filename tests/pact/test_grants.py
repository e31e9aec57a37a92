"""Grants and projected labels, case by case."""

from __future__ import annotations

import pytest
from making import AT, agreement, consent, labelled, policy, strand

from noroshi.pact.decide import decide
from noroshi.pact.grants import granted
from noroshi.words.grant import sealed
from noroshi.words.label import Tlp
from noroshi.words.time import DAY
from noroshi.words.transform import Position, Source

FOUR = '["AUS", "EU", "JPN", "KOR"]'


def _given(rules, one, party="EU", holder="JPN", at=AT):
    label = labelled(one)
    return granted(rules, label, holder, party, at, decide(rules, label, holder, party, at))


def test_grant_states_the_terms_of_its_clause() -> None:
    rules = policy(
        agreement(
            release='onward = "originator_consent"\nexpires = "P180D"\n'
            "transform = [{ kind = 'position', cell_m = 10000 }]",
            rest="[exit]\nkeep = 'protect'\n"
            "[[require]]\nid='Q1'\nbasis='model'\ntransform=[{ kind='source', to='class' }]",
        )
    )
    label, (grant,) = _given(rules, strand(), at=AT + 5)
    assert grant == sealed(grant)
    assert (grant.originator, grant.clause, grant.recipients) == ("JPN", "x/R1", ("EU",))
    assert (grant.onward, grant.keep) == ("originator_consent", "protect")
    assert grant.agreement_set == rules.set_sha256
    assert grant.transforms == (Position(10000), Source("class"))
    assert grant.until == AT + 180 * DAY
    assert label.strands[0].grant == grant.id


@pytest.mark.parametrize(
    ("clause", "exit_", "keep"),
    [("", "", "until"), ("", "protect", "protect"), ("protect", "", "protect"),
     ("protect", "until", "protect"), ("until", "protect", "until")],
)  # fmt: skip
def test_what_a_clause_says_of_keeping_goes_before_what_its_agreement_says(
    clause: str, exit_: str, keep: str
) -> None:
    rules = policy(
        agreement(
            release=f"keep = '{clause}'" if clause else "",
            rest=f"[exit]\nkeep = '{exit_}'" if exit_ else "",
        )
    )
    assert _given(rules, strand())[1][0].keep == keep


def test_an_agency_reads_that_its_party_was_named() -> None:
    rules = policy(agreement())
    label = labelled(strand(only=("AUS", "EU")))
    release = decide(rules, label, "JPN", "EU.EEAS", AT)
    held, _ = granted(rules, label, "JPN", "EU.EEAS", AT, release)
    assert held.strands[0].only == ("EU",)


def test_the_strand_may_end_before_the_clause_does() -> None:
    rules = policy(agreement(release='expires = "P180D"'))
    assert _given(rules, strand(expires=AT + 5))[1][0].until == AT + 5
    assert _given(policy(agreement()), strand())[1][0].until is None


def test_a_clause_shorter_than_a_day_counts_from_the_minute() -> None:
    rules = policy(agreement(release='expires = "PT1H"'))
    assert _given(rules, strand(), at=AT + 61_000_000)[1][0].until == AT + 3_660_000_000


def test_own_and_public() -> None:
    rules = policy()
    label, grants = _given(rules, strand("EU"))
    assert (label.strands[0].grant, grants) == (None, ())
    label, (grant,) = _given(rules, strand(tlp=Tlp.CLEAR, expires=AT + 9))
    assert (grant.clause, grant.onward, grant.until) == ("public/CLEAR", "free", AT + 9)


PROJECTED = {
    "open": ("none", {}, None, ()),
    "named with others": ("none", {"only": ("AUS", "EU")}, ("EU",), ()),
    "named with an agency": ("none", {"only": ("EU", "EU.EEAS")}, ("EU", "EU.EEAS"), ()),
    "named, other parties may have it": ("parties", {"only": ("AUS", "EU")}, ("AUS", "EU"), ()),
    "denied elsewhere, goes nowhere": ("none", {"denied": ("KOR",)}, None, ()),
    "denied elsewhere, could go on": ("originator_consent", {"denied": ("KOR",)}, (), ()),
    "denied elsewhere, free": ("free", {"denied": ("KOR",)}, (), ()),
    "denied among the parties": ("parties", {"denied": ("KOR",)}, None, ()),
    "its own agency denied": ("free", {"denied": ("EU.EEAS",)}, None, ("EU.EEAS",)),
    "embargo over": ("none", {"not_before": AT}, None, ()),
}


@pytest.mark.parametrize(("onward", "terms", "only", "denied"), PROJECTED.values(), ids=PROJECTED)
def test_projection(onward, terms, only, denied) -> None:
    rules = policy(agreement(parties=FOUR, release=f'onward = "{onward}"'))
    label, _ = _given(rules, strand(**terms))
    found = label.strands[0]
    assert (found.only, found.denied, found.not_before) == (only, denied, None)


RECIPIENTS = {
    "all": ({}, {}, ("AUS", "EU", "KOR")),
    "named": ({}, {"only": ("AUS", "EU")}, ("AUS", "EU")),
    "denied": ({}, {"denied": ("AUS",)}, ("EU", "KOR")),
    "agency denied": ({}, {"denied": ("AUS.ASD",)}, ("EU", "KOR")),
    "bodies": ({"release": "bodies = { AUS = ['AUS.ASD'] }"}, {}, ("AUS.ASD", "EU", "KOR")),
    "to": ({"release": "to = ['EU', 'KOR.MND']"}, {}, ("EU", "KOR.MND")),
    "left": (
        {"rest": "[exit]\nleft = [{ party = 'AUS', effective = 2026-05-01 }]"},
        {},
        ("EU", "KOR"),
    ),
    "through a hub": ({"head": "hub = 'EU'"}, {}, ("AUS", "EU", "KOR")),
}


@pytest.mark.parametrize(("of", "terms", "recipients"), RECIPIENTS.values(), ids=RECIPIENTS)
def test_recipients_where_the_parties_may_share(of, terms, recipients) -> None:
    of = {**of, "release": 'onward = "parties"\n' + of.get("release", "")}
    _, (grant,) = _given(policy(agreement(parties=FOUR, **of)), strand(**terms))
    assert grant.recipients == recipients


def test_a_holder_passes_its_grant_on_unchanged() -> None:
    rules = policy(agreement(parties=FOUR, release='onward = "parties"'))
    label, grants = _given(rules, strand())
    there = policy(*rules.agreements, grants=grants)
    again, same = _given(there, label.strands[0], party="AUS", holder="EU")
    assert (again, same) == (label, grants)


NARROWED = {
    "a limit on a third party": (
        'onward = "parties"', {},
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['KOR'] }",
        ("parties", ("EU", "USA")),
    ),
    "a limit on an agency of a third party": (
        'onward = "parties"', {},
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['KOR.MND'] }",
        ("parties", ("EU", "USA")),
    ),
    "a limit on an agency of the recipient": (
        'onward = "parties"', {},
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['EU.EEAS'] }",
        ("parties", ("EU",)),
    ),
    "more required of a third party": (
        'onward = "parties"', {},
        "[[require]]\nid = 'Q'\nbasis = 'model'\nwhen = { recipients = ['KOR'] }\n"
        "transform = [{ kind = 'text' }]",
        ("parties", ("EU", "USA")),
    ),
    "no more required than is done": (
        'onward = "parties"\ntransform = [{ kind = "text" }]', {},
        "[[require]]\nid = 'Q'\nbasis = 'model'\nwhen = { recipients = ['KOR'] }\n"
        "transform = [{ kind = 'text' }]",
        ("parties", ("EU", "KOR", "USA")),
    ),
    "a limit on others than these": (
        'onward = "parties"', {},
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['AUS'] }",
        ("parties", ("EU", "KOR", "USA")),
    ),
    "freely, but not to some": (
        'onward = "free"', {},
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['AUS'] }",
        ("originator_consent", ("EU",)),
    ),
    "freely": ('onward = "free"', {}, "", ("free", ("EU",))),
    "item by item": (
        'onward = "parties"\napproval = "each"', {"consents": [consent("EU"), consent("USA")]}, "",
        ("parties", ("EU", "USA")),
    ),
    "freely, item by item": (
        'onward = "free"\napproval = "each"', {"consents": [consent("EU")]}, "",
        ("originator_consent", ("EU",)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("release", "given", "rest", "expected"), NARROWED.values(), ids=NARROWED)
def test_a_grant_leaves_out_whom_a_limit_names(release, given, rest, expected) -> None:
    """A holder need not know the agreement that sets the limit: its grant must say it all."""
    parties = '["EU", "JPN", "KOR", "USA"]'
    rules = policy(agreement(parties=parties, release=release, rest=rest), **given)
    label = labelled(strand())
    permitted = decide(rules, label, "JPN", "EU", AT)
    _, (sealed,) = granted(rules, label, "JPN", "EU", AT, permitted)
    assert (sealed.onward, sealed.recipients) == expected

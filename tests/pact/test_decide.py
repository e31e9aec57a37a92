"""Every condition of the decision, one at a time: what passes beside what fails."""

from __future__ import annotations

import random

import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st
from making import AT, LEFT, agreement, consent, grant, labelled, policy, strand

from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.words.label import ClassMark, Pap, Tlp, join
from noroshi.words.release import Miss
from noroshi.words.time import DAY, parse_instant
from noroshi.words.transform import Position, Source

TABLE = """
[[equivalence]]
basis = "model"
levels = [{ scheme = "EU", level = "restricted" }, { scheme = "JPN", level = "hi" }]
[[equivalence]]
basis = "model"
levels = [{ scheme = "EU", level = "secret" }, { scheme = "JPN", level = "gokuhi" }]
[[equivalence]]
basis = "model"
levels = [{ scheme = "USA", level = "secret" }, { scheme = "JPN", level = "kimitsu" }]
"""
HI = "max_class = { scheme = 'EU', level = 'restricted' }"
TOP = "max_class = [{ scheme = 'USA', level = 'secret' }]"
PLAIN: dict = {}
JOINS = """
[[joins]]
id = "J"
basis = "model"
mode = "open"
reach_back = {back}
joined = [{{ party = "KOR", in_force = 2026-03-01 }}]
"""
MARCH = parse_instant("2026-03-01T00:00:00Z")


def mark(scheme, level):
    return {"classes": (ClassMark(scheme, level),)}


# id: (agreement, strand's terms, party, the condition that fails or None)
CONDITIONS = {
    "plain": (PLAIN, {}, "EU", None),
    "agency inherits": (PLAIN, {}, "EU.EEAS", None),
    "agency originates": (PLAIN, {"originator": "JPN.JCG"}, "EU", None),
    "member does not inherit": (PLAIN, {}, "FRA", "nothing"),
    "one legal party is not two": (PLAIN, {"originator": "JPN.JCG"}, "JPN.JMSDF", "nothing"),
    "unknown party": (PLAIN, {}, "ZZZ", "nothing"),
    "other pillar": (PLAIN, {"pillar": "cyber"}, "EU", "nothing"),
    "kind listed": ({"release": "kinds = ['stop']"}, {}, "EU", None),
    "kind not listed": ({"release": "kinds = ['encounter']"}, {}, "EU", "kind"),
    "tlp at the ceiling": (PLAIN, {"tlp": Tlp.AMBER}, "EU", None),
    "tlp above": (PLAIN, {"tlp": Tlp.AMBER_STRICT}, "EU", "tlp"),
    "red unnamed": ({"release": "max_tlp = 'red'"}, {"tlp": Tlp.RED}, "EU", "only"),
    "red named": ({"release": "max_tlp = 'red'"}, {"tlp": Tlp.RED, "only": ("EU",)}, "EU", None),
    "pap above an unstated ceiling": (PLAIN, {"pap": Pap.GREEN}, "EU", "pap"),
    "pap at the ceiling": ({"release": "max_pap = 'green'"}, {"pap": Pap.GREEN}, "EU", None),
    "pap above": ({"release": "max_pap = 'green'"}, {"pap": Pap.AMBER}, "EU", "pap"),
    "unclassified in any scheme": (PLAIN, mark("USA", "unclassified"), "EU", None),
    "classified without a table": (PLAIN, mark("JPN", "hi"), "EU", "class"),
    "level at the ceiling": ({"release": HI, "rest": TABLE}, mark("JPN", "hi"), "EU", None),
    "level above": ({"release": HI, "rest": TABLE}, mark("JPN", "gokuhi"), "EU", "class"),
    "level below the ceiling": ({"release": TOP, "rest": TABLE}, mark("EU", "secret"), "EU", None),
    "no equivalent at the recipient": (
        {"release": TOP, "rest": TABLE},
        mark("JPN", "kimitsu"),
        "EU",
        "class",
    ),
    "unknown level": ({"release": TOP, "rest": TABLE}, mark("JPN", "top"), "EU", "class"),
    "handling not honoured": (PLAIN, {"handling": ("eyes",)}, "EU", "handling"),
    "handling honoured": ({"release": "handling = ['eyes']"}, {"handling": ("eyes",)}, "EU", None),
    "one of two handlings": (
        {"release": "handling = ['eyes']"},
        {"handling": ("eyes", "limdis")},
        "EU",
        "handling",
    ),
    "a controlled item": (PLAIN, {"handling": ("control:5A002",)}, "EU", "control"),
    "a code that passes": (
        {"release": "control = ['5A002', 'ML15']"},
        {"handling": ("control:5A002.a.1", "control:ML15")},
        "EU",
        None,
    ),
    "one of two codes": (
        {"release": "control = ['5A002']"},
        {"handling": ("control:5A002", "control:ML15")},
        "EU",
        "control",
    ),
    "a code whose number only starts alike": (
        {"release": "control = ['ML1']"},
        {"handling": ("control:ML15",)},
        "EU",
        "control",
    ),
    "a code and a tag": (
        {"release": "control = ['5A002']"},
        {"handling": ("control:5A002", "eyes")},
        "EU",
        "handling",
    ),
    "a policy that asks for nothing": (
        PLAIN,
        {"handling": ("iep:encrypt_in_transit=may", "iep:provider_attribution=may")},
        "EU",
        None,
    ),
    "a policy that asks": (PLAIN, {"handling": ("iep:encrypt_in_transit=must",)}, "EU", "handling"),
    "more than a policy asks": (
        {"release": "handling = ['iep:permitted_actions=none']"},
        {"handling": ("iep:permitted_actions=internally-visible-actions",)},
        "EU",
        None,
    ),
    "less than a policy asks": (
        {"release": "handling = ['iep:permitted_actions=internally-visible-actions']"},
        {"handling": ("iep:permitted_actions=none",)},
        "EU",
        "handling",
    ),
    "free licence": (PLAIN, {"licence": "CC-BY-4.0"}, "EU", None),
    "not redistributable": (PLAIN, {"licence": "non_redistributable"}, "EU", "licence"),
    "not redistributable, listed": (
        {"release": "licence = ['non_redistributable']"},
        {"licence": "non_redistributable"},
        "EU",
        None,
    ),
    "licence not listed": (
        {"release": "licence = ['CC-BY-4.0']"},
        {"licence": "BSD-3"},
        "EU",
        "licence",
    ),
    "personal": (PLAIN, {"personal": True}, "EU", "personal"),
    "personal allowed": ({"release": "personal = true"}, {"personal": True}, "EU", None),
    "from": ({"release": "from = ['JPN']"}, {}, "EU", None),
    "from the other": ({"release": "from = ['EU']"}, {}, "EU", "from"),
    "to": ({"release": "to = ['EU']"}, {}, "EU.EEAS", None),
    "to another": ({"release": "to = ['EU.EEAS']"}, {}, "EU", "to"),
    "body": ({"release": "bodies = { EU = ['EU.EEAS'] }"}, {}, "EU.EEAS", None),
    "not a body": ({"release": "bodies = { EU = ['EU.EEAS'] }"}, {}, "EU.EMSA", "bodies"),
    "bodies of the other": ({"release": "bodies = { JPN = ['JPN.JCG'] }"}, {}, "EU", None),
    "not in force": ({"in_force": ""}, {}, "EU", "in_force"),
    "signed only": ({"in_force": "", "head": "signed = 2026-01-01"}, {}, "EU", "in_force"),
    "provisional": ({"in_force": "", "head": "provisional = 2026-05-01"}, {}, "EU", None),
    "later": ({"in_force": "2026-06-02"}, {}, "EU", "in_force"),
    "part of a date, still open": ({"in_force": '"2026"'}, {}, "EU", "in_force"),
    "ended": ({"rest": "[exit]\nterminated = 2026-06-01"}, {}, "EU", "in_force"),
    "ends at its earliest": ({"rest": "[exit]\nterminated = '2026'"}, {}, "EU", "in_force"),
    "not yet ended": ({"rest": "[exit]\nterminated = 2026-06-02"}, {}, "EU", None),
    "left": (
        {"rest": "[exit]\nleft = [{ party = 'EU', effective = 2026-06-01 }]"},
        {},
        "EU",
        "bound",
    ),
    "approval without consent": ({"release": "approval = 'each'"}, {}, "EU", "approval"),
    "denied": (PLAIN, {"denied": ("EU",)}, "EU", "denied"),
    "denied above": (PLAIN, {"denied": ("EU",)}, "EU.EEAS", "denied"),
    "denied below": (PLAIN, {"denied": ("EU.EEAS",)}, "EU", None),
    "denied another": (PLAIN, {"denied": ("KOR",)}, "EU", None),
    "denied unknown code": (PLAIN, {"denied": ("ZZZ",)}, "EU", "denied"),
    "named": (PLAIN, {"only": ("EU", "KOR")}, "EU.EEAS", None),
    "not named": (PLAIN, {"only": ("KOR",)}, "EU", "only"),
    "originator alone": (PLAIN, {"only": ()}, "EU", "only"),
    "embargo": (PLAIN, {"not_before": AT + 1}, "EU", "not_before"),
    "embargo over": (PLAIN, {"not_before": AT}, "EU", None),
    "expired": (PLAIN, {"expires": AT}, "EU", "expires"),
    "not expired": (PLAIN, {"expires": AT + 1}, "EU", None),
    "orcon of the originator": (PLAIN, {"orcon": True}, "EU", None),
    "through the hub": ({"parties": "['EU','JPN','USA']", "head": "hub='USA'"}, {}, "USA", None),
    "around the hub": ({"parties": "['EU','JPN','USA']", "head": "hub='USA'"}, {}, "EU", "hub"),
    "joined, records unknown in time": ({"rest": JOINS.format(back="false")}, {}, "KOR", "joined"),
    "joined, reaching back": ({"rest": JOINS.format(back="true")}, {}, "KOR", None),
}


@pytest.mark.parametrize(("of", "terms", "party", "condition"), CONDITIONS.values(), ids=CONDITIONS)
def test_condition(of, terms, party, condition) -> None:
    one = strand(**terms)
    found = decide(policy(agreement(**of)), labelled(one), one.originator, party, AT)
    assert found.permitted == (condition is None)
    conditions = [each.condition for each in found.misses]
    assert conditions == ([] if condition in (None, "nothing") else [condition])


def test_a_member_that_joined_receives_what_was_made_since() -> None:
    rules = policy(agreement(rest=JOINS.format(back="false")))
    label = labelled(strand())
    assert decide(rules, label, "JPN", "KOR", AT, made=MARCH).permitted
    assert not decide(rules, label, "JPN", "KOR", AT, made=MARCH - 1).permitted
    assert not decide(rules, label, "JPN", "KOR", MARCH - 1, made=MARCH - 1).permitted


def test_own_strand_whatever_it_says() -> None:
    shut = strand(tlp=Tlp.RED, only=(), denied=("JPN",), expires=0, personal=True)
    for party in ("JPN", "JPN.JCG"):
        found = decide(policy(), labelled(shut), "EU", party, AT)
        assert (found.verdict, found.clauses) == ("released", ("own",))
    assert not decide(policy(), labelled(strand("JPN.JCG")), "JPN.JCG", "JPN", AT).permitted


PUBLIC_BUT = {
    "green": {"tlp": Tlp.GREEN},
    "controlled": {"orcon": True},
    "named": {"only": ("KOR",)},
    "personal": {"personal": True},
    "classified": mark("JPN", "hi"),
    "handling": {"handling": ("eyes",)},
    "a controlled item": {"handling": ("control:5A002",)},
    "pap": {"pap": Pap.GREEN},
    "licence": {"licence": "non_redistributable"},
    "denied": {"denied": ("KOR",)},
}


@pytest.mark.parametrize("terms", PUBLIC_BUT.values(), ids=PUBLIC_BUT)
def test_public_clause(terms) -> None:
    public = strand(tlp=Tlp.CLEAR)
    assert decide(policy(), labelled(public), "JPN", "KOR", AT).clauses == ("public/CLEAR",)
    assert not decide(policy(), labelled(public), "JPN", "ZZZ", AT).permitted
    but = strand(**{"tlp": Tlp.CLEAR, **terms})
    assert not decide(policy(), labelled(but), "JPN", "KOR", AT).permitted


def test_the_owner_reads_which_code_and_which_list() -> None:
    of = policy(agreement(release="control = ['5A', 'ML15']"))
    item = strand(handling=("control:5A002", "control:ML1"))
    (miss,) = decide(of, labelled(item), "JPN", "EU", AT).misses
    assert (miss.clause, miss.condition) == ("x/R1", "control")
    assert (miss.found, miss.allowed) == ("ML1", "5A, ML15")


def test_public_with_a_policy_that_asks_for_nothing() -> None:
    mild = strand(tlp=Tlp.CLEAR, handling=("iep:unmodified_resale=may",))
    assert decide(policy(), labelled(mild), "JPN", "KOR", AT).clauses == ("public/CLEAR",)


LIMITS = {
    "matches": ("orcon = true", {"orcon": True}, True),
    "orcon does not": ("orcon = true", {}, False),
    "not named": ("not_in = 'only'", {}, True),
    "named": ("not_in = 'only'", {"only": ("EU",)}, False),
    "tlp at least": ("tlp_min = 'amber'", {"tlp": Tlp.AMBER}, True),
    "tlp below": ("tlp_min = 'amber'", {"tlp": Tlp.GREEN}, False),
    "kind": ("kinds = ['stop']", {}, True),
    "other kind": ("kinds = ['encounter']", {}, False),
    "pillar": ("pillars = ['maritime']", {}, True),
    "other pillar": ("pillars = ['cyber']", {}, False),
    "handling": ("handling = ['eyes']", {"handling": ("eyes",)}, True),
    "controlled": ("control = ['5A']", {"handling": ("control:5A002",)}, True),
    "controlled otherwise": ("control = ['ML']", {"handling": ("control:5A002",)}, False),
    "not controlled": ("control = ['5A']", {"handling": ("eyes",)}, False),
    "tag and code": (
        "control = ['5A'], handling = ['eyes']",
        {"handling": ("control:5A002",)},
        False,
    ),
    "licence": ("licence = ['BSD-3']", {"licence": "BSD-3"}, True),
    "no licence": ("licence = ['BSD-3']", {}, False),
    "exercise": ("exercise = true", {"exercise": "N26"}, True),
    "not exercise": ("exercise = true", {}, False),
    "recipient": ("recipients = ['EU']", {}, True),
    "other recipient": ("recipients = ['KOR']", {}, False),
    "all must match": ("orcon = true, recipients = ['KOR']", {"orcon": True}, False),
}


@pytest.mark.parametrize(("when", "terms", "applies"), LIMITS.values(), ids=LIMITS)
def test_prohibition_and_requirement(when, terms, applies) -> None:
    open_to_all = "handling = ['eyes']\ncontrol = ['5']"
    no = agreement(
        release=open_to_all, rest=f"[[prohibit]]\nid='X1'\nbasis='model'\nwhen={{ {when} }}"
    )
    found = decide(policy(no), labelled(strand(**terms)), "JPN", "EU", AT)
    assert found.permitted != applies
    assert not applies or found.misses == (Miss("x/X1", "prohibited", "EU", "never"),)
    change = "transform=[{ kind='source', to='class' }]"
    needs = agreement(
        release=open_to_all,
        rest=f"[[require]]\nid='Q1'\nbasis='model'\nwhen={{ {when} }}\n{change}",
    )
    found = decide(policy(needs), labelled(strand(**terms)), "JPN", "EU", AT)
    assert found.transforms == ((Source("class"),) if applies else ())


def test_a_prohibition_binds_only_strands_that_stand_under_it() -> None:
    other = agreement(
        "y",
        "['USA', 'KOR']",
        rest="[[prohibit]]\nid='X1'\nbasis='model'\nwhen={ kinds = ['stop'] }",
    )
    under = grant(clause="y/R1", onward="free")
    rules = policy(agreement(), other, grants=[under])
    assert decide(rules, labelled(strand()), "JPN", "EU", AT).permitted
    assert not decide(rules, labelled(strand("USA")), "USA", "KOR", AT).permitted
    held = labelled(strand(grant=under.id))
    assert decide(rules, held, "EU", "KOR", AT).misses[0].condition == "prohibited"


def test_least_transform_wins_then_declared_order() -> None:
    clause = "[[release]]\nid='{}'\nbasis='model'\npillars=['maritime']\nmax_tlp='{}'\n{}\n"
    source, ten = "{ kind='source', to='class' }", "{ kind='position', cell_m=10000 }"
    rest = (
        clause.format("R2", "green", f"transform=[{source}]")
        + clause.format("R3", "clear", "")
        + clause.format("R4", "amber", f"transform=[{source}, {ten}]")
    )
    rules = policy(agreement(release=f"transform=[{ten}]", rest=rest))
    found = decide(rules, labelled(strand(tlp=Tlp.GREEN)), "JPN", "EU", AT)
    assert (found.clauses, found.transforms) == (("x/R1",), (Position(10000),))
    tied = policy(agreement("b", release=f"transform=[{ten}]"), agreement("a", rest=""))
    assert decide(tied, labelled(strand()), "JPN", "EU", AT).clauses == ("a/R1",)


CONSENTS = {
    "for the pillar": ({"pillar": "maritime"}, True),
    "for another pillar": ({"pillar": "cyber"}, False),
    "for the kind and pillar": ({"pillar": "maritime", "kind": "stop"}, True),
    "one field of two": ({"pillar": "maritime", "kind": "encounter"}, False),
    "for this record": ({"record": "r1"}, True),
    "for another record": ({"record": "r2"}, False),
    "for nothing": ({"record": None}, False),
}


@pytest.mark.parametrize(("selector", "valid"), CONSENTS.values(), ids=CONSENTS)
def test_consent(selector, valid) -> None:
    rule = agreement(release="approval = 'each'")
    for given_consent, expected in (
        (consent("EU", **selector), valid),
        (consent("EU", until=AT, **selector), False),
        (consent("KOR", **selector), False),
        (consent("EU", originator="KOR", **selector), False),
    ):
        rules = policy(rule, consents=[given_consent])
        found = decide(rules, labelled(strand()), "JPN", "EU.EEAS", AT, record="r1")
        assert found.permitted == expected


def test_fused_record_goes_only_where_each_strand_goes() -> None:
    rules = policy(agreement(release="transform=[{kind='source', to='class'}]"), agreement("y"))
    mine, theirs = strand(), strand(tlp=Tlp.CLEAR, kind="encounter")
    found = decide(rules, labelled(mine, theirs), "JPN", "EU", AT)
    assert (found.verdict, sorted(found.clauses)) == ("released", ["public/CLEAR", "y/R1"])
    assert not decide(rules, labelled(mine, strand("KOR")), "JPN", "EU", AT).permitted


@given(st.integers(0, 2**48))
def test_a_join_goes_where_all_its_labels_go(seed: int) -> None:
    rng = random.Random(seed)
    world = worlds.world(seed)
    rules = Policy(world.agreements, world.parties, world.grants, world.consents)
    for _ in range(20):
        one, other = worlds.label_of(rng, world, "JPN"), worlds.label_of(rng, world)
        if one.strands[0].exercise != other.strands[0].exercise:
            continue
        party, at = rng.choice(worlds.CODES), worlds.instant(rng)
        apart = [decide(rules, each, "JPN", party, at) for each in (one, other)]
        joined = decide(rules, join(one, other), "JPN", party, at)
        assert joined.permitted == all(each.permitted for each in apart)
        assert joined == decide(rules, join(other, one, one), "JPN", party, at)


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    rules = policy(agreement(), agreement("y", "['AUS', 'JPN']"))
    label = labelled(strand())
    first = [decide(rules, label, "JPN", party, AT) for party in ("EU", "AUS", "KOR", "EU.EEAS")]
    again = [
        decide(policy(agreement("y", "['AUS', 'JPN']"), agreement()), label, "JPN", party, AT)
        for party in ("EU.EEAS", "KOR", "AUS", "EU")
    ]
    assert first == again[::-1]


def test_breaks_are_where_answers_may_change() -> None:
    rules = policy(agreement(rest=LEFT.replace("2026-05-01", "'2026-05'")))
    starts = parse_instant("2026-01-01T00:00:00Z")
    left = parse_instant("2026-05-01T00:00:00Z")
    assert rules.breaks() == (starts, left)
    label = labelled(strand())
    verdicts = [
        decide(rules, label, "JPN", "EU", at).permitted
        for at in (starts - 1, starts, left - 1, left, left + 90 * DAY)
    ]
    assert verdicts == [False, True, True, False, False]

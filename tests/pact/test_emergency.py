"""Emergency releases: the one way past the clauses, and everything that it does not open."""

from __future__ import annotations

import random
from typing import Any

import pytest
from making import AT, PARTIES, agreement, consent, labelled, strand

from noroshi.pact.decide import decide
from noroshi.pact.emergency import barred
from noroshi.pact.explain import owner, recipient
from noroshi.pact.grants import granted
from noroshi.pact.policy import Policy
from noroshi.pact.table import Table
from noroshi.words.emergency import Emergency
from noroshi.words.label import ClassMark, Label, Pap, Tlp
from noroshi.words.release import Release
from noroshi.words.time import HOUR

RECORD = "event--1"
URGENT = Emergency("e1", RECORD, "USA", "A. Watch", "a ship on fire", AT, AT + HOUR)


def policy(*rest: str, emergencies: tuple[Emergency, ...] = (URGENT,), **more: Any) -> Policy:
    return Policy([agreement(rest="\n".join(rest))], PARTIES, {}, (), emergencies, **more)


def asked(held: Policy, label: Label, party: str = "USA", at: int = AT, **more: Any) -> Release:
    return decide(held, label, "JPN", party, at, **{"record": RECORD, **more})


def test_it_gives_what_no_clause_gives() -> None:
    label = labelled(strand())
    assert not asked(policy(emergencies=()), label).permitted
    found = asked(policy(), label)
    assert (found.verdict, found.clauses) == ("released", ("emergency/e1",))


@pytest.mark.parametrize(
    "terms",
    [
        {"pillar": "cyber"},
        {"kind": "x"},
        {"tlp": Tlp.AMBER_STRICT},
        {"pap": Pap.RED},
        {"orcon": True},
    ],
    ids=lambda terms: next(iter(terms)),
)
def test_what_only_a_clause_would_have_to_permit_is_overridden(terms: dict[str, Any]) -> None:
    urgent = Emergency("e2", RECORD, "EU", "a", "b", AT, AT + HOUR)
    label = labelled(strand(**terms))
    assert asked(policy(emergencies=(urgent,)), label, "EU").permitted
    waits = Policy([agreement(release='approval = "each"')], PARTIES, {}, (), (urgent,))
    assert asked(waits, labelled(strand()), "EU").clauses == ("emergency/e2",)


BARRED: dict[str, dict[str, Any]] = {
    "red": {"tlp": Tlp.RED},
    "red, named": {"tlp": Tlp.RED, "only": ("USA",)},
    "named others": {"only": ("EU",)},
    "nobody": {"only": ()},
    "denied": {"denied": ("USA",)},
    "embargo": {"not_before": AT + 1},
    "expired": {"expires": AT},
    "classified": {"classes": (ClassMark("JPN", "CONFIDENTIAL"),)},
    "personal": {"personal": True},
    "licence": {"licence": "non_redistributable"},
    "controlled": {"handling": ("control:5A002",)},
    "unknown tag": {"handling": ("eyes-only",)},
    "exercise": {"exercise": "one"},
}


@pytest.mark.parametrize("terms", BARRED.values(), ids=BARRED)
def test_what_somebody_said_against_it_stays(terms: dict[str, Any]) -> None:
    assert not asked(policy(), labelled(strand(**terms))).permitted


def test_a_prohibition_wins_and_a_requirement_holds() -> None:
    label = labelled(strand())
    never = '[[prohibit]]\nid = "X1"\nbasis = "model"\nwhen = { kinds = ["stop"] }'
    found = asked(policy(never), label)
    assert [(each.clause, each.condition) for each in found.misses] == [("x/X1", "prohibited")]
    first = '[[require]]\nid = "Q1"\nbasis = "model"\ntransform = [{ kind = "identity" }]'
    found = asked(policy(first), label)
    assert (found.verdict, len(found.transforms)) == ("partial", 1)
    _, grants = granted(policy(first), label, "JPN", "USA", AT, found)
    assert grants[0].transforms == found.transforms


def test_another_originators_strand_is_not_ours_to_give() -> None:
    label = labelled(strand(), strand("EU", grant="grant--1"))
    assert not asked(policy(), label).permitted
    assert not asked(policy(), labelled(strand("EU"))).permitted


@pytest.mark.parametrize(
    "more",
    [{"at": AT - 1}, {"at": AT + HOUR}, {"record": "event--2"}, {"record": None}, {"party": "KOR"}],
    ids=["before", "after", "another record", "no record", "another party"],
)
def test_one_record_one_party_some_hours(more: dict[str, Any]) -> None:
    assert not asked(policy(), labelled(strand()), **more).permitted


def test_what_a_clause_gives_goes_by_the_clause() -> None:
    urgent = Emergency("e2", RECORD, "EU", "a", "b", AT, AT + HOUR)
    found = asked(policy(emergencies=(urgent,)), labelled(strand()), "EU")
    assert found.clauses == ("x/R1",)


def test_the_grant_is_narrow() -> None:
    held, label = policy(), labelled(strand(expires=AT + 5))
    terms, (grant,) = granted(held, label, "JPN", "USA", AT, asked(held, label))
    assert (grant.recipients, grant.onward, grant.keep) == (("USA",), "none", "until")
    assert (grant.until, grant.clause) == (AT + 5, "emergency/e1")
    theirs = Policy([], PARTIES, {grant.id: grant})
    assert decide(theirs, terms, "USA", "USA", AT + 4, "keep", record=RECORD).permitted
    for party in ("EU", "KOR"):
        assert not decide(theirs, terms, "USA", party, AT + 4, record=RECORD).permitted
    given = Policy([], PARTIES, {grant.id: grant}, [consent("EU", record=RECORD)])
    assert not decide(given, terms, "USA", "EU", AT, record=RECORD).permitted


def test_the_owner_reads_who_and_why_and_the_recipient_neither() -> None:
    held, label = policy(), labelled(strand())
    release = asked(held, label)
    text = owner(held, label, release, "USA")
    assert "past the clauses, in an emergency, by A. Watch" in text
    assert "a ship on fire" in text
    assert recipient(release) == "Released to you by emergency/e1."


def some_label(rng: random.Random) -> Label:
    terms = rng.choice([{}, {"pillar": "cyber"}, {"kind": "x"}, *BARRED.values()])
    label = strand(**terms)
    more = rng.choice([(), (), (strand("EU", grant="grant--1"),), (strand(kind="y"),)])
    if terms.get("exercise"):
        more = ()
    return labelled(label, *more)


def test_the_compiled_table_agrees_with_the_decision() -> None:
    rng = random.Random(11)
    rest = (
        '[[prohibit]]\nid = "X1"\nbasis = "model"\nwhen = { kinds = ["y"], recipients = ["KOR"] }',
        '[[require]]\nid = "Q1"\nbasis = "model"\ntransform = [{ kind = "identity" }]',
    )
    permitted = 0
    for _ in range(300):
        urgent = tuple(
            Emergency(f"e{n}", rng.choice([RECORD, "event--2"]), rng.choice(["USA", "KOR", "EU"]),
                      "a", "b", AT + rng.choice([-HOUR, 0, 1]), AT + rng.choice([1, HOUR]))
            for n in range(rng.randrange(4))
        )  # fmt: skip
        held, label = policy(*rest, emergencies=urgent), some_label(rng)
        table = Table(held, "JPN", {"cell": label}, AT)
        for party in ("USA", "KOR", "EU", "FRA"):
            for record in (RECORD, "event--2", "event--3"):
                found = decide(held, label, "JPN", party, AT, record=record)
                made = table.release("cell", party, record)
                assert (made.verdict, made.transforms, made.clauses) == (
                    found.verdict, found.transforms, found.clauses,
                )  # fmt: skip
                permitted += any(each.startswith("emergency/") for each in found.clauses)
    assert permitted > 20


def test_barred_is_what_its_page_says() -> None:
    assert barred(strand()) is None
    own = {"named others", "nobody", "denied", "embargo", "expired"}
    for name, terms in BARRED.items():
        assert (barred(strand(**terms)) is None) == (name in own)

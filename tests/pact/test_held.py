"""What a holder may do with what is not its own: pass it on, and keep it."""

from __future__ import annotations

import pytest
from making import AT, LEFT, agreement, consent, grant, labelled, policy, strand

from noroshi.pact.decide import decide
from noroshi.words.label import Tlp
from noroshi.words.release import Miss

LONG = {"until": AT + 1}
# id: (grant, strand's terms, holder, party, consents, permitted)
ONWARD = {
    "none": (grant(), {}, "EU", "AUS", [consent("AUS")], False),
    "free": (grant(onward="free"), {}, "EU", "AUS", [], True),
    "free, any holder": (grant(onward="free"), {}, "KOR", "AUS", [], True),
    "parties": (grant(recipients=("AUS", "EU"), onward="parties"), {}, "EU", "AUS", [], True),
    "parties, agency": (
        grant(recipients=("AUS", "EU"), onward="parties"),
        {},
        "EU.EEAS",
        "AUS.ASD",
        [],
        True,
    ),
    "not of the parties": (
        grant(recipients=("AUS", "EU"), onward="parties"),
        {},
        "EU",
        "KOR",
        [consent("KOR")],
        False,
    ),
    "holder not entitled": (
        grant(recipients=("AUS",), onward="parties"),
        {},
        "EU",
        "AUS",
        [],
        False,
    ),
    "holder by consent": (
        grant(recipients=("AUS",), onward="parties"),
        {},
        "EU",
        "AUS",
        [consent("EU")],
        True,
    ),
    "consent": (grant(onward="originator_consent"), {}, "EU", "AUS", [consent("AUS")], True),
    "no consent": (grant(onward="originator_consent"), {}, "EU", "AUS", [], False),
    "consent of the holder": (
        grant(onward="originator_consent"),
        {},
        "EU",
        "AUS",
        [consent("AUS", originator="EU")],
        False,
    ),
    "controlled": (grant(onward="free"), {"orcon": True}, "EU", "AUS", [], False),
    "controlled, consented": (
        grant(onward="free"),
        {"orcon": True},
        "EU",
        "AUS",
        [consent("AUS")],
        True,
    ),
    "at the end": (grant(onward="free", until=AT), {}, "EU", "AUS", [], False),
    "before the end": (grant(onward="free", **LONG), {}, "EU", "AUS", [], True),
    "another's grant": (grant("KOR", onward="free"), {}, "EU", "AUS", [], False),
    "denied": (grant(onward="free"), {"denied": ("AUS",)}, "EU", "AUS", [], False),
    "not named": (grant(onward="free"), {"only": ("EU",)}, "EU", "AUS", [], False),
    "red": (grant(onward="free"), {"tlp": Tlp.RED}, "EU", "AUS", [], False),
    "expired strand": (grant(onward="free"), {"expires": AT}, "EU", "AUS", [], False),
}


@pytest.mark.parametrize(
    ("terms_of", "terms", "holder", "party", "consents", "permitted"), ONWARD.values(), ids=ONWARD
)
def test_onward(terms_of, terms, holder, party, consents, permitted) -> None:
    rules = policy(grants=[terms_of], consents=consents)
    held = labelled(strand(grant=terms_of.id, **terms))
    for act in ("receive", "pass_on"):
        assert decide(rules, held, holder, party, AT, act).permitted == permitted


def test_a_strand_without_a_grant_that_the_node_holds_goes_nowhere() -> None:
    for name in (None, "grant--unknown"):
        found = decide(policy(agreement()), labelled(strand(grant=name)), "EU", "AUS", AT)
        assert found.misses == (
            Miss("grant", "grant", name or "none", "a grant that this node holds"),
        )


# id: (agreement or None, grant's terms, strand's terms, permitted)
KEEP = {
    "as long as it lasts": (None, LONG, {}, True),
    "no longer": (None, {"until": AT}, {}, False),
    "without end": (None, {}, {}, True),
    "protected after the end": (None, {"until": AT, "keep": "protect"}, {}, True),
    "protected after leaving": ({"rest": LEFT}, {"keep": "protect"}, {}, True),
    "gone after leaving": ({"rest": LEFT}, {}, {}, False),
    "gone after all ended": ({"rest": "[exit]\nterminated = 2026-05-01"}, {}, {}, False),
    "expired": (None, {"keep": "protect"}, {"expires": AT}, False),
    "denied": (None, {"keep": "protect"}, {"denied": ("EU",)}, False),
    "named recipients do not matter": (None, {}, {"only": ()}, True),
}


@pytest.mark.parametrize(("of", "terms_of", "terms", "permitted"), KEEP.values(), ids=KEEP)
def test_keep(of, terms_of, terms, permitted) -> None:
    held_under = grant(**terms_of)
    rules = policy(*([agreement(**of)] if of else []), grants=[held_under])
    held = labelled(strand(grant=held_under.id, **terms))
    assert decide(rules, held, "EU", "EU", AT, "keep").permitted == permitted
    assert not decide(rules, held, "EU", "KOR", AT, "keep").permitted


def test_keep_by_a_consent() -> None:
    held_under = grant(recipients=("AUS",))
    held = labelled(strand(grant=held_under.id))
    assert not decide(policy(grants=[held_under]), held, "EU", "EU", AT, "keep").permitted
    agreed = policy(grants=[held_under], consents=[consent("EU")])
    assert decide(agreed, held, "EU", "EU", AT, "keep").permitted

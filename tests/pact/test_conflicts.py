"""What clauses make of one another: each kind of remark, found where it is and nowhere else."""

from __future__ import annotations

import pytest
from making import AT, PARTIES, agreement, consent, policy

from noroshi.pact.conflicts import remarks
from noroshi.pact.load import load
from noroshi.pact.policy import Policy

MORE = '[[release]]\nid = "R2"\nbasis = "model"\npillars = ["maritime"]\n'
DUTY = '[[duty]]\nid = "D"\nbasis = "model"\nwithin = "PT10M"\n'
TABLE = (
    "[[equivalence]]\nbasis = 'model'\n"
    "levels = [{ scheme = 'EU', level = 's' }, { scheme = 'JPN', level = 'g' }]\n"
)
GREEN = 'floor = { tlp = "green" }\n'


def _found(*agreements, consents=(), kinds=()):
    rules = policy(*agreements, consents=consents)
    return {
        (each.clause, each.kind, each.text)
        for each in remarks(rules, AT)
        if (each.kind in kinds if kinds else each.kind not in ("standing", "date", "approval"))
    }


def _one(rest="", release="", **terms):
    return _found(agreement(release=release, rest=rest, **terms))


NEVER = "no strand can ever pass by it"
BEATEN = "never decides: where it could, {} comes first"
# (release of R1, the rest of the file) → what is to be found
CASES = {
    "a sound agreement": ("", "", set()),
    "a lower ceiling after a higher": (
        "", MORE + 'max_tlp = "green"', {("x/R2", "shadowed", BEATEN.format("x/R1"))},
    ),
    "a higher ceiling after a lower": ("", MORE + 'max_tlp = "red"', set()),
    "a lower ceiling after a higher that redacts": (
        'transform = [{ kind = "text" }]', MORE + 'max_tlp = "green"', set(),
    ),
    "one that redacts after one that does not": (
        "", MORE + 'max_tlp = "amber"\ntransform = [{ kind = "text" }]',
        {("x/R2", "shadowed", BEATEN.format("x/R1"))},
    ),
    "one that redacts before one that does not": (
        'transform = [{ kind = "text" }]', MORE + 'max_tlp = "amber"',
        {("x/R1", "shadowed", BEATEN.format("x/R2"))},
    ),
    "one that redacts otherwise": (
        'transform = [{ kind = "text" }]',
        MORE + 'max_tlp = "amber"\ntransform = [{ kind = "identity" }]',
        {("x/R2", "shadowed", BEATEN.format("x/R1"))},
    ),
    "a clause for a kind after one for all": (
        "", MORE + 'max_tlp = "amber"\nkinds = ["stop"]',
        {("x/R2", "shadowed", BEATEN.format("x/R1"))},
    ),
    "a clause for all after one for a kind": (
        'max_tlp = "amber"\nkinds = ["stop"]', MORE + 'max_tlp = "amber"', set(),
    ),
    "a clause for personal data too": ("", MORE + 'max_tlp = "green"\npersonal = true', set()),
    "a clause for a handling tag too": (
        "", MORE + 'max_tlp = "green"\nhandling = ["eyes"]', set(),
    ),
    "a clause for a controlled item too": (
        "", MORE + 'max_tlp = "green"\ncontrol = ["5A002"]', set(),
    ),
    "a clause for an item below one that passes": (
        'control = ["5A"]', MORE + 'max_tlp = "green"\ncontrol = ["5A002"]',
        {("x/R2", "shadowed", BEATEN.format("x/R1"))},
    ),
    "a clause for less than what a policy asks": (
        'handling = ["iep:permitted_actions=none"]',
        MORE + 'max_tlp = "green"\nhandling = ["iep:permitted_actions=contact-for-instruction"]',
        {("x/R2", "shadowed", BEATEN.format("x/R1"))},
    ),
    "a clause for a licence too": (
        "", MORE + 'max_tlp = "green"\nlicence = ["non_redistributable"]', set(),
    ),
    "a clause for a higher PAP too": ("", MORE + 'max_tlp = "green"\nmax_pap = "red"', set()),
    "a clause for classified too": (
        "", MORE + 'max_tlp = "green"\nmax_class = { scheme = "EU", level = "s" }\n' + TABLE, set(),
    ),
    "an approval after none": (
        "", MORE + 'max_tlp = "amber"\napproval = "each"',
        {("x/R2", "shadowed", BEATEN.format("x/R1"))},
    ),
    "two that together permit all of a third": (
        'max_tlp = "amber"\nkinds = ["stop"]',
        MORE + 'max_tlp = "green"\n'
        + MORE.replace("R2", "R3") + 'max_tlp = "green"\nkinds = ["stop", "encounter"]',
        {("x/R3", "shadowed", BEATEN.format("x/R1, x/R2"))},
    ),
    "only what is public": (
        'max_tlp = "clear"',
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { tlp_min = 'clear' }",
        {("x/R1", "unreachable", NEVER)},
    ),
    "a clause for what is prohibited": (
        "", MORE + 'max_tlp = "red"\nkinds = ["stop"]\n'
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { kinds = ['stop'] }",
        {("x/R2", "unreachable", NEVER)},
    ),
    "a duty that is met": ("", DUTY + GREEN + 'when = { kinds = ["stop"] }', set()),
    "a duty without a clause": (
        "", DUTY + GREEN + 'when = { pillars = ["cyber"] }',
        {("x/D", "duty", "no clause can satisfy it")},
    ),
    "a duty for a kind that no clause covers": (
        'max_tlp = "green"\nkinds = ["stop"]', DUTY + GREEN + 'when = { kinds = ["encounter"] }',
        {("x/D", "duty", "no clause can satisfy it")},
    ),
    "a duty that a prohibition forbids": (
        "", DUTY + GREEN + 'when = { kinds = ["stop"] }\n'
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { personal = true }",
        {("x/D", "duty", "x/X forbids to EU, JPN some of what is owed")},
    ),
    "a duty that a prohibition forbids to one": (
        "", DUTY + GREEN + 'when = { kinds = ["stop"] }\n'
        "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['EU'] }",
        {
            ("x/D", "duty", "x/X forbids to EU some of what is owed"),
            ("x/D", "duty", "JPN to EU: no clause can satisfy it"),
            ("x/R1", "asymmetric", None),
        },
    ),
    "a duty of which some is owed to nobody that a clause reaches": (
        'max_tlp = "green"\nto = ["EU"]', DUTY + GREEN + 'when = { kinds = ["stop"] }',
        {("x/D", "duty", "EU to JPN: no clause can satisfy it")},
    ),
    "a duty that redaction fails": (
        'transform = [{ kind = "text" }]', DUTY + GREEN + 'when = { kinds = ["stop"] }',
        {("x/D", "duty", "only with more redacted than its floor allows")},
    ),
    "a duty that allows the redaction": (
        'transform = [{ kind = "text" }]',
        DUTY + 'floor = { tlp = "green", transform = [{ kind = "text" }] }\n'
        'when = { kinds = ["stop"] }', set(),
    ),
    "one way": (
        'max_tlp = "green"\nfrom = ["JPN"]', "",
        {("x/R1", "asymmetric", "JPN releases maritime to EU, which releases none of it to JPN")},
    ),
    "classified, freely": (
        'onward = "free"\nmax_class = { scheme = "EU", level = "s" }', TABLE,
        {("x/R1", "unprotected",
          "classified data may go on freely, to parties that need not protect it")},
    ),
    "personal, freely": (
        'onward = "free"\npersonal = true', "",
        {("x/R1", "unprotected",
          "personal data may go on freely, to parties that need not protect it")},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("release", "rest", "expected"), CASES.values(), ids=CASES)
def test_remarks_of_one_agreement(release: str, rest: str, expected) -> None:
    found = _one(release=release, rest=rest)
    # A prohibition that names a party makes releases one way; that is not what is asked here.
    expected = {each for each in expected if each[2] is not None}
    assert {each for each in found if each[1] != "asymmetric" or each in expected} == expected


@pytest.mark.parametrize(("hub", "owed"), [("USA", False), ("", True)], ids=["hub", "no hub"])
def test_what_goes_through_a_hub_is_owed_to_the_hub(hub: str, owed: bool) -> None:
    rest = MORE.replace("R2", "R0") + 'max_tlp = "green"\nto = ["USA"]\n'
    rest += MORE + 'max_tlp = "green"\nfrom = ["USA"]\n'
    rest += DUTY + GREEN + 'when = { kinds = ["stop"] }'
    release = 'max_tlp = "green"\nfrom = ["USA"]\nkinds = ["stop"]'
    of = agreement(
        parties='["JPN", "KOR", "USA"]', head=f'hub = "{hub}"' if hub else "",
        release=release, rest=rest,
    )  # fmt: skip
    said = _found(of, kinds=("duty",))
    texts = {
        ("x/D", "duty", f"{one}: no clause can satisfy it") for one in ("JPN to KOR", "KOR to JPN")
    }
    assert said == (texts if owed else set())


def test_a_clause_in_another_agreement_decides_first() -> None:
    found = _found(
        agreement("a", release='max_tlp = "red"'), agreement("b", release='max_tlp = "green"')
    )
    assert found == {("b/R1", "shadowed", BEATEN.format("a/R1"))}
    # For as long as the other is not in force, this one decides.
    later = agreement("a", release='max_tlp = "red"', in_force="2026-02-01")
    assert _found(later, agreement("b", release='max_tlp = "green"')) == set()
    three = agreement("b", '["EU", "JPN", "KOR"]', release='max_tlp = "green"')
    assert _found(agreement("a", release='max_tlp = "red"'), three) == set()


def test_what_is_not_in_force_is_not_said_to_be_unreachable() -> None:
    assert _one(in_force="") == set()


def test_an_agreement_that_rests_on_one_that_ended() -> None:
    ended = agreement("old", rest="[exit]\nterminated = 2026-05-01")
    new = agreement("new", '["EU", "KOR"]', head='depends_on = ["old", "absent"]')
    assert _found(ended, new) == {
        ("new", "reference", "depends on old, which has ended"),
        ("new", "reference",
         "depends on absent, which this set does not hold and so does not check"),
    }  # fmt: skip


def test_a_consent_against_a_prohibition() -> None:
    rest = "[[prohibit]]\nid = 'X'\nbasis = 'model'\nwhen = { recipients = ['KOR'] }"
    asks = agreement(release='onward = "originator_consent"', rest=rest)
    given = consent("KOR")
    text = "x/X prohibits what it consents to for KOR"
    assert _found(asks, consents=(given,)) == {(given.id, "consent", text)}
    assert _found(asks, consents=(consent("USA"),)) == set()


PROMISE = '[[commitment]]\nid = "C"\nkind = "dialogue"\ntext = "meet"\n'
LED = 'lead = { EU = "EEAS", JPN = "MOFA" }\n'
DUE = "due {}, and the file names nothing that kept it"
PROMISES = {
    "led, without a date": (LED, set()),
    "nobody leads": ("", {"no lead for EU, JPN"}),
    "one leads": ('lead = { EU = "EEAS" }', {"no lead for JPN"}),
    "nobody leads what is done": ('status = "done"', set()),
    "overdue": (LED + "due = 2026-05-01", {DUE.format("2026-05-01")}),
    "due on a day of this year": (LED + 'due = "2026"', set()),
    "done": (LED + 'due = 2026-05-01\nstatus = "done"', set()),
    "begun, at no stated interval": (LED + 'due = 2026-05-01\nstatus = "operating"', set()),
    "due again": (
        LED + 'due = 2025-05-01\nevery = "P1Y"\nstatus = "operating"',
        {DUE.format("2026-05-01, every P1Y")},
    ),
    "not yet due again": (
        LED + 'due = 2025-05-01\nevery = "P2Y"\nkept = [{ on = 2025-05-02, cites = ["a page"] }]',
        set(),
    ),
}


@pytest.mark.parametrize(("terms", "expected"), PROMISES.values(), ids=PROMISES)
def test_commitments(terms: str, expected: set[str]) -> None:
    assert _one(rest=PROMISE + terms) == {("x/C", "commitment", each) for each in expected}


def test_a_superseded_commitment_that_is_cited() -> None:
    rest = PROMISE + LED + 'status = "superseded"'
    assert _one(release='cites = ["C"]', rest=rest) == {("x/R1", "reference", "C is superseded")}


def test_each_remark_names_its_line() -> None:
    text = agreement(rest=DUTY + GREEN + 'when = { pillars = ["cyber"] }').raw
    rules = Policy((load(text, "x.toml", PARTIES),), PARTIES)
    (found,) = remarks(rules, AT, {"x": "folder/x.toml"})
    line = text.decode().splitlines().index("[[duty]]") + 1
    assert found.where == f"folder/x.toml:{line}"

"""Acts: worked cases, and what the loader says."""

from __future__ import annotations

import pytest
from making import PARTIES, agreement, policy
from planned import act

from noroshi.pact.act import ActFile, problems_of
from noroshi.pact.load import read
from noroshi.pact.permitting import permit
from noroshi.pact.reading import read_file
from noroshi.words.time import parse_instant

NOW = parse_instant("2026-06-01T12:00:00Z")

PERMIT = """[[permit]]
id = "V1"
basis = "model"
acts = ["entry", "exercise"]
purposes = ["port_call", "exercise"]
request = "P30D"
clearance = ["host"]
ships_max = 2
days_max = 5
persons_max = 300
"""
ACT = """format = "act/1"
[act]
id = "call"
kind = "port_visit"
host = "JPN"
guests = ["EU.EUNAVFOR"]
where = "territory"
from = 2026-09-01
to = 2026-09-04
purpose = "port_call"
persons = 200
[[ship]]
name = "one"
party = "EU.EUNAVFOR"
mmsi = "247000001"
[request]
by = "EU.EEAS"
on = 2026-05-01
[[clearance]]
party = "JPN.MOFA"
on = 2026-05-20
"""


def asked(text: str = ACT, rest: str = PERMIT, now: int = NOW, **terms: str):
    return permit(policy(agreement(rest=rest, **terms)), act(text), now)


def test_everything_is_there() -> None:
    found = asked()
    assert found.verdict == "permitted"
    (one,) = found.asked
    assert (one.aspect, one.host, one.guest) == ("entry", "JPN", "EU.EUNAVFOR")
    assert one.way is not None
    assert one.way.clause == "x/V1"
    assert [each.condition for each in one.way.terms] == [
        "in_force", "purpose", "ships", "days", "persons", "request", "clearance",
    ]  # fmt: skip


CLEARED = '[[clearance]]\nparty = "JPN.MOFA"\non = 2026-05-20\n'
ON = "on = 2026-05-20"
# what is changed in the act, the verdict, the condition that decides
CHANGES = {
    "not asked": (('by = "EU.EEAS"\non = 2026-05-01', ""), "missing", "request"),
    "asked tomorrow": (("on = 2026-05-01", "on = 2026-06-02"), "missing", "request"),
    "asked on the last day": (("on = 2026-05-01", "on = 2026-06-01"), "permitted", None),
    "asked some time this year": (("on = 2026-05-01", 'on = "2026"'), "missing", "request"),
    "asked by another": (('by = "EU.EEAS"', 'by = "FRA"'), "denied", "request"),
    "not cleared": ((CLEARED, ""), "missing", "clearance"),
    "cleared by the guest": (("JPN.MOFA", "EU"), "missing", "clearance"),
    "cleared tomorrow": (("on = 2026-05-20", "on = 2026-06-02"), "missing", "clearance"),
    "cleared some time in June": (("on = 2026-05-20", 'on = "2026-06"'), "missing", "clearance"),
    "cleared until too early": ((ON, ON + "\nuntil = 2026-09-03"), "missing", "clearance"),
    "cleared until its last day": ((ON, ON + "\nuntil = 2026-09-04"), "permitted", None),
    "refused": (("on = 2026-05-20", "on = 2026-05-20\nrefused = true"), "denied", "clearance"),
    "another purpose": (('"port_call"', '"operation"'), "denied", "purpose"),
    "too long": (("to = 2026-09-04", "to = 2026-09-06"), "denied", "days"),
    "of a month only": (("to = 2026-09-04", 'to = "2026-09"'), "denied", "days"),
    "too many persons": (("persons = 200", "persons = 301"), "denied", "persons"),
    "persons not said": (("persons = 200\n", ""), "missing", "persons"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "verdict", "condition"), CHANGES.values(), ids=CHANGES)
def test_what_decides(change: tuple[str, str], verdict: str, condition: str | None) -> None:
    assert change[0] in ACT
    text = ACT.replace(*change, 1).replace("[request]\n\n", "")
    found = asked(text)
    assert found.verdict == verdict
    (one,) = found.asked
    ways = (one.way,) if one.way else one.tried
    wrong = [term.condition for way in ways if way for term in way.terms if term.state != "met"]
    assert wrong == ([condition] if condition else [])


STATES = {
    "not signed": ({"in_force": ""}, "negotiating, not signed"),
    "in force during it": ({"in_force": "2026-09-02"}, "from 2026-09-02 on"),
    "ends during it": ({"rest": PERMIT + "[exit]\nterminated = 2026-09-04"}, "until 2026-09-04"),
    "the guest has left": (
        {"rest": PERMIT + "[exit]\nleft = [{ party = 'EU', effective = 2026-08-01 }]"},
        "until 2026-08-01",
    ),
}


@pytest.mark.parametrize(("terms", "told"), STATES.values(), ids=STATES)
def test_it_must_be_in_force_for_both_from_beginning_to_end(terms, told: str) -> None:
    found = asked(**({"rest": PERMIT} | terms))
    assert found.verdict == "denied"
    (way,) = found.asked[0].tried
    assert (way.terms[-1].condition, way.terms[-1].found) == ("in_force", told)
    assert way.terms[-1].wanted == "in force for both 2026-09-01 to 2026-09-04"


def test_no_agreement_no_visit() -> None:
    found = permit(policy(agreement(parties='["FRA", "JPN"]', rest=PERMIT)), act(ACT), NOW)
    assert found.verdict == "denied"
    assert found.asked[0].tried == ()
    assert permit(policy(), act(ACT), NOW).verdict == "denied"


def test_a_prohibition_wins() -> None:
    never = PERMIT + '[[forbid]]\nid = "X1"\nbasis = "model"\nwhen = { guest = ["EU"] }\n'
    found = asked(rest=never)
    assert (found.verdict, found.asked[0].forbidden) == ("denied", ("x/X1",))
    other = never.replace('["EU"]', '["EU.EEAS"]')
    assert asked(rest=other).verdict == "permitted"


NOBODY = ('[request]\nby = "EU.EEAS"\non = 2026-05-01\n', "")
# The last day for a request is 1 August, thirty days before 1 September at 00:00.
EDGES = {
    "on the last day": (
        ("on = 2026-05-01", "on = 2026-08-01"),
        "2026-08-20T00:00:00Z",
        "permitted",
    ),
    "the day after": (("on = 2026-05-01", "on = 2026-08-02"), "2026-08-20T00:00:00Z", "denied"),
    "still time": (NOBODY, "2026-08-01T23:59:59Z", "missing"),
    "no more time": (NOBODY, "2026-08-02T00:00:00Z", "denied"),
}


@pytest.mark.parametrize(("change", "now", "verdict"), EDGES.values(), ids=EDGES)
def test_a_request_has_a_last_day(change: tuple[str, str], now: str, verdict: str) -> None:
    assert change[0] in ACT
    found = asked(ACT.replace(*change, 1), now=parse_instant(now))
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("since", "verdict"), [("2026-09-04", "denied"), ("2026-09-05", "permitted")]
)
def test_a_prohibition_counts_while_its_agreement_stands(since: str, verdict: str) -> None:
    never = '[[forbid]]\nid = "X1"\nbasis = "model"\nwhen = { acts = ["entry"] }\n'
    other = agreement("y", parties='["FRA", "JPN"]', rest=never, in_force=since)
    assert permit(policy(agreement(rest=PERMIT), other), act(ACT), NOW).verdict == verdict


SUPPLY = """[[permit]]
id = "L1"
basis = "model"
acts = ["supply"]
supplies = ["fuel", "water"]
"""


def test_a_refuelling_in_port_takes_entry_and_supply_from_two_agreements() -> None:
    text = ACT.replace('"port_visit"', '"refuelling"').replace(
        "persons", 'supplies = ["water"]\npersons'
    )
    both = policy(agreement("a", rest=PERMIT), agreement("b", rest=SUPPLY))
    found = permit(both, act(text), NOW)
    assert found.verdict == "permitted"
    assert {each.aspect: each.way and each.way.clause for each in found.asked} == {
        "entry": "a/V1",
        "supply": "b/L1",
    }
    assert permit(policy(agreement("a", rest=PERMIT)), act(text), NOW).verdict == "denied"
    arms = text.replace('["water"]', '["ammunition"]')
    supply = permit(both, act(arms), NOW).asked[1]
    assert supply.tried[0].terms[-1].condition == "supplies"


THIRD = """[[permit]]
id = "E1"
basis = "model"
acts = ["exercise"]
third = "mutual_consent"
"""
EXERCISE = """format = "act/1"
[act]
id = "exercise"
kind = "exercise"
host = "JPN"
guests = ["EU", "IND"]
where = "high_sea"
from = 2026-09-01
to = 2026-09-02
purpose = "exercise"
[[consent]]
party = "JPN"
for = "IND"
on = 2026-05-01
"""


def test_a_third_joins_when_both_agree() -> None:
    found = asked(EXERCISE, THIRD)
    assert [each.verdict for each in found.asked] == ["permitted", "missing"]
    missing = found.asked[1].way
    assert missing is not None
    assert [each.wanted for each in missing.missing] == ["EU agrees that IND joins"]
    both = EXERCISE + '[[consent]]\nparty = "EU"\nfor = "IND"\non = 2026-05-02\n'
    assert asked(both, THIRD).verdict == "permitted"
    assert asked(both.replace('["EU", "IND"]', '["IND"]'), THIRD).verdict == "denied"
    assert asked(both, THIRD.replace("mutual_consent", "none")).verdict == "denied"


BAD = {
    "no such party": (('host = "JPN"', 'host = "JPX"'), 5, "unknown party"),
    "a guest twice": (('["EU.EUNAVFOR"]', '["EU", "EU"]'), 6, "named twice"),
    "its own guest": (('["EU.EUNAVFOR"]', '["JPN"]'), 6, "named twice"),
    "no guest": (('["EU.EUNAVFOR"]', "[]"), 6, "at least one guest"),
    "a visit at sea": (('"territory"', '"high_sea"'), 7, "no port there"),
    "no date": (("from = 2026-09-01", 'from = "2026-13"'), 8, "wrong value"),
    "ends before it begins": (("to = 2026-09-04", "to = 2026-08-04"), 9, "ends before"),
    "half a place": (("persons = 200", "lon = 3.0"), 2, "half a place"),
    "a ship of nobody": (('party = "EU.EUNAVFOR"', 'party = "FRA"'), 14, "takes no part"),
    "not nine digits": (('"247000001"', '"2470"'), 15, "nine digits"),
    "a misspelt key": (("persons", "person"), 11, "did you mean 'persons'"),
    "another format": (('"act/1"', '"act/2"'), 1, "wrong value"),
    "not TOML": (("host =", "host"), 5, "not TOML"),
}


@pytest.mark.parametrize(("change", "line", "said"), BAD.values(), ids=BAD)
def test_a_wrong_act_names_its_line(change: tuple[str, str], line: int, said: str) -> None:
    assert change[0] in ACT
    data = ACT.replace(*change, 1).encode()
    found = read_file(data, "act.toml", ActFile, lambda f, r: problems_of(f, r, PARTIES))
    assert isinstance(found, tuple)
    assert said in found[0].text()
    assert found[0].where == f"act.toml:{line}"


BLOCKS = {
    "supplies nothing": ((SUPPLY.replace('"fuel", "water"', "")), "supplies"),
    "forbids everything": ('[[forbid]]\nid = "X"\nbasis = "model"\nwhen = {}\n', "no condition"),
    "of nobody here": (PERMIT + 'host = ["FRA"]\n', "not a party"),
    "cleared by nobody here": (PERMIT.replace('["host"]', '["FRA"]'), "not a party"),
    "no duration": (PERMIT.replace("P30D", "P1X"), "wrong value"),
}


@pytest.mark.parametrize(("rest", "said"), BLOCKS.values(), ids=BLOCKS)
def test_a_wrong_block_is_refused(rest: str, said: str) -> None:
    good = agreement().raw.decode()
    found = read((good + rest).encode(), "x.toml", PARTIES)
    assert isinstance(found, tuple)
    assert said in found[0].text()

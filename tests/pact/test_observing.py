"""Rules by which a finding or record is recognised, in words and against what is seen."""

from __future__ import annotations

import pytest
from making import PARTIES, agreement, policy
from pyais.util import get_country

from noroshi.desks.registry import kinds
from noroshi.pact.conflicts import remarks
from noroshi.pact.load import read
from noroshi.pact.observing import Seen, conditions, recognised, rule
from noroshi.pact.promised import Observe
from noroshi.words.errors import BadAgreement
from noroshi.words.flag import _STATES, flag

JPN, ITA, FRA, USA = "mmsi:431000001", "mmsi:247000001", "mmsi:226000001", "mmsi:338000001"
EXERCISE = Observe(
    ("ships_in_company",),
    pillars=("maritime",),
    owners=("JPN", "EU"),
    flags=("EU", "JPN"),
    subjects_min=3,
    measures={"class": ("likely",)},
    least={"duration_h": 2},
)
GOOD = {
    "kind": "ships_in_company",
    "owner": "JPN.JCG",
    "pillar": "maritime",
    "subjects": (JPN, ITA, FRA),
    "measures": {"class": "likely", "duration_h": 2.0},
}
# what is different, and the one condition that then fails
WRONG = {
    "another kind": ({"kind": "encounter"}, "kind"),
    "another pillar": ({"pillar": "cyber"}, "pillar"),
    "made by another": ({"owner": "USA"}, "made by"),
    "two ships": ({"subjects": (JPN, ITA)}, "subjects"),
    "two ships and one twice": ({"subjects": (JPN, ITA, ITA)}, "subjects"),
    "none of Japan": ({"subjects": (ITA, FRA, USA)}, "flag"),
    "none of the Union": ({"subjects": (JPN, USA, "mmsi:432000001")}, "flag"),
    "no MMSI": ({"subjects": (ITA, FRA, "imo:431000001")}, "flag"),
    "another class": ({"measures": {"class": "possible", "duration_h": 2}}, "class"),
    "too short": ({"measures": {"class": "likely", "duration_h": 1.9}}, "duration_h"),
    "not measured": ({"measures": {"class": "likely"}}, "duration_h"),
    "a text for a number": ({"measures": {"class": "likely", "duration_h": "3"}}, "duration_h"),
}


def test_the_rule_recognises_and_says_what_it_wants() -> None:
    assert recognised(EXERCISE, Seen(**GOOD), PARTIES)
    assert rule(EXERCISE) == (
        "a record of kind ships_in_company, in the pillar maritime, made by JPN or EU, about 3 "
        "subjects or more, with a ship of each of EU, JPN, by the digits of its MMSI, class being "
        "likely, duration_h at least 2"
    )


@pytest.mark.parametrize(("change", "condition"), WRONG.values(), ids=WRONG)
def test_one_condition_that_fails_is_enough(change, condition) -> None:
    seen = Seen(**(GOOD | change))
    assert not recognised(EXERCISE, seen, PARTIES)
    failed = [each.condition for each in conditions(EXERCISE, seen, PARTIES) if not each.met]
    assert failed == [condition]


def test_a_report_has_no_subjects_and_needs_none() -> None:
    report = Observe(("report",), pillars=("information",), owners=("EU",))
    assert recognised(report, Seen("report", "EU.EEAS", "information"), PARTIES)
    assert not recognised(report, Seen("report", "JPN", "information"), PARTIES)


def test_flags_are_those_of_the_table_that_pyais_carries() -> None:
    for digits in _STATES:
        if digits != "550":  # Timor-Leste, which pyais does not list
            assert get_country(int(digits) * 10**6)[0] != "NA"
    pairs = {"JPN": "JP", "ITA": "IT", "GBR": "GB", "USA": "US", "KOR": "KR", "AUS": "AU",
             "PHL": "PH", "IND": "IN", "DEU": "DE", "FRA": "FR", "NLD": "NL"}  # fmt: skip
    for digits, code in _STATES.items():
        if code in pairs:
            assert get_country(int(digits) * 10**6)[0] == pairs[code]


@pytest.mark.parametrize("subject", ["mmsi:1", "mmsi:abc", "mmsi:999000001", "imo:431000001", ""])
def test_no_flag(subject: str) -> None:
    assert flag(subject) is None


PROMISE = """[[commitment]]
id = "C1"
kind = "exercise"
text = "Exercise"
pillars = ["maritime"]
lead = { EU = "an office", JPN = "another" }
every = "P1Y"
due = 2025-07-23
observe = { kinds = ["port_visit"], pillars = ["maritime"], flags = ["EU"], least = { duration_h = 2 } }
"""  # noqa: E501
# before, after, what the loader says
BAD = {
    "a cadence of hours": ('"P1Y"', '"PT6H"', "every: wrong value; found PT6H"),
    "a cadence of nothing": ('"P1Y"', '"P0D"', "every: wrong value; found P0D"),
    "finer than its date": ("2025-07-23", '"2025"\nevery = "P1M"', "due more often than its date"),
    "due before it began": ("due =", "since = 2026-01-01\ndue =", "due before it began"),
    "a lead that is no party": ("JPN =", "AUS =", "lead.AUS: not a party, nor below one"),
    "a lead that nobody knows": ("JPN =", "JPX =", "lead.JPX: unknown party"),
    "no flag": ('flags = ["EU"]', 'flags = ["NATO.X"]', "flags[1]: unknown party"),
    "nobody sails under it": ('flags = ["EU"]', 'flags = ["UN"]', "no ship flies its flag"),
    "an owner nobody knows": ("flags", "owners", None),
    "another pillar": ('pillars = ["maritime"], fl', 'pillars = ["cyber"], fl', "not a pillar of"),
    "no value": ("least = { duration_h = 2 }", "measures = { port = [] }", "port: no value"),
    "a misspelt key": ("flags", "flag", "unknown key; found flag"),
    "no kind": ('["port_visit"]', "[]", "at least one kind"),
    "kept at no date": ("observe", "kept = [{ on = '2025-13', cites = ['x'] }]\nobserve",
                        "2025-13"),
    "kept without a source": ("observe", "kept = [{ on = 2025-01-01, cites = [] }]\nobserve",
                              "at least one source"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), BAD.values(), ids=BAD)
def test_the_loader_names_the_line(before: str, after: str, said: str | None) -> None:
    good = agreement(rest=PROMISE).raw.decode()
    assert before in good
    if "every" in after and "due" not in before:
        good = good.replace('every = "P1Y"\n', "") if before == "2025-07-23" else good
    if before == "2025-07-23":
        good = good.replace('every = "P1Y"\n', "")
    start = good.index("[[commitment]]")
    changed = good[:start] + good[start:].replace(before, after, 1)
    found = read(changed.encode(), "x.toml", PARTIES)
    if said is None:
        assert not isinstance(found, tuple)
        return
    assert isinstance(found, tuple)
    assert isinstance(found[0], BadAgreement)
    assert said in found[0].text()
    line = int(found[0].where.removeprefix("x.toml:"))
    assert changed[:start].count("\n") < line <= changed.count("\n") + 1


def test_what_no_desk_here_can_find_is_remarked() -> None:
    text = PROMISE.replace("port_visit", "port_vist").replace("duration_h", "lenght_h")
    found = [each for each in remarks(policy(agreement(rest=text)), 0, None, kinds())
             if each.kind == "observe"]  # fmt: skip
    assert [each.text for each in found] == [
        "no desk here finds port_vist, nor is it a STIX type; did you mean 'port_visit'?",
        "port_vist does not measure lenght_h",
    ]
    assert not any(
        each.kind == "observe"
        for each in remarks(policy(agreement(rest=PROMISE)), 0, None, kinds())
    )

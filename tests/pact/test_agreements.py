"""The six bundled agreements: what they are, when they grant, and that their facts are sourced."""

from __future__ import annotations

import csv
import importlib.resources
from pathlib import Path

import pytest
from making import PARTIES, labelled, strand

from noroshi.pact.calendar import calendar
from noroshi.pact.commitments import observed
from noroshi.pact.decide import decide
from noroshi.pact.load import load
from noroshi.pact.observing import Seen
from noroshi.pact.policy import Policy
from noroshi.words.label import Tlp
from noroshi.words.time import FOREVER, parse_instant

FOLDER = importlib.resources.files("noroshi.data").joinpath("agreements")
FILES = sorted(each.name for each in FOLDER.iterdir() if each.name.endswith(".toml"))
AGREEMENTS = {
    each.removesuffix(".toml"): load(FOLDER.joinpath(each).read_bytes(), each, PARTIES)
    for each in FILES
}
POLICY = Policy(AGREEMENTS.values(), PARTIES)

# Signature and entry into force are rows of shared/data/agreements/partnerships.csv.
FACTS = {
    "eu-jpn-sdp": ("2024-11-01", "2024-11-01T00:00:00Z"),
    "eu-jpn-sia": (None, None),
    "fra-jpn-isa": ("2011-10-24", "2011-10-31T00:00:00Z"),
    "jpn-aus-isa": ("2012-05-17", "2013-03-31T00:00:00Z"),
    "jpn-kor-gsomia": ("2016-11-23", "2016-11-30T00:00:00Z"),
    "tisa-2014": ("2014-12-28", "2014-12-29T00:00:00Z"),
}
ROWS = {"fra-jpn-isa": "jpn-fra-isa", "tisa-2014": "tisa"}


def test_the_six() -> None:
    assert [each.removesuffix(".toml") for each in FILES] == sorted(FACTS)
    assert all(each.id == name for name, each in AGREEMENTS.items())


@pytest.mark.parametrize("name", FACTS)
def test_grants_from_the_latest_reading_of_its_date(name: str) -> None:
    signed, start = FACTS[name]
    assert AGREEMENTS[name].head.signed == signed
    window = POLICY.windows[name]
    assert window == (parse_instant(start), FOREVER) if start else window.start == FOREVER


@pytest.mark.parametrize("name", FACTS)
def test_says_where_it_comes_from(name: str) -> None:
    agreement = AGREEMENTS[name]
    assert agreement.head.docs
    assert all(each.url.startswith("https://") for each in agreement.head.docs)
    clauses = (*agreement.file.release, *agreement.file.prohibit, *agreement.file.duty)
    # None of the texts was read clause by clause, so none may claim to be quoted.
    assert {each.basis for each in clauses} <= {"model", "practice"}
    assert all(each.cites for each in agreement.file.commitment)


@pytest.mark.shared
@pytest.mark.parametrize("name", FACTS)
def test_dates_and_parties_match_the_shared_row(name: str, shared: Path) -> None:
    with (shared / "data/agreements/partnerships.csv").open() as file:
        row = next(each for each in csv.DictReader(file) if each["id"] == ROWS.get(name, name))
    head = AGREEMENTS[name].head
    assert head.signed == (row["signed"] or None)
    assert list(head.parties) == sorted(row["parties"].split(";"))
    if row["in_force"]:
        assert head.in_force == row["in_force"]


@pytest.mark.shared
def test_all_commitments_of_the_partnership_are_there(shared: Path) -> None:
    with (shared / "data/agreements/commitments.csv").open() as file:
        rows = {each["id"]: each for each in csv.DictReader(file) if each["id"].startswith("C")}
    ours = {each.id: each for each in AGREEMENTS["eu-jpn-sdp"].file.commitment}
    assert list(ours) == sorted(rows)
    for name, each in ours.items():
        assert each.kind == rows[name]["kind"]
        assert each.lead == {"EU": rows[name]["lead_eu"], "JPN": rows[name]["lead_jp"]}
        assert (each.since or each.due) == (rows[name]["first_due"] or None)
        assert not each.pillars or rows[name]["pillar"] in each.pillars


NOW = parse_instant("2026-11-01T00:00:00Z")
# id: (strand's terms, party, at, expected (verdict, clauses))
ANSWERS = {
    "stop at sea": ({"tlp": Tlp.AMBER}, "EU", ("partial", ("eu-jpn-sdp/R1",))),
    "port visit": ({"kind": "port_visit"}, "EU", ("released", ("eu-jpn-sdp/R3",))),
    "indicator": ({"pillar": "cyber", "tlp": Tlp.AMBER}, "EU", ("released", ("eu-jpn-sdp/R2",))),
    "strict": ({"tlp": Tlp.AMBER_STRICT}, "EU", ("withheld", ())),
    "to France by its own": ({"tlp": Tlp.AMBER}, "FRA", ("released", ("fra-jpn-isa/R1",))),
    "controlled, not named": ({"orcon": True}, "EU", ("withheld", ())),
    "personal": ({"personal": True}, "EU", ("withheld", ())),
    "to a member": ({"tlp": Tlp.AMBER}, "DEU", ("withheld", ())),
    "information security": ({"pillar": "info_security"}, "EU", ("withheld", ())),
}


@pytest.mark.parametrize(("terms", "party", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_answer(terms, party, expected) -> None:
    found = decide(POLICY, labelled(strand(**terms)), "JPN", party, NOW)
    assert (found.verdict, found.clauses) == expected


def test_nothing_before_the_partnership() -> None:
    before = parse_instant("2024-10-31T23:59:59Z")
    assert decide(POLICY, labelled(strand()), "JPN", "EU", before).verdict == "withheld"


def test_an_agreement_under_negotiation_grants_nothing_and_says_so() -> None:
    found = decide(POLICY, labelled(strand(pillar="info_security")), "JPN", "EU", NOW)
    assert [(each.clause, each.found) for each in found.misses] == [
        ("eu-jpn-sia/R1", "negotiating, not signed")
    ]


PAIR = ("mmsi:431000001", "mmsi:247000001")
SEEN = {
    "port visit": ("port_visit", ("mmsi:1",), {"C10"}),
    "ships in company": ("ships_in_company", PAIR, {"C08", "C09"}),
    "two Japanese ships": ("ships_in_company", ("mmsi:431000001", "mmsi:432000001"), set()),
    "ships of no known flag": ("ships_in_company", ("mmsi:1", "mmsi:2"), set()),
    "one ship in company": ("ships_in_company", PAIR[:1], set()),
    "stop": ("stop", ("mmsi:1",), {"C13"}),
    "indicator": ("indicator", (), set()),
}


@pytest.mark.parametrize(("kind", "subjects", "expected"), SEEN.values(), ids=SEEN)
def test_observed(kind, subjects, expected) -> None:
    seen = Seen(kind, "JPN", "maritime", subjects)
    found = observed(AGREEMENTS.values(), seen, NOW, PARTIES)
    assert {each.id for _, each in found} == expected
    assert {name for name, _ in found} <= {"eu-jpn-sdp"}
    assert all(each.observe and each.observe.note for _, each in found)
    assert observed(AGREEMENTS.values(), seen, 0, PARTIES) == ()


def test_what_was_done_before_is_told_and_counts_for_nothing_due() -> None:
    entries = {each.id: each for each in calendar(POLICY, {}, NOW)}
    summit, dialogue = entries["eu-jpn-sdp/C04"], entries["eu-jpn-sdp/C06"]
    assert [(each.n, each.state) for each in summit.turns[:2]] == [(0, "kept"), (1, "missed")]
    assert [each.state for each in dialogue.turns[:1]] == ["missed"]
    assert dialogue.deeds
    assert not dialogue.turns[0].deeds
    assert {each.status for each in entries.values()} == {"overdue", "due", "unknown", "kept"}

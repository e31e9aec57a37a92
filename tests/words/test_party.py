"""The registry: append-only positions, lines of agencies, members of unions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from noroshi.words.errors import BadInput, UnknownParty
from noroshi.words.party import Parties, Party, load_parties, packaged_parties

# Positions are part of stored masks: this list may grow, and never change.
FIRST = [
    "EU",
    "NATO",
    "ASEAN",
    "UN",
    "AUT",
    "BEL",
    "BGR",
    "HRV",
    "CYP",
    "CZE",
    "DNK",
    "EST",
    "FIN",
    "FRA",
    "DEU",
    "GRC",
    "HUN",
    "IRL",
    "ITA",
    "LVA",
    "LTU",
    "LUX",
    "MLT",
    "NLD",
    "POL",
    "PRT",
    "ROU",
    "SVK",
    "SVN",
    "ESP",
    "SWE",
    "ALB",
    "CAN",
    "ISL",
    "MNE",
    "MKD",
    "NOR",
    "TUR",
    "GBR",
    "USA",
    "BRN",
    "KHM",
    "IDN",
    "LAO",
    "MYS",
    "MMR",
    "PHL",
    "SGP",
    "THA",
    "TLS",
    "VNM",
    "JPN",
    "AUS",
    "KOR",
    "NZL",
    "IND",
    "UKR",
    "MDA",
    "GHA",
    "CHE",
    "PNG",
    "FJI",
    "JPN.MOFA",
    "JPN.MOD",
    "JPN.JCG",
    "JPN.JMSDF",
    "JPN.NCO",
    "EU.COM",
    "EU.EEAS",
    "EU.ENISA",
    "EU.EMSA",
    "EU.EUNAVFOR",
    "EU.FRONTEX",
    "EU.EDA",
    "EU.SATCEN",
    "EU.CERTEU",
    "FRA.ANSSI",
    "AUS.ASD",
    "KOR.MND",
    "USA.DOD",
]


def test_positions_never_change() -> None:
    parties = packaged_parties()
    assert len(parties) > 63
    assert list(parties.order[: len(FIRST)]) == FIRST
    assert parties.position("EU") == 0


def test_every_party_has_both_names_and_agencies_stand_below() -> None:
    parties = packaged_parties()
    for code in parties.order:
        party = parties.get(code)
        assert party.en
        assert party.ja
        assert (party.kind == "agency") == ("." in code)
        assert party.below == (code.rpartition(".")[0] or None)


@pytest.mark.shared
@pytest.mark.parametrize("group", ["EU", "NATO", "ASEAN"])
def test_membership(group: str, shared: Path) -> None:
    with (shared / "data/agreements/groups.csv").open() as file:
        rows = {each["iso3"] for each in csv.DictReader(file) if each["group"] == group}
    assert set(packaged_parties().members(group)) == rows


def test_line_of_an_agency_and_of_a_member() -> None:
    parties = packaged_parties()
    assert parties.line("EU.EEAS") == ("EU.EEAS", "EU")
    assert parties.line("FRA") == ("FRA",)
    assert parties.line("ZZZ") == ("ZZZ",)
    assert parties.is_in("JPN.JCG", ("JPN",))
    assert not parties.is_in("JPN", ("JPN.JCG",))


def test_extended_keeps_positions() -> None:
    parties = packaged_parties()
    more = parties.extended((Party("JPN.X1", "agency", "x", "x", below="JPN"),))
    assert more.order[: len(parties)] == parties.order
    assert more.position("JPN.X1") == len(parties)


BAD = {
    "twice": ((Party("JPN", "state", "", ""), Party("JPN", "state", "", "")), "registered twice"),
    "not a code": ((Party("jpn", "state", "", ""),), "not a party code: 'jpn'"),
    "below nobody": ((Party("JPN.JCG", "agency", "", "", below="JPN"),), "no party 'JPN'"),
    "member of nothing": ((Party("FRA", "state", "", "", member=("EU",)),), "no party 'EU'"),
}


@pytest.mark.parametrize(("parties", "message"), BAD.values(), ids=BAD)
def test_bad_registry(parties: tuple[Party, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Parties(parties)


def test_bad_file_names_its_place() -> None:
    with pytest.raises(BadInput, match=r"^own\.toml: .*unknown field `cod`"):
        load_parties('format = "parties/1"\n[[party]]\ncod = "X"', "own.toml")


def test_unknown_party_has_a_hint() -> None:
    with pytest.raises(UnknownParty, match="no party 'ZZZ' in the registry\nHint: "):
        packaged_parties().get("ZZZ")

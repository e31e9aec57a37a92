"""Terms of TLP, PAP and IEP however they are spelt, and what is said of those not understood."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from bundles import (
    ACS3,
    AT,
    CUI,
    IEP2,
    PAP,
    STAMP,
    TLP2,
    declared,
    extended,
    malware,
    marking,
    read,
)

from noroshi.desks.cyber import desk
from noroshi.desks.cyber.demand import SILENT, WITHHELD, Terms, strictest
from noroshi.desks.cyber.terms import BUILT_IN, defined, said
from noroshi.words.desk import Rejected, Source
from noroshi.words.label import (
    Pap,
    Tlp,
)
from noroshi.words.record import Record
from noroshi.words.time import parse_instant


@pytest.mark.shared
def test_the_published_pap_ids(shared: Path) -> None:
    table = json.loads((shared / "data/cyber/oasis/extensions/pap_ids.json").read_text("utf-8"))
    levels = {"white": Pap.CLEAR, "green": Pap.GREEN, "amber": Pap.AMBER, "red": Pap.RED}
    assert table["extension"] == PAP
    for level, found in table["ids"].items():
        assert BUILT_IN[found] == Terms(pap=levels[level])


def test_pap_says_nothing_of_tlp() -> None:
    mark = marking(**extended(PAP, pap="amber"))
    strand = read([malware(object_marking_refs=[mark["id"]]), mark])[malware()["id"]]
    assert (strand.tlp, strand.pap) == (Tlp.AMBER, Pap.AMBER)


@pytest.mark.shared
def test_the_published_iep_example(shared: Path) -> None:
    raw = (shared / "data/cyber/oasis/extensions/iep2_example.json").read_bytes()
    assert defined(raw) == Terms(
        tlp=Tlp.AMBER,
        handling=(
            "iep:affected_party_notifications=may",
            "iep:encrypt_in_transit=may",
            "iep:permitted_actions=externally-visible-direct-actions",
            "iep:provider_attribution=must-not",
            "iep:unmodified_resale=must-not",
        ),
        not_before=parse_instant("2022-10-01T00:00:00Z"),
    )


def test_an_iep_ends_and_white_is_clear() -> None:
    mark = marking(**extended(IEP2, tlp="white", end_date="2027-01-01T00:00:00Z"))
    assert defined(json.dumps(mark).encode()) == Terms(
        tlp=Tlp.CLEAR, expires=parse_instant("2027-01-01T00:00:00Z")
    )


@pytest.mark.parametrize(
    "text",
    ["", "tlpgreen", "see TLP:RED", "PAPER: x", "copyright", "TLP guide", "pap smear", "TLP-2023"],
)
def test_other_text_says_nothing(text: str) -> None:
    assert said(text) == SILENT


SPELT = {
    "TLP:WHITE": Terms(tlp=Tlp.CLEAR),
    "tlp:clear": Terms(tlp=Tlp.CLEAR),
    " TLP : Green ": Terms(tlp=Tlp.GREEN),
    "TLP AMBER": Terms(tlp=Tlp.AMBER),
    "tlp-amber": Terms(tlp=Tlp.AMBER),
    "TLP：ＡＭＢＥＲ": Terms(tlp=Tlp.AMBER),
    "TLP:AMBER+STRICT": Terms(tlp=Tlp.AMBER_STRICT),
    "TLP:AMBER + Strict": Terms(tlp=Tlp.AMBER_STRICT),
    "TLP:amber-strict": Terms(tlp=Tlp.AMBER_STRICT),
    "tlp:amber_strict": Terms(tlp=Tlp.AMBER_STRICT),
    'tlp:"red"': Terms(tlp=Tlp.RED),
    "TLP:EX:CHR": WITHHELD,
    "PAP:AMBER": Terms(pap=Pap.AMBER),
    "pap:white": Terms(pap=Pap.CLEAR),
    "PAP: Red": Terms(pap=Pap.RED),
    "PAP:RED and more": WITHHELD,
}


@pytest.mark.parametrize("text", SPELT)
def test_case_width_and_spaces_do_not_count(text: str) -> None:
    assert said(text) == SPELT[text]


PAP_ENCODINGS = {
    "extension": lambda level: extended(PAP, pap=level),
    "TLP 1 shape": lambda level: {"definition_type": "pap", "definition": {"pap": level}},
    "name only": lambda level: {"name": f"PAP:{level.upper()}"},
    "statement": lambda level: {
        "definition_type": "statement",
        "definition": {"statement": f"pap:{level}"},
    },
    "OpenCTI": lambda level: {
        "definition_type": "statement",
        "definition": {"statement": "custom"},
        "x_opencti_definition_type": "PAP",
        "x_opencti_definition": f"PAP:{level.upper()}",
    },
}


@pytest.mark.parametrize("pap", Pap, ids=lambda pap: pap.value)
@pytest.mark.parametrize("encoding", PAP_ENCODINGS)
def test_each_encoding_of_pap(encoding: str, pap: Pap) -> None:
    mark = marking(**PAP_ENCODINGS[encoding](pap.value))
    assert defined(json.dumps(mark).encode()) == Terms(pap=pap)
    assert read([malware(labels=[f"PAP:{pap.value.upper()}"])])[malware()["id"]].pap is pap


STATED = {
    "permitted_actions": "none",
    "affected_party_notifications": "must-not",
    "provider_attribution": "must",
    "encrypt_in_transit": "must",
    "unmodified_resale": "may",
}


def test_every_statement_of_an_iep_is_a_handling_tag() -> None:
    told = {"iep_id": "x", "iep_version": 2.0, "description": "d", "start_date": STAMP}
    found = defined(json.dumps(marking(**extended(IEP2, tlp="red", **told, **STATED))).encode())
    assert found == Terms(
        tlp=Tlp.RED,
        handling=tuple(sorted(f"iep:{name}={value}" for name, value in STATED.items())),
        not_before=parse_instant(STAMP),
    )


@pytest.mark.parametrize(
    ("definition", "said_of_it"),
    [
        (extended(CUI, banner="CUI"), "CUI: not known here"),
        (extended(ACS3, identifier="x"), "ACS 3.0: Object missing required field"),
        (extended(IEP2, encrypt_in_transit="should"), "IEP 2.0: encrypt_in_transit 'should'"),
        ({"name": "EYES ONLY"}, "a definition of no kind that is known here"),
        (extended(TLP2, tlp_2_0="ultraviolet"), "a level that nobody published"),
    ],
    ids=["CUI", "ACS", "IEP", "name", "level"],
)
def test_what_was_not_understood_is_said(definition: dict[str, Any], said_of_it: str) -> None:
    data = json.dumps({"objects": [malware(), marking(**definition)]}).encode()
    source = Source("b", "b", AT, "0", declared(), "JPN", "C", lambda: io.BytesIO(data))
    found = list(desk.read(source))
    assert [each.id for each in found if isinstance(each, Record)] == [
        malware()["id"],
        marking()["id"],
    ]
    (reason,) = [each.reason for each in found if isinstance(each, Rejected)]
    assert reason.startswith(said_of_it)
    assert reason.endswith(": all that it marks is withheld")


def test_an_agency_is_within_its_state_and_nobody_else() -> None:
    both = strictest(Terms(only=("EU", "JPN.JCG")), Terms(only=("EU.INTCEN", "EUMS", "JPN")))
    assert both.only == ("EU.INTCEN", "JPN.JCG")

"""ACS 3.0: each property of the specification, what it makes of a strand, and what withholds.

The examples are ours; the values are those of the JSON schema `isa-acs-3-0` of the OASIS common
objects and of the Access Control Specification 3.0a.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from bundles import ACS3, declared, extended, malware, marking, read

from noroshi.desks.cyber.acs import terms
from noroshi.desks.cyber.demand import WITHHELD, Terms
from noroshi.words.label import ClassMark, Pap, Tlp
from noroshi.words.time import parse_instant

PERMIT = "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=permit"
NO_PRIVILEGE = "urn:isa:policy:acs:ns:v3.0?privdefault=deny&sharedefault=permit"
NO_SHARING = "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=deny"
ALL = {
    name: ["ALL"]
    for name in ("permitted_nationalities", "permitted_organizations", "shareability", "entity")
}
ACTIONS = (
    *("ANONYMOUSACCESS", "CISAUSES", "DSPLY", "IDSRC", "INTEL", "LEGAL", "NETDEF", "OPACTION"),
    *("REQUEST", "TEARLINE", "TENOT"),
)


def acs(controls: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "extension_type": "property-extension",
        "identifier": "isa:guide.999191.ACS3-00000000-0000-4000-8000-000000000000",
        "create_date_time": "2026-01-01T00:00:00.000Z",
        "responsible_entity_custodian": "USA.DHS.US-CERT",
        "policy_reference": PERMIT,
        "control_set": {"classification": "U", **(controls or {})},
        **more,
    }


def rule(action: str, effect: str = "permit", **scope: Any) -> dict[str, Any]:
    return {"privilege_action": action, "privilege_scope": scope or ALL, "rule_effect": effect}


def sharing(effect: str, *scope: str) -> dict[str, Any]:
    return {"sharing_scope": list(scope), "rule_effect": effect}


def handling(*tags: str) -> Terms:
    return Terms(handling=tuple(sorted(f"acs:{tag}" for tag in tags)))


SAYS: dict[str, tuple[dict[str, Any], Terms]] = {
    "no more than it must": (acs(), Terms()),
    "who is responsible, by what authority, how classified": (
        acs(
            name="n",
            responsible_entity_originator="NONFED",
            authority_reference=["urn:isa:authority:ais"],
            original_classification={"classified_by": "x", "classification_reason": "y"},
            derivative_classification={"classified_by": "x", "derived_from": "y"},
            declassification={"declass_date": "2020-01-01T00:00:00Z", "declass_period": 25},
            public_release={"released_by": "x"},
        ),
        Terms(),
    ),
    "confidential": (
        acs({"classification": "C"}),
        Terms(classes=(ClassMark("USA", "confidential"),)),
    ),
    "secret": (acs({"classification": "S"}), Terms(classes=(ClassMark("USA", "secret"),))),
    "top secret": (acs({"classification": "TS"}), Terms(classes=(ClassMark("USA", "top-secret"),))),
    "authority": (
        acs({"logical_authority_category": ["L2", "L1"]}),
        handling("lac=L1", "lac=L2"),
    ),
    "public release": (acs({"formal_determination": ["PUBREL"]}), Terms(tlp=Tlp.CLEAR)),
    "no foreign nationals": (acs({"formal_determination": ["NF"]}), Terms(only=("USA",))),
    "official use": (acs({"formal_determination": ["FOUO", "AIS"]}), handling("FOUO")),
    "personal data": (
        acs({"formal_determination": ["PII-NECESSARY-TO-UNDERSTAND-THREAT"]}),
        Terms(personal=True),
    ),
    "no personal data": (acs({"formal_determination": ["NO-PII-PRESENT"]}), Terms()),
    "caveats": (
        acs({"caveat": ["FISA", "CISAPROPRIETARY"]}),
        handling("FISA", "CISAPROPRIETARY"),
    ),
    "possibly personal data": (acs({"caveat": ["POSSIBLEPII"]}), Terms(personal=True)),
    "sensitivity": (acs({"sensitivity": ["LES", "PCII"]}), handling("LES", "PCII")),
    "sensitive personal data": (acs({"sensitivity": ["PII"]}), Terms(personal=True)),
    "originator control": (acs({"handling_controls": ["ORCON"]}), Terms(orcon=True)),
    "not to foreigners": (acs({"handling_controls": ["NOFORN"]}), Terms(only=("USA",))),
    "communities": (acs({"shareability": ["LE", "IC"]}), handling("shareability=IC,LE")),
    "entities": (acs({"entity": ["MIL", "GOV"]}), handling("entity=GOV,MIL")),
    "every entity": (
        acs({"entity": ["MIL", "GOV", "CTR", "SVR", "SVC", "DEV", "NET"]}),
        Terms(),
    ),
    "nationalities": (
        acs({"permitted_nationalities": ["USA", "JPN", "GBR"]}),
        Terms(only=("GBR", "JPN", "USA")),
    ),
    "organisations": (
        acs({"permitted_organizations": ["USA.DHS", "USA.DOD.DC3"]}),
        Terms(only=("USA.DHS", "USA.DOD.DC3")),
    ),
    "the government": (acs({"permitted_organizations": ["USA.USG"]}), Terms(only=("USA",))),
    "sectors are no party": (acs({"permitted_organizations": ["FIN", "ISAC"]}), Terms(only=())),
    "nationalities and organisations": (
        acs({"permitted_nationalities": ["JPN", "USA"], "permitted_organizations": ["USA.DHS"]}),
        Terms(only=("USA.DHS",)),
    ),
    "privileges to all": (
        acs(policy_reference=NO_PRIVILEGE, access_privilege=[rule("ALL")]),
        Terms(),
    ),
    "no privilege by default": (
        acs(policy_reference=NO_PRIVILEGE),
        handling(*(f"not={each}" for each in ACTIONS)),
    ),
    "one privilege": (
        acs(policy_reference=NO_PRIVILEGE, access_privilege=[rule("NETDEF")]),
        handling(*(f"not={each}" for each in ACTIONS if each != "NETDEF")),
    ),
    "one denied": (acs(access_privilege=[rule("INTEL", "deny")]), handling("not=INTEL")),
    "denied and permitted": (
        acs(access_privilege=[rule("INTEL"), rule("INTEL", "deny")]),
        handling("not=INTEL"),
    ),
    "permitted to some only": (
        acs(access_privilege=[rule("LEGAL", entity=["GOV"])]),
        handling("not=LEGAL"),
    ),
    "no sharing by default": (acs(policy_reference=NO_SHARING), Terms(only=())),
    "sharing with some": (
        acs(policy_reference=NO_SHARING, further_sharing=[sharing("permit", "USA.DHS", "SECTOR")]),
        Terms(only=("USA.DHS",)),
    ),
    "sharing with governments": (
        acs(policy_reference=NO_SHARING, further_sharing=[sharing("permit", "FOREIGNGOV")]),
        Terms(),
    ),
    "but not with governments": (
        acs(further_sharing=[sharing("deny", "FOREIGNGOV")]),
        Terms(only=("USA",)),
    ),
    "both permitted and denied": (
        acs(
            policy_reference=NO_SHARING,
            further_sharing=[sharing("permit", "FOREIGNGOV"), sharing("deny", "FOREIGNGOV")],
        ),
        Terms(only=()),
    ),
    "not with one": (acs(further_sharing=[sharing("deny", "USA.DHS")]), Terms(denied=("USA.DHS",))),
    "disposed of": (
        acs(
            resource_disposition={
                "disposition_date": "2027-01-01T00:00:00Z",
                "disposition_process": "destruction",
            }
        ),
        Terms(expires=parse_instant("2027-01-01T00:00:00Z")),
    ),
    "several policies": (
        acs(policy_reference=f"{PERMIT} {NO_SHARING}"),
        Terms(only=()),
    ),
}


@pytest.mark.parametrize("case", SAYS)
def test_what_it_says_is_a_term(case: str) -> None:
    found, expected = SAYS[case]
    assert terms(json.dumps(found).encode()) == (expected, ())


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in acs().items() if key != name}


ODD: dict[str, tuple[dict[str, Any], str]] = {
    **{
        f"without {name}": (_without(name), name)
        for name in (
            *("identifier", "create_date_time", "responsible_entity_custodian"),
            *("policy_reference", "control_set"),
        )
    },
    "compartments": (acs({"sci_controls": ["SI"]}), "sci_controls"),
    "another level": (acs({"classification": "R"}), "classification 'R'"),
    "no level": (acs() | {"control_set": {}}, "classification"),
    "another determination": (acs({"formal_determination": ["X"]}), "formal_determination 'X'"),
    "another caveat": (acs({"caveat": ["X"]}), "caveat 'X'"),
    "another sensitivity": (acs({"sensitivity": ["X"]}), "sensitivity 'X'"),
    "another control": (acs({"handling_controls": ["IMCON"]}), "handling_controls 'IMCON'"),
    "another community": (acs({"shareability": ["X"]}), "'X'"),
    "another entity": (acs({"entity": ["GOV", "X"]}), "'X'"),
    "no country": (acs({"permitted_nationalities": ["FVEY"]}), "'FVEY'"),
    "another control set": (acs({"x_more": 1}), "x_more"),
    "another property": (acs(x_more=1), "x_more"),
    "another policy": (acs(policy_reference=f"{PERMIT} urn:isa:policy:x"), "policy_reference"),
    "no policy": (acs(policy_reference=""), "policy_reference"),
    "another effect": (acs(further_sharing=[sharing("perhaps", "FOREIGNGOV")]), "perhaps"),
    "no time": (acs(create_date_time="soon"), "soon"),
    "no end": (
        acs(resource_disposition={"disposition_date": "soon", "disposition_process": "x"}),
        "soon",
    ),
    "an end without a process": (
        acs(resource_disposition={"disposition_date": "2027-01-01T00:00:00Z"}),
        "disposition_process",
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_not_understood_withholds_and_is_named(case: str) -> None:
    found, named = ODD[case]
    demanded, reasons = terms(json.dumps(found).encode())
    assert demanded == WITHHELD
    assert len(reasons) == 1
    assert reasons[0].startswith("ACS 3.0: ")
    assert named in reasons[0]


def test_terms_reach_the_strand_beside_what_the_source_declares() -> None:
    controls = {"classification": "S", "permitted_nationalities": ["JPN", "USA"]}
    mark = marking(
        **extended(ACS3, **acs({**controls, "caveat": ["FISA"], "sensitivity": ["PII"]}))
    )
    source = declared(
        Tlp.GREEN,
        only=("FRA", "JPN"),
        denied=("KOR",),
        classes=(ClassMark("JPN", "hi"),),
        handling=("ours",),
        pap=Pap.GREEN,
    )
    found = malware(object_marking_refs=[mark["id"]])
    strand = read([found, mark], source)[found["id"]]
    assert strand.tlp is Tlp.GREEN  # ACS says nothing of TLP
    assert strand.only == ("JPN",)
    assert strand.denied == ("KOR",)
    assert strand.classes == (ClassMark("JPN", "hi"), ClassMark("USA", "secret"))
    assert strand.handling == ("acs:FISA", "ours")
    assert strand.personal
    assert not strand.orcon
    assert strand.pap is Pap.GREEN

"""ACS 3.0 markings to terms: the Access Control Specification of the US Information Sharing
Architecture (version 3.0a, June 2019), as the STIX extension of the OASIS common objects writes it.

What an agreement between states can keep becomes a term of the strand; what it can only be asked to
honour becomes a handling tag `acs:…`, which passes nowhere that does not name it; everything else
withholds, and `terms` says which property it was. The defaults of a policy are read as the
specification means them: what it denies by default needs a rule that permits it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

import msgspec

from noroshi.desks.cyber.demand import SILENT, WITHHELD, Terms, strictest
from noroshi.words.label import UNCLASSIFIED, ClassMark, Tlp
from noroshi.words.time import parse_instant

ACS3: Final = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
SCHEME: Final = "USA"
FOREIGN: Final = "FOREIGNGOV"

_LEVELS: Final = {"U": UNCLASSIFIED, "C": "confidential", "S": "secret", "TS": "top-secret"}
_POLICY: Final = re.compile(
    r"urn:isa:policy:acs:ns:v3\.0\?privdefault=(permit|deny)&sharedefault=(permit|deny)"
)
_STATE: Final = re.compile(r"[A-Z]{3}")
_AGENCY: Final = re.compile(r"[A-Z]{3}(\.[A-Z0-9]{2,15})+")
_ALL: Final = ("ALL",)
_COMMUNITIES: Final = frozenset({"NCC", "EM", "LE", "IC"})
_ENTITIES: Final = frozenset({"MIL", "GOV", "CTR", "SVR", "SVC", "DEV", "NET"})
_ACTIONS: Final = frozenset(
    {
        *("DSPLY", "IDSRC", "TENOT", "NETDEF", "LEGAL", "INTEL", "TEARLINE", "OPACTION"),
        *("REQUEST", "ANONYMOUSACCESS", "CISAUSES"),
    }
)


def _tag(value: str) -> Terms:
    return Terms(handling=(f"acs:{value}",))


_MEANS: Final[Mapping[str, Mapping[str, Terms]]] = {
    "formal_determination": {
        "PUBREL": Terms(tlp=Tlp.CLEAR),
        "NF": Terms(only=(SCHEME,)),
        "AIS": SILENT,
        "FOUO": _tag("FOUO"),
        "PII-NECESSARY-TO-UNDERSTAND-THREAT": Terms(personal=True),
        "NO-PII-PRESENT": SILENT,
        "PII-NOT-PRESENT": SILENT,
        "INFORMATION-DIRECTLY-RELATED-TO-CYBERSECURITY-THREAT": SILENT,
    },
    "caveat": {
        "FISA": _tag("FISA"),
        "POSSIBLEPII": Terms(personal=True),
        "CISAPROPRIETARY": _tag("CISAPROPRIETARY"),
    },
    "sensitivity": {
        **{name: _tag(name) for name in ("PCII", "LES", "INT", "PR", "TEI")},
        "NTOC_DHS_ECYBER_SVC_SHARE.NSA.NSA": _tag("ECS"),
        "PII": Terms(personal=True),
    },
    "handling_controls": {
        "ORCON": Terms(orcon=True),
        "NOFORN": Terms(only=(SCHEME,)),
        "FOUO": _tag("FOUO"),
    },
}
"""What each value asks for. Where the specification only informs (AIS), nothing."""

Effect = Literal["permit", "deny"]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A property that the specification does not have is one that we do not understand."""


class _Classified(_Strict, frozen=True):
    classified_by: str
    classified_on: str | None = None
    classification_reason: str | None = None
    compilation_reason: str | None = None
    derived_from: str | None = None


class _Declassification(_Strict, frozen=True):
    declass_exemption: str | None = None
    declass_period: int | None = None
    declass_date: str | None = None
    declass_event: str | None = None


class _Disposition(_Strict, frozen=True):
    disposition_date: str
    disposition_process: str


class _PublicRelease(_Strict, frozen=True):
    released_by: str
    released_on: str | None = None


class _Scope(_Strict, frozen=True):
    permitted_nationalities: tuple[str, ...] | None = None
    permitted_organizations: tuple[str, ...] | None = None
    shareability: tuple[str, ...] | None = None
    entity: tuple[str, ...] | None = None


class _Privilege(_Strict, frozen=True):
    privilege_action: str
    privilege_scope: _Scope
    rule_effect: Effect


class _Sharing(_Strict, frozen=True):
    sharing_scope: tuple[str, ...]
    rule_effect: Effect


class _Controls(_Strict, frozen=True):
    classification: str
    sci_controls: tuple[str, ...] = ()
    logical_authority_category: tuple[str, ...] = ()
    formal_determination: tuple[str, ...] = ()
    caveat: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()
    shareability: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    permitted_nationalities: tuple[str, ...] = ()
    permitted_organizations: tuple[str, ...] = ()
    handling_controls: tuple[str, ...] = ()


class _Acs(_Strict, frozen=True):
    identifier: str
    create_date_time: str
    responsible_entity_custodian: str
    policy_reference: str
    control_set: _Controls
    extension_type: Literal["property-extension"]
    name: str | None = None
    responsible_entity_originator: str | None = None
    authority_reference: tuple[str, ...] = ()
    original_classification: _Classified | None = None
    derivative_classification: _Classified | None = None
    declassification: _Declassification | None = None
    resource_disposition: _Disposition | None = None
    public_release: _PublicRelease | None = None
    access_privilege: tuple[_Privilege, ...] = ()
    further_sharing: tuple[_Sharing, ...] = ()


_decoder: Final = msgspec.json.Decoder(_Acs)


def terms(raw: bytes) -> tuple[Terms, tuple[str, ...]]:
    """(what the marking demands, what of it was not understood). With anything that was not, it
    demands that nobody but its originator has what it marks."""
    try:
        found = _decoder.decode(raw)
        parse_instant(found.create_date_time)
        demands = [
            _classified(found.control_set),
            _determined(found.control_set),
            _recipients(found.control_set),
            _privileges(found),
            _shared(found),
            _disposed(found.resource_disposition),
        ]
    except (msgspec.MsgspecError, ValueError) as problem:
        return WITHHELD, (f"ACS 3.0: {problem}",)
    return strictest(*demands), ()


def _classified(controls: _Controls) -> Terms:
    if controls.sci_controls:
        raise ValueError("sci_controls: no agreement here speaks of compartments")
    if controls.classification not in _LEVELS:
        raise ValueError(f"classification {controls.classification!r}; expected U, C, S or TS")
    level = _LEVELS[controls.classification]
    return Terms() if level == UNCLASSIFIED else Terms(classes=(ClassMark(SCHEME, level),))


def _determined(controls: _Controls) -> Terms:
    """What formal determinations, caveats, sensitivities and handling controls ask for."""
    every = [_meant(name, value) for name in _MEANS for value in getattr(controls, name)]
    lac = tuple(sorted(f"acs:lac={each}" for each in set(controls.logical_authority_category)))
    return strictest(Terms(handling=lac), *every)


def _meant(name: str, value: str) -> Terms:
    try:
        return _MEANS[name][value]
    except KeyError:
        raise ValueError(f"{name} {value!r}: not in the specification") from None


def _recipients(controls: _Controls) -> Terms:
    """Nationalities and organisations limit parties; communities and kinds of entity are inside a
    party, so they are handling that it has to honour."""
    tags: list[str] = []
    if controls.shareability:
        tags.append("acs:shareability=" + _among(controls.shareability, _COMMUNITIES))
    if controls.entity and not _ENTITIES.issubset(controls.entity):
        tags.append("acs:entity=" + _among(controls.entity, _ENTITIES))
    return strictest(
        Terms(handling=tuple(sorted(tags))),
        _only(controls.permitted_nationalities, _nationality),
        _only(controls.permitted_organizations, _organisation),
    )


def _among(values: tuple[str, ...], known: frozenset[str]) -> str:
    odd = set(values) - known
    if odd:
        raise ValueError(f"{min(odd)!r}; expected {', '.join(sorted(known))}")
    return ",".join(sorted(set(values)))


def _only(values: tuple[str, ...], party: Callable[[str], str | None]) -> Terms:
    if not values:
        return Terms()
    parties = {party(value) for value in values}
    return Terms(only=tuple(sorted(each for each in parties if each is not None)))


def _nationality(code: str) -> str:
    """GENC three-letter codes are those of ISO 3166-1 for every registered state."""
    if _STATE.fullmatch(code) is None:
        raise ValueError(f"permitted_nationalities {code!r}; expected a three-letter code of GENC")
    return code


def _organisation(code: str) -> str | None:
    """The party of an organisation code: `USA.USG` is the government, thus the state. Sectors
    and what has no party code name no party, and so let in none."""
    if code == "USA.USG":
        return SCHEME
    return code if _AGENCY.fullmatch(code) else None


def _privileges(found: _Acs) -> Terms:
    """Actions that are denied, or permitted to some only, as handling `acs:not=ACTION`.

    Of two rules about one action the one that denies holds. Under `privdefault=deny` an action
    that no rule permits to all is denied.
    """
    permitted: set[str] = set()
    denied: set[str] = set()
    for rule in found.access_privilege:
        actions = _ACTIONS if rule.privilege_action == "ALL" else {rule.privilege_action}
        if rule.rule_effect == "permit" and _for_all(rule.privilege_scope):
            permitted |= actions
        else:
            denied |= actions
    if _default(found, "priv") == "deny":
        denied |= _ACTIONS - permitted
    return Terms(handling=tuple(sorted(f"acs:not={action}" for action in denied)))


def _for_all(scope: _Scope) -> bool:
    given = [getattr(scope, name) for name in scope.__struct_fields__]
    return all(each in (None, _ALL) for each in given)


def _shared(found: _Acs) -> Terms:
    """Who may have it further on. What a rule permits by name is permitted to those named;
    `sharedefault=deny` without a rule that reaches a party keeps it here."""
    rules = found.further_sharing
    permitted = {
        each for rule in rules if rule.rule_effect == "permit" for each in rule.sharing_scope
    }
    denied = {each for rule in rules if rule.rule_effect == "deny" for each in rule.sharing_scope}
    terms = [Terms(denied=tuple(sorted(_parties(denied))))]
    if FOREIGN in denied:
        terms.append(Terms(only=(SCHEME,)))
    if _default(found, "share") == "deny" and FOREIGN not in permitted - denied:
        terms.append(Terms(only=tuple(sorted(_parties(permitted)))))
    return strictest(*terms)


def _parties(scope: set[str]) -> set[str]:
    found = {_organisation(each) for each in scope if each not in (FOREIGN, "SECTOR")}
    return {each for each in found if each is not None}


def _default(found: _Acs, which: Literal["priv", "share"]) -> str:
    """The default of the policies named: `deny` where one of them denies."""
    policies = found.policy_reference.replace("&amp;", "&").split()
    matches = [_POLICY.fullmatch(each) for each in policies]
    if not matches or None in matches:
        raise ValueError(f"policy_reference {found.policy_reference!r}: another policy")
    effects = {each[1 if which == "priv" else 2] for each in matches if each is not None}
    return "deny" if "deny" in effects else "permit"


def _disposed(disposition: _Disposition | None) -> Terms:
    """Whatever the process, the resource is not to be had after its date."""
    if disposition is None:
        return Terms()
    return Terms(expires=parse_instant(disposition.disposition_date))

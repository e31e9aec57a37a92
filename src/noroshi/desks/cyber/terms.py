"""Markings to terms: TLP 1 and 2.0 in each encoding in use, PAP, IEP 2.0, ACS 3.0; else withheld.

TLP 2.0 is met as the OASIS extension, as TLP 1's shape with the new names, as a statement or a bare
name (OpenCTI), and as a plain label (misp-stix). Where several speak, the most restricted holds.
What we cannot read we withhold: somebody marked it, and we do not know what they asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from noroshi.desks.cyber import acs, iep
from noroshi.desks.cyber.demand import SILENT, WITHHELD, Terms, strictest
from noroshi.words.label import Pap, Tlp, tlp_marking_id

TLP2: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
PAP: Final = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"
CUI: Final = "extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a"

_SAID = re.compile(r"\s*(tlp|pap)\s*:\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)
_LOOSELY = re.compile(r"\s*(tlp|pap)[\s_-]+(.*?)\s*", re.IGNORECASE | re.DOTALL)
_LEVELS: Final[Mapping[str, Mapping[str, Terms]]] = {
    "tlp": {
        **{tlp.value: Terms(tlp=tlp) for tlp in Tlp},
        "white": Terms(tlp=Tlp.CLEAR),
        **{f"amber{sign}strict": Terms(tlp=Tlp.AMBER_STRICT) for sign in "-_"},
        "amberstrict": Terms(tlp=Tlp.AMBER_STRICT),
    },
    "pap": {**{pap.value: Terms(pap=pap) for pap in Pap}, "white": Terms(pap=Pap.CLEAR)},
}
"""By scheme its levels. TLP 1's WHITE is CLEAR (FIRST TLP 2.0, August 2022)."""


def said(text: str) -> Terms:
    """What a name, statement or label such as `TLP:AMBER+STRICT` demands; silent for other text.

    Case, width and spaces do not count. Text that starts as one of ours and goes on with a level
    that nobody published withholds; without a colon it may be about anything, and says nothing.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = _SAID.fullmatch(plain)
    if found is not None:
        return level(found[1], found[2])
    found = _LOOSELY.fullmatch(plain)
    return SILENT if found is None else _published(found[1], found[2]) or SILENT


def level(scheme: str, value: str) -> Terms:
    """The terms of a level of `tlp` or `pap`, with or without the scheme before it; withheld for
    one that nobody published."""
    repeated = _SAID.fullmatch(value)
    if repeated is not None and repeated[1].lower() == scheme.lower():
        value = repeated[2]
    return _published(scheme, value) or WITHHELD


def _published(scheme: str, value: str) -> Terms | None:
    return _LEVELS[scheme.lower()].get("".join(value.lower().split()).strip('"'))


# TLP 1: STIX 2.1 §7.2.1.4. TLP 2.0: words.label. PAP: OASIS cti-stix-common-objects.
BUILT_IN: Final[Mapping[str, Terms]] = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Terms(tlp=Tlp.CLEAR),
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Terms(tlp=Tlp.GREEN),
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Terms(tlp=Tlp.AMBER),
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Terms(tlp=Tlp.RED),
    **{tlp_marking_id(tlp): Terms(tlp=tlp) for tlp in Tlp},
    "marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730": Terms(pap=Pap.CLEAR),
    "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9": Terms(pap=Pap.GREEN),
    "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab": Terms(pap=Pap.AMBER),
    "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e": Terms(pap=Pap.RED),
}


class _Marking(msgspec.Struct):
    name: str = ""
    definition_type: str | None = None
    definition: dict[str, Any] | None = None
    extensions: dict[str, msgspec.Raw] = {}
    x_opencti_definition: str = ""


class _Tlp2(msgspec.Struct):
    tlp_2_0: str


class _Pap(msgspec.Struct):
    pap: str


Explained = tuple[Terms, tuple[str, ...]]
"""What a marking demands, and what of it was not understood."""


def _extended(name: str, raw: msgspec.Raw) -> Explained:
    if name == TLP2:
        return level("tlp", msgspec.json.decode(raw, type=_Tlp2).tlp_2_0), ()
    if name == PAP:
        return level("pap", msgspec.json.decode(raw, type=_Pap).pap), ()
    if name == iep.IEP2:
        return iep.terms(bytes(raw), lambda value: level("tlp", value))
    if name == acs.ACS3:
        return acs.terms(bytes(raw))
    what = "CUI" if name == CUI else f"the extension {name}"
    return WITHHELD, (f"{what}: not known here",)


def defined(raw: bytes) -> Terms:
    """What the marking-definition object `raw` demands of the objects that refer to it."""
    return explained(raw)[0]


def explained(raw: bytes) -> Explained:
    """What the marking-definition object `raw` demands, and what of it was not understood.

    A `statement` (a copyright, say) demands nothing that a machine can keep: it stays with the
    object, and the source's default decides. A definition of no kind that we know withholds.
    """
    try:
        marking = msgspec.json.decode(raw, type=_Marking)
        found = [_extended(name, body) for name, body in marking.extensions.items()]
        found += _definition(marking)
    except (msgspec.MsgspecError, ValueError) as problem:
        return WITHHELD, (str(problem),)
    spoken = [
        each for each in map(said, (marking.name, marking.x_opencti_definition)) if each != SILENT
    ]
    found += [(each, ()) for each in spoken]
    if not found:
        return WITHHELD, ("a definition of no kind that is known here",)
    terms = strictest(*(each for each, _ in found))
    reasons = [reason for _, given in found for reason in given]
    if WITHHELD in (each for each, _ in found) and not reasons:
        reasons.append("a level that nobody published")
    return terms, tuple(reasons)


def _definition(marking: _Marking) -> list[Explained]:
    """What `definition` says: TLP 1's shape, the same for PAP, or a statement."""
    given = {name.lower(): value for name, value in (marking.definition or {}).items()}
    kind = (marking.definition_type or "").lower()
    found: list[Explained] = [
        (level(scheme, str(given.get(scheme, ""))), ())
        for scheme in _LEVELS
        if kind == scheme or scheme in given
    ]
    statement = given.get("statement")
    if statement is not None or kind == "statement":
        found.append((said(str(statement or "")), ()))
    if not found and (given or kind):
        found.append((WITHHELD, (f"definition_type {kind!r}: not known here",)))
    return found

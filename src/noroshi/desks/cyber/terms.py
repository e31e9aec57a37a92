"""Markings to terms: TLP 1 and 2.0 in each encoding in use, PAP, IEP 2.0; the rest withholds.

TLP 2.0 is met as the OASIS extension, as TLP 1's shape with the new names, as a statement or a bare
name (OpenCTI), and as a plain label (misp-stix). Where several speak, the most restricted holds.
What we cannot read we withhold: somebody marked it, and we do not know what they asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from noroshi.words.label import Pap, Tlp, tlp_marking_id
from noroshi.words.time import parse_instant

TLP2: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
PAP: Final = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"
IEP2: Final = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a"

_SAID = re.compile(r"\s*(tlp|pap)\s*:\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)
_TLP: Final = {
    **{tlp.value: tlp for tlp in Tlp},
    "white": Tlp.CLEAR,
    "amber-strict": Tlp.AMBER_STRICT,
    "amber strict": Tlp.AMBER_STRICT,
    "amber_strict": Tlp.AMBER_STRICT,
}
_PAP: Final = {**{pap.value: pap for pap in Pap}, "white": Pap.CLEAR}


class Terms(msgspec.Struct, frozen=True):
    """What markings demand. None: they do not speak of it. `only=()` is the originator alone."""

    tlp: Tlp | None = None
    pap: Pap | None = None
    only: tuple[str, ...] | None = None
    handling: tuple[str, ...] = ()
    not_before: int | None = None
    expires: int | None = None


SILENT: Final = Terms()
WITHHELD: Final = Terms(tlp=Tlp.RED, only=())


def _greater(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _lesser(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def strictest(*all_terms: Terms) -> Terms:
    """What satisfies all of them (commutative, associative, idempotent; `SILENT` is neutral)."""
    held = SILENT
    for each in all_terms:
        if each in (held, SILENT):
            continue
        if held == SILENT:
            held = each
            continue
        both = [only for only in (held.only, each.only) if only is not None]
        held = Terms(
            tlp=max((t for t in (held.tlp, each.tlp) if t), key=lambda t: t.rank, default=None),
            pap=max((p for p in (held.pap, each.pap) if p), key=lambda p: p.rank, default=None),
            only=tuple(sorted(set(both[0]).intersection(*both[1:]))) if both else None,
            handling=tuple(sorted({*held.handling, *each.handling})),
            not_before=_greater(held.not_before, each.not_before),
            expires=_lesser(held.expires, each.expires),
        )
    return held


def said(text: str) -> Terms:
    """What a name, statement or label such as `TLP:AMBER+STRICT` demands; silent for other text.

    Text that starts as one of ours and goes on with a level that nobody published withholds.
    """
    found = _SAID.fullmatch(text)
    if found is None:
        return SILENT
    level = found[2].lower()
    if found[1].lower() == "tlp":
        return Terms(tlp=_TLP[level]) if level in _TLP else WITHHELD
    return Terms(pap=_PAP[level]) if level in _PAP else WITHHELD


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


class _Definition(msgspec.Struct):
    tlp: str | None = None
    statement: str | None = None


class _Marking(msgspec.Struct):
    name: str = ""
    definition_type: str | None = None
    definition: _Definition | None = None
    extensions: dict[str, msgspec.Raw] = {}
    x_opencti_definition: str = ""


class _Tlp2(msgspec.Struct):
    tlp_2_0: str


class _Pap(msgspec.Struct):
    pap: str


class _Iep(msgspec.Struct):
    tlp: str | None = None
    permitted_actions: str | None = None
    affected_party_notifications: str | None = None
    provider_attribution: str | None = None
    encrypt_in_transit: str | None = None
    unmodified_resale: str | None = None
    start_date: str | None = None
    end_date: str | None = None


def _iep(raw: msgspec.Raw) -> Terms:
    """FIRST Information Exchange Policy 2.0: its duties become handling tags `iep:…`."""
    policy = msgspec.json.decode(raw, type=_Iep)
    duties = (
        "permitted_actions",
        "affected_party_notifications",
        "provider_attribution",
        "encrypt_in_transit",
        "unmodified_resale",
    )
    tags = {f"iep:{duty}={value}" for duty in duties if (value := getattr(policy, duty))}
    return strictest(
        Terms(
            handling=tuple(sorted(tags)),
            not_before=parse_instant(policy.start_date) if policy.start_date else None,
            expires=parse_instant(policy.end_date) if policy.end_date else None,
        ),
        said(f"tlp:{policy.tlp}") if policy.tlp else SILENT,
    )


def _extended(name: str, raw: msgspec.Raw) -> Terms:
    if name == TLP2:
        return said(f"tlp:{msgspec.json.decode(raw, type=_Tlp2).tlp_2_0}")
    if name == PAP:
        return said(f"pap:{msgspec.json.decode(raw, type=_Pap).pap}")
    return _iep(raw) if name == IEP2 else WITHHELD  # ACS 3.0, CUI and what is yet to come


def defined(raw: bytes) -> Terms:
    """What the marking-definition object `raw` demands of the objects that refer to it.

    A `statement` (a copyright, say) demands nothing that a machine can keep: it stays with the
    object, and the source's default decides. A definition of no kind that we know withholds.
    """
    try:
        marking = msgspec.json.decode(raw, type=_Marking)
        texts = [marking.name, marking.x_opencti_definition]
        terms = [_extended(name, body) for name, body in marking.extensions.items()]
        if marking.definition is not None:
            texts.append(marking.definition.statement or "")
            if marking.definition_type == "tlp" or marking.definition.tlp is not None:
                terms.append(said(f"tlp:{marking.definition.tlp}"))
        terms += [said(text) for text in texts]
    except (msgspec.MsgspecError, ValueError):
        return WITHHELD
    is_statement = marking.definition_type == "statement" and marking.definition is not None
    return strictest(*terms) if is_statement or any(t != SILENT for t in terms) else WITHHELD

"""FIRST Information Exchange Policy 2.0 to terms, as the STIX extension of the OASIS common objects
writes it (draft of 19 December 2022).

Its statements are handling tags `iep:…` that words.handling registers with their order; its TLP is
the TLP. It holds from its start to its end: before and after, nobody said on which terms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from noroshi.desks.cyber.demand import WITHHELD, Terms, strictest
from noroshi.words.handling import IEP, REGISTERED, STATEMENTS
from noroshi.words.time import parse_instant

IEP2: Final = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a"
VERSION: Final = 2.0


class _Iep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A property that the specification does not have is a statement that we do not understand."""

    extension_type: str | None = None
    iep_id: str | None = None
    iep_version: float | None = None
    name: str | None = None
    description: str | None = None
    external_reference: str | None = None
    tlp: str | None = None
    permitted_actions: str | None = None
    affected_party_notifications: str | None = None
    provider_attribution: str | None = None
    encrypt_in_transit: str | None = None
    unmodified_resale: str | None = None
    start_date: str | None = None
    end_date: str | None = None


_decoder: Final = msgspec.json.Decoder(_Iep)


def terms(raw: bytes, tlp: Callable[[str], Terms]) -> tuple[Terms, tuple[str, ...]]:
    """(what the policy demands, what of it was not understood); `tlp` reads its level."""
    try:
        policy = _decoder.decode(raw)
        if policy.iep_version not in (None, VERSION):
            raise ValueError(f"iep_version {policy.iep_version}; expected {VERSION}")
        return strictest(_stated(policy), Terms() if policy.tlp is None else tlp(policy.tlp)), ()
    except (msgspec.MsgspecError, ValueError) as problem:
        return WITHHELD, (f"IEP 2.0: {problem}",)


def _stated(policy: _Iep) -> Terms:
    tags: list[str] = []
    for name in STATEMENTS:
        value = getattr(policy, name)
        if value is None:
            continue
        tags.append(f"{IEP}{name}={value.lower()}")
        if tags[-1] not in REGISTERED:
            raise ValueError(f"{name} {value!r}: not in the specification")
    return Terms(
        handling=tuple(sorted(tags)),
        not_before=parse_instant(policy.start_date) if policy.start_date else None,
        expires=parse_instant(policy.end_date) if policy.end_date else None,
    )

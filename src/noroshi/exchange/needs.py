"""What a STIX object cannot do without: where a redaction leaves less, the object is withheld."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from noroshi.exchange.refs import MEMBERS, REQUIRED

STRUCTURE: Final = frozenset(
    {"type", "spec_version", "created", "revoked", "object_marking_refs", MEMBERS}
)
"""What no transform touches, whatever its type. Id, dates and creator are given anew."""

NEEDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "grouping": (("context",),),
    "indicator": (("pattern",), ("pattern_type",), ("valid_from",)),
    "language-content": (("contents",),),
    "location": (("latitude", "region", "country"),),
    "malware": (("is_family",),),
    "malware-analysis": (("product",), ("result",)),
    "note": (("content",),),
    "observed-data": (("first_observed",), ("last_observed",), ("number_observed",)),
    "opinion": (("opinion",),),
    "relationship": (("relationship_type",),),
    "report": (("name",), ("published",)),
    "sighting": (),
    "artifact": (("payload_bin", "url"),),
    "autonomous-system": (("number",),),
    "directory": (("path",),),
    "domain-name": (("value",),),
    "email-addr": (("value",),),
    "email-message": (("is_multipart",),),
    "ipv4-addr": (("value",),),
    "ipv6-addr": (("value",),),
    "mac-addr": (("value",),),
    "network-traffic": (("protocols",),),
    "url": (("value",),),
    "file": (("hashes", "name"),),
}
"""What a type cannot do without, one of each group (STIX 2.1 §4 to §7); others need a name."""

_MEMBERS: Final = frozenset({"grouping", "note", "observed-data", "opinion", "report"})
_GIVEN: Final = frozenset({"id", "modified", "created_by_ref", "extensions"})


def whole(kept: Collection[str], before: Collection[str], type: str) -> bool:
    """Whether an object of `type` that had the properties `before` can do with `kept`.

    What it never had it was never asked for: a custom type may well have no name.
    """
    groups: list[tuple[str, ...]] = [(name,) for name in REQUIRED.get(type, ())]
    groups += NEEDS.get(type, (("name",),))
    groups += [(MEMBERS, "objects")] if type in _MEMBERS else []
    if any(
        not any(name in kept for name in group) and any(name in before for name in group)
        for group in groups
    ):
        return False
    return any(name not in STRUCTURE and name not in _GIVEN for name in kept)


def complete(kept: Collection[str], type: str) -> bool:
    """Whether an object of `type` that is left with `kept` is still one."""
    return all(any(name in kept for name in group) for group in NEEDS.get(type, (("name",),)))

"""Whether a client's `Accept` takes the one thing that we serve (RFC 9110 §12.5.1).

A TAXII media type without a version asks for the latest (TAXII 2.1 §1.6.8.1).
"""

from __future__ import annotations

import re

import msgspec

_TYPE = re.compile(r"^[\w!#$&^.+*-]+/[\w!#$&^.+*-]+$", re.ASCII)
_Q = re.compile(r"^(0(\.[0-9]{0,3})?|1(\.0{0,3})?)$")
_RANGES = {"*/*": 0, "application/*": 1, "application/taxii+json": 2}


class Range(msgspec.Struct, frozen=True):
    """One media range: lower-case type, its parameters without `q`, and `q`."""

    type: str
    parameters: dict[str, str]
    q: float


def ranges(header: str) -> list[Range]:
    """The well-formed media ranges of a list; the others are left out, as RFC 9110 lets us."""
    found = (_range(part) for part in header.split(","))
    return [each for each in found if each is not None]


def acceptable(accept: str | None) -> bool:
    """Whether `application/taxii+json;version=2.1` may be sent; no header accepts everything."""
    if accept is None or not accept.strip():
        return True
    matching = [(_specificity(each), each.q) for each in ranges(accept) if _matches(each)]
    # The most specific range speaks: `*/*, application/taxii+json;q=0` refuses us.
    return bool(matching) and max(matching)[1] > 0


def is_taxii(content_type: str | None) -> bool:
    """Whether a `Content-Type` is the media type of TAXII 2.1, or of TAXII without a version."""
    media = ranges(content_type or "")
    return (
        len(media) == 1
        and media[0].type == "application/taxii+json"
        and media[0].parameters.get("version", "2.1") == "2.1"
    )


def _range(part: str) -> Range | None:
    kind, *rest = (piece.strip() for piece in part.split(";"))
    if _TYPE.match(kind) is None:
        return None
    parameters: dict[str, str] = {}
    for piece in rest:
        name, _, value = piece.partition("=")
        parameters[name.strip().lower()] = value.strip().strip('"')
    q = parameters.pop("q", "1")
    return Range(kind.lower(), parameters, float(q)) if _Q.match(q) else None


def _matches(each: Range) -> bool:
    return each.type in _RANGES and each.parameters.get("version", "2.1") == "2.1"


def _specificity(each: Range) -> int:
    return _RANGES[each.type] + ("version" in each.parameters)

"""TLP 2.0 markings for readers that see objects only, never the labels beside them.

A noroshi peer gets bytes exactly as they were received and the label beside them. Anyone else has
only the object, so its TLP has to stand in `object_marking_refs`.
"""

from __future__ import annotations

from typing import Any, Final, cast

import msgspec

from noroshi.words.label import Tlp, tlp_marking_id

TLP_CREATED: Final = "2022-10-01T00:00:00.000Z"
_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
# Identifiers and dates: OASIS cti-stix-common-objects, extension-definition-specifications/tlp-2.0.


def _definition(tlp: Tlp) -> bytes:
    return msgspec.json.encode(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": tlp_marking_id(tlp),
            "created": TLP_CREATED,
            "name": f"TLP:{tlp.value.upper()}",
            "extensions": {
                _EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp.value}
            },
        }
    )


PUBLIC: Final = {tlp_marking_id(tlp): _definition(tlp) for tlp in Tlp}
"""The five public marking definitions by id: anyone may have them, in any view."""

_NAME: Final = b'"object_marking_refs"'
_ESCAPED: Final = b"\\u00"
"""How a letter of a property's name may be spelt otherwise."""


class _Marked(msgspec.Struct):
    object_marking_refs: list[str] | msgspec.UnsetType = msgspec.UNSET


_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_shallow = msgspec.json.Decoder(_Marked)


def marked(body: bytes, tlp: Tlp) -> bytes:
    """`body` with the TLP's marking among its `object_marking_refs`; the same bytes where it is
    there already, and otherwise the bytes of every other property as they were."""
    marking = tlp_marking_id(tlp)
    try:
        held = _shallow.decode(body).object_marking_refs
    except msgspec.ValidationError:
        return _rebuilt(body, marking)
    if isinstance(held, msgspec.UnsetType):
        before = body.rstrip()[:-1].rstrip()
        comma = b"" if before.endswith(b"{") else b","
        return b'%b%b"object_marking_refs":["%b"]}' % (before, comma, marking.encode())
    if marking in held:
        return body
    name = body.find(_NAME)
    alone = name == body.rfind(_NAME) and body.rfind(_ESCAPED) < 0
    if not alone or any("]" in each for each in held):
        return _rebuilt(body, marking)
    # The one place where the name stands is the object's own, and its list ends with the bracket.
    end = body.find(b"]", name)
    return b'%b%b"%b"%b' % (body[:end], b"," if held else b"", marking.encode(), body[end:])


def _rebuilt(body: bytes, marking: str) -> bytes:
    """The same by taking the object apart, for what is spelt unusually or is no list of ids."""
    properties = _object.decode(body)
    raw = properties.get("object_marking_refs", msgspec.Raw(b"null"))
    found: Any = msgspec.json.decode(raw)
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    markings = [each for each in listed if isinstance(each, str) and each != marking]
    properties["object_marking_refs"] = msgspec.Raw(msgspec.json.encode([*markings, marking]))
    return msgspec.json.encode(properties)

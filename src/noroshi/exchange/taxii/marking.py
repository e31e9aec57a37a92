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
    object_marking_refs: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_shallow = msgspec.json.Decoder(_Marked)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ids = msgspec.json.Decoder(list[str])


def marked(body: bytes, tlp: Tlp) -> bytes:
    """`body` with the TLP's marking among its `object_marking_refs`; the same bytes where it is
    there already, and otherwise the bytes of every other property as they were."""
    marking = tlp_marking_id(tlp)
    name = body.find(_NAME)
    if name != body.rfind(_NAME) or body.rfind(_ESCAPED) >= 0:
        return _rebuilt(body, marking)
    if name < 0:
        before = body.rstrip()[:-1].rstrip()
        comma = b"" if before.endswith(b"{") else b","
        return b'%b%b"object_marking_refs":["%b"]}' % (before, comma, marking.encode())
    start, end = body.find(b"[", name), body.find(b"]", name)
    if body[name + len(_NAME) : start].strip() != b":" or not _outermost(body, name, end):
        return _rebuilt(body, marking)
    try:
        held = _ids.decode(body[start : end + 1])
    except msgspec.MsgspecError:
        return _rebuilt(body, marking)
    if marking in held:
        return body
    return b'%b%b"%b"%b' % (body[:end], b"," if held else b"", marking.encode(), body[end:])


def _outermost(body: bytes, name: int, end: int) -> bool:
    """Whether the one property of this name in the JSON object `body`, from `name` to `end`, is its
    own and not of an object within. It is where only one brace was opened before, or only one is
    closed behind; else the object is read."""
    if body.find(b"{", body.find(b"{") + 1, name) < 0:
        return True
    if body.find(b"}", end) == len(body.rstrip()) - 1:
        return True
    return _shallow.decode(body).object_marking_refs is not msgspec.UNSET


def _rebuilt(body: bytes, marking: str) -> bytes:
    """The same by taking the object apart, for what is spelt unusually or is no list of ids."""
    properties = _object.decode(body)
    raw = properties.get("object_marking_refs", msgspec.Raw(b"null"))
    found: Any = msgspec.json.decode(raw)
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    markings = [each for each in listed if isinstance(each, str)]
    if marking in markings:
        return body
    properties["object_marking_refs"] = msgspec.Raw(msgspec.json.encode([*markings, marking]))
    return msgspec.json.encode(properties)

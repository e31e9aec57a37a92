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

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def marked(body: bytes, tlp: Tlp) -> bytes:
    """`body` with the TLP's marking among its `object_marking_refs`; the same bytes where it is
    there already, and otherwise the bytes of every other property as they were."""
    marking = tlp_marking_id(tlp)
    quoted = f'"{marking}"'.encode()
    if quoted in body and marking in _markings(_object.decode(body)):
        return body
    properties = _object.decode(body)
    markings = _markings(properties)
    if marking not in markings:
        properties["object_marking_refs"] = msgspec.Raw(msgspec.json.encode([*markings, marking]))
    return msgspec.json.encode(properties)


def _markings(properties: dict[str, msgspec.Raw]) -> list[str]:
    raw = properties.get("object_marking_refs")
    found: Any = None if raw is None else msgspec.json.decode(raw)
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    return [each for each in listed if isinstance(each, str)]

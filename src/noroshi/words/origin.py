"""Origin: of an object that was made here from a source that is not STIX, the piece it came from.

It stands in the object's `extensions`, so that the piece goes wherever the whole object goes, under
the label that it has; a release in part drops it, as everything that it does not know.
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from noroshi.words import ids
from noroshi.words.evidence import Locator
from noroshi.words.time import Span

EXTENSION: Final = "extension-definition--" + str(uuid.uuid5(ids.NAMESPACE, "origin"))
"""Ours: a property extension of any object. Published in docs/stix.md."""


class Origin(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    tag="property-extension",
    tag_field="extension_type",
):
    """`format` of the source (`misp`, …), its lineage, the SHA-256 of its whole bytes, where the
    piece stands in it, and `text`, the piece as it stood: `text_sha256` is of its UTF-8. What STIX
    has no property for: the `span` of an incident and the `names` of those whom it concerned,
    `techniques` by number, `products` as `vendor:product`, and `hashed`, values of which only the
    MD5 is known."""

    format: str
    lineage: str
    sha256: str
    place: Locator
    text: str = ""
    text_sha256: str = ""
    span: Span | None = None
    techniques: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()


class _Extended(msgspec.Struct):
    extensions: dict[str, msgspec.Raw] = {}


_extended = msgspec.json.Decoder(_Extended)
_origin = msgspec.json.Decoder(Origin)
_MARK: Final = EXTENSION.encode()


def origin_of(raw: bytes) -> Origin | None:
    """Where the object `raw` came from; None where it does not say so in a way that we read."""
    if _MARK not in raw:
        return None
    try:
        found = _extended.decode(raw).extensions.get(EXTENSION)
        return None if found is None else _origin.decode(found)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None

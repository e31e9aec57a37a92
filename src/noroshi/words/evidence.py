"""Evidence: an item that can be opened again — source, hash, and the position in the file."""

from __future__ import annotations

import msgspec

from noroshi.words.label import Label


class ByteRange(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag="bytes", tag_field="at"
):
    """`length` bytes from `start` of the uncompressed source."""

    start: int
    length: int


class Row(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag="row", tag_field="at"
):
    """The `row`-th data row of a table, the first being 1 (header lines do not count)."""

    row: int


class JsonPointer(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag="json", tag_field="at"
):
    """RFC 6901 pointer into a JSON document."""

    pointer: str


Locator = ByteRange | Row | JsonPointer


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`source` names the feed or file, `lineage` its origin (two reports of one origin are one
    lineage), `retrieved` is µs UTC, `sha256` is of the whole uncompressed source."""

    source: str
    lineage: str
    retrieved: int
    sha256: str
    locator: Locator
    label: Label

"""Kinds: what a desk may find, declared in its `kinds.toml`.

Text in English and Japanese, units of every measure, and *field tags*: which fields a transform
touches. A field that no tag names is dropped from a transformed record.
"""

from __future__ import annotations

import tomllib
from typing import Literal

import msgspec

from noroshi.words.errors import BadInput

Tag = Literal["position", "time", "source", "identity", "text", "count", "plain"]
"""`count`: how many subjects, which a small number gives away where they are removed."""


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of finding. `units` maps each measure to its unit, `tags` each measure (or STIX
    property) to what a transform touches; `text_en` and `text_ja` are format strings over the
    measures and `subjects`, `place`, `assets`; `source` cites where the definition comes from."""

    name: str
    desk: str
    pillar: str
    en: str
    ja: str
    text_en: str
    text_ja: str
    source: str
    units: dict[str, str] = {}
    tags: dict[str, Tag] = {}
    bucket_s: int = 3600
    lateness_s: int = 3600
    shard: Literal["subject", "cell", "none"] = "subject"
    halo_s: int = 0
    halo_m: int = 0


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["kinds/1"]
    desk: str
    pillar: str
    kind: dict[str, dict[str, object]]


def load_kinds(text: str, where: str) -> dict[str, Kind]:
    """The kinds of one `kinds.toml`, by name. Raises `BadInput` naming `where` and the key."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
        return {
            name: msgspec.convert(
                {"name": name, "desk": file.desk, "pillar": file.pillar, **fields}, Kind
            )
            for name, fields in file.kind.items()
        }
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise BadInput(where, str(problem)) from problem

"""Kinds: what a desk may find, declared in its `kinds.toml`.

Text in English and Japanese, units of every measure, and *field tags*: which fields a transform
touches. A field that no tag names is dropped from a transformed record. What measures are called,
and the words that stand in them, are declared once for all kinds of a file.
"""

from __future__ import annotations

import tomllib
from typing import Final, Literal

import msgspec

from noroshi.words.errors import BadInput

Tag = Literal["position", "time", "source", "identity", "text", "count", "plain"]
"""`count`: how many subjects, which a small number gives away where they are removed."""


TEXT: Final = frozenset({"name", "names", "word", "words", "text"})
"""Units that say of a measure only that it holds text."""


class Both(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    en: str
    ja: str


class Called(Both, frozen=True, forbid_unknown_fields=True):
    """What a measure is called. `words` holds the Japanese of words that stand in it, such as
    `open`; what else stands there is a name or a number, and the same in every language."""

    words: dict[str, str] = {}


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of finding. `units` maps each measure to its unit, `tags` each measure (or STIX
    property) to what a transform touches; `text_en` and `text_ja` are format strings over the
    measures and `subjects`, `place`, `assets`, and `none` has others by the count that is 0 then;
    `source` cites where the definition comes from.
    `measures` says what measures are called, `unit_words` gives the Japanese of units in words."""

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
    measures: dict[str, Called] = {}
    unit_words: dict[str, str] = {}
    none: dict[str, Both] = {}

    def called(self, measure: str) -> Both:
        """The name of a measure; its key in words where the desk gives it none."""
        found, plain = self.measures.get(measure), measure.replace("_", " ")
        return Both(plain, plain) if found is None else Both(found.en, found.ja)

    def unit(self, measure: str) -> Both:
        """The unit of a measure as it is read; none of what is text."""
        unit = self.units.get(measure, "")
        unit = "" if unit in TEXT else unit
        return Both(unit, self.unit_words.get(unit, unit))

    def word(self, measure: str, value: object) -> Both:
        """A value as it is read: words of ours, or a list of nothing else, in both languages."""
        found, text = self.measures.get(measure), str(value)
        words = {} if found is None else found.words
        for parts in ([text], text.split(", "), text.split(" ")):
            if all(each in words for each in parts):
                return Both(text, "、".join(words[each] for each in parts))
        return Both(text, text)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["kinds/1"]
    desk: str
    pillar: str
    kind: dict[str, dict[str, object]]
    measures: dict[str, Called] = {}
    units: dict[str, str] = {}


def load_kinds(text: str, where: str) -> dict[str, Kind]:
    """The kinds of one `kinds.toml`, by name. Raises `BadInput` naming `where` and the key."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
        shared: dict[str, object] = {
            "desk": file.desk, "pillar": file.pillar, "measures": file.measures,
            "unit_words": file.units,
        }  # fmt: skip
        return {
            name: msgspec.convert({"name": name, **shared, **fields}, Kind)
            for name, fields in file.kind.items()
        }
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise BadInput(where, str(problem)) from problem

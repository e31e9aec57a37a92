"""Names: any script brought to plain Latin words, so that spellings of one name can be compared.

Transliteration is that of `anyascii`, character by character: right for Cyrillic, Greek, kana or
Hangul; for Arabic and Hebrew without the vowels that they do not write; Han characters are read in
Mandarin, so a Japanese name in kanji meets its romanised form only by an alias.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

import msgspec

LEGAL: Final = frozenset({
    "ab", "ag", "aktiebolag", "aktsionernoe", "anonim", "ao", "aps", "as", "asa", "bv", "co",
    "company", "corp", "corporation", "gesellschaft", "gmbh", "holding", "inc", "incorporated",
    "jsc", "kabushiki", "kaisha", "kg", "kk", "limited", "llc", "llp", "lp", "ltd", "nv", "oao",
    "obshchestvo", "ogranichennoy", "ooo", "otvetstvennostyu", "oy", "oyj", "pao", "pjsc", "plc",
    "pte", "pty", "pvt", "sa", "sarl", "sas", "sirketi", "societe", "spa", "sro", "srl", "zao",
})  # fmt: skip
"""Words for the form of a company, which say nothing of which one it is."""

_PLAIN: Final = (
    ("kh", "h"), ("ph", "f"), ("ck", "k"), ("ks", "x"), ("q", "k"), ("iy", "y"), ("yy", "y"),
    ("ij", "y"), ("ya", "ia"), ("yu", "iu"), ("yo", "io"), ("ye", "e"), ("ou", "u"), ("oo", "u"),
    ("ee", "i"), ("w", "v"), ("dzh", "j"), ("zh", "j"), ("tz", "ts"), ("c", "k"), ("y", "i"),
)  # fmt: skip
"""Spellings between which systems of transliteration differ, each brought to one."""


class Name(msgspec.Struct, frozen=True):
    """A name as written, its words in plain Latin letters without legal forms, and those words with
    spellings evened out. `dropped` are the legal forms."""

    text: str
    words: tuple[str, ...]
    plain: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def joined(self) -> str:
        """All of it in one piece, for names that differ in where a word ends."""
        return "".join(self.plain)


@functools.lru_cache(maxsize=1 << 12)
def name(text: str) -> Name:
    """`text` ready to compare; no words for a text that has no letters or digits."""
    found = tuple(latin(text).split())
    words = tuple(each for each in found if each not in LEGAL)
    if not words:  # a name that is nothing but such words
        return Name(text, found, tuple(map(evened, found)), ())
    dropped = tuple(each for each in found if each in LEGAL)
    return Name(text, words, tuple(map(evened, words)), dropped)


def latin(text: str) -> str:
    """Lower-case Latin letters, digits and single spaces."""
    from anyascii import anyascii

    plain = text if text.isascii() else anyascii(unicodedata.normalize("NFKC", text))
    folded = plain.casefold()
    joined = re.sub(r"(?<=\w)['’`.](?=\w)", "", folded)
    return " ".join(re.findall(r"[a-z0-9]+", joined))


@functools.lru_cache(maxsize=1 << 16)
def evened(word: str) -> str:
    """The word with spellings evened out and doubled letters single."""
    for one, other in _PLAIN:
        word = word.replace(one, other)
    return re.sub(r"(.)\1+", r"\1", word)

"""A fingerprint as twelve words, which two people read to one another faster than hex.

The words are those of BIP 39 (https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki):
2,048 of a language, no two of which begin with the same four letters. Twelve say the first 128 bits
and a checksum, so that a word that was misheard shows. Nobody finds a second key for them: that
takes 2^128 tries.
"""

from __future__ import annotations

import importlib
from typing import Final, Literal

BYTES: Final = 16

Language = Literal["english", "japanese"]


def phrase(fingerprint: str, language: Language = "english") -> tuple[str, ...]:
    """The words of a fingerprint in hex."""
    # By name: an environment without the package can still be checked, and do all but this.
    lists = importlib.import_module("mnemonic").Mnemonic(language)
    said: str = lists.to_mnemonic(bytes.fromhex(fingerprint)[:BYTES])
    return tuple(said.split())


def is_of(said: str, fingerprint: str) -> bool:
    """Whether `said` (the words, in either language) is the phrase of the fingerprint."""
    words = tuple(said.lower().split())
    return words in (phrase(fingerprint), phrase(fingerprint, "japanese"))

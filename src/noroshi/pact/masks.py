"""Masks: sets of parties as integers, one bit for each place of an append-only order.

A stored mask means what it meant only while the order it was made by never changes: parties are
added at its end, and one that is registered no longer keeps its place, empty. In tables of a
database a mask is words of 63 bits, so that every word is a number which SQL can hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from noroshi.words.party import Parties

WORD_BITS: Final = 63
_WORD: Final = (1 << WORD_BITS) - 1


class Masks:
    """Sets of the registered parties. `order`: whose bit is where, by default the registry's."""

    def __init__(self, parties: Parties, order: Sequence[str] | None = None) -> None:
        self.parties = parties
        self.order = parties.order if order is None else tuple(order)
        if len(set(self.order)) != len(self.order):
            raise ValueError("a party has two places in one order of masks")
        self.position = {code: i for i, code in enumerate(self.order)}
        if missing := [code for code in parties.order if code not in self.position]:
            raise ValueError(f"parties without a place in masks: {', '.join(missing)}")
        self.everyone = 0
        self._below: dict[str, int] = {}
        for code in parties.order:
            bit = self.bit(code)
            self.everyone |= bit
            for each in parties.line(code):
                self._below[each] = self._below.get(each, 0) | bit

    def bit(self, code: str) -> int:
        """The party alone. `KeyError` for one that has no place."""
        return 1 << self.position[code]

    def below(self, code: str) -> int:
        """The party and all that are below it; nobody for a code that is not registered."""
        return self._below.get(code, 0)

    def of(self, codes: Iterable[str]) -> int:
        """The parties, and all that are below them."""
        found = 0
        for code in codes:
            found |= self._below.get(code, 0)
        return found

    def codes(self, mask: int) -> tuple[str, ...]:
        """Who is in `mask`, by place."""
        return tuple(self.order[place] for place in places(mask))

    @property
    def words(self) -> int:
        """How many words a mask of this order takes."""
        return max(1, -(-len(self.order) // WORD_BITS))


def places(mask: int) -> Iterable[int]:
    """The places of the bits that are set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def split(mask: int, count: int) -> tuple[int, ...]:
    """`mask` as `count` words, the first places in the first word."""
    if mask >> (count * WORD_BITS):
        raise ValueError(f"a mask of {mask.bit_length()} places in {count} words")
    return tuple((mask >> (WORD_BITS * i)) & _WORD for i in range(count))


def join(words: Iterable[int]) -> int:
    """The mask that was split into `words`."""
    return sum(word << (WORD_BITS * i) for i, word in enumerate(words))


def word_of(position: int) -> tuple[int, int]:
    """(which word, its one bit) of the party at `position`: what a filter asks by."""
    return position // WORD_BITS, 1 << position % WORD_BITS

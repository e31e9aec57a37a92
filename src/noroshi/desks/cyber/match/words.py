"""Texts found by Aho-Corasick, in the bytes of a block and again in the fields of a line: free
words, and what patterns need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.formats import Fields
from noroshi.desks.cyber.match.hunt import Hunt
from noroshi.desks.cyber.match.index import Index
from noroshi.desks.cyber.match.values import needle


class Words:
    """The words and patterns of an index, on one log. What is searched for is the longest part of
    each that every format writes as it is."""

    def __init__(self, index: Index, tally: Tally) -> None:
        self._hunt = Hunt(index, tally)
        self._by_needle: defaultdict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        for entry, text in index.words:
            word = text.encode("utf-8", "surrogateescape")
            self._by_needle[needle(text).encode()].append((entry, word))
        self._needles = sorted({*self._by_needle, *self._hunt.needles})
        self._automaton: Any = None
        if self._needles:
            import ahocorasick_rs

            self._automaton = ahocorasick_rs.BytesAhoCorasick(self._needles)

    def places(self, block: bytes) -> Iterator[int]:
        """Where needles start in a block."""
        if self._automaton is not None:
            for _, start, _ in self._hits(block):
                yield start

    def found(self, fields: Fields, at: int | None) -> Iterator[tuple[int, str, str]]:
        """(entry, name of the field, its text) of the words in the fields of a line, and of the
        patterns that the line completes. Lines are to be given in order."""
        if self._automaton is None:
            return
        places: dict[tuple[int, int], tuple[str, str]] = {}
        for name, text in fields:
            plain = text.encode("utf-8", "surrogateescape").lower()
            for number in sorted({number for number, _, _ in self._hits(plain)}):
                found = self._needles[number]
                for entry, word in self._by_needle.get(found, ()):
                    if word in plain:
                        yield entry, name, text
                for place in self._hunt.needles.get(found, ()):
                    places.setdefault(place, (name, text))
        for entry in self._hunt.completed(fields, at, places):
            yield entry, *next(held for place, held in places.items() if place[0] == entry)

    def _hits(self, text: bytes) -> list[tuple[int, int, int]]:
        return self._automaton.find_matches_as_indexes(text.lower(), overlapping=True)

"""Patterns that more than name values, on the lines of one log.

A line on which a text stands that a bracket of a pattern needs is made an observation, and the
bracket tried. A pattern of one bracket matches there and then. One of several keeps the latest
observations that passed one of its brackets; each that comes may complete it, and what it was then
bound to is not bound again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.formats import Fields
from noroshi.desks.cyber.match.index import Index
from noroshi.desks.cyber.match.needles import needles
from noroshi.desks.cyber.match.observing import observed
from noroshi.desks.cyber.match.pattern import Observation, Pattern, compiled
from noroshi.desks.cyber.match.pattern.bind import Undecided
from noroshi.desks.cyber.match.pattern.tree import Between, Leaf

KEPT: Final = 200
"""Observations that are kept for a pattern of several brackets."""


class _Passed(msgspec.Struct, frozen=True):
    observation: Observation
    brackets: frozenset[int]


class Hunt:
    """The patterns of an index, and what was seen of each so far. `needles` are what to look for,
    and which (entry, bracket) each is for."""

    def __init__(self, index: Index, tally: Tally) -> None:
        self._tally = tally
        self._patterns: dict[int, Pattern] = {}
        self._passed: defaultdict[int, list[_Passed]] = defaultdict(list)
        self.needles: defaultdict[bytes, list[tuple[int, int]]] = defaultdict(list)
        for entry, text in index.patterns:
            self._patterns[entry] = pattern = compiled(text)
            for leaf in pattern.leaves:
                for each in sorted(needles(leaf.comparison) or ()):
                    self.needles[each.encode()].append((entry, leaf.number))

    def completed(
        self, fields: Fields, at: int | None, places: Iterable[tuple[int, int]]
    ) -> Iterator[int]:
        """The entries whose pattern a line completes; `places` are the brackets whose needles stand
        on it."""
        wanted: defaultdict[int, list[int]] = defaultdict(list)
        for entry, number in places:
            wanted[entry].append(number)
        if not wanted:
            return
        observation = observed(fields, at)
        for entry, numbers in sorted(wanted.items()):
            pattern = self._patterns[entry]
            passed = frozenset(n for n in numbers if pattern.brackets[n](observation))
            if passed and self._completes(entry, pattern, _Passed(observation, passed), at):
                yield entry

    def _completes(self, entry: int, pattern: Pattern, one: _Passed, at: int | None) -> bool:
        if isinstance(pattern.tree, Leaf):
            return True
        if at is None and _timed(pattern):
            self._tally.reasons["a line without a time, which a pattern asks for"] += 1
            return False
        held = self._passed[entry]
        held.append(one)
        if len(held) > KEPT:
            del held[0]
        bound = self._bound(pattern, held)
        if bound is None:
            return False
        self._passed[entry] = [each for at, each in enumerate(held) if at not in bound]
        return True

    def _bound(self, pattern: Pattern, held: list[_Passed]) -> tuple[int, ...] | None:
        def passing(number: int) -> list[int]:
            return [at for at, each in enumerate(held) if number in each.brackets]

        try:
            return pattern.binding([each.observation for each in held], passing)
        except Undecided as problem:
            self._tally.reasons[f"a pattern left undecided: {problem}"] += 1
            return None


def _timed(pattern: Pattern) -> bool:
    """Whether times decide: any qualifier may, and FOLLOWEDBY does."""
    return isinstance(pattern.tree, Between) or any(
        word in pattern.text for word in ("FOLLOWEDBY", "WITHIN", "START")
    )

"""Thousands of patterns on one observation: only those whose values stand in it are tried.

A bracket that compares for equality cannot pass unless one of its values stands in the observation
under the property that the path ends in. So brackets are kept by (last key of the path, value), and
only those found there are tried, and those that compare in other ways only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from noroshi.desks.cyber.match.pattern.bind import Undecided
from noroshi.desks.cyber.match.pattern.compile import Pattern, compiled
from noroshi.desks.cyber.match.pattern.observed import Observation
from noroshi.desks.cyber.match.pattern.tree import (
    Comparison,
    Exists,
    Joint,
    Leaf,
    Path,
    Refused,
)

Fact = tuple[str, str | int | float]
Place = tuple[int, int]
"""(number of the pattern, number of its bracket)."""


class Matched(msgspec.Struct, frozen=True):
    """A pattern that the observations match: its number, and the numbers of those it binds."""

    pattern: int
    observations: tuple[int, ...]


class Patterns:
    """Patterns by number. `refused` says why some are not among them, `undecided` which took too
    many steps the last time."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.patterns: dict[int, Pattern] = {}
        self.refused: dict[int, str] = {}
        self.undecided: dict[int, str] = {}
        self._by_fact: defaultdict[Fact, list[Place]] = defaultdict(list)
        self._always: list[Place] = []
        for number, text in enumerate(texts):
            try:
                self.patterns[number] = pattern = compiled(text)
            except Refused as problem:
                self.refused[number] = str(problem)
                continue
            for leaf in pattern.leaves:
                self._index(number, leaf)

    def _index(self, number: int, leaf: Leaf) -> None:
        wanted = facts_wanted(leaf.comparison)
        if wanted is None:
            self._always.append((number, leaf.number))
        else:
            for fact in wanted:
                self._by_fact[fact].append((number, leaf.number))

    def matches(self, observations: Sequence[Observation]) -> Iterator[Matched]:
        """The patterns that these observations match, taken together, by number."""
        passed: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for at, observation in enumerate(observations):
            for number, leaf in self._candidates(observation):
                if self.patterns[number].brackets[leaf](observation):
                    passed[number][leaf].append(at)
        self.undecided = {}
        for number, brackets in sorted(passed.items()):
            try:
                bound = self.patterns[number].binding(
                    observations, lambda leaf, held=brackets: held.get(leaf, [])
                )
            except Undecided as problem:
                self.undecided[number] = str(problem)
                continue
            if bound is not None:
                yield Matched(number, bound)

    def _candidates(self, observation: Observation) -> set[Place]:
        found = set(self._always)
        by_fact = self._by_fact
        for fact in facts(observation.objects):
            if fact in by_fact:
                found.update(by_fact[fact])
        return found


def facts(value: Any, key: str = "") -> Iterator[Fact]:
    """Every string and number in an observation, with the nearest key above it."""
    if isinstance(value, str) or type(value) in (int, float):
        yield key, cast("str | int | float", value)
    elif isinstance(value, Mapping):
        for name, each in cast("Mapping[str, Any]", value).items():
            yield from facts(each, name)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from facts(each, key)


def facts_wanted(comparison: Comparison) -> frozenset[Fact] | None:
    """Facts of which one must stand in an observation that passes; None where that cannot be said.
    Of two that must both pass, those of the one that wants fewer."""
    if isinstance(comparison, Joint):
        left, right = facts_wanted(comparison.left), facts_wanted(comparison.right)
        if comparison.operator == "OR":
            return None if left is None or right is None else left | right
        known = [each for each in (left, right) if each is not None]
        return min(known, key=len) if known else None
    if isinstance(comparison, Exists) or comparison.negated:
        return None
    key = _last_key(comparison.path)
    values = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    plain = comparison.operator in ("=", "IN") and not key.endswith(("_hex", "_bin"))
    if not plain or not all(type(each) in (str, int, float) for each in values):
        return None
    return frozenset((key, cast("str | int | float", each)) for each in values)


def _last_key(path: Path) -> str:
    return next(each for each in reversed(path.steps) if isinstance(each, str))

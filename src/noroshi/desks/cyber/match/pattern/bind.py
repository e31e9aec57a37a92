"""Observation operators and qualifiers: which observations can a pattern be bound to? (§9.3, §9.5)

A binding gives each bracket of the pattern an observation that passes it; an observation made
`number` times can be given that often, and no more. Where an observation has an interval, some
instant of it must do. FOLLOWEDBY wants the left all not after the right, WITHIN all within the
duration, START and STOP each at or after the one and before the other.

Bindings are found one after the other and the first is enough; how many are tried is bounded, as
the number of ways grows without limit.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from noroshi.desks.cyber.match.pattern.observed import Observation
from noroshi.desks.cyber.match.pattern.tree import (
    Between,
    Both,
    Expression,
    Leaf,
    Repeats,
    Within,
)

MOST_STEPS: Final = 200_000

Instance = tuple[int, int]
Binding = tuple[Instance, ...]
"""(number of the observation, which of the times that it was made)."""


class Undecided(Exception):
    """Too many ways to bind a pattern were tried without an answer."""


class Search:
    """One pattern against some observations. `passing(n)` are the numbers of the observations that
    pass the n-th bracket."""

    def __init__(
        self, observations: Sequence[Observation], passing: Callable[[int], Iterable[int]]
    ) -> None:
        self._seen, self._passing, self._steps, self._most = observations, passing, 0, 1

    def first(self, tree: Expression) -> tuple[int, ...] | None:
        """The observations of one binding, in order; None where there is none. Raises `Undecided`
        after too many steps."""
        self._most = _size(tree)
        for binding in self._any(tree):
            return tuple(sorted({number for number, _ in binding}))
        return None

    def _any(self, tree: Expression) -> Iterator[Binding]:
        """Some bindings, and at least one where there are any: nothing else is to be bound."""
        if isinstance(tree, Both) and tree.operator == "OR":
            return itertools.chain(self._any(tree.left), self._any(tree.right))
        if isinstance(tree, Within) and isinstance(tree.inner, Repeats):
            leaf = tree.inner.inner
            if isinstance(leaf, Leaf):
                return self._burst(leaf.number, tree.inner.times, tree.duration)
        return self._all(tree)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Undecided(f"no answer after {MOST_STEPS} ways to bind it")

    def _all(self, tree: Expression) -> Iterator[Binding]:
        if isinstance(tree, Leaf):
            return self._leaf(tree.number)
        if isinstance(tree, Both):
            return self._both(tree)
        if isinstance(tree, Repeats):
            return self._repeated(tree)
        if isinstance(tree, Within):
            return (each for each in self._all(tree.inner) if self._close(each, tree.duration))
        return (each for each in self._all(tree.inner) if self._between(each, tree))

    def _leaf(self, number: int) -> Iterator[Binding]:
        for each in self._passing(number):
            # One made more often than a binding has places could be taken for itself.
            for time in range(min(self._seen[each].number, self._most)):
                self._step()
                yield ((each, time),)

    def _both(self, tree: Both) -> Iterator[Binding]:
        if tree.operator == "OR":
            yield from self._all(tree.left)
            yield from self._all(tree.right)
            return
        rights = _Again(self._all(tree.right))
        for left in self._all(tree.left):
            taken = frozenset(left)
            latest = max(self._seen[number].first for number, _ in left)
            for right in rights:
                self._step()
                if not taken.isdisjoint(right):
                    continue
                earliest = min(self._seen[number].last for number, _ in right)
                if tree.operator == "AND" or latest <= earliest:
                    yield left + right

    def _repeated(self, tree: Repeats) -> Iterator[Binding]:
        if isinstance(tree.inner, Leaf):
            yield from self._plenty(tree.inner.number, tree.times)
        else:
            yield from self._disjoint(_Again(self._all(tree.inner)), 0, tree.times)

    def _plenty(self, leaf: int, times: int) -> Iterator[Binding]:
        """`times` instances that pass one bracket, in every combination."""
        instances = list(itertools.chain.from_iterable(self._leaf(leaf)))
        for combination in itertools.combinations(instances, times):
            self._step()
            yield combination

    def _disjoint(self, each: _Again[Binding], start: int, times: int) -> Iterator[Binding]:
        """Combinations of `times` bindings that share no instance."""
        for at in itertools.count(start):
            self._step()
            binding = each.get(at)
            if binding is None:
                return
            if times == 1:
                yield binding
                continue
            taken = frozenset(binding)
            for others in self._disjoint(each, at + 1, times - 1):
                if taken.isdisjoint(others):
                    yield binding + others

    def _burst(self, leaf: int, times: int, duration: int) -> Iterator[Binding]:
        """`times` instances that pass one bracket within a duration: for each that ends first,
        some of those that can be had with it."""
        instances = list(itertools.chain.from_iterable(self._leaf(leaf)))
        ends = sorted({self._seen[number].last for number, _ in instances})
        for end in ends:
            self._step()
            near = [
                each
                for each in instances
                if self._seen[each[0]].last >= end and self._seen[each[0]].first <= end + duration
            ]
            if len(near) >= times:
                yield tuple(near[:times])

    def _close(self, binding: Binding, duration: int) -> bool:
        """Whether an instant of each lies within `duration` of all others: in the window that
        starts where the first of them ends, as any other reaches less far."""
        self._step()
        end = min(self._seen[number].last for number, _ in binding)
        return all(self._seen[number].first <= end + duration for number, _ in binding)

    def _between(self, binding: Binding, tree: Between) -> bool:
        self._step()
        return tree.start < tree.stop and all(
            self._seen[number].first < tree.stop and self._seen[number].last >= tree.start
            for number, _ in binding
        )


def _size(tree: Expression) -> int:
    """How many instances a binding has at most."""
    if isinstance(tree, Leaf):
        return 1
    if isinstance(tree, Both):
        return _size(tree.left) + _size(tree.right)
    return _size(tree.inner) * (tree.times if isinstance(tree, Repeats) else 1)


T = TypeVar("T")


class _Again(Iterable[T]):
    """What an iterator gives, to be gone through as often as wanted; it is asked only as needed."""

    def __init__(self, source: Iterator[T]) -> None:
        self._source, self._kept = source, list[T]()

    def get(self, at: int) -> T | None:
        """The item at a place, or None after the last."""
        while len(self._kept) <= at:
            item = next(self._source, None)
            if item is None:
                return None
            self._kept.append(item)
        return self._kept[at]

    def __iter__(self) -> Iterator[T]:
        for at in itertools.count():
            item = self.get(at)
            if item is None:
                return
            yield item

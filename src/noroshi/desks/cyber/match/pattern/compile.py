"""A pattern made ready: its tree, and a predicate for each of its brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from noroshi.desks.cyber.match.pattern import bind, grammar
from noroshi.desks.cyber.match.pattern.observed import Observation
from noroshi.desks.cyber.match.pattern.tests import passes
from noroshi.desks.cyber.match.pattern.tree import Both, Expression, Leaf

Bracket = Callable[[Observation], bool]


class Pattern:
    """A compiled pattern. `tree` is what was read, `brackets` whether an observation passes each
    `[…]`, from the left."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = grammar.read(text)
        self.leaves = tuple(leaves(self.tree))
        self.brackets: tuple[Bracket, ...] = tuple(_bracket(each) for each in self.leaves)

    def binding(
        self,
        observations: Sequence[Observation],
        passing: Callable[[int], Iterable[int]] | None = None,
    ) -> tuple[int, ...] | None:
        """The numbers of observations that the pattern can be bound to; None where it cannot.
        `passing(n)` may say which pass the n-th bracket, where that is known already.

        Raises `bind.Undecided` where too many ways were tried.
        """

        def tried(number: int) -> list[int]:
            bracket = self.brackets[number]
            return [at for at, each in enumerate(observations) if bracket(each)]

        return bind.Search(observations, passing or tried).first(self.tree)


def compiled(text: str) -> Pattern:
    """The pattern, ready to match. Raises `tree.Refused` with the reason."""
    return Pattern(text)


def leaves(tree: Expression) -> Iterator[Leaf]:
    """The brackets of a pattern, from the left."""
    if isinstance(tree, Leaf):
        yield tree
    elif isinstance(tree, Both):
        yield from leaves(tree.left)
        yield from leaves(tree.right)
    else:
        yield from leaves(tree.inner)


def _bracket(leaf: Leaf) -> Bracket:
    passed = passes(leaf.comparison)

    def bracket(observation: Observation) -> bool:
        objects = observation.objects
        return any(passed(objects, each) for each in objects.values())

    return bracket

"""Comparing: which two sets a person means, each at its instant, and what is supposed."""

from __future__ import annotations

import msgspec

from noroshi.node.sets import FILES, LAW, Sets
from noroshi.pact.policy import Policy
from noroshi.pact.sides import Side
from noroshi.pact.supposing import entering, joining, without
from noroshi.words.errors import BadInput


class Supposed(msgspec.Struct, frozen=True):
    """Supposed of a set: agreements in force, parties that left or came in (`into` which)."""

    in_force: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    into: tuple[str, ...] = ()

    def of(self, sets: Sets, policy: Policy, at: int) -> Policy:
        """The set as supposed. Raises `UnknownParty`, `BadInput`."""
        policy = entering(policy, self.in_force, at) if self.in_force else policy
        for party in self.without:
            policy = without(policy, sets.parties.get(party).code, at)
        for party in self.joined:
            policy = joining(policy, sets.parties.get(party).code, at, self.into)
        return policy

    @property
    def text(self) -> str:
        """What is supposed, in words."""
        parts = [
            *(f"{name} in force" for name in self.in_force),
            *(f"without {party}" for party in self.without),
            *(f"with {party}" for party in self.joined),
        ]
        return ", ".join(parts)


def sides(
    sets: Sets,
    named: tuple[str | None, str | None],
    days: list[int],
    supposed: Supposed,
    now: int,
) -> tuple[Side, Side, tuple[str, str]]:
    """(before, after, their names). Without names the law, and after it what would follow: what is
    supposed, another day, or else the node's files. Raises `BadInput` for more than two days."""
    if len(days) > 2:
        raise BadInput("command line: --at", "a day for each side", found=f"{len(days)} days")
    first, last = (days[0], days[-1]) if days else (now, now)
    one, other = named
    moved = len(days) == 2 or supposed != Supposed()
    if other is None:
        one, other = (one or LAW, one or LAW) if moved else (LAW, one or FILES)
    assert one is not None
    before, after = sets.named(one, first), supposed.of(sets, sets.named(other, last), last)
    name = f"{other}, supposing {supposed.text}" if supposed.text else other
    return Side(before, first), Side(after, last), (one, name)

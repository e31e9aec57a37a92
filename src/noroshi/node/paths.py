"""Paths: which findings of this node's store would lose, or gain, their only path to somebody.

A finding goes where all of its strands go, each from its own originator. So this asks under either
set who could come to hold each strand, and names the parties that could under one set alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from noroshi.exchange.graph import made_at
from noroshi.node.node import Node
from noroshi.node.overview import live
from noroshi.pact.picturing import Cut, Information
from noroshi.pact.policy import Policy
from noroshi.pact.reach import Path, Reach
from noroshi.pact.sides import Side
from noroshi.pact.table import joined, named
from noroshi.words.label import Label, Strand

Paths = dict[str, Path]
"""By party that a strand reaches, how."""

SHOWN: Final = 20
FINDING: Final = "event--"
"""What the id of a finding begins with."""


def information(node: Node, before: Side, after: Side, parties: tuple[str, ...]) -> Information:
    """What changes for the live findings of the store when `parties` leave or come."""
    among = _among(node, before.policy, after.policy)
    sides = [_Known(Reach(side.policy, side.at, among), side.policy) for side in (before, after)]
    counted: dict[str, Counter[str]] = {"lost": Counter(), "gained": Counter(), "own": Counter()}
    shown: dict[str, list[Cut]] = {"lost": [], "gained": []}
    findings = 0
    for each in live(node):
        if not each.id.startswith(FINDING):
            continue
        findings += 1
        record = node.store.by_seq(each.seq)
        label, made = node.store.label_of(each.cell), made_at(record)
        one, other = (side.of(label, each.id, made) for side in sides)
        for kind, had, has in (("lost", one, other), ("gained", other, one)):
            for party, path in _cut(had, has):
                ends = {*node.parties.line(party), *node.parties.line(path[0])}
                own = bool(ends.intersection(parties))
                counted["own" if own else kind][f"{path[0]} > {party}"] += 1
                if not own and len(shown[kind]) < SHOWN:
                    shown[kind].append(Cut(each.id, party, path))
    lost, gained, own = (dict(sorted(counted[kind].items())) for kind in ("lost", "gained", "own"))
    return Information(findings, lost, gained, own, tuple(shown["lost"]), tuple(shown["gained"]))


def _among(node: Node, *policies: Policy) -> tuple[str, ...]:
    """The parties of all agreements, this node's and its peers'."""
    codes = {code for policy in policies for bound in policy.bounds.values() for code in bound}
    codes |= {node.party, *(peer.party for peer in node.settings.config.peer)}
    return tuple(sorted(codes))


def _cut(had: list[Paths], has: list[Paths]) -> Iterator[tuple[str, Path]]:
    """Each party that all strands of a record reached and no longer do, with the path that the
    first such strand had."""
    reached = set[str].intersection(*({*paths} for paths in had))
    for party in sorted(reached):
        for before, after in zip(had, has, strict=True):
            if party not in after:
                yield party, before[party]
                break


class _Known:
    """Paths by strand; thousands of findings share a few."""

    def __init__(self, reach: Reach, policy: Policy) -> None:
        self.reach, self.parties = reach, policy.parties
        self.named, self.joined = named(policy), joined(policy)
        self._found: dict[tuple[Strand, str | None, int], dict[str, Path]] = {}

    def of(self, label: Label, record: str, made: int | None) -> list[Paths]:
        """The paths of each strand of a record with this label."""
        return [self._of(strand, record, made) for strand in label.strands]

    def _of(self, strand: Strand, record: str, made: int | None) -> Paths:
        alike = record if record in self.named else None
        since = sum(made is not None and made >= each for each in self.joined)
        key = (strand, alike, since)
        if key not in self._found:
            self._found[key] = self.reach.of(strand, alike, made)
        return self._found[key]

"""Reach: who may come to hold a strand of an originator, and by which path, under one set.

The originator releases, holders pass on under the grants that they would hold: every step is the
decision itself, so hubs, onward rules, consents and limits count as they would. Whether parts are
redacted on the way does not matter here; that something arrives does.
"""

from __future__ import annotations

from collections import deque

import msgspec

from noroshi.pact.decide import decide
from noroshi.pact.grants import granted
from noroshi.pact.policy import Policy
from noroshi.words.grant import Grant
from noroshi.words.label import Strand, label

Path = tuple[str, ...]
"""Holders in order, the originator first, the party that it reaches last."""


class Reach:
    """Paths under `policy` at `at` (µs UTC), between `among`."""

    def __init__(self, policy: Policy, at: int, among: tuple[str, ...]) -> None:
        self.at, self.among = at, among
        self._grants: dict[str, Grant] = {}
        self._policy = Policy(policy.agreements, policy.parties, self._grants, policy.consents)

    def of(
        self, strand: Strand, record: str | None = None, made: int | None = None
    ) -> dict[str, Path]:
        """By party that may come to hold the strand, a shortest path. `record`, `made`: as of
        `decide`."""
        own = msgspec.structs.replace(strand, grant=None)
        found: dict[str, Path] = {own.originator: (own.originator,)}
        waiting = deque([(own.originator, label(own))])
        while waiting:
            holder, held = waiting.popleft()
            act = "receive" if holder == own.originator else "pass_on"
            for party in self.among:
                if party in found:
                    continue
                asked = (self._policy, held, holder, party, self.at)
                release = decide(*asked, act, record=record, made=made)
                if release.permitted:
                    mine, grants = granted(*asked, release, made=made)
                    self._grants.update({each.id: each for each in grants})
                    found[party] = (*found[holder], party)
                    waiting.append((party, mine))
        return found

"""Emergency: a person's act that gives one record of this party to one other, past the clauses."""

from __future__ import annotations

from typing import Final

import msgspec

PREFIX: Final = "emergency/"
"""Of the word that stands where a release names its clause."""


class Emergency(msgspec.Struct, frozen=True):
    """`by` gives `record` to `party` from `since` until `until` (µs UTC), and says `why`."""

    id: str
    record: str
    party: str
    by: str
    why: str
    since: int
    until: int

    @property
    def clause(self) -> str:
        """What stands in releases, grants and the ledger in the place of a clause."""
        return PREFIX + self.id

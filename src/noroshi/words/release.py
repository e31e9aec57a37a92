"""Release: the decision about one record and one party, with what it would have taken."""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.words.transform import Change

Act = Literal["receive", "keep", "pass_on"]
Verdict = Literal["released", "partial", "withheld"]


class Miss(msgspec.Struct, frozen=True, order=True):
    """A clause that came near: the first condition that failed, what was found, what it allows."""

    clause: str
    condition: str
    found: str
    allowed: str


class Release(msgspec.Struct, frozen=True):
    """`released` as it is, `partial` after `transforms`, or `withheld`. `clauses` are the ids that
    permitted, one per strand; `misses` are the near misses of the strands that were refused."""

    verdict: Verdict
    transforms: tuple[Change, ...] = ()
    clauses: tuple[str, ...] = ()
    misses: tuple[Miss, ...] = ()

    @property
    def permitted(self) -> bool:
        """Whether anything at all may go."""
        return self.verdict != "withheld"

"""Release: the decision about one record and one party, with what it would have taken."""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.words.told import Told
from noroshi.words.transform import Change

Act = Literal["receive", "keep", "pass_on"]
Verdict = Literal["released", "partial", "withheld"]


class Miss(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """A clause that came near: the first condition that failed, what was found, what it allows.
    `told` says the last two again, in words that can be had in other languages; it is empty where
    each is one word or text by itself."""

    clause: str
    condition: str
    found: str
    allowed: str
    told: tuple[Told, ...] = ()


def miss(clause: str, condition: str, found: str | Told, allowed: str | Told) -> Miss:
    """A miss of these words."""
    if isinstance(found, str) and isinstance(allowed, str):
        return Miss(clause, condition, found, allowed)
    told = tuple(Told(each) if isinstance(each, str) else each for each in (found, allowed))
    return Miss(clause, condition, told[0].said(), told[1].said(), told)


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

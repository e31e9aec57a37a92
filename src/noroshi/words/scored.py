"""What comes of scoring a desk against planted truth: counts by kind, and by look-alike."""

from __future__ import annotations

import msgspec


class KindCounts(msgspec.Struct, frozen=True):
    """Of one kind: truths planted and met, and findings about what was planted that meet none and
    must not be (`false`)."""

    kind: str
    planted: int
    met: int
    false: int

    @property
    def recall(self) -> float | None:
        """Share of truths met; None where none was planted."""
        return self.met / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Share of the findings about what was planted that meet a truth; None without findings."""
        told = self.met + self.false
        return self.met / told if told else None


class AlikeScore(msgspec.Struct, frozen=True):
    """Of one look-alike: how often it was planted, how often something was said that must not be,
    and the kinds that were."""

    case: str
    planted: int
    fired: int
    kinds: tuple[str, ...]

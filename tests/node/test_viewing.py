"""Keeping views up to date: some batches a round, with room for others who write between them."""

from __future__ import annotations

import pytest

from noroshi.exchange.behind import Lag
from noroshi.exchange.views import Refreshed
from noroshi.node.viewing import BREATH_S, ROUND, TOLD_EVERY, Viewing


class Slow:
    """Views that are behind by so many batches."""

    def __init__(self, batches: int) -> None:
        self.left = batches

    def advance(self, party: str, now: int) -> Refreshed:
        if party == "broken":
            raise ZeroDivisionError
        self.left = max(0, self.left - 1)
        return Refreshed(more=self.left > 0)

    def lag(self, party: str, now: int) -> Lag:
        return Lag(unread=0, untaken=1_000 * self.left, unmade=7, amending=True)


def test_a_view_that_is_far_behind_gets_a_round_and_says_how_far_it_is() -> None:
    said, paused = list[str](), list[float]()
    slow = Slow(ROUND * TOLD_EVERY + 5)
    viewing = Viewing(slow, lambda: 0, said.append, paused.append)  # type: ignore[arg-type]
    viewing.bring("EU")
    assert slow.left == ROUND * TOLD_EVERY + 5 - ROUND
    assert paused == [BREATH_S] * ROUND
    assert viewing.behind(("EU",))
    assert not viewing.behind(("AUS",))
    while viewing.behind(("EU",)):
        viewing.bring("EU")
    assert slow.left == 0
    assert said == [
        "view of EU: 5,000 versions to take in, 7 to make; going over to the law of now",
        "view of EU: up to date",
    ]


def test_a_view_that_fails_does_not_come_again_at_once() -> None:
    viewing = Viewing(Slow(1), lambda: 0, lambda _: None, lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        viewing.bring("broken")
    assert not viewing.behind(("broken",))

"""Viewing: every partner's view kept up to date, some batches at a time.

An amendment of a million records takes minutes. It must keep neither other partners nor feeds
waiting, so each view gets some batches a round, and the next round comes at once while any is
behind. Each batch is kept, so that a process which is stopped goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from noroshi.exchange.views import Views

ROUND: Final = 10
"""Batches of one view in a round: some seconds at most."""

BREATH_S: Final = 0.1
"""Between batches, for others who want to write: one who waits for SQLite looks that often, and
would wait in vain for a lock that is taken again at once."""

TOLD_EVERY: Final = 10
"""Rounds between two words about how far a view is."""


class Viewing:
    """The views that one process keeps up to date; `say` is told of work that takes long."""

    def __init__(
        self,
        views: Views,
        clock: Callable[[], int],
        say: Callable[[str], None],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._views, self._clock, self._say, self._pause = views, clock, say, pause
        self._rounds: dict[str, int] = {}

    def behind(self, parties: Iterable[str]) -> bool:
        """Whether any of these parties' views has more to do at once."""
        return any(each in self._rounds for each in parties)

    def bring(self, party: str) -> None:
        """One round for the party's view."""
        # What fails is not behind but broken: it comes again with the next tick.
        rounds = self._rounds.pop(party, 0) + 1
        for _ in range(ROUND):
            if not self._views.advance(party, self._clock()).more:
                if rounds > TOLD_EVERY:
                    self._say(f"view of {party}: up to date")
                return
            self._pause(BREATH_S)
        self._rounds[party] = rounds
        if rounds % TOLD_EVERY == 0:
            self._tell(party)

    def _tell(self, party: str) -> None:
        lag = self._views.lag(party, self._clock())
        law = "; going over to the law of now" if lag.amending else ""
        self._say(
            f"view of {party}: {lag.untaken:,} versions to take in, {lag.unmade:,} to make{law}"
        )

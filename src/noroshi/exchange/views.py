"""Views: what each partner may see, kept as a journal and decided again at every read.

`refresh` brings a partner's journal up to date with the records, the law and the clock, in batches
of which each commits what it did and how far it is; `page` reads it, asks again whether each entry
may go now, and accounts for it in the ledger. What a refresh costs follows from what changed, and
what it holds in memory from one batch; with nothing new it costs a few look-ups, however much is
stored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final

from noroshi.exchange.behind import Behind, Lag
from noroshi.exchange.graph import STATUS, Graph
from noroshi.exchange.hold import notice
from noroshi.exchange.journal import batch_cursor, terms_cursor, view_cursor
from noroshi.exchange.refresh import Basis, Refresh, Refreshed
from noroshi.exchange.served import Match, Page, Served
from noroshi.exchange.serving import Serving
from noroshi.exchange.sign import Keys
from noroshi.pact.policy import Policy
from noroshi.store import Store
from noroshi.words.kind import Kind
from noroshi.words.label import Tlp
from noroshi.words.time import SECOND

__all__ = ["PolicyAt", "Refreshed", "Views"]

PolicyAt = Callable[[int], tuple[int, Policy]]
"""The epoch and the policy in force at an instant (µs UTC)."""

BATCH: Final = 1_000
"""Versions of each kind of work in one transaction: about a third of a second."""

AT_ONCE: Final = 5_000
"""A reader waits for what a view is behind by, up to this many versions; what is more than that is
done beside it, and a reader does one batch of it where nobody else does."""

TENDED_FOR: Final = 10 * SECOND
"""For so long (µs) after a batch somebody is taken to be at it."""


class Views:
    """The views of all partners of one node; from `level` on a second person has to agree. Safe
    for several threads and processes."""

    def __init__(
        self,
        store: Store,
        policy: PolicyAt,
        kinds: Mapping[str, Kind],
        party: str,
        keys: Keys,
        *,
        batch: int = BATCH,
        at_once: int = AT_ONCE,
        tended_for: int = TENDED_FOR,
        level: Tlp | None = None,
    ) -> None:
        self._store, self._policy = store, policy
        self._basis = Basis(store, Graph(store), kinds, party, keys.derive("variants"), level)
        self._refreshes: dict[str, Refresh] = {}
        self._lock = threading.RLock()
        self._serving = Serving(store, party, keys, level)
        notice(store, level)
        self._batch, self._at_once, self._tended_for = batch, at_once, tended_for

    def refresh(self, party: str, now: int) -> Refreshed:
        """Bring the party's journal up to date at `now` (µs UTC), however long it takes."""
        total = Refreshed(more=True)
        while total.more:
            total = total.with_(self.advance(party, now))
        return total

    def advance(self, party: str, now: int) -> Refreshed:
        """One batch of a refresh, in one transaction; `more` where that was not all. Nothing is
        done while the store, put back from a backup, waits for what partners say."""
        if self._store.shut():
            return Refreshed()
        epoch, policy = self._policy(now)
        if self._current(party, epoch, now):
            return Refreshed()
        # The store's lock first, then ours: in one order everywhere, so that none waits for ever.
        with self._store.write(), self._lock:
            if self._current(party, epoch, now):
                return Refreshed()
            try:
                refresh = self._refreshes.setdefault(party, Refresh(self._basis, party))
                return refresh.step(epoch, policy, now, self._batch)
            except BaseException:
                # The store undoes what was written; what we remember of it must go as well.
                self._refreshes.pop(party, None)
                raise

    def lag(self, party: str, now: int) -> Lag:
        """What the party's journal is behind by."""
        references, settled = self._store.references, self._store.settled(party)
        epoch, _ = self._policy(now)
        last = references.last_record()
        return Lag(
            unread=last - references.last_seq(),
            untaken=last - self._store.view_state(party).seq,
            unmade=settled.count_todo() if settled.any_todo() else 0,
            amending=not self._lawful(party, epoch, now),
        )

    def page(
        self,
        party: str,
        now: int,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int = 1000,
        match: Match = Match(),  # noqa: B008 — frozen
        disclose: bool = True,
    ) -> Page:
        """The next `limit` entries that the party may have at `now`, accounted for as disclosed
        unless it gets to see none of them (`disclose` false)."""
        if self._store.shut():
            return Page(())
        behind = self._caught_up(party, now)
        _, policy = self._policy(now)
        return self._serving.page(
            policy,
            party,
            now,
            after_n=after_n,
            added_after=added_after,
            limit=limit,
            match=match,
            disclose=disclose,
            behind=behind,
        )

    def object(
        self, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        """Every version of one object that the party may have at `now`, newest first."""
        if self._store.shut():
            return ()
        behind = self._caught_up(party, now)
        _, policy = self._policy(now)
        return self._serving.object(policy, party, oid, now, disclose=disclose, behind=behind)

    def _caught_up(self, party: str, now: int) -> Behind | None:
        """Bring the journal up to date for a reader; what it is behind by where that is too much
        to wait for."""
        epoch, _ = self._policy(now)
        if self._current(party, epoch, now):
            return None
        if self._much(party, now) and self._tended(party, now):
            return self._behind(party, now)
        waited = 0
        while self.advance(party, now).more:
            waited += self._batch
            if waited > self._at_once or self._much(party, now):
                return self._behind(party, now)
        return None

    def _much(self, party: str, now: int) -> bool:
        """Whether the view is behind by more than a reader waits for."""
        epoch, _ = self._policy(now)
        last, most = self._store.references.last_record(), self._at_once
        if last <= most:
            return self._store.settled(party).more_todo(most)
        if not self._lawful(party, epoch, now):
            return True
        untaken = last - self._store.view_state(party).seq
        return untaken > most or self._store.settled(party).more_todo(most)

    def _tended(self, party: str, now: int) -> bool:
        """Whether somebody brings the view up to date, so that a reader need not."""
        return 0 <= now - self._store.cursor(batch_cursor(party)) < self._tended_for

    def _behind(self, party: str, now: int) -> Behind:
        epoch, policy = self._policy(now)
        with self._store.read():
            return self._basis.behind(party, policy, now, settled=self._lawful(party, epoch, now))

    def _lawful(self, party: str, epoch: int, now: int) -> bool:
        """Whether all that was taken in rests on the law of now."""
        state = self._store.view_state(party)
        return (
            state.epoch == epoch
            and now < state.valid_until
            and self._store.cursor(terms_cursor(party)) == self._store.terms()
        )

    def _current(self, party: str, epoch: int, now: int) -> bool:
        return (
            self._lawful(party, epoch, now)
            and self._store.references.last_record() == self._store.view_state(party).seq
            and not self._store.events(self._store.cursor(view_cursor(party)), 1, (STATUS,))
            and not self._store.settled(party).any_todo()
        )

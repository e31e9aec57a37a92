"""Views: what each partner may see, kept as a journal and decided again at every read.

`refresh` brings a partner's journal up to date with the records, the law and the clock; `page`
reads it, asks again whether each entry may go now, and accounts for it in the ledger. A refresh
with nothing new costs three look-ups, however much is stored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping

import msgspec

from noroshi.exchange import journal, tombstone
from noroshi.exchange.closure import Candidate, Closed, close
from noroshi.exchange.decisions import Decisions, next_change
from noroshi.exchange.follow import Follow
from noroshi.exchange.graph import STATUS, STORED, Graph, Node
from noroshi.exchange.journal import (
    Changes,
    Key,
    Shown,
    Want,
    journal_cursor,
    terms_cursor,
    view_cursor,
)
from noroshi.exchange.project import Projector, Shape
from noroshi.exchange.served import Match, Page, Served
from noroshi.exchange.serving import Serving
from noroshi.exchange.sign import Keys
from noroshi.exchange.variants import Transforms
from noroshi.exchange.wire import PUBLIC_IDS
from noroshi.pact.policy import Policy
from noroshi.store import Store
from noroshi.words import ids
from noroshi.words.kind import Kind

PolicyAt = Callable[[int], tuple[int, Policy]]
"""The epoch and the policy in force at an instant (µs UTC)."""


class Refreshed(msgspec.Struct, frozen=True):
    """How many objects entered a view, changed in it, and left it."""

    entered: int = 0
    changed: int = 0
    left: int = 0


class _View(msgspec.Struct):
    """What is remembered of one party's view between refreshes; all of it can be made again.

    `n` is the journal's end that `shown` belongs to; `made` holds, for a record's seq, the shape
    it went out in and what that gave; `terms` is what of grants and consents decisions rest on.
    """

    n: int = -1
    shown: dict[Key, Shown] = msgspec.field(default_factory=dict[Key, Shown])
    made: dict[int, tuple[Shape, list[Want]]] = msgspec.field(
        default_factory=dict[int, tuple[Shape, list[Want]]]
    )
    terms: frozenset[str] | None = None


class Views:
    """The views of all partners of one node. Safe for several threads and processes."""

    def __init__(
        self,
        store: Store,
        policy: PolicyAt,
        kinds: Mapping[str, Kind],
        party: str,
        keys: Keys,
    ) -> None:
        self._store, self._policy, self._kinds = store, policy, kinds
        self._party, self._keys = party, keys
        self._secret = keys.derive("variants")
        self._graph = Graph(store)
        self._views: dict[str, _View] = {}
        self._lock = threading.RLock()
        self._serving = Serving(store, party, keys)

    def refresh(self, party: str, now: int) -> Refreshed:
        """Bring the party's journal up to date at `now` (µs UTC). Not inside a transaction that
        may still be undone: what is remembered between refreshes would not be."""
        epoch, policy = self._policy(now)
        if self._current(party, epoch, now):
            return Refreshed()
        # The store's lock first, then ours: in one order everywhere, so that none waits for ever.
        with self._store.write(), self._lock:
            if self._current(party, epoch, now):
                return Refreshed()
            try:
                return self._refresh(party, epoch, policy, now)
            except BaseException:
                # The store undoes what was written; what we remember of it must go as well.
                self._graph, self._views = Graph(self._store), {}
                raise

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
        self.refresh(party, now)
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
        )

    def object(
        self, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        """Every version of one object that the party may have at `now`, newest first."""
        self.refresh(party, now)
        _, policy = self._policy(now)
        return self._serving.object(policy, party, oid, now, disclose=disclose)

    def _current(self, party: str, epoch: int, now: int) -> bool:
        state = self._store.view_state(party)
        return (
            state.epoch == epoch
            and now < state.valid_until
            and not self._fresh(party)
            and self._store.cursor(terms_cursor(party)) == self._store.terms()
        )

    def _fresh(self, party: str) -> bool:
        """Whether a record was stored, or its status changed, since the view was brought up."""
        return bool(self._store.events(self._store.cursor(view_cursor(party)), 1, (STORED, STATUS)))

    def _refresh(self, party: str, epoch: int, policy: Policy, now: int) -> Refreshed:
        view = self._view(party)
        state = self._store.view_state(party)
        terms = _terms(policy, self._party)
        self._store.set_cursor(terms_cursor(party), self._store.terms())
        unmoved = state.epoch == epoch and now < state.valid_until and not self._fresh(party)
        if unmoved and view.terms == terms:
            return Refreshed()
        self._graph.load(self._store.cursor(view_cursor(party)))
        self._store.set_cursor(view_cursor(party), self._graph.position)
        view.terms = terms
        made = self._project(party, view, policy, now)
        if made.entries:
            view.n = self._store.view_append(party, made.entries, epoch=epoch, at=now)
            self._store.set_cursor(journal_cursor(party), view.n)
        cells = {node.cell for node in self._graph.nodes.values()}
        until = next_change(policy, map(self._store.label_of, cells), now)
        self._store.set_view_state(party, self._graph.seq, epoch, until)
        return Refreshed(made.entered, made.changed, made.left)

    def _view(self, party: str) -> _View:
        """The party's view as remembered; read again where another process wrote the journal."""
        view = self._views.setdefault(party, _View())
        n = self._store.cursor(journal_cursor(party))
        if view.n != n:
            view.n, view.shown = n, journal.shown(self._store, party)
        return view

    def _project(self, party: str, view: _View, policy: Policy, now: int) -> Changes:
        projector = Projector(
            self._store, self._kinds, policy.parties, self._party, self._secret, self._graph.holds
        )
        decisions = Decisions(policy, self._party, party, now)
        candidates = dict(self._candidates(decisions, projector))
        refs = {
            seq: Candidate(node.id, node.refs, bool(transforms))
            for seq, (node, transforms) in candidates.items()
        }
        closed = close(
            refs,
            public=lambda each: each in PUBLIC_IDS or projector.is_party(each),
            held=self._graph.held,
        )
        made = self._made(view, candidates, closed, projector, now)
        after = journal.desired(each for _, wants in made.values() for each in wants)
        # Who a party is stays once it was said: what was withdrawn was said by someone.
        said = {key: held for key, held in view.shown.items() if projector.is_party(key[0])}
        after = {key: each for key, each in after.items() if key not in said}
        changes = journal.changes(
            {key: held for key, held in view.shown.items() if key not in said},
            after,
            closed.kept.__contains__,
            lambda: frozenset((row.id, row.version) for row in self._store.ledger(party)),
            lambda oid, versions: self._stone(party, oid, versions, now),
        )
        self._name_ourselves(changes, said, after, projector)
        view.made = made
        view.shown = said | {
            key: Shown(each.seq, each.otype, each.body_sha256) for key, each in after.items()
        }
        return changes

    def _candidates(
        self, decisions: Decisions, projector: Projector
    ) -> Iterator[tuple[int, tuple[Node, Transforms]]]:
        """The versions that may go, each with the transforms that are asked for."""
        for seq, node in self._graph.nodes.items():
            if not (node.readable and node.live) or projector.is_party(node.id):
                continue
            release = decisions.of(node.cell, self._store.label_of(node.cell), node.id, node.made)
            if release.permitted and projector.possible(node, release.transforms):
                yield seq, (projector.told(node, release.transforms), release.transforms)

    def _made(
        self,
        view: _View,
        candidates: Mapping[int, tuple[Node, Transforms]],
        closed: Closed,
        projector: Projector,
        now: int,
    ) -> dict[int, tuple[Shape, list[Want]]]:
        """Each kept version in its shape, made anew only where the shape changed."""
        follow = Follow(candidates, closed, projector)
        made: dict[int, tuple[Shape, list[Want]]] = {}
        for seq in sorted(closed.kept):
            node, transforms = candidates[seq]
            shape = follow.shape(seq, node, transforms)
            before = view.made.get(seq)
            if before is not None and before[0] == shape:
                made[seq] = before
            else:
                bodies = projector.bodies(node, shape, now)
                made[seq] = shape, [journal.want(seq, each) for each in bodies]
        return made

    def _stone(self, party: str, oid: str, versions: tuple[int, ...], now: int) -> Want:
        body = tombstone.tombstone(self._secret, self._party, party, oid, versions, now)
        self._store.put_blob(body.body)
        seq = self._views[party].shown[oid, versions[0]].seq
        return journal.want(seq, body)

    def _name_ourselves(
        self,
        changes: Changes,
        said: Mapping[Key, Shown],
        after: dict[Key, Want],
        projector: Projector,
    ) -> None:
        """Our identity comes with the first tombstone, where nothing brought it before."""
        stones = [each for each in changes.entries if each.otype == tombstone.TYPE]
        oid = ids.identity_id(self._party)
        if stones and not any(key[0] == oid for key in (*said, *after)):
            own = journal.want(stones[0].seq, projector.identity(self._party))
            after[own.oid, own.oversion] = own
            changes.entries.append(own.entry)


def _terms(policy: Policy, holder: str) -> frozenset[str]:
    """What of grants and consents decisions rest on: grants of our own bind others, not us."""
    theirs = (each.id for each in policy.grants.values() if each.originator != holder)
    return frozenset((*theirs, *(each.id for each in policy.consents)))

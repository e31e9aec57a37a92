"""Refreshing: one batch of bringing a party's journal up to date.

Each batch is one transaction and does, as far as it gets: read new records into the reference
tables; settle those, and those whose status or label changed; settle what another law or hour
changes; and, once all of that is done, make the entries. The rows say what is left, so that a
process that is killed, or another one, goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from noroshi.exchange.amend import Amending, Answers, every_cell
from noroshi.exchange.behind import Behind
from noroshi.exchange.decisions import Decisions, instants
from noroshi.exchange.emit import Emission
from noroshi.exchange.graph import Graph, statuses
from noroshi.exchange.hold import Hold, hold
from noroshi.exchange.journal import batch_cursor, before_cursor, terms_cursor, view_cursor
from noroshi.exchange.project import Projector
from noroshi.exchange.region import Region
from noroshi.exchange.settle import Settling
from noroshi.pact.policy import Policy
from noroshi.store import Store
from noroshi.words.kind import Kind
from noroshi.words.label import Tlp
from noroshi.words.time import FOREVER


class Refreshed(msgspec.Struct, frozen=True):
    """How many objects entered a view, changed in it, and left it; `more` where it is not up to
    date yet."""

    entered: int = 0
    changed: int = 0
    left: int = 0
    more: bool = False

    def with_(self, later: Refreshed) -> Refreshed:
        """Both, one after the other."""
        return Refreshed(
            self.entered + later.entered,
            self.changed + later.changed,
            self.left + later.left,
            later.more,
        )


class Basis(msgspec.Struct, frozen=True):
    """What the views of all parties of a node are made from; `secret` keys the ids of variants,
    from `level` on a second person has to agree."""

    store: Store
    graph: Graph
    kinds: Mapping[str, Kind]
    party: str
    secret: bytes
    level: Tlp | None = None

    def decisions(self, policy: Policy, party: str, now: int) -> Decisions:
        """What may go to `party` at `now`."""
        waiting = hold(self.store, self.level, party)
        return Decisions(policy, self.party, party, now, hold=waiting)

    def projector(self, policy: Policy) -> Projector:
        """Who makes bodies, for one batch."""
        return Projector(
            self.store, self.kinds, policy.parties, self.party, self.secret, self.graph.holds
        )

    def behind(self, party: str, policy: Policy, now: int, *, settled: bool) -> Behind:
        """What may go of a journal that is behind. Call inside `store.read()`."""
        answers = Answers(self.store, self.decisions(policy, party, now))
        state, before = self.store.view_state(party), self.store.cursor(before_cursor(party))
        region = Region(self.store, party, self.projector(policy), state.seq)
        return Behind(self.store, answers, region, settled=settled, upto=state.seq, before=before)


class Refresh:
    """Refreshing for one party. What it remembers between batches can all be found again; it must
    be thrown away with a transaction that is undone."""

    def __init__(self, basis: Basis, party: str) -> None:
        self._basis, self._store, self._party = basis, basis.store, party
        self._settled = basis.store.settled(party)
        self._amending: Amending | None = None
        self._terms: tuple[frozenset[str], Hold | None] | None = None

    def step(self, epoch: int, policy: Policy, now: int, most: int) -> Refreshed:
        """One batch at `now` (µs UTC) under the law of `epoch`: at most `most` versions of each
        kind of work. Call inside `store.write()`."""
        done = self._step(epoch, policy, now, most)
        if done.more:
            self._store.set_cursor(batch_cursor(self._party), now)
        return done

    def _step(self, epoch: int, policy: Policy, now: int, most: int) -> Refreshed:
        read = self._basis.graph.read(most)
        amending = self._law(epoch, policy, now)
        answers = amending.answers
        projector = self._basis.projector(policy)
        taken = self._take_in(answers, projector, most, lawful=amending.done)
        followed = self._follow(answers, projector, most)
        if not amending.done:
            self._amend(amending, projector, most)
        if not amending.done:
            return Refreshed(more=True)
        self._keep_law(epoch, answers.decisions, now)
        if not (read and taken and followed):
            return Refreshed(more=True)
        return self._emit(epoch, projector, now, most)

    def _law(self, epoch: int, policy: Policy, now: int) -> Amending:
        """The way to the law of now; remembered while that is the same."""
        held = self._amending
        decisions = None if held is None else held.answers.decisions
        if (
            held is None
            or decisions is None
            or decisions.policy is not policy
            or not decisions.at <= now < held.until
        ):
            asked = self._basis.decisions(policy, self._party, now)
            answers = Answers(self._store, asked)
            cells = self._cells(epoch, asked, now)
            held = self._amending = Amending(self._store, answers, cells, self._until(policy, now))
        return held

    def _cells(self, epoch: int, asked: Decisions, now: int) -> Iterator[tuple[int, str]]:
        """The cells about which the answer may be another one now."""
        state = self._store.view_state(self._party)
        passed = any(state.valid_until <= each <= now for each in instants(asked.policy))
        if state.epoch != epoch or passed or not self._same_terms(asked):
            return every_cell(self._store)
        if now < state.valid_until:
            return iter(())
        return iter(self._store.references.cells_between(state.valid_until, now))

    def _same_terms(self, asked: Decisions) -> bool:
        same = self._store.cursor(terms_cursor(self._party)) == self._store.terms()
        return same or self._terms == _terms(asked)

    def _until(self, policy: Policy, now: int) -> int:
        """The first instant after `now` at which an answer may change by itself."""
        later = [each for each in instants(policy) if each > now]
        return min((*later, self._store.references.next_instant(now) or FOREVER), default=FOREVER)

    def _keep_law(self, epoch: int, asked: Decisions, now: int) -> None:
        state = self._store.view_state(self._party)
        until = self._until(asked.policy, now)
        self._store.set_view_state(self._party, state.seq, epoch, until)
        self._store.set_cursor(terms_cursor(self._party), self._store.terms())
        self._terms = _terms(asked)

    def _take_in(self, answers: Answers, projector: Projector, most: int, *, lawful: bool) -> bool:
        """Settle versions that are new; whether those were all."""
        state = self._store.view_state(self._party)
        seqs = self._store.references.seqs(state.seq, most)
        if not seqs:
            return True
        before = self._store.cursor(before_cursor(self._party))
        region = Region(self._store, self._party, projector, state.seq)
        settling = Settling(self._store, self._party, region, held=state.seq >= before)
        settling.settle(seqs, lambda each: answers.of(region, each))
        if self._store.life().n:
            self._settled.put_todo_unshown(seqs)
        if lawful:
            self._answer_for(answers, {v.row.cell for v in region.load(seqs)})
        self._store.set_view_state(self._party, seqs[-1], state.epoch, state.valid_until)
        if before and seqs[-1] >= before:
            self._store.set_cursor(before_cursor(self._party), 0)
        return len(seqs) < most

    def _answer_for(self, answers: Answers, cells: set[int]) -> None:
        """Keep the answers about cells that are new to the party."""
        names = ((n, self._store.references.cell_name(n)) for n in sorted(cells))
        new = ((n, cell) for n, cell in names if not self._settled.answers(n))
        for change in answers.changes(new):
            self._settled.put_answer(change.cell, change.made, change.answer)

    def _follow(self, answers: Answers, projector: Projector, most: int) -> bool:
        """Settle versions whose status or label changed; whether those were all."""
        cursor = view_cursor(self._party)
        changed, position, whole = statuses(self._store, cursor, most)
        upto = self._store.view_state(self._party).seq
        numbers = self._store.references.numbers(changed)
        found = self._settled.by_object(numbers.values())
        seqs = [each.seq for each in found if each.seq <= upto]
        if seqs:
            region = Region(self._store, self._party, projector, upto)
            settling = Settling(self._store, self._party, region, held=True)
            settling.settle(seqs, lambda each: answers.of(region, each), remake=True)
        self._store.set_cursor(cursor, position)
        return whole

    def _amend(self, amending: Amending, projector: Projector, most: int) -> None:
        """Settle versions that rest on another answer."""
        upto = self._store.view_state(self._party).seq
        seqs = {*amending.named(self._store), *amending.next(upto, most)}
        if not seqs:
            return
        region = Region(self._store, self._party, projector, upto)
        settling = Settling(self._store, self._party, region, held=True)
        wanted = sorted(each for each in seqs if each <= upto)
        settling.settle(wanted, lambda each: amending.answers.of(region, each))

    def _emit(self, epoch: int, projector: Projector, now: int, most: int) -> Refreshed:
        """Make the entries of versions that are settled."""
        batch = self._settled.todo(0, most)
        if not batch:
            return Refreshed()
        upto = self._store.view_state(self._party).seq
        region = Region(self._store, self._party, projector, upto)
        basis = self._basis
        emission = Emission(
            self._store, self._party, region, projector, basis.party, basis.secret, now
        )
        made = emission.changes(batch)
        if made.entries:
            self._store.view_append(self._party, made.entries, epoch=epoch, at=now)
        self._settled.done(seq for seq, _ in batch)
        return Refreshed(made.entered, made.changed, made.left, more=len(batch) == most)


def _terms(asked: Decisions) -> tuple[frozenset[str], Hold | None]:
    """What of grants, consents, emergency releases and people's word decisions rest on: grants of
    our own bind others, not us."""
    policy, holder = asked.policy, asked.holder
    theirs = (each.id for each in policy.grants.values() if each.originator != holder)
    urgent = (f"{each.clause} {each.until}" for each in policy.emergencies)
    given = frozenset((*theirs, *(each.id for each in policy.consents), *urgent))
    return given, asked.hold

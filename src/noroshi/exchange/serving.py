"""Serving: entries of a journal as the caller may have them now, with terms, and accounted for.

The journal says what should be in a view; nothing goes out on its word alone. Each entry's label
is decided on again, the caller gets the label as it may hold it with the grants it holds it under,
and the ledger has the line before the caller has the object.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

import msgspec

from noroshi.exchange import tombstone
from noroshi.exchange.decisions import Decisions
from noroshi.exchange.graph import made_at
from noroshi.exchange.journal import terms_cursor, view_cursor
from noroshi.exchange.served import Match, Page, Served
from noroshi.exchange.sign import Keys, sign_grant
from noroshi.pact.grants import granted
from noroshi.pact.policy import Policy
from noroshi.store import Entry, Store
from noroshi.store import Match as StoreMatch
from noroshi.words import ids
from noroshi.words.grant import Grant
from noroshi.words.label import Label, Strand, Tlp, highest_tlp
from noroshi.words.release import Release
from noroshi.words.time import MINUTE

_KEPT: Final = 200_000
"""Records remembered by what decides about them; forgotten all at once."""

_AHEAD: Final = 100
"""Entries looked at at a time to find out whether one more may go."""

_PILLAR: Final = "crisis"
"""A label names a pillar; of identities and tombstones nothing is decided by it."""

Terms = tuple[Label, tuple[Grant, ...]]


class _Fact(msgspec.Struct, frozen=True):
    """What decides about a stored version."""

    record: str
    cell: str
    label: Label
    made: int


class _Caller(msgspec.Struct):
    """Decisions and terms for one party, good until `until` (µs UTC) under one policy."""

    decisions: Decisions
    until: int
    terms: dict[tuple[tuple[str, int, str | None], int], Terms] = msgspec.field(
        default_factory=dict[tuple[tuple[str, int, str | None], int], Terms]
    )


class Serving:
    """Reads journals for callers. `party` is this node's; `keys` sign what it grants."""

    def __init__(self, store: Store, party: str, keys: Keys) -> None:
        self._store, self._party, self._keys = store, party, keys
        self._facts: dict[int, _Fact] = {}
        self._followed: dict[str, int] = {}
        self._callers: dict[str, _Caller] = {}
        self._identities: dict[int, frozenset[str]] = {}
        self._lock = threading.Lock()

    def page(
        self,
        policy: Policy,
        party: str,
        now: int,
        *,
        after_n: int,
        added_after: int | None,
        limit: int,
        match: Match,
        disclose: bool = True,
    ) -> Page:
        """At most `limit` entries after `after_n`; what may not go now is passed over, and does
        not count as more either."""
        reading = _Reading(self, policy, party, now)
        wanted = StoreMatch(match.id, match.type, match.spec_version, match.version)
        while True:
            room = limit - len(reading.served)
            size = 1 + (room or _AHEAD)
            found = self._store.view_page(
                party, after_n=after_n, added_after=added_after, limit=size, match=wanted
            )
            for each in found:
                after_n = each.n
                if len(reading.served) < limit:
                    reading.read(each)
                elif reading.terms_of(each) is not None:
                    return Page(reading.done(disclose), True)
            if len(found) < size:
                return Page(reading.done(disclose), False)

    def object(
        self, policy: Policy, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        """Every version of the object that may go now, newest first."""
        reading = _Reading(self, policy, party, now)
        for each in self._store.view_object(party, oid):
            reading.read(each)
        return reading.done(disclose)

    def caller(self, policy: Policy, party: str, now: int) -> _Caller:
        """The party's decisions, made anew when the policy or the clock asks for it."""
        with self._lock:
            followed = self._store.cursor(view_cursor(party))
            if self._followed.get(party) != followed:
                # Records came, or changed their status or label: look again.
                self._followed[party] = followed
                self._facts = {}
            held = self._callers.get(party)
            if (
                held is None
                or held.decisions.policy is not policy
                or not held.decisions.at <= now < held.until
            ):
                until = self._store.view_state(party).valid_until
                held = _Caller(Decisions(policy, self._party, party, now), until)
                self._callers[party] = held
            return held

    def fact(self, seq: int) -> _Fact:
        """What decides about the version stored as `seq`."""
        found = self._facts.get(seq)
        if found is None:
            record = self._store.by_seq(seq)
            cell = self._store.cells_since(seq - 1, 1)[0].cell
            found = _Fact(record.id, cell, record.label, made_at(record))
            if len(self._facts) >= _KEPT:
                self._facts.clear()
            self._facts[seq] = found
        return found

    def signed(self, policy: Policy, terms: Terms) -> Terms:
        """The terms with every grant of our own signed; one that we signed before is taken."""
        label, grants = terms
        return label, tuple(self._signed(policy, each) for each in grants)

    def _signed(self, policy: Policy, grant: Grant) -> Grant:
        held = policy.grants.get(grant.id, grant)
        if held.originator != self._party or held.signature:
            return held
        return sign_grant(grant, self._keys)

    def account(
        self,
        party: str,
        rows: list[tuple[str, int, tuple[str, ...], str]],
        grants: Iterable[Grant],
        now: int,
    ) -> None:
        """Keep the grants and the ledger lines of what goes out, before it does."""
        fresh = list(grants)
        if fresh:
            with self._store.write():
                before = self._store.terms()
                self._store.put_grants(fresh)
                cursor = terms_cursor(party)
                if self._store.cursor(cursor) == before:
                    # Grants of our own change no decision: the view stays up to date.
                    self._store.set_cursor(cursor, self._store.terms())
                self._store.disclose(party, rows, at=now)
        else:
            self._store.disclose(party, rows, at=now)

    def public_terms(self, reading: _Reading, kind: str) -> Terms:
        """The terms of what is nobody's secret: identities of parties."""
        strand = Strand(originator=self._party, pillar=_PILLAR, kind=kind, tlp=Tlp.CLEAR)
        label = Label((strand,))
        if not reading.release(f"public {kind}", label, kind, reading.now).permitted:
            return label, ()
        return reading.terms(f"public {kind}", label, kind, reading.now)

    def stone_terms(self, party: str) -> Terms:
        """The terms of a tombstone: for the party that was served, and nobody else."""
        strand = Strand(
            originator=self._party,
            pillar=_PILLAR,
            kind=tombstone.TYPE,
            tlp=Tlp.AMBER_STRICT,
            only=(party,),
        )
        return Label((strand,)), ()

    def identities(self, policy: Policy) -> frozenset[str]:
        """The public identities of all parties."""
        size = len(policy.parties)
        if size not in self._identities:
            every = frozenset(ids.identity_id(code) for code in policy.parties.order)
            self._identities = {size: every}
        return self._identities[size]


class _Reading:
    """One answer being put together."""

    def __init__(self, serving: Serving, policy: Policy, party: str, now: int) -> None:
        self._serving, self._policy, self._party, self.now = serving, policy, party, now
        self._caller = serving.caller(policy, party, now)
        self._identities = serving.identities(policy)
        self._rows: list[tuple[str, int, tuple[str, ...], str]] = []
        self._grants: dict[str, Grant] = {}
        self.served: list[Served] = []

    def read(self, entry: Entry) -> None:
        """Add the entry, where the party may have it now."""
        found = self.terms_of(entry)
        if found is not None:
            self._add(entry, *found)

    def terms_of(self, entry: Entry) -> tuple[Terms, tuple[str, ...]] | None:
        """Under which terms and by which clauses the party may have the entry now; None if not."""
        if entry.otype == tombstone.TYPE:
            return self._serving.stone_terms(self._party), ()
        if entry.oid in self._identities:
            return self._serving.public_terms(self, "identity"), ()
        fact = self._serving.fact(entry.seq)
        release = self.release(fact.cell, fact.label, fact.record, fact.made)
        if not release.permitted or (release.transforms and entry.oid == fact.record):
            return None
        return self.terms(fact.cell, fact.label, fact.record, fact.made), release.clauses

    def release(self, cell: str, label: Label, record: str, made: int) -> Release:
        """The decision about a record with this label, made at `made` (µs UTC), now."""
        return self._caller.decisions.of(cell, label, record, made)

    def terms(self, cell: str, label: Label, record: str, made: int) -> Terms:
        """The label as the party holds it, and its grants, signed."""
        decisions = self._caller.decisions
        # A grant's end follows the minute or the day of its release.
        key = (decisions.key(cell, record, made), self.now // MINUTE)
        found = self._caller.terms.get(key)
        if found is None:
            release = self.release(cell, label, record, made)
            new = granted(
                self._policy,
                label,
                decisions.holder,
                self._party,
                self.now,
                release,
                made=made,
            )
            found = self._caller.terms[key] = self._serving.signed(self._policy, new)
        return found

    def _add(self, entry: Entry, terms: Terms, clauses: tuple[str, ...]) -> None:
        label, grants = terms
        for each in grants:
            if each.id not in self._policy.grants:
                self._grants[each.id] = each
        self._rows.append((entry.oid, entry.oversion, clauses, entry.body_sha256))
        self.served.append(
            Served(
                n=entry.n,
                oid=entry.oid,
                oversion=entry.oversion,
                otype=entry.otype,
                spec_version=entry.spec_version,
                entered_at=entry.entered_at,
                body=entry.body,
                label=label,
                grants=grants,
                tlp=highest_tlp(label),
            )
        )

    def done(self, disclose: bool) -> tuple[Served, ...]:
        """What was read, accounted for where it is disclosed."""
        if self._rows and disclose:
            self._serving.account(self._party, self._rows, self._grants.values(), self.now)
        return tuple(self.served)

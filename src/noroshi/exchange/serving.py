"""Serving: entries of a journal as the caller may have them now, with terms, and accounted for.

The journal says what should be in a view; nothing goes out on its word alone. Each entry's label
is decided on again, the caller gets the label as it may hold it with the grants it holds it under,
and the ledger has the line before the caller has the object.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from noroshi.exchange import tombstone
from noroshi.exchange.behind import Behind
from noroshi.exchange.decisions import Decisions
from noroshi.exchange.graph import made_at
from noroshi.exchange.hold import hold
from noroshi.exchange.journal import terms_cursor, view_cursor
from noroshi.exchange.parts import granted
from noroshi.exchange.served import Match, Page, Served
from noroshi.exchange.sign import Keys, sign_grant
from noroshi.pact.policy import Policy
from noroshi.store import Entry, Store
from noroshi.store import Match as StoreMatch
from noroshi.store.rows import ViewState
from noroshi.words import ids
from noroshi.words.grant import Grant
from noroshi.words.label import Label, Strand, Tlp, highest_tlp
from noroshi.words.time import MINUTE

_KEPT: Final = 50_000
"""Records and ledger lines remembered, each; forgotten all at once."""

_AHEAD: Final = 100
"""Entries looked at at a time to find out whether one more may go."""

_PILLAR: Final = "crisis"
"""A label names a pillar; of identities and tombstones nothing is decided by it."""

Terms = tuple[Label, tuple[Grant, ...]]
Fact = tuple[str, int]
"""(id of the record, when it was made in µs UTC): what decides about a version beside its label."""

DecisionKey = tuple[str, int, str | None]
Line = tuple[str, int, tuple[str, ...], str]
"""(id, version, clauses, hash of the bytes): what the ledger is told of an entry."""


class _Going(msgspec.Struct, frozen=True):
    """What is alike of all entries under one decision: whether only a variant may go, the terms
    and the marking that they go under, by which clauses, and which grants are new."""

    moved: bool
    label: Label
    grants: tuple[Grant, ...]
    clauses: tuple[str, ...]
    tlp: Tlp
    fresh: tuple[Grant, ...]


class _Caller(msgspec.Struct):
    """Decisions and terms for one party, good until `until` (µs UTC) under one policy. A grant's
    end follows the minute or the day of its release, so `going` is of one minute; None is kept for
    what may not go."""

    decisions: Decisions
    until: int
    going: tuple[int, dict[DecisionKey, _Going | None]] = (0, {})

    def of_minute(self, now: int) -> dict[DecisionKey, _Going | None]:
        """What was made out in the minute of `now`, to be added to."""
        minute = now // MINUTE
        if self.going[0] != minute:
            self.going = minute, {}
        return self.going[1]


class Serving:
    """Reads journals for callers. `party` is this node's; `keys` sign what it grants; from `level`
    on a second person has to agree."""

    def __init__(self, store: Store, party: str, keys: Keys, level: Tlp | None = None) -> None:
        self._store, self._party, self._keys, self._level = store, party, keys, level
        self._facts: dict[int, Fact] = {}
        self._followed: dict[str, tuple[ViewState, int]] = {}
        self._callers: dict[str, _Caller] = {}
        self._identities: dict[int, frozenset[str]] = {}
        self._told: dict[str, set[int]] = {}
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
        behind: Behind | None = None,
    ) -> Page:
        """At most `limit` entries after `after_n`; what may not go now is passed over, and does
        not count as more either."""
        reading = _Reading(self, policy, party, now, behind)
        wanted = StoreMatch(match.id, match.type, match.spec_version, match.version)
        while True:
            room = limit - len(reading.served)
            size = 1 + (room or _AHEAD)
            with self._looking(behind) as look:
                found = self._store.view_page(
                    party, after_n=after_n, added_after=added_after, limit=size, match=wanted
                )
                look(found)
            reading.know(found)
            for each in found:
                after_n = each.n
                if len(reading.served) < limit:
                    if not reading.read(each) and behind is not None and behind.passed(each):
                        return Page(reading.done(disclose), False)
                elif reading.going(each) is not None:
                    return Page(reading.done(disclose), True)
            if len(found) < size:
                return Page(reading.done(disclose), False)

    def object(
        self,
        policy: Policy,
        party: str,
        oid: str,
        now: int,
        *,
        disclose: bool = True,
        behind: Behind | None = None,
    ) -> tuple[Served, ...]:
        """Every version of the object that may go now, newest first."""
        reading = _Reading(self, policy, party, now, behind)
        with self._looking(behind) as look:
            found = self._store.view_object(party, oid)
            look(found)
        reading.know(found)
        for each in found:
            reading.read(each)
        return reading.done(disclose)

    @contextmanager
    def _looking(self, behind: Behind | None) -> Generator[Callable[[Sequence[Entry]], None]]:
        """One snapshot, where the journal is behind: to look at entries in what they stand in."""
        if behind is None:
            yield lambda _: None
        else:
            with self._store.read():
                yield behind.look

    def caller(self, policy: Policy, party: str, now: int, *, afresh: bool = False) -> _Caller:
        """The party's decisions, made anew (`afresh`: in any case) when the policy, the clock or
        what came since asks for it."""
        with self._lock:
            state = self._store.view_state(party)
            followed = state, self._store.cursor(view_cursor(party))
            held = self._callers.get(party)
            if (
                afresh
                or held is None
                or self._followed.get(party) != followed
                or held.decisions.policy is not policy
                or not held.decisions.at <= now < held.until
            ):
                self._followed[party] = followed
                waiting = hold(self._store, self._level, party)
                asked = Decisions(policy, self._party, party, now, hold=waiting)
                held = _Caller(asked, state.valid_until)
                self._callers[party] = held
            return held

    def facts(self, entries: Sequence[Entry]) -> dict[int, Fact]:
        """What decides about these entries' records beside their labels."""
        held = self._facts
        known = {each.seq: held[each.seq] for each in entries if each.seq in held}
        absent = {each.seq for each in entries} - known.keys()
        if absent:
            found = self._store.references.facts(absent)
            for seq in absent - found.keys():
                record = self._store.by_seq(seq)
                found[seq] = record.id, made_at(record)
            known |= found
            with self._lock:
                if len(self._facts) + len(found) > _KEPT:
                    self._facts = {}
                self._facts |= found
        return known

    def label(self, cell: str) -> Label:
        """The label that a record carries now."""
        return self._store.label_of(cell)

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
        self, party: str, rows: Mapping[int, Line], grants: Iterable[Grant], now: int
    ) -> None:
        """Keep the grants and the ledger lines of what goes out, by its number in the journal,
        before it does. What stands in the ledger stays there, and is not looked for again."""
        told = self._told.setdefault(party, set())
        untold = {n: row for n, row in rows.items() if n not in told}
        fresh = list(grants)
        if fresh:
            with self._store.write():
                before = self._store.terms()
                self._store.put_grants(fresh)
                cursor = terms_cursor(party)
                if self._store.cursor(cursor) == before:
                    # Grants of our own change no decision: the view stays up to date.
                    self._store.set_cursor(cursor, self._store.terms())
                self._store.disclose(party, list(untold.values()), at=now)
        elif untold:
            self._store.disclose(party, list(untold.values()), at=now)
        if len(told) + len(untold) > _KEPT:
            told = self._told[party] = set()
        told.update(untold)

    def identities(self, policy: Policy) -> frozenset[str]:
        """The public identities of all parties."""
        size = len(policy.parties)
        if size not in self._identities:
            every = frozenset(ids.identity_id(code) for code in policy.parties.order)
            self._identities = {size: every}
        return self._identities[size]


class _Reading:
    """One answer being put together."""

    def __init__(
        self, serving: Serving, policy: Policy, party: str, now: int, behind: Behind | None
    ) -> None:
        self._serving, self._policy, self._party, self.now = serving, policy, party, now
        self._behind = behind
        caller = serving.caller(policy, party, now, afresh=behind is not None)
        self._decisions, self._made = caller.decisions, caller.of_minute(now)
        self._identities = serving.identities(policy)
        self._facts: dict[int, Fact] = {}
        self._rows: dict[int, Line] = {}
        self._grants: dict[str, Grant] = {}
        self.served: list[Served] = []

    def know(self, entries: Sequence[Entry]) -> None:
        """Take in what decides about these entries, before they are read."""
        self._facts = self._serving.facts(entries)

    def read(self, entry: Entry) -> bool:
        """Add the entry, where the party may have it now; whether it may."""
        going = self.going(entry)
        if going is None:
            return False
        for each in going.fresh:
            self._grants[each.id] = each
        self._rows[entry.n] = entry.oid, entry.oversion, going.clauses, entry.body_sha256
        self.served.append(
            Served(
                n=entry.n,
                oid=entry.oid,
                oversion=entry.oversion,
                otype=entry.otype,
                spec_version=entry.spec_version,
                entered_at=entry.entered_at,
                body=entry.body,
                label=going.label,
                grants=going.grants,
                tlp=going.tlp,
            )
        )
        return True

    def going(self, entry: Entry) -> _Going | None:
        """Under which terms and by which clauses the party may have the entry now; None if not."""
        if entry.otype == tombstone.TYPE:
            return self._stone()
        if entry.oid in self._identities:
            return self._identity()
        if self._behind is not None and not self._behind.may(entry):
            return None
        record, made = self._facts[entry.seq]
        found = self._going(entry.cell, self._serving.label(entry.cell), record, made)
        return None if found is not None and found.moved and entry.oid == record else found

    def _going(self, cell: str, label: Label, record: str, made: int) -> _Going | None:
        """The decision about a record with this label, made at `made` (µs UTC), now, and what the
        party holds it under: the grants signed."""
        key = self._decisions.key(cell, record, made)
        if key in self._made:
            return self._made[key]
        release = self._decisions.of(cell, label, record, made)
        found: _Going | None = None
        if release.permitted:
            holder, policy = self._decisions.holder, self._policy
            terms = granted(policy, label, holder, self._party, self.now, release, made=made)
            held, grants = self._serving.signed(policy, terms)
            fresh = tuple(each for each in grants if each.id not in policy.grants)
            moved, tlp = bool(release.transforms), highest_tlp(held)
            found = _Going(moved, held, grants, release.clauses, tlp, fresh)
        self._made[key] = found
        return found

    def _identity(self) -> _Going:
        """Identities of parties are nobody's secret, whether or not a clause releases them."""
        strand = Strand(
            originator=self._decisions.holder, pillar=_PILLAR, kind="identity", tlp=Tlp.CLEAR
        )
        label = Label((strand,))
        found = self._going("public identity", label, "identity", self.now)
        if found is None:
            return _Going(False, label, (), (), Tlp.CLEAR, ())
        return msgspec.structs.replace(found, moved=False, clauses=())

    def _stone(self) -> _Going:
        """A tombstone is for the party that was served, and nobody else."""
        strand = Strand(
            originator=self._decisions.holder,
            pillar=_PILLAR,
            kind=tombstone.TYPE,
            tlp=Tlp.AMBER_STRICT,
            only=(self._party,),
        )
        return _Going(False, Label((strand,)), (), (), strand.tlp, ())

    def done(self, disclose: bool) -> tuple[Served, ...]:
        """What was read, accounted for where it is disclosed."""
        if self._behind is not None:
            self._behind.note()
        if self._rows and disclose:
            self._serving.account(self._party, self._rows, self._grants.values(), self.now)
        return tuple(self.served)

"""Duties carried out: what is owed goes without being asked, and a person hears what does not go.

What is owed and whether it was met stands in the store, with the cursor that says how far records
were looked at: a process that is killed owes the same afterwards. What may go is sent to who can be
reached, and again until it was taken; who cannot be reached has it when it has fetched it. What may
not go, or is late, becomes a task, with the reason for this node's own people and for nobody else.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from noroshi.exchange.decisions import in_part
from noroshi.exchange.graph import made_at
from noroshi.exchange.served import Served
from noroshi.exchange.taxii.client import PATIENT, Patience
from noroshi.exchange.views import Views
from noroshi.node.node import Node
from noroshi.node.peering import open_to
from noroshi.node.push import Line
from noroshi.node.why import why
from noroshi.pact.emergency import named
from noroshi.pact.policy import Policy
from noroshi.respond import duties, tasks
from noroshi.store import How, Owed, Task
from noroshi.words.emergency import PREFIX
from noroshi.words.time import HOUR, SECOND, format_instant
from noroshi.words.transform import describe

CURSOR: Final = "duties"
PAGE: Final = 5_000
AT_ONCE: Final = 50
"""Records in one envelope."""

LOOKED: Final = 10 * SECOND
"""So often all that is owed is looked at, also where nothing is known to have changed."""

AGAIN: Final = HOUR
"""After so long what a partner did not take is sent to it once more."""

Trouble = Literal["duty-blocked", "duty-short", "duty-late", "duty-refused"]
_TROUBLES: Final[tuple[Trouble, ...]] = (
    "duty-blocked", "duty-short", "duty-late", "duty-refused",
)  # fmt: skip


class Duties:
    """What the duties of one node's law owe, for one process."""

    def __init__(self, node: Node) -> None:
        self._node, self._store = node, node.store
        self._ready: dict[str, tuple[Owed, ...]] = {}
        self._refused: dict[Owed, int] = {}
        self._seen: tuple[object, ...] = ()
        self._look_at = 0

    def round(self, now: int) -> None:
        """Take in what is newly owed, and see how far all of it is."""
        self._take_in(now)
        epoch, policy = self._node.policy(at=now)
        seen = (epoch, self._store.terms(), self._store.cursor(CURSOR))
        if seen != self._seen or not 0 <= self._look_at - now <= LOOKED:
            owed = self._store.owed()
            going = [each for each in owed if self._settle(policy, each, now)]
            self._ready = dict(_by_party(going))
            later = (each.due for each in owed if each.due > now)
            self._seen, self._look_at = seen, min((now + LOOKED, *later))

    def waiting(self, party: str, now: int) -> bool:
        """Whether something is to be sent to the party now."""
        return any(now >= self._refused.get(each, 0) for each in self._ready.get(party, ()))

    def deliver(self, party: str, now: Callable[[], int], patience: Patience = PATIENT) -> int:
        """Send the party what it is owed; how many records it took. Raises `PeerError`."""
        views = self._node.views()
        views.refresh(party, now())
        rows = [each for each in self._ready.get(party, ()) if now() >= self._refused.get(each, 0)]
        going = [
            (each, entries)
            for each in rows
            if (entries := _entries(self._node, views, each, now()))
        ]
        for each in {*rows} - {each for each, _ in going}:
            self._trouble(each, "duty-blocked", _CLOSED.format(party), now())
        self._ready.pop(party, None)
        if not going:
            return 0
        with open_to(self._node.settings, self._node.settings.peer(party)) as http:
            line = Line(self._node, party, http, patience)
            return sum(self._sent(line, part, now) for part in _parts(going))

    def _sent(
        self, line: Line, part: Sequence[tuple[Owed, Sequence[Served]]], now: Callable[[], int]
    ) -> int:
        """Send some of what is owed at once; where not all was taken, each alone, to know which."""
        entries = {(e.oid, e.oversion): e for _, served in part for e in served}
        _, refused = line.put(list(entries.values()), now())
        if refused and len(part) > 1:
            return sum(self._sent(line, (each,), now) for each in part)
        for owed, _ in part:
            if refused:
                self._refused[owed] = now() + AGAIN
                self._trouble(owed, "duty-refused", _NOT_TAKEN.format(owed.party), now())
            else:
                self._met(owed, "pushed", f"{owed.party} took it", now())
        return 0 if refused else len(part)

    def _take_in(self, now: int) -> None:
        store, party = self._store, self._node.party
        _, policy = self._node.policy(at=now)
        if not any(True for _ in duties.standing(policy, party, now)):
            # A duty that comes later reaches nothing that was there before.
            last = store.references.last_record()
            if store.cursor(CURSOR) != last:
                store.set_cursor(CURSOR, last)
            return
        known: dict[str, bool] = {}
        while cells := store.cells_since(store.cursor(CURSOR), PAGE):
            with store.write():
                for cell in cells:
                    if cell.cell not in known:
                        label = store.label_of(cell.cell)
                        known[cell.cell] = any(True for _ in duties.owes(policy, party, label, now))
                    if known[cell.cell] and cell.status != "tombstone":
                        self._owe(policy, cell.seq)
                store.set_cursor(CURSOR, cells[-1].seq)

    def _owe(self, policy: Policy, seq: int) -> None:
        record = self._store.by_seq(seq)
        for duty, to in duties.owes(policy, self._node.party, record.label, record.received):
            self._store.owe(duties.owed(duty, to, record, seq))

    def _settle(self, policy: Policy, owed: Owed, now: int) -> bool:
        """See how far this is; whether it is to be sent."""
        record = self._store.record(owed.id)
        if record is None or record.status == "tombstone":
            self._met(owed, "withdrawn", "it was taken back", now)
            return False
        duty = duties.named(policy, owed.clause)
        if not _binds(policy, self._node.party, owed, now):
            self._met(owed, "ended", "the duty stands no more", now)
            return False
        asked = (self._node.party, owed.party, now, record.id, made_at(record))
        waiting = self._node.hold(owed.party)
        release = in_part(policy, record.label, *asked, hold=waiting)[1]
        if not release.permitted:
            told = why(self._node, record.id, owed.party, now=now)
            self._trouble(owed, "duty-blocked", told.text, now)
            return False
        less = () if duty is None else duties.short(duty, release)
        if less:
            redacted = ", ".join(map(describe, less))
            self._trouble(
                owed,
                "duty-short",
                f"It goes with {redacted}, which the floor of the duty does not allow.",
                now,
            )
        self._free(owed, "duty-blocked", "it may go now", now)
        reached = self._reached(owed.party)
        if not reached and self._fetched(owed):
            self._met(owed, "served", f"{owed.party} fetched it", now)
        elif now >= owed.due:
            self._trouble(owed, "duty-late", self._late(owed, reached=reached), now)
        return reached

    def _reached(self, party: str) -> bool:
        """Whether this node can send to the party."""
        return any(
            each.party == party and each.url and each.mode != "file"
            for each in self._node.settings.config.peer
        )

    def _fetched(self, owed: Owed) -> bool:
        """Whether the ledger has what this record brings, in this version, as received."""
        entries = self._store.view_by_seqs(owed.party, (owed.seq,))
        return bool(entries) and all(
            any(
                row.version == each.oversion
                for row in self._store.ledger_about(owed.party, each.oid)
            )
            for each in entries
        )

    def _late(self, owed: Owed, *, reached: bool) -> str:
        if not reached:
            return f"{owed.party} has not fetched it, and this node knows no way to send to it."
        call = self._store.call(owed.party, "push")
        said = call.problem or "was not called yet: is noroshi work running?"
        return f"{owed.party} has not taken it: {said}"

    def _trouble(self, owed: Owed, kind: Trouble, text: str, now: int) -> None:
        title = f"{owed.clause}: {owed.id} is owed to {owed.party}"
        self._store.raise_task(_task(owed, kind, title, text, now))

    def _free(self, owed: Owed, kind: Trouble, text: str, now: int) -> None:
        name = _task(owed, kind, "", "", now).id
        self._store.close_task(name, who="", did="settled", why=text, at=now)

    def _met(self, owed: Owed, how: How, text: str, now: int) -> None:
        with self._store.write():
            if self._store.meet(owed, how, at=now):
                for kind in _TROUBLES:
                    if kind != "duty-short" or how != "pushed":
                        self._free(owed, kind, text, now)
        self._refused.pop(owed, None)


_CLOSED: Final = "What it refers to may not go to {}, and without that it cannot be read."
_NOT_TAKEN: Final = (
    "The node of {} did not take it. Its operator sees why; it is sent again each hour."
)


def _task(owed: Owed, kind: Trouble, title: str, text: str, now: int) -> Task:
    key = " ".join((owed.clause, owed.party, owed.id, format_instant(owed.version)))
    return tasks.about(
        kind, key, title, text, now=now, due=owed.due, record=owed.id, party=owed.party
    )


def _binds(policy: Policy, party: str, owed: Owed, now: int) -> bool:
    """Whether it is owed still. What an emergency gives is owed while it lasts."""
    if owed.clause.startswith(PREFIX):
        urgent = named(policy, owed.clause)
        return urgent is not None and now < urgent.until
    return any(
        each.clause == owed.clause and owed.party in each.to
        for each in duties.standing(policy, party, now)
    )


def _entries(node: Node, views: Views, owed: Owed, now: int) -> tuple[Served, ...]:
    """What the record brings to the party's view, as it may have it now."""
    entries = node.store.view_by_seqs(owed.party, (owed.seq,))
    wanted = {(each.oid, each.oversion) for each in entries}
    return tuple(
        each
        for oid in dict.fromkeys(each.oid for each in entries)
        for each in views.object(owed.party, oid, now)
        if (each.oid, each.oversion) in wanted
    )


def _by_party(owed: Iterable[Owed]) -> Iterable[tuple[str, tuple[Owed, ...]]]:
    rows = sorted(owed, key=lambda each: (each.party, each.due, each.id))
    for party, group in itertools.groupby(rows, key=lambda each: each.party):
        yield party, tuple(group)


def _parts(
    going: Sequence[tuple[Owed, Sequence[Served]]],
) -> Iterable[Sequence[tuple[Owed, Sequence[Served]]]]:
    for n in range(0, len(going), AT_ONCE):
        yield going[n : n + AT_ONCE]

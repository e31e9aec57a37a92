"""Feedback: what a party says about a record goes back along the way on which it came.

From hop to hop, each in its own name to who gave it the record, until its maker has it; an answer
comes back the same way. A hop passes on only what is about something that it gave the sender.
"""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from noroshi.exchange import feedback
from noroshi.exchange.feedback import LONGEST, Kind, Opinion, Said
from noroshi.node.node import Node
from noroshi.node.why import complete
from noroshi.store import Feedback
from noroshi.words.errors import Refused
from noroshi.words.record import Record
from noroshi.words.time import DAY, format_instant

KINDS: tuple[str, ...] = tuple(each for each in get_args(Kind) if each != "answer")
NOT_GIVEN = "feedback about what was not given to this peer"

State = Literal["told", "open", "late", "answered"]


class Thread(msgspec.Struct, frozen=True):
    """One thing said: by whom, to whom it went (None: it ends here), and how far it is."""

    thread: str
    state: State
    record: str
    kind: str
    opinion: str | None
    note: str
    sender: str | None
    asked_by: str | None
    onward: str | None
    at: str
    due: str | None
    answer: str | None
    answered_at: str | None


class Partner(msgspec.Struct, frozen=True):
    """How a partner answers what it is asked: counts, and the median in seconds from question to
    answer (None: it never did)."""

    party: str
    asked: int
    answered: int
    late: int
    median_s: float | None


def say(
    node: Node,
    record: str,
    kind: Kind,
    note: str,
    now: int,
    *,
    opinion: Opinion | None = None,
    within: int | None = None,
    named: bool = False,
    thread: Callable[[], uuid.UUID] = uuid.uuid4,
) -> str:
    """Say `note` about `record` to who gave it, to be answered `within` so many µs; the thread.
    With `named` everybody on the way may know that it was us.

    Raises `Refused` for a record that is not here or is this node's own, for a note that is too
    long, and for a question without one: what is seen, or agreed with, says something by itself.
    """
    if len(note.strip()) > LONGEST:
        raise Refused(f"a note has at most {LONGEST:,} characters")
    if kind == "question" and not note.strip():
        raise Refused('a question needs a note\nHint: --note "…"')
    held = _record(node, complete(node, record))
    giver = giver_of(node, held)
    if giver is None:
        raise Refused(f"{held.id} is this node's own: nobody gave it")
    name = str(thread())
    due = None if within is None else now + within
    asked_by = node.party if named else None
    row = Feedback(
        name, "", held.id, held.id, kind, opinion, note.strip(), now, due, asked_by, giver
    )
    with node.store.write():
        node.store.put_feedback(row)
        _pass_on(node, row, now)
    return name


def answer(node: Node, thread: str, note: str, now: int) -> Feedback:
    """Answer what a partner asked in a thread (or the unique start of one). Raises `Refused`."""
    if not 0 < len(note.strip()) <= LONGEST:
        raise Refused(f"an answer needs a note of at most {LONGEST:,} characters")
    found = [e for e in node.store.feedback() if e.thread.startswith(thread) and e.sender]
    if len(found) != 1:
        raise Refused(
            f"{len(found)} threads of partners begin with {thread!r}\n"
            "Hint: noroshi feedback list shows them"
        )
    with node.store.write():
        _answered(node, found[0], note.strip(), now)
    return found[0]


def heard(node: Node, party: str, raw: bytes, now: int) -> str | None:
    """Take what a peer says, and pass it on; why not, where it is not in order. Call in a
    transaction."""
    said = feedback.read(raw, party)
    if said is None or said.at > now + DAY:
        return "feedback that does not read"
    if said.kind == "answer":
        asked = [e for e in node.store.feedback(said.thread) if e.onward == party]
        for each in asked:
            _answered(node, each, said.note, now)
        return None if asked else "an answer to what was not asked of this peer"
    held = _served(node, party, said.about)
    if held is None:
        return NOT_GIVEN
    row = Feedback(
        said.thread,
        party,
        held.id,
        said.about,
        said.kind,
        said.opinion,
        said.note,
        now,
        said.due,
        said.asked_by,
        giver_of(node, held),
    )
    if node.store.put_feedback(row) and row.onward is not None:
        _pass_on(node, row, now)
    return None


def threads(node: Node, now: int) -> tuple[Thread, ...]:
    """All that was said, oldest first."""
    return tuple(_thread(each, now) for each in node.store.feedback())


def partners(node: Node, now: int) -> tuple[Partner, ...]:
    """How those answer to whom this node said or passed on something with a due date."""
    by: dict[str, list[Feedback]] = {}
    for each in node.store.feedback():
        if each.onward is not None and each.due is not None:
            by.setdefault(each.onward, []).append(each)
    found: list[Partner] = []
    for party, rows in sorted(by.items()):
        took = [(e.answered_at - e.at) / 1e6 for e in rows if e.answered_at is not None]
        late = sum(_late(each, now) for each in rows)
        median = round(statistics.median(took), 3) if took else None
        found.append(Partner(party, len(rows), len(took), late, median))
    return tuple(found)


def giver_of(node: Node, held: Record) -> str | None:
    """Who gives this node the record: who gave it first of those who still do; None for its own."""
    if not held.hops:
        return None
    holding = sorted(node.store.holdings(held.id), key=lambda each: each.at)
    return holding[0].party if holding else held.hops[-1].party


def _record(node: Node, name: str) -> Record:
    held = node.store.record(name)
    if held is None:
        raise Refused(f"no record {name!r}\nHint: noroshi findings lists ids")
    return held


def _served(node: Node, party: str, about: str) -> Record | None:
    """The record that `party` was served under this id."""
    if not node.store.ledger_about(party, about):
        return None
    return node.store.record(node.store.made_of(about) or about)


def _pass_on(node: Node, row: Feedback, now: int) -> None:
    """Say it to who gave the record, in our own name."""
    said = Said(
        row.thread,
        node.party,
        _kind(row.kind),
        row.record,
        row.note,
        now,
        row.due,
        _opinion(row.opinion),
        row.asked_by,
    )
    node.store.put_letters(row.onward or "", [feedback.feedback(said)], at=now)


def _answered(node: Node, asked: Feedback, note: str, now: int) -> None:
    """Keep an answer, and tell it to who asked us."""
    node.store.put_answer(asked.thread, asked.sender, note, at=now)
    if asked.sender:
        said = Said(asked.thread, node.party, "answer", asked.about, note, now)
        node.store.put_letters(asked.sender, [feedback.feedback(said)], at=now)


def _kind(text: str) -> Kind:
    return msgspec.convert(text, Kind)


def _opinion(text: str | None) -> Opinion | None:
    return msgspec.convert(text, Opinion | None)


def _late(each: Feedback, now: int) -> bool:
    return each.due is not None and (each.answered_at or now) > each.due


def _thread(each: Feedback, now: int) -> Thread:
    state: State = "told"
    if each.answered_at is not None:
        state = "answered"
    elif each.due is not None:
        state = "late" if _late(each, now) else "open"
    return Thread(
        each.thread,
        state,
        each.record,
        each.kind,
        each.opinion,
        each.note,
        each.sender or None,
        each.asked_by,
        each.onward,
        format_instant(each.at),
        None if each.due is None else format_instant(each.due),
        each.answer,
        None if each.answered_at is None else format_instant(each.answered_at),
    )

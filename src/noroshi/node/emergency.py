"""Emergency release: one record to one party, past the clauses, by a named person and for hours.

It is an act of this node's own people about its own record, and everything after it is as always:
the record enters that party's view, goes to it, stands in the ledger under `emergency/…`, and
leaves again when its time is over. What is different is that somebody else has to look at it
afterwards: a task says by when, and once that is over nobody breaks the glass again before.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from noroshi.exchange.decisions import in_part
from noroshi.exchange.graph import made_at
from noroshi.exchange.receipt import Onward
from noroshi.node.node import Node
from noroshi.node.push import onward_of
from noroshi.node.recall import recall
from noroshi.node.why import complete
from noroshi.pact.emergency import barred
from noroshi.respond.tasks import REVIEW, about
from noroshi.store import Broken, Outcome, Owed, Task
from noroshi.words.emergency import Emergency
from noroshi.words.errors import Refused
from noroshi.words.record import Record
from noroshi.words.release import Release
from noroshi.words.time import DAY, HOUR, format_instant

LONGEST: Final = 3 * DAY
REVIEW_WITHIN: Final = 3 * DAY
SENT_WITHIN: Final = HOUR
"""After so long somebody hears that it has not arrived."""

RECALL_WITHIN: Final = 7 * DAY

State = Literal["lasts", "over", "upheld", "withdrawn", "recalled"]


class Row(msgspec.Struct, frozen=True):
    """One emergency release as people see it; `there` is how far its withdrawal is, once it is
    over."""

    id: str
    state: State
    record: str
    party: str
    by: str
    why: str
    since: str
    until: str
    review: str
    overdue: bool
    reviewer: str | None
    reason: str | None
    there: str | None


def release(
    node: Node,
    record: str,
    party: str,
    *,
    why: str,
    by: str,
    lasts: int,
    now: int,
    name: Callable[[], str] = lambda: secrets.token_hex(4),
) -> Emergency:
    """Give `record` (an id, or its unique start) to `party` for `lasts` µs, past the clauses.

    Raises `Refused`, keeping nothing, where it may go without this, where what stands against it is
    more than that no clause permits it, without a person and a reason, for more than `LONGEST`, and
    while the review of an earlier one is overdue.
    """
    node.parties.get(party)
    held = node.store.record(complete(node, record))
    if held is None or held.status != "live":
        raise Refused(f"no live record {record!r}\nHint: noroshi findings lists ids")
    if not why.strip() or not by.strip():
        raise Refused("an emergency release needs --why and --by: somebody answers for it")
    if not 0 < lasts <= LONGEST:
        raise Refused(
            f"an emergency lasts {LONGEST // DAY} days at most: make an agreement of more"
        )
    _check_reviews(node, now)
    _check_label(node, held, party)
    made = Emergency(name(), held.id, party, by.strip(), why.strip(), now, now + lasts)
    with node.store.write():
        before = _decided(node, held, party, now)
        if before.permitted:
            clauses = ", ".join(dict.fromkeys(before.clauses))
            raise Refused(f"{held.id} may go to {party} as it is, by {clauses}")
        due = now + REVIEW_WITHIN
        node.store.put_emergency(made, review=due)
        after = _decided(node, held, party, now)
        if not after.permitted:
            against = "; ".join(f"{m.clause}: {m.condition} is {m.found}" for m in after.misses)
            raise Refused(
                f"an emergency does not override what stands against {held.id} for {party}: "
                f"{against}\nHint: only that no clause permits it is overridden"
            )
        number = next(seq for seq, each in node.store.versions(held.id) if each == held.version)
        within = min(made.until, now + SENT_WITHIN)
        node.store.owe(Owed(made.clause, party, held.id, held.version, number, now, within))
        node.store.raise_task(_task(made, now, due))
    return made


def review(node: Node, start: str, outcome: Outcome, *, who: str, why: str, now: int) -> Broken:
    """Close the review of an emergency release: `upheld`, `withdrawn` from who got it, or
    `recalled` from everybody who has the record. Raises `Refused`, also for who released it."""
    found = [each for each in node.store.every_emergency() if each.id.startswith(start)]
    if len(found) != 1:
        raise Refused(
            f"{len(found)} emergency releases begin with {start!r}\nHint: noroshi release list"
        )
    (each,) = found
    if not why.strip() or not who.strip():
        raise Refused("a review needs --why and --by")
    if who.strip().casefold() == each.by.casefold():
        raise Refused(f"{each.by} released it: somebody else reviews it")
    with node.store.write():
        if not node.store.review_emergency(
            each.id, outcome, who=who.strip(), why=why.strip(), at=now
        ):
            raise Refused(f"{each.id} was reviewed by {each.reviewer}: {each.outcome}")
        if outcome == "recalled":
            recall(node, [each.record], why.strip(), RECALL_WITHIN, now)
        task = _task_id(each.id)
        node.store.close_task(task, who=who.strip(), did=outcome, why=why.strip(), at=now)
    return each


def listed(node: Node, now: int) -> tuple[Row, ...]:
    """Every emergency release, oldest first."""
    return tuple(_row(node, each, now) for each in node.store.every_emergency())


def _check_reviews(node: Node, now: int) -> None:
    for each in node.store.every_emergency():
        if each.reviewed is None and now >= each.review:
            raise Refused(
                f"the review of emergency release {each.id} is overdue since "
                f"{format_instant(each.review)}\nHint: noroshi release review {each.id}"
            )


def _check_label(node: Node, held: Record, party: str) -> None:
    own = node.parties.line(node.party)
    for strand in held.label.strands:
        if strand.originator not in own:
            raise Refused(
                f"{held.id} is of {strand.originator} too: only what is altogether our own is ours "
                "to release\nHint: ask them for a consent"
            )
        shut = barred(strand)
        if shut is not None:
            raise Refused(f"no emergency opens {held.id} to {party}: {shut[0]} is {shut[1]}")


def _decided(node: Node, held: Record, party: str, now: int) -> Release:
    _, policy = node.policy(at=now)
    asked = (node.party, party, now, held.id, made_at(held))
    return in_part(policy, held.label, *asked, hold=node.hold(party))[1]


def _task_id(name: str) -> str:
    return about(REVIEW, name, "", "", now=0, due=0).id


def _task(made: Emergency, now: int, due: int) -> Task:
    title = f"review the emergency release {made.id} of {made.record} to {made.party}"
    text = (
        f"{made.by} released it until {format_instant(made.until)}: {made.why}\n"
        f"Somebody else says whether that stands: noroshi release review {made.id}"
    )
    return about(
        REVIEW, made.id, title, text, now=now, due=due, record=made.record, party=made.party
    )


def _row(node: Node, each: Broken, now: int) -> Row:
    over = now >= min(each.until, each.ended or each.until)
    state: State = each.outcome or ("over" if over else "lasts")
    there: Onward | None = None
    if over or each.outcome in ("withdrawn", "recalled"):
        steps = onward_of(node, each.record)
        there = next((step for step in steps if step.party == each.party), None)
    return Row(
        each.id,
        state,
        each.record,
        each.party,
        each.by,
        each.why,
        format_instant(each.since),
        format_instant(each.until),
        format_instant(each.review),
        each.reviewed is None and now >= each.review,
        each.reviewer,
        each.reason,
        None if there is None else there.state,
    )

"""Recall: take a record back from everybody who has it, and account for who said that it is gone.

The record becomes a tombstone here; from there on everything follows by itself: it leaves every
view, who was served gets a withdrawal, its node drops the record and withdraws it from those it had
passed it on to, and their receipts come back the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.exchange.receipt import Onward
from noroshi.node import elsewhere
from noroshi.node.node import Node
from noroshi.node.push import onward_of
from noroshi.node.why import complete
from noroshi.store import Recall
from noroshi.words.errors import Refused
from noroshi.words.time import format_instant


class Recalled(msgspec.Struct, frozen=True):
    """What became of one recall: whoever had the record, and how far each is. `overdue` names the
    parties that had not confirmed when it was due."""

    id: str
    why: str
    at: str
    due: str
    parties: tuple[Onward, ...]
    overdue: tuple[str, ...]
    lifted: str | None = None


class Query(msgspec.Struct, frozen=True):
    """Which records: by id (or the unique start of one), or live findings by kind and interval
    (µs UTC)."""

    ids: tuple[str, ...] = ()
    kind: str | None = None
    since: int | None = None
    until: int | None = None


def chosen(node: Node, query: Query) -> tuple[str, ...]:
    """The ids that the query means, sorted. `Refused` for one that chooses nothing: everything is
    never meant."""
    found = {elsewhere.named(node, each) or complete(node, each) for each in query.ids}
    if query.kind is not None or query.since is not None or query.until is not None:
        rows = node.store.findings(kind=query.kind, since=query.since, until=query.until)
        found |= {row.id for row in rows if row.owner == node.party}
    elif not query.ids:
        raise Refused("nothing is named to take back\nHint: give ids, or --kind with --since")
    return tuple(sorted(found))


def holders(node: Node, ids: Sequence[str]) -> dict[str, int]:
    """How many of the records each party was served."""
    count: dict[str, int] = {}
    for name in ids:
        for each in node.store.whereabouts(name, node.public):
            if each.served is not None:
                count[each.party] = count.get(each.party, 0) + 1
    return dict(sorted(count.items()))


def recall(node: Node, ids: Sequence[str], why: str, within: int, now: int) -> tuple[str, ...]:
    """Take these records back at `now`, all or none, to be confirmed `within` so many µs; those
    that had not been taken back before.

    Raises `Refused` for a record that is not here, nor, by their word, at partners whom this node
    gave it before it was put back; or that another party made: only its originator ends it for all.
    """
    if not why.strip():
        raise Refused("a recall needs a reason: the partners' lawyers will ask")
    taken: list[str] = []
    with node.store.write():
        for name in ids:
            record = node.store.record(name)
            if record is None:
                elsewhere.stand_in(node, name, now)
            elif record.hops:
                giver = record.hops[-1].party
                raise Refused(f"{name} came from {giver}: only its originator can take it back")
            if record is None or node.store.withdraw(name, at=now):
                node.store.put_recall(Recall(name, now, why.strip(), now + within))
                node.store.unconfirm(name, at=now)
                taken.append(name)
    return tuple(taken)


def lift(node: Node, ids: Sequence[str], now: int) -> tuple[str, ...]:
    """Let these records, which this node took back, be given again; those for which it did."""
    with node.store.write():
        return tuple(name for name in ids if node.store.lift(name, at=now))


def recalled(node: Node, now: int, id: str | None = None) -> tuple[Recalled, ...]:
    """Every recall of this node, or those of one record, oldest first."""
    return tuple(
        _recalled(node, each, now) for each in node.store.recalls() if id in (None, each.id)
    )


def _recalled(node: Node, each: Recall, now: int) -> Recalled:
    parties = onward_of(node, each.id)
    open_ = now >= each.due and each.lifted is None
    late = tuple(step.party for step in parties if open_ and step.state != "confirmed")
    at, due = format_instant(each.at), format_instant(each.due)
    lifted = None if each.lifted is None else format_instant(each.lifted)
    return Recalled(each.id, each.why, at, due, parties, late, lifted)

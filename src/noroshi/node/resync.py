"""Resync: what a node that was put back from a backup learns again from its partners.

It tells them, with its collections, which life it is in; a node that reads that sends an inventory
of what it holds from it. From these the node knows again what it had disclosed, beyond which date
its journals go on, and what it had taken back: the id of a withdrawal says so, to it alone.
"""

from __future__ import annotations

import msgspec

from noroshi.exchange import tombstone
from noroshi.exchange.inventory import Gone, Held, Inventory, inventories
from noroshi.exchange.taxii.client import Cursor
from noroshi.node import elsewhere
from noroshi.node.node import Node
from noroshi.store import Forgotten, Recall, Resync
from noroshi.words.errors import Refused
from noroshi.words.time import DAY, parse_instant

RELEARNT = "reported"
"""The clause word of a disclosure that only its recipient's word tells of."""


def answer(node: Node, party: str, life: int, now: int) -> list[Inventory]:
    """What this node holds from `party`, in parts, for that party's node in life number `life`."""
    store = node.store
    with store.read():
        rows = list(store.held_of(party))
        gone: list[Gone] = list(store.carried_out(party))
        law = _law(node, party, rows)
        seen = _seen(node, party)
    held: list[Held] = [(row[0], row[1], row[2]) for row in rows]
    given = {each[0] for each in held}
    # What was given again since is not gone.
    gone = [each for each in gone if each[1] not in given]
    return inventories(node.party, life, now, seen=seen, law=law, held=held, withdrawn=gone)


def told(node: Node, said: Inventory, now: int) -> str | None:
    """Take what a partner says it holds; why not, where it was not asked. Call in a transaction."""
    asked = {each.party: each for each in node.store.resyncs()}.get(said.party)
    if asked is None or asked.life != said.life:
        return "an inventory that was not asked for"
    if asked.state != "waiting":
        return None
    if said.seen is not None and said.seen > now + DAY:
        return "an inventory that has seen a date to come"
    ended = sum(_gone(node, said.party, each, now) for each in said.withdrawn)
    rows = [(name, version, (RELEARNT,), digest) for name, version, digest in said.held]
    learnt = node.store.disclose(said.party, rows, at=now)
    # Whoever withdrew any of it from this node may have been told that the partner never had it.
    node.store.say_of(
        {node.store.origin(each[0]) for each in said.held}
        | {node.store.origin(each[1]) for each in said.withdrawn}
    )
    _look_again(node, said, now)
    elsewhere.end(node, now)
    parts = node.store.put_told(
        said.party, said.part, law=said.law, learnt=learnt, ended=ended, seen=said.seen
    )
    if parts >= said.parts:
        node.store.settle_resync(said.party, "answered", None, at=now)
    return None


def _look_again(node: Node, said: Inventory, now: int) -> None:
    """Have the view of the partner ended where it holds what it may not have, and the journal does
    not know that it does: it never showed it, or it was given again after it was withdrawn."""
    store = node.store
    store.doubt(said.party, {each[0] for each in said.held}, at=now)
    here = (store.origin(name) for name in {each[0] for each in said.held})
    numbers = store.references.numbers(here)
    found = store.settled(said.party).by_object(numbers.values())
    store.settled(said.party).put_todo_unshown(each.seq for each in found)


def withdraw_again(node: Node, party: str) -> None:
    """Withdraw once more what only the word of `party` says was withdrawn from it: it was put back
    since, maybe to when it had it. Call in a transaction."""
    node.store.settled(party).put_todo_forgotten()


def let_go(node: Node, party: str, why: str, now: int) -> None:
    """Wait no longer for `party`: a person says, and why. `Refused` where nobody does."""
    if not why.strip():
        raise Refused("letting a partner go needs a reason: what it knows stays unknown here")
    held = {each.party: each for each in node.store.resyncs()}.get(party)
    if held is None or not (held.state == "waiting" or missing_law(node, held)):
        raise Refused(f"nothing waits for {party}\nHint: noroshi resync lists who is waited for")
    node.store.let_go(party, why.strip(), at=now)


def missing_law(node: Node, each: Resync) -> bool:
    """Whether the party was served under agreements that are not known here."""
    return each.state == "answered" and each.law is not None and not node.store.knows_law(each.law)


def _gone(node: Node, party: str, gone: Gone, now: int) -> bool:
    """Whether the withdrawal is one of ours, forgotten, of a record that we took back."""
    stone, withdrawn, at = gone
    store = node.store
    if store.issued(party, stone) is not None:
        return False
    record = _record(node, party, stone, withdrawn)
    first = record or store.origin(withdrawn)
    known = first if record or store.record(first) is not None else None
    store.forget(Forgotten(stone, party, withdrawn, at, known))
    if record is None:
        return False
    withdrew = store.withdraw(record, at=now)
    if not withdrew and any(each.id == record and not each.lifted for each in store.recalls()):
        return False
    why = f"{party} was told so before this node was put back from a backup"
    store.put_recall(Recall(record, now, why, now))
    return True


def _record(node: Node, party: str, stone: str, withdrawn: str) -> str | None:
    """The record that the withdrawal says has ended; None where it says nothing of the kind."""
    secret = node.keys.derive("variants")
    first = node.store.origin(withdrawn)
    if tombstone.recalls(secret, party, first, stone):
        return first
    if node.store.record(first) is not None:
        return None
    others = node.store.own_ids(withdrawn.partition("--")[0])
    return next((each for each in others if tombstone.recalls(secret, party, each, stone)), None)


def _law(node: Node, party: str, rows: list[tuple[str, int, str, str, int]]) -> str | None:
    """The agreement set of what `party` gave last."""
    grants = node.store.grants()
    for _, _, _, cell, _ in sorted(rows, key=lambda row: -row[4]):
        for strand in node.store.label_of(cell).strands:
            grant = grants.get(strand.grant or "")
            if grant is not None and grant.originator == party:
                return grant.agreement_set
    return None


def _seen(node: Node, party: str) -> int | None:
    """The latest date that a pull from `party` saw."""
    held = node.store.source(f"peer:{party}")
    if held is None:
        return None
    cursor = msgspec.json.decode(held.state, type=Cursor)
    last = cursor.last or cursor.added_after
    return None if last is None else parse_instant(last) + 1_000

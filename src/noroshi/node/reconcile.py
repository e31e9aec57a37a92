"""Reconcile: what a partner says that it gave and got, held against what this node says.

The partner's rows are opened and hashed into its own tree again: they are the rows that it signed,
or it is told so. Rows that were gone through before are not asked for again. What came from us is
compared by the hash of each of 256 parts, and only parts that differ are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from noroshi.exchange import account, heads
from noroshi.exchange.account import (
    ALL,
    BUCKETS,
    HEAD,
    PART,
    RECEIVED,
    ROWS,
    Key,
    SaidHead,
    SaidReceived,
    SaidRow,
    SaidRows,
)
from noroshi.exchange.growing import Frontier, Growing
from noroshi.exchange.heads import Head
from noroshi.exchange.merkle import leaf
from noroshi.node import witness
from noroshi.node.accounted import Difference, given, unlisted
from noroshi.node.node import Node
from noroshi.store import Compared, Row
from noroshi.words.errors import BadInput, Refused

AT_ONCE: Final = 16
"""Parts asked for at a time: some thousands of rows."""

Ask = Callable[[Sequence[str]], list[bytes]]
"""The objects with these ids as the partner signed them; what it does not have is left out."""

Progress = Callable[[str, int, int], None]


class Side(msgspec.Struct, frozen=True):
    """One direction: how many disclosures the giver's ledger has, and how many came by the word of
    the one who got them."""

    giver: str
    recipient: str
    disclosed: int
    came: int


class Reconciled(msgspec.Struct, frozen=True):
    """What both sides say, and where they differ. `compared` rows of the partner's ledger were gone
    through now, `parts` of what it got were asked for. `problems` are words of the partner that
    cannot be true."""

    party: str
    sides: tuple[Side, Side]
    compared: int
    parts: int
    erased: int
    differences: tuple[Difference, ...]
    problems: tuple[str, ...]


def reconcile(
    node: Node, party: str, ask: Ask, now: int, progress: Progress = lambda what, n, of: None
) -> Reconciled:
    """Compare with what `party` says by way of `ask`. Raises `Refused` where it says nothing, and
    `BadInput` where what it says cannot be read."""
    said = _head(node, party, ask, now)
    problems = list(witness.problems(node, party))
    done, erased, wrong = _go_through(node, party, said, ask, now, progress)
    problems += wrong
    differences = [*unlisted(node, party, said.restored)]
    theirs, parts, told = _got(node, party, ask, now)
    problems += _still_true(node, theirs.knows, party)
    differences += given(node, party, told, said.restored)
    here = node.store.count_received(party)
    sides = (
        Side(party, node.party, said.head.size, here),
        Side(node.party, party, node.store.ledger_size(party), theirs.count),
    )
    found = tuple(sorted(differences, key=lambda each: (each.giver, each.id, each.version or 0)))
    return Reconciled(party, sides, done, parts, erased, found, tuple(problems))


def _one(node: Node, party: str, ask: Ask, kind: str, number: int) -> object:
    name = account.name(kind, party, node.party, number)
    for raw in ask((name,)):
        return account.read(raw, party, node.party)
    return None


def _head(node: Node, party: str, ask: Ask, now: int) -> SaidHead:
    names = (witness.wanted(node, party), account.name(HEAD, party, node.party, 0))
    for name in names:
        for raw in ask((name,)):
            said = account.read(raw, party, node.party)
            if not isinstance(said, SaidHead):
                raise BadInput(f"ledger of {party}", "its head does not read")
            public = node.public_key(party, said.head.key, said.head.at)
            named = (said.head.party, said.head.to) == (party, node.party)
            if not named or public is None or not heads.genuine(said.head, public):
                raise BadInput(f"ledger of {party}", f"no key of {party} that counts signed it")
            paths = {each.size: each.hashes for each in said.grew}
            with node.store.write():
                witness.weigh(node, said.head, paths, now)
            return said
    raise Refused(f"{party} says nothing of its ledger about {node.party}")


def _go_through(
    node: Node, party: str, said: SaidHead, ask: Ask, now: int, progress: Progress
) -> tuple[int, int, list[str]]:
    """Take in the rows that are new since the last time; how many, how many were erased, and what
    is wrong with them."""
    head, done = said.head, node.store.compared(party)
    if done.life != head.life or done.size > head.size:
        done = Compared(head.life, 0, b"", now)
        node.store.compare_anew(party)
    began, erased = done.size, 0
    tree = Frontier(done.size, done.edge)
    while tree.size < head.size:
        first = tree.size // PART
        last = min(-(-head.size // PART), first + AT_ONCE)
        names = [account.name(ROWS, party, node.party, n) for n in range(first, last)]
        with node.store.write():
            for row in _rows(node, party, ask(names), tree.size, head.size):
                erased += _take(node, party, tree, row)
            edge = Compared(head.life, tree.size, tree.edge, now)
            node.store.set_compared(party, edge)
        progress(f"ledger of {party}", tree.size, head.size)
        if tree.size < min(last * PART, head.size):
            break
    if tree.size == head.size and tree.root() == head.root:
        return tree.size - began, erased, []
    node.store.compare_anew(party)
    node.store.set_compared(party, Compared(head.life, 0, b"", now))
    return tree.size - began, erased, ["the rows that it says are not those that it signed for"]


def _rows(node: Node, party: str, raws: Sequence[bytes], first: int, end: int) -> Iterator[SaidRow]:
    """The rows from place `first` up to `end`, in order, in whatever order the parts came."""
    parts: list[SaidRows] = []
    for raw in raws:
        found = account.read(raw, party, node.party)
        if not isinstance(found, SaidRows):
            raise BadInput(f"ledger of {party}", "a part of it does not read")
        parts.append(found)
    for found in sorted(parts, key=lambda each: each.first):
        for n, row in enumerate(found.rows, found.first):
            if n == first and n < end:
                yield row
                first += 1


def _take(node: Node, party: str, tree: Frontier, said: SaidRow) -> bool:
    """Take in one row; whether it was erased. A row that needs a look is kept for it."""
    place, opened = tree.size, said.opened
    if opened is None:
        tree.add(leaf(bytes.fromhex(said.seal or "")))
        return True
    tree.add(leaf(bytes.fromhex(opened.seal)))
    row = Row(
        place,
        opened.at,
        opened.id,
        opened.version,
        opened.clauses,
        opened.body_sha256,
        said.withdraws,
    )
    node.store.account_for(party, row)
    node.store.put_unaccounted(party, row)
    return False


def _got(
    node: Node, party: str, ask: Ask, now: int
) -> tuple[SaidReceived, int, dict[int, SaidReceived]]:
    """What the partner says that it got, how many parts of it differ from what our ledger says, and
    those parts."""
    whole = _one(node, party, ask, RECEIVED, ALL)
    if not isinstance(whole, SaidReceived) or len(whole.parts) != BUCKETS:
        raise BadInput(f"ledger of {party}", "what it received does not read")
    rows = ((each.id, each.version, each.body_sha256) for each in node.store.ledger(party))
    keys: list[Key] = [(a, b, c) for a, b, c in rows if a and b is not None and c]
    shown = {*node.store.view_of(party)}
    held = sorted({key[:2] for key in keys} & shown)
    ours = account.digests(keys, held)
    differ = [n for n in range(BUCKETS) if ours[n] != whole.parts[n]]
    told: dict[int, SaidReceived] = {}
    for start in range(0, len(differ), AT_ONCE):
        some = differ[start : start + AT_ONCE]
        for raw in ask([account.name(RECEIVED, party, node.party, n) for n in some]):
            found = account.read(raw, party, node.party)
            if isinstance(found, SaidReceived):
                told[found.part] = found
    if told.keys() != {*differ}:
        raise BadInput(f"ledger of {party}", "parts of what it received do not read")
    return whole, len(differ), told


def _still_true(node: Node, known: Head | None, party: str) -> list[str]:
    """What is wrong with our own ledger beside the head of it that the partner keeps."""
    if known is None or known.life != node.store.life().n:
        return []
    if not heads.genuine(known, node.keys.public):
        return []
    tree = Growing(node.store, party)
    if known.size <= tree.size and tree.root(known.size) == known.root:
        return []
    return [f"our own ledger no longer holds the {known.size} disclosures that we signed for"]

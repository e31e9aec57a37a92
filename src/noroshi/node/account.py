"""Account: what this node says to a partner of all that went between the two, from both sides.

The content of the collection `ledger`. Nothing is listed: a partner's node asks for what it lacks
by id, and each partner finds what is said to it alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.exchange import account, heads
from noroshi.exchange.account import (
    ALL,
    BUCKETS,
    HEAD,
    PART,
    RECEIVED,
    ROWS,
    Path,
    Said,
    SaidHead,
    SaidReceived,
    SaidRow,
    SaidRows,
)
from noroshi.exchange.growing import Growing
from noroshi.exchange.heads import Head
from noroshi.exchange.served import Match, Page, Served
from noroshi.node.node import Node
from noroshi.node.push import letter
from noroshi.store import LedgerRow

RECENT = 8
"""From so many earlier heads a head is shown to go on where nobody asked from which."""


class Accounts:
    """What one node says, as the content of a collection."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def page(
        self,
        party: str,
        now: int,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int = PART,
        match: Match = Match(),  # noqa: B008 — frozen
        disclose: bool = True,
    ) -> Page:
        """What was asked for by id; nothing else is listed."""
        found: list[Served] = []
        for oid in match.id or ():
            raw = said(self._node, party, oid, now)
            if raw is not None:
                found.append(letter(self._node.party, party, raw, now))
        return Page(tuple(found[:limit]))

    def object(
        self, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        """What is said under this id."""
        return self.page(party, now, match=Match(id=(oid,))).entries


def said(node: Node, party: str, oid: str, now: int) -> bytes | None:
    """What this node says to `party` under this id; None where that is nothing."""
    kind = oid.partition("--")[0]
    for number in _numbers(node, party, kind):
        if account.name(kind, node.party, party, number) == oid:
            what = _said(node, party, kind, number, now)
            return account.written(kind, node.party, party, number, what, now)
    return None


def _numbers(node: Node, party: str, kind: str) -> Iterable[int]:
    if kind == HEAD:
        return (0, *(each.size for each in node.store.heads(node.party, party, limit=2**62)))
    if kind == ROWS:
        return range(-(-node.store.ledger_size(party) // PART))
    return range(ALL, BUCKETS) if kind == RECEIVED else ()


def _said(node: Node, party: str, kind: str, number: int, now: int) -> Said:
    if kind == HEAD:
        return signed_head(node, party, (number,) if number else (), now)
    return rows(node, party, number) if kind == ROWS else received(node, party, number)


def signed_head(node: Node, party: str, sizes: Iterable[int], now: int) -> SaidHead:
    """Our head of what `party` received, and that it goes on from those over `sizes`."""
    with node.store.read():
        life = node.store.life()
    head = heads.current(node.store, node.party, party, node.keys, now)
    tree = Growing(node.store, party)
    paths = tuple(
        Path(size, tree.consistency(size, head.size)) for size in sizes if 0 < size < head.size
    )
    return SaidHead(head, paths, (life.at, life.saved_at) if life.n else None)


def recent_head(node: Node, party: str, now: int) -> bytes:
    """Our head for `party` as an object, going on from the latest ones that it may know."""
    held = node.store.heads(node.party, party, limit=RECENT)
    what = signed_head(node, party, (each.size for each in held), now)
    return account.written(HEAD, node.party, party, 0, what, now)


def rows(node: Node, party: str, number: int) -> SaidRows:
    """Part `number` of the rows of what `party` received."""
    first = number * PART
    found: list[SaidRow] = []
    for row in node.store.ledger(party, first - 1):
        if len(found) == PART:
            break
        found.append(_row(node, party, row))
    return SaidRows(first, tuple(found))


def _row(node: Node, party: str, row: LedgerRow) -> SaidRow:
    opened = heads.opened(row)
    if opened is None:
        return SaidRow(seal=row.seal)
    if not opened.id.startswith("tombstone--"):
        return SaidRow(opened)
    ends = node.store.withdraws(party, opened.id)
    return SaidRow(opened, withdraws=ends[0] if ends else None)


def received(node: Node, party: str, number: int = ALL) -> SaidReceived:
    """What came of `party`: a hash for each part, or the rows of part `number`."""
    came = list(node.store.received(party))
    if number == ALL:
        keys = [each[:3] for each in came]
        held = [each[:2] for each in came if each.held]
        return SaidReceived(len(came), account.digests(keys, held), knows=known_head(node, party))
    rows = tuple(account.line(each) for each in came if account.bucket(each.id) == number)
    return SaidReceived(len(came), part=number, rows=rows)


def known_head(node: Node, party: str) -> Head | None:
    """The latest head of `party` about us that is kept here."""
    held = node.store.heads(party, node.party)
    return heads.read(held[0].signed, f"head of {party}", Head) if held else None

"""Accounted: each row of one ledger held against what the other side says, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from noroshi.exchange import account
from noroshi.exchange.account import Line, SaidReceived
from noroshi.node.node import Node
from noroshi.node.resync import RELEARNT
from noroshi.store import LedgerRow, Row
from noroshi.words.time import format_instant

Kind = Literal[
    "only in ours",
    "only in theirs",
    "other bytes",
    "other clause",
    "withdrawn but still held",
    "forgotten",
]
"""`forgotten` is what one side lost by being put back from a backup: it is explained."""

Restored = tuple[int, int] | None
"""When (µs UTC) a node was put back, and as it was when."""


class Difference(msgspec.Struct, frozen=True):
    """Where the two sides differ about an object that `giver` gave, or did not. Instants as
    text."""

    giver: str
    kind: Kind
    id: str
    version: int | None
    why: str


def unlisted(node: Node, party: str, restored: Restored) -> Iterator[Difference]:
    """Where the ledger of `party`, all of which was gone through, and what came here differ."""
    with node.store.write():
        for row in node.store.unaccounted(party):
            found = _row(node, party, row)
            if found is None:
                node.store.drop_unaccounted(party, row.place)
            else:
                yield found
    known = {(row.id, row.version) for row in node.store.unaccounted(party)}
    for came in node.store.unplaced(party):
        if came.id and (came.id, came.version) not in known and came.outcome != "withdrawal":
            why = f"came {format_instant(came.at)}, signed by {party}; its ledger does not say so"
            kind: Kind = "only in ours"
            if restored is not None and came.at < restored[0]:
                kind, why = "forgotten", f"{why}: {party} was put back from a backup since"
            yield Difference(party, kind, came.id, came.version, why)


def _row(node: Node, party: str, row: Row) -> Difference | None:
    """What is wrong about a row of the partner's ledger; None where it agrees with what came."""

    def differs(kind: Kind, why: str) -> Difference:
        return Difference(party, kind, row.id, row.version, why)

    said = f"disclosed {format_instant(row.at)} {_by(row.clauses)}"
    if row.withdraws is not None or row.id.startswith("tombstone--"):
        if node.store.carried(party, row.id) or row.withdraws is None:
            return None
        if not node.store.held_from(party, row.withdraws) or _again(node, party, row):
            return None
        why = f"withdrawn {format_instant(row.at)} by {row.id}, which was not carried out here"
        return Difference(party, "withdrawn but still held", row.withdraws, None, why)
    came = node.store.came(party, row.id, row.version, row.body_sha256)
    if came is not None:
        node.store.account_for(party, row)
        if came.clauses is None or row.clauses in ("[]", f'["{RELEARNT}"]'):
            return None
        if {*_clauses(came.clauses)} == {*_clauses(row.clauses)}:
            return None
        return differs("other clause", f"{said}; here it came {_by(came.clauses)}")
    if _ours(node, row.id):
        return None
    others = node.store.other_bytes(party, row.id, row.version)
    if others:
        return differs("other bytes", f"{said} as {row.body_sha256}; here it came as {others[0]}")
    life = node.store.life()
    if life.n and row.at < life.at:
        return differs("forgotten", f"{said}; this node was put back from a backup since")
    return differs("only in theirs", f"{said}; it never came here")


def _again(node: Node, party: str, stone: Row) -> bool:
    """Whether it was given again after the withdrawal, which may never have come."""
    later = (row for row in node.store.unaccounted(party) if row.place > stone.place)
    return any(row.id == stone.withdraws for row in later) or any(
        each.party == party and each.given > stone.at
        for each in node.store.holdings(stone.withdraws or "")
    )


def _ours(node: Node, id: str) -> bool:
    """Whether the object is of our own making, which is not noted when it comes back."""
    record = node.store.record(node.store.made_of(id) or id)
    return record is not None and not record.hops


def given(
    node: Node, party: str, told: Mapping[int, SaidReceived], restored: Restored
) -> Iterator[Difference]:
    """Where our ledger of what `party` received and the parts of it that it says differ."""
    theirs = {n: _by_id(said) for n, said in told.items()}
    listed: set[tuple[str, int]] = set()
    bodies: set[tuple[str, str]] = set()
    erased = 0
    for row in node.store.ledger(party):
        erased += row.id is None
        lines = theirs.get(account.bucket(row.id or "")) if row.id else None
        if lines is None or row.id is None or row.version is None or row.body_sha256 is None:
            continue
        listed.add((row.id, row.version))
        bodies.add((row.id, row.body_sha256))
        found = _given(node, party, row, lines.get(row.id, []), restored)
        if found is not None:
            yield found
    for lines in theirs.values():
        for line in (each for some in lines.values() for each in some):
            known = (line[0], line[2]) in bodies or line[:2] in listed
            if line[0] and not known:
                life = node.store.life()
                kind: Kind = "forgotten" if life.n else "only in theirs"
                why = f"{party} says that it has it from us; our ledger does not say so"
                if erased:
                    # A row that was erased cannot say what it was: this may be one of them.
                    why += f", unless in one of the {erased} rows that were erased"
                yield Difference(node.party, kind, line[0], line[1], why)


def _given(
    node: Node, party: str, row: LedgerRow, lines: list[Line], restored: Restored
) -> Difference | None:
    def differs(kind: Kind, why: str) -> Difference:
        return Difference(node.party, kind, row.id or "", row.version, why)

    said = f"disclosed {format_instant(row.at)} {_by(list(row.clauses))}"
    # The version follows from the bytes, or each side has one of its own.
    same = [each for each in lines if each[2] == row.body_sha256]
    lines = [each for each in lines if each[1] == row.version]
    if same:
        if same[0][4] and _ended(node, party, row.id or ""):
            return differs("withdrawn but still held", f"{said}; withdrawn, and {party} holds it")
        return None
    if lines:
        return differs("other bytes", f"{said} as {row.body_sha256}; {party} got {lines[0][2]}")
    if _theirs(node, party, row.id or "") or _overtaken(node, party, row.id or ""):
        return None
    if restored is not None and row.at < restored[0]:
        return differs("forgotten", f"{said}; {party} was put back from a backup since")
    return differs("only in ours", f"{said}; {party} says that it never came")


def _ended(node: Node, party: str, id: str) -> bool:
    """Whether the partner fetched a withdrawal of the object, and is not shown it again."""
    if node.store.shows(party, id):
        return False
    record = node.store.origin(id)
    for where in node.store.whereabouts(record, node.public):
        if where.party == party:
            return any(each.fetched and each.withdrawn == id for each in where.stones)
    return False


def _overtaken(node: Node, party: str, stone: str) -> bool:
    """Whether what this withdrawal ended is shown to the partner again: it comes no more."""
    ended = node.store.withdraws(party, stone)
    return ended is not None and node.store.shows(party, ended[0])


def _theirs(node: Node, party: str, id: str) -> bool:
    """Whether the partner made the object, and does not note when it comes back."""
    record = node.store.record(id)
    return record is not None and any(s.originator == party for s in record.label.strands)


def _by_id(said: SaidReceived) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in said.rows:
        found.setdefault(line[0], []).append(line)
    return found


def _clauses(text: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.MsgspecError:
        return [text]


def _by(clauses: str | list[str]) -> str:
    named = _clauses(clauses) if isinstance(clauses, str) else clauses
    return f"by {', '.join(named)}" if named else "as public"

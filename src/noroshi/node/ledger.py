"""The node's ledger as people ask for it: what went to whom, whether it is whole, and proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from noroshi.exchange import heads
from noroshi.exchange.growing import Frontier, Growing
from noroshi.exchange.heads import Head, Proof
from noroshi.exchange.merkle import leaf
from noroshi.node import keyring
from noroshi.node.node import Node
from noroshi.node.why import complete
from noroshi.store import LedgerRow
from noroshi.words.errors import BadInput, Refused
from noroshi.words.ids import is_stix_id
from noroshi.words.time import format_instant

STEP = 1000
"""Rows between two words about progress."""


class Line(msgspec.Struct, frozen=True):
    """One disclosure: `party` first received this version of `id` at `at`, by `clauses`. `record`
    is what the object was made of, where it is a variant."""

    n: int
    at: str
    party: str
    id: str | None
    version: str | None
    clauses: tuple[str, ...]
    body_sha256: str | None
    record: str | None


class Verified(msgspec.Struct, frozen=True):
    """A ledger that is whole: rows, parties, and heads (of our own) that it still answers to."""

    rows: int
    parties: dict[str, int]
    heads: int


def lines(
    node: Node,
    *,
    party: str | None = None,
    record: str | None = None,
    since: int | None = None,
    limit: int = 50,
) -> list[Line]:
    """The latest disclosures first: to `party`, of `record` (its variants with it), not before
    `since` (µs UTC)."""
    if party is not None:
        node.parties.get(party)
    found = _about(node, party, record) if record else node.store.ledger_backwards(party)
    if since is not None:
        # Instants of a ledger do not strictly rise where a clock was set back: look at each.
        found = (each for each in found if each.at >= since)
    return [_line(node, each) for each in islice(found, limit)]


def _about(node: Node, party: str | None, record: str) -> Iterator[LedgerRow]:
    name = record if is_stix_id(record) else complete(node, record)
    names = (name, *node.store.variants_of(name))
    parties = node.store.ledger_parties() if party is None else (party,)
    rows = [row for one in parties for each in names for row in node.store.ledger_about(one, each)]
    return iter(sorted(rows, key=lambda row: -row.n))


def _line(node: Node, row: LedgerRow) -> Line:
    made_of = None if row.id is None else node.store.made_of(row.id)
    version = None if row.version is None else format_instant(row.version)
    return Line(
        row.n,
        format_instant(row.at),
        row.party,
        row.id,
        version,
        row.clauses,
        row.body_sha256,
        made_of,
    )


def verify(node: Node, progress: Callable[[str, int, int], None]) -> Verified:
    """Walk the chain, and hold what each partner received against every head that we signed about
    it: neither may say anything else now. `BadInput` names the first row or head that does."""
    size = node.store.counts()["ledger"]
    signed = {to: _signed(node, to) for to in node.store.head_recipients(node.party)}
    trees: dict[str, Frontier] = {}
    met = 0

    def witness(n: int, party: str, seal: str) -> None:
        nonlocal met
        tree = trees.setdefault(party, Frontier())
        tree.add(leaf(bytes.fromhex(seal)))
        due = signed.get(party, {}).pop(tree.size, None)
        if due is not None:
            _same(due, tree.root())
            met += 1
        if n % STEP == 0:
            progress("ledger", n, size)

    node.store.verify_ledger(witness)
    for due in (head for left in signed.values() for head in left.values() if head.size):
        raise _broken(due, f"there are {trees.get(due.to, Frontier()).size} now")
    for party, tree in trees.items():
        kept = Growing(node.store, party)
        if kept.root(tree.size) != tree.root():
            raise BadInput(
                f"ledger of {party}",
                "the kept hashes of its tree are not those of its rows",
                hint="the store was changed outside noroshi; restore it",
            )
    progress("ledger", size, size)
    return Verified(size, {party: tree.size for party, tree in sorted(trees.items())}, met)


def _signed(node: Node, to: str) -> dict[int, Head]:
    found = node.store.heads(node.party, to, limit=2**62)
    return {each.size: heads.read(each.signed, f"head of {to}", Head) for each in found}


def _same(head: Head, root: bytes) -> None:
    if head.root != root:
        raise _broken(head, "the rows are others now")


def _broken(head: Head, problem: str) -> BadInput:
    return BadInput(
        f"ledger of {head.to}",
        f"does not hold the {head.size} disclosures that were signed at {format_instant(head.at)}",
        found=problem,
        hint="the store was changed outside noroshi, or is an old copy; restore the latest and "
        "reconcile with the partner",
    )


def head(node: Node, party: str, now: int) -> Head:
    """Our signed word on what `party` received. `UnknownParty` for a code that nobody has."""
    node.parties.get(party)
    return heads.current(node.store, node.party, party, node.keys, now)


def prove(node: Node, n: int, now: int) -> Proof:
    """The proof of row `n` under the head of its party. `Refused` where there is no such row."""
    row = node.store.ledger_row(n)
    if row is None:
        raise Refused(f"the ledger has no row {n}\nHint: noroshi ledger show lists them")
    return heads.prove(node.store, head(node, row.party, now), row)


def said_by(node: Node, data: bytes, where: str) -> bytes:
    """The public key that this node knows of the party whose word `data` is: its own, or a pinned
    one. `Refused` where there is none."""
    head = _head_of(_parsed(data, where))
    if head.party == node.party:
        public = keyring.find(node.store, head.party, head.key, head.at)
    else:
        public = node.public_key(head.party, head.key, head.at)
    if public is None:
        raise Refused(f"no key of {head.party} that counts signed it\nHint: give one with --key")
    return public


def check(data: bytes, where: str, public: bytes) -> Proof | Head:
    """The proof or head in `data`, if it is what the holder of `public` (32 bytes) signed and
    proves its row. `BadInput` says what is wrong."""
    found = _parsed(data, where)
    signed = _head_of(found)
    if not heads.genuine(signed, public):
        raise BadInput(
            where,
            "was not signed with this key",
            found=f"a head by {signed.party} with the key {signed.key[:16]}…",
        )
    wrong = heads.holds(found) if isinstance(found, Proof) else None
    if wrong is not None:
        raise BadInput(where, wrong)
    return found


def _parsed(data: bytes, where: str) -> Proof | Head:
    return heads.read(data, where, Proof if b'"path"' in data else Head)


def _head_of(found: Proof | Head) -> Head:
    return found.head if isinstance(found, Proof) else found

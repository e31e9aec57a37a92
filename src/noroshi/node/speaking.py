"""Speaking: how two nodes tell one another of their ledgers, over the wire or in a file.

A file holds all that would be asked for over the wire, in one page as TAXII carries it: each object
is signed with the rest, and what was said to another does not count.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from noroshi.exchange import account
from noroshi.exchange.account import ALL, BUCKETS, HEAD, PART, RECEIVED, ROWS
from noroshi.exchange.taxii import envelope
from noroshi.exchange.taxii.client import PeerError, Pulled, ask, discover_view, unpack
from noroshi.exchange.vouch import vouch, vouchers
from noroshi.node import keyring
from noroshi.node.account import recent_head, said
from noroshi.node.node import Node
from noroshi.node.peering import open_to
from noroshi.node.push import letter
from noroshi.node.reconcile import Ask
from noroshi.words.errors import BadConfig, BadInput
from noroshi.words.stix import head


@contextmanager
def over_the_wire(node: Node, party: str, now: int) -> Generator[Ask]:
    """Ask the node of `party`. Raises `BadConfig` where it has no url, `PeerError` where it does
    not answer, or says nothing of a ledger to us."""
    peer = node.settings.peer(party)
    if peer.url is None:
        hint = f"have its people send you: noroshi ledger statement {node.party}"
        raise BadConfig("node.toml", f"[[peer]] {party} has no url to ask at", hint=hint)
    auth = None
    if peer.user and peer.password:
        auth = (peer.user, node.settings.secret(peer.password, f"password of [[peer]] {party}"))
    with open_to(node.settings, peer) as http:
        found = discover_view(peer.url, auth, http)
        url = found.ledger
        if url is None:
            expected = "one: is our public_key pinned there?"
            raise PeerError(peer.url, "no ledger that it shows to us", expected)
        yield lambda names: _believed(node, party, ask(url, auth, http, names), url, now)


def of_file(node: Node, party: str, path: Path, now: int) -> Ask:
    """Ask what stands in the file of `noroshi ledger statement`. Raises `BadInput`."""
    try:
        page = unpack(path.read_bytes(), str(path))
    except PeerError as problem:
        expected = f"what noroshi ledger statement {node.party} wrote at {party}"
        raise BadInput(str(path), "no statement", expected=expected) from problem
    raws = _believed(node, party, page, str(path), now)
    held = {head(raw).id: raw for raw in raws}
    newest = next((raw for raw in raws if head(raw).type == HEAD), None)
    if newest is None:
        raise BadInput(str(path), "says nothing of a ledger")
    held[account.name(HEAD, party, node.party, 0)] = newest
    return lambda names: [held[name] for name in names if name in held]


def _believed(node: Node, party: str, page: Pulled, where: str, now: int) -> list[bytes]:
    """The objects of a page that `party` signed as they came."""
    if not page.objects:
        return []
    if page.vouched is not None:
        keyring.hear(node.store, node.party, page.vouched.keys, now)
    try:
        proofs = vouchers(page.vouched, party, page.objects, node.public_key)
    except ValueError as problem:
        raise BadInput(where, str(problem)) from problem
    if not all(proofs):
        raise BadInput(where, f"was changed after {party} signed it")
    return list(page.objects)


def statement(node: Node, party: str, now: int) -> bytes:
    """All that this node says to `party` of what went between the two, in one signed page."""
    node.parties.get(party)
    rows = range(-(-node.store.ledger_size(party) // PART))
    asked = [
        *(account.name(ROWS, node.party, party, n) for n in rows),
        *(account.name(RECEIVED, node.party, party, n) for n in range(ALL, BUCKETS)),
    ]
    with node.store.read():
        found = [each for name in asked if (each := said(node, party, name, now))]
    raws: Sequence[bytes] = (recent_head(node, party, now), *found)
    entries = [letter(node.party, party, raw, now) for raw in raws]
    vouched = vouch(node.store, node.party, node.keys, entries, now)
    return envelope.objects(entries, None, terms=True, vouched=vouched).body

"""Sync: pull what is new in our view at a peer. Page, grants and cursor are stored in one
transaction, so a pull that is cut off goes on where it was."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import msgspec

from noroshi.exchange.taxii.client import (
    PATIENT,
    Cursor,
    Found,
    Patience,
    Pulled,
    ask,
    discover_view,
    pull,
)
from noroshi.node import witness
from noroshi.node.node import Node
from noroshi.node.peering import open_to
from noroshi.node.push import answer, tell
from noroshi.node.receive import Received, receive
from noroshi.words.errors import BadConfig

VIEW, LETTERS = "peer", "letters"
"""What of a peer is read, as its cursor is named."""


class SyncReport(Received):
    """What one pull brought, page by page; `told` receipts were sent in answer. `more` where
    patience came to its end before the pages did."""

    pages: int = 0
    told: int = 0
    more: bool = False


def sync(
    node: Node, party: str, now: Callable[[], int], patience: Patience = PATIENT
) -> SyncReport:
    """Pull from the `[[peer]]` of `party` until nothing is new, and confirm what it took back.

    Raises `BadConfig` when it has no url, `PeerError` when the peer fails or lies; what was
    stored before stays, and the next pull goes on from there. A page that was refused whole ends
    it, and is what the next pull begins with.
    """
    peer = node.settings.peer(party)
    if peer.url is None:
        raise BadConfig("node.toml", f"[[peer]] {party} has no url to pull from")
    auth = None
    if peer.user and peer.password:
        auth = (peer.user, node.settings.secret(peer.password, f"password of [[peer]] {party}"))
    report = SyncReport(party)
    with open_to(node.settings, peer) as http:
        found = discover_view(peer.url, auth, http, patience)
        tell(node, party, found.life, http, now(), patience)
        for url, what in ((found.url, VIEW), (found.letters, LETTERS)):
            if url is None:
                continue
            cursor = _cursor(node, party, what)
            for page in pull(url, auth, cursor, http, patience=patience):
                _store_page(node, party, page, report, now(), what, cursor)
                cursor = page.cursor
                report.pages += what == VIEW
                report.more = patience.enough()
                if report.more or report.unsigned:
                    return report
        _look_at_ledger(node, party, found, auth, http, report, now(), patience)
        report.told = answer(node, party, http, now(), patience)
    return report


def _look_at_ledger(
    node: Node,
    party: str,
    found: Found,
    auth: tuple[str, str] | None,
    http: httpx2.Client,
    report: SyncReport,
    now: int,
    patience: Patience,
) -> None:
    """Have the peer sign for what it gave, where it gave anything or never did: what it signs must
    go on from what it signed before."""
    if found.ledger is None or not (report.objects or not node.store.heads(party, node.party)):
        return
    page = ask(found.ledger, auth, http, (witness.wanted(node, party),), patience)
    with node.store.write():
        receive(node, party, page, report, now)


def _cursor(node: Node, party: str, what: str = VIEW) -> Cursor:
    held = node.store.source(f"{what}:{party}")
    return msgspec.json.decode(held.state, type=Cursor) if held else Cursor()


def _store_page(
    node: Node, party: str, page: Pulled, report: Received, now: int, what: str, before: Cursor
) -> None:
    """Take the page, and remember how far the peer was read: no further than before a page that no
    key which counts signed. It is to be read again once that key is pinned; and so is everything
    where another process pinned one meanwhile, and let us begin anew."""
    with node.store.write():
        receive(node, party, page, report, now)
        if report.unsigned or _cursor(node, party, what) != before:
            return
        state = msgspec.json.encode(page.cursor)
        name = "view" if what == VIEW else what
        node.store.set_source(f"{what}:{party}", f"{name} at {party}", 0, state, False, now)

"""Push: send a peer what it may have, and our word on what it took back, without being asked.

A peer's journal is what waits to be sent to it: a cursor says how far it was, and moves only when
the peer has answered. What is sent twice, because an answer was lost, is taken once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Final

import httpx2
import msgspec

from noroshi.exchange import inventory, receipt
from noroshi.exchange.receipt import Onward, Receipt, State
from noroshi.exchange.served import EVERY, Served
from noroshi.exchange.taxii import envelope
from noroshi.exchange.taxii.client import (
    PATIENT,
    Patience,
    PeerError,
    discover_inbox,
    discover_view,
    send,
)
from noroshi.exchange.vouch import vouch
from noroshi.node import resync
from noroshi.node.node import Node
from noroshi.node.peering import open_to
from noroshi.store import Store, Where
from noroshi.words import ids
from noroshi.words.errors import BadConfig
from noroshi.words.label import Label, Strand, Tlp, highest_tlp
from noroshi.words.stix import head
from noroshi.words.time import format_instant

PAGE: Final = 1_000
_FORBIDDEN: Final = 403
_TOO_LONG: Final = 413


class Pushed(msgspec.Struct):
    """What was sent: objects out of the peer's view, of which it took some; and receipts. `more`
    where patience came to its end first."""

    peer: str
    objects: int = 0
    taken: int = 0
    refused: int = 0
    receipts: int = 0
    letters: int = 0
    more: bool = False


def push(node: Node, party: str, now: Callable[[], int], patience: Patience = PATIENT) -> Pushed:
    """Send `party` what is new in its view, and receipts that are due.

    Raises `BadConfig` when it has no url, `PeerError` when the peer fails; what it took before
    stays taken, and the next push goes on from there.
    """
    with open_to(node.settings, node.settings.peer(party)) as http:
        line = Line(node, party, http, patience)
        pushed = Pushed(party)
        with contextlib.suppress(PeerError):  # who has no view for us has nothing to ask us
            line.inventory(discover_view(line.start, line.auth, http, patience).life, now())
        line.objects(pushed, now)
        line.receipts(pushed, now())
        line.letters(pushed, now())
    return pushed


def answer(
    node: Node, party: str, http: httpx2.Client, now: int, patience: Patience = PATIENT
) -> int:
    """Send `party` the receipts that are due to it, and letters; how many receipts. A peer without
    an inbox for us is told nothing."""
    if not node.store.withdrawals(party) and not node.store.waiting_letters(party, limit=1):
        return 0
    pushed = Pushed(party)
    try:
        line = Line(node, party, http, patience)
        line.receipts(pushed, now)
        line.letters(pushed, now)
    except NoInbox:
        return 0
    return pushed.receipts


def tell(
    node: Node,
    party: str,
    life: int,
    http: httpx2.Client,
    now: int,
    patience: Patience = PATIENT,
) -> None:
    """Tell the node of `party`, which is in life number `life`, what we hold from it, once. One
    without an inbox for us is told nothing."""
    if life and life != _told_of(node, party):
        with contextlib.suppress(NoInbox):
            Line(node, party, http, patience).inventory(life, now)


def _told_of(node: Node, party: str) -> int:
    held = node.store.source(f"life:{party}")
    return held.offset if held else 0


class NoInbox(PeerError):
    """The peer has no inbox for us."""


class Line:
    """A way to send to one peer."""

    def __init__(
        self, node: Node, party: str, http: httpx2.Client, patience: Patience = PATIENT
    ) -> None:
        peer = node.settings.peer(party)
        if peer.url is None:
            raise BadConfig("node.toml", f"[[peer]] {party} has no url to send to")
        self._node, self._party, self._http = node, party, http
        self._patience = patience
        self.start, self.auth = peer.url, _auth(node, party)
        url = discover_inbox(peer.url, self.auth, http, patience)
        if url is None:
            raise NoInbox(peer.url, "no inbox for us", "one: is our public_key pinned there?")
        self._url = url

    def objects(self, pushed: Pushed, now: Callable[[], int]) -> None:
        """Send what is new in the party's view, page by page."""
        store = self._node.store
        limit = min(PAGE, self._patience.page)
        name = f"push:{self._party}"
        held = store.source(name)
        after = held.offset if held else 0
        while entries := outgoing(self._node, self._party, now(), after=after, limit=limit):
            try:
                taken, refused = self.put(entries, now())
            except PeerError as problem:
                if problem.status != _TOO_LONG or limit == 1:
                    raise
                limit = max(1, limit // 2)
                continue
            after = entries[-1].n
            with store.write():
                store.set_source(name, f"view of {self._party}", after, b"", False, now())
            pushed.objects += len(entries)
            pushed.taken += taken
            pushed.refused += refused
            if self._patience.enough():
                pushed.more = True
                return

    def inventory(self, life: int, now: int) -> None:
        """Send what we hold from the party, where it asks in a life that it was not told in."""
        node, party = self._node, self._party
        if not life or life == _told_of(node, party):
            return
        for each in resync.answer(node, party, life, now):
            self.put([letter(node.party, party, inventory.inventory(each), now)], now)
        with node.store.write():
            node.store.say_again(party)
            resync.withdraw_again(node, party)
            node.store.set_source(f"life:{party}", f"life of {party}", life, b"", True, now)

    def receipts(self, pushed: Pushed, now: int) -> None:
        """Send what there is to say about withdrawals of the party."""
        due = due_receipts(self._node, self._party, now)
        for n in range(0, len(due), PAGE):
            part = due[n : n + PAGE]
            letters = [letter(self._node.party, self._party, raw, now) for raw, _ in part]
            self.put(letters, now)
            self._node.store.set_told(told for _, told in part)
            pushed.receipts += len(part)

    def letters(self, pushed: Pushed, now: int) -> None:
        """Send letters that wait."""
        node, party = self._node, self._party
        while waiting := node.store.waiting_letters(party, limit=PAGE):
            self.put([letter(node.party, party, each.raw, now) for each in waiting], now)
            node.store.set_sent(party, (each.n for each in waiting))
            pushed.letters += len(waiting)

    def put(self, entries: Sequence[Served], now: int) -> tuple[int, int]:
        """Send these: how many were taken, and how many not. `NoInbox` where our key is not one
        that counts there: then all of it is still to be sent."""
        node = self._node
        vouched = vouch(node.store, node.party, node.keys, entries, now)
        body = envelope.objects(entries, None, terms=True, vouched=vouched).body
        try:
            return send(self._url, self.auth, self._http, body, self._patience)
        except PeerError as problem:
            if problem.status != _FORBIDDEN:
                raise
            raise NoInbox(self._url, problem.found, "our key pinned there") from problem


def outgoing(
    node: Node, party: str, now: int, *, after: int = 0, limit: int = PAGE
) -> tuple[Served, ...]:
    """What is next in the party's view after number `after` of its journal. Older versions too:
    they have terms of their own, which an amendment may narrow."""
    return node.views().page(party, now, after_n=after, limit=limit, match=EVERY).entries


def _auth(node: Node, party: str) -> tuple[str, str] | None:
    peer = node.settings.peer(party)
    if peer.user and peer.password:
        secret = node.settings.secret(peer.password, f"password of [[peer]] {party}")
        return peer.user, secret
    return None


def letter(sender: str, party: str, raw: bytes, now: int) -> Served:
    """An object of `sender` for `party` alone, which no view holds."""
    common = head(raw)
    terms = Label(
        (
            Strand(
                originator=sender,
                pillar="crisis",
                kind=common.type,
                tlp=Tlp.AMBER_STRICT,
                only=(party,),
            ),
        )
    )
    return Served(1, common.id, now, common.type, "2.1", now, raw, terms, (), highest_tlp(terms))


def due_receipts(
    node: Node, party: str, now: int, *, whole: bool = False
) -> list[tuple[bytes, tuple[str, str, bool]]]:
    """Receipts that say something new to `party` (`whole`: all that there are for it), each with
    what to remember of it."""
    due: list[tuple[bytes, tuple[str, str, bool]]] = []
    for each in node.store.withdrawals(party, every=whole):
        onward = onward_of(node, each.id, party)
        told = ids.sha256(ids.canonical(onward))
        if told == each.told and not whole:
            continue
        said = Receipt(each.stone, node.party, each.at, now, onward)
        more = any(not settled(step) for step in onward)
        due.append((receipt.receipt(said), (each.stone, told, more)))
    return due


def settled(step: Onward) -> bool:
    """Whether the party, and everybody it passed the object on to, said that it is gone."""
    return step.state == "confirmed" and all(map(settled, step.onward))


def onward_of(node: Node, id: str, *asked: str) -> tuple[Onward, ...]:
    """How far everybody is to whom this node had passed the record on, each once, but for the
    parties that have asked, this one, and whose it is."""
    found = node.store.whereabouts(id, node.public)
    record = node.store.record(id)
    makers = () if record is None else [each.originator for each in record.label.strands]
    steps = (_onward(node, each) for each in found if each.served is not None)
    return receipt.pruned(steps, (node.party, *asked, *makers))


def _onward(node: Node, where: Where) -> Onward:
    state, at, beyond = _state(node.store, where)
    if state == "served" and node.carried_to(where.party):
        # A file says nothing of whether it arrived, and a diode never will.
        state = "unconfirmable"
    return Onward(where.party, state, None if at is None else format_instant(at), beyond)


def _state(store: Store, where: Where) -> tuple[State, int | None, tuple[Onward, ...]]:
    """Of each object that was withdrawn from the party: how far it is with the last withdrawal. It
    names all that was served; one before may never have been fetched, or its receipt was lost."""
    stones = {each.withdrawn or each.id: each for each in where.stones}.values()
    if where.shown or not stones or any(each.fetched is None for each in stones):
        return "waiting", None, ()
    words = [
        next((said for said in store.receipts(each.id) if said.party == where.party), None)
        for each in stones
    ]
    if any(said is None for said in words):
        return "served", max(each.fetched or 0 for each in stones), ()
    read = [receipt.read(said.raw, where.party) for said in words if said is not None]
    told = [each for each in read if each is not None]
    beyond = {step.party: step for each in told for step in each.onward}
    return "confirmed", max(each.at for each in told), tuple(beyond.values())

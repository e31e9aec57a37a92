"""Calling: peers that are due are called, each in a thread of its own.

A dead peer costs one attempt now and then, and a slow one its own thread: nobody waits for either.
How it went is kept in the store, so that a process that is started anew does not begin again. Who
answers, but slowly, is left after a while and gone on with in the next round; who does not get an
answer through is asked for less at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final, TypeVar

import msgspec

from noroshi.config import Peer
from noroshi.exchange.backoff import Chance, answered, failed, is_due
from noroshi.exchange.taxii.client import Patience, PeerError
from noroshi.node.duties import Duties
from noroshi.node.node import Node
from noroshi.node.push import push
from noroshi.node.sync import sync
from noroshi.store import Call, Way
from noroshi.words.errors import NoroshiError
from noroshi.words.time import MINUTE, SECOND, parse_duration

TURN_S: Final = 60.0
"""After so long, and between two pages, a peer has had its turn."""

ANSWER_S: Final = 300.0
"""So long one answer may take to come in."""

PAGE: Final = 1_000
HEARD: Final = MINUTE
"""A peer that calls us is called again so long (µs) after it was last tried, for whoever reaches us
and cannot be reached would else be tried each time."""

HALVED: Final = 6
"""After as many failures pages are as small as they get."""

Said = Callable[[str], None]
Act = Callable[[Node, str, Callable[[], int], Patience, Said], bool]
"""Calls a peer; whether there is more to do. Raises what went wrong."""

_T = TypeVar("_T")


def kept(
    node: Node, party: str, way: Way, act: Callable[[], _T], now: Callable[[], int], chance: Chance
) -> _T:
    """What `act`, a call to the peer that a person asked for, returns or raises; how it went is
    kept. No back-off keeps a person from trying."""
    peer = node.settings.peer(party)
    if peer.url is None:
        return act()
    every = parse_duration(peer.every) if peer.every else 0
    call, tried = node.store.call(party, way), now()
    try:
        found = act()
    except Exception as problem:
        node.store.put_call(_failed(call, problem, tried, now(), chance))
        raise
    node.store.put_call(answered(call, now(), every, chance))
    return found


def heard(node: Node, party: str, now: int) -> None:
    """`party` calls us at `now` (µs UTC): it is back, and no back-off keeps us from it for long."""
    node.store.call_sooner(party, HEARD, at=now)


class Calling:
    """The calls of one worker; `say` is told what came of them. `watch` counts seconds."""

    def __init__(
        self,
        node: Node,
        now: Callable[[], int],
        say: Said,
        chance: Chance,
        watch: Callable[[], float] = time.monotonic,
        turn_s: float = TURN_S,
        duties: Duties | None = None,
    ) -> None:
        self._node, self._now, self._say, self._chance = node, now, say, chance
        self._watch, self._turn_s, self._duties = watch, turn_s, duties
        self._under_way: dict[str, Thread] = {}
        self._stop = Event()

    def round(self) -> None:
        """Begin to call every peer that is due and not being called."""
        for peer in self._node.settings.config.peer:
            running = self._under_way.get(peer.party)
            idle = running is None or not running.is_alive()
            if idle and (self._due(peer) or self._owes(peer)):
                thread = Thread(target=self._call, args=(peer,), name=peer.party, daemon=True)
                self._under_way[peer.party] = thread
                thread.start()

    def end(self, wait_s: float = 0.0) -> None:
        """Begin nothing more; wait a little for what is under way. What is cut off then goes on
        where it was."""
        self._stop.set()
        until = self._watch() + wait_s
        for thread in self._under_way.values():
            thread.join(max(0.0, until - self._watch()))

    def wait(self) -> None:
        """Until all that is under way has come to its end."""
        for thread in list(self._under_way.values()):
            thread.join()

    def _due(self, peer: Peer) -> tuple[Way, ...]:
        if not peer.url or not peer.every:
            return ()
        every = parse_duration(peer.every)
        return tuple(
            way
            for way in ways(peer)
            if is_due(self._node.store.call(peer.party, way), self._now(), every)
        )

    def _owes(self, peer: Peer) -> bool:
        """Whether a duty sends to the peer now: a duty has a deadline, and tries each minute."""
        if self._duties is None or not self._duties.waiting(peer.party, self._now()):
            return False
        call, now = self._node.store.call(peer.party, "push"), self._now()
        return not call.failures or is_due(call, now) or not 0 <= now - call.tried < MINUTE

    def _call(self, peer: Peer) -> None:
        try:
            if self._owes(peer):
                self._once(peer, "push", self._deliver)
            for way in self._due(peer):
                self._once(peer, way)
        except Exception as problem:
            # The store may be closed under us: the process ends, and nothing is lost by it.
            if not self._stop.is_set():
                self._say(f"peer {peer.party}: {_named(problem)}")

    def _deliver(
        self, node: Node, party: str, now: Callable[[], int], patience: Patience, say: Said
    ) -> bool:
        taken = self._duties.deliver(party, now, patience) if self._duties else 0
        if taken:
            say(f"{party}: {taken} sent by duty")
        return False

    def _once(self, peer: Peer, way: Way, duty: Act | None = None) -> None:
        call, tried = self._node.store.call(peer.party, way), self._now()
        end = self._watch() + self._turn_s
        patience = Patience(
            attempts=1,
            answer_s=ANSWER_S,
            page=PAGE >> min(call.failures, HALVED),
            enough=lambda: self._stop.is_set() or self._watch() > end,
            watch=self._watch,
        )
        self._node.store.put_call(msgspec.structs.replace(call, tried=tried))
        act = duty or (_pull if way == "pull" else _push)
        try:
            more = act(self._node, peer.party, self._now, patience, self._say)
        except Exception as problem:
            # Whatever one peer brings about, the others go on, and so does its next turn.
            after = _failed(call, problem, tried, self._now(), self._chance)
            self._node.store.put_call(after)
            if call.problem != after.problem and not self._stop.is_set():
                self._say(f"{_WORDS[way]} {peer.party}: {_named(problem)}")
            return
        every = 0 if more or not peer.every else parse_duration(peer.every)
        after = answered(call, self._now(), every, self._chance)
        if duty is not None and not call.failures:
            after = msgspec.structs.replace(after, due=call.due)  # the usual turn comes as usual
        self._node.store.put_call(after)
        if call.failures:
            self._say(f"{_WORDS[way]} {peer.party}: answers again")


_WORDS: Final[dict[Way, str]] = {"pull": "sync with", "push": "push to"}


def ways(peer: Peer) -> tuple[Way, ...]:
    """Which ways the peer is called of ourselves."""
    if peer.mode == "both":
        return ("pull", "push")
    return (peer.mode,) if peer.mode != "file" else ()


def _pull(node: Node, party: str, now: Callable[[], int], patience: Patience, say: Said) -> bool:
    report = sync(node, party, now, patience)
    if report.stored or report.refused:
        say(f"{party}: {report.stored} received, {report.refused} refused")
    if report.unsigned:
        url = node.settings.peer(party).url or party
        raise PeerError(url, f"a page: {report.unsigned}", f"a key of {party} that counts here")
    return report.more


def _push(node: Node, party: str, now: Callable[[], int], patience: Patience, say: Said) -> bool:
    pushed = push(node, party, now, patience)
    if pushed.objects or pushed.refused:
        say(f"{party}: {pushed.taken} sent, {pushed.refused} refused")
    return pushed.more


def _failed(call: Call, problem: Exception, tried: int, now: int, chance: Chance) -> Call:
    least = int(problem.wait_s * SECOND) if isinstance(problem, PeerError) else 0
    return failed(call, now, _named(problem), chance, least=least, tried=tried)


def _named(problem: Exception) -> str:
    text = str(problem).partition("\n")[0]
    return text if isinstance(problem, NoroshiError) else f"{type(problem).__name__}: {text}"

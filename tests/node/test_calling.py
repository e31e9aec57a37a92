"""Peers are called when they are due; none waits for another, and nothing is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from web import CHEAP

import noroshi.node.calling as calling
from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.backoff import circuit
from noroshi.exchange.credentials import Token, hash_token, new_token
from noroshi.exchange.taxii.client import Patience, PeerError
from noroshi.exchange.taxii.handler import Request, handle
from noroshi.node.calling import Calling, heard, kept
from noroshi.node.node import Node
from noroshi.node.peers import peers
from noroshi.node.push import Pushed
from noroshi.node.serve import service
from noroshi.node.sync import SyncReport
from noroshi.store import Call
from noroshi.words.time import HOUR, MINUTE

PEERS = "".join(
    f'[[peer]]\nparty = "{party}"\nurl = "https://{party.lower()}.example/"\n'
    f'every = "PT10M"\nmode = "{mode}"\n'
    for party, mode in (("EU", "pull"), ("KOR", "both"), ("FRA", "pull"))
)

NOW = 1_780_000_000_000_000


class Clock:
    """Time that stands still unless it is moved."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


Answer = Callable[[Patience], bool]


class World:
    """What peers answer, by party and way; who was called, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.called: list[tuple[str, str]] = []
        self.asked: list[int] = []

    def ask(self, party: str, way: str, patience: Patience) -> bool:
        self.called.append((party, way))
        self.asked.append(patience.page)
        assert patience.attempts == 1
        return self.answers.get(party, lambda _: False)(patience)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()

    def sync(node: Node, party: str, now: object, patience: Patience) -> SyncReport:
        return SyncReport(party, more=made.ask(party, "pull", patience))

    def push(node: Node, party: str, now: object, patience: Patience) -> Pushed:
        return Pushed(party, more=made.ask(party, "push", patience))

    monkeypatch.setattr(calling, "sync", sync)
    monkeypatch.setattr(calling, "push", push)
    return made


def gone(_: Patience) -> bool:
    raise PeerError("https://eu.example/", "nobody", "an answer")


@pytest.fixture
def folder(make: Callable[..., Path]) -> Path:
    return make(more=PEERS)


def once(node: Node, clock: Callable[[], int], said: list[str]) -> Calling:
    made = Calling(node, clock, said.append, lambda: 0.5)
    made.round()
    made.wait()
    return made


def test_a_peer_that_hangs_keeps_nobody_waiting(folder: Path, world: World) -> None:
    held, let = threading.Event(), threading.Event()

    def hang(_: Patience) -> bool:
        held.set()
        let.wait()
        return False

    world.answers["EU"] = hang
    with Node.open(folder) as node:
        made = Calling(node, Clock(), lambda _: None, lambda: 0.5)
        made.round()
        held.wait()
        others = [t for t in made._under_way.values() if t.name != "EU"]
        for thread in others:
            thread.join()
        assert sorted(world.called) == [
            ("EU", "pull"), ("FRA", "pull"), ("KOR", "pull"), ("KOR", "push"),
        ]  # fmt: skip
        made.round()  # who is being called is not called twice
        assert len(world.called) == 4
        let.set()
        made.wait()


def test_a_dead_peer_is_left_alone_and_found_back(folder: Path, world: World) -> None:
    clock, said = Clock(), list[str]()
    world.answers["EU"] = gone
    with Node.open(folder) as node:
        once(node, clock, said)
        call = node.store.call("EU", "pull")
        assert (call.failures, circuit(call, clock())) == (1, "open")
        once(node, clock, said)
        assert world.called.count(("EU", "pull")) == 1
    with Node.open(folder) as node:  # another process: it knows
        once(node, clock, said)
        assert world.called.count(("EU", "pull")) == 1
        clock.at = call.due
        once(node, clock, said)
        call = node.store.call("EU", "pull")
        assert (call.failures, call.since) == (2, node.store.call("EU", "pull").since)
        row = next(each for each in peers(node, clock()) if each.party == "EU")
        (line,) = row.lines
        assert (line.circuit, line.failures, line.problem) == ("open", 2, call.problem)
        clock.at = call.due
        world.answers.clear()
        once(node, clock, said)
        assert node.store.call("EU", "pull").failures == 0
    assert said == [
        "sync with EU: https://eu.example/: found nobody; expected an answer",
        "sync with EU: answers again",
    ]


def test_who_calls_us_is_not_left_alone_for_long(folder: Path, world: World) -> None:
    """A node that was put back gives out nothing until its partners have told it what they hold;
    it calls them from the start, and their back-off must not keep it waiting."""
    clock = Clock()
    world.answers["KOR"] = gone
    with Node.open(folder) as node:
        left_alone = Call("KOR", "pull", 12, NOW - HOUR, NOW, None, NOW + 25 * MINUTE, "gone")
        for way in ("pull", "push"):
            node.store.put_call(msgspec.structs.replace(left_alone, way=way))
        once(node, clock, [])
        count = world.called.count(("KOR", "pull"))
        token = new_token()
        accounts = Accounts([Account("kor", "KOR", (Token(hash_token(token)),))], CHEAP)
        taxii, header = service(node, accounts), {"authorization": f"Bearer {token}"}
        request = Request("GET", "/taxii2/", "", header, b"")
        clock.at += 5 * MINUTE
        assert handle(taxii, request, clock()).status == 200
        assert circuit(node.store.call("KOR", "pull"), clock()) == "half-open"
        once(node, clock, [])
        assert world.called.count(("KOR", "pull")) == count + 1
        # Who reaches us and cannot be reached costs one attempt a minute.
        tried = clock.at
        for _ in range(3):
            clock.at += MINUTE // 4
            assert handle(taxii, request, clock()).status == 200
            once(node, clock, [])
        assert world.called.count(("KOR", "pull")) == count + 1
        clock.at = tried + MINUTE
        world.answers.clear()
        once(node, clock, [])
        assert node.store.call("KOR", "pull").failures == 0


def test_who_asked_to_be_left_alone_is_though_it_calls(folder: Path, world: World) -> None:
    clock = Clock()

    def busy(_: Patience) -> bool:
        raise PeerError("https://kor.example/", "503", "an answer", wait_s=600.0)

    world.answers["KOR"] = busy
    with Node.open(folder) as node:
        once(node, clock, [])
        assert node.store.call("KOR", "pull").due == NOW + 10 * MINUTE
        heard(node, "KOR", NOW + 2 * MINUTE)
        assert node.store.call("KOR", "pull").due == NOW + 10 * MINUTE


def test_one_way_may_fail_and_the_other_not(folder: Path, world: World) -> None:
    def half(_: Patience) -> bool:
        return gone(_) if world.called[-1] == ("KOR", "push") else False

    world.answers["KOR"] = half
    with Node.open(folder) as node:
        once(node, Clock(), [])
        states = [node.store.call("KOR", way).failures for way in ("pull", "push")]
        assert states == [0, 1]


def test_who_is_not_done_in_its_turn_is_gone_on_with_at_once(folder: Path, world: World) -> None:
    clock, ticks = Clock(), iter(range(0, 10_000, 40))
    turns: list[bool] = []

    def slow(patience: Patience) -> bool:
        turns.append(patience.enough())
        return patience.enough()

    world.answers["EU"] = slow
    with Node.open(folder) as node:
        made = Calling(node, clock, lambda _: None, lambda: 0.5, lambda: next(ticks), turn_s=60)
        for _ in range(2):
            made.round()
            made.wait()
        assert world.called.count(("EU", "pull")) == 2
        assert world.called.count(("FRA", "pull")) == 1
        assert node.store.call("EU", "pull").failures == 0


def test_who_does_not_get_through_is_asked_for_less(folder: Path, world: World) -> None:
    clock = Clock()
    world.answers["FRA"] = gone
    with Node.open(folder) as node:
        for _ in range(9):
            clock.at = max(clock.at, node.store.call("FRA", "pull").due)
            world.asked.clear()
            node.store.drop_calls("EU")
            before = len(world.called)
            once(node, clock, [])
            sizes = dict(zip(world.called[before:], world.asked, strict=True))
            failures = node.store.call("FRA", "pull").failures - 1
            assert sizes["FRA", "pull"] == 1000 >> min(failures, 6)
            assert sizes["EU", "pull"] == 1000


def test_a_person_may_always_try_and_it_is_remembered(folder: Path) -> None:
    clock = Clock(NOW)
    with Node.open(folder) as node:
        for _ in range(2):
            with pytest.raises(PeerError):
                kept(node, "EU", "pull", lambda: gone(Patience()), clock, lambda: 0.5)
        assert node.store.call("EU", "pull").failures == 2
        assert kept(node, "EU", "pull", lambda: "done", clock, lambda: 0.5) == "done"
        call = node.store.call("EU", "pull")
        assert (call.failures, call.due - (call.ok or 0)) == (0, 10 * MINUTE * 95 // 100)


def test_a_worker_that_ends_says_nothing_of_what_it_cut_off(folder: Path, world: World) -> None:
    held, let, said = threading.Event(), threading.Event(), list[str]()

    def hang(patience: Patience) -> bool:
        held.set()
        let.wait()
        assert patience.enough()
        return True

    world.answers["EU"] = hang
    with Node.open(folder) as node:
        made = Calling(node, Clock(), said.append, lambda: 0.5)
        made.round()
        held.wait()
        for thread in made._under_way.values():
            if thread.name != "EU":
                thread.join()
        made.end()
    let.set()
    made.wait()
    assert said == []

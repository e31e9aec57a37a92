"""A node that dies at any commit of an exchange goes on where it was: nothing lost, nothing twice.

Death is played in two ways: in this process, at each commit in turn, before it and after it, where
what was not committed is gone as with SIGKILL; and by the failpoints that end a real process.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_duties import DUTY, IDS, feed, law
from web import Web

from noroshi.exchange.taxii.client import Patience, PeerError
from noroshi.node import inbox
from noroshi.node.duties import Duties
from noroshi.node.node import Node, clock
from noroshi.node.push import push
from noroshi.node.recall import recall, recalled
from noroshi.node.sync import sync
from noroshi.respond.tasks import about, listed
from noroshi.store.failpoint import KILLED, VARIABLE
from noroshi.words.time import DAY

AT_A_TIME = Patience(attempts=1, page=1)
"""A page for each object, so that there are many places to die at."""


class Death(BaseException):
    """No handler of errors sees it, as none sees SIGKILL."""


def dying(node: Node, where: str, n: int) -> None:
    """Let the node die at the `n`-th commit."""
    left = itertools.count(1)

    def reach(name: str) -> None:
        if name == where and next(left) == n:
            raise Death

    node.store._database.failpoint = reach  # pyright: ignore


def until_done(web: Web, party: str, where: str, act: Callable[[Node], object]) -> int:
    """Let the party do this, dying at its first commit, then (in a new life) at its second, and so
    on, until it comes to its end; how often it died."""
    for n in itertools.count(1):
        with web.open(party) as node:
            dying(node, where, n)
            try:
                act(node)
            except Death:
                continue
            return n - 1
    raise AssertionError


moments = pytest.mark.parametrize("where", ["before_commit", "after_commit"])


@pytest.fixture
def web(tmp_path: Path) -> Web:
    made = Web(tmp_path, ("JPN", "IND"))
    feed(made, *IDS[:4])
    return made


def held(web: Web, party: str) -> dict[str, str]:
    """The status of each object there; each stands once."""
    with web.open(party) as node:
        cells = [each for each in node.store.cells_since(0, 100) if each.id in IDS]
        assert len({each.id for each in cells}) == len(cells)
        return {each.id: each.status for each in cells}


def account(web: Web, party: str, to: str) -> list[str]:
    """What the ledger says was disclosed, whole and each once."""
    with web.open(party) as node:
        node.store.verify_ledger()
        rows = [str(row.id) for row in node.store.ledger(to)]
        assert len(set(rows)) == len(rows)
        return sorted(each for each in rows if each in IDS)


@moments
def test_a_pull_goes_on_where_it_was(web: Web, where: str) -> None:
    with web.serving("JPN"):
        deaths = until_done(web, "IND", where, lambda node: sync(node, "JPN", clock, AT_A_TIME))
    assert deaths >= 2
    assert held(web, "IND") == dict.fromkeys(IDS[:4], "live")
    assert account(web, "JPN", "IND") == IDS[:4]


@moments
def test_a_push_goes_on_where_it_was(web: Web, where: str) -> None:
    with web.serving("IND"):
        deaths = until_done(web, "JPN", where, lambda node: push(node, "IND", clock, AT_A_TIME))
    assert deaths >= 2
    assert held(web, "IND") == dict.fromkeys(IDS[:4], "live")
    assert account(web, "JPN", "IND") == IDS[:4]


@moments
def test_a_withdrawal_and_its_receipt_come_through(web: Web, where: str) -> None:
    with web.serving("JPN", "IND"):
        with web.open("IND") as india:
            sync(india, "JPN", clock)
        with web.open("JPN") as japan:
            recall(japan, IDS[:2], "wrong", DAY, clock())
        until_done(web, "JPN", where, lambda node: push(node, "IND", clock, AT_A_TIME))
        until_done(web, "IND", where, lambda node: push(node, "JPN", clock, AT_A_TIME))
    gone = dict.fromkeys(IDS[:2], "tombstone")
    assert held(web, "IND") == {**dict.fromkeys(IDS[:4], "live"), **gone}
    with web.open("JPN") as japan:
        states = [step.state for each in recalled(japan, clock()) for step in each.parties]
        assert states == ["confirmed", "confirmed"]


@moments
def test_an_inbox_that_dies_takes_all_or_nothing(
    web: Web, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver dies over a page: the sender hears nothing, and sends it again."""
    left = itertools.count(1)
    holder, name = (inbox, "receive") if where == "before_commit" else (inbox.Inbox, "take")
    whole = getattr(holder, name)

    def dies(*arguments: object) -> object:
        taken = whole(*arguments)
        if next(left) % 2:
            raise RuntimeError("gone")  # the server makes of it an answer that says nothing
        return taken

    monkeypatch.setattr(holder, name, dies)
    failures = 0
    with web.serving("IND"):
        while True:
            with web.open("JPN") as japan:
                try:
                    push(japan, "IND", clock, AT_A_TIME)
                except PeerError:
                    failures += 1
                    continue
                break
    assert failures
    assert held(web, "IND") == dict.fromkeys(IDS[:4], "live")


@moments
def test_a_duty_is_carried_out_once(web: Web, where: str) -> None:
    law(web, "JPN", DUTY)
    feed(web, IDS[4])

    def act(node: Node) -> None:
        duties = Duties(node)
        duties.round(clock())
        if duties.waiting("IND", clock()):
            duties.deliver("IND", clock, Patience(attempts=1))

    with web.serving("IND"):
        assert until_done(web, "JPN", where, act) >= 3
    assert held(web, "IND")[IDS[4]] == "live"
    with web.open("JPN") as japan:
        owed = [each for each in japan.store.every_owed() if each.id == IDS[4]]
        assert [(each.how, each.met is not None) for each in owed] == [("pushed", True)]
        assert listed(japan.store, clock()) == ()


@moments
def test_a_task_is_raised_and_closed_once_with_its_event(web: Web, where: str) -> None:
    def act(node: Node) -> None:
        task = about("test", "one", "to do", "because", now=1, due=2)
        node.store.raise_task(task)
        node.store.close_task(task.id, who="a", did="done", why="it was", at=3)

    until_done(web, "JPN", where, act)
    with web.open("JPN") as japan:
        (task,) = listed(japan.store, 5, every=True)
        assert (task.state, len(task.notes)) == ("closed", 1)
        assert len(japan.store.events(0, 1000, ("task.changed",))) == 2


@pytest.mark.parametrize("failpoint", ["before_commit:2", "after_commit:2"])
def test_a_real_process_that_is_killed_goes_on(web: Web, failpoint: str) -> None:
    command = [sys.executable, "-m", "noroshi", "push", "IND", "--node", str(web.folders["JPN"])]
    with web.serving("IND"):
        killed = subprocess.run(
            command, env={**os.environ, VARIABLE: failpoint}, check=False, capture_output=True
        )
        assert killed.returncode == KILLED
        assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert held(web, "IND") == dict.fromkeys(IDS[:4], "live")
    assert account(web, "JPN", "IND") == IDS[:4]

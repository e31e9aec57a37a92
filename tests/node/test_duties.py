"""Duties: what is owed goes without being asked, in time, and once; what does not is a task."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from web import Web

from noroshi.exchange.taxii.client import Patience, PeerError
from noroshi.node import receive
from noroshi.node.calling import Calling
from noroshi.node.duties import Duties
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.recall import recall
from noroshi.node.sync import sync
from noroshi.respond.tasks import Listed, about, assign, done, listed
from noroshi.words.errors import Refused
from noroshi.words.stix import Head
from noroshi.words.time import DAY, MINUTE

AT = "2026-01-01T00:00:00.000Z"
IDS = [f"malware--00000000-0000-4000-8000-00000000000{n}" for n in range(5)]
DUTY = """
[[duty]]
id = "D1"
basis = "model"
when = { pillars = ["cyber"], kinds = ["malware"], recipients = ["IND"] }
within = "PT10M"
"""
PROHIBIT = '[[prohibit]]\nid = "X1"\nbasis = "model"\nwhen = { kinds = ["malware"] }\n'


def law(web: Web, party: str, more: str, *, drop: str = "") -> None:
    """Make the agreement of the tests say `more`, as that party knows it."""
    file = web.folders[party] / "agreements" / "chain.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(drop, "") + more, "utf-8")
    with web.open(party) as node:
        load_law(node, clock())


def feed(web: Web, *ids: str, tlp: str = "green", modified: str = AT) -> None:
    objects = [
        {
            "type": "malware", "spec_version": "2.1", "id": each, "created": AT,
            "modified": modified, "name": "a sample", "is_family": False,
        }
        for each in ids
    ]  # fmt: skip
    bundle = {"type": "bundle", "id": "bundle" + ids[0][7:], "objects": objects}
    file = web.folders["JPN"] / f"{ids[0]}-{modified[:10]}.json"
    file.write_text(json.dumps(bundle), "utf-8")
    with web.open("JPN") as japan:
        ingest(japan, [file], clock, tlp=tlp)


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Japan owes India what malware it sees, and not France."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    law(made, "JPN", DUTY)
    return made


def held(web: Web, party: str) -> list[str]:
    with web.open(party) as node:
        return sorted(each.id for each in node.store.cells_since(0, 100) if each.id in IDS)


def carried(node: Node, now: Callable[[], int] = clock) -> list[str]:
    """One round of a worker; what it said."""
    said: list[str] = []
    duties = Duties(node)
    duties.round(now())
    calling = Calling(node, now, said.append, lambda: 0.5, duties=duties)
    calling.round()
    calling.wait()
    duties.round(now())
    return said


def tasks(node: Node, now: int | None = None) -> tuple[Listed, ...]:
    return listed(node.store, clock() if now is None else now)


def test_what_is_owed_is_sent_unasked_and_nothing_else(web: Web) -> None:
    feed(web, IDS[0], IDS[1])
    with web.serving("IND", "FRA"):
        with web.open("JPN") as japan:
            assert carried(japan) == ["IND: 2 sent by duty"]
            assert japan.store.owed() == ()
            assert {each.how for each in japan.store.every_owed()} == {"pushed"}
            assert tasks(japan) == ()
            assert carried(japan) == []
        assert held(web, "IND") == IDS[:2]
        assert held(web, "FRA") == []


def test_a_newer_version_is_owed_anew(web: Web) -> None:
    feed(web, IDS[0])
    with web.serving("IND"):
        with web.open("JPN") as japan:
            carried(japan)
        feed(web, IDS[0], modified="2026-02-02T00:00:00.000Z")
        with web.open("JPN") as japan:
            (row,) = japan.store.every_owed()
            assert row.met is not None
            assert carried(japan) == ["IND: 1 sent by duty"]
    with web.open("IND") as india:
        assert india.store.record(IDS[0]) is not None
        assert [e.id for e in india.store.cells_since(0, 9) if e.id in IDS] == [IDS[0]] * 2


def test_a_partner_that_is_gone_is_tried_each_minute_and_then_named(web: Web) -> None:
    with web.serving("IND"):
        pass  # its address is known, and nobody answers there any more
    feed(web, IDS[0])
    with web.open("JPN") as japan:
        now = clock()
        duties = Duties(japan)

        def at(moment: int) -> None:
            duties.round(moment)
            calling = Calling(japan, lambda: moment, lambda _: None, lambda: 0.5, duties=duties)
            calling.round()
            calling.wait()

        at(now)
        call = japan.store.call("IND", "push")
        assert call.failures == 1
        for n in range(1, 9):
            at(now + n * 61_000_000)
        assert japan.store.call("IND", "push").failures == 9  # by back-off alone it were fewer
        assert tasks(japan) == ()
        at(now + 11 * MINUTE)
        (task,) = tasks(japan, now + 11 * MINUTE)
        assert (task.kind, task.state, task.party) == ("duty-late", "overdue", "IND")
        assert "Connection refused" in task.why or "ConnectError" in task.why
    with web.serving("IND"), web.open("JPN") as japan:
        later = now + 13 * MINUTE
        assert carried(japan, lambda: later) == [
            "IND: 1 sent by duty",
            "push to IND: answers again",
        ]
        assert tasks(japan) == ()
        closed = listed(japan.store, later, every=True)
        assert closed[0].notes[-1][1:] == ("", "settled", "IND took it")


def test_who_cannot_be_reached_has_it_when_it_fetched_it(web: Web) -> None:
    feed(web, IDS[0])
    with web.open("JPN") as japan:
        late = clock() + DAY
        Duties(japan).round(late)
        (task,) = tasks(japan, late)
        assert "has not fetched it" in task.why
    with web.serving("JPN"), web.open("IND") as india:
        sync(india, "JPN", clock)
    with web.open("JPN") as japan:
        Duties(japan).round(late)
        assert [each.how for each in japan.store.every_owed()] == ["served"]
        assert tasks(japan) == ()


def test_a_prohibition_is_told_to_the_owner_and_goes_with_it(web: Web) -> None:
    law(web, "JPN", PROHIBIT)
    feed(web, IDS[0])
    with web.serving("IND"):
        with web.open("JPN") as japan:
            assert carried(japan) == []
            (task,) = tasks(japan)
            assert (task.kind, task.state) == ("duty-blocked", "open")
            assert "chain/X1: prohibited" in task.why
        assert held(web, "IND") == []
        with web.open("IND") as india:
            assert tasks(india) == ()
        law(web, "JPN", "", drop=PROHIBIT)
        with web.open("JPN") as japan:
            assert carried(japan) == ["IND: 1 sent by duty"]
            assert tasks(japan) == ()
        assert held(web, "IND") == [IDS[0]]


def test_a_missing_consent_is_named(web: Web) -> None:
    law(web, "JPN", "", drop='[exit]\nkeep = "protect"\n')
    file = web.folders["JPN"] / "agreements" / "chain.toml"
    each = file.read_text("utf-8").replace(
        'max_tlp = "amber"', 'max_tlp = "amber"\napproval = "each"'
    )
    file.write_text(each, "utf-8")
    law(web, "JPN", "")
    feed(web, IDS[0])
    with web.open("JPN") as japan:
        Duties(japan).round(clock())
        (task,) = tasks(japan)
        assert "chain/R1: approval is no consent" in task.why


def test_what_goes_with_more_redacted_than_the_floor_is_said(web: Web) -> None:
    floor = 'floor = { tlp = "green" }\n'
    require = '[[require]]\nid = "Q1"\nbasis = "model"\ntransform = [{ kind = "text" }]\n'
    law(web, "JPN", floor + require)
    feed(web, IDS[0])
    with web.serving("IND"), web.open("JPN") as japan:
        assert carried(japan) == ["IND: 1 sent by duty"]
        (task,) = tasks(japan)
        assert (task.kind, "free text removed" in task.why) == ("duty-short", True)


def test_what_is_marked_above_the_floor_is_not_owed(web: Web) -> None:
    law(web, "JPN", 'floor = { tlp = "green" }\n')
    feed(web, IDS[0], tlp="amber")
    with web.open("JPN") as japan:
        Duties(japan).round(clock())
        assert japan.store.owed() == ()


def test_what_was_taken_back_is_owed_no_more(web: Web) -> None:
    feed(web, IDS[0])
    with web.open("JPN") as japan:
        Duties(japan).round(clock() + DAY)
        assert len(tasks(japan)) == 1
        recall(japan, [IDS[0]], "wrong", DAY, clock())
        Duties(japan).round(clock() + DAY)
        assert [each.how for each in japan.store.every_owed()] == ["withdrawn"]
        assert tasks(japan) == ()


def test_a_duty_that_ends_owes_no_more_and_one_that_comes_reaches_nothing_back(web: Web) -> None:
    feed(web, IDS[0])
    with web.open("JPN") as japan:
        Duties(japan).round(clock())
    law(web, "JPN", "", drop=DUTY)
    with web.open("JPN") as japan:
        Duties(japan).round(clock())
        assert [each.how for each in japan.store.every_owed()] == ["ended"]
    feed(web, IDS[1])
    with web.open("JPN") as japan:
        Duties(japan).round(clock())
    law(web, "JPN", DUTY)
    feed(web, IDS[2])
    with web.open("JPN") as japan:
        Duties(japan).round(clock())
        assert [each.id for each in japan.store.owed()] == [IDS[2]]


def test_what_a_partner_does_not_take_is_known_one_by_one(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = receive._wrong

    def refusing(common: Head, *about: Any) -> str | None:
        return "a test" if common.id == IDS[1] else wrong(common, *about)

    monkeypatch.setattr(receive, "_wrong", refusing)
    feed(web, *IDS[:3])
    with web.serving("IND"), web.open("JPN") as japan:
        duties = Duties(japan)
        duties.round(clock())
        assert duties.deliver("IND", clock) == 2
        assert [each.id for each in japan.store.owed()] == [IDS[1]]
        (task,) = tasks(japan)
        assert (task.kind, task.record) == ("duty-refused", IDS[1])
        duties.round(clock())
        assert not duties.waiting("IND", clock())  # not at once again
        monkeypatch.undo()
        later = clock() + DAY
        duties.round(later)
        assert duties.waiting("IND", later)
        assert duties.deliver("IND", lambda: later) == 1
        assert tasks(japan, later) == ()


def test_tasks_are_assigned_and_done_with_a_reason(web: Web) -> None:
    law(web, "JPN", PROHIBIT)
    feed(web, IDS[0])
    with web.open("JPN") as japan:
        Duties(japan).round(clock())
        (task,) = tasks(japan)
        before = japan.store.events(0, 1000, ("task.changed",))
        assign(japan.store, task.id[:4], "watch officer", who="a", why="", now=clock())
        with pytest.raises(Refused, match="with a reason"):
            done(japan.store, task.id, who="a", why=" ", now=clock())
        done(japan.store, task.id, who="a", why="told by telephone", now=clock())
        with pytest.raises(Refused, match="closed already"):
            done(japan.store, task.id, who="a", why="again", now=clock())
        assert len(japan.store.events(0, 1000, ("task.changed",))) == len(before) + 2
        Duties(japan).round(clock())
        assert tasks(japan) == ()  # what somebody has closed does not come back by itself
        (shown,) = listed(japan.store, clock(), every=True)
        assert [note[1:] for note in shown.notes] == [
            ("a", "assigned to watch officer", ""),
            ("a", "done", "told by telephone"),
        ]


def test_overdue_tasks_come_first(web: Web) -> None:
    with web.open("JPN") as japan:
        for n, due in enumerate((500, 100, 300)):
            japan.store.raise_task(about("test", str(n), f"{due}", "", now=0, due=due))
        assert [each.title for each in listed(japan.store, 200)] == ["100", "300", "500"]
        assert [each.state for each in listed(japan.store, 200)] == ["overdue", "open", "open"]


def test_a_partner_that_lets_us_send_nothing_is_said(web: Web) -> None:
    feed(web, IDS[0])
    file = web.folders["IND"] / "node.toml"
    with web.open("JPN") as japan:
        ours = f'public_key = "{japan.keys.public_hex}"\n'
    file.write_text(file.read_text("utf-8").replace(ours, ""), "utf-8")
    with web.serving("IND"), web.open("JPN") as japan:
        assert "no inbox for us" in carried(japan)[0]
        Duties(japan).round(clock() + DAY)
        (task,) = tasks(japan)
        assert "no inbox for us" in task.why


def test_nothing_is_met_before_it_was_taken(web: Web) -> None:
    with web.serving("IND"):
        pass
    feed(web, IDS[0])
    with web.open("JPN") as japan:
        duties = Duties(japan)
        duties.round(clock())
        with pytest.raises(PeerError):
            duties.deliver("IND", clock, Patience(attempts=1))
        assert [each.met for each in japan.store.every_owed()] == [None]

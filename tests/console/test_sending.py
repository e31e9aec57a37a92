"""Before you send, sending to a real second node, and taking back with its receipt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lookout import LATER, Clock, Looker, english, finding, looker
from web import Web

from noroshi.console import users
from noroshi.console.acts import Acts
from noroshi.desks.registry import desks
from noroshi.exchange.taxii.client import open_client
from noroshi.node import twice
from noroshi.node.findings import settle
from noroshi.node.node import Node, clock
from noroshi.node.push import answer
from noroshi.node.sync import sync
from noroshi.words.finding import Finding
from noroshi.words.label import Tlp
from noroshi.words.time import HOUR


def test_a_preview_says_what_goes_what_not_and_why(browser: Looker, found: list[Finding]) -> None:
    browser.enter("analyst")
    chosen = [found[0].id, found[1].id, found[4].id]
    rows = browser.tell("preview", {"ids": chosen, "party": "EU"})
    assert [each["verdict"] for each in rows] == ["partial", "released", "withheld"]
    part, _, kept = rows
    assert part["told"]["place"] != part["whole"]["place"]
    assert "port" not in part["told"]["measures"]
    assert english(part["transforms"]) == "position to 10 km\n  source to its class"
    assert [each["ja"] for each in part["lost"]] == ["港"]
    assert kept.get("told") is None
    assert "amber+strict" in english(kept["reason"])
    assert "amber+strict" in english(kept["why"])
    assert "amber+strict" not in english(kept["hears"])


@pytest.mark.parametrize(
    ("ids", "party", "status"),
    [([], "EU", 409), (["event--none"], "EU", 409), (["x"] * 2, "EU", 409), (["x"], "JPN", 409),
     (["x"], "ZZZ", 404), ([str(n) for n in range(201)], "EU", 409)],
)  # fmt: skip
def test_a_wrong_choice_is_refused(
    browser: Looker, ids: list[str], party: str, status: int
) -> None:
    browser.enter("releaser")
    for path in ("preview", "send"):
        browser.tell(path, {"ids": ids, "party": party}, status)


def test_what_no_clause_gives_cannot_be_sent(browser: Looker, found: list[Finding]) -> None:
    browser.enter("releaser")
    told = browser.tell("send", {"ids": [found[4].id], "party": "EU"}, 409)
    assert told["error"] == "no clause gives EU any of these"


def test_a_party_without_a_node_gets_nothing(browser: Looker, found: list[Finding]) -> None:
    browser.enter("releaser")
    told = browser.tell("send", {"ids": [found[0].id], "party": "EU"}, 409)
    assert "no node that we know" in told["error"]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """Japan and India; Japan found two things that India may have."""
    made = Web(tmp_path, ("JPN", "IND"))
    with made.open("JPN") as japan:
        planted = [finding(n, "stop", Tlp.GREEN) for n in range(2)]
        with japan.store.write():
            settle(japan, desks()["sea"], "0" * 64, planted, clock())
        users.put(japan.settings, "releaser", "releaser", "a password of the tests", clock())
    with made.serving("JPN", "IND"):
        yield made


def held(node: Node) -> set[str]:
    return {each.id for each in node.store.findings()}


@pytest.mark.slow
def test_sent_taken_and_taken_back(web: Web) -> None:
    one, other = finding(0, "stop", Tlp.GREEN).id, finding(1, "stop", Tlp.GREEN).id
    with web.open("JPN") as japan, web.open("IND") as india:
        browser = looker(japan, Clock(clock())).enter("releaser")
        sent = browser.tell("send", {"ids": [one], "party": "IND"})
        assert (sent["state"], sent["refused"]) == ("taken", 0)
        assert held(india) == {one}
        assert {row["party"] for row in sent["ledger"]} == {"IND"}
        assert one in {row["id"] for row in sent["ledger"]}
        assert other not in {row.id for row in japan.store.ledger("IND")}

        told = browser.tell("recall", {"ids": [one], "why": "the clock was off"})
        assert told["taken"] == [one]
        (waiting,) = told["recalls"][0]["parties"]
        assert (waiting["party"], waiting["state"]) == ("IND", "waiting")
        sync(india, "JPN", clock)
        assert one not in held(india)
        with open_client() as http:
            answer(india, "JPN", http, clock())
        (recall,) = browser.ask("recalls")
        assert [each["state"] for each in recall["parties"]] == ["confirmed"]
        did = [each.what for each in Acts(japan.settings).latest()]
        assert did == ["recall", "release", "sign_in"]


TWO = """
[console]
two_person = "amber"
[[peer]]
party = "EU"
account = "eu"
"""


@pytest.fixture
def pair(folder: Path, clock: Clock) -> Iterator[tuple[Looker, Looker, Node]]:
    """Two people at one node that asks for two from amber on: a releaser and an administrator."""
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(TWO)
    with Node.open(folder) as node:
        one = looker(node, clock)
        other = Looker(one.app, base_url=str(one.base_url), follow_redirects=False)
        yield one.enter("releaser"), other.enter("administrator"), node


GREEN = 5
"""Findings of `planted` below amber that the EU may have, the hostile one among them."""


def seen_by_the_union(node: Node) -> int:
    """How many findings a TAXII client of the EU, or a push to it, gets now."""
    page = node.views().page("EU", LATER + HOUR, disclose=False)
    return sum(each.otype == "event" for each in page.entries)


def test_below_the_level_one_person_suffices(
    pair: tuple[Looker, Looker, Node], found: list[Finding]
) -> None:
    one, _, _ = pair
    assert one.tell("send", {"ids": [found[0].id], "party": "EU"})["state"] == "waiting"
    assert one.ask("wishes") == []


def test_from_the_level_on_another_person_has_to_agree(
    pair: tuple[Looker, Looker, Node], found: list[Finding]
) -> None:
    one, other, node = pair
    body = {"ids": [found[0].id, found[2].id], "party": "EU"}
    assert one.tell("send", body)["state"] == "asked"
    (wish,) = other.ask("wishes")
    assert (wish["who"], wish["ids"]) == ("releaser", body["ids"])
    waits = [each["waits"] for each in one.tell("preview", body) if each.get("waits")]
    assert waits == [True]
    assert found[2].id in one.ask("held", party="EU")["ids"]
    assert found[2].id not in {each["id"] for each in one.ask("picture", **{"as": "EU"})["marks"]}
    told = one.ask("finding", id=found[2].id, **{"as": "EU"})
    assert "second person" in english(told["why"])
    assert seen_by_the_union(node) == GREEN
    told = one.tell("wishes", {"id": wish["id"], "agree": True}, 409)
    assert "somebody else" in told["error"]
    assert other.tell("wishes", {"id": wish["id"], "agree": True})["state"] == "waiting"
    other.tell("wishes", {"id": wish["id"], "agree": True}, 409)
    assert seen_by_the_union(node) == GREEN + 1
    assert found[2].id not in one.ask("held", party="EU")["ids"]
    assert found[2].id in {each["id"] for each in one.ask("picture", **{"as": "EU"})["marks"]}
    (kept,) = node.store.confirmations(found[2].id)
    assert (kept.party, kept.asked, kept.agreed) == ("EU", "releaser", "administrator")
    did = [(each.who, each.what) for each in Acts(node.settings).latest()]
    assert did[:2] == [("administrator", "release"), ("releaser", "ask")]


def test_what_is_withheld_asks_nobody(
    pair: tuple[Looker, Looker, Node], found: list[Finding]
) -> None:
    one, _, _ = pair
    assert one.tell("send", {"ids": [found[4].id], "party": "EU"}, 409)["error"]


def test_who_agrees_agrees_to_what_was_asked(
    pair: tuple[Looker, Looker, Node], found: list[Finding], clock: Clock
) -> None:
    one, other, node = pair
    one.tell("send", {"ids": [found[2].id, found[3].id], "party": "EU"})
    (wish,) = other.ask("wishes")
    node.store.withdraw(found[2].id, at=clock())
    told = other.tell("wishes", {"id": wish["id"], "agree": True}, 409)
    assert told["error"]
    assert other.ask("wishes") == []


@pytest.mark.parametrize("late", [False, True])
def test_a_wish_is_refused_or_ends_after_a_day(
    pair: tuple[Looker, Looker, Node], found: list[Finding], clock: Clock, late: bool
) -> None:
    one, other, _ = pair
    one.tell("send", {"ids": [found[2].id], "party": "EU"})
    (wish,) = other.ask("wishes")
    if late:
        clock.at += twice.LASTS
        one.enter("releaser"), other.enter("administrator")
        assert other.ask("wishes") == []
        other.tell("wishes", {"id": wish["id"], "agree": True}, 409)
    else:
        assert other.tell("wishes", {"id": wish["id"], "agree": False})["state"] == "refused"
        assert one.ask("wishes") == []


def test_a_recall_needs_a_reason(browser: Looker, found: list[Finding]) -> None:
    browser.enter("releaser")
    body = {"ids": [found[0].id], "why": "  "}
    assert "needs a reason" in browser.tell("recall", body, 409)["error"]
    browser.tell("recall", {"ids": [found[0].id], "why": "x", "within": "soon"}, 400)
    browser.tell("recall", {"ids": [found[0].id], "why": "x", "within": "P9999D"}, 400)

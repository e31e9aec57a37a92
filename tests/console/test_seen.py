"""The picture as somebody sees it: the same as what goes out, and nothing of what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lookout import HOSTILE, Clock, Looker, english, planted

from noroshi.console.detail import detail
from noroshi.console.seen import decided, seen
from noroshi.exchange.served import Match
from noroshi.node.node import Node
from noroshi.node.recall import recall
from noroshi.node.why import why
from noroshi.pact.explain import text
from noroshi.words.finding import Finding
from noroshi.words.stix import FindingBody, body_of
from noroshi.words.time import DAY

PARTIES = ("EU", "FRA", "AUS", "USA", "KOR")


def shown(body: FindingBody) -> Any:
    return body.kind, body.span, body.place, body.subjects, body.assets, body.measures, body.sources


@pytest.mark.parametrize("party", PARTIES)
def test_a_party_s_picture_is_what_its_view_serves(folder: Path, clock: Clock, party: str) -> None:
    """The oracle is the exchange's own journal, which knows nothing of the console."""
    with Node.open(folder) as node:
        now = clock()
        rows = node.store.findings()
        told = decided(node, rows, party, now=now, at=None, known=None)
        ours = sorted(repr(shown(one.body)) for one in told if one.release.permitted)
        page = node.views().page(party, now, match=Match(type=("event",)), disclose=False)
        bodies = [body_of(each.body) for each in page.entries]
        theirs = sorted(repr(shown(each)) for each in bodies if each is not None)
    assert ours == theirs


@pytest.mark.parametrize("party", PARTIES)
def test_every_decision_is_that_of_why(folder: Path, clock: Clock, party: str) -> None:
    with Node.open(folder) as node:
        now = clock()
        for one in decided(node, node.store.findings(), party, now=now, at=None, known=None):
            asked = why(node, one.row.id, party, now=now)
            assert one.release == asked.release
            assert text(detail(node, one.row.id, party, now=now).why) == asked.text


@pytest.mark.parametrize("known", [None, 0])
def test_text_and_decision_are_of_one_law(folder: Path, clock: Clock, known: int | None) -> None:
    """Also by what was law before the node was there, and by what it knew then."""
    with Node.open(folder) as node:
        now, name = clock(), node.store.findings()[0].id
        asked = why(node, name, "EU", now=now, at=now - 365 * DAY, known=known)
        told = detail(node, name, "EU", now=now, at=now - 365 * DAY, known=known)
    assert text(told.why) == asked.text


def test_a_withdrawn_finding_is_told_as_withheld(tmp_path: Path, clock: Clock) -> None:
    found = planted(tmp_path / "jpn", clock)
    with Node.open(tmp_path / "jpn") as node:
        node.store.withdraw(found[0].id, at=clock())
        told = detail(node, found[0].id, "EU", now=clock())
    assert (told.verdict, told.body) == ("withheld", None)
    assert text(told.why).startswith("Withheld from EU")


def test_labels_decide_who_sees_what(browser: Looker, found: list[Finding]) -> None:
    own = browser.enter("viewer").ask("picture")
    assert [own["party"], len(own["marks"]), own["withheld"]] == ["JPN", len(found), 0]
    union = browser.ask("picture", **{"as": "EU"})
    seen_by = {each["id"]: each.get("verdict", "released") for each in union["marks"]}
    for each in found:
        tlp = each.evidence[0].label.strands[0].tlp.value
        if tlp in ("amber+strict", "red"):
            assert each.id not in seen_by
        else:
            whole = each.kind == "port_visit" and tlp == "green"
            assert seen_by[each.id] == ("released" if whole else "partial")
    assert union["withheld"] == len(found) - len(seen_by)


def test_what_is_withheld_is_nowhere_in_the_answer(browser: Looker, found: list[Finding]) -> None:
    browser.enter("viewer")
    text = browser.get("/console/api/picture", params={"as": "EU"}).text
    for each in found:
        if each.evidence[0].label.strands[0].tlp.value in ("amber+strict", "red"):
            assert each.id not in text
            assert each.subjects[0] not in text
        elif each.kind == "stop":
            assert repr(each.place.lon) not in text if each.place else True
    one = next(e for e in found if e.evidence[0].label.strands[0].tlp.value == "red")
    told = browser.get("/console/api/finding", params={"id": one.id, "as": "EU"}).text
    assert one.subjects[0] not in told
    assert "Yokohama" not in told


def test_before_the_pact_nobody_sees_anything(browser: Looker) -> None:
    browser.enter("viewer")
    assert browser.ask("picture", **{"as": "EU", "at": "2024-10-31"})["marks"] == []
    assert len(browser.ask("picture", **{"as": "EU", "at": "2024-11-02"})["marks"]) == 9


def test_what_was_taken_back_is_in_no_picture(
    folder: Path, clock: Clock, found: list[Finding]
) -> None:
    with Node.open(folder) as node:
        recall(node, [found[0].id], "wrong", DAY, clock())
        for party in (None, "EU"):
            marks = seen(node, party, now=clock()).marks
            assert found[0].id not in {each.id for each in marks}


def test_a_finding_opens_with_all_that_the_owner_knows(
    browser: Looker, found: list[Finding]
) -> None:
    own = browser.enter("viewer").ask("finding", id=found[0].id)
    assert own["verdict"] == "released"
    assert "Yokohama" in own["text_en"]
    assert "停止" in own["text_ja"]
    assert own["strands"] == [{"originator": "JPN", "tlp": "green"}]
    assert english(own["audience"]["EU"]) == "position to 10 km\n  source to its class"
    (port,) = (each for each in own["measures"] if each["name"] == "port")
    assert (port["called"], port["unit"]["ja"]) == ({"en": "port", "ja": "港"}, "")
    (hours,) = (each for each in own["measures"] if each["name"] == "duration_h")
    assert (hours["called"]["ja"], hours["value"]["ja"]) == ("継続時間", "1.0")
    assert found[0].id in own["raw"]
    told = browser.ask("finding", id=found[0].id, **{"as": "EU"})
    assert told["verdict"] == "partial"
    assert told["clauses"] == ["eu-jpn-sdp/R1"]
    assert "eu-jpn-sdp/R1" in english(told["why"])
    assert told["body"]["place"] != own["body"]["place"]
    assert told["raw"] == ""
    assert told["audience"] == {}


def test_hostile_text_goes_as_text(browser: Looker, found: list[Finding]) -> None:
    browser.enter("viewer")
    answer = browser.get("/console/api/finding", params={"id": found[-1].id})
    assert answer.headers["content-type"] == "application/json"
    assert f"mmsi:{HOSTILE}" in answer.json()["body"]["subjects"]


@pytest.mark.parametrize(
    ("query", "status"),
    [({"as": "ZZZ"}, 404), ({"at": "yesterday"}, 400), ({"at": "9" * 400}, 400)],
)
def test_a_bad_question_is_named(browser: Looker, query: dict[str, str], status: int) -> None:
    answer = browser.enter("viewer").get("/console/api/picture", params=query)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize("name", ["event--nothing", "x' OR 1=1", "", "%"])
def test_no_such_finding(browser: Looker, name: str) -> None:
    answer = browser.enter("viewer").get("/console/api/finding", params={"id": name})
    assert answer.status_code in (400, 409)


@pytest.mark.parametrize("party", [None, "EU"])
@pytest.mark.parametrize("first", [1, 5, 12, 13, 14])
def test_the_beginning_is_that_of_the_whole(
    folder: Path, clock: Clock, party: str | None, first: int
) -> None:
    with Node.open(folder) as node:
        now = clock()
        whole = seen(node, party, now=now)
        some = seen(node, party, now=now, first=first)
        rows = [each.id for each in node.store.findings()]
    assert not whole.more
    assert some.more == (first < len(rows))
    assert some.marks == tuple(each for each in whole.marks if each.id in rows[:first])
    assert some.withheld == min(first, len(rows)) - len(some.marks)


@pytest.mark.parametrize("first", ["0", "-1", "x", "5001", "1" * 5_000, "١"])
def test_a_beginning_of_no_number_is_refused(browser: Looker, first: str) -> None:
    browser.enter("viewer")
    answer = browser.get("/console/api/picture", params={"first": first})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("first: ")

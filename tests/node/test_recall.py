"""Taking back: along the way the data took, three nodes and two hops, with everybody's word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from web import Web

from noroshi.exchange import receipt
from noroshi.exchange.taxii.client import open_client
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import clock
from noroshi.node.push import answer, push
from noroshi.node.recall import Query, chosen, holders, lift, recall, recalled
from noroshi.node.sync import sync
from noroshi.words.errors import Refused
from noroshi.words.time import DAY

AT = "2026-01-01T00:00:00.000Z"
ONE, TWO = (f"malware--00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
WEEK = 7 * DAY


def bundle(*ids: str, name: str = "a sample") -> bytes:
    objects = [
        {"type": "malware", "spec_version": "2.1", "id": each, "created": AT, "modified": AT,
         "name": name, "is_family": False}
        for each in ids
    ]  # fmt: skip
    return json.dumps({"type": "bundle", "id": "bundle" + ONE[7:], "objects": objects}).encode()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """Japan has two objects, which India and France may have; France by way of India."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    file = tmp_path / "feed.json"
    file.write_bytes(bundle(ONE, TWO))
    with made.open("JPN") as japan:
        ingest(japan, [file], clock, tlp="green")
    with made.serving("JPN", "IND"):
        yield made


def state(web: Web, party: str) -> dict[str, str]:
    with web.open(party) as node:
        cells = node.store.cells_since(0, 100)
    return {each.id: each.status for each in cells if each.id in (ONE, TWO)}


def pull(web: Web, party: str, giver: str) -> int:
    with web.open(party) as node:
        report = sync(node, giver, clock)
        assert report.refused == 0, report.reasons
        return report.told


def report(web: Web, now: int = 0) -> dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]]:
    """For each record taken back: party, state, and the parties beyond with theirs."""
    with web.open("JPN") as japan:
        rows = recalled(japan, now or clock())
    return {
        row.id: tuple(
            (step.party, step.state, tuple(f"{b.party} {b.state}" for b in step.onward))
            for step in row.parties
        )
        for row in rows
    }


def test_a_recall_follows_the_data_and_comes_back_confirmed(web: Web) -> None:
    pull(web, "IND", "JPN")
    pull(web, "FRA", "IND")
    assert state(web, "FRA") == {ONE: "live", TWO: "live"}
    with web.open("JPN") as japan:
        assert holders(japan, (ONE, TWO)) == {"IND": 2}
        assert recall(japan, (ONE,), "the sample was ours", WEEK, clock()) == (ONE,)
    assert state(web, "JPN") == {ONE: "tombstone", TWO: "live"}
    assert report(web) == {ONE: (("IND", "waiting", ()),)}
    assert pull(web, "IND", "JPN") == 1
    assert state(web, "IND") == {ONE: "tombstone", TWO: "live"}
    assert report(web) == {ONE: (("IND", "confirmed", ("FRA waiting",)),)}
    assert pull(web, "FRA", "IND") == 1
    assert state(web, "FRA") == {ONE: "tombstone", TWO: "live"}
    assert pull(web, "IND", "JPN") == 1
    assert report(web) == {ONE: (("IND", "confirmed", ("FRA confirmed",)),)}
    assert pull(web, "IND", "JPN") == pull(web, "FRA", "IND") == 0


def test_who_was_never_served_is_not_told(web: Web) -> None:
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", WEEK, clock())
    pull(web, "IND", "JPN")
    assert state(web, "IND") == {TWO: "live"}
    assert report(web) == {ONE: ()}


def test_a_recall_says_who_is_late(web: Web) -> None:
    pull(web, "IND", "JPN")
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", 1, clock())
        assert [row.overdue for row in recalled(japan, clock())] == [("IND",)]
        assert [row.overdue for row in recalled(japan, 0)] == [()]


def test_another_s_record_is_not_ours_to_take_back(web: Web) -> None:
    pull(web, "IND", "JPN")
    with web.open("IND") as india:
        with pytest.raises(Refused, match="only its originator"):
            recall(india, (ONE,), "we do not like it", WEEK, clock())
        with pytest.raises(Refused, match="no record"):
            recall(india, ("malware--9",), "a test", WEEK, clock())
    with web.open("JPN") as japan:
        with pytest.raises(Refused, match="needs a reason"):
            recall(japan, (ONE,), " ", WEEK, clock())
        with pytest.raises(Refused, match="no record"):
            recall(japan, (ONE, "malware--9"), "all or none", WEEK, clock())
    assert state(web, "JPN") == {ONE: "live", TWO: "live"}


def test_reading_again_does_not_bring_it_back(web: Web, tmp_path: Path) -> None:
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", WEEK, clock())
        again = tmp_path / "again.json"
        again.write_bytes(bundle(TWO, ONE))
        ingest(japan, [again], clock, tlp="green")
        assert recall(japan, (ONE,), "once more", WEEK, clock()) == ()
    assert state(web, "JPN") == {ONE: "tombstone", TWO: "live"}


def test_a_recall_that_was_lifted_gives_it_again(web: Web) -> None:
    pull(web, "IND", "JPN")
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a mistake", WEEK, clock())
    pull(web, "IND", "JPN")
    with web.open("JPN") as japan:
        assert lift(japan, (ONE, TWO), clock()) == (ONE,)
        assert lift(japan, (ONE,), clock()) == ()
        (row,) = recalled(japan, clock() + 2 * WEEK)
        assert row.lifted is not None
        assert row.overdue == ()
    pull(web, "IND", "JPN")
    assert state(web, "IND") == {ONE: "live", TWO: "live"}


def test_what_is_given_directly_as_well_stays(web: Web) -> None:
    """India may have it no more, and with that ends what it gave; what Japan gave France stays."""
    pull(web, "IND", "JPN")
    pull(web, "FRA", "IND")
    pull(web, "FRA", "JPN")
    with web.open("FRA") as france:
        assert [each.party for each in france.store.holdings(ONE)] == ["IND", "JPN"]
    with web.open("JPN") as japan:
        law = japan.settings.folder / "agreements" / "chain.toml"
        law.write_text(law.read_text("utf-8").replace('"IND", ', ""), "utf-8")
        assert load_law(japan, clock()).changed
    pull(web, "IND", "JPN")
    assert state(web, "IND") == {ONE: "tombstone", TWO: "tombstone"}
    pull(web, "FRA", "IND")
    assert state(web, "FRA") == {ONE: "live", TWO: "live"}
    with web.open("FRA") as france:
        assert [each.party for each in france.store.holdings(ONE)] == ["JPN"]
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", WEEK, clock())
    pull(web, "FRA", "JPN")
    assert state(web, "FRA") == {ONE: "tombstone", TWO: "live"}


def test_words_do_not_go_round_with_the_data(web: Web) -> None:
    """India and France give one another what both have; neither is told what it said itself."""
    with web.serving("FRA"):
        for party, giver in (("IND", "JPN"), ("FRA", "JPN"), ("FRA", "IND"), ("IND", "FRA")):
            pull(web, party, giver)
        with web.open("JPN") as japan:
            recall(japan, (ONE,), "a test", WEEK, clock())
        for _ in range(4):
            for party, giver in (("IND", "JPN"), ("FRA", "JPN"), ("FRA", "IND"), ("IND", "FRA")):
                pull(web, party, giver)
        assert report(web)[ONE] == (("FRA", "confirmed", ()), ("IND", "confirmed", ()))
        assert [pull(web, *each) for each in (("IND", "JPN"), ("FRA", "IND"), ("IND", "FRA"))] == [
            0, 0, 0,
        ]  # fmt: skip


def test_a_receipt_is_believed_of_who_was_told_and_of_nobody_else(web: Web) -> None:
    pull(web, "IND", "JPN")
    pull(web, "FRA", "JPN")
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", WEEK, clock())
    pull(web, "IND", "JPN")
    assert report(web)[ONE] == (("FRA", "waiting", ()), ("IND", "confirmed", ()))
    with web.open("JPN") as japan:
        (where,) = (each for each in japan.store.whereabouts(ONE) if each.party == "IND")
        stone = where.stones[0].id
        forged = receipt.receipt(receipt.Receipt(stone, "FRA", clock(), clock()))
        assert receipt.read(forged, "IND") is None
    with web.open("FRA") as france, open_client() as http:
        france.store.put_withdrawal(stone, "JPN", ONE, at=clock())
        answer(france, "JPN", http, clock())
    assert report(web)[ONE] == (("FRA", "waiting", ()), ("IND", "confirmed", ()))


def test_what_is_pushed_is_what_would_be_pulled(web: Web) -> None:
    with web.open("JPN") as japan:
        sent = push(japan, "IND", clock)
        assert (sent.taken, sent.refused) == (sent.objects, 0)
        assert push(japan, "IND", clock).objects == 0
    assert state(web, "IND") == {ONE: "live", TWO: "live"}
    assert pull(web, "IND", "JPN") == 0
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", WEEK, clock())
        push(japan, "IND", clock)
    assert state(web, "IND") == {ONE: "tombstone", TWO: "live"}
    with web.open("IND") as india:
        assert push(india, "JPN", clock).receipts == 1
    assert report(web)[ONE] == (("IND", "confirmed", ()),)


def test_a_query_names_what_is_meant(web: Web) -> None:
    with web.open("JPN") as japan:
        assert chosen(japan, Query((ONE[:-1] + "1",))) == (ONE,)
        with pytest.raises(Refused, match="nothing is named"):
            chosen(japan, Query())
        with pytest.raises(Refused, match="no record"):
            chosen(japan, Query(("malware--9",)))
        assert chosen(japan, Query(kind="stop")) == ()

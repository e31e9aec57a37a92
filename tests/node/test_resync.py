"""What a node that was put back learns from its partners of what it gave after the backup."""

from __future__ import annotations

from pathlib import Path

import pytest
from relaying import given, sent
from restored import FIVE, FOUR, ONE, THREE, TWO, live, pull, read, saved, take_back
from web import Web

from noroshi.exchange.receipt import read as read_receipt
from noroshi.node.backup import backup, restore
from noroshi.node.elsewhere import elsewhere
from noroshi.node.law import load_law
from noroshi.node.node import clock
from noroshi.node.push import due_receipts, letter, push
from noroshi.node.recall import Query, chosen, lift, recall, recalled
from noroshi.node.resync import answer, let_go, told
from noroshi.store import Forgotten
from noroshi.words.errors import Refused
from noroshi.words.time import DAY


@pytest.fixture
def web(tmp_path: Path) -> Web:
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    read(made, "JPN", ONE, TWO)
    return made


def test_what_was_given_after_the_backup_is_taken_back_from_who_has_it(web: Web) -> None:
    """One is read again, and taken back before the partner could say that it has it; another is
    read again later, under a marking that keeps it from the partner."""
    file = saved(web)
    read(web, "JPN", THREE, FOUR)
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
    assert live(web, "IND") == {ONE, TWO, THREE, FOUR}
    restore(file, web.folders["JPN"], clock(), replace=True)
    read(web, "JPN", THREE)
    take_back(web, THREE)
    with web.open("JPN") as japan:
        let_go(japan, "FRA", "it never was served", clock())
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
        read(web, "JPN", FOUR, tlp="red")
        pull(web, "IND", "JPN")
    assert live(web, "IND") == {ONE, TWO}
    with web.open("JPN") as japan:
        (told,) = recalled(japan, clock())
        assert (told.id, [(each.party, each.state) for each in told.parties]) == (
            THREE,
            [("IND", "confirmed")],
        )


def test_who_said_before_the_backup_that_it_is_gone_is_listed_and_all_beyond(web: Web) -> None:
    """Given and withdrawn after the backup, along two hops, by a law that is void again; then taken
    back: the store knows of none of it but by its partner's word."""
    law = web.folders["JPN"] / "agreements" / "chain.toml"
    text = law.read_text("utf-8")
    file = saved(web)
    with web.serving("JPN", "IND"):
        pull(web, "IND", "JPN")
        pull(web, "FRA", "IND")
        with web.open("JPN") as japan:
            law.write_text(text.replace('"IND", ', ""), "utf-8")
            assert load_law(japan, clock()).changed
        for party, giver in (("IND", "JPN"), ("FRA", "IND"), ("IND", "JPN")):
            pull(web, party, giver)
        assert live(web, "IND") == live(web, "FRA") == set()
    restore(file, web.folders["JPN"], clock(), replace=True)
    law.write_text(text, "utf-8")
    take_back(web, ONE)
    with web.open("JPN") as japan:
        let_go(japan, "FRA", "it has it from India", clock())
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
    with web.open("JPN") as japan:
        (told,) = recalled(japan, clock())
    assert [(each.party, each.state) for each in told.parties] == [("IND", "confirmed")]
    assert [(each.party, each.state) for each in told.parties[0].onward] == [("FRA", "confirmed")]


def test_what_only_a_partner_has_is_taken_back_by_its_id(web: Web) -> None:
    """Made after the backup and in no source any more: the ledger knows it by the partner's word.
    Read again after all it is held back until that is lifted; lifted first, it is new."""
    file = saved(web)
    read(web, "JPN", THREE, FOUR)
    given(web, "JPN", "IND")
    restore(file, web.folders["JPN"], clock(), replace=True)
    with web.open("JPN") as japan, web.open("IND") as india:
        let_go(japan, "FRA", "it never was served", clock())
        assert elsewhere(japan) == {}
        for part in answer(india, "JPN", japan.store.life().n, clock()):
            assert told(japan, part, clock()) is None
        assert elsewhere(japan) == {THREE: ("IND",), FOUR: ("IND",)}
        assert chosen(japan, Query((THREE[9:],))) == (THREE,)
        with pytest.raises(Refused, match="no record"):
            recall(japan, (FIVE,), "a test", DAY, clock())
        recall(japan, (THREE, FOUR), "a test", DAY, clock())
    assert given(web, "JPN", "IND").withdrawn == 2
    assert live(web, "IND") == {ONE, TWO}
    with web.open("JPN") as japan:
        for each in recalled(japan, clock()):
            assert [(step.party, step.state) for step in each.parties] == [("IND", "served")]
        assert elsewhere(japan) == {}
        assert lift(japan, (FOUR,), clock()) == (FOUR,)
        assert FOUR not in live(web, "JPN")
    read(web, "JPN", THREE, FOUR)
    given(web, "JPN", "IND")
    assert live(web, "IND") == {ONE, TWO, FOUR}
    with web.open("JPN") as japan:
        assert lift(japan, (THREE,), clock()) == (THREE,)
    given(web, "JPN", "IND")
    assert live(web, "IND") == {ONE, TWO, THREE, FOUR}


@pytest.mark.parametrize("first", ["the withdrawal", "the word of who has it"])
def test_a_relay_that_forgot_a_gift_takes_it_back_as_its_giver_does(web: Web, first: str) -> None:
    """India was put back to before it got what it passed on; Japan takes it back meanwhile."""
    file = web.folders["IND"].parent / "ind.backup"
    with web.open("IND") as india:
        backup(india, file, clock())
    given(web, "JPN", "IND")
    given(web, "IND", "FRA")
    take_back(web, ONE)
    restore(file, web.folders["IND"], clock(), replace=True)
    if first == "the withdrawal":
        given(web, "JPN", "IND")
    with web.open("IND") as india, web.open("FRA") as france:
        let_go(india, "JPN", "it has nothing from us", clock())
        for part in answer(france, "IND", india.store.life().n, clock()):
            assert told(india, part, clock()) is None
        assert set(elsewhere(india)) == (set() if first == "the withdrawal" else {ONE, TWO})
    given(web, "JPN", "IND")
    assert given(web, "IND", "FRA").withdrawn == 1
    assert live(web, "FRA") == {TWO}
    with web.open("IND") as india:
        (stone,) = india.store.withdrawals("JPN")
        (said, _), *_ = due_receipts(india, "JPN", clock())
    receipt = read_receipt(said, "IND")
    assert receipt is not None
    assert (receipt.stone, [each.party for each in receipt.onward]) == (stone.stone, ["FRA"])


def test_what_was_withdrawn_from_a_partner_that_was_put_back_as_well_is_again(web: Web) -> None:
    """India withdrew it, and knows so by the word of France alone, which has it again."""
    file = web.folders["IND"].parent / "ind.backup"
    with web.open("IND") as india:
        backup(india, file, clock())
    given(web, "JPN", "IND")
    given(web, "IND", "FRA")
    restore(file, web.folders["IND"], clock(), replace=True)
    with web.open("IND") as india, web.open("FRA") as france:
        india.store.forget(Forgotten("tombstone--" + ONE[9:], "FRA", ONE, clock()))
        let_go(india, "JPN", "it has nothing from us", clock())
        for part in answer(france, "IND", india.store.life().n, clock()):
            assert told(india, part, clock()) is None
        assert elsewhere(india) == {TWO: ("FRA",)}
    assert given(web, "IND", "FRA").withdrawn == 1
    assert live(web, "FRA") == {TWO}


@pytest.mark.parametrize("has", ["it", "it no more"])
def test_who_turns_out_to_have_had_it_is_named_to_who_took_it_back(web: Web, has: str) -> None:
    """India forgot that it gave France what it got before the backup. It says that nobody had it
    from it, and then hears from France."""
    file = web.folders["IND"].parent / "ind.backup"
    given(web, "JPN", "IND")
    with web.open("IND") as india:
        backup(india, file, clock())
    given(web, "IND", "FRA")
    take_back(web, ONE)
    if has == "it no more":
        given(web, "JPN", "IND")
        given(web, "IND", "FRA")
    restore(file, web.folders["IND"], clock(), replace=True)
    with web.open("IND") as india:
        let_go(india, "JPN", "it has nothing from us", clock())
    given(web, "JPN", "IND")
    assert _named(web) == [()]
    with web.open("IND") as india, web.open("FRA") as france:
        for part in answer(france, "IND", india.store.life().n, clock()):
            assert told(india, part, clock()) is None
    assert _named(web) == [("FRA",)]
    assert _named(web) == []


def test_what_was_given_again_after_the_backup_is_withdrawn_once_more(web: Web) -> None:
    """The backup knows that India confirmed the recall; it was lifted since, and given again."""
    given(web, "JPN", "IND")
    take_back(web, ONE)
    _carry_out(web)
    file = saved(web)
    with web.open("JPN") as japan:
        assert lift(japan, (ONE,), clock()) == (ONE,)
    given(web, "JPN", "IND")
    assert live(web, "IND") == {ONE, TWO}
    restore(file, web.folders["JPN"], clock(), replace=True)
    with web.open("JPN") as japan, web.open("IND") as india:
        let_go(japan, "FRA", "it never was served", clock())
        for part in answer(india, "JPN", japan.store.life().n, clock()):
            assert told(japan, part, clock()) is None
    _carry_out(web)
    assert live(web, "IND") == {TWO}
    with web.open("JPN") as japan:
        before = [each.n for each in japan.store.view_page("IND", limit=100)]
        japan.views().refresh("IND", clock())
        assert [each.n for each in japan.store.view_page("IND", limit=100)] == before
        (recall_,) = recalled(japan, clock())
    assert [(each.party, each.state) for each in recall_.parties] == [("IND", "confirmed")]


@pytest.mark.parametrize("lost", ["never fetched", "its receipt was"])
def test_the_last_withdrawal_of_an_object_is_the_one_to_confirm(web: Web, lost: str) -> None:
    """Japan's first recall is lifted before India fetched it, or before it could confirm it."""
    given(web, "JPN", "IND")
    take_back(web, ONE)
    with web.open("JPN") as japan:
        japan.views().refresh("IND", clock())
    if lost != "never fetched":
        given(web, "JPN", "IND")
        with web.open("IND") as india:
            india.store.set_told(
                (each.stone, "lost", False) for each in india.store.withdrawals("JPN")
            )
    with web.open("JPN") as japan:
        lift(japan, (ONE,), clock())
    given(web, "JPN", "IND")
    assert live(web, "IND") == {ONE, TWO}
    take_back(web, ONE)
    with web.open("JPN") as japan:
        japan.views().refresh("IND", clock())
        *_, last = recalled(japan, clock())
        assert [each.state for each in last.parties] == ["waiting"]
    _carry_out(web)
    assert live(web, "IND") == {TWO}
    with web.open("JPN") as japan:
        *_, last = recalled(japan, clock())
    assert [(each.party, each.state) for each in last.parties] == [("IND", "confirmed")]


def test_what_a_partner_said_was_withdrawn_is_again_when_it_was_put_back_too(web: Web) -> None:
    """Japan knows by India's word alone that it took it back; then India has it again."""
    first, second = saved(web), web.folders["IND"].parent / "ind.backup"
    given(web, "JPN", "IND")
    with web.open("IND") as india:
        backup(india, second, clock())
    take_back(web, ONE)
    given(web, "JPN", "IND")
    restore(first, web.folders["JPN"], clock(), replace=True)
    with web.open("JPN") as japan, web.open("IND") as india:
        let_go(japan, "FRA", "it never was served", clock())
        for part in answer(india, "JPN", japan.store.life().n, clock()):
            assert told(japan, part, clock()) is None
    given(web, "JPN", "IND")
    restore(second, web.folders["IND"], clock(), replace=True)
    given(web, "JPN", "IND")
    assert live(web, "IND") == {ONE, TWO}
    with web.serving("IND"), web.open("JPN") as japan:
        push(japan, "IND", clock)
    assert live(web, "IND") == {TWO}


def _carry_out(web: Web) -> None:
    """India carries out what Japan withdrew, and says so."""
    given(web, "JPN", "IND")
    with web.open("IND") as india:
        due = due_receipts(india, "JPN", clock())
        letters = [letter("IND", "JPN", raw, clock()) for raw, _ in due]
        india.store.set_told(told for _, told in due)
    assert sent(web, "IND", "JPN", letters).receipts == len(due) > 0


def _named(web: Web) -> list[tuple[str, ...]]:
    """Whom each receipt names that India owes Japan now; they count as said."""
    with web.open("IND") as india:
        due = due_receipts(india, "JPN", clock())
        india.store.set_told(told for _, told in due)
    read = [read_receipt(raw, "IND") for raw, _ in due]
    return [tuple(step.party for step in each.onward) for each in read if each is not None]

"""Two ledgers held against one another: what one side forgot, changed or made up is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from relaying import edit, kept, keys
from test_malicious_relay import ONE, TWO, malware, put
from typer.testing import CliRunner
from web import Web

from noroshi.cli import app
from noroshi.exchange import account, heads
from noroshi.exchange.growing import Frontier, Growing
from noroshi.exchange.merkle import leaf
from noroshi.node import account as told
from noroshi.node import witness
from noroshi.node.ledger import verify
from noroshi.node.node import Node, clock
from noroshi.node.recall import recall
from noroshi.node.reconcile import Reconciled, reconcile
from noroshi.node.speaking import of_file, over_the_wire, statement
from noroshi.node.sync import sync
from noroshi.store.ledger import sealed
from noroshi.words.ids import canonical
from noroshi.words.time import DAY


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """Japan gave India two objects; both answer."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    put(made, "JPN", tmp_path, malware(), malware(TWO))
    with made.serving("JPN", "IND"):
        with made.open("IND") as india:
            sync(india, "JPN", clock)
        yield made


def compared(web: Web, party: str = "IND", other: str = "JPN") -> Reconciled:
    with web.open(party) as node, over_the_wire(node, other, clock()) as ask:
        return reconcile(node, other, ask, clock())


def kinds(found: Reconciled) -> list[tuple[str, str, str]]:
    return [(each.giver, each.kind, each.id) for each in found.differences]


def changed(node: Node, sql: str, *arguments: object) -> None:
    """What somebody with the store's file in hand could do."""
    with node.store._database.write() as connection:
        connection.execute(sql, arguments)


def test_two_honest_sides_say_the_same_and_send_no_row_twice(web: Web) -> None:
    found = compared(web)
    assert (found.differences, found.problems, found.parts) == ((), (), 0)
    assert found.compared == found.sides[0].disclosed == found.sides[0].came >= 2
    again = compared(web)
    assert (again.differences, again.problems, again.compared) == ((), (), 0)
    back = compared(web, "JPN", "IND")
    assert (back.differences, back.problems, back.sides[1].came) == ((), (), found.compared)


def test_a_long_ledger_comes_in_parts_in_whatever_order(web: Web, tmp_path: Path) -> None:
    many = [f"malware--00000000-0000-4000-8000-{n:012}" for n in range(100, 900)]
    put(web, "JPN", tmp_path, *map(malware, many))
    with web.open("IND") as india:
        sync(india, "JPN", clock)
    found = compared(web)
    assert (found.differences, found.problems) == ((), ())
    assert found.compared == found.sides[0].disclosed > 800
    with web.open("JPN") as japan:
        japan.store.disclose("IND", [("malware--1", 1, (), "f" * 64)], at=clock())
    found = compared(web)
    assert (found.compared, len(found.differences)) == (1, 1)


def test_what_was_taken_back_reconciles_too(web: Web) -> None:
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", DAY, clock())
    with web.open("IND") as india:
        sync(india, "JPN", clock)
    assert kept(web, "IND")[ONE] == "tombstone"
    for pair in (("IND", "JPN"), ("JPN", "IND")):
        found = compared(web, *pair)
        assert (found.differences, found.problems) == ((), ())


def test_what_is_given_again_after_a_withdrawal_that_never_came_is_rightly_held(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise ConnectionError("the answer never came")

    edit(web, "JPN", '"IND", "FRA"', '"FRA"')
    with web.open("IND") as india, monkeypatch.context() as cut:
        cut.setattr("noroshi.node.sync._store_page", lost)
        with pytest.raises(ConnectionError):
            sync(india, "JPN", clock)
    assert ("JPN", "withdrawn but still held", ONE) in kinds(compared(web))
    edit(web, "JPN", '"FRA"', '"IND", "FRA"')
    with web.open("IND") as india:
        sync(india, "JPN", clock)
    assert kept(web, "IND")[ONE] != "tombstone"
    for pair in (("IND", "JPN"), ("JPN", "IND")):
        found = compared(web, *pair)
        assert (found.differences, found.problems) == ((), ())


def test_a_disclosure_that_never_came_is_named_on_both_sides(web: Web) -> None:
    with web.open("JPN") as japan:
        lost = ("malware--00000000-0000-4000-8000-0000000000ff", 5, ("chain/R1",), "f" * 64)
        japan.store.disclose("IND", [lost], at=clock())
    assert kinds(compared(web)) == [("JPN", "only in theirs", lost[0])]
    assert kinds(compared(web, "JPN", "IND")) == [("JPN", "only in ours", lost[0])]
    assert kinds(compared(web)) == [("JPN", "only in theirs", lost[0])]


def test_other_bytes_and_another_clause_are_named(web: Web) -> None:
    with web.open("IND") as india:
        changed(india, "UPDATE received SET sha256 = ? WHERE id = ?", "e" * 64, ONE)
        changed(india, "UPDATE received SET clauses = '[\"other/R9\"]' WHERE id = ?", TWO)
    found = compared(web)
    assert kinds(found) == [("JPN", "other bytes", ONE), ("JPN", "other clause", TWO)]
    assert "by chain/R1; here it came by other/R9" in found.differences[1].why
    assert kinds(compared(web, "JPN", "IND")) == [("JPN", "other bytes", ONE)]


def test_what_is_held_though_it_was_withdrawn_is_named_on_both_sides(web: Web) -> None:
    with web.open("IND") as india:
        version = india.store.holdings(ONE)[0]
    with web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", DAY, clock())
    with web.open("IND") as india:
        sync(india, "JPN", clock)
        changed(india, "DELETE FROM withdrawal")
        changed(india, "UPDATE record SET status = 'live' WHERE id = ?", ONE)
        row = (ONE, version.version, "JPN", version.cell, version.at)
        put = "INSERT INTO holding (id, version, party, cell, direct, at) VALUES (?, ?, ?, ?, 1, ?)"
        changed(india, put, *row)
    assert ("JPN", "withdrawn but still held", ONE) in kinds(compared(web))
    assert ("JPN", "withdrawn but still held", ONE) in kinds(compared(web, "JPN", "IND"))


def forge(web: Web, *, without: str) -> None:
    """Japan's ledger made anew without its rows about an object, chain and all."""
    with web.open("JPN") as japan:
        rows = [each for each in japan.store.ledger() if each.id != without]
        changed(japan, "DELETE FROM ledger")
        changed(japan, "DELETE FROM ledger_tile")
        changed(japan, "DELETE FROM ledger_head")
        changed(japan, "DELETE FROM meta WHERE key = 'ledger_head'")
        for row in rows:
            line = (row.id or "", row.version or 0, row.clauses, row.body_sha256 or "")
            japan.store.disclose(row.party, [line], at=row.at)
        assert verify(japan, lambda *_: None).rows == len(rows)


def test_who_writes_its_ledger_anew_is_found_out_by_its_own_word(web: Web) -> None:
    """Nothing in Japan's own store shows it; India has what Japan signed before."""
    forge(web, without=ONE)
    found = compared(web)
    assert [each for each in kinds(found) if each[1] == "only in ours"]
    assert found.problems
    with web.open("IND") as india:
        (split,) = india.store.splits()
        one, other = (msgspec.json.decode(each, type=heads.Head) for each in split[4:])
        public = keys(web, "JPN").public
        assert heads.genuine(one, public)
        assert heads.genuine(other, public)
        assert one.root != other.root
    said = CliRunner().invoke(app, ["ledger", "splits", "--node", str(web.folders["IND"])])
    assert (said.exit_code, "JPN about IND" in said.stdout) == (3, True)
    listed = CliRunner().invoke(app, ["peer", "list", "--node", str(web.folders["IND"])])
    assert "split its ledger about IND" in listed.stdout


def test_our_own_ledger_is_held_against_what_the_partner_keeps_of_it(web: Web) -> None:
    compared(web)
    forge(web, without=ONE)
    found = compared(web, "JPN", "IND")
    assert any("our own ledger no longer holds" in each for each in found.problems)


def test_rows_that_are_not_those_that_were_signed_are_told(web: Web) -> None:
    with web.open("IND") as india, over_the_wire(india, "JPN", clock()) as ask:

        def lying(names: list[str]) -> list[bytes]:
            return [raw.replace(b"chain/R1", b"chain/R7") for raw in ask(names)]

        found = reconcile(india, "JPN", lying, clock())
    assert "the rows that it says are not those that it signed for" in found.problems


def test_by_file_as_over_the_wire(web: Web, tmp_path: Path) -> None:
    file = tmp_path / "jpn-ind.statement"
    said = CliRunner().invoke(
        app,
        ["ledger", "statement", "IND", "--to", str(file), "--node", str(web.folders["JPN"])],
    )
    assert said.exit_code == 0, said.output
    with web.open("IND") as india:
        found = reconcile(india, "JPN", of_file(india, "JPN", file, clock()), clock())
    assert (found.differences, found.problems) == ((), ())
    run = ["ledger", "reconcile", "JPN", "--file", str(file), "--node", str(web.folders["IND"])]
    assert "Both sides say the same." in CliRunner().invoke(app, run).stdout
    file.write_bytes(file.read_bytes().replace(b"chain/R1", b"chain/R2"))
    refused = CliRunner().invoke(app, run)
    assert refused.exit_code == 1
    assert "was changed after JPN signed it" in str(refused.exception)


def test_a_statement_for_another_says_nothing_here(web: Web, tmp_path: Path) -> None:
    file = tmp_path / "jpn-fra.statement"
    with web.open("JPN") as japan:
        file.write_bytes(statement(japan, "FRA", clock()))
    run = ["ledger", "reconcile", "JPN", "--file", str(file), "--node", str(web.folders["IND"])]
    assert CliRunner().invoke(app, run).exit_code == 1


def test_a_tree_goes_on_from_its_edge() -> None:
    tree = Frontier()
    for n in range(300):
        again = Frontier(tree.size, tree.edge)
        for each in (tree, again):
            each.add(leaf(b"%d" % n))
        assert again.root() == tree.root()
    with pytest.raises(ValueError, match="the edge"):
        Frontier(3, b"")


def test_an_honest_ledger_goes_on_from_every_head_that_it_signed(web: Web) -> None:
    with web.open("JPN") as japan, web.open("IND") as india:
        for n in range(20):
            line = (f"malware--{n}", n, ("chain/R1",), sealed(b"", (n,)))
            japan.store.disclose("IND", [line], at=clock())
            head = heads.current(japan.store, "JPN", "IND", japan.keys, clock())
            held = india.store.heads("JPN", "IND")
            tree = Growing(japan.store, "IND")
            sizes = [each.size for each in held if each.size < head.size]
            paths = {size: tree.consistency(size, head.size) for size in sizes}
            assert witness.weigh(india, head, paths, clock()) is None
            assert india.store.heads("JPN", "IND")[0].size == head.size
        assert india.store.splits() == []
        raw = told.recent_head(japan, "IND", clock())
        assert witness.heard(india, "JPN", raw, clock()) is None
        assert account.read(raw, "JPN", "FRA") is None
        assert canonical(head) == india.store.heads("JPN", "IND")[0].signed

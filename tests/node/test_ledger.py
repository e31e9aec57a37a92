"""The ledger as people ask for it: what went to whom, whether it is whole, and proofs of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result
from web import Web

from noroshi.cli.app import app
from noroshi.exchange.heads import Head, Proof, genuine, holds
from noroshi.node.ingest import ingest
from noroshi.node.ledger import check, head, lines, prove, verify
from noroshi.node.node import Node, clock
from noroshi.words.errors import BadInput, Refused, UnknownParty

AT = "2026-01-01T00:00:00.000Z"
ONE, TWO = (f"malware--00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))


def bundle(*ids: str) -> bytes:
    objects = [
        {"type": "malware", "spec_version": "2.1", "id": each, "created": AT, "modified": AT,
         "name": "a sample", "is_family": False}
        for each in ids
    ]  # fmt: skip
    return json.dumps({"type": "bundle", "id": "bundle" + ONE[7:], "objects": objects}).encode()


def told(tmp_path: Path) -> Web:
    """Japan has two objects; India has read both, France has read the first."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    with made.open("JPN") as japan:
        _read(japan, tmp_path, bundle(ONE))
        _fetch(japan, "FRA")
        _read(japan, tmp_path, bundle(ONE, TWO))
        _fetch(japan, "IND")
    return made


def _read(node: Node, folder: Path, data: bytes) -> None:
    file = folder / "feed.json"
    file.write_bytes(data)
    ingest(node, [file], clock, tlp="green")


def _fetch(node: Node, party: str) -> None:
    views = node.views()
    views.refresh(party, clock())
    views.page(party, clock(), after_n=0, limit=100)


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Nodes for a test that changes them."""
    return told(tmp_path)


@pytest.fixture
def japan(web: Web) -> Iterator[Node]:
    """A node of Japan for a test that changes it."""
    with web.open("JPN") as node:
        yield node


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of Japan that tests only read."""
    with told(tmp_path_factory.mktemp("kept")).open("JPN") as node:
        yield node


def quiet(name: str, done: int, size: int) -> None:
    """Progress that nobody looks at."""


def change(node: Node, sql: str) -> None:
    """What an enemy with the store's file does."""
    with sqlite3.connect(node.settings.data / "node.db") as file:
        file.executescript(sql)
    file.close()


def test_it_says_who_received_what_by_which_clause(kept: Node) -> None:
    found = [(each.party, each.id, each.clauses) for each in lines(kept) if each.clauses]
    assert sorted(found, key=lambda row: (row[0], str(row[1])), reverse=True) == [
        ("IND", TWO, ("chain/R1",)),
        ("IND", ONE, ("chain/R1",)),
        ("FRA", ONE, ("chain/R1",)),
    ]
    assert {each.party for each in lines(kept, party="FRA")} == {"FRA"}
    with pytest.raises(Refused, match="2 records match"):
        lines(kept, record="malware--00000000-0000-4000-8000-0")


@pytest.mark.parametrize(
    ("record", "parties"),
    [(ONE, ["IND", "FRA"]), (TWO, ["IND"]), (TWO[9:], ["IND"])],
    ids=["both", "one", "by its start"],
)
def test_it_is_asked_by_record(kept: Node, record: str, parties: list[str]) -> None:
    assert [each.party for each in lines(kept, record=record)] == parties


def test_it_is_asked_by_time_and_number(kept: Node) -> None:
    every = lines(kept)
    assert [each.n for each in every] == sorted((each.n for each in every), reverse=True)
    assert lines(kept, limit=1) == every[:1]
    assert lines(kept, since=clock()) == []
    with pytest.raises(UnknownParty):
        lines(kept, party="nobody")


def test_a_whole_ledger_passes_with_every_head_that_was_signed(japan: Node) -> None:
    sizes = {party: japan.store.ledger_size(party) for party in ("FRA", "IND")}
    assert verify(japan, quiet).parties == sizes
    assert verify(japan, quiet).heads == 0
    for party in sizes:
        head(japan, party, clock())
    found = verify(japan, quiet)
    assert (found.rows, found.heads) == (sum(sizes.values()), 2)


def test_a_head_is_signed_once_for_what_it_is_over(japan: Node, tmp_path: Path) -> None:
    first = head(japan, "IND", clock())
    assert genuine(first, japan.keys.public)
    assert (first.party, first.to, first.size) == ("JPN", "IND", japan.store.ledger_size("IND"))
    assert head(japan, "IND", clock()) == first
    _read(japan, tmp_path, bundle("malware--00000000-0000-4000-8000-000000000003"))
    _fetch(japan, "IND")
    assert head(japan, "IND", clock()).size == first.size + 1
    assert head(japan, "USA", clock()).size == 0
    with pytest.raises(UnknownParty):
        head(japan, "nobody", clock())


REWRITTEN = """
DELETE FROM ledger WHERE n = (SELECT max(n) FROM ledger);
UPDATE meta SET value = (SELECT n || ' ' || sha FROM ledger ORDER BY n DESC LIMIT 1)
WHERE key = 'ledger_head';
"""


def test_rows_cut_off_with_their_mark_are_missed_by_the_heads_that_were_signed(japan: Node) -> None:
    head(japan, "IND", clock())
    change(japan, REWRITTEN)
    japan.store.verify_ledger()
    with pytest.raises(BadInput, match="ledger of IND: does not hold the"):
        verify(japan, quiet)


def test_a_chain_made_anew_is_not_the_one_that_was_signed(japan: Node) -> None:
    """Whoever has the file computes a whole new chain; what was signed stays signed."""
    signed = head(japan, "IND", clock())
    rows = [(r.party, (str(r.id), r.version or 0, r.clauses, str(r.body_sha256)), r.at)
            for r in japan.store.ledger()]  # fmt: skip
    change(japan, "DELETE FROM ledger; DELETE FROM ledger_tile;")
    for party, row, at in rows:
        japan.store.disclose(party, [(row[0], row[1], ("chain/R9",), row[3])], at=at)
    japan.store.verify_ledger()
    with pytest.raises(BadInput, match=f"{signed.size} disclosures .*the rows are others now"):
        verify(japan, quiet)


def test_kept_hashes_that_were_changed_show(japan: Node) -> None:
    japan.store.disclose("IND", [(f"tool--{n}", 1, (), "b" * 64) for n in range(300)], at=1)
    head(japan, "IND", clock())
    change(japan, "UPDATE ledger_tile SET hash = zeroblob(32)")
    with pytest.raises(BadInput, match="the kept hashes"):
        verify(japan, quiet)


def test_a_row_is_proved_to_who_has_the_public_key_alone(kept: Node) -> None:
    row = next(each for each in kept.store.ledger("IND") if each.id == TWO)
    proof = prove(kept, row.n, clock())
    assert check(msgspec.json.encode(proof), "p.json", kept.keys.public) == proof
    assert (proof.row.id, proof.row.party, proof.head.party) == (TWO, "IND", "JPN")
    with pytest.raises(Refused, match="no row 999"):
        prove(kept, 999, clock())


LIES = {
    "another party": {"party": "FRA"},
    "another object": {"id": ONE},
    "another version": {"version": 5},
    "another clause": {"clauses": '["chain/R9"]'},
    "other bytes": {"body_sha256": "0" * 64},
    "another instant": {"at": 5},
    "another salt": {"salt": b"0" * 16},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_proof_holds_for_nothing_else(kept: Node, lie: dict[str, object]) -> None:
    row = next(each for each in kept.store.ledger("IND") if each.id == TWO)
    proof = prove(kept, row.n, clock())
    said = msgspec.structs.replace(proof.row, **lie)
    assert holds(proof) is None
    assert holds(msgspec.structs.replace(proof, row=said)) is not None


@pytest.mark.parametrize(
    "change",
    [{"size": 1}, {"root": b"0" * 32}, {"to": "FRA"}, {"party": "FRA"}, {"at": 1}, {"key": "0"}],
    ids=["size", "root", "recipient", "party", "instant", "key"],
)
def test_a_head_that_was_changed_was_not_signed(kept: Node, change: dict[str, object]) -> None:
    signed = head(kept, "IND", clock())
    forged = msgspec.structs.replace(signed, **change)
    assert not genuine(forged, kept.keys.public)
    with pytest.raises(BadInput, match="was not signed with this key"):
        check(msgspec.json.encode(forged), "h.json", kept.keys.public)


def test_what_is_no_proof_is_named() -> None:
    with pytest.raises(BadInput, match=r"x\.json: not what it should be"):
        check(b"{}", "x.json", b"0" * 32)
    with pytest.raises(BadInput, match=r"x\.json: not what it should be"):
        check(b'{"path":[]}', "x.json", b"0" * 32)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ledger", *arguments])


def test_from_the_command_line(web: Web, tmp_path: Path) -> None:
    jpn, ind = str(web.folders["JPN"]), str(web.folders["IND"])
    shown = run("show", "--to", "IND", "--node", jpn)
    assert shown.exit_code == 0, shown.output
    assert "chain/R1" in shown.output
    assert "disclosures to IND." in shown.output
    rows = json.loads(run("show", "--record", TWO, "--json", "--node", jpn).output)
    assert [each["party"] for each in rows] == ["IND"]
    assert "No such disclosure, of 0" in run("show", "--node", ind).output
    assert json.loads(run("verify", "--json", "--node", jpn).output)["rows"] > 2
    assert "each in its place" in run("verify", "--node", jpn).output
    file = tmp_path / "proof.json"
    file.write_bytes(run("prove", str(rows[0]["n"]), "--node", jpn).stdout_bytes)
    checked = run("check", str(file), "--node", ind)
    assert f"JPN disclosed {TWO}" in checked.output
    with web.open("JPN") as japan:
        key = japan.keys.public_hex
    alone = run("check", str(file), "--key", key, "--json")
    assert msgspec.json.decode(alone.output, type=Proof).row.id == TWO
    assert isinstance(run("check", str(file), "--key", "00" * 32).exception, BadInput)
    assert isinstance(run("check", str(file), "--key", "xyz").exception, BadInput)
    file.write_bytes(run("head", "IND", "--node", jpn).stdout_bytes)
    assert msgspec.json.decode(file.read_bytes(), type=Head).to == "IND"
    assert "JPN signed: IND received" in run("check", str(file), "--node", ind).output

"""Erasing: nothing says any more what it was, and everything that was proved still holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from relaying import kept
from test_malicious_relay import ONE, TWO, malware, put
from typer.testing import CliRunner
from web import Web

from noroshi.cli import app
from noroshi.exchange import heads
from noroshi.node.erase import erase, erasures
from noroshi.node.ledger import check, prove, verify
from noroshi.node.node import Node, clock
from noroshi.node.reconcile import reconcile
from noroshi.node.speaking import over_the_wire
from noroshi.node.sync import sync
from noroshi.words.errors import BadInput, Refused
from noroshi.words.ids import canonical

SECRET = "the name that nobody may read again"
WHY = "court order 12/2026"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """Japan gave India two objects, one of which says what must go."""
    made = Web(tmp_path / "nodes", ("JPN", "IND"))
    put(made, "JPN", tmp_path, malware(name=SECRET), malware(TWO))
    with made.serving("JPN", "IND"):
        pull(made)
        yield made


def pull(web: Web) -> None:
    with web.open("IND") as india:
        sync(india, "JPN", clock)


def found_in(folder: Path, *needles: bytes) -> list[str]:
    """The files below `folder` that hold any of these bytes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.name for path in files if any(each in path.read_bytes() for each in needles)]


def told(node: Node) -> list[tuple[str, int, int, int]]:
    return [(each.why, each.versions, each.rows, each.left_over) for _, each in erasures(node)]


def test_a_record_goes_once_it_is_confirmed_gone_and_nothing_says_what_it_was(web: Web) -> None:
    folder = web.folders["JPN"]
    with web.open("JPN") as japan:
        row = japan.store.ledger_about("IND", ONE)[0]
        before = prove(japan, row.n, clock())
        first = erase(japan, ONE, WHY, clock())
        assert (first.erased, first.waiting) == (None, ("IND",))
        assert found_in(folder / "data", SECRET.encode())
    pull(web)
    assert kept(web, "IND") == {ONE: "tombstone", TWO: "live"}
    with web.open("JPN") as japan:
        done = erase(japan, ONE, WHY, clock())
        assert done.erased is not None
        assert (done.waiting, done.confirmed) == ((), ("IND",))
        # The object, and the withdrawal that named it.
        assert told(japan) == [(WHY, 1, 2, 0)]
        assert kept(web, "JPN") == {TWO: "live"}
        rows = verify(japan, lambda *_: None).rows
        assert rows == japan.store.counts()["ledger"]
        assert heads.holds(before) is None
        assert check(canonical(before), "a proof", japan.keys.public) == before
        with pytest.raises(BadInput, match="was erased"):
            prove(japan, row.n, clock())
        japan.store.rebuild_views()
        views = japan.views()
        assert [e.oid for e in views.page("IND", clock()).entries if e.otype == "malware"] == [TWO]
    assert found_in(folder / "data", SECRET.encode(), ONE.encode()) == []


def test_the_partner_still_reconciles_with_what_was_erased(web: Web) -> None:
    with web.open("JPN") as japan:
        erase(japan, ONE, WHY, clock())
    pull(web)
    with web.open("JPN") as japan:
        assert erase(japan, ONE, WHY, clock()).erased
    with web.open("IND") as india, over_the_wire(india, "JPN", clock()) as ask:
        found = reconcile(india, "JPN", ask, clock())
    assert (found.problems, found.erased) == ((), 2)
    pull(web)
    with web.open("IND") as india:
        assert india.store.splits() == []
    with web.open("JPN") as japan, over_the_wire(japan, "IND", clock()) as ask:
        found = reconcile(japan, "IND", ask, clock())
    whys = {each.why.partition("our ledger ")[2] for each in found.differences}
    assert whys == {"does not say so, unless in one of the 2 rows that were erased"}


def test_who_does_not_wait_leaves_the_withdrawal_until_it_is_fetched(web: Web) -> None:
    folder = web.folders["JPN"]
    run = ["erase", ONE, "--why", WHY, "--despite", "--node", str(folder)]
    said = CliRunner().invoke(app, run)
    assert "1 withdrawals that nobody fetched still name it" in said.stdout
    assert "IND never confirmed" in said.stdout
    assert found_in(folder / "data", SECRET.encode()) == []
    assert found_in(folder / "data", ONE.encode())
    pull(web)
    assert kept(web, "IND") == {ONE: "tombstone", TWO: "live"}
    finished = CliRunner().invoke(app, ["erasures", "--finish", "--node", str(folder)])
    assert "1 withdrawals were erased" in finished.stdout
    with web.open("JPN") as japan:
        assert told(japan) == [(WHY, 1, 2, 0)]
        verify(japan, lambda *_: None)


def test_what_came_from_another_goes_too(web: Web) -> None:
    folder = web.folders["IND"]
    with web.open("IND") as india:
        assert erase(india, ONE, WHY, clock()).erased
        assert kept(web, "IND") == {TWO: "live"}
        assert told(india) == [(WHY, 1, 0, 0)]
    assert found_in(folder / "data", SECRET.encode(), ONE.encode()) == []
    pull(web)
    assert kept(web, "IND") == {TWO: "live"}


def test_without_a_reason_or_a_record_nothing_goes(web: Web) -> None:
    with web.open("JPN") as japan:
        for name, why, problem in ((ONE, " ", "needs a reason"), ("malware--9", WHY, "no record")):
            with pytest.raises(Refused, match=problem):
                erase(japan, name, why, clock())
        assert told(japan) == []


def test_who_refers_to_it_is_named(web: Web, tmp_path: Path) -> None:
    link = "relationship--00000000-0000-4000-8000-000000000009"
    ends = {"relationship_type": "variant-of", "source_ref": ONE, "target_ref": TWO}
    put(web, "JPN", tmp_path, malware(link, type="relationship", **ends))
    with web.open("JPN") as japan:
        done = erase(japan, ONE, WHY, clock(), despite=True)
        assert done.naming == (link,)
        assert japan.store.record(link) is not None
        japan.views().refresh("IND", clock())

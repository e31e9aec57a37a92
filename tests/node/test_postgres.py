"""A node on PostgreSQL: it answers as the same node on SQLite does, also after a crash."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from taxii_world import CHEAP, HASHES, ask

from noroshi.config import API
from noroshi.demo.nodes import connect, introduce, samples, serving
from noroshi.exchange.accounts import Account, Accounts
from noroshi.node import node as nodes
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.overview import overview
from noroshi.node.serve import service
from noroshi.node.setup import init
from noroshi.node.sync import sync
from noroshi.node.why import why
from noroshi.store import Store
from noroshi.store.failpoint import KILLED, VARIABLE
from noroshi.words.errors import Refused

pytestmark = pytest.mark.postgres

PARTIES = ("EU", "USA", "KOR", "FRA")
SINCE = 1_780_000_000_000_000
LITE = 'url = "sqlite:node.db"'
NUMBERED = {"blob": "n", "view_current": "body"}
"""Columns that hold a blob's number, which rises with arrival, and on PostgreSQL with gaps."""

Nodes = tuple[Path, Path]


def ticking() -> Callable[[], int]:
    """Time that moves by one second at each reading."""
    at = SINCE

    def now() -> int:
        nonlocal at
        at += 1_000_000
        return at

    return now


def feeds(folder: Path) -> list[Path]:
    """Vessels and indicators from the package's samples."""
    return [each for each in samples(folder) if each.name.startswith(("ics", "suez"))]


def moved(folder: Path, url: str) -> None:
    """Let a node without records go on in another, empty store."""
    file = folder / "node.toml"
    text = file.read_text("utf-8")
    assert LITE in text
    file.write_text(text.replace(LITE, f"url = {json.dumps(url)}"), "utf-8")
    Store.open(url, create=True).close()


@pytest.fixture
def alike(tmp_path: Path, new_database: Callable[[], str]) -> Nodes:
    """The same node twice, with the same keys: on SQLite, and on PostgreSQL."""
    japan, _ = introduce(tmp_path / "nodes")
    other = tmp_path / "nodes" / "postgres"
    shutil.copytree(japan, other, ignore=shutil.ignore_patterns("node.db*"))
    (japan / "data" / "node.db").unlink()
    Store.open(japan / "data" / "node.db", create=True).close()
    moved(other, new_database())
    for folder in (japan, other):
        now = ticking()
        with Node.open(folder) as node:
            load_law(node, now())
            report = ingest(node, feeds(tmp_path / "feeds"), now)
        assert report.new > 100
        assert sum(each.records for each in report.sources) > 1000
    return japan, other


SALTED = {
    "ledger": ("prev", "salt", "seal", "sha"),
    "ledger_tile": ("hash", "hashes"),
    "ledger_head": ("root", "signed"),
}
"""What rests on salts that each node draws for itself."""


def content(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, without the numbers of blobs."""
    import psycopg

    with Node.open(folder) as node:
        where = node.settings.store_at
        tables = sorted(node.store._database.tables())
    is_file = isinstance(where, Path)
    connection: Any = sqlite3.connect(where) if is_file else psycopg.connect(where)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for table in tables:
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [each[0] for each in cursor.description]
        order = sorted(range(len(names)), key=names.__getitem__)
        left = {NUMBERED.get(table), *SALTED.get(table, ())}
        kept = [i for i in order if names[i] not in left]
        found[table] = sorted((tuple(row[i] for i in kept) for row in cursor), key=repr)
    connection.close()
    # What the file of a migration says may differ; that it was applied may not.
    found["migration"] = [row[:2] for row in found["migration"]]
    found["meta"] = [row for row in found["meta"] if row[0] != "ledger_head"]
    return found


def test_two_sides_hold_the_same_rows_and_give_the_same_answers(alike: Nodes) -> None:
    said: list[dict[str, Any]] = []
    for folder in alike:
        now = SINCE + 10**12
        with Node.open(folder) as node:
            views = node.views()
            answers: dict[str, Any] = {"counts": node.store.counts()}
            answers["findings"] = node.store.findings()
            for party in PARTIES:
                views.refresh(party, now)
                answers[f"{party} overview"] = overview(node, party, now)
                answers[f"{party} why"] = [
                    why(node, each.id, party, now=now) for each in answers["findings"][::40]
                ]
                answers[f"{party} pages"] = pages(node, party, now)
            node.store.verify_ledger()
        said.append(answers)
    assert said[0]["counts"]["finding"] > 100
    assert sum(len(page) for page in said[0]["EU pages"]) > 10**6
    for name, answer in said[0].items():
        assert said[1][name] == answer, name
    rows = [content(folder) for folder in alike]
    assert rows[0].keys() == rows[1].keys()
    for table, held in rows[0].items():
        assert rows[1][table] == held, table


def pages(node: Node, party: str, now: int) -> list[bytes]:
    """All of a party's view over TAXII, page by page, and some of it by filters."""
    offered = service(node, Accounts([Account("bob", party, (HASHES["bob"],))], CHEAP))
    root = next(each for each in offered.roots if each.path == API)
    collection = next(each for each in root.collections if "View" in each.title)
    objects = f"/{root.path}/collections/{collection.id}/objects/"
    found: list[bytes] = []
    query = "limit=400"
    while query:
        answer = ask(offered, objects, query, now=now)
        assert answer.status == 200, answer.body
        found.append(answer.body)
        following = json.loads(answer.body).get("next")
        query = f"limit=400&next={following}" if following else ""
    filters = ("match[type]=event&match[version]=all", "match[spec_version]=2.0,2.1&limit=9")
    found += [ask(offered, objects, each, now=now).body for each in filters]
    found.append(ask(offered, objects.replace("objects", "manifest"), "limit=9", now=now).body)
    return found


@pytest.fixture
def pair(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Nodes]:
    """Japan and the EU, both on PostgreSQL; Japan's node answers as a process of its own."""
    japan, union = introduce(tmp_path / "pair")
    for folder in (japan, union):
        moved(folder, new_database())
        with Node.open(folder) as node:
            load_law(node, nodes.clock())
    with Node.open(japan) as node:
        ingest(node, feeds(tmp_path / "feeds"), nodes.clock)
    with serving(japan) as url:
        connect(japan, union, url)
        yield japan, union


def test_two_nodes_exchange(pair: Nodes) -> None:
    with Node.open(pair[1]) as node:
        first = sync(node, "JPN", nodes.clock)
        again = sync(node, "JPN", nodes.clock)
        assert first.refused == again.refused == again.stored == 0
        assert first.stored == node.store.counts()["record"] > 100


def test_init_makes_a_node_on_postgresql_and_takes_no_other_nodes_store(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    url = new_database()
    init(tmp_path / "jpn", "JPN", store=url)
    with Node.open(tmp_path / "jpn") as node:
        load_law(node, SINCE)
        assert node.store.counts()["record"] == 0
    with pytest.raises(Refused, match="a node's store already"):
        init(tmp_path / "fra", "FRA", store=url)
    assert not (tmp_path / "fra" / "node.toml").exists()


def test_a_read_that_was_killed_goes_on_and_ends_alike(
    alike: Nodes, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    again = tmp_path / "again"
    shutil.copytree(alike[0], again, ignore=shutil.ignore_patterns("node.db*"))
    moved(again, new_database())
    with Node.open(again) as node:
        load_law(node, SINCE)
    command = [sys.executable, "-m", "noroshi", "ingest", "--node", str(again), "--json"]
    given = [str(each) for each in feeds(tmp_path / "feeds")]
    killed = subprocess.run(
        [*command, *given],
        env={**os.environ, VARIABLE: "before_commit:4"},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == KILLED, killed.stderr
    done = subprocess.run([*command, *given], capture_output=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    with Node.open(again) as node, Node.open(alike[0]) as whole:
        assert node.store.ids_like("", 10**6) == whole.store.ids_like("", 10**6)
        live = [(each.id, each.kind, each.t0, each.measures) for each in node.store.findings()]
        assert live == [(e.id, e.kind, e.t0, e.measures) for e in whole.store.findings()]
        node.store.verify_ledger()

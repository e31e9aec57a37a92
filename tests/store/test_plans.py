"""Cost: a page uses indexes only, whatever is stored; and every statement is one that compiles."""

from __future__ import annotations

import importlib.resources
import sqlite3
from collections.abc import Iterator

import pytest

from noroshi.store import Match
from noroshi.store.pages import selections
from noroshi.store.statements import listed, statements

FRAGMENTS = "match"
FILES = sorted(
    file.name.removesuffix(".sql")
    for file in importlib.resources.files("noroshi.store").joinpath("sql").iterdir()
)
STATEMENTS = [
    pytest.param(listed(sql, 1), id=f"{file}.{name}")
    for file in FILES
    if file != FRAGMENTS
    for name, sql in statements(file).items()
]


@pytest.fixture(scope="module")
def connection(
    tmp_path_factory: pytest.TempPathFactory, empty: bytes
) -> Iterator[sqlite3.Connection]:
    """A connection of its own to a store's file."""
    path = tmp_path_factory.mktemp("plans") / "node.db"
    path.write_bytes(empty)
    opened = sqlite3.connect(path)
    yield opened
    opened.close()


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    """The steps that SQLite will take."""
    arguments = (1,) * sql.count("?")
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", arguments)]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_compiles(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute(f"EXPLAIN {sql}", (1,) * sql.count("?"))


INDEXED = [
    "views.page",
    "views.object",
    "views.by_seq",
    "views.entered_by",
    "views.entry",
    "views.last",
    "settled.by_seq",
    "settled.sharing",
    "settled.todo",
    "settled.told",
    "graph.referring",
    "graph.naming",
    "graph.current",
    "views.about",
    "records.latest",
    "records.version",
    "records.since",
    "records.cells_since",
    "records.first",
    "records.held",
    "records.hops",
    "records.hops_of",
    "records.by_seqs",
    "graph.referring_all",
    "graph.naming_all",
    "settled.done",
    "events.after",
    "ledger.known",
    "ledger.head",
    "findings.rows_of_kind",
    "findings.rows_of_asset",
    "collections.page",
    "collections.object",
    "collections.held",
    "collections.entry",
    "collections.entered_by",
    "collections.status",
]


SORTED = ("views.object", "records.held", "collections.object")
"""These put the few rows that they find in order themselves."""


@pytest.mark.parametrize("name", INDEXED)
def test_looks_up_and_never_scans(connection: sqlite3.Connection, name: str) -> None:
    file, statement = name.split(".")
    steps = plan(connection, listed(statements(file)[statement], 3))
    # Walking a table backwards by its key for one row, as `head` does, is SCAN to SQLite.
    if name != "ledger.head":
        assert all(step.startswith(("SEARCH", "USE TEMP B-TREE FOR")) for step in steps), steps
    if name not in SORTED:
        assert not any("TEMP B-TREE" in step for step in steps), steps


def test_the_plain_page_walks_its_own_index(connection: sqlite3.Connection) -> None:
    first = plan(connection, statements("views")["page"])[0]
    assert "view_current_plain (party=? AND n>?)" in first


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("views.object", "view_current_oid (party=? AND oid=?)"),
        ("settled.put_todo_referring", "(target=?)"),
        ("settled.put_todo_bringing", "view_current_oid (party=? AND oid=?)"),
        ("settled.sharing", "(party=? AND oid=?)"),
    ],
)
def test_what_is_joined_begins_at_its_few_rows(
    connection: sqlite3.Connection, name: str, begins: str
) -> None:
    """From the other side each would go through the whole of a party's journal or view."""
    file, statement = name.split(".")
    for many in (1, 3, 500):
        assert begins in plan(connection, listed(statements(file)[statement], many))[0]


@pytest.mark.parametrize(
    ("match", "index"),
    [
        (Match(type=("tool", "malware")), "(party=? AND plain=? AND otype=? AND n>?)"),
        (Match(id=("tool--1", "tool--2")), "view_current_oid (party=? AND oid=? AND n>?)"),
        (Match(version=("all",)), "(party=? AND n>?)"),
        (
            Match(version=("first",), type=("tool",)),
            "view_current_type (party=? AND otype=? AND n>?)",
        ),
        (Match(version=(5, 6)), "view_current_version (party=? AND oversion=? AND n>?)"),
        (Match(spec_version=("2.0",)), "view_current_spec (party=? AND spec_version=? AND n>?)"),
    ],
    ids=["type", "id", "all", "first of type", "instants", "spec"],
)
def test_each_filter_walks_an_index(
    connection: sqlite3.Connection, match: Match, index: str
) -> None:
    for sql, _ in selections("EU", 0, 10, match):
        (step,) = plan(connection, sql)
        assert step.startswith("SEARCH view_current USING")
        assert index in step


@pytest.mark.parametrize(
    ("match", "index"),
    [
        (Match(type=("tool",)), "(collection=? AND plain=? AND otype=? AND n>?)"),
        (Match(id=("tool--1",)), "taxii_object_oid (collection=? AND oid=? AND n>?)"),
        (Match(version=(5, 6)), "(collection=? AND oversion=? AND n>?)"),
        (Match(spec_version=("2.0",)), "(collection=? AND spec_version=? AND n>?)"),
    ],
    ids=["type", "id", "instants", "spec"],
)
def test_each_filter_of_a_plain_collection_walks_an_index(
    connection: sqlite3.Connection, match: Match, index: str
) -> None:
    for sql, _ in selections("c", 0, 10, match, "select_object"):
        (step,) = plan(connection, sql)
        assert step.startswith("SEARCH taxii_object USING")
        assert index in step

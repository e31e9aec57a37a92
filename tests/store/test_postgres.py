"""PostgreSQL: the same tables as SQLite, every statement, look-ups by index."""

from __future__ import annotations

import importlib.resources
import itertools
import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from pg_cluster import Cluster

from noroshi.store import Match, Store
from noroshi.store.dialect import schema, statement
from noroshi.store.migrate import packaged
from noroshi.store.pages import selections
from noroshi.store.statements import listed, statements

FRAGMENTS = "match"
FILES = sorted(
    file.name.removesuffix(".sql")
    for file in importlib.resources.files("noroshi.store").joinpath("sql").iterdir()
)
STATEMENTS = {
    f"{file}.{name}": listed(sql, *[1] * sql.count("(?*)"))
    for file in FILES
    if file != FRAGMENTS
    for name, sql in statements(file).items()
}
TYPED = {"views.put_current": "text, int8, text, text, int8, text, text" + ", int8" * 5}
"""Where the server cannot know the types of parameters, which psycopg sends with numbers."""

WHOLE = {
    "assets.assets", "assets.edges", "audience.cells", "audience.count_cells", "audience.unmade",
    "audience.live", "audience.seen",
    "keys.distrusted", "law.last", "law.newest", "law.believed", "recalls.every_withdrawal",
    "records.counts", "records.rejected", "records.ids_like", "views.journal",
    "restoring.carried_out", "restoring.forget_peers", "restoring.lift_collections",
    "restoring.shut", "restoring.say_again", "restoring.elsewhere", "restoring.ended_elsewhere",
    "restoring.say_of", "recalls.remembered", "erasing.drop_blob",
    "erasing.drop_strands", "incidents.current", "records.living",
}  # fmt: skip
"""What reads a whole table, because that is what it is for, or is seldom done: after a store was
put back (`resync` has a row for each partner), or for what is erased."""

WORDS = {"BIGINT": "INTEGER", "DOUBLE PRECISION": "REAL", "BYTEA": "BLOB"}


FILLED = """
INSERT INTO view_current
SELECT 'EU', n, 'a' || n, 'a' || n, n, 't' || n % 50, '2.' || n % 20, 0, 1, 1, 1, 1, NULL
FROM generate_series(1, 5000) n;
INSERT INTO taxii_collection VALUES ('EU', 5000, 5000);
INSERT INTO taxii_object
SELECT 'EU', n, n, 'a' || n, n, 1, 't' || n % 50, '2.' || n % 20, 1, 1, 1, 1, ''::bytea
FROM generate_series(1, 5000) n;
ANALYZE;
"""
"""Some rows, and the statistics that the server takes of them by itself."""


@pytest.fixture(scope="module")
def connection(cluster: Cluster, template: str) -> Iterator[Any]:
    """A connection to an empty store, set up as the store's own are."""
    from noroshi.store.postgres import opened

    name = cluster.make(template)
    database = opened(cluster.url(name), create=False)
    raw = database.connection._raw
    raw.execute(b"SET plan_cache_mode = force_generic_plan")
    raw.execute(FILLED.encode())
    yield raw
    database.close()
    cluster.drop(name)


def plan(connection: Any, sql: str, types: str = "") -> list[dict[str, Any]]:
    """The nodes of the plan that the server takes whatever the parameters are."""
    numbers = itertools.count(1)
    text = re.sub(r"%s", lambda _: f"${next(numbers)}", statement(sql).decode())
    count = next(numbers) - 1
    connection.execute(f"PREPARE tried {f'({types})' if types else ''} AS {text}".encode())
    given = f"({', '.join(['NULL'] * count)})" if count else ""
    try:
        (rows,) = connection.execute(f"EXPLAIN (FORMAT JSON) EXECUTE tried{given}".encode())
    finally:
        connection.execute(b"DEALLOCATE tried")
    found = rows[0] if isinstance(rows[0], list) else json.loads(rows[0])
    return list(_nodes(found[0]["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", []):
        yield from _nodes(each)


@pytest.mark.postgres
@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_one_here_too_and_looks_up_by_index(connection: Any, name: str) -> None:
    nodes = plan(connection, STATEMENTS[name], TYPED.get(name, ""))
    scanned = {each["Relation Name"] for each in nodes if each["Node Type"] == "Seq Scan"}
    if " WHERE " in STATEMENTS[name].replace("\n", " ") and name not in WHOLE:
        assert scanned == set()


@pytest.mark.postgres
@pytest.mark.parametrize("select", ["select", "select_object"])
@pytest.mark.parametrize(
    ("match", "column"),
    [
        (Match(type=("tool",)), "otype"),
        (Match(id=("tool--1",)), "oid"),
        (Match(version=(5,)), "oversion"),
        (Match(spec_version=("2.0",)), "spec_version"),
        (Match(version=("all",)), "n"),
    ],
    ids=["type", "id", "instant", "spec", "all"],
)
def test_each_filter_walks_an_index_in_order(
    connection: Any, match: Match, column: str, select: str
) -> None:
    for sql, _ in selections("EU", 0, 10, match, select):
        nodes = plan(connection, sql)
        kinds = [each["Node Type"] for each in nodes if each["Node Type"] != "Result"]
        assert kinds in (["Limit", "Index Scan"], ["Limit", "Index Only Scan"])
        assert f"({column} " in nodes[-1]["Index Cond"]


def columns_here(store: Store) -> dict[str, list[tuple[str, str, bool]]]:
    """(name, type, may be NULL) of each column on PostgreSQL, in SQLite's words."""
    sql = (
        "SELECT table_name, column_name, upper(data_type), is_nullable, collation_name "
        "FROM information_schema.columns WHERE table_schema = current_schema"
    )
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for table, name, kind, nullable, collation in store._database.connection.execute(sql):
        assert (collation == "C") == (kind == "TEXT"), (table, name)
        found.setdefault(table, []).append((name, WORDS.get(kind, kind), nullable == "YES"))
    return {table: sorted(rows) for table, rows in found.items()}


def columns_there(connection: sqlite3.Connection, table: str) -> list[tuple[str, str, bool]]:
    """The same on SQLite."""
    found = connection.execute(f"SELECT name, type, \"notnull\" FROM pragma_table_info('{table}')")
    return sorted((name, kind, not must) for name, kind, must in found)


def keys_here(store: Store, table: str) -> set[tuple[bool, str, str]]:
    """(unique, columns, condition) of each index on PostgreSQL."""
    sql = (
        "SELECT i.indisunique, (SELECT string_agg(a.attname, ',' ORDER BY k.n) "
        "FROM unnest(i.indkey) WITH ORDINALITY k(at, n) JOIN pg_attribute a "
        "ON a.attrelid = i.indrelid AND a.attnum = k.at), pg_get_expr(i.indpred, i.indrelid) "
        f"FROM pg_index i WHERE i.indrelid = '{table}'::regclass"
    )
    found = store._database.connection.execute(sql)
    return {(unique, names, (only or "").strip("()")) for unique, names, only in found}


def keys_there(connection: sqlite3.Connection, table: str) -> set[tuple[bool, str, str]]:
    """The same on SQLite, where an INTEGER PRIMARY KEY is the table itself."""
    found: set[tuple[bool, str, str]] = set()
    for name, unique in connection.execute(
        f"SELECT name, \"unique\" FROM pragma_index_list('{table}')"
    ):
        parts = connection.execute(f"SELECT name FROM pragma_index_info('{name}') ORDER BY seqno")
        text = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,))
        only = ((text.fetchone() or ("",))[0] or "").partition(" WHERE ")[2]
        found.add((bool(unique), ",".join(row[0] for row in parts), only))
    keys = connection.execute(f"SELECT name FROM pragma_table_info('{table}') WHERE pk ORDER BY pk")
    return found | {(True, ",".join(row[0] for row in keys), "")}


def references_here(store: Store, table: str) -> set[tuple[str, str]]:
    """(column, table it refers to) on PostgreSQL."""
    sql = (
        "SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c "
        "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) "
        f"WHERE c.contype = 'f' AND c.conrelid = '{table}'::regclass"
    )
    return set(store._database.connection.execute(sql))


def references_there(connection: sqlite3.Connection, table: str) -> set[tuple[str, str]]:
    """The same on SQLite."""
    sql = f'SELECT "from", "table" FROM pragma_foreign_key_list(\'{table}\')'
    return set(connection.execute(sql))


@pytest.mark.postgres
def test_both_sides_have_the_same_tables_keys_and_references(
    cluster: Cluster, template: str, path: Any
) -> None:
    Store.open(path, create=True).close()
    there = sqlite3.connect(path)
    name = cluster.make(template)
    with Store.open(cluster.url(name)) as here:
        columns = columns_here(here)
        assert set(columns) == {
            row[0] for row in there.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
        for table, rows in columns.items():
            assert rows == columns_there(there, table), table
            assert keys_here(here, table) == keys_there(there, table), table
            found = there.execute(
                f'SELECT "from", "table" FROM pragma_foreign_key_list(\'{table}\')'
            )
            assert references_here(here, table) == set(found), table
        triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        assert set(here._database.connection.execute(triggers)) == set(
            there.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        )
    there.close()
    cluster.drop(name)


SAID = {
    "types": (
        "CREATE TABLE a (x TEXT, n INTEGER) STRICT;",
        'CREATE TABLE a (x TEXT COLLATE "C", n BIGINT);',
    ),
    "not in a text": ("UPDATE a SET x = 'a TEXT';", "UPDATE a SET x = 'a TEXT';"),
    "a refusal": (
        "CREATE TRIGGER t BEFORE DELETE ON a\nBEGIN SELECT RAISE(ABORT, 'never'); END;",
        "CREATE TRIGGER t BEFORE DELETE ON a FOR EACH ROW EXECUTE FUNCTION refuse('never');",
    ),
    "a refusal of some": (
        "CREATE TRIGGER t BEFORE UPDATE OF x ON a\nWHEN old.x <> new.x\n"
        "BEGIN SELECT RAISE(ABORT, 'never'); END;",
        "CREATE TRIGGER t BEFORE UPDATE OF x ON a FOR EACH ROW WHEN (old.x <> new.x) "
        "EXECUTE FUNCTION refuse('never');",
    ),
}


@pytest.mark.parametrize(("sqlite", "postgres"), SAID.values(), ids=SAID)
def test_what_the_schema_says_there(sqlite: str, postgres: str) -> None:
    assert schema(sqlite) == postgres


@pytest.mark.parametrize(
    ("sqlite", "postgres"),
    [
        (
            "SELECT x FROM a WHERE x LIKE ? AND y = '?'",
            b"SELECT x FROM a WHERE x ILIKE %s AND y = '?'",
        ),
        ("SELECT coalesce(b, x''), 5 % 2", b"SELECT coalesce(b, ''::bytea), 5 %% 2"),
        ("-- why?\nSELECT 1", b"\nSELECT 1"),
    ],
    ids=["parameters", "bytes and remainder", "comment"],
)
def test_what_a_statement_says_there(sqlite: str, postgres: bytes) -> None:
    assert statement(sqlite) == postgres


def test_migrations_have_the_same_numbers_and_names_on_both_sides() -> None:
    here, there = packaged("postgres"), packaged("sqlite")
    assert [(each.n, each.name) for each in here] == [(each.n, each.name) for each in there]
    own = [each.name for each, other in zip(here, there, strict=True) if each != other]
    assert own == ["0006_body.sql", "0020_erasure.sql"]

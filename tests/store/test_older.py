"""A store that an older noroshi wrote opens, with all that it held.

`older/NNNN.sql` are dumps of SQLite stores, each written by `older/write.py` with the noroshi of
schema NNNN. There was none on PostgreSQL then: the same rows are put into that schema, made by the
migrations up to NNNN.
"""

from __future__ import annotations

import importlib.util
import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from sides import Side, Where

from noroshi.store import LedgerRow, Match, Store
from noroshi.store.migrate import migrate, packaged, schema_version

OLDER = Path(__file__).with_name("older")
DUMPS = sorted(OLDER.glob("*.sql"))
EVER = 2**60


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    """What wrote the dumps."""
    spec = importlib.util.spec_from_file_location("write", OLDER / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unsealed(row: LedgerRow) -> LedgerRow:
    """The row without what depends on the form in which it was written."""
    return msgspec.structs.replace(row, prev="", sha="", form=0, seal="", salt=None)


def content(store: Store) -> dict[str, Any]:
    """What the store answers."""
    every = Match(version=("all",), spec_version=("2.0", "2.1"))
    store.verify_ledger()
    return {
        "records": store.since(0, 99),
        "plain": store.view_page("EU", limit=99),
        "all": store.view_page("EU", limit=99, match=every),
        "USA": store.view_page("USA", limit=99),
        "object": store.view_object("EU", "indicator--a"),
        "ledger": [unsealed(row) for row in store.ledger()],
        "law": [store.agreements(at=at, known=known) for at in (2, 9, 10) for known in (5, 6, 7)],
        "grants": store.grants(),
        "cursor": store.cursor("reader"),
        "source": store.source("f" * 64),
        "events": store.events(0, 99),
        "counts": store.counts(),
    }


def from_before(side: Side, dump: Path, folder: Path) -> Where:
    """The store of the dump, in the schema of its time."""
    old = folder / "old.db"
    connection = sqlite3.connect(old)
    connection.executescript(dump.read_text("utf-8"))
    if side.name == "sqlite":
        connection.close()
        return old
    where = side.nothing()
    _at(str(where), int(dump.stem))
    _copy(connection, str(where))
    connection.close()
    return where


def _at(url: str, version: int) -> None:
    from noroshi.store.postgres import opened

    database = opened(url, create=True)
    migrate(database, packaged("postgres")[:version])
    assert schema_version(database) == version
    database.close()


def _copy(old: sqlite3.Connection, url: str) -> None:
    """Put every row into the table of its name."""
    import psycopg

    tables = [row[0] for row in old.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    with psycopg.connect(url) as new:
        new.execute("SET session_replication_role = replica")
        for table in sorted(set(tables) - {"meta", "migration"}):
            cursor = old.execute(f"SELECT * FROM {table}")
            names = [each[0] for each in cursor.description]
            places = ", ".join(["%s"] * len(names))
            rows = cursor.fetchall()
            sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
            new.cursor().executemany(sql.encode(), rows)
            if table == "blob" and "n" in names:
                given = "SELECT setval(pg_get_serial_sequence('blob', 'n'), max(n)) FROM blob"
                new.execute(given.encode())
        facts = old.execute("SELECT key, value FROM meta WHERE key <> 'schema_version'").fetchall()
        new.cursor().executemany(b"INSERT INTO meta (key, value) VALUES (%s, %s)", facts)


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_it_opens_with_all_that_it_held(
    side: Side, dump: Path, writer: ModuleType, tmp_path: Path
) -> None:
    fresh = side.fresh()
    with Store.open(fresh) as today:
        writer.fill(today)
        expected = content(today)
    assert expected["counts"]["view_entry"] == 6
    where = from_before(side, dump, tmp_path)
    with Store.open(where) as store:
        assert schema_version(store._database) == len(packaged())
        assert content(store) == expected
        store.rebuild_views()
        assert content(store) == expected
        writer.fill(store)
        assert store.since(0, 99) == expected["records"]
        body = store.put_blob(b"later")
        assert store.blob(body) == b"later"
    with Store.open(where) as again:
        assert again.since(0, 99) == expected["records"]


def test_there_is_a_dump_of_most_schemas() -> None:
    assert [dump.stem for dump in DUMPS][:3] == ["0004", "0005", "0007"]
    assert all(int(dump.stem) <= len(packaged()) for dump in DUMPS)

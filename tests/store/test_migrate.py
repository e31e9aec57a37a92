"""Migrations: an older store is brought up, a newer or foreign one refused, by name and reason."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from noroshi.store import Store
from noroshi.store.migrate import Migration, migrate, packaged, schema_version
from noroshi.store.sqlite import Database, split
from noroshi.words.errors import BadInput, Refused
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Strand, label

LABEL = label(Strand("JPN", "maritime", "stop"))
RAW = b'{"id":"tool--1"}'


def version_one(path: Path) -> None:
    """A store as the first migration alone leaves it, made by hand, with one record."""
    first = packaged()[0]
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;"
        "CREATE TABLE migration (n INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
        " sha256 TEXT NOT NULL) STRICT;"
    )
    connection.executescript(first.sql)
    connection.execute("INSERT INTO meta VALUES ('schema_version', '1')")
    connection.execute(
        "INSERT INTO migration VALUES (1, ?, ?)", (first.name, sha256(first.sql.encode()))
    )
    connection.execute("INSERT INTO blob VALUES (?, ?)", (sha256(RAW), RAW))
    connection.execute(
        "INSERT INTO record VALUES (1, 'tool--1', 5, 'tool', 'cyber', 'JPN', ?, 6, 'live')",
        (sha256(RAW),),
    )
    strand = LABEL.strands[0]
    connection.execute(
        "INSERT INTO strand VALUES (?, ?, ?)",
        (LABEL.key(), strand.key(), canonical(strand).decode()),
    )
    connection.execute("INSERT INTO record_strand VALUES (1, ?)", (LABEL.key(),))
    connection.commit()
    connection.close()


def test_an_older_store_is_migrated_and_keeps_what_it_has(path: Path) -> None:
    version_one(path)
    with Store.open(path) as store:
        held = store.record("tool--1")
        assert held is not None
        assert (held.raw, held.label, held.version) == (RAW, LABEL, 5)
        assert store.counts()["view_entry"] == 0
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() == (
        str(len(packaged())),
    )
    connection.close()


def test_a_newer_store_is_refused_untouched(path: Path) -> None:
    Store.open(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    connection.commit()
    connection.close()
    with pytest.raises(BadInput, match=r"newer noroshi.*found schema 999.*(?s:.)Hint"):
        Store.open(path)


def test_a_store_of_another_build_is_refused(path: Path) -> None:
    Store.open(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE migration SET sha256 = 'other' WHERE n = 2")
    connection.commit()
    connection.close()
    with pytest.raises(BadInput, match=r"migration 0002_\w+\.sql: was applied with another text"):
        Store.open(path)


def test_a_store_that_is_not_there(path: Path) -> None:
    with pytest.raises(BadInput, match="no store here"):
        Store.open(path)
    assert not path.exists()


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be read as one" * 20)
    with pytest.raises(BadInput, match="cannot be opened"):
        Store.open(path)


def test_somebody_elses_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(BadInput, match="not a store of noroshi"):
        Store.open(path)


def test_a_new_store_is_readable_by_its_user_alone(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.put_blob(b"x")
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(["node.db", "node.db-wal", "node.db-shm"], 0o600)


def test_a_migration_that_fails_leaves_the_store_as_it_was(path: Path) -> None:
    good = Migration(1, "0001_a.sql", "CREATE TABLE a (x TEXT) STRICT;")
    bad = Migration(2, "0002_b.sql", "CREATE TABLE b (x TEXT) STRICT;\nCREATE TABLE a (x TEXT);")
    database = Database(path)
    assert migrate(database, (good,)) == 0
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(database, (good, bad))
    tables = database.connection.execute("SELECT name FROM sqlite_schema").fetchall()
    assert ("b",) not in tables
    assert schema_version(database) == 1
    database.close()


def test_a_store_made_at_once_is_the_one_migrated_step_by_step(tmp_path: Path) -> None:
    schemas: list[list[tuple[str, ...]]] = []
    for name, untils in (("once", (None,)), ("steps", range(1, len(packaged()) + 1))):
        database = Database(tmp_path / name)
        for until in untils:
            migrate(database, packaged()[:until])
        rows = database.connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 2")
        schemas.append(rows.fetchall())
        database.close()
    assert schemas[0] == schemas[1]
    assert len(schemas[0]) > len(packaged())


def test_migrations_are_numbered_without_gaps() -> None:
    assert [each.n for each in packaged()] == list(range(1, len(packaged()) + 1))


def test_a_trigger_is_one_statement() -> None:
    trigger = "CREATE TRIGGER t BEFORE DELETE ON a\nBEGIN SELECT 1; SELECT 2; END;\n"
    assert list(split(f"-- why\nCREATE TABLE a (x);\n{trigger}")) == [
        "-- why\nCREATE TABLE a (x);\n",
        trigger,
    ]


def test_a_closed_store_stays_closed(path: Path) -> None:
    store = Store.open(path, create=True)
    store.close()
    with pytest.raises(Refused, match="closed"):
        store.counts()


def test_a_backup_is_a_store(path: Path) -> None:
    copy = path.with_name("copy.db")
    with Store.open(path, create=True) as store:
        digest = store.put_blob(b"kept")
        store.backup(copy)
        store.put_blob(b"later")
    with Store.open(copy) as other:
        assert other.blob(digest) == b"kept"
        assert other.counts()["blob"] == 1
    assert copy.stat().st_mode & 0o077 == 0


def older(path: Path, until: int) -> sqlite3.Connection:
    """A store as the noroshi of migration `until` left it."""
    database = Database(path)
    migrate(database, packaged()[:until])
    database.close()
    return sqlite3.connect(path, isolation_level=None)


def test_views_written_before_bytes_had_numbers_are_read(path: Path) -> None:
    connection = older(path, 4)
    for n, sha in ((1, "bb"), (2, "aa"), (3, "cc")):
        connection.execute("INSERT INTO blob VALUES (?, ?)", (sha, sha.encode()))
        row = (n, f"tool--{n}", 1, "tool", "cyber", "JPN", sha, 1, "live")
        connection.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO record_strand VALUES (?, 'cell')", (n,))
        row = ("EU", n, n, 1, n, sha, 0, None, f"tool--{n}", 1, "tool", "2.1")
        connection.execute(f"INSERT INTO view_entry VALUES ({', '.join('?' * 12)})", row)
        row = ("EU", n, f"tool--{n}", f"tool--{n}", 1, "tool", "2.1", 0, 1, 1, 1, 1)
        connection.execute(f"INSERT INTO view_current VALUES ({', '.join('?' * 12)})", row)
    connection.close()
    with Store.open(path) as store:
        assert [each.body for each in store.view_page("EU", limit=9)] == [b"bb", b"aa", b"cc"]
        before = _current(path)
        store.rebuild_views()
        assert _current(path) == before
        with pytest.raises(KeyError):
            store.blob("dd")


def _current(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT * FROM view_current ORDER BY party, n").fetchall()
    connection.close()
    return rows


def test_a_table_that_others_refer_to_is_replaced_or_nothing_is(path: Path) -> None:
    start = "CREATE TABLE a (x TEXT PRIMARY KEY) STRICT;\nINSERT INTO a VALUES ('p'), ('q');\n"
    start += "CREATE TABLE b (x TEXT REFERENCES a (x)) STRICT;\nINSERT INTO b VALUES ('q');\n"
    move = "-- why\n-- foreign keys: off\nCREATE TABLE c (x TEXT PRIMARY KEY) STRICT;\n"
    end = "DROP TABLE a;\nALTER TABLE c RENAME TO a;\n"
    first = Migration(1, "0001_a.sql", start)
    losing = Migration(2, "0002_b.sql", f"{move}INSERT INTO c VALUES ('p');\n{end}")
    whole = Migration(2, "0002_b.sql", f"{move}INSERT INTO c SELECT x FROM a;\n{end}")
    database = Database(path)
    migrate(database, (first,))
    with pytest.raises(BadInput, match=r"0002_b\.sql: a row refers to nothing; found row 1 of b"):
        migrate(database, (first, losing))
    assert schema_version(database) == 1
    migrate(database, (first, whole))
    assert database.connection.execute("SELECT x FROM a ORDER BY x").fetchall() == [("p",), ("q",)]
    assert database.connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        database.connection.execute("INSERT INTO b VALUES ('r')")
    database.close()

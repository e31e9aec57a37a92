"""How the SQLite file is used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from noroshi.store import Store
from noroshi.store.sqlite import Database


def test_how_the_file_is_used(path: Path) -> None:
    database = Database(path)
    asked = {
        name: database.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }
    database.close()


def test_every_table_is_strict(path: Path) -> None:
    Store.open(path, create=True).close()
    connection = sqlite3.connect(path)
    tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    loose = [name for name, strict in tables if not strict and not name.startswith("sqlite_")]
    connection.close()
    assert loose == []

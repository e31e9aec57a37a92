"""Migrations: numbered SQL files, each applied once, in one transaction, with its checksum kept.

A file from a newer noroshi is refused: guessing at its tables could lose what it holds.
"""

from __future__ import annotations

import functools
import importlib.resources
import sqlite3

import msgspec

from noroshi.store.database import Connection, Database, Dialect
from noroshi.words.errors import BadInput
from noroshi.words.ids import sha256

_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS migration (
    n INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL
) STRICT;
"""


class Migration(msgspec.Struct, frozen=True):
    """The `n`-th change of the schema, the first being 1."""

    n: int
    name: str
    sql: str

    @property
    def moves_tables(self) -> bool:
        """Whether it replaces tables that others refer to, which SQLite allows only while it does
        not check references (https://sqlite.org/lang_altertable.html, section 7)."""
        return "\n-- foreign keys: off\n" in self.sql

    @property
    def digest(self) -> str:
        """SHA-256 of its text."""
        return sha256(self.sql.encode())


@functools.cache
def packaged(dialect: Dialect = "sqlite") -> tuple[Migration, ...]:
    """The migrations of this noroshi, in order: one row for both sides. A file of the same name
    in the folder `postgres` stands in where that side must go another way to the same tables."""
    folder = importlib.resources.files("noroshi.store").joinpath("migrations")
    found = {each.name: each for each in folder.iterdir() if each.name.endswith(".sql")}
    if dialect == "postgres":
        found |= {each.name: each for each in folder.joinpath("postgres").iterdir()}
    return tuple(
        Migration(int(name[:4]), name, file.read_text("utf-8"))
        for name, file in sorted(found.items())
    )


def schema_version(database: Database) -> int:
    """The number of the last migration applied; 0 where nothing is, -1 for somebody else's."""
    tables = database.tables()
    if not tables:
        return 0
    if "meta" not in tables or "migration" not in tables:
        return -1
    sql = "SELECT value FROM meta WHERE key = 'schema_version'"
    row = database.connection.execute(sql).fetchone()
    return int(row[0]) if row else -1


def migrate(database: Database, migrations: tuple[Migration, ...]) -> int:
    """Bring the file to the last of `migrations`; the version it had before.

    Raises `BadInput` when the file is not a store, is newer, or was made by other migrations.
    """
    before = _checked(database, migrations)
    # A new store is made at once: there is nothing in it that a long transaction would hold up.
    steps = [migrations] if not before else [(each,) for each in migrations[before:]]
    for step in steps:
        names = ", ".join(each.name for each in step)
        moves = any(each.moves_tables for each in step)
        with database.changing(names, moves_tables=moves) as connection:
            # Another process may have been first between the look above and this lock.
            there = schema_version(database)
            for each in step:
                if each.n > there:
                    _apply(database, connection, each)
    return before


def _apply(database: Database, connection: Connection, migration: Migration) -> None:
    database.run(_OWN_TABLES)
    database.run(migration.sql)
    connection.execute(
        "INSERT INTO migration (n, name, sha256) VALUES (?, ?, ?)",
        (migration.n, migration.name, migration.digest),
    )
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('schema_version', ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(migration.n),),
    )


def _checked(database: Database, migrations: tuple[Migration, ...]) -> int:
    try:
        before = schema_version(database)
    except sqlite3.DatabaseError as problem:
        raise BadInput(database.name, f"cannot be opened: {problem}") from problem
    if before < 0:
        raise BadInput(database.name, "a database, but not a store of noroshi")
    if before > len(migrations):
        raise BadInput(
            database.name,
            "a newer noroshi wrote this store",
            found=f"schema {before}",
            expected=f"at most {len(migrations)}",
            hint="use the version of noroshi that wrote it, or a newer one",
        )
    if before:
        _check_texts(database, migrations)
    return before


def _check_texts(database: Database, migrations: tuple[Migration, ...]) -> None:
    applied = dict(database.connection.execute("SELECT n, sha256 FROM migration").fetchall())
    for migration in migrations[: len(applied)]:
        if applied.get(migration.n) != migration.digest:
            raise BadInput(
                f"{database.name}: migration {migration.name}",
                "was applied with another text",
                found=str(applied.get(migration.n))[:12],
                expected=migration.digest[:12],
                hint="a build that was never released made this file; make a new store",
            )

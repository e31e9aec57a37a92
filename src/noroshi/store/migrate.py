"""Migrations: numbered SQL files, each applied once, in one transaction, with its checksum kept.

A file from a newer noroshi is refused: guessing at its tables could lose what it holds.
"""

from __future__ import annotations

import importlib.resources
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import msgspec

from noroshi.store.sqlite import Database
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


def packaged() -> tuple[Migration, ...]:
    """The migrations of this noroshi, in order."""
    folder = importlib.resources.files("noroshi.store").joinpath("migrations")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(Migration(int(f.name[:4]), f.name, f.read_text("utf-8")) for f in files)


def split(sql: str) -> Iterator[str]:
    """The complete statements of `sql`, one by one (a trigger's body stays whole)."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def schema_version(connection: sqlite3.Connection) -> int:
    """The number of the last migration applied; 0 for an empty file, -1 for somebody else's."""
    tables = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    }
    if not tables:
        return 0
    if "meta" not in tables or "migration" not in tables:
        return -1
    row = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    return int(row[0]) if row else -1


def migrate(database: Database, migrations: tuple[Migration, ...]) -> int:
    """Bring the file to the last of `migrations`; the version it had before.

    Raises `BadInput` when the file is not a store, is newer, or was made by other migrations.
    """
    before = _checked(database, migrations)
    for migration in migrations[before:]:
        with _references(database, migration), database.write() as connection:
            # Another process may have been first between the look above and this lock.
            if schema_version(connection) >= migration.n:
                continue
            for statement in (*split(_OWN_TABLES), *split(migration.sql)):
                connection.execute(statement)
            if migration.moves_tables:
                _check_references(connection, database, migration)
            connection.execute(
                "INSERT INTO migration (n, name, sha256) VALUES (?, ?, ?)",
                (migration.n, migration.name, migration.digest),
            )
            connection.execute(
                "INSERT INTO meta (key, value) VALUES ('schema_version', ?) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (str(migration.n),),
            )
    return before


@contextmanager
def _references(database: Database, migration: Migration) -> Generator[None]:
    """While the migration runs, references are checked at each statement, or only at its end."""
    if not migration.moves_tables:
        yield
        return
    database.connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        database.connection.execute("PRAGMA foreign_keys = ON")


def _check_references(
    connection: sqlite3.Connection, database: Database, migration: Migration
) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise BadInput(
            f"{database.path}: migration {migration.name}",
            "a row refers to nothing",
            found=f"row {broken[1]} of {broken[0]} to {broken[2]}",
            hint="the store stays as it was; restore it from a backup",
        )


def _checked(database: Database, migrations: tuple[Migration, ...]) -> int:
    try:
        before = schema_version(database.connection)
    except sqlite3.DatabaseError as problem:
        raise BadInput(str(database.path), f"cannot be opened: {problem}") from problem
    if before < 0:
        raise BadInput(str(database.path), "a database, but not a store of noroshi")
    if before > len(migrations):
        raise BadInput(
            str(database.path),
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
                f"{database.path}: migration {migration.name}",
                "was applied with another text",
                found=str(applied.get(migration.n))[:12],
                expected=migration.digest[:12],
                hint="a build that was never released made this file; make a new store",
            )

"""The two databases a store can be in, as the contract suite sees them: where a store is, and its
rows as they lie there, read with nothing of ours."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Protocol

import pytest
from pg_cluster import Cluster

from noroshi.words.errors import StoreFailed

Where = Path | str


class Side(Protocol):
    """SQLite or PostgreSQL."""

    name: str
    refused: type[Exception]
    """What comes of a change that the tables' own rules forbid, by way of the store."""
    forbidden: type[Exception]
    """The same by way of a connection of its own."""

    def nothing(self) -> Where:
        """A place where there is no store yet."""
        ...

    def fresh(self) -> Where:
        """The place of a new store."""
        ...

    def rows(self, where: Where, sql: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        ...

    def run(self, where: Where, sql: str) -> None:
        """Run statements, each kept."""
        ...


class SqliteSide:
    """Files in temporary folders."""

    name = "sqlite"
    refused: type[Exception] = sqlite3.IntegrityError
    forbidden: type[Exception] = sqlite3.IntegrityError

    def __init__(self, factory: pytest.TempPathFactory, empty: bytes) -> None:
        self._factory, self._empty = factory, empty

    def nothing(self) -> Where:
        return self._factory.mktemp("side") / "node.db"

    def fresh(self) -> Where:
        path = Path(self.nothing())
        path.write_bytes(self._empty)
        return path

    def rows(self, where: Where, sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(where)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def run(self, where: Where, sql: str) -> None:
        connection = sqlite3.connect(where)
        try:
            connection.executescript(sql)
        finally:
            connection.close()


class PostgresSide:
    """Databases of one cluster."""

    name = "postgres"
    refused: type[Exception] = StoreFailed

    def __init__(self, cluster: Cluster, template: str) -> None:
        import psycopg

        self.forbidden: type[Exception] = psycopg.IntegrityError
        self._cluster, self._template = cluster, template
        self._made: list[str] = []

    def nothing(self) -> Where:
        return self._make("template1")

    def fresh(self) -> Where:
        return self._make(self._template)

    def _make(self, template: str) -> str:
        self._made.append(self._cluster.make(template))
        return self._cluster.url(self._made[-1])

    def rows(self, where: Where, sql: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(str(where)) as connection:
            return connection.execute(sql.encode()).fetchall()

    def run(self, where: Where, sql: str) -> None:
        import psycopg

        with psycopg.connect(str(where)) as connection:
            connection.execute(sql.encode())

    def drop(self) -> None:
        """Remove every database that was made."""
        for name in self._made:
            self._cluster.drop(name)

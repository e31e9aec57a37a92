"""What the store needs of a database: two adapters fulfil it, and no other module asks which.

Statements are in SQLite's dialect with `?` for parameters; what is not SQLite translates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, Protocol

Dialect = Literal["sqlite", "postgres"]


class Answer(Protocol):
    """What a statement gave: rows, or how many rows it changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed; without meaning for a query."""
        ...

    def fetchone(self) -> Any:
        """The next row as a tuple; None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """The rows that are left, one by one."""
        ...


class Connection(Protocol):
    """One thread's connection. A statement outside `write()` and `read()` stands alone."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Answer:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of parameters, in that order."""
        ...


class Database(Protocol):
    """A database shared by the threads of this process and by other processes."""

    @property
    def name(self) -> str:
        """What messages call it; holds no secret."""
        ...

    @property
    def dialect(self) -> Dialect:
        """Which migrations it takes."""
        ...

    @property
    def connection(self) -> Connection:
        """This thread's connection."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that holds the one write lock from its start; nested, a savepoint."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """One snapshot for several reads; inside `write()`, that transaction."""
        ...

    def tables(self) -> set[str]:
        """The tables there are."""
        ...

    def changing(self, what: str, *, moves_tables: bool) -> AbstractContextManager[Connection]:
        """A write transaction for the migration `what`, inside which `run` carries it out.
        `moves_tables`: it replaces tables that others refer to; `BadInput` if a row of theirs
        then refers to nothing."""
        ...

    def run(self, sql: str) -> None:
        """Carry out the statements of a migration inside the open transaction."""
        ...

    def backup(self, path: Path) -> None:
        """Write a copy to the new file `path`; `Refused` where that is not this side's work."""
        ...

    def scrub(self) -> bool:
        """Leave nothing of what was deleted in the file and its log; whether that could be done."""
        ...

    def close(self) -> None:
        """Close every thread's connection, for good."""
        ...

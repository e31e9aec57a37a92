"""Tasks: what is left for a person to do; and what duties of agreements owe to whom."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from noroshi.store import events
from noroshi.store.database import Connection, Database
from noroshi.store.statements import statements

SQL = statements("tasks")
TOPIC = "task.changed"

How = Literal["pushed", "served", "withdrawn", "ended"]
"""It was sent and taken; it was fetched; it was taken back; the duty stands no more."""


class Task(msgspec.Struct, frozen=True):
    """Something to do, `due` (µs UTC), and `why`, which is for this node alone. `closed_by` is who
    did it, '' where it was settled by itself."""

    id: str
    kind: str
    key: str
    title: str
    why: str
    record: str | None
    party: str | None
    raised: int
    due: int
    assignee: str | None = None
    closed: int | None = None
    closed_by: str | None = None


class Note(msgspec.Struct, frozen=True):
    """What somebody did about a task at `at` (µs UTC), and why."""

    at: int
    who: str
    did: str
    why: str


class Owed(NamedTuple):
    """Duty `clause` owes record `id` to `party`, in `version` (stored as `seq`) or later, by `due`.
    `met` is when it had it, or was owed it no more. Instants are µs UTC."""

    clause: str
    party: str
    id: str
    version: int
    seq: int
    since: int
    due: int
    met: int | None = None
    how: How | None = None


class Tasks:
    """Tasks and debts of one store. Every change of a task is an event, in one transaction."""

    _database: Database

    def raise_task(self, task: Task, *, again: bool = False) -> bool:
        """Keep a task, once for its kind and key; whether anything changed. One that was closed
        stays closed unless it comes up `again`."""
        with self._database.write() as connection:
            held = self.task(task.id)
            if held is None:
                row = msgspec.structs.astuple(task)[:9]
                connection.execute(SQL["put"], row)
            elif held.closed is not None and not again:
                return False
            else:
                told = (held.title, held.why, held.due) == (task.title, task.why, task.due)
                if told and held.closed is None:
                    return False
                connection.execute(SQL["reopen"], (task.id,))
                connection.execute(SQL["update"], (task.title, task.why, task.due, task.id))
            _changed(connection, task.id, task.raised)
            return True

    def assign_task(self, id: str, to: str, *, who: str, why: str, at: int) -> None:
        """Make somebody answer for a task."""
        with self._database.write() as connection:
            connection.execute(SQL["assign"], (to, id))
            _note(connection, id, Note(at, who, f"assigned to {to}", why))
            _changed(connection, id, at)

    def close_task(self, id: str, *, who: str, did: str, why: str, at: int) -> bool:
        """Close a task, where it is open; whether it was. `who` is '' for what settled itself."""
        with self._database.write() as connection:
            if not connection.execute(SQL["close"], (at, who, id)).rowcount:
                return False
            _note(connection, id, Note(at, who, did, why))
            _changed(connection, id, at)
            return True

    def task(self, id: str) -> Task | None:
        """The task with this id."""
        found = self._found("task", id)
        return Task(*found[0]) if found else None

    def tasks(self, *, every: bool = False) -> tuple[Task, ...]:
        """Open tasks by when they are due, or `every` one by when it was raised."""
        return tuple(Task(*row) for row in self._found("all" if every else "open"))

    def task_notes(self, id: str) -> tuple[Note, ...]:
        """What was done about a task, oldest first."""
        return tuple(Note(*row) for row in self._found("notes", id))

    def owe(self, owed: Owed) -> None:
        """Keep that a record is owed. A later version of what was met is owed anew; of what was
        not, by when it already was."""
        with self._database.write() as connection:
            connection.execute(SQL["owe"], owed[:7])

    def owed(self, party: str | None = None) -> tuple[Owed, ...]:
        """What is owed still, to `party` or to all, by when it is due."""
        found = self._found("owed") if party is None else self._found("owed_to", party)
        return tuple(Owed(*row) for row in found)

    def every_owed(self) -> tuple[Owed, ...]:
        """What is and was owed, oldest first."""
        return tuple(Owed(*row) for row in self._found("every_owed"))

    def meet(self, owed: Owed, how: How, *, at: int) -> bool:
        """Keep that this version is owed no more; False where a later one is owed by now."""
        with self._database.write() as connection:
            key = (at, how, owed.clause, owed.party, owed.id, owed.version)
            return bool(connection.execute(SQL["meet"], key).rowcount)

    def _found(self, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
        return self._database.connection.execute(SQL[statement], arguments).fetchall()


def _changed(connection: Connection, id: str, at: int) -> None:
    events.emit(connection, [(TOPIC, id)], at)


def _note(connection: Connection, id: str, note: Note) -> None:
    (last,) = connection.execute(SQL["last_note"], (id,)).fetchone()
    row = (id, last + 1, *msgspec.structs.astuple(note))
    connection.execute(SQL["note"], row)

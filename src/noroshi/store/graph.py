"""References at rest: who refers to whom, and how each party's versions stand in the closure.

Derived, all of it: from the bytes of records by who reads them (`exchange/graph.py`), and from
decisions by who settles a view (`exchange/settle.py`). Here are only the rows. Ids and cells are
numbers, so that a million references are small and lie together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from noroshi.store.statements import chunks, listed, statements

if TYPE_CHECKING:
    from noroshi.store.database import Connection, Database

SQL = statements("graph")
VIEW = statements("settled")


class VersionRow(NamedTuple):
    """What decides about a version without its bytes: `object` and `cell` are numbers, `refs` a
    JSON text of object numbers, `made` µs UTC."""

    seq: int
    object: int
    version: int
    otype: str
    finding: str | None
    readable: int
    live: int
    cell: int
    made: int
    refs: str


class Standing(NamedTuple):
    """A version with how it stands for one party; `transforms` is None where it is withheld."""

    seq: int
    object: int
    version: int
    otype: str
    finding: str | None
    readable: int
    live: int
    cell: int
    made: int
    refs: str
    transforms: str | None
    state: int


class Todo(NamedTuple):
    """A version whose entries are to be made again; see table `view_todo`."""

    seq: int
    held: bool
    again: bool


class References:
    """The reference tables of one store. Call what writes inside `store.write()`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _connection(self) -> Connection:
        return self._database.connection

    def last_seq(self) -> int:
        """The last version that was read into these tables."""
        return self._one("last_seq")

    def last_record(self) -> int:
        """The last version stored."""
        return self._one("last_record")

    def last_event(self) -> int:
        """The number of the last event."""
        return self._one("last_event")

    def _one(self, name: str, *arguments: Any) -> Any:
        return self._connection.execute(SQL[name], arguments).fetchone()[0]

    def numbers(self, ids: Iterable[str]) -> dict[str, int]:
        """The numbers of ids, those that have one."""
        return dict(_listed(self._connection, SQL["objects"], (), ids))

    def intern(self, ids: dict[str, str]) -> dict[str, int]:
        """The numbers of ids, given now to those that had none; `ids` has each one's tail."""
        found = self.numbers(ids)
        new = [each for each in ids if each not in found]
        numbered = dict(zip(new, range(self._one("last_object") + 1, 1 << 62), strict=False))
        rows = [(n, each, ids[each]) for each, n in numbered.items()]
        self._connection.executemany(SQL["put_object"], rows)
        return found | numbered

    def ids(self, objects: Iterable[int]) -> dict[int, str]:
        """The ids of these numbers."""
        return dict(_listed(self._connection, SQL["ids"], (), objects))

    def with_tail(self, tail: str) -> list[int]:
        """The objects with this tail of which a version is held."""
        return [row[0] for row in self._connection.execute(SQL["with_tail"], (tail,))]

    def holds(self, id: str) -> bool:
        """Whether a version of the object is held."""
        return self._connection.execute(SQL["holds"], (id,)).fetchone() is not None

    def cell(self, cell: str) -> int | None:
        """The number of a label's cell."""
        row = self._connection.execute(SQL["cell"], (cell,)).fetchone()
        return row[0] if row else None

    def cell_name(self, n: int) -> str:
        """The cell with this number."""
        return self._one("cell_name", n)

    def put_cell(self, cell: str, instants: Iterable[int]) -> int:
        """Give a cell its number, with the instants (µs UTC) at which its label changes."""
        n = self._one("last_cell") + 1
        self._connection.execute(SQL["put_cell"], (n, cell))
        self._connection.executemany(SQL["put_instant"], [(at, n) for at in instants])
        return n

    def cells_after(self, n: int, limit: int) -> list[tuple[int, str]]:
        """Cells by number."""
        return self._connection.execute(SQL["cells_after"], (n, limit)).fetchall()

    def cells_between(self, since: int, until: int) -> list[tuple[int, str]]:
        """Cells whose label changes at an instant from `since` to `until`, both included."""
        return self._connection.execute(SQL["cells_between"], (since, until)).fetchall()

    def next_instant(self, at: int) -> int | None:
        """The first instant after `at` at which a label changes."""
        return self._one("next_instant", at)

    def add(
        self,
        versions: Sequence[VersionRow],
        references: Iterable[tuple[int, int, int]],
        naming: Iterable[tuple[str, int]],
    ) -> None:
        """Add versions with their (target, role, seq) and (tail, seq)."""
        self._connection.executemany(SQL["put_version"], versions)
        self._connection.executemany(SQL["put_reference"], references)
        self._connection.executemany(SQL["put_naming"], naming)

    def current(self, id: str) -> list[tuple[int, str, str]]:
        """(seq, status, cell) of the object's versions as the records say now."""
        return self._connection.execute(SQL["current"], (id,)).fetchall()

    def update(self, seq: int, live: bool, cell: int) -> None:
        """Whether the version lives, and under which label."""
        self._connection.execute(SQL["update_version"], (int(live), cell, seq))

    def facts(self, seqs: Iterable[int]) -> dict[int, tuple[str, int]]:
        """(id, when it was made in µs UTC) of versions, those that were read."""
        found = _listed(self._connection, SQL["facts"], (), seqs)
        return {seq: (oid, made) for seq, oid, made in found}

    def gone(self, seqs: Iterable[int]) -> set[int]:
        """Those of these versions that were taken back, as the records say now."""
        return {row[0] for row in _listed(self._connection, SQL["gone"], (), seqs)}

    def seqs(self, after: int, limit: int) -> list[int]:
        """Versions read, after number `after`."""
        return [row[0] for row in self._connection.execute(SQL["seqs"], (after, limit))]

    def referring(self, target: int, roles: Sequence[int]) -> list[int]:
        """Versions that refer to the object in one of these roles."""
        sql = listed(SQL["referring"], len(roles))
        return [row[0] for row in self._connection.execute(sql, (target, *roles))]

    def naming(self, tail: str) -> list[int]:
        """Versions that show the tail where it cannot be taken out."""
        return [row[0] for row in self._connection.execute(SQL["naming"], (tail,))]

    def referring_all(
        self, targets: Iterable[int], roles: tuple[int, int]
    ) -> list[tuple[int, int, int]]:
        """(target, role, seq) of versions that refer to these objects in one of these roles."""
        return list(_listed(self._connection, SQL["referring_all"], (), targets, roles))

    def naming_all(self, tails: Iterable[str]) -> list[tuple[str, int]]:
        """(tail, seq) of versions that show these tails where they cannot be taken out."""
        return list(_listed(self._connection, SQL["naming_all"], (), tails))


class Settled:
    """How one party's versions stand. Call what writes inside `store.write()`."""

    def __init__(self, database: Database, party: str) -> None:
        self._database, self._party = database, party

    @property
    def _connection(self) -> Connection:
        return self._database.connection

    def by_seq(self, seqs: Iterable[int]) -> list[Standing]:
        """These versions."""
        found = _listed(self._connection, VIEW["by_seq"], (self._party,), seqs)
        return [Standing(*row) for row in found]

    def by_object(self, objects: Iterable[int]) -> list[Standing]:
        """All versions of these objects."""
        found = _listed(self._connection, VIEW["by_object"], (self._party,), objects)
        return [Standing(*row) for row in found]

    def put(self, rows: Iterable[tuple[int, str, int]]) -> None:
        """Keep (seq, transforms, state)."""
        self._many("put", rows)

    def drop(self, seqs: Iterable[int]) -> None:
        """Versions that are withheld now."""
        self._listed("drop", seqs)

    def _listed(self, name: str, values: Iterable[Any], *before: Any) -> None:
        for some in chunks(values):
            sql = listed(VIEW[name], len(some))
            self._connection.execute(sql, (self._party, *before, *some))

    def _many(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._connection.executemany(VIEW[name], [(self._party, *row) for row in rows])

    def _all(self, name: str, *arguments: Any) -> list[Any]:
        return self._connection.execute(VIEW[name], (self._party, *arguments)).fetchall()

    def state(self, seq: int) -> int:
        """The state of a version; 0 where it is withheld."""
        found = self._all("state", seq)
        return found[0][0] if found else 0

    def differing(
        self, cell: int, made: tuple[int, int], answer: str, seqs: tuple[int, int], limit: int
    ) -> list[int]:
        """Versions of the cell, made in [from, to), after `seqs[0]` and to `seqs[1]`, that rest on
        another answer."""
        arguments = (cell, *seqs, *made, answer, limit)
        return [row[0] for row in self._all("differing", *arguments)]

    def answers(self, cell: int) -> dict[tuple[int, int], str]:
        """The answers that versions of the cell rest on, by [made_from, made_to)."""
        return {(since, until): answer for since, until, answer in self._all("answers", cell)}

    def put_answer(self, cell: int, made: tuple[int, int], answer: str) -> None:
        """Keep an answer in place of those whose stretch it meets."""
        since, until = made
        self._many("drop_answers", [(cell, until, since)])
        self._many("put_answer", [(cell, since, until, answer)])

    def put_todo(self, seqs: Iterable[int], *, held: bool) -> None:
        """The entries of these versions are to be made again."""
        self._many("put_todo", ((seq, int(held)) for seq in seqs))

    def put_todo_referring(self, targets: Sequence[int], state: int, *, held: bool) -> None:
        """Those of versions that refer to these objects, and have a bit of `state`."""
        self._listed("put_todo_referring", targets, state)
        if held:
            self._listed("hold_referring", targets)

    def put_todo_bringing(self, oids: Sequence[str]) -> None:
        """Those of versions that bring these objects beside themselves."""
        self._listed("put_todo_bringing", oids)
        self._listed("put_todo_sharing", oids)

    def put_todo_unshown(self, seqs: Iterable[int]) -> None:
        """Those of these versions whose object the party was served, and that its journal neither
        shows nor ended: it was put back from a backup of before."""
        some = [*seqs]
        self._listed("put_todo_unshown", some)
        self._listed("put_todo_unshown_variants", some)

    def put_todo_forgotten(self) -> None:
        """Those of versions of what was withdrawn from the party, as its word alone tells."""
        self._all("put_todo_forgotten")

    def unshown(self, record: str) -> list[str]:
        """Under which ids the party was served the record, or had it withdrawn, and its journal
        does not know it."""
        return [row[0] for row in self._all("unshown", record, record, self._party, record)]

    def put_again(self, seqs: Iterable[int]) -> None:
        """A reader was led past the entries of these versions."""
        self._many("put_again", ((seq,) for seq in seqs))

    def todo(self, after: int, limit: int) -> list[tuple[int, bool]]:
        """(seq, again) of what is to be made, after number `after`."""
        return [(seq, bool(again)) for seq, again in self._all("todo", after, limit)]

    def todo_of(self, seqs: Iterable[int]) -> dict[int, Todo]:
        """Which of these versions are to be made."""
        found = _listed(self._connection, VIEW["todo_of"], (self._party,), seqs)
        return {seq: Todo(seq, bool(held), bool(again)) for seq, held, again in found}

    def any_todo(self) -> bool:
        """Whether anything is to be made."""
        return bool(self._all("any_todo"))

    def more_todo(self, than: int) -> bool:
        """Whether more than so many are to be made; counts no further."""
        return bool(self._all("todo_beyond", than))

    def count_todo(self) -> int:
        """How much is to be made."""
        return self._all("count_todo")[0][0]

    def done(self, seqs: Iterable[int]) -> None:
        """These were made."""
        self._listed("done", seqs)

    def share(self, brought: Mapping[int, Iterable[str]]) -> None:
        """Each version brings these shared objects, and no others."""
        self._listed("drop_shared", brought)
        self._many("put_shared", ((oid, seq) for seq, oids in brought.items() for oid in oids))

    def sharing(self, oid: str, state: int) -> list[int]:
        """Versions with a bit of `state` that bring this shared object."""
        return [row[0] for row in self._all("sharing", oid, state)]

    def told(self, oid: str) -> set[int]:
        """The versions of the object that the ledger shows served."""
        return {row[0] for row in self._all("told", oid)}


class Graphs:
    """The part of a store that keeps references."""

    _database: Database

    @property
    def references(self) -> References:
        """Who refers to whom."""
        return References(self._database)

    def settled(self, party: str) -> Settled:
        """How the party's versions stand in the closure."""
        return Settled(self._database, party)


def _listed(
    connection: Connection,
    sql: str,
    before: tuple[Any, ...],
    values: Iterable[Any],
    after: tuple[Any, ...] = (),
) -> Iterator[Any]:
    for some in chunks(values):
        yield from connection.execute(listed(sql, len(some)), (*before, *some, *after))

"""Erasing: what a record was goes, and that there was one stays.

Ledger rows lose their salt and what they say, and keep their seal: the chain and every tree and
proof over the seals still hold. Journal entries keep their number and their date. A withdrawal that
somebody has yet to fetch names the record and has to stay until it was fetched.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterable
from typing import Any, Final, NamedTuple

from noroshi.store import labels, ledger
from noroshi.store.database import Connection, Database
from noroshi.store.records import SQL as RECORDS
from noroshi.store.statements import listed, statements
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand

SQL = statements("erasing")
BY_ID: Final = (
    "DELETE FROM retraction WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM relabelled WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM hop WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM reference WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM posted WHERE value IN "
    "(SELECT p.value FROM posting p JOIN record r ON r.seq = p.seq WHERE r.id = ?) "
    "AND (SELECT count(DISTINCT r.id) FROM posting p JOIN record r ON r.seq = p.seq "
    "WHERE p.value = posted.value) = 1",
    "DELETE FROM posting WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM naming WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM view_version WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM view_todo WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM view_shared WHERE seq IN (SELECT seq FROM record WHERE id = ?)",
    "DELETE FROM finding_subject WHERE id = ?",
    "DELETE FROM finding_asset WHERE id = ?",
    "DELETE FROM finding WHERE id = ?",
    "DELETE FROM variant WHERE record_id = ?",
    "DELETE FROM holding WHERE id = ?",
    "DELETE FROM feedback WHERE record = ?",
)
"""What is about one record and nothing else."""

BY_NAME: Final = (
    "DELETE FROM attestation WHERE id = ?",
    "DELETE FROM forgotten WHERE withdrawn = ?",
    "DELETE FROM received WHERE id = ?",
    "DELETE FROM unaccounted WHERE id = ?",
    "DELETE FROM feedback WHERE about = ?",
    "DELETE FROM receipt WHERE stone = ?",
)
"""What names it, under each name that it went out by."""

RENAMED: Final = (
    "UPDATE recall SET id = ?, why = 'erased' WHERE id = ?",
    "UPDATE withdrawal SET id = ? WHERE id = ?",
    "UPDATE event SET key = ? WHERE key = ?",
)


class Erasure(NamedTuple):
    """Something was erased `at` (µs UTC), and `why`: so many versions, in so many ledger rows.
    `left_over` withdrawals still name it until they are fetched; `told` is what partners had said
    by then (a JSON text)."""

    n: int
    id: str
    at: int
    why: str
    versions: int
    rows: int
    left_over: int
    told: str


class Erasing:
    """Erasing from one store."""

    _database: Database

    def erase(
        self, id: str, why: str, told: str, empty_refs: str, public: Container[str], *, at: int
    ) -> Erasure:
        """Erase every version of the record and all that was made of it; what went along and is
        `public` stays. `scrub` afterwards: until then its bytes lie in free pages."""
        if self._database.dialect == "sqlite":
            # From here on what this connection frees is overwritten with zeros as it goes.
            self._database.connection.execute("PRAGMA secure_delete = ON")
        with self._database.write() as connection:
            return _erase(connection, id, (why, told, at), empty_refs, public)

    def finish_erasures(self) -> int:
        """Erase withdrawals of erased records that were fetched since; how many."""
        done = 0
        with self._database.write() as connection:
            for each in self.erasures():
                done += _finish(connection, each) if each.left_over else 0
        return done

    def erasures(self) -> tuple[Erasure, ...]:
        """What was erased, oldest first."""
        return tuple(Erasure(*row) for row in self._database.connection.execute(SQL["erasures"]))

    def naming(self, id: str) -> tuple[str, ...]:
        """Other records that refer to this one."""
        connection = self._database.connection
        found = connection.execute(SQL["object"], (id,)).fetchone()
        rows = connection.execute(SQL["referring"], (found[0], id)).fetchall() if found else []
        return tuple(row[0] for row in rows)

    def scrub(self) -> bool:
        """Overwrite what was deleted, in the file and its log; whether all of it is gone. A
        PostgreSQL server has its own ways."""
        return self._database.scrub()


def _erase(
    connection: Connection,
    id: str,
    said: tuple[str, str, int],
    empty_refs: str,
    public: Container[str],
) -> Erasure:
    versions = connection.execute(SQL["versions"], (id,)).fetchall()
    seqs = [row[0] for row in versions]
    made = connection.execute(SQL["variants"], (id,)).fetchall()
    hashes = {row[1] for row in (*versions, *made)}
    entries: list[tuple[Any, ...]] = []
    left = 0
    for seq in seqs:
        for party, n, oid, otype, body, served in connection.execute(SQL["entries"], (seq,)):
            if otype == "tombstone" and not served:
                left += 1
            elif otype == "tombstone" or not (
                oid in public or _beside(connection, party, oid, seqs)
            ):
                entries.append((party, n, oid))
                hashes |= {body} if body else set()
    names = {id, *(row[0] for row in made), *(oid for _, _, oid in entries)}
    name = f"erased--{uuid.uuid4()}"
    rows = _blank_rows(connection, names)
    _blank_entries(connection, entries)
    cells = _cells(connection, id, seqs)
    _forget(connection, id, name, names, hashes)
    _shells(connection, id, name, seqs, empty_refs)
    for cell in cells:
        connection.execute(SQL["drop_strands"], (cell,))
    for digest in hashes:
        connection.execute(SQL["drop_blob"], (digest,))
    why, told, at = said
    connection.execute(SQL["put"], (name, at, why, len(seqs), rows, left, told))
    return Erasure(0, name, at, why, len(seqs), rows, left, told)


def _beside(connection: Connection, party: str, oid: str, seqs: list[int]) -> bool:
    """Whether another record brings the object to the party as well."""
    sql = listed(SQL["beside"], len(seqs))
    return connection.execute(sql, (party, oid, *seqs)).fetchone() is not None


def _blank_rows(connection: Connection, names: Iterable[str]) -> int:
    """Take from the ledger what it says of these; how many rows."""
    done = 0
    for each in names:
        for n, form, at, party, *said, seal in connection.execute(SQL["rows"], (each,)).fetchall():
            if form != ledger.FORM:
                seal = ledger.sealed(b"", (at, party, *said))
            connection.execute(SQL["row"], (seal, n))
            done += 1
    return done


def _blank_entries(connection: Connection, entries: Iterable[tuple[str, int, str]]) -> None:
    for party, n, _ in entries:
        connection.execute(SQL["drop_current"], (party, n))
        connection.execute(SQL["entry"], (f"erased--{uuid.uuid4()}", party, n))


def _cells(connection: Connection, id: str, seqs: list[int]) -> set[str]:
    """The labels that the record ever had."""
    found = {row[0] for row in connection.execute(SQL["held_cells"], (id,))}
    for seq in seqs:
        found |= {row[0] for row in connection.execute(SQL["cells"], (seq, seq))}
    return found


def _forget(connection: Connection, id: str, name: str, names: set[str], hashes: set[str]) -> None:
    """Drop what is about the record; add the hashes of bytes kept aside that name it."""
    for sql in BY_ID:
        connection.execute(sql, (id,))
    for sql in BY_NAME:
        connection.executemany(sql, [(each,) for each in names])
    for sql in RENAMED:
        connection.executemany(sql, [(name, each) for each in names])
    told = [each.encode() for each in names]
    for party, n, raw in connection.execute(SQL["forget_letters"]).fetchall():
        if any(each in raw for each in told):
            connection.execute(SQL["drop_letter"], (party, n))
    for source, place, digest, raw in connection.execute(SQL["aside"]).fetchall():
        if place.startswith(id) or any(each in (raw or b"") for each in told):
            connection.execute(SQL["drop_aside"], (source, place))
            hashes |= {digest} if digest else set()


def _shells(connection: Connection, id: str, name: str, seqs: list[int], empty_refs: str) -> None:
    """Leave of each version that there was one."""
    nobody = Label((Strand("erased", "erased", "erased", only=()),))
    cell, nothing = nobody.key(), sha256(b"")
    labels.intern(connection, {cell: nobody})
    connection.execute(RECORDS["put_blob"], (nothing, b""))
    if connection.execute(SQL["cell"], (cell,)).fetchone() is None:
        connection.execute(SQL["put_cell"], (cell,))
    (cell_n,) = connection.execute(SQL["cell"], (cell,)).fetchone()
    before = connection.execute(SQL["object"], (id,)).fetchone()
    connection.execute(SQL["put_object"], (name, name.removeprefix("erased")))
    (object_n,) = connection.execute(SQL["object"], (name,)).fetchone()
    for i, seq in enumerate(seqs):
        connection.execute(SQL["record"], (name, i, nothing, seq))
        connection.execute(SQL["strand"], (cell, seq))
        connection.execute(SQL["version"], (object_n, i, cell_n, empty_refs, seq))
    if before is not None:
        connection.execute(SQL["drop_object"], before)


def _finish(connection: Connection, each: Erasure) -> int:
    """Erase what was fetched since of the withdrawals that had to stay."""
    left = rows = 0
    found = connection.execute(SQL["left"], (each.id,)).fetchall()
    for party, n, oid, _, body, served in found:
        if not served:
            left += 1
            continue
        rows += _blank_rows(connection, (oid,))
        _blank_entries(connection, ((party, n, oid),))
        connection.execute(SQL["drop_blob"], (body,))
    connection.execute(SQL["settle"], (left, rows, each.id))
    return len(found) - left

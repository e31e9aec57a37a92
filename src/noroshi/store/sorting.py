"""Records of one chunk beside what is held: which are new, known, live again, or refused.

The first bytes of a version are kept, and only the first creator makes versions. An object of STIX
2.0 and the same as 2.1 (`words.upgrade`) are one version, whichever came first.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from noroshi.store.database import Connection
from noroshi.store.statements import listed, statements
from noroshi.words.record import Record
from noroshi.words.upgrade import became

SQL = statements("records")

CONFLICTING: Final = "conflicting version"
NOT_CREATOR: Final = "not the creator"
LOST: Final = "only partners have it"
"""Of what stands for a record that this store, put back from a backup, has no bytes of."""
RECALLED: Final = "another version of what was taken back here"


class Sorting:
    """The records of one chunk, sorted into new, known and refused."""

    def __init__(self, connection: Connection, chunk: list[Record]) -> None:
        self.connection = connection
        self.held: dict[tuple[str, int], str] = {}
        self.withdrawn: set[tuple[str, int]] = set()
        self.recalled: set[tuple[str, int]] = set()
        self.taken_back: set[str] = set()
        self.own: dict[tuple[str, int], str] = {}
        self.owner: dict[str, str] = {}
        self.newest: dict[str, int] = {}
        self.new: list[Record] = []
        self.revived: list[Record] = []
        self.relabelled: list[Record] = []
        self.cells: dict[int, str] = {}
        self.known = 0
        self.refused: list[tuple[Record, str]] = []
        ids = list({record.id for record in chunk})
        self.recalls: set[str] = set()
        if connection.execute(SQL["any_recall"]).fetchone():
            found = connection.execute(listed(SQL["recalled"], len(ids)), ids)
            self.recalls = {row[0] for row in found}
        for row in connection.execute(listed(SQL["held"], len(ids)), ids):
            if row[7] == LOST:
                continue  # the record itself was not read yet
            self._hold(*row[:4])
            if row[4] == "tombstone":
                self.withdrawn.add((row[0], row[1]))
                if row[6] is None:
                    # Nobody gave it: this node itself took it back, and reading does not undo that.
                    self.recalled.add((row[0], row[1]))
                    self.taken_back.add(row[0])
            elif row[6] is None:
                self.own[row[0], row[1]] = row[5]

    def _hold(self, id: str, version: int, digest: str, owner: str) -> None:
        self.held[id, version] = digest
        self.owner.setdefault(id, owner)
        self.newest[id] = max(version, self.newest.get(id, version))

    def add(self, record: Record) -> None:
        """Sort one in. Raises `ValueError` where its hash is not of its bytes."""
        if hashlib.sha256(record.raw).hexdigest() != record.sha256:
            raise ValueError(f"{record.id}: sha256 is not of its bytes")
        name = record.id
        if name not in self.newest and name not in self.recalls:
            self.new.append(record)  # nearly always: nothing is known of its id
            self.held[name, record.version] = record.sha256
            self.owner[name] = record.owner
            self.newest[name] = record.version
            return
        held = self.held.get((record.id, record.version))
        another = self.owner.get(record.id, record.owner) != record.owner
        live = (record.id, record.version) not in self.withdrawn
        if another and live and self._alike(record, held):
            self.known += 1  # two parties read one public object: neither makes a version
        elif another:
            self.refused.append((record, NOT_CREATOR))
        elif held is None and not record.hops and record.id in self.taken_back:
            self.refused.append((record, RECALLED))
        elif held is None:
            self.new.append(self._ended(record) if self._forgotten(record) else record)
            self._hold(record.id, record.version, record.sha256, record.owner)
        elif held != record.sha256 and self._alike(record, held):
            self.known += 1
        elif held != record.sha256:
            self.refused.append((record, CONFLICTING))
        elif (record.id, record.version) in self.recalled:
            self.known += 1
        elif (record.id, record.version) in self.withdrawn:
            self.withdrawn.discard((record.id, record.version))
            self.revived.append(record)
        else:
            self.known += 1
            if not record.hops and self._corrected(record):
                self.relabelled.append(record)

    def _alike(self, record: Record, held: str | None) -> bool:
        """Whether the version that is held is this one, or one of them is the other as STIX 2.1."""
        if held is None or held == record.sha256:
            return held is not None
        (raw,) = self.connection.execute(SQL["blob"], (held,)).fetchone() or (b"",)
        return became(bytes(raw), record.raw) or became(record.raw, bytes(raw))

    def _forgotten(self, record: Record) -> bool:
        """Whether this node took the record back and then was put back from a backup without it."""
        return not record.hops and record.id in self.recalls and record.id not in self.newest

    def _ended(self, record: Record) -> Record:
        self.recalled.add((record.id, record.version))
        self.taken_back.add(record.id)
        return msgspec.structs.replace(record, status="tombstone")

    def _corrected(self, record: Record) -> bool:
        """Whether a record of this node itself came again under another label than it has."""
        if id(record.label) not in self.cells:
            self.cells[id(record.label)] = record.label.key()
        cell = self.cells[id(record.label)]
        return self.own.get((record.id, record.version), cell) != cell

    def latest(self) -> list[Record]:
        """New and revived records that are the latest version of their object."""
        moved = (*self.new, *self.revived)
        return [record for record in moved if self.newest[record.id] == record.version]

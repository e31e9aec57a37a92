"""What came into a store from peers, beside the records themselves: who gave them, and who vouched
for them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

import msgspec

from noroshi.store import holdings
from noroshi.store.database import Database
from noroshi.store.rows import Attested, Holding
from noroshi.store.statements import chunks, listed, statements
from noroshi.words.attest import Attestation, Batch
from noroshi.words.ids import canonical, sha256
from noroshi.words.record import Record

SQL = statements("attestations")
HASH_BYTES: Final = 32

_batch = msgspec.json.Decoder(Batch)


class Incoming:
    """Holdings and attestations of one store."""

    _database: Database

    def hold(self, records: Iterable[Record], *, at: int) -> None:
        """Note that who passed each of these stored records on gives it, under its label; the
        label that a version has follows. Call in the transaction that put them."""
        with self._database.write() as connection:
            holdings.hold(connection, records, at)

    def holdings(self, id: str) -> tuple[Holding, ...]:
        """Who gives this node which versions of the object, by version and party."""
        return holdings.holdings(self._database.connection, id)

    def first(self, ids: Iterable[str]) -> dict[tuple[str, str], int]:
        """By (id, hash of the bytes) under which version each came first: that is what the version
        of an object is which bears no date of its own."""
        found: dict[tuple[str, str], int] = {}
        for some in chunks({*ids}):
            sql = listed(statements("records")["first"], len(some))
            for name, digest, version in self._database.connection.execute(sql, some):
                found[name, digest] = min(version, found.get((name, digest), version))
        return found

    def put_attestations(
        self, rows: Iterable[Attested], doubtful: Container[str] = frozenset()
    ) -> None:
        """Keep proofs, the first that each party gave of each object; one by a `doubtful` key
        gives way to another."""
        with self._database.write() as connection:
            batches: dict[str, tuple[str, str, int, bytes]] = {}
            proofs: list[tuple[str, int, str, str, str, bytes, int, bytes]] = []
            names: dict[Batch, str] = {}
            for row in rows:
                proof = row.proof
                name = names.get(proof.batch)
                if name is None:
                    signed = canonical(proof.batch)
                    name = names[proof.batch] = sha256(signed)
                    batches[name] = (name, proof.batch.party, proof.batch.at, signed)
                where = (proof.salt, proof.place, b"".join(proof.path))
                subject = (row.id, row.version, row.sha256, proof.batch.party)
                if doubtful:
                    held = connection.execute(SQL["held"], subject).fetchone()
                    if held is not None and _batch.decode(held[0]).key in doubtful:
                        connection.execute(SQL["drop"], subject)
                proofs.append((*subject, name, *where))
            connection.executemany(SQL["put_batch"], batches.values())
            connection.executemany(SQL["put"], proofs)

    def attestations(self, id: str, version: int, sha256: str) -> tuple[Attestation, ...]:
        """Who vouched for these bytes, by party."""
        found = self._database.connection.execute(SQL["of"], (id, version, sha256)).fetchall()
        return tuple(
            Attestation(_batch.decode(signed), salt, place, _hashes(path))
            for signed, salt, place, path in found
        )


def _hashes(path: bytes) -> tuple[bytes, ...]:
    return tuple(path[n : n + HASH_BYTES] for n in range(0, len(path), HASH_BYTES))

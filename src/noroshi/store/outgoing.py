"""What goes out of a store: each party's view and the variants in it.

The half of `Store` that the exchange works with; it stands apart only because one page, one idea.
"""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.store import pages, views
from noroshi.store import records as versions
from noroshi.store.database import Database
from noroshi.store.rows import PLAIN, Entry, Match, NewEntry, Variant, ViewState
from noroshi.words.ids import sha256


class Outgoing:
    """Views, variants and blobs of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def view_append(self, party: str, entries: Sequence[NewEntry], *, epoch: int, at: int) -> int:
        """Append to the party's journal; n and strictly increasing `entered_at` are assigned here.
        The number of the journal's last entry."""
        with self._database.write() as connection:
            return views.append(connection, party, entries, epoch, at)

    def view_state(self, party: str) -> ViewState:
        """How far the party's journal is up to date; all zero at first."""
        return views.state(self._database.connection, party)

    def set_view_state(self, party: str, seq: int, epoch: int, valid_until: int) -> None:
        """Remember how far the journal is up to date. Call in the transaction of its entries."""
        with self._database.write() as connection:
            connection.execute(views.SQL["set_state"], (party, seq, epoch, valid_until))

    def view_page(
        self,
        party: str,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int,
        match: Match = PLAIN,
    ) -> list[Entry]:
        """Current entries after number `after_n` that entered after `added_after`, ascending.
        Raises `ValueError` for a version filter that is neither a keyword nor an instant."""
        with self._database.read() as connection:
            return pages.page(connection, party, after_n, added_after, limit, match)

    def view_object(self, party: str, oid: str) -> list[Entry]:
        """Current entries of one object, newest version first."""
        return views.read(self._database.connection, "object", (party, oid))

    def view_by_seqs(self, party: str, seqs: Sequence[int]) -> list[Entry]:
        """Current entries that came of the records stored as these numbers, ascending."""
        return views.by_seqs(self._database.connection, party, seqs)

    def rebuild_views(self) -> int:
        """Drop what is current in all views and derive it again from the journals; how many."""
        with self._database.write() as connection:
            return views.rebuild(connection)

    def blob(self, sha256: str) -> bytes:
        """The bytes of this hash; `KeyError` where they are not kept."""
        row = self._database.connection.execute(versions.SQL["blob"], (sha256,)).fetchone()
        if row is None:
            raise KeyError(sha256)
        return row[0]

    def put_blob(self, data: bytes) -> str:
        """Keep bytes; their hash."""
        digest = sha256(data)
        with self._database.write() as connection:
            connection.execute(versions.SQL["put_blob"], (digest, data))
        return digest

    def variant(self, record_id: str, version: int, transforms_key: str) -> Variant | None:
        """What a transform set made of one version of a record; None when it never did."""
        found = self.variants(record_id, transforms_key)
        return next((each for each in found if each.version == version), None)

    def variants(self, record_id: str, transforms_key: str) -> list[Variant]:
        """Every variant of a record under one transform set, by version."""
        return views.variants(self._database.connection, record_id, transforms_key)

    def variants_of(self, record_id: str) -> tuple[str, ...]:
        """The ids of every variant of a record, sorted."""
        found = self._database.connection.execute(views.SQL["variants_of"], (record_id,))
        return tuple(row[0] for row in found)

    def made_of(self, id: str) -> str | None:
        """The record of which the variant with this id was made; None for no variant."""
        found = self._database.connection.execute(views.SQL["made_of"], (id,)).fetchone()
        return found[0] if found else None

    def put_variant(self, variant: Variant) -> Variant:
        """Keep a variant; the one that is kept, which is the first where two were made."""
        with self._database.write() as connection:
            row = (
                variant.record_id,
                variant.version,
                variant.transforms_key,
                variant.id,
                variant.modified,
                variant.body_sha256,
            )
            connection.execute(views.SQL["put_variant"], row)
        kept = self.variant(variant.record_id, variant.version, variant.transforms_key)
        return kept or variant

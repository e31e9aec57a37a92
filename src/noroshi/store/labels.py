"""Labels, interned: a label is a cell, and thousands of records share one."""

from __future__ import annotations

import msgspec

from noroshi.store.database import Connection
from noroshi.store.statements import statements
from noroshi.words.ids import canonical
from noroshi.words.label import Label, Strand, label

SQL = statements("records")

_decoder = msgspec.json.Decoder(Strand)


def intern(connection: Connection, labels: dict[str, Label]) -> None:
    """Keep the strands of `labels`, by cell."""
    rows = [
        (cell, strand.key(), canonical(strand).decode())
        for cell, each in labels.items()
        for strand in each.strands
    ]
    connection.executemany(SQL["put_strand"], rows)


def relabel(connection: Connection, cell: str, id: str, version: int, at: int) -> None:
    """Give a version another label at `at`; which it had until then is remembered."""
    connection.execute(SQL["keep_label"], (at, id, version, cell))
    connection.execute(SQL["relabel"], (cell, id, version))


def read(connection: Connection, cell: str) -> Label:
    """The label of `cell`; `KeyError` for one that was never stored."""
    strands = [_decoder.decode(row[0]) for row in connection.execute(SQL["strands"], (cell,))]
    if not strands:
        raise KeyError(cell)
    return label(*strands)

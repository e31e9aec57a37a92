"""The compiled table as rows, and what a SQL filter asks them.

A row holds for one label, for one record (or all that no consent names), and for records made in
one stretch of time. A party's records are those whose row has its bit: `bits & bit != 0` in the
word of its position. The database does that; nothing is decided there that was not compiled here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from noroshi.pact.masks import places, split
from noroshi.pact.table import Table
from noroshi.words.release import Release
from noroshi.words.time import FOREVER

ANY: Final = ""
"""In the column `record`: every record that no consent names."""

UNKNOWN: Final = -FOREVER
"""When a record was made that nobody dated: before every party that joined later."""


class Row(NamedTuple):
    """Who may have records with the label `cell` that were made in `[made_from, made_to)` (µs
    UTC): `words` of 63 bits, and for each permitted party its release."""

    cell: str
    record: str
    made_from: int
    made_to: int
    words: tuple[int, ...]
    releases: tuple[tuple[str, Release], ...]


def rows(table: Table, cells_of: Iterable[tuple[str, str]] = ()) -> Iterator[Row]:
    """All rows of `table`. `cells_of`: (record, cell) for the records that consents name; of such
    a record the row of its own goes before that of all."""
    for cell in table.cells:
        yield from _rows(table, cell, ANY)
    for record, cell in sorted(set(cells_of)):
        yield from _rows(table, cell, record)


def _rows(table: Table, cell: str, record: str) -> Iterator[Row]:
    """The rows of one label, with stretches of time that are alike as one."""
    found: list[Row] = []
    edges = (UNKNOWN, *table.joined, FOREVER)
    for made in range(len(table.joined) + 1):
        row = _row(table, cell, record, made, (edges[made], edges[made + 1]))
        if found and found[-1][4:] == row[4:]:
            row = row._replace(made_from=found.pop().made_from)
        found.append(row)
    yield from found


def _row(table: Table, cell: str, record: str, made: int, span: tuple[int, int]) -> Row:
    key = (cell, record or None, made)
    audience, order = table.audience_of(*key), table.masks.order
    releases = table.releases(*key)
    return Row(
        cell,
        record,
        *span,
        split(audience, table.masks.words),
        tuple((order[place], releases[place]) for place in places(audience)),
    )

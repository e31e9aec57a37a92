"""Bulk: the compiled table as columns, for millions of records at a time.

Needs numpy, which is imported inside the functions: nothing that serves loads this module. Words
are those of stored masks, 63 parties each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from noroshi.pact.masks import split, word_of
from noroshi.pact.table import Table
from noroshi.words.release import Release

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Columns(NamedTuple):
    """`words` [words × cells]: the audience of each label, in the order of `cells`. `outcomes`
    [cells × places] number the `releases`, of which 0 is withheld."""

    cells: tuple[str, ...]
    words: NDArray[np.uint64]
    outcomes: NDArray[np.uint32]
    releases: tuple[Release, ...]


def columns(table: Table, record: str | None = None, made: int | None = None) -> Columns:
    """The table for records made at `made` (µs UTC; None: unknown); `record` as of `decide`."""
    import numpy as np

    cells, width = tuple(table.cells), table.masks.words
    words = np.zeros((width, len(cells)), dtype=np.uint64)
    outcomes = np.zeros((len(cells), len(table.masks.order)), dtype=np.uint32)
    numbers: dict[Release, int] = {}
    withheld = Release("withheld")
    numbers[withheld] = 0
    key = table.key(record, made)
    for row, cell in enumerate(cells):
        words[:, row] = split(table.audience_of(cell, *key), width)
        outcomes[row] = [
            numbers.setdefault(each, len(numbers)) for each in table.releases(cell, *key)
        ]
    return Columns(cells, words, outcomes, tuple(numbers))


def audiences(columns: Columns, cells: NDArray[np.int32]) -> NDArray[np.uint64]:
    """[words × records]: who may have each record. `cells` [records] number its label."""
    return columns.words.take(cells, axis=1)


def visible(audiences: NDArray[np.uint64], position: int) -> NDArray[np.bool_]:
    """[records]: whether the party at `position` may have each."""
    import numpy as np

    word, bit = word_of(position)
    return (audiences[word] & np.uint64(bit)) != 0

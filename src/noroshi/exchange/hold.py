"""Holding back: what the agreements give a party waits, from a level on, for a second person.

Agreements decide what may go. Where the node asks for two people, a record of that level or
stricter goes only after two of them have agreed that this record, under this label and after
these transforms, goes to this party. A later version under the same label follows by itself, since
a correction or a retraction has to reach who has the record; under another label, or after fewer
or other transforms, it waits anew. Withdrawals never wait, and neither does what is given in an
emergency: that has a review of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from noroshi.exchange import variants
from noroshi.store import Store
from noroshi.words.emergency import PREFIX
from noroshi.words.label import Label, Tlp, highest_tlp
from noroshi.words.release import Miss, Release

CONDITION: Final = "the word of a second person"
NAME: Final = "two person"
"""Names the level that the views of this store rest on."""


def way(release: Release) -> str:
    """What of a release was agreed to: after which transforms the record goes."""
    return variants.key_of(variants.lasting(release.transforms))


class Hold(msgspec.Struct, frozen=True):
    """What waits of one party's releases: from `level` on all but what `agreed` holds, by record
    the (label's cell, way) that two people agreed to."""

    level: Tlp
    agreed: Mapping[str, frozenset[tuple[str, str]]]

    def waits(self, label: Label, cell: str, record: str | None, release: Release) -> bool:
        """Whether this release still needs a second person."""
        if not release.permitted or highest_tlp(label).rank < self.level.rank:
            return False
        if all(each.startswith(PREFIX) for each in release.clauses):
            return False
        return (cell, way(release)) not in self.agreed.get(record or "", frozenset())

    def over(self, label: Label, record: str | None, release: Release) -> Release:
        """The release as it stands: withheld, with the clauses that would give it, while it
        waits."""
        if not self.waits(label, label.key(), record, release):
            return release
        clauses = dict.fromkeys(release.clauses)
        misses = (Miss(each, CONDITION, "missing", "with it") for each in clauses)
        return Release("withheld", misses=tuple(misses))


def hold(store: Store, level: Tlp | None, party: str, known: int | None = None) -> Hold | None:
    """What waits for `party`, by what people had agreed to at `known` (µs UTC; by default now);
    None where the node does not ask for two."""
    return None if level is None else Hold(level, store.confirmed(party, known))


def notice(store: Store, level: Tlp | None) -> None:
    """Where the node asked for two from another level on before, let every view look again."""
    number = 0 if level is None else level.rank + 1
    if store.cursor(NAME) != number:
        with store.write():
            store.set_cursor(NAME, number)
            store.rise()

"""The compiled table: for every label and every party, whether, how and by which clause.

One policy, one holder, and one segment of time inside which no answer changes. A label's audience
is the AND of its strands'. Answers are `decide`'s without the near misses, which only an
explanation needs; `spread` and `ways` reach them another way, and tests compare the two.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence

from noroshi.pact.masks import Masks, places, split
from noroshi.pact.policy import Policy
from noroshi.pact.spread import Spread
from noroshi.pact.ways import Part
from noroshi.pact.windows import Window
from noroshi.words.label import Label, Strand
from noroshi.words.release import Release
from noroshi.words.time import FOREVER
from noroshi.words.transform import union

_WITHHELD = Release("withheld")


class Table:
    """Releases by `holder` to every party of `masks.order`, for `labels` by cell, alike through
    all of `window` (µs UTC, half-open).

    `joined`: instants on whose side of which a record was made matters, because a party joined
    then. `named`: the records that a consent names; all others are alike. A party without a place
    in the order is a `KeyError`: tables know registered parties only.
    """

    def __init__(
        self,
        policy: Policy,
        holder: str,
        labels: Mapping[str, Label],
        at: int,
        order: Sequence[str] | None = None,
    ) -> None:
        self.policy, self.holder = policy, holder
        self.masks = Masks(policy.parties, order)
        self.window = segment(policy, labels.values(), at)
        self.joined = joined(policy)
        self.named = named(policy)
        self.strands: list[Strand] = []
        self.cells: dict[str, tuple[int, ...]] = {}
        self._index: dict[Strand, int] = {}
        self._spread = Spread(policy, self.masks, holder, at)
        self._parts: dict[tuple[int, str | None, int], tuple[Part, ...]] = {}
        self._releases: dict[tuple[str, str | None, int], list[Release]] = {}
        self._plain: dict[str, list[Release]] = {}
        for cell, label in labels.items():
            self.cells[cell] = tuple(self._number(strand) for strand in label.strands)

    def _number(self, strand: Strand) -> int:
        found = self._index.get(strand)
        if found is None:
            found = self._index[strand] = len(self.strands)
            self.strands.append(strand)
        return found

    def parts(self, strand: int, record: str | None = None, made: int = 0) -> tuple[Part, ...]:
        """Who receives the strand of this number, by which clause, how. `made` is the number of
        `joined` instants that the record was made at or after."""
        key = (strand, record, made)
        found = self._parts.get(key)
        if found is None:
            since = self.joined[made - 1] if made else None
            found = self._parts[key] = self._spread.of(self.strands[strand], record, since)
        return found

    def audience(self, cell: str, record: str | None = None, made: int | None = None) -> int:
        """The parties that may have a record with this label, as a mask."""
        return self.audience_of(cell, *self.key(record, made))

    def audience_of(self, cell: str, record: str | None, made: int) -> int:
        """`audience`, where the record is one of `named` or None, and `made` counts `joined`."""
        found = self.masks.everyone
        for strand in self.cells[cell]:
            mask = 0
            for part in self.parts(strand, record, made):
                mask |= part.mask
            found &= mask
        return found

    def words(
        self, cell: str, record: str | None = None, made: int | None = None
    ) -> tuple[int, ...]:
        """`audience` in words of 63 bits."""
        return split(self.audience(cell, record, made), self.masks.words)

    def release(
        self, cell: str, party: str, record: str | None = None, made: int | None = None
    ) -> Release:
        """What `decide` answers, without near misses. `record` and `made` as there."""
        place = self.masks.position[party]
        found = self._plain.get(cell)
        if found is not None:
            return found[place]
        return self.releases(cell, *self.key(record, made))[place]

    def releases(self, cell: str, record: str | None, made: int) -> list[Release]:
        """The release for every place of the order; arguments as of `audience_of`."""
        key = (cell, record, made)
        found = self._releases.get(key)
        if found is None:
            found = self._releases[key] = self._released(cell, record, made)
            if not self.joined and not self.named:
                self._plain[cell] = found
        return found

    def key(self, record: str | None, made: int | None) -> tuple[str | None, int]:
        """What of a record matters besides its label: its id where a consent names it, and how
        many of the instants in `joined` it was made at or after."""
        alike = record if record in self.named else None
        return alike, 0 if made is None else bisect.bisect_right(self.joined, made)

    def _released(self, cell: str, record: str | None, made: int) -> list[Release]:
        found = [_WITHHELD] * len(self.masks.order)
        strands = [self.parts(strand, record, made) for strand in self.cells[cell]]
        for mask, release in _combined(self.masks.everyone, strands):
            for place in places(mask):
                found[place] = release
        return found


def _combined(everyone: int, strands: list[tuple[Part, ...]]) -> list[tuple[int, Release]]:
    """Who may have all of the strands, in groups that are released alike."""
    groups: list[tuple[int, tuple[Part, ...]]] = [(everyone, ())]
    for parts in strands:
        groups = [
            (mask & part.mask, (*chosen, part))
            for mask, chosen in groups
            for part in parts
            if mask & part.mask
        ]
    found: list[tuple[int, Release]] = []
    for mask, chosen in groups:
        transforms = union(*(part.transforms for part in chosen))
        verdict = "partial" if transforms else "released"
        found.append((mask, Release(verdict, transforms, tuple(part.clause for part in chosen))))
    return found


def instants(policy: Policy, labels: Iterable[Label]) -> tuple[int, ...]:
    """Every instant (µs UTC, sorted) at which an answer about `labels` may change by itself."""
    found = {*policy.breaks()}
    found |= {each.until for each in policy.consents}
    found |= {at for each in policy.emergencies for at in (each.since, each.until)}
    found |= {each.until for each in policy.grants.values() if each.until is not None}
    for label in labels:
        for strand in label.strands:
            found |= {each for each in (strand.not_before, strand.expires) if each is not None}
    return tuple(sorted(found))


def segment(policy: Policy, labels: Iterable[Label], at: int) -> Window:
    """The time around `at` in which no answer about `labels` changes."""
    changes = instants(policy, labels)
    after = bisect.bisect_right(changes, at)
    return Window(
        changes[after - 1] if after else -FOREVER,
        changes[after] if after < len(changes) else FOREVER,
    )


def joined(policy: Policy) -> tuple[int, ...]:
    """Instants (sorted) from which on a record must have been made for some party to have it."""
    bounds = (bound for each in policy.bounds.values() for bound in each.values())
    return tuple(sorted({bound.made_from for bound in bounds if bound.made_from is not None}))


def named(policy: Policy) -> frozenset[str]:
    """The records that some consent or emergency release names."""
    return policy.acts()

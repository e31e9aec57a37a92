"""Amending: what another law, another hour or another consent changes, label by label.

A party's versions rest on answers about their labels. Where the answer is another one now, the
versions under it go over in batches, in order; killed half-way, the rows themselves say which are
left. Labels about which the answer stands are not looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from noroshi.exchange import variants
from noroshi.exchange.decisions import Decisions
from noroshi.exchange.parts import granted
from noroshi.exchange.region import FURTHER, Region, Version
from noroshi.store import Store
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label
from noroshi.words.release import Release

WITHHELD: Final = "withheld"
_CELLS: Final = 1_000


class Change(msgspec.Struct, frozen=True):
    """About records of the cell, made in [from, to), the answer is this one now. Versions up to
    `after` rest on it already."""

    cell: int
    made: tuple[int, int]
    answer: str
    after: int = 0


class Answers:
    """What a party may have, under one law at one time."""

    def __init__(self, store: Store, decisions: Decisions) -> None:
        self._store, self.decisions = store, decisions
        self._names: dict[int, str] = {}
        self._further: dict[tuple[str, int, str | None], str] = {}

    def of(self, region: Region, version: Version) -> str | None:
        """The answer about a version."""
        return self.about(self._name(version.row.cell), region.id(version.object), version.row.made)

    def named(self, cell: int, record: str, made: int) -> str | None:
        """The answer about a record under the label of the cell of this number."""
        return self.about(self._name(cell), record, made)

    def about(self, cell: str, record: str, made: int) -> str | None:
        """After which transforms a record with this label may go, and who may have it from the
        party; None where it may not."""
        label = self._store.label_of(cell)
        release = self.decisions.of(cell, label, record, made)
        if not release.permitted:
            return None
        key = self.decisions.key(cell, record, made)
        if key not in self._further:
            self._further[key] = self._beyond(label, release, made)
        return variants.key_of(release.transforms) + self._further[key]

    def _beyond(self, label: Label, release: Release, made: int) -> str:
        """What our own grants say of parties further on: who holds them must hear of a change."""
        asked = self.decisions
        if all(strand.originator != asked.holder for strand in label.strands):
            return ""
        terms = asked.policy, label, asked.holder, asked.party, asked.at, release
        _, grants = granted(*terms, made=made)
        named = sorted(
            each.recipients
            for each in grants
            if each.originator == asked.holder and each.onward == "parties"
        )
        return f"{FURTHER}{sha256(canonical(named))[:16]}" if named else ""

    def changes(self, cells: Iterator[tuple[int, str]]) -> Iterator[Change]:
        """Where the answer differs from what the party's versions rest on."""
        settled = self._store.settled(self.decisions.party)
        for n, cell in cells:
            held = settled.answers(n)
            for made in self.decisions.stretches():
                answer = self.about(cell, "", made[0]) or WITHHELD
                if held.get(made) != answer:
                    yield Change(n, made, answer, _moved(held.get(made), answer))

    def _name(self, n: int) -> str:
        found = self._names.get(n)
        if found is None:
            found = self._names[n] = self._store.references.cell_name(n)
        return found


def _moving(after: int, answer: str) -> str:
    """Stands for an answer while versions go over to it: there is none that they all rest on."""
    return f"moving {after} {answer}"


def _moved(held: str | None, answer: str) -> int:
    """Up to which version they went over to this answer; 0 where they were on another way."""
    way, _, rest = (held or "").partition(" ")
    after, _, to = rest.partition(" ")
    return int(after) if way == "moving" and to == answer else 0


def every_cell(store: Store) -> Iterator[tuple[int, str]]:
    """All cells by number."""
    after = 0
    while found := store.references.cells_after(after, _CELLS):
        yield from found
        after = found[-1][0]


class Amending:
    """The way from what the party's versions rest on to `answers`; where it is, it remembers."""

    def __init__(
        self, store: Store, answers: Answers, cells: Iterator[tuple[int, str]], until: int
    ) -> None:
        self.answers, self.until = answers, until
        self._settled = store.settled(answers.decisions.party)
        self._changes = list(answers.changes(cells))
        self._named = sorted(answers.decisions.named)

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not self._changes and not self._named

    def named(self, store: Store) -> list[int]:
        """Versions of the records that consents and people name, about which is decided apart:
        those that rest on another answer."""
        numbers = store.references.numbers(self._named)
        self._named = []
        names = {number: name for name, number in numbers.items()}
        return [
            each.seq
            for each in self._settled.by_object(numbers.values())
            if each.transforms != self.answers.named(each.cell, names[each.object], each.made)
        ]

    def next(self, upto: int, most: int) -> list[int]:
        """At most `most` versions, none above `upto`, that rest on another answer. Call inside
        `store.write()`, and settle them there."""
        found: list[int] = []
        while self._changes and len(found) < most:
            change = self._changes[-1]
            room = most - len(found)
            seqs = self._settled.differing(
                change.cell, change.made, change.answer, (change.after, upto), room
            )
            found += seqs
            if len(seqs) < room:
                self._changes.pop()
                self._settled.put_answer(change.cell, change.made, change.answer)
            else:
                self._changes[-1] = msgspec.structs.replace(change, after=seqs[-1])
                way = _moving(seqs[-1], change.answer)
                self._settled.put_answer(change.cell, change.made, way)
        return found

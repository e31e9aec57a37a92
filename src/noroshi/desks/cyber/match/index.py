"""Entries made ready: one table of all their values, and which entries are not looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber.match import listed as lists_ready
from noroshi.desks.cyber.match import table as tables
from noroshi.desks.cyber.match import values as value_of
from noroshi.desks.cyber.match.entry import Entry, EntryKind, Refused
from noroshi.desks.cyber.match.listed import Listed
from noroshi.desks.cyber.match.lists import WarningList
from noroshi.desks.cyber.match.needles import needles
from noroshi.desks.cyber.match.pattern import compiled
from noroshi.desks.cyber.match.simple import Simple, simple
from noroshi.desks.cyber.match.table import Table, Texts
from noroshi.desks.cyber.match.values import Unfit, Value
from noroshi.words.time import FOREVER

if TYPE_CHECKING:
    from noroshi.desks.cyber.match.table import Array

KEPT_REFUSALS: Final = 10_000
KINDS: Final[tuple[EntryKind, ...]] = (
    "ip", "domain", "url", "email", "hash", "word", "pattern",
)  # fmt: skip


class Entries(msgspec.Struct, frozen=True):
    """The entries by number, as columns. `since` and `until` are µs UTC, open ends far away."""

    ids: Texts
    sources: tuple[str, ...]
    source: Array
    since: Array
    until: Array

    def __len__(self) -> int:
        return len(self.source)


class Index(msgspec.Struct, frozen=True, dict=True):
    """What is looked for.

    `table` holds the values, `ends` and `entries` the entries of each of its keys, `exact` of each
    of those whether names below it do not count, `kinds` the kind of each key (a number of KINDS),
    `warned` the warning list that holds it (-1: none). `words` and `patterns` are (entry, text).
    `refused` are the first entries that are not looked for, `refusals` counts all by reason.
    """

    table: Table
    ends: Array
    entries: Array
    exact: Array
    kinds: Array
    warned: Array
    of: Entries
    listed: Listed
    words: tuple[tuple[int, str], ...]
    patterns: tuple[tuple[int, str], ...]
    refused: tuple[Refused, ...]
    refusals: dict[str, int]


class _Gathered(msgspec.Struct):
    """What the entries hold, while they are gone through."""

    values: list[Value] = []
    kinds: list[EntryKind] = []
    owners: list[int] = []
    exact: list[bool] = []
    words: list[tuple[int, str]] = []
    patterns: list[tuple[int, str]] = []
    refused: list[Refused] = []
    refusals: Counter[str] = msgspec.field(default_factory=Counter[str])

    def add(self, number: int, each: Simple) -> None:
        self.values.append(each.value)
        self.kinds.append(each.kind)
        self.owners.append(number)
        self.exact.append(each.exact)

    def refuse(self, number: int, entry: Entry, reason: str) -> None:
        self.refusals[reason] += 1
        if len(self.refused) < KEPT_REFUSALS:
            self.refused.append(Refused(number, entry.id, entry.value[:200], reason))


def build(entries: Iterable[Entry], lists: Iterable[WarningList] = ()) -> Index:
    """The index of some entries. An entry that would match everything, nothing or for ever is in
    `refused`; one on a warning list is looked for, and what it finds only counted."""
    import numpy as np

    given = entries if isinstance(entries, Sequence) else list(entries)
    gathered = _Gathered()
    for number, entry in enumerate(given):
        try:
            _gather(gathered, number, entry)
        except Unfit as problem:
            gathered.refuse(number, entry, str(problem))
    table, keys = tables.build(gathered.values)
    ready = lists_ready.listed(lists)
    warned = np.full(len(table.values), -1, np.int32)
    kinds = np.zeros(len(table.values), np.uint8)
    on = ready.on(gathered.kinds, gathered.values)
    for key, list_, kind in zip(keys.tolist(), on, gathered.kinds, strict=True):
        if key >= 0:
            warned[key] = max(warned[key], list_)
            kinds[key] = KINDS.index(kind)
    packed = np.array(gathered.owners, np.int64) << 1 | np.array(gathered.exact, np.int64)
    ends, held = lists_ready.grouped(keys, packed, len(table.values))
    return Index(
        table, ends, (held >> 1).astype(np.int32), (held & 1).astype(np.uint8), kinds, warned,
        _columns(given), ready, tuple(gathered.words), tuple(gathered.patterns),
        tuple(gathered.refused), dict(gathered.refusals),
    )  # fmt: skip


def _gather(gathered: _Gathered, number: int, entry: Entry) -> None:
    match entry.kind:
        case "ip":
            gathered.add(number, Simple("ip", value_of.net(entry.value)))
        case "domain":
            gathered.add(number, Simple("domain", value_of.domain(entry.value)))
        case "url":
            gathered.add(number, Simple("url", value_of.web(entry.value)))
        case "email":
            gathered.add(number, Simple("email", value_of.email(entry.value)))
        case "hash":
            gathered.add(number, Simple("hash", value_of.digest(entry.value)))
        case "word":
            gathered.words.append((number, value_of.word(entry.value)))
        case "pattern":
            found = simple(entry.value)
            if found is None:
                gathered.patterns.append((number, _hunted(entry.value)))
            for each in found or ():
                gathered.add(number, each)


def _hunted(pattern: str) -> str:
    """A pattern that logs can be searched for. Raises `Unfit` for one of whose brackets every line
    would have to be tried."""
    for leaf in compiled(pattern).leaves:
        if needles(leaf.comparison) is None:
            raise Unfit("it compares with no text of three plain characters that a line must hold")
    return pattern


def _columns(given: Sequence[Entry]) -> Entries:
    import numpy as np

    sources = sorted({each.source for each in given})
    at = {name: number for number, name in enumerate(sources)}
    many = len(given)
    return Entries(
        tables.texts(each.id for each in given),
        tuple(sources),
        np.fromiter((at[each.source] for each in given), np.int32, many),
        np.fromiter(
            (-FOREVER if (v := each.valid_from) is None else v for each in given), np.int64, many
        ),
        np.fromiter(
            (FOREVER if (v := each.valid_until) is None else v for each in given), np.int64, many
        ),
    )

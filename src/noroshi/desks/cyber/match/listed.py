"""Warning lists made ready: on which list is a value, for all values of an index at once."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from noroshi.desks.cyber.match import table as tables
from noroshi.desks.cyber.match.entry import EntryKind
from noroshi.desks.cyber.match.lists import WarningList
from noroshi.desks.cyber.match.pattern import expr
from noroshi.desks.cyber.match.pattern.tree import Refused
from noroshi.desks.cyber.match.table import Table
from noroshi.desks.cyber.match.values import Net, Unfit, Value, Web, net, shown, web

if TYPE_CHECKING:
    import ahocorasick_rs

    from noroshi.desks.cyber.match.table import Array

CHUNK: Final = 20_000
_EXPRESSION = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)
_ADDRESS: Final = frozenset("0123456789abcdef:")


class Listed(msgspec.Struct, frozen=True, dict=True):
    """Lists by number: `names`, and the `kinds` that each is of. `table` holds what they list,
    `ends` and `numbers` the lists of each of its keys; `pieces` and `expressions` are (list, text)
    of those that are searched for. `unread` is what of the lists could not be understood."""

    names: tuple[str, ...]
    kinds: tuple[frozenset[EntryKind], ...]
    table: Table
    ends: Array
    numbers: Array
    pieces: tuple[tuple[int, str], ...]
    expressions: tuple[tuple[int, str], ...]
    unread: int

    def on(self, kinds: Sequence[EntryKind], values: Sequence[Value]) -> list[int]:
        """The number of the first list that holds each value, as one of a kind; -1 for none."""
        found = [-1] * len(values)
        if not self.names:
            return found
        for start in range(0, len(values), CHUNK):
            self._tabled(kinds, values, found, range(start, min(len(values), start + CHUNK)))
        for at, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            if found[at] < 0 and (self.pieces or self.expressions):
                found[at] = self._searched(kind, value)
        return found

    def _tabled(
        self, kinds: Sequence[EntryKind], values: Sequence[Value], found: list[int], part: range
    ) -> None:
        asked: list[Value] = []
        askers: list[int] = []
        for at in part:
            for each in self._asked(values[at]):
                asked.append(each)
                askers.append(at)
        for at, number in zip(askers, tables.look(self.table, asked), strict=True):
            if number >= 0 and found[at] < 0:
                found[at] = self._of_kind(number, kinds[at])

    def _asked(self, value: Value) -> Iterator[Value]:
        """What the lists may hold for a value: itself, the names above it, the ranges around it."""
        yield f"={shown(value)}"
        if isinstance(value, Net):
            bits = 32 if value.version == 4 else 128
            for length in (self.table.fours if bits == 32 else self.table.sixes).tolist():
                if length <= value.length:
                    clear = bits - length
                    yield Net(value.version, value.address >> clear << clear, length)
            return
        if isinstance(value, Web) and value.path != "/":
            return
        host = value.host if isinstance(value, Web) else value
        if "@" not in host and "." in host:
            labels = host.split(".")
            yield from (".".join(labels[at:]) for at in range(len(labels)))

    def _of_kind(self, number: int, kind: EntryKind) -> int:
        start = int(self.ends[number - 1]) if number else 0
        lists = self.numbers[start : int(self.ends[number])].tolist()
        return next((each for each in lists if kind in self.kinds[each]), -1)

    def _searched(self, kind: EntryKind, value: Value) -> int:
        text = shown(value).removesuffix("/32" if isinstance(value, Net) else "\0")
        if self.pieces:
            for at, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
                if kind in self.kinds[self.pieces[at][0]]:
                    return self.pieces[at][0]
        for number, found in self._matchers:
            if kind in self.kinds[number] and found(text):
                return number
        return -1

    @functools.cached_property
    def _automaton(self) -> ahocorasick_rs.AhoCorasick:
        import ahocorasick_rs

        return ahocorasick_rs.AhoCorasick([text for _, text in self.pieces])

    @functools.cached_property
    def _matchers(self) -> list[tuple[int, Any]]:
        return [(number, expr.matcher(text)) for number, text in self.expressions]


def listed(lists: Iterable[WarningList]) -> Listed:
    """The lists made ready."""
    import numpy as np

    given = list(lists)
    values: list[Value] = []
    owners: list[int] = []
    pieces: list[tuple[int, str]] = []
    expressions: list[tuple[int, str]] = []
    unread = 0
    for number, each in enumerate(given):
        for text in each.values:
            if each.type == "substring":
                pieces.extend([(number, text.lower())] if text else [])
            elif each.type == "regex":
                made = _expression(text)
                unread += made is None
                expressions.extend([(number, made)] if made is not None else [])
            else:
                read = _read(each, text)
                unread += not read
                values.extend(read)
                owners.extend([number] * len(read))
    table, keys = tables.build(values)
    ends, numbers = grouped(keys, np.array(owners, np.int32), len(table.values))
    return Listed(
        tuple(each.name for each in given),
        tuple(each.kinds for each in given),
        table, ends, numbers, tuple(pieces), tuple(expressions), unread,
    )  # fmt: skip


def grouped(keys: Array, held: Array, many: int) -> tuple[Array, Array]:
    """What is held by each key: `held` in order of `keys` (-1: by none), and where each ends."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    order = order[np.searchsorted(keys[order], 0) :]
    counts = np.bincount(keys[order], minlength=many) if len(order) else np.zeros(many, np.int64)
    return np.cumsum(counts).astype(np.int64), held[order]


def _read(each: WarningList, text: str) -> list[Value]:
    """What one line of a list holds; wide ranges and single labels are meant, in a list."""
    plain = text.strip().lower()
    if each.type == "hostname":
        return [name] if (name := plain.strip(".")) else []
    if each.type == "cidr" or ("ip" in each.kinds and plain[:1] in _ADDRESS):
        try:
            range_ = net(plain, {4: 0, 6: 0})
            return [range_ if each.type == "cidr" else f"={shown(range_)}"]
        except Unfit:
            if each.type == "cidr":
                return []
    if "url" in each.kinds and "://" in plain:
        try:
            return [f"={shown(web(text))}"]
        except Unfit:
            return []
    return [f"={plain}"] if plain else []


def _expression(text: str) -> str | None:
    """`/…/i` as an expression in linear time; None where it cannot be one."""
    found = _EXPRESSION.fullmatch(text)
    made = text if found is None else ("(?i)" if "i" in found[2] else "") + found[1]
    made = made.replace(r"\@", "@")
    try:
        expr.matcher(made)
    except Refused:
        return None
    return made

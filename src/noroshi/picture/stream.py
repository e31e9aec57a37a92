"""A stream of findings as columns: JSON lines of any maker (`lines.Line`), one finding a line. What
cannot be read is returned with its line and reason."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np

from noroshi.picture.gazetteer import Gazetteer, Match, about, fits
from noroshi.picture.lines import (
    Array,
    Line,
    credible,
    grade,
    named,
    on_earth,
    places,
    times,
    why,
)
from noroshi.words.asset import AssetGraph
from noroshi.words.time import DAY

DOMAINS: Final = {"sea": "maritime", "info": "information", "fimi": "information"}
"""Other words for a domain."""
SHOWN: Final = 20
BATCH: Final = 65_536


class Stream(msgspec.Struct, frozen=True):
    """Findings by (t0, t1, id), each id once. Times are µs UTC, places degrees (nan: none), radii
    metres. `asset` and `target` hold places in `tokens`, finding `n`'s from `asset_at[n]` to
    `asset_at[n + 1]`. `coarse` is known to a month or worse. `reliability` is 0 (A) to 5 (F).

    Of findings that name their targets in text alone, `said` has what was matched, by id, and
    `about` the domains that the text may be about, as bits; all bits for every other."""

    ids: tuple[str, ...]
    domains: tuple[str, ...]
    kinds: tuple[str, ...]
    tokens: tuple[str, ...]
    lineages: tuple[str, ...]
    domain: Array
    kind: Array
    t0: Array
    t1: Array
    coarse: Array
    lon: Array
    lat: Array
    radius: Array
    asset_at: Array
    asset: Array
    target_at: Array
    target: Array
    lineage: Array
    reliability: Array
    credibility: Array
    rejected: tuple[str, ...] = ()
    bad: int = 0
    twice: int = 0
    about: Array | None = None
    said: dict[str, tuple[Match, ...]] = {}

    def __len__(self) -> int:
        return len(self.t0)

    @property
    def days(self) -> float:
        """From the first beginning to the last end, at least one day."""
        if not len(self):
            return 1.0
        return max(1.0, float(self.t1.max() - self.t0.min()) / DAY)


class _Names:
    """Numbers for names, in the order in which they come."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self.of.setdefault(name, len(self.of))

    def sorted(self, *columns: Array) -> tuple[Any, ...]:
        """The names by themselves, and the columns with numbers in that order: what is made of
        them does not hang on the order of the lines."""
        names = sorted(self.of)
        new = np.empty(len(names), np.int32)
        for place, name in enumerate(names):
            new[self.of[name]] = place
        return tuple(names), *(new[column].astype(column.dtype) for column in columns)

    def many(self, names: list[str] | None) -> list[int]:
        """Each once, in order."""
        return [self(each) for each in dict.fromkeys(names)] if names else []


class Builder:
    """Columns that grow by batches of lines."""

    def __init__(self, name: str, graph: AssetGraph | None = None) -> None:
        self.name, self.graph = name, graph
        self.said: dict[int, tuple[Match, ...]] = {}
        self.domains, self.kinds, self.tokens, self.lineages = (_Names() for _ in range(4))
        self.ids: list[str] = []
        self.batches: list[tuple[Array, ...]] = []
        self.assets: list[list[int]] = []
        self.targets: list[list[int]] = []
        self.rejected: list[str] = []
        self.bad = 0

    def refuse(self, number: int, reason: object) -> None:
        """Count what cannot be read; the first ones are named."""
        self.bad += 1
        if len(self.rejected) < SHOWN:
            self.rejected.append(f"{self.name} line {number}: {reason}")

    def add(self, lines: list[Line], numbers: list[int]) -> None:
        """Take some lines; `numbers` say where they stood."""
        when = times(lines)
        lon, lat, radius = places(lines)
        wrong = np.flatnonzero(~(when.ok & on_earth(lines, lon, lat, radius)))
        nameless = [n for n, each in enumerate(lines) if not named(each)]
        refused: list[int] = sorted({*wrong.tolist(), *nameless})
        for n in refused:
            self.refuse(numbers[n], why(lines[n]))
        kept: list[int] = np.setdiff1d(np.arange(len(lines)), refused).tolist()
        keep = np.array(kept, np.int64)
        lines = [lines[n] for n in kept]
        words = [DOMAINS.get(word := each.domain.strip().lower(), word) for each in lines]
        lines = self._read(lines)
        self.ids += [each.id for each in lines]
        self.assets += [self.tokens.many(each.assets) for each in lines]
        self.targets += [self.tokens.many(each.targets) for each in lines]
        self.batches.append(
            (
                np.array([self.domains(each) for each in words], "i2"),
                np.array(
                    [self.kinds(f"{d}/{e.kind}") for d, e in zip(words, lines, strict=True)], "i4"
                ),
                when.t0[keep],
                when.t1[keep],
                when.coarse[keep],
                (lon[keep] + 180) % 360 - 180,
                lat[keep],
                radius[keep].astype("f4"),
                np.array(
                    [self.lineages(e.lineage or e.source or f"finding {e.id}") for e in lines], "i4"
                ),
                np.array([grade(each.reliability) for each in lines], "i1"),
                np.array([credible(each.credibility) for each in lines], "i1"),
            )
        )

    def _read(self, lines: list[Line]) -> list[Line]:
        """The lines, with what their texts name as targets where they name nothing themselves."""
        read = list(lines)
        for n, each in enumerate(lines):
            if not each.text or each.assets or each.targets:
                continue
            found = self._gazetteer.find(each.text)
            if about(found):
                self.said[len(self.ids) + n] = tuple(found)
                named = dict.fromkeys(match.token for match in found if match.token)
                read[n] = msgspec.structs.replace(each, targets=list(named))
        return read

    @functools.cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer(self.graph or AssetGraph())

    def _about(self, rows: list[int], domains: tuple[str, ...]) -> Array | None:
        if not self.said or len(domains) > 62:
            return None
        masks = np.full(len(rows), -1, np.int64)
        for n, row in enumerate(rows):
            if row in self.said:
                spoken = about(self.said[row])
                masks[n] = sum(1 << d for d, each in enumerate(domains) if fits(spoken, each))
        return masks

    def built(self) -> Stream:
        """The columns, in order, each id once (the last line of it)."""
        if not self.batches:
            self.add([], [])
        columns = [np.concatenate(each) for each in zip(*self.batches, strict=True)]
        keep, order = _ordered(self.ids, columns[2], columns[3])
        rows: list[int] = order.tolist()
        columns = [each[order] for each in columns]
        domain, kind, t0, t1, coarse, lon, lat, radius, lineage, reliability, credibility = columns
        asset_at, asset = _ragged([self.assets[n] for n in rows])
        target_at, target = _ragged([self.targets[n] for n in rows])
        domains, domain = self.domains.sorted(domain)
        kinds, kind = self.kinds.sorted(kind)
        tokens, asset, target = self.tokens.sorted(asset, target)
        lineages, lineage = self.lineages.sorted(lineage)
        return Stream(
            tuple(self.ids[n] for n in rows),
            domains, kinds, tokens, lineages,
            domain, kind, t0, t1, coarse, lon, lat, radius, asset_at, asset, target_at, target,
            lineage, reliability, credibility,
            tuple(self.rejected), self.bad, len(self.ids) - keep, self._about(rows, domains),
            {self.ids[n]: self.said[n] for n in rows if n in self.said} if self.said else {},
        )  # fmt: skip


def read_stream(lines: Iterable[bytes], name: str, graph: AssetGraph | None = None) -> Stream:
    """The findings of JSON lines; `name` is what places are named by. Names of the assets of
    `graph` and of parties are looked for in texts."""
    builder = Builder(name, graph)
    decode = msgspec.json.Decoder(Line).decode
    batch: list[Line] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, 1):
        try:
            batch.append(decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            if line.strip():
                builder.refuse(number, problem)
            continue
        numbers.append(number)
        if len(batch) == BATCH:
            builder.add(batch, numbers)
            batch, numbers = [], []
    builder.add(batch, numbers)
    return builder.built()


def _ordered(ids: list[str], t0: Array, t1: Array) -> tuple[int, Array]:
    """How many ids there are, and rows by (t0, t1, digest of the id), the last of each id."""
    made = b"".join(hashlib.blake2b(each.encode(), digest_size=8).digest() for each in ids)
    digest = np.frombuffer(made, "u8")
    last = len(digest) - 1 - np.unique(digest[::-1], return_index=True)[1]
    order = last[np.lexsort((digest[last], t1[last], t0[last]))]
    return len(last), order


def _ragged(lists: list[list[int]]) -> tuple[Array, Array]:
    at = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(each) for each in lists], out=at[1:])
    return at, np.array([each for some in lists for each in some], np.int32)

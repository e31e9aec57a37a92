"""A stream of findings as columns: JSON lines of any maker (`lines.Line`), one finding a line. What
cannot be read is returned with its line and reason."""

from __future__ import annotations

import bisect
import functools
import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec
import numpy as np

from noroshi.picture.bulk import Batch, each_block
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
from noroshi.picture.ordering import numbered, ordered
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

    ids: tuple[str, ...] | Texts | Array
    domains: tuple[str, ...]
    kinds: tuple[str, ...]
    tokens: tuple[str, ...]
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

    def places(self, names: list[str], of: Array) -> Array:
        """Numbers for a column of distinct `names` and their places."""
        return np.array([self(each) for each in names] or [0], np.int32)[of]


class Texts:
    """Many texts, kept as Arrow keeps them."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, place: int) -> str:
        return self._array[int(place)].as_py()

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), BATCH):
            yield from self._array[start : start + BATCH].to_pylist()


class Builder:
    """Columns that grow by batches of lines."""

    def __init__(self, name: str, graph: AssetGraph | None = None) -> None:
        self.name, self.graph = name, graph
        self.said: dict[int, tuple[Match, ...]] = {}
        self.domains, self.kinds = _Names(), _Names()
        self.texts: list[tuple[Any, Any]] = []
        self.batches: list[tuple[Array, ...]] = []
        self.named: list[tuple[Array, Any, Array, Any]] = []
        self._refused: list[tuple[int, str]] = []
        self.bad = self.many = 0

    def refuse(self, number: int, reason: object) -> None:
        """Count what cannot be read; the first ones are named."""
        self.bad += 1
        bisect.insort(self._refused, (number, f"{self.name} line {number}: {reason}"))
        del self._refused[SHOWN:]

    @property
    def rejected(self) -> tuple[str, ...]:
        """The first lines that could not be read, in their order, each with its reason."""
        return tuple(text for _, text in self._refused)

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
        lines = self._read([lines[n] for n in kept])
        pa: Any = importlib.import_module("pyarrow")
        text, each_one = pa.large_string(), np.arange(len(lines))
        self.take(
            Batch(
                pa.array([each.id for each in lines], text),
                pa.array([e.lineage or e.source or f"finding {e.id}" for e in lines], text),
                [each.domain for each in lines], each_one, [each.kind for each in lines], each_one,
                when.t0[keep], when.t1[keep], when.coarse[keep],
                (lon[keep] + 180) % 360 - 180, lat[keep], radius[keep].astype("f4"),
                *_ragged([each.assets for each in lines]),
                *_ragged([each.targets for each in lines]),
                np.array([grade(each.reliability) for each in lines], "i1"),
                np.array([credible(each.credibility) for each in lines], "i1"),
            )
        )  # fmt: skip

    def take(self, batch: Batch) -> None:
        """Take findings that are columns already."""
        words = [DOMAINS.get(word := each.strip().lower(), word) for each in batch.domains]
        domain = self.domains.places(words, batch.domain_of).astype("i2")
        # A kind is one of its domain: the pairs that occur, and which of them each finding has.
        wide = max(1, len(batch.kinds))
        pairs, pair_of = np.unique(batch.domain_of * wide + batch.kind_of, return_inverse=True)
        kinds = [f"{words[pair // wide]}/{batch.kinds[pair % wide]}" for pair in pairs.tolist()]
        self.many += len(batch.t0)
        self.texts.append((batch.ids, batch.lineage))
        self.named.append((batch.asset_many, batch.assets, batch.target_many, batch.targets))
        self.batches.append(
            (
                domain, self.kinds.places(kinds, pair_of), batch.t0, batch.t1, batch.coarse,
                batch.lon, batch.lat, batch.radius, batch.reliability, batch.credibility,
            )
        )  # fmt: skip

    def _read(self, lines: list[Line]) -> list[Line]:
        """The lines, with what their texts name as targets where they name nothing themselves."""
        read = list(lines)
        for n, each in enumerate(lines):
            if not each.text or each.assets or each.targets:
                continue
            found = self._gazetteer.find(each.text)
            if about(found):
                self.said[self.many + n] = tuple(found)
                named = dict.fromkeys(match.token for match in found if match.token)
                read[n] = msgspec.structs.replace(each, targets=list(named))
        return read

    @functools.cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer(self.graph or AssetGraph())

    def _about(self, order: Array, domains: tuple[str, ...]) -> Array | None:
        if not self.said or len(domains) > 62:
            return None
        masks = np.full(self.many, -1, np.int64)
        for row, found in self.said.items():
            masks[row] = mask(found, domains)
        return masks[order]

    def built(self, lineages: Callable[[list[str]], Array] | None = None) -> Stream:
        """The columns, in order, each id once (the last line of it). `lineages` numbers these,
        where the numbers have to go on from another stream."""
        if not self.batches:
            self.add([], [])
        pa: Any = importlib.import_module("pyarrow")
        columns = [np.concatenate(each) for each in zip(*self.batches, strict=True)]
        ids, lineage = (
            pa.chunked_array(each).combine_chunks() for each in zip(*self.texts, strict=True)
        )
        order = ordered(ids, columns[2], columns[3])
        number = lineages(lineage.to_pylist()) if lineages else numbered(lineage)
        asset_many, assets, target_many, targets = zip(*self.named, strict=True)
        tokens, asset, target = _tokens(assets, targets)
        asset_at, asset = reordered(np.concatenate(asset_many), asset, order)
        target_at, target = reordered(np.concatenate(target_many), target, order)
        kept: set[int] = set(order.tolist()) if self.said else set()
        said = {ids[row].as_py(): each for row, each in self.said.items() if row in kept}
        if not _in_order(order, self.many):
            number, ids = number[order], ids.take(pa.array(order))
            columns = [each[order] for each in columns]
        domain, kind, t0, t1, coarse, lon, lat, radius, reliability, credibility = columns
        domains, domain = self.domains.sorted(domain)
        kinds, kind = self.kinds.sorted(kind)
        return Stream(
            tuple(ids.to_pylist()) if len(order) <= BATCH else Texts(ids),
            domains, kinds, tokens,
            domain, kind, t0, t1, coarse, lon, lat, radius, asset_at, asset, target_at, target,
            number, reliability, credibility,
            self.rejected, self.bad, self.many - len(order), self._about(order, domains),
            said,
        )  # fmt: skip


def mask(found: Iterable[Match], domains: tuple[str, ...]) -> int:
    """The domains that a text may be about, as bits."""
    spoken = about(found)
    return sum(1 << d for d, each in enumerate(domains) if fits(spoken, each))


def read_stream(lines: Iterable[bytes], name: str, graph: AssetGraph | None = None) -> Stream:
    """The findings of JSON lines; `name` is what places are named by. Names of the assets of
    `graph` and of parties are looked for in texts."""
    builder = Builder(name, graph)
    add_lines(builder, enumerate(lines, 1))
    return builder.built()


def read_blocks(
    blocks: Iterable[bytes], name: str, graph: AssetGraph | None = None,
    read: Callable[[Iterable[bytes]], Iterable[tuple[bytes, Batch | None]]] = each_block,
) -> Stream:  # fmt: skip
    """The same of blocks of whole lines: those where nothing is unusual are `read` at once."""
    builder = Builder(name, graph)
    first = 1
    for block, found in read(blocks):
        if found is None:
            add_lines(builder, enumerate(block.split(b"\n"), first))
        else:
            builder.take(found)
        first += block.count(b"\n") + (not block.endswith(b"\n"))
    return builder.built()


def add_lines(builder: Builder, lines: Iterable[tuple[int, bytes]]) -> None:
    """Take lines one by one, with their numbers; what cannot be read is refused."""
    decode = msgspec.json.Decoder(Line).decode
    batch: list[Line] = []
    numbers: list[int] = []
    for number, line in lines:
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


def _tokens(assets: tuple[Any, ...], targets: tuple[Any, ...]) -> tuple[Any, Array, Array]:
    """The names in two columns of dictionaries, sorted, and where each of the columns stands in
    them: what is made of them does not hang on the order of the lines."""
    pa: Any = importlib.import_module("pyarrow")
    pc: Any = importlib.import_module("pyarrow.compute")
    whole = pa.chunked_array([*assets, *targets]).unify_dictionaries().combine_chunks()
    names = whole.dictionary
    order = pc.sort_indices(names).to_numpy()
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    of = place[whole.indices.to_numpy(zero_copy_only=False)]
    first = sum(len(each) for each in assets)
    return tuple(names.take(pa.array(order)).to_pylist()), of[:first], of[first:]


def _ragged(lists: list[list[str] | None]) -> tuple[Array, Any]:
    """How many names each has, each once, and which."""
    pa: Any = importlib.import_module("pyarrow")
    once = [list(dict.fromkeys(each or ())) for each in lists]
    flat = pa.array([each for some in once for each in some], pa.string())
    return np.array([len(each) for each in once], np.int64), flat.dictionary_encode()


def _in_order(order: Array, many: int) -> bool:
    return len(order) == many and bool((order == np.arange(many)).all())


def reordered(many: Array, flat: Array, order: Array) -> tuple[Array, Array]:
    """Where each row's names begin and end, and the names, with rows in `order`."""
    at = np.zeros(len(order) + 1, np.int64)
    if _in_order(order, len(many)):
        np.cumsum(many, out=at[1:])
        return at, flat
    begin = np.concatenate([[0], np.cumsum(many)])[:-1][order]
    many = many[order]
    np.cumsum(many, out=at[1:])
    return at, flat[np.repeat(begin - at[:-1], many) + np.arange(at[-1])]

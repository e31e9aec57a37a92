"""Where findings meet: each is posted under its assets and targets, under the assets one declared
edge away, and under the cells of a grid round its place.

Two findings meet under a key only where one of them is there itself, so that no two meet over more
than one hop of the graph, and two neighbours of a hub do not meet at all. A country is no key that
makes an incident: what it joins is support (`weak`).
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np

from noroshi.picture.lines import Array
from noroshi.picture.priors import Priors
from noroshi.picture.stream import Stream
from noroshi.words.asset import AssetGraph
from noroshi.words.party import packaged_parties
from noroshi.words.place import EARTH_RADIUS_M

CELLS: Final = 1 << 56
"""Marks of cells begin here."""
_SHORT: Final = re.compile(r"[A-Z]{2,3}")


class Ground(msgspec.Struct, frozen=True):
    """The graph made ready: `number` says where an asset stands in what follows. `near` holds what
    is one edge away from asset n, from `near_at[n]` to `near_at[n + 1]`; nothing for a hub."""

    number: dict[str, int]
    near_at: Array
    near: Array
    sort: Array
    sorts: tuple[str, ...]
    weak: Array
    mark: Array


class Postings(msgspec.Struct, frozen=True):
    """Sorted by (key, time of the finding): `key` and the row of the finding in its stream. `away`
    where the finding is not at the key itself; `via` is then the token where it is, else the key.

    Of each key: `cell` whether it is one, `weak` whether it only supports, `sort` what sort of
    thing it is (a place in `sorts`), `ends` whether it has no neighbours, `mark` a number of its
    own that hangs on its name alone, and its name."""

    key: Array
    row: Array
    away: Array
    via: Array
    cell: Array
    weak: Array
    ends: Array
    mark: Array
    sort: Array
    sorts: tuple[str, ...]
    names: Sequence[str]

    def where(self, key: int, row: int) -> int:
        """The token where the finding is that meets others under `key`; for a cell, the cell."""
        low, high = np.searchsorted(self.key, [key, key + 1])
        found = low + int(np.searchsorted(self.row[low:high], row))
        return int(self.via[found])

    def name(self, key: int) -> str:
        """What the key is called; a cell is "place"."""
        return self.names[key]


def ground(graph: AssetGraph, priors: Priors) -> Ground:
    """The graph made ready for any stream."""
    names = sorted(graph.assets)
    number = {name: n for n, name in enumerate(names)}
    most = priors.graph.hub_degree
    lists = [sorted(number[each] for each in graph.near(name) if each in number) for name in names]
    lists = [some if len(some) <= most else [] for some in lists]
    at = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(some) for some in lists], out=at[1:])
    flat = np.array([each for some in lists for each in some], np.int64)
    sorts: dict[str, int] = {"place": 0}
    sort = [sorts.setdefault(graph.assets[name].kind, len(sorts)) for name in names]
    weak = [is_country(name) or graph.assets[name].kind == "country" for name in names]
    return Ground(
        number, at, flat, np.array(sort, np.int32), tuple(sorts), np.array(weak, bool), marks(names)
    )  # fmt: skip


def post(stream: Stream, ground: Ground, priors: Priors) -> Postings:
    """All findings under all their keys. A finding is at a token itself where it names it, else one
    edge away by the first of its tokens that is; being there wins over being near."""
    from noroshi.picture.kernels.posted import spread

    place, others = _numbered(stream, ground)
    names = (*ground.number, *others)
    near_at = np.concatenate([ground.near_at, np.full(len(others), ground.near_at[-1])])
    asset, target = place[stream.asset], place[stream.target]
    cell_of, cells, numbers = _cells(stream, priors)
    known = (
        stream.asset_at, asset, stream.target_at, target, near_at, ground.near,
        cell_of, cells + len(names),
    )  # fmt: skip
    count = len(numbers)
    last = np.full(len(names) + count, -1, np.int32)
    at = np.zeros(len(last) + 1, np.int64)
    none = np.empty(0, np.int32)
    spread(*known, last, at, False, none, none)
    many = at[1:].astype(np.int32)
    np.cumsum(at, out=at)
    rows, via = np.empty((2, int(at[-1])), np.int32)
    last[:] = -1
    spread(*known, last, at[:-1].copy(), True, rows, via)
    far = (rows & 1).astype(bool)
    rows >>= 1
    keys = np.repeat(np.arange(len(many), dtype=np.int32), many)
    weak = np.array([is_country(each) for each in others], bool)
    sorts = {each: n for n, each in enumerate(ground.sorts)}
    # A token that is no asset is of the sort of the scheme of its name.
    schemes = (each.partition(":")[0] * (":" in each) for each in others)
    sort = [sorts.setdefault(each, len(sorts)) for each in schemes]
    return Postings(
        keys, rows, far, via,
        np.arange(len(names) + count) >= len(names),
        np.concatenate([ground.weak, weak, np.zeros(count, bool)]),
        np.concatenate([np.diff(near_at) == 0, np.zeros(count, bool)]),
        np.concatenate([ground.mark, marks(others), numbers]),
        np.concatenate([ground.sort, np.array(sort, np.int32), np.zeros(count, np.int32)]),
        tuple(sorts),
        names + ("place",) * count,
    )  # fmt: skip


def _numbered(stream: Stream, ground: Ground) -> tuple[Array, list[str]]:
    """Where each token of the stream stands among all names, and the names that are no assets."""
    others: list[str] = []
    place = np.empty(max(1, len(stream.tokens)), np.int64)
    for n, token in enumerate(stream.tokens):
        found = ground.number.get(token)
        if found is None:
            found = len(ground.number) + len(others)
            others.append(token)
        place[n] = found
    return place, others


def marks(names: Iterable[str]) -> Array:
    """A number of its own for each name; those of cells lie above all of them."""
    digests = (hashlib.blake2b(each.encode(), digest_size=8).digest() for each in names)
    return np.frombuffer(b"".join(digests), np.int64) >> 8


def is_country(token: str) -> bool:
    """Whether a token names a country or another party, and no thing that one can damage."""
    scheme, _, rest = token.rpartition(":")
    if scheme:
        return scheme in ("country", "party", "state")
    return rest in _parties() or _SHORT.fullmatch(rest) is not None


@functools.cache
def _parties() -> frozenset[str]:
    return frozenset(packaged_parties().order)


def _cells(stream: Stream, priors: Priors) -> tuple[Array, Array, Array]:
    """Of each finding the row of its cells (-1: none); its cells, the one that it is in first; and
    the numbers of cells by themselves.

    Rows of equal latitude, cells as wide as high in each; a finding is posted in every cell that
    a circle of the farthest reach round it may touch.
    """
    reach = priors.place.reach_m + 2 * priors.place.vague_m
    placed = np.flatnonzero(~np.isnan(stream.lat) & (stream.radius <= priors.place.vague_m))
    cell_of = np.full(len(stream), -1, np.int32)
    if not len(placed):
        return cell_of, np.empty((0, 9), np.int32), np.empty(0, np.int64)
    cell_of[placed] = np.arange(len(placed), dtype=np.int32)
    step = np.degrees(reach / EARTH_RADIUS_M)
    lat, lon = stream.lat[placed], stream.lon[placed]
    cells = np.empty((len(placed), 9), np.int64)
    for n, (side, shift) in enumerate(itertools.product((0, -1, 1), (0.0, -1.0, 1.0))):
        band = _band(lat, step) + side
        wide = step / np.cos(np.radians(np.minimum(89.0, np.abs(lat) + step)))
        cells[:, n] = _cell(band, lon + shift * np.minimum(wide, 120.0), step)
    found, numbers = np.unique(cells, return_inverse=True)
    return cell_of, numbers.reshape(cells.shape).astype(np.int32), found + CELLS


def _band(lat: Array, step: float) -> Array:
    return np.floor((lat + 90) / step).astype(np.int64)


def _cell(band: Array, lon: Array, step: float) -> Array:
    """One number for the cell of a band that holds `lon`. A cell is at least as wide as the
    farthest reach of a place in its band or one beside it."""
    edge = np.minimum(89.0, np.abs((band + 0.5) * step - 90) + 2.5 * step)
    columns = np.maximum(1, np.floor(360 * np.cos(np.radians(edge)) / step)).astype(np.int64)
    column = np.floor(((lon + 180) % 360) / 360 * columns).astype(np.int64) % columns
    return (band + 2) * 100_000 + column

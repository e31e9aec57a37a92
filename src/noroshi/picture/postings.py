"""Where findings meet: each is posted under its assets and targets, under the assets one declared
edge away, and under the cells of a grid round its place.

Two findings meet under a key only where one of them is there itself, so that no two meet over more
than one hop of the graph, and two neighbours of a hub do not meet at all. A country is no key that
makes an incident: what it joins is support (`weak`).
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable
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


class Postings(msgspec.Struct, frozen=True):
    """Sorted by (key, time of the finding): `key` and the row of the finding in its stream. `away`
    where the finding is not at the key itself; `via` is then the token where it is, else the key.
    `group` says of each token what sort of thing it is, `ends` whether it has no neighbours. Keys
    below `tokens` are tokens of the stream and
    then assets of the graph, those from there on cells. `cell` says so of each key, `weak` whether
    it only supports, and `mark` is a number of its own that hangs on its name alone."""

    key: Array
    row: Array
    away: Array
    via: Array
    group: Array
    ends: Array
    tokens: int
    keys: int
    cell: Array
    weak: Array
    mark: Array
    names: tuple[str, ...]

    def where(self, key: int, row: int) -> int:
        """The token where the finding is that meets others under `key`; for a cell, the cell."""
        low, high = np.searchsorted(self.key, [key, key + 1])
        found = low + int(np.searchsorted(self.row[low:high], row))
        return int(self.via[found])

    def name(self, key: int) -> str:
        """What the key is called; a cell is "place"."""
        return self.names[key] if key < self.tokens else "place"


def post(stream: Stream, graph: AssetGraph, priors: Priors) -> Postings:
    """All findings under all their keys."""
    from noroshi.picture.kernels import through

    names, near_at, near = _neighbours(stream, graph, priors.graph.hub_degree)
    parts = [
        _own(stream.asset_at, stream.asset),
        _own(stream.target_at, stream.target),
    ]
    for row, key, _ in list(parts):
        parts.append(_hop(row, key, near_at, near))
    cells, rows, away, numbers = _cells(stream, priors)
    parts.append((rows, cells + len(names), away))
    row = np.concatenate([part[0] for part in parts]).astype(np.int32)
    key = np.concatenate([part[1] for part in parts]).astype(np.int32)
    far = np.concatenate([part[2] for part in parts])
    # Rows are in order of time, so one sort key does. Being there wins over being near.
    packed = (key.astype(np.int64) << 32) | (row.astype(np.int64) << 1) | far
    packed.sort()
    same = np.ones(len(packed), bool)
    same[1:] = packed[1:] >> 1 != packed[:-1] >> 1
    packed = packed[same]
    weak = np.zeros(len(names) + len(numbers), bool)
    for number, name in enumerate(names):
        known = graph.assets.get(name)
        weak[number] = is_country(name) or (known is not None and known.kind == "country")
    keys, rows = (packed >> 32).astype(np.int32), ((packed >> 1) & 0x7FFFFFFF).astype(np.int32)
    far = (packed & 1).astype(bool)
    via = keys.copy()
    through(
        keys, rows, far, len(names), stream.asset_at, stream.asset, stream.target_at,
        stream.target, near_at, near, via,
    )  # fmt: skip
    return Postings(
        keys,
        rows,
        far,
        via,
        _groups(names, graph),
        np.diff(near_at) == 0,
        len(names),
        len(names) + len(numbers),
        np.arange(len(weak)) >= len(names),
        weak,
        np.concatenate([marks(names), numbers]),
        names,
    )


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


def _neighbours(
    stream: Stream, graph: AssetGraph, most: int
) -> tuple[tuple[str, ...], Array, Array]:
    """All token names, and for each the tokens one edge away, unless it is a hub."""
    number = {name: n for n, name in enumerate(stream.tokens)}
    for asset in sorted(graph.assets):
        number.setdefault(asset, len(number))
    lists = [sorted(number[each] for each in graph.near(name)) for name in number]
    lists = [some if len(some) <= most else [] for some in lists]
    at = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(some) for some in lists], out=at[1:])
    flat = np.array([each for some in lists for each in some], np.int64)
    return tuple(number), at, flat


def _groups(names: tuple[str, ...], graph: AssetGraph) -> Array:
    """A number for what each token is: the kind of its asset, else the scheme of its name."""
    numbers: dict[str, int] = {}
    kinds = {name: asset.kind for name, asset in graph.assets.items()}
    of = (kinds.get(name) or name.partition(":")[0] * (":" in name) for name in names)
    return np.array([numbers.setdefault(each, len(numbers)) for each in of], np.int32)


def _own(at: Array, tokens: Array) -> tuple[Array, Array, Array]:
    rows = np.repeat(np.arange(len(at) - 1), np.diff(at))
    return rows, tokens.astype(np.int64), np.zeros(len(tokens), bool)


def _hop(row: Array, key: Array, near_at: Array, near: Array) -> tuple[Array, Array, Array]:
    """The same findings under what is one edge away from their keys."""
    many = near_at[key + 1] - near_at[key]
    rows = np.repeat(row, many)
    start = np.repeat(near_at[key] - (np.cumsum(many) - many), many)
    return rows, near[np.arange(len(rows)) + start], np.ones(len(rows), bool)


def _cells(stream: Stream, priors: Priors) -> tuple[Array, Array, Array, Array]:
    """Cells, rows, whether only near, and the numbers of the cells by themselves.

    Rows of equal latitude, cells as wide as high in each; a finding is posted in every cell that
    a circle of the farthest reach round it may touch.
    """
    reach = priors.place.reach_m + 2 * priors.place.vague_m
    placed = np.flatnonzero(~np.isnan(stream.lat) & (stream.radius <= priors.place.vague_m))
    if not len(placed):
        empty = np.empty(0, np.int64)
        return empty, empty, np.empty(0, bool), empty
    step = np.degrees(reach / EARTH_RADIUS_M)
    lat, lon = stream.lat[placed], stream.lon[placed]
    rows: list[Array] = []
    cells: list[Array] = []
    away: list[Array] = []
    own = _cell(_band(lat, step), lon, step)
    for side in (-1, 0, 1):
        band = _band(lat, step) + side
        wide = step / np.cos(np.radians(np.minimum(89.0, np.abs(lat) + step)))
        for shift in (-1.0, 0.0, 1.0):
            cell = _cell(band, lon + shift * np.minimum(wide, 120.0), step)
            rows.append(placed)
            cells.append(cell)
            away.append(cell != own)
    found, numbers = np.unique(np.concatenate(cells), return_inverse=True)
    return numbers, np.concatenate(rows), np.concatenate(away), found + CELLS


def _band(lat: Array, step: float) -> Array:
    return np.floor((lat + 90) / step).astype(np.int64)


def _cell(band: Array, lon: Array, step: float) -> Array:
    """One number for the cell of a band that holds `lon`. A cell is at least as wide as the
    farthest reach of a place in its band or one beside it."""
    edge = np.minimum(89.0, np.abs((band + 0.5) * step - 90) + 2.5 * step)
    columns = np.maximum(1, np.floor(360 * np.cos(np.radians(edge)) / step)).astype(np.int64)
    column = np.floor(((lon + 180) % 360) / 360 * columns).astype(np.int64) % columns
    return (band + 2) * 100_000 + column

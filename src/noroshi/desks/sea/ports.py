"""Named ports and anchorages: the World Port Index and Global Fishing Watch's anchorages.

3,765 ports (NGA Pub. 150, US public domain) and 56,015 anchorage cells (GFW anchorages_pipeline,
Apache-2.0), packaged by `tools/geo.py`. An anchorage is where many vessels were seen at rest, so
it may lie outside any legal limit of a port.
"""

from __future__ import annotations

import csv
import functools
import gzip
import importlib.resources
import io
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from noroshi.desks.sea.sphere import Cubes, vectors
from noroshi.words.asset import Asset
from noroshi.words.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.desk import Array


class Harbour(msgspec.Struct, frozen=True):
    """One port or anchorage point; `locode` and `size` are known for ports only."""

    id: str
    kind: str
    name: str
    country: str
    lon: float
    lat: float
    locode: str = ""
    size: str = ""

    @property
    def label(self) -> str:
        """Name with UN/LOCODE where there is one, else with the country."""
        return f"{self.name} ({self.locode or self.country})"


class Harbours:
    """Harbours with a question: which is nearest? `reach_m` bounds the answer."""

    def __init__(self, harbours: tuple[Harbour, ...], reach_m: float) -> None:
        self.all, self.reach_m = harbours, reach_m
        lon = np.array([each.lon for each in harbours])
        lat = np.array([each.lat for each in harbours])
        self._cubes = Cubes(vectors(lon, lat), reach_m)

    def nearest(self, points: Array) -> tuple[Array, Array]:
        """Index into `all` (-1: none within reach) and metres (inf) for vectors (n, 3)."""
        return self._cubes.nearest(points)

    def within(self, points: Array, reach_m: float) -> list[Harbour | None]:
        """The nearest to each of vectors (n, 3), where it is within `reach_m`."""
        index, metres = self.nearest(points)
        return [
            self.all[each] if away <= reach_m else None
            for each, away in zip(index.tolist(), metres.tolist(), strict=True)
        ]


@functools.cache
def harbours() -> tuple[Harbour, ...]:
    """All packaged harbours, ports first, each part in the order of its file."""
    return (*_ports(), *_anchorages())


@functools.cache
def indexed(reach_m: float, ports_only: bool = False) -> Harbours:
    """The packaged harbours (or only its ports) indexed for questions up to `reach_m`."""
    chosen = harbours()
    if ports_only:
        chosen = tuple(each for each in chosen if each.kind == "port")
    return Harbours(chosen, reach_m)


@functools.cache
def assets() -> tuple[Asset, ...]:
    """Every packaged harbour as an asset. A port's radius is 5 km, an anchorage's 0.5 km: the
    precision of the index (a minute of arc and more) and GFW's definition of a cell."""
    return tuple(
        Asset(
            id=each.id,
            kind=each.kind,
            name=each.label,
            place=Place(each.lon, each.lat, 5_000.0 if each.kind == "port" else 500.0),
            country=each.country,
            source="NGA World Port Index" if each.kind == "port" else "GFW anchorages",
        )
        for each in harbours()
    )


def _ports() -> Iterator[Harbour]:
    for row in _rows("ports.csv.gz"):
        yield Harbour(
            id=f"port:wpi-{row['wpi']}",
            kind="port",
            name=row["name"],
            country=row["country"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            locode=row["locode"],
            size=row["size"],
        )


def _anchorages() -> Iterator[Harbour]:
    for row in _rows("anchorages.csv.gz"):
        yield Harbour(
            id=f"anchorage:gfw-{row['s2id']}",
            kind="anchorage",
            name=row["label"],
            country=row["iso3"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
        )


def _rows(name: str) -> Iterator[dict[str, str]]:
    packed = (importlib.resources.files("noroshi") / "data" / "geo" / name).read_bytes()
    yield from csv.DictReader(io.StringIO(gzip.decompress(packed).decode()))

"""Whose territory lies below a track: a packaged raster of Natural Earth's countries by their ISO
codes (`tools/territories.py`). It is what a map draws, and says nothing of whose a place is.
"""

from __future__ import annotations

import functools
import gzip
import importlib.resources
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from noroshi.words.desk import Array

ACROSS: Final = 4
"""Cells to a degree."""

DEGREE_KM: Final = 111.195
ASIDE_KM: Final = (-100.0, -50.0, 0.0, 50.0, 100.0)
"""Beside the track it is looked at as well: pieces come down so far off. Ours."""


@functools.cache
def raster() -> tuple[tuple[str, ...], Array]:
    """The codes, and the place of each cell's code from 1 (0: none), rows from the south."""
    file = importlib.resources.files("noroshi.data") / "geo" / "territories.gz"
    head, _, cells = gzip.decompress(file.read_bytes()).partition(b"\n")
    return tuple(head.decode().split()), np.frombuffer(cells, "u1").reshape(180 * ACROSS, -1)


def at(lon: Array, lat: Array) -> Array:
    """The place of the code (from 1; 0: none) at degrees."""
    _, cells = raster()
    row = np.clip(((lat + 90.0) * ACROSS).astype("i8"), 0, len(cells) - 1)
    return cells[row, ((lon + 180.0) * ACROSS).astype("i8") % cells.shape[1]]


def passes(lon: Array, lat: Array) -> dict[str, list[tuple[int, int]]]:
    """By code, the stretches (first and last point) of a track on which the territory lies below it
    or within 100 km beside."""
    codes, _ = raster()
    step_lon = np.gradient(np.unwrap(lon, period=360.0)) * np.cos(np.radians(lat))
    step_lat = np.gradient(lat)
    size = np.maximum(np.hypot(step_lon, step_lat), 1e-9)
    seen = np.zeros((len(codes) + 1, len(lon)), bool)
    for km in ASIDE_KM:
        off = km / DEGREE_KM
        there = np.clip(lat + off * step_lon / size, -90.0, 90.0)
        wide = np.maximum(np.cos(np.radians(there)), 0.01)
        seen[at(lon - off * step_lat / size / wide, there), np.arange(len(lon))] = True
    found: dict[str, list[tuple[int, int]]] = {}
    for number in np.flatnonzero(seen[1:].any(1)).tolist():
        edges = np.flatnonzero(np.diff(np.concatenate([[0], seen[number + 1].astype("i1"), [0]])))
        pairs = edges.reshape(-1, 2)
        found[codes[number]] = [(int(a), int(b) - 1) for a, b in pairs]
    return found

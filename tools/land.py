"""Make the bundled raster of what lies inland out of Natural Earth's land.

    python tools/land.py ne_10m_land.geojson.gz src/noroshi/data/geo/inland.bits.gz

Natural Earth 1:10m land, public domain; rivers and most lakes are land there. A cell of 0.05
degrees is inland where all of it, and all within 2 km of it, is land, looked at on a grid of 0.01
degrees. Rows run from the south, cells from 180 west, a bit each, first in the highest bit; gzip
stores no time, so that equal input gives equal bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
from pathlib import Path

import numpy as np

FINE = 100
"""Rows and columns to a degree that are looked at."""

COARSE = 20
"""Rows and columns to a degree that are kept."""

BESIDE_KM = 2.0
DEGREE_KM = 111.195
EACH = FINE // COARSE


def edges(path: Path) -> np.ndarray:
    """x0, y0, x1, y1 of every edge of every ring, degrees."""
    shapes = json.loads(gzip.decompress(path.read_bytes()))["features"]
    found: list[np.ndarray] = []
    for geometry in (one for shape in shapes for one in _simple(shape["geometry"])):
        parts = geometry["coordinates"]
        for polygon in [parts] if geometry["type"] == "Polygon" else parts:
            for ring in (one for one in polygon if one):
                points = np.array(ring)[:, :2]
                found.append(np.concatenate([points[:-1], points[1:]], axis=1))
    return np.concatenate(found)


def _simple(geometry: dict) -> list[dict]:
    """The areas of a geometry or a collection; what a repair left of lines is none."""
    if geometry["type"] == "GeometryCollection":
        return [one for each in geometry["geometries"] for one in _simple(each)]
    return [geometry] if geometry["type"] in ("Polygon", "MultiPolygon") else []


def crossings(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(row, longitude) wherever the middle of a fine row meets an edge, sorted."""
    low, high = np.minimum(lines[:, 1], lines[:, 3]), np.maximum(lines[:, 1], lines[:, 3])
    first = np.ceil((low + 90.0) * FINE - 0.5).astype(int)
    last = np.ceil((high + 90.0) * FINE - 0.5).astype(int)
    count = last - first
    line = np.repeat(np.arange(len(lines)), count)
    row = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count) + first[line]
    x0, y0, x1, y1 = lines[line].T
    x = x0 + ((row + 0.5) / FINE - 90.0 - y0) / (y1 - y0) * (x1 - x0)
    order = np.lexsort((x, row))
    return row[order], x[order]


def land_rows(lines: np.ndarray) -> np.ndarray:
    """Whether the middle of each fine cell is land, bits packed by row."""
    wide = 360 * FINE
    row, x = crossings(lines)
    begin = np.searchsorted(row, np.arange(180 * FINE + 1))
    packed = np.zeros((180 * FINE, wide // 8), dtype=np.uint8)
    for n in range(180 * FINE):
        cut = np.ceil((x[begin[n] : begin[n + 1]] + 180.0) * FINE - 0.5).astype(int)
        turns = np.bincount(np.clip(cut, 0, wide), minlength=wide + 1)[:wide]
        packed[n] = np.packbits(np.cumsum(turns) % 2 == 1)
    return packed


def inland(packed: np.ndarray) -> np.ndarray:
    """The coarse cells that are inland, as bool."""
    tall, wide = 180 * COARSE, 360 * COARSE
    found = np.zeros((tall, wide), dtype=bool)
    beside = math.ceil(BESIDE_KM / DEGREE_KM * FINE)
    for n in range(tall):
        low, high = max(0, n * EACH - beside), min(180 * FINE, (n + 1) * EACH + beside)
        whole = np.unpackbits(np.bitwise_and.reduce(packed[low:high], axis=0)).astype(bool)
        far = max(abs((n + each) / COARSE - 90.0) for each in (0, 1))
        flat = max(math.cos(math.radians(far)), 0.01)
        around = math.ceil(BESIDE_KM / (DEGREE_KM * flat) * FINE)
        sea = np.concatenate([[0], np.cumsum(~np.concatenate([
            whole[-around:], whole, whole[:around]
        ]))])  # fmt: skip
        start = np.arange(wide) * EACH
        found[n] = sea[start + EACH + 2 * around] == sea[start]
    return found


def main() -> None:
    """Command line."""
    source, target = map(Path, sys.argv[1:3])
    bits = np.packbits(inland(land_rows(edges(source))))
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(bits.tobytes())
    target.write_bytes(out.getvalue())
    print(f"{len(out.getvalue())} bytes, {int(np.unpackbits(bits).sum())} cells inland")


if __name__ == "__main__":
    main()

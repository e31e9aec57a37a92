"""Make the bundled raster of what lies inland out of Natural Earth's land, lakes and rivers.

    python tools/land.py ne_10m_land.geojson.gz ne_50m_lakes.pn2 \\
        ne_50m_rivers_lake_centerlines.pn2 src/noroshi/data/geo/inland.bits.gz

Natural Earth is in the public domain: land at 1:10m, on which rivers and lakes are land; lakes and
centre lines of rivers at 1:50m, as KDE's Marble has them in its files (`apt-get download
marble-qt-data`, 22.12.3, usr/share/marble/data/naturalearth), to half a minute of arc. A cell of
0.05 degrees is inland where all of it, and all within 2 km of it, is land and no lake, looked at on
a grid of 0.01 degrees, and no centre line runs within 10 km: that is how far a lone ship of the
AISHub log of 2012 was from one (of 99 with an even identity 20 were farther, with 5 km 34). Rows
run from the south, cells from 180 west, a bit each, first in the highest bit; gzip stores no time,
so that equal input gives equal bytes.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import math
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np

FINE = 100
"""Rows and columns to a degree that are looked at."""

COARSE = 20
"""Rows and columns to a degree that are kept."""

BESIDE_KM = 2.0
RIVER_KM = 10.0
DEGREE_KM = 111.195
EACH = FINE // COARSE


def edges(path: Path) -> np.ndarray:
    """x0, y0, x1, y1 of every edge of every ring, degrees."""
    shapes: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))["features"]
    found: list[np.ndarray] = []
    for geometry in (one for shape in shapes for one in _simple(shape["geometry"])):
        parts = geometry["coordinates"]
        for polygon in [parts] if geometry["type"] == "Polygon" else parts:
            for ring in (one for one in polygon if one):
                points = np.array(ring)[:, :2]
                found.append(np.concatenate([points[:-1], points[1:]], axis=1))
    return np.concatenate(found)


def _simple(geometry: dict[str, Any]) -> list[dict[str, Any]]:
    """The areas of a geometry or a collection; what a repair left of lines is none."""
    if geometry["type"] == "GeometryCollection":
        return [one for each in geometry["geometries"] for one in _simple(each)]
    return [geometry] if geometry["type"] in ("Polygon", "MultiPolygon") else []


def ways(path: Path) -> list[np.ndarray]:
    """Longitudes and latitudes, shape (n, 2), of every line of one of Marble's files: big-endian
    version, count, whether areas are coloured; of each line its kind and number and how many points
    stand in full (latitude, longitude in 1/120 degree, how many follow as differences from it)."""
    data, at = path.read_bytes(), 6
    version, _, coloured = struct.unpack_from(">BIB", data)
    if version != 2 or coloured:
        raise SystemExit(f"{path}: version {version}, expected 2 without colours")
    found: list[np.ndarray] = []
    while at < len(data):
        (kind,), at = struct.unpack_from(">B", data, at), at + 5
        if kind == SEVERAL:
            at += 1
            continue
        (full,), at = struct.unpack_from(">I", data, at), at + 4
        points: list[tuple[int, int]] = []
        for _ in range(full):
            (lat, lon, many), at = struct.unpack_from(">hhh", data, at), at + 6
            after = np.frombuffer(data, ">i1", 2 * many, at).reshape(-1, 2).astype(int)
            points += [(lon, lat), *((lon + east, lat + north) for north, east in after.tolist())]
            at += 2 * many
        found.append(np.array(points) / 120.0)
    return found


SEVERAL = 4
"""The kind of a heading over several areas."""


def covered(areas: list[np.ndarray]) -> np.ndarray:
    """Whether the middle of each fine cell lies in any of these areas, as `land_rows`. Some lie in
    others (the Great Lakes are there together and one by one), so areas whose boxes meet are not
    drawn at once; islands in lakes are lake."""
    groups: list[list[np.ndarray]] = []
    for area in areas:
        apart = (each for each in groups if not any(_boxes_meet(area, one) for one in each))
        group = next(apart, None)
        if group is None:
            groups.append([area])
        else:
            group.append(area)
    found = np.zeros((180 * FINE, 360 * FINE // 8), dtype=np.uint8)
    for group in groups:
        found |= land_rows(
            np.concatenate([np.concatenate([each, np.roll(each, -1, 0)], 1) for each in group])
        )
    return found


def _boxes_meet(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one.min(0) <= other.max(0)).all() and (other.min(0) <= one.max(0)).all())


def banks(rivers: list[np.ndarray]) -> np.ndarray:
    """The coarse cells with a part within `RIVER_KM` of a line, along its parallel and meridian."""
    found = np.zeros((180 * COARSE, 360 * COARSE), dtype=bool)
    for lon, lat in (one for each in rivers for one in _along(each)):
        tall = RIVER_KM / DEGREE_KM
        wide = tall / max(math.cos(math.radians(lat)), 0.01)
        rows = slice(*(math.floor((lat + 90.0 + n) * COARSE) for n in (-tall, tall + 1 / COARSE)))
        first, last = (math.floor((lon + 180.0 + n) * COARSE) for n in (-wide, wide))
        found[rows, np.arange(first, last + 1) % (360 * COARSE)] = True
    return found


def _along(line: np.ndarray) -> np.ndarray:
    """Points along a line, two to a coarse cell."""
    parts = [line[:1]]
    for a, b in itertools.pairwise(line):
        many = max(1, math.ceil(float(np.abs(b - a).max()) * 2 * COARSE))
        parts.append(a + (b - a) * np.arange(1, many + 1)[:, np.newaxis] / many)
    return np.concatenate(parts)


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
    land, lakes, rivers, target = map(Path, sys.argv[1:5])
    dry = land_rows(edges(land)) & ~covered(ways(lakes))
    bits = np.packbits(inland(dry) & ~banks(ways(rivers)))
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(bits.tobytes())
    target.write_bytes(out.getvalue())
    print(f"{len(out.getvalue())} bytes, {int(np.unpackbits(bits).sum())} cells inland")


if __name__ == "__main__":
    main()

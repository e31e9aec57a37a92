"""Make the bundled raster of territories out of Natural Earth's countries.

    python tools/territories.py countries-50m.json src/noroshi/data/geo/territories.gz

The countries are Natural Earth's 1:50m (public domain) as the package world-atlas 2.0.2 has them
(TopoJSON, ISC, not cut at 180 degrees), with their ISO 3166-1 numbers; pycountry has the letters.
Five areas without a number are left out. A cell of a quarter of a degree is the country's that its
middle lies in; a country too small for any has the cell it lies in. The first line of the file is
the codes, the rest a byte a cell, from the south, from 180 west: 0 is none. gzip stores no time, so
that equal input gives equal bytes. Needs shapely and pycountry.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pycountry
import shapely

ACROSS = 4
"""Cells to a degree."""


def shapes(topology: dict[str, Any]) -> dict[str, shapely.Geometry]:
    """Areas by alpha-3 code."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(arc, axis=0) * (sx, sy) + (tx, ty) for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> np.ndarray:
        points = np.concatenate([arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers])
        points[:, 0] = np.unwrap(points[:, 0], period=360.0)
        if abs(points[-1, 0] - points[0, 0]) > 180.0:
            # Round a pole: closed over it.
            pole = math.copysign(90.0, points[0, 1])
            points = np.vstack([points, [points[-1, 0], pole], [points[0, 0], pole]])
        return points

    found: dict[str, shapely.Geometry] = {}
    for each in topology["objects"]["countries"]["geometries"]:
        if not each.get("id"):
            continue
        given = each["arcs"] if each["type"] == "MultiPolygon" else [each["arcs"]]
        whole = shapely.union_all([
            shapely.make_valid(shapely.Polygon(ring(rings[0]), [ring(one) for one in rings[1:]]))
            for rings in given
        ])  # fmt: skip
        code = pycountry.countries.get(numeric=each["id"]).alpha_3
        found[code] = shapely.union(found[code], whole) if code in found else whole
    return dict(sorted(found.items()))


def raster(areas: dict[str, shapely.Geometry]) -> np.ndarray:
    """The number of the area, from 1, that each cell's middle lies in."""
    cells = np.zeros((180 * ACROSS, 360 * ACROSS), np.uint8)
    lat = -90.0 + (np.arange(cells.shape[0]) + 0.5) / ACROSS
    lon = -180.0 + (np.arange(cells.shape[1]) + 0.5) / ACROSS
    x, y = np.meshgrid(lon, lat)
    for number, area in enumerate(areas.values(), start=1):
        shapely.prepare(area)
        inside = np.zeros(cells.shape, bool)
        for turn in (-360.0, 0.0, 360.0):
            inside |= shapely.contains_xy(area, x.ravel() + turn, y.ravel()).reshape(cells.shape)
        cells[inside & (cells == 0)] = number
    for number, area in enumerate(areas.values(), start=1):
        if not (cells == number).any():
            point = shapely.point_on_surface(area)
            row, column = int((point.y + 90.0) * ACROSS), int((point.x + 180.0) % 360.0 * ACROSS)
            cells[row, column] = number
    return cells


def main(source: str, out: str) -> None:
    """Write the raster."""
    areas = shapes(json.loads(Path(source).read_bytes()))
    data = " ".join(areas).encode() + b"\n" + raster(areas).tobytes()
    Path(out).write_bytes(gzip.compress(data, 9, mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Points in areas: a raster of cells that are out, in or on the rim, and the exact test on the rim.

An area is a set of edges in degrees, longitudes counted eastward from its western end. Rows of
the raster are bands of latitude; `edges[4 k : 4 k + 4]` is x0, y0, x1, y1 of the k-th edge of a
band, and band `b` has those from `bands[b]` to `bands[b + 1]`. A point is inside where a ray to
the east meets an odd number of edges, so holes are out and the rim itself belongs to one side.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inner, int64

Floats = Ints = Cells = Any

OUT = 0
IN = 1
RIM = 2


@inner
def within(x: float, y: float, band: int, bands: Ints, edges: Floats) -> bool:
    """Whether a point of a band is inside, by the edges of the band."""
    odd = False
    for k in range(bands[band], bands[band + 1]):
        e = 4 * k
        y0, y1 = edges[e + 1], edges[e + 3]
        if (y0 > y) != (y1 > y):
            at = edges[e] + (y - y0) / (y1 - y0) * (edges[e + 2] - edges[e])
            if x < at:
                odd = not odd
    return odd


@compiled
def draw(step: float, width: int, bands: Ints, edges: Floats, cells: Cells) -> None:
    """Fills `cells` (row by row, `width` each, from the south-west): the rim where an edge runs,
    and for each run of others whether its first cell's middle is inside."""
    height = len(bands) - 1
    for band in range(height):
        low, high = band * step, (band + 1) * step
        for k in range(bands[band], bands[band + 1]):
            e = 4 * k
            x0, y0, x1, y1 = edges[e], edges[e + 1], edges[e + 2], edges[e + 3]
            a, b = x0, x1
            if y1 != y0:
                bottom, top = max(low, min(y0, y1)), min(high, max(y0, y1))
                a = x0 + (bottom - y0) / (y1 - y0) * (x1 - x0)
                b = x0 + (top - y0) / (y1 - y0) * (x1 - x0)
            # One more on each side: what is a hair off must not decide.
            left = int64(math.floor((min(a, b)) / step - 1e-6))
            right = int64(math.floor((max(a, b)) / step + 1e-6))
            for column in range(max(left, int64(0)), min(right, width - 1) + 1):
                cells[band * width + column] = RIM
        known = False
        state = False
        for column in range(width):
            cell = band * width + column
            if cells[cell] == RIM:
                known = False
                continue
            if not known:
                state = within((column + 0.5) * step, low + 0.5 * step, band, bands, edges)
                known = True
            cells[cell] = IN if state else OUT


@compiled
def inside(
    lon: Floats, lat: Floats, west: float, south: float, step: float, width: int, bands: Ints,
    edges: Floats, cells: Cells, out: Cells,
) -> None:  # fmt: skip
    """Whether each point in degrees is in the area: 1 or 0 into `out`."""
    height = len(bands) - 1
    wide, tall = width * step, height * step
    for i in range(len(lon)):
        out[i] = 0
        y = lat[i] - south
        if y < 0.0 or y >= tall:
            continue
        x = lon[i] - west
        if x < 0.0:
            x += 360.0
        if x < 0.0 or x >= wide:
            continue
        band = int64(y / step)
        state = cells[band * width + int64(x / step)]
        if state == RIM:
            out[i] = 1 if within(x, y, band, bands, edges) else 0
        else:
            out[i] = state

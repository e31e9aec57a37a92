"""shapely (GEOS): which points are in an area, and how far each is from the nearest line.

Coordinates come as NumPy files; answers go out as one, to be compared.
"""

import importlib.metadata
import time

import lines
import numpy as np
import shapely


def inside(points, ring, out):
    """Points per second of CPU time, the area being prepared: as fast as GEOS tells it."""
    x, y = np.load(points).T.copy()
    area = shapely.Polygon(np.load(ring))
    shapely.prepare(area)
    began = time.process_time()
    found = shapely.contains_xy(area, x, y)
    spent = time.process_time() - began
    np.save(out, found)
    return {"rate": len(x) / spent}


def nearest(points, ends, reach, out):
    """Points per second of CPU time: an index over all segments asked for the nearest in reach, in
    the unit of the coordinates; inf where there is none."""
    places = shapely.points(np.load(points))
    tree = shapely.STRtree(shapely.linestrings(np.load(ends).reshape(-1, 2, 2)))
    away = np.full(len(places), np.inf)
    began = time.process_time()
    (which, _), found = tree.query_nearest(
        places, max_distance=reach, return_distance=True, all_matches=False
    )
    away[which] = found
    spent = time.process_time() - began
    np.save(out, away)
    return {"rate": len(places) / spent}


lines.serve(
    {"version": importlib.metadata.version("shapely")}, {"inside": inside, "nearest": nearest}
)

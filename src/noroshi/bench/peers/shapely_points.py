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


def legs(ways, ends, reach, out):
    """Legs per second of CPU time: an index over all segments asked which are within reach of each
    leg, and how far each is, in the unit of the coordinates; of every line the nearest."""
    places = shapely.linestrings(np.load(ways))
    *corners, line = np.load(ends).T
    segments = shapely.linestrings(np.stack(corners, axis=1).reshape(-1, 2, 2))
    tree = shapely.STRtree(segments)
    began = time.process_time()
    way, segment = tree.query(places, predicate="dwithin", distance=reach)
    away = shapely.distance(places[way], segments[segment])
    order = np.lexsort((away, line[segment], way))
    way, line, away = way[order], line[segment[order]], away[order]
    first = np.flatnonzero((np.diff(way, prepend=-1) != 0) | (np.diff(line, prepend=-1) != 0))
    found = np.stack([way[first], line[first], away[first]])
    spent = time.process_time() - began
    np.save(out, found)
    return {"rate": len(places) / spent}


lines.serve({"version": importlib.metadata.version("shapely")}, {"inside": inside, "legs": legs})

"""The slow second opinion on areas of false positions and on loitering at an asset: plain Python,
every pair tried, every leg walked in steps of a few seconds."""

from __future__ import annotations

import itertools
import math

from slow_tracks import KN

from noroshi.desks.sea import ports
from noroshi.desks.sea.parameters import Parameters
from noroshi.words.place import distance_m
from noroshi.words.time import HOUR, SECOND

P = Parameters()
STEP_S = 30


def circle(rows):
    """(centre lon, lat, radius) of rows (t, lon, lat, kn) of an hour, or None. Kåsa's fit, by the
    normal equations solved in three unknowns, on a plane of degrees made metres."""
    if len(rows) < P.circle_messages or any(math.isnan(row[3]) for row in rows):
        return None
    lon0, lat0 = (sum(row[n] for row in rows) / len(rows) for n in (1, 2))
    wide, high = distance_m(lon0, lat0, lon0 + 0.1, lat0) * 10, 111_195.08
    flat = [((row[1] - lon0) * wide, (row[2] - lat0) * high) for row in rows]
    sums = [[0.0] * 4 for _ in range(3)]
    for x, y in flat:
        each = (2 * x, 2 * y, 1.0)
        for i, j in itertools.product(range(3), range(3)):
            sums[i][j] += each[i] * each[j]
        for i in range(3):
            sums[i][3] += each[i] * (x * x + y * y)
    for i in range(3):
        if abs(sums[i][i]) < 1e-9:
            return None
        for j in range(i + 1, 3):
            share = sums[j][i] / sums[i][i]
            sums[j] = [b - share * a for a, b in zip(sums[i], sums[j], strict=True)]
    rest = sums[2][3] / sums[2][2]
    y = (sums[1][3] - sums[1][2] * rest) / sums[1][1]
    x = (sums[0][3] - sums[0][2] * rest - sums[0][1] * y) / sums[0][0]
    radius = math.sqrt(max(rest + x * x + y * y, 0.0))
    off = [math.hypot(a - x, b - y) - radius for a, b in flat]
    residual = math.sqrt(sum(each * each for each in off) / len(off)) / max(radius, 1e-9)
    angles = sorted(math.degrees(math.atan2(b - y, a - x)) for a, b in flat)
    angles.append(angles[0] + 360.0)
    knots = [row[3] for row in rows]
    mean = sum(knots) / len(knots)
    spread = math.sqrt(sum((each - mean) ** 2 for each in knots) / len(knots))
    fits = residual < P.circle_residual and radius <= P.circle_most_m
    whole = max(b - a for a, b in itertools.pairwise(angles)) <= 120.0
    if not (fits and whole and mean > P.circle_kn and spread <= P.circle_steady_kn):
        return None
    return lon0 + x / wide, lat0 + y / high, radius


def together(every, same):
    """Sets of indices that hang together."""
    groups = [{n} for n in range(len(every))]
    for a, b in itertools.combinations(range(len(every)), 2):
        if same(every[a], every[b]):
            one = next(group for group in groups if a in group)
            other = next(group for group in groups if b in group)
            if one is not other:
                one |= other
                groups.remove(other)
    return groups


def areas(tracks, moves):
    """Areas as (form, names, t0, t1), and the moves that none takes in. `tracks`: (name, segment)
    to rows (t, lon, lat, kn); `moves`: (name, from segment, to segment, row there)."""
    circles = [
        (key, t, found, hour)
        for key, rows in tracks.items()
        for t, hour in itertools.groupby(rows, lambda row: row[0] // HOUR)
        for hour in (list(hour),)
        if (found := circle(hour)) is not None
    ]
    found, inside = [], set()

    def near(a, b):
        apart = distance_m(*a[2][:2], *b[2][:2])
        return abs(a[1] - b[1]) <= 1 and apart <= min(a[2][2], b[2][2])

    for group in together(circles, near):
        members = [circles[n] for n in group]
        names = {key[0] for key, *_ in members}
        if len(names) >= P.circle_vessels:
            inside |= {key for key, *_ in members}
            rows = [row for *_, hour in members for row in hour]
            found.append(("circle", names, min(rows)[0], max(rows)[0]))

    def soon(a, b):
        one, other = a[3], b[3]
        apart = distance_m(*one[1:3], *other[1:3])
        return abs(one[0] - other[0]) <= P.block_s * SECOND and apart <= P.block_m

    for group in together(moves, soon):
        members = [moves[n] for n in group]
        names = {name for name, *_ in members}
        if len(names) >= P.block_vessels:
            keys = {(name, there) for name, _, there, _ in members}
            inside |= keys
            last = max(tracks[key][-1][0] for key in keys)
            found.append(("block", names, min(row[0] for *_, row in members), last))
    left = [
        (name, here, there) for name, here, there, _ in moves
        if not inside & {(name, here), (name, there)}
    ]  # fmt: skip
    return found, left


def offline_m(lon, lat, path):
    """Metres to a line whose edges are straight in degrees, looked at every ten metres or so."""
    best = math.inf
    for (east, north), (west, south) in itertools.pairwise(path):
        steps = max(2, int(distance_m(east, north, west, south) / 10))
        low, high = 0, steps
        while high - low > 3:  # distance along one straight edge has one least
            third = (high - low) // 3
            a, b = low + third, high - third
            at = [
                distance_m(lon, lat, east + (west - east) * n / steps,
                           north + (south - north) * n / steps)
                for n in (a, b)
            ]  # fmt: skip
            low, high = (low, b) if at[0] < at[1] else (a, high)
        best = min(best, *(
            distance_m(lon, lat, east + (west - east) * n / steps,
                       north + (south - north) * n / steps)
            for n in range(low, high + 1)
        ))  # fmt: skip
    return best


def times_at(rows, path, reach_m):
    """(in, out) µs within `reach_m` of the line, to `STEP_S`, times less than ten minutes apart
    being one."""
    spells = []
    for (t, lon, lat, _), (u, east, north, _) in itertools.pairwise(rows):
        if u - t > P.cross_gap_s * SECOND:
            spells.append(None)
            continue
        many = max(1, int((u - t) / (STEP_S * SECOND)))
        for n in range(many + 1):
            share = n / many
            at = t + round((u - t) * share)
            if offline_m(lon + (east - lon) * share, lat + (north - lat) * share, path) <= reach_m:
                last = spells[-1] if spells else None
                if last is not None and at - last[1] < P.cross_merge_s * SECOND:
                    last[1] = at
                else:
                    spells.append([at, at])
    return [spell for spell in spells if spell is not None]


def slow_at(rows, path, reach_m):
    """Loitering at the line: (t0, t1) of rows (t, lon, lat, kn)."""
    harbours = [
        each for each in ports.harbours()
        if abs(each.lon - rows[0][1]) < 1 and abs(each.lat - rows[0][2]) < 1
    ]  # fmt: skip
    for begin, end in times_at(rows, path, reach_m):
        run = []
        for row in [*rows, None]:
            slow = row is not None and begin <= row[0] <= end and row[3] < P.loiter_asset_kn
            gap = bool(run and row and row[0] - run[-1][0] > P.step_gap_s * SECOND)
            if run and (not slow or gap):
                lon, lat = (sum(each[n] for each in run) / len(run) for n in (1, 2))
                port = any(
                    distance_m(lon, lat, each.lon, each.lat) <= P.port_exit_m for each in harbours
                )
                if run[-1][0] - run[0][0] >= P.loiter_asset_min_s * SECOND and not port:
                    yield run[0][0], run[-1][0]
                run = []
            if slow:
                run.append(row)


def moved(lon, lat, knots, course, seconds):
    """Degrees after so many seconds."""
    step = knots * KN * seconds / 111_195.08
    return (
        lon + step * math.sin(course) / math.cos(math.radians(lat)),
        lat + step * math.cos(course),
    )

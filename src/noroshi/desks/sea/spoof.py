"""Areas of false positions: ships that circle where none is, or leap to one spot together.

Global Fishing Watch (2020) saw far-away ships circle off Point Reyes at exactly 20 kn, as ships
seemed to about Chinese oil terminals in 2019; jammed and spoofed regions show many ships at one
airport. One area is one finding, however many ships it takes in, and the leaps into it and out of
it are told by it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.sphere import arc_m, chord_m
from noroshi.words.place import EARTH_RADIUS_M
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure


Each = TypeVar("Each")


WIDEST = np.radians(120.0)
"""A circle has positions in every third of it."""


class Circle(msgspec.Struct, frozen=True):
    """One track in one hour of UTC: rows, centre (vector), radius, share that the fit leaves."""

    rows: tuple[int, int]
    hour: int
    centre: tuple[float, float, float]
    radius_m: float
    residual: float
    knots: float


def areas(
    track: Tracks, segment: Array, moves: list[Seen], parameters: Parameters
) -> tuple[list[Seen], list[Seen], Array]:
    """The areas; those of `moves` (impossible ones, of rows of `track`) that none takes in; and of
    each row whether its segment is in one, so that nothing else is told of it."""
    wide = int(segment.max()) + 1
    key = track.vessel * wide + segment
    found: list[Seen] = []
    inside: set[int] = set()
    for seen in (*_circles(track, key, parameters), *_blocks(track, key, moves, parameters)):
        found.append(seen)
        inside |= {int(key[first]) for first, _ in seen.rows}
    left = [
        each for each in moves if not inside & {int(key[row]) for pair in each.rows for row in pair}
    ]
    return found, left, np.isin(key, np.array(sorted(inside), dtype=np.int64))


def _circles(track: Tracks, key: Array, parameters: Parameters) -> Iterator[Seen]:
    every = _fitted(track, key, parameters)

    def same(a: Circle, b: Circle) -> bool:
        apart = float(np.linalg.norm(np.subtract(a.centre, b.centre)))
        return abs(a.hour - b.hour) <= 1 and apart <= min(a.radius_m, b.radius_m)

    for group in _groups(every, same):
        if len({int(track.vessel[each.rows[0]]) for each in group}) >= parameters.circle_vessels:
            radius = float(np.median([each.radius_m for each in group]))
            yield _area(
                track,
                key,
                [each.rows for each in group],
                np.mean([each.centre for each in group], axis=0),
                {
                    "form": "circle",
                    "radius_m": round(radius),
                    "speed_kn": round(float(np.median([each.knots for each in group])), 1),
                    "residual": round(float(np.median([each.residual for each in group])), 4),
                    "residual_below": parameters.circle_residual,
                    "vessels_needed": parameters.circle_vessels,
                },
                radius,
            )


def _fitted(track: Tracks, key: Array, parameters: Parameters) -> list[Circle]:
    """Every track and hour that is a circle at one reported speed."""
    if not len(track.t):
        return []
    bins = track.t // HOUR
    names = key * (int(np.ptp(bins)) + 1) + (bins - int(bins.min()))
    new = np.ones(len(names), dtype=bool)
    new[1:] = names[1:] > names[:-1]
    order = np.arange(len(names))
    if not (names[1:] >= names[:-1]).all():  # an identity that has several tracks
        order = np.argsort(names, kind="stable")
        new[1:] = np.diff(names[order]) > 0
    first = np.flatnonzero(new)
    many = np.diff(first, append=len(new))
    fast = np.add.reduceat(track.sog_kn[order], first, dtype=np.float64) / many
    with np.errstate(invalid="ignore"):
        maybe = (many >= parameters.circle_messages) & (fast > parameters.circle_kn)
    first, many = first[maybe], many[maybe]
    if not len(first):
        return []
    order = order[np.repeat(maybe, np.diff(np.flatnonzero(new), append=len(new)))]
    begin: Array = np.cumsum(many) - many
    xyz = track.xyz[order]
    mean = np.add.reduceat(xyz, begin) / many[:, np.newaxis]
    away = chord_m(xyz, np.repeat(mean, many, axis=0))
    reach = np.add.reduceat(away, begin) / many
    spread = np.sqrt(np.maximum(np.add.reduceat(away**2, begin) / many - reach**2, 0.0))
    round_ = (spread < 0.3 * reach) & (reach < parameters.circle_most_m)
    found: list[Circle] = []
    for low, count in zip(begin[round_].tolist(), many[round_].tolist(), strict=True):
        circle = _circle(track, order[low : low + count], parameters)
        if circle is not None:
            found.append(circle)
    return found


def _circle(track: Tracks, rows: Array, parameters: Parameters) -> Circle | None:
    """Kåsa's least-squares circle (1976) in the plane that touches the Earth there."""
    up = track.xyz[rows].mean(axis=0)
    up /= np.linalg.norm(up)
    east = np.cross([0.0, 0.0, 1.0] if abs(up[2]) < 0.9 else [1.0, 0.0, 0.0], up)
    east /= np.linalg.norm(east)
    plane = np.stack([east, np.cross(up, east)])
    flat = track.xyz[rows] @ plane.T
    sums = np.column_stack([2 * flat, np.ones(len(flat))])
    fit: Array = np.linalg.pinv(sums) @ (flat**2).sum(axis=1)
    x, y, rest = (float(each) for each in fit)
    radius = float(np.sqrt(max(rest + x * x + y * y, 1e-9)))
    about: Array = flat - (x, y)
    off: Array = np.hypot(about[:, 0], about[:, 1]) - radius
    residual = float(np.sqrt(np.dot(off, off) / len(off))) / radius
    angle: Array = np.sort(np.arctan2(about[:, 1], about[:, 0]))
    turns: Array = np.diff(np.append(angle, angle[0] + 2 * np.pi))
    widest = float(turns.max())
    speed = track.sog_kn[rows].astype(np.float64)
    if (
        residual >= parameters.circle_residual
        or widest > WIDEST
        or radius > parameters.circle_most_m
        or speed.std() > parameters.circle_steady_kn
    ):
        return None
    centre = plane.T @ np.array([x, y]) + up * EARTH_RADIUS_M
    centre *= EARTH_RADIUS_M / np.linalg.norm(centre)
    ends = int(rows[0]), int(rows[-1])
    hour = int(track.t[rows[0]] // HOUR)
    knots = float(np.median(speed))
    return Circle(
        ends, hour, (float(centre[0]), float(centre[1]), float(centre[2])), radius, residual, knots
    )


def _blocks(track: Tracks, key: Array, moves: list[Seen], parameters: Parameters) -> Iterator[Seen]:
    """Leaps of several identities to one spot at one time."""

    def same(a: Seen, b: Seen) -> bool:
        one, other = a.rows[0][1], b.rows[0][1]
        apart = float(chord_m(track.xyz[one], track.xyz[other]))
        soon = abs(int(track.t[one] - track.t[other])) <= parameters.block_s * SECOND
        return soon and apart <= parameters.block_m

    for group in _groups(moves, same):
        there = [each.rows[0][1] for each in group]
        if len({int(track.vessel[row]) for row in there}) < parameters.block_vessels:
            continue
        rows = [(row, int(np.flatnonzero(key == key[row])[-1])) for row in there]
        spots = track.xyz[there]
        centre = spots.mean(axis=0)
        far = [float(each.measures["moved_km"]) for each in group]
        radius = float(arc_m(chord_m(spots, centre)).max())
        measures: dict[str, Measure] = {
            "form": "block",
            "radius_m": round(radius),
            "moved_km": round(float(np.median(far)), 1),
            "within_m": parameters.block_m,
            "within_min": parameters.block_s / 60,
            "vessels_needed": parameters.block_vessels,
        }
        yield _area(track, key, rows, centre, measures, radius)


def _area(
    track: Tracks, key: Array, rows: list[tuple[int, int]], centre: Array,
    measures: dict[str, Measure], radius_m: float,
) -> Seen:  # fmt: skip
    """One finding of all, each identity from its first row to its last."""
    ends: dict[int, tuple[int, int]] = {}
    for first, last in rows:
        a, b = ends.get(int(key[first]), (first, last))
        ends[int(key[first])] = min(a, first), max(b, last)
    members = tuple(sorted(ends.values()))
    start = min((first for first, _ in members), key=lambda row: (track.t[row], row))
    t0, t1 = int(track.t[start]), max(int(track.t[last]) for _, last in members)
    told = {
        "vessels": len({int(track.vessel[first]) for first, _ in members}),
        "duration_h": round((t1 - t0) / HOUR, 2),
    }
    span = t0 // SECOND * SECOND, (t1 // SECOND + 1) * SECOND
    return Seen(
        "spoofed_area", members, start, measures | told,
        between=span, point=centre, within_m=max(radius_m, 10.0),
    )  # fmt: skip


def _groups(every: list[Each], same: Callable[[Each, Each], bool]) -> list[list[Each]]:
    """Those that hang together by `same`, in the order of the first of each."""
    left, found = list(range(len(every))), list[list[Each]]()
    while left:
        group, queue = list[int](), [left.pop(0)]
        while queue:
            one = queue.pop()
            group.append(one)
            joined = [each for each in left if same(every[one], every[each])]
            left = [each for each in left if each not in joined]
            queue += joined
        found.append([every[each] for each in sorted(group)])
    return found

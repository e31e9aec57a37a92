"""Ships in company: three or more on one course at one speed, near one another, for an hour.

Two ships are in company while, on the ten-minute grid, they stay within 5 nautical miles, 15° of
course and 2 knots. Such pairs that share a ship for at least that hour make one group, however
its membership changes; a canal convoy or a traffic lane is found too, and the text says so.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.sea.encounter import meetings, rows, spells
from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.presence import flag
from noroshi.desks.sea.sphere import mean_course
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.grid import Grid
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.state import State
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure


def companies(track: Tracks, grid: Grid, state: State, parameters: Parameters) -> Iterator[Seen]:
    """Every group, one sighting each."""
    a, b = meetings(grid, parameters.company_m)
    alike = _alike(grid, a, b, parameters)
    a, b = a[alike], b[alike]
    pairs = list(spells(grid, a, b, parameters.company_min_s))
    for group in _groups(grid, a, b, pairs, parameters.company_min_s * SECOND):
        seen = _group(track, grid, a, b, [pairs[each] for each in group], parameters)
        if int(seen.measures["vessels"]) >= parameters.company_vessels:
            members = {track.subjects[int(track.vessel[first])] for first, _ in seen.rows}
            more = naval(state, members)
            yield msgspec.structs.replace(seen, measures=seen.measures | more)


NAVAL: Final = re.compile(r"\b(WARSHIP|NAVY|NAVAL|USS|HMS|HMAS|HMCS|HMNZS|JS|ROKS|INS|FGS|KRI)\b")
"""Words in the names that navies give their ships in AIS: WARSHIP stands in the logs of 2012 to
2015 that the tests read, the prefixes are those of the services themselves."""


def naval(state: State, members: set[str]) -> dict[str, Measure]:
    """How many of the identities say that they are naval, by type 35 (military, M.1371 table 53) or
    by name, or are by the node's own list; and the countries of all by the first three digits
    (ITU-R M.585)."""
    found: set[str] = set()
    listed = tuple(f"mmsi:{each}" for each in state.context.parameters.naval)
    for each in members:
        types = {what[1] for what in state.said.get(each, {}).values()}
        names = [text for kind, text in state.marks.get(each, set()) if kind == "name"]
        if (
            each.startswith(listed)
            or 35 in types
            or any(NAVAL.search(name.upper()) for name in names)
        ):
            found.add(each)
    flags = Counter(flag(each) for each in members)
    told = ", ".join(f"{name} {many}" for name, many in sorted(flags.items()))
    return {"naval": len(found), "flags": told}


def _alike(grid: Grid, a: Array, b: Array, parameters: Parameters) -> Array:
    turn = np.abs((grid.course[a] - grid.course[b] + 180.0) % 360.0 - 180.0)
    return (
        (turn <= parameters.company_course_deg)
        & (np.abs(grid.kn[a] - grid.kn[b]) <= parameters.company_kn)
        & (grid.kn[a] >= parameters.company_min_kn)
        & (grid.kn[b] >= parameters.company_min_kn)
    )


def _groups(
    grid: Grid, a: Array, b: Array, pairs: list[tuple[int, int]], overlap: int
) -> list[list[int]]:
    """Indices of `pairs` that hang together: they share a vessel and at least `overlap` µs.

    For each vessel the spells are swept by start with union-find; a spell need only be tried
    against the one that reaches farthest among those it starts within.
    """
    parent = list(range(len(pairs)))

    def root(each: int) -> int:
        while parent[each] != each:
            parent[each] = parent[parent[each]]
            each = parent[each]
        return each

    stays: dict[int, list[tuple[int, int, int]]] = {}
    for number, (first, last) in enumerate(pairs):
        low, high = int(grid.slot[a[first]]), int(grid.slot[a[last]])
        for vessel in (int(grid.vessel[a[first]]), int(grid.vessel[b[first]])):
            stays.setdefault(vessel, []).append((low, high, number))
    slots = -(-overlap // grid.step)
    for stay in stays.values():
        stay.sort()
        _, reach, holder = stay[0]
        for low, high, number in stay[1:]:
            if min(reach, high) - low >= slots:
                parent[root(number)] = root(holder)
            if high > reach:
                reach, holder = high, number
    groups: dict[int, list[int]] = {}
    for number in range(len(pairs)):
        groups.setdefault(root(number), []).append(number)
    return sorted(groups.values())


def _group(
    track: Tracks, grid: Grid, a: Array, b: Array, pairs: list[tuple[int, int]],
    parameters: Parameters,
) -> Seen:  # fmt: skip
    points = np.unique(
        np.concatenate([side[first : last + 1] for first, last in pairs for side in (a, b)])
    )
    _, begin, count = np.unique(grid.vessel[points], return_index=True, return_counts=True)
    members = tuple(
        rows(grid, points[low : low + size])
        for low, size in zip(begin.tolist(), count.tolist(), strict=True)
    )
    slots, together = np.unique(grid.slot[points], return_counts=True)
    start = min((first for first, _ in members), key=lambda row: (track.t[row], row))
    return Seen(
        "ships_in_company",
        members,
        start,
        {
            "duration_h": round(int(slots[-1] - slots[0]) * grid.step / HOUR, 2),
            "vessels": len(np.unique(grid.identity[points])),
            "most_at_once": int(together.max()),
            "mean_kn": round(float(np.mean(grid.kn[points])), 1),
            "course_deg": int(mean_course(grid.course[points])),
            "within_nm": round(parameters.company_m / 1852.0, 2),
            "course_within_deg": parameters.company_course_deg,
            "speed_within_kn": parameters.company_kn,
            "slowest_kn": parameters.company_min_kn,
        },
    )

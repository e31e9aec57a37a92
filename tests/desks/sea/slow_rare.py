"""The slow second opinion on loitering, changes of identity, positions on land: plain Python over
the tracks and the grid of `Oracle` in test_oracle.py, every pair tried."""

from __future__ import annotations

import itertools
import math

import numpy as np

from noroshi.desks.sea.inland import inland
from noroshi.desks.sea.parameters import Parameters
from noroshi.words.place import distance_m

P = Parameters()
S = 1_000_000


def degrees(point):
    x, y, z = point
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def mean(points):
    return tuple(sum(each) / len(points) for each in zip(*points, strict=True))


def whose(name):
    """The identity of a track."""
    return name.split("/")[0]


class Rare:
    """What an oracle says of the kinds that are rare."""

    def loiterings(self):
        wide = 3600 // P.step_s
        for name in self.tracks:
            slots = {slot for slot, there in self.grid.items() if name in there}
            slow = set()
            for slot in slots:
                hour = [self.move(each, name) for each in range(slot, slot + wide)
                        if each in self.grid and name in self.grid[each]]  # fmt: skip
                whole = len(hour) == wide and None not in hour
                if whole and sum(kn for kn, _ in hour) / wide < P.loiter_kn:
                    slow.add(slot)
            for slot in sorted(slow):
                if slot - 1 in slow:
                    continue
                last = slot
                while last + 1 in slow:
                    last += 1
                last += wide
                middle = mean([self.grid[each][name][0] for each in range(slot, last + 1)])
                if (last - slot) * P.step_s >= P.loiter_min_s and (
                    self.nearest(*degrees(middle)) > P.loiter_port_m
                ):
                    t0, t1 = self.grid[slot][name][1], self.grid[last][name][2]
                    yield ("loitering", (name,), t0, t1)

    def swaps(self):
        rows = {}
        for name, track in self.tracks.items():
            rows.setdefault(whose(name), []).extend(track)
        rows = {name: sorted(each, key=lambda row: row[1]) for name, each in rows.items()}
        begin = min((each[0][1] for each in rows.values()), default=0)
        end = max((each[-1][1] for each in rows.values()), default=0)
        least = P.swap_known_s * S
        for one, other in itertools.permutations(rows, 2):
            a, b = rows[one][-1], rows[other][0]
            seconds = (b[1] - a[1]) / S
            known = all(rows[each][-1][1] - rows[each][0][1] >= least for each in (one, other))
            if not known or not 0 < seconds <= P.swap_s:
                continue
            if end - a[1] < least or b[1] - begin < least:
                continue
            if distance_m(*a[2:4], *b[2:4]) > P.swap_m or abs(a[4] - b[4]) > P.swap_kn:
                continue
            third = any(
                distance_m(*row[2:4], *b[2:4]) <= 2 * P.swap_m
                and a[1] - P.swap_s * S <= row[1] <= b[1] + P.swap_s * S
                for name, each in rows.items() if name not in (one, other) for row in each
            )  # fmt: skip
            if not third and self.nearest(*b[2:4]) > P.encounter_port_m:
                yield ("identity_swap", (one, other), a[1], b[1])

    def ashore(self):
        def cell(row):
            return math.floor((row[3] + 90) * 20), math.floor((row[2] + 180) * 20) % 7200

        heard = {}
        for name, track in self.tracks.items():
            for row in track:
                heard.setdefault(cell(row), set()).add(whose(name))
        for name, track in self.tracks.items():
            first = None
            for i in range(len(track) + 1):
                dry = False
                if i < len(track):
                    row = track[i]
                    north, east = cell(row)
                    others = set().union(*(
                        heard.get((north + n, (east + e) % 7200), set())
                        for n in (-1, 0, 1) for e in (-1, 0, 1)
                    )) - {whose(name)}  # fmt: skip
                    dry = (
                        bool(inland(np.array([row[2]]), np.array([row[3]]))[0])
                        and self.speed(track, i) > P.land_kn
                        and not others
                        and self.nearest(*row[2:4]) > P.land_port_m
                    )
                if first is not None and (not dry or self.leg_s(track, i) > P.land_gap_s):
                    if i - first >= P.land_messages:
                        t0, t1 = track[first][1], track[i - 1][1]
                        yield ("position_on_land", (name,), t0, t1)
                    first = None
                if dry and first is None:
                    first = i

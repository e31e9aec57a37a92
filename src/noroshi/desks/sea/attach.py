"""One identity, maybe several ships: its positions told apart by where each could have come from.

A transmitter's number is set by hand, so that fishing boats, life rafts and cheap sets share some,
and bad radio puts single positions anywhere. Where an identity makes a leg that no ship could have
made, all its positions are attached anew: each to the track whose dead reckoning it fits best, or
to a new one, by several hypotheses at once (kernels/attach.py), as an early choice may prove wrong.
Identities without such a leg, 99 of 100, are one track and cost nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sphere import chord_m
from noroshi.desks.sea.tracks import STEPS, Tracks, velocity
from noroshi.words.time import SECOND

if TYPE_CHECKING:
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.words.desk import Array

LESSER: Final = 10
"""So many times fewer positions has a track that another may take over. Ours."""


def segments(track: Tracks, parameters: Parameters) -> Array:
    """Of every position the number of its track within its identity, in order of appearance."""
    found = np.zeros(len(track.t), dtype=np.int64)
    for vessel in doubtful(track, parameters).tolist():
        begin, end = np.searchsorted(track.vessel, [vessel, vessel + 1])
        found[begin:end] = _attached(track, slice(int(begin), int(end)), parameters)
    return found


def doubtful(track: Tracks, parameters: Parameters) -> Array:
    """Identities with a leg that no ship could have made; one of over `attach_m` is enough, as two
    ships near each other are two as well."""
    if len(track.t) < 2:
        return np.zeros(0, dtype=np.int64)
    metres = chord_m(track.xyz[1:], track.xyz[:-1])
    seconds = (np.diff(track.t) + STEPS[track.precision[1:]] + STEPS[track.precision[:-1]]) / SECOND
    fast = (metres > parameters.attach_m) & (metres > parameters.jump_kn * KNOT_MS * seconds)
    return np.unique(track.vessel[1:][fast & (np.diff(track.vessel) == 0)])


def _attached(track: Tracks, rows: slice, parameters: Parameters) -> Array:
    from noroshi.desks.sea.kernels.attach import FIXED, TRACKS, WAYS, attach

    t = track.t[rows]
    many = len(t)
    fixes = np.empty((many, FIXED))
    fixes[:, 0] = (t - t[0]) / SECOND
    fixes[:, 1] = STEPS[track.precision[rows]] / SECOND
    fixes[:, 2:5] = track.xyz[rows]
    fixes[:, 5:8] = velocity(track, rows)
    rules = np.array([
        parameters.jump_kn * KNOT_MS, parameters.jump_m, parameters.attach_m,
        parameters.attach_kn * KNOT_MS, parameters.attach_ahead_s, parameters.attach_rest_m,
        parameters.attach_leave, parameters.stop_gap_s,
    ], dtype=np.float64)  # fmt: skip
    parent, before = np.zeros(many * WAYS, np.int64), np.zeros(many * WAYS, np.int64)
    best = attach(
        fixes.reshape(-1), rules, float(parameters.attach_new), np.zeros(2 * WAYS),
        np.zeros(2 * WAYS, np.int64), np.zeros(2 * WAYS * TRACKS, np.int64),
        np.zeros(2 * WAYS * TRACKS, np.int64), parent, before, np.zeros(WAYS * (TRACKS + 1)),
    )  # fmt: skip
    found = _numbered(parent, before, int(best), many, WAYS)
    return _handed_on(found, fixes, rules, parameters.attach_new)


def _numbered(parent: Array, before: Array, best: int, many: int, ways: int) -> Array:
    """The best hypothesis, read backwards, then each track numbered as it begins."""
    link = np.empty(many, dtype=np.int64)
    for n in range(many - 1, -1, -1):
        link[n] = before[n * ways + best]
        best = int(parent[n * ways + best])
    found = np.empty(many, dtype=np.int64)
    count = 0
    for n, at in enumerate(link.tolist()):
        if at < 0:
            found[n], count = count, count + 1
        else:
            found[n] = found[at]
    return found


def _handed_on(found: Array, fixes: Array, rules: Array, most: float) -> Array:
    """Where a track ends for good, and one that was a tenth of it till then goes on soon after from
    where the first could have been, it is the first that goes on.

    Else a burst of wild positions (a receiver whose clock is minutes out makes them along the
    ship's own way) takes the ship over.
    """
    found = found.copy()
    rows = {each: np.flatnonzero(found == each) for each in np.unique(found).tolist()}
    ends = sorted((int(own[-1]), each) for each, own in rows.items())
    while ends:
        end, one = ends.pop(0)
        heirs: list[tuple[float, int, int]] = []
        for other, own in rows.items():
            cut = int(np.searchsorted(own, end))
            if other == one or cut == len(own) or not 0 < LESSER * cut <= len(rows[one]):
                continue
            soon = fixes[own[cut], 0] - fixes[end, 0] <= rules[4]
            if soon and (cost := price(fixes, end, int(own[cut]), rules)) < most:
                heirs.append((cost, other, cut))
        if heirs:
            _, other, cut = min(heirs)
            rows[one] = np.concatenate([rows[one], rows[other][cut:]])
            rows[other] = rows[other][:cut]
            found[rows[one]] = one
            ends.append((int(rows[one][-1]), one))
            ends.sort()
    return found


def price(fixes: Array, a: int, b: int, rules: Array) -> float:
    """What `kernels.attach.price` says, by numpy."""
    reach, free, least, growth, held = rules[:5].tolist()
    one, other = fixes[a], fixes[b]
    seconds, loose = other[0] - one[0], other[0] - one[0] + one[1] + other[1]
    way = other[2:5] - one[2:5]
    metres = float(np.linalg.norm(way))
    if metres > free and metres > reach * loose:
        return math.inf
    if not np.isnan(one[5]):
        metres = min(metres, float(np.linalg.norm(way - one[5:8] * min(seconds, held))))
    spread = least + growth * loose
    return float(metres / spread + 2.0 * math.log(spread / least))

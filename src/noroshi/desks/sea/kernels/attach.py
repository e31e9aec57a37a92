"""Positions of one identity to the tracks that they most likely belong to, by several hypotheses.

A hypothesis says of every position so far which earlier one the same ship sent, or that it is a
ship's first. What matters for the next position is only where its tracks ended: of hypotheses that
agree in that, the likeliest stays. `WAYS` of them are kept (Reid 1979, reduced to what one needs
when every position is a detection and most identities are one ship).
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inner, int64

Floats = Longs = Any

WAYS = 8
"""Hypotheses that are kept."""

TRACKS = 256
"""Tracks of one hypothesis; beyond that, the one that was not heard for longest is given up."""

STILL_MS = 0.5
"""About a knot: slower is swinging at anchor."""

FIXED = 8
"""Numbers of one position in `fixes`: seconds, how far they may be out, x, y, z in metres, and the
velocity in metres a second (nan: not known)."""


@inner
def price(fixes: Floats, a: int, b: int, rules: Floats) -> float:
    """What it costs to say that position `b` follows `a`; inf where no ship can have made it.

    Minus the logarithm of a likelihood, but for what all share: how far `b` lies from where `a` was
    heading, or from `a` itself (courses are wrong at times), in units of a spread that grows with
    time; and twice the logarithm of that spread, in units of its least, as what may be anywhere is
    less likely just there. `rules`: reach in m/s, metres that are always within reach, the spread
    in metres, its growth in m/s, seconds that a course is held, and what `follows` needs."""
    i, j = FIXED * a, FIXED * b
    seconds = fixes[j] - fixes[i]
    loose = seconds + fixes[i + 1] + fixes[j + 1]
    dx, dy = fixes[j + 2] - fixes[i + 2], fixes[j + 3] - fixes[i + 3]
    dz = fixes[j + 4] - fixes[i + 4]
    metres = math.sqrt(dx * dx + dy * dy + dz * dz)
    if metres > rules[1] and metres > rules[0] * loose:
        return math.inf
    if not math.isnan(fixes[i + 5]):
        ahead = min(seconds, rules[4])
        dx -= fixes[i + 5] * ahead
        dy -= fixes[i + 6] * ahead
        dz -= fixes[i + 7] * ahead
        metres = min(metres, math.sqrt(dx * dx + dy * dy + dz * dz))
    spread = rules[2] + rules[3] * loose
    return metres / spread + 2.0 * math.log(spread / rules[2])


@inner
def apart(fixes: Floats, a: int, b: int) -> float:
    """Metres between two positions, straight."""
    i, j = FIXED * a, FIXED * b
    dx, dy = fixes[j + 2] - fixes[i + 2], fixes[j + 3] - fixes[i + 3]
    dz = fixes[j + 4] - fixes[i + 4]
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@inner
def onward(fixes: Floats, prior: int, a: int, b: int, rules: Floats) -> float:
    """What it costs that `b` follows `a` where the ship goes on as it came from `prior` to `a`."""
    h, i, j = FIXED * prior, FIXED * a, FIXED * b
    took = max(fixes[i] - fixes[h], 60.0)
    seconds = fixes[j] - fixes[i]
    share = min(seconds, rules[4]) / took
    dx = fixes[j + 2] - fixes[i + 2] - (fixes[i + 2] - fixes[h + 2]) * share
    dy = fixes[j + 3] - fixes[i + 3] - (fixes[i + 3] - fixes[h + 3]) * share
    dz = fixes[j + 4] - fixes[i + 4] - (fixes[i + 4] - fixes[h + 4]) * share
    spread = rules[2] + rules[3] * (seconds + fixes[i + 1] + fixes[j + 1])
    return math.sqrt(dx * dx + dy * dy + dz * dz) / spread + 2.0 * math.log(spread / rules[2])


@inner
def follows(fixes: Floats, prior: int, a: int, b: int, rules: Floats) -> float:
    """What it costs that `b` follows `a` where `prior` (-1: nothing) came before that.

    A ship that does not say how it moves and came from another place goes on as it came, or stays;
    one that was at rest, by two positions up to `rules[5]` metres
    and `rules[7]` seconds apart at under half a metre a second, most likely lies there still: the
    spread is those metres then, for as many seconds; or it leaves, which costs `rules[6]` more."""
    cost = price(fixes, a, b, rules)
    told = not (math.isnan(fixes[FIXED * a + 5]) and math.isnan(fixes[FIXED * b + 5]))
    if prior < 0 or told or math.isinf(cost):
        return cost
    gone, took = apart(fixes, prior, a), fixes[FIXED * a] - fixes[FIXED * prior]
    silent = fixes[FIXED * b] - fixes[FIXED * a]
    if max(took, silent) > rules[7]:
        return cost
    if gone > min(rules[5], STILL_MS * took):
        return min(cost, onward(fixes, prior, a, b, rules))
    return min(apart(fixes, a, b) / rules[5], cost + rules[6])


@compiled
def attach(
    fixes: Floats, rules: Floats, new: float, cost: Floats, size: Longs, last: Longs, prior: Longs,
    parent: Longs, before: Longs, prices: Floats,
) -> int:  # fmt: skip
    """For each position `n` and hypothesis `k` writes its `parent` and the position `before` it in
    its track (-1: none) at `n * WAYS + k`; gives the best hypothesis after the last one.

    `new` is the price of a track. `cost` (2 WAYS), `size` (2 WAYS), `last` and `prior` (2 WAYS x
    TRACKS: where each track ended, and the position before) and `prices` (WAYS x (TRACKS + 1)) are
    room to work in: hypotheses lie in halves, by turns.
    """
    many = len(fixes) // FIXED
    here, there = 0, WAYS
    known = 1
    cost[0], size[0] = 0.0, 0
    for n in range(many):
        for k in range(known):
            row = k * (TRACKS + 1)
            for m in range(size[here + k]):
                end = last[(here + k) * TRACKS + m]
                came = prior[(here + k) * TRACKS + m]
                prices[row + m] = cost[here + k] + follows(fixes, came, end, n, rules)
            prices[row + size[here + k]] = cost[here + k] + new
        found = 0
        while found < WAYS:
            best, best_k, best_m = math.inf, int64(-1), int64(-1)
            for k in range(known):
                row = k * (TRACKS + 1)
                for m in range(size[here + k] + 1):
                    if prices[row + m] < best:
                        best, best_k, best_m = prices[row + m], int64(k), int64(m)
            if best_k < 0:
                break
            prices[best_k * (TRACKS + 1) + best_m] = math.inf
            old, fresh = (here + best_k) * TRACKS, (there + found) * TRACKS
            count = 0
            for m in range(size[here + best_k]):
                if m != best_m and not (
                    m == 0 and best_m == size[here + best_k] and best_m == TRACKS
                ):
                    last[fresh + count] = last[old + m]
                    prior[fresh + count] = prior[old + m]
                    count += 1
            first = best_m == size[here + best_k]
            last[fresh + count] = n
            prior[fresh + count] = -1 if first else last[old + best_m]
            count += 1
            same = False
            for k in range(found):
                if size[there + k] == count:
                    same = True
                    for m in range(count):
                        if last[(there + k) * TRACKS + m] != last[fresh + m]:
                            same = False
                            break
                    if same:
                        break
            if same:
                continue
            cost[there + found], size[there + found] = best, count
            parent[n * WAYS + found] = best_k
            before[n * WAYS + found] = -1 if first else last[old + best_m]
            found += 1
        known = found
        here, there = there, here
    return 0

"""The two loops that go over everything: who meets whom, and which meetings stand as incidents.

Compiled with numba; `tests/picture/naive_picture.py` is a naive way in plain Python. A row is a
finding's place in its stream; times are days since that began.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from noroshi.words.compiling import Kernels

Function = TypeVar("Function", bound=Callable[..., Any])

KERNELS: Final = Kernels("picture", Path(__file__), 10)


def compiled(function: Function) -> Function:
    """The kernel, compiled for the types it is called with."""
    return KERNELS.compiled(function, nogil=True)


EARTH_M = 6_371_008.8
BUSY = 512
"""So many findings after one under a key are looked at: nearer ones in time come first."""


@compiled
def fnv(data: Any, at: Any, found: Any) -> None:
    """FNV-1a, 64 bits (draft-eastlake-fnv), of the bytes from each `at` to the next."""
    for n in range(len(found)):
        bits = np.uint64(0xCBF29CE484222325)
        for k in range(at[n], at[n + 1]):
            bits = (bits ^ np.uint64(data[k])) * np.uint64(0x100000001B3)
        found[n] = bits


@compiled
def through(
    key: Any, row: Any, away: Any, tokens: int, asset_at: Any, asset: Any, target_at: Any,
    target: Any, near_at: Any, near: Any, via: Any,
) -> None:  # fmt: skip
    """Write into `via` the token of its own by which each finding is near a key that it is not at:
    the first of its assets, then of its targets."""
    for i in range(len(key)):
        k = key[i]
        if not away[i] or k >= tokens:
            continue
        f = row[i]
        found = False
        for n in range(asset_at[f], asset_at[f + 1]):
            if not found and _beside(asset[n], k, near_at, near):
                via[i], found = asset[n], True
        for n in range(target_at[f], target_at[f + 1]):
            if not found and _beside(target[n], k, near_at, near):
                via[i], found = target[n], True


@compiled
def _beside(token: int, key: int, near_at: Any, near: Any) -> bool:
    low, high = near_at[token], near_at[token + 1]
    while low < high:
        middle = (low + high) // 2
        if near[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low < near_at[token + 1] and near[low] == key


@compiled
def turn(
    key: Any, runs: Any, start: Any, shift: Any, days: float, row: Any, what: Any, rate: Any,
    moved: Any, till: Any, at: Any, row_out: Any, what_out: Any, rate_out: Any, end_out: Any,
) -> None:  # fmt: skip
    """Postings by (key, beginning) after each domain was moved round by its `shift`. `runs` are the
    postings by (key, domain, `start`): what is moved round is two ends of a run in turn, and a key
    has one run of each domain. `moved` and `till` are the new times of rows."""
    domains = len(shift)
    runs_at = np.empty((3, domains), np.int64)
    first, here, last = runs_at[0], runs_at[1], runs_at[2]
    low = 0
    while low < len(key):
        high = low
        while high < len(key) and key[high] == key[low]:
            high += 1
        n = low
        for d in range(domains):
            first[d] = n
            while n < high and what[runs[n]] >> 2 == d:
                n += 1
            last[d] = n
            a, b = first[d], n
            while a < b:
                middle = (a + b) // 2
                if start[row[runs[middle]]] + shift[d] >= days:
                    b = middle
                else:
                    a = middle + 1
            here[d] = a if a < n else first[d]
        left = last - first
        for out in range(low, high):
            pick, posting = -1, 0
            for d in range(domains):
                if left[d] and (
                    pick < 0
                    or moved[row[runs[here[d]]]] < moved[row[posting]]
                    or (
                        moved[row[runs[here[d]]]] == moved[row[posting]] and runs[here[d]] < posting
                    )
                ):
                    pick, posting = d, runs[here[d]]
            f = row[posting]
            at[out], end_out[out], row_out[out] = moved[f], till[f], f
            what_out[out], rate_out[out] = what[posting], rate[posting]
            left[pick] -= 1
            here[pick] += 1
            if here[pick] == last[pick]:
                here[pick] = first[pick]
        low = high


MEETING: Final = np.dtype([("best", "f4"), ("own", "f4"), ("partner", "i4"), ("link", "i4")])
"""How a finding meets a domain, in one place, so that one look in memory finds all of it."""


@compiled
def meet(
    key: Any, row: Any, what: Any, start: Any, end: Any, rate: Any, keys: Any, facts: Any,
    pairs: Any, stated: Any, best: Any, own: Any, partner: Any, link: Any,
) -> int:  # fmt: skip
    """Fill, for each row and domain, the best finding of that domain that it meets: log10 of its
    ratio (`best`), of the row's own there (`own`), who (`partner`) and under which key (`link`).
    Gives the number of meetings.

    Postings come sorted by (key, start); `what` is four times the domain, and 2 where the finding
    is coarse and 1 where it is not at the key itself. `keys`, `facts`, `pairs` and `stated` are
    what is known of keys, findings, pairs of domains and by the priors (`join.tables`)."""
    meetings = 0
    widest = stated[0]
    for i in range(len(key)):
        last = end[i] + widest
        for j in range(i + 1, min(len(key), i + 1 + BUSY)):
            if key[j] != key[i] or start[j] > last:
                break
            if what[i] >> 2 == what[j] >> 2 or what[i] & what[j] & 3:
                continue
            met, cf, cg, of, og = _weighed(
                i, j, key[i], row, what, start, end, rate, keys, facts, pairs, stated
            )
            if met:
                meetings += 1
                f, g = row[i], row[j]
                _keep(best, own, partner, link, f, what[j] >> 2, cg, of, g, key[i], keys)
                _keep(best, own, partner, link, g, what[i] >> 2, cf, og, f, key[i], keys)
    for f in range(len(partner)):
        _logs(f, best, own, partner)
    return meetings


@compiled
def _weighed(
    i: int, j: int, k: int, row: Any, what: Any, start: Any, end: Any, rate: Any, keys: Any,
    facts: Any, pairs: Any, stated: Any,
) -> Any:  # fmt: skip
    """Whether two postings of different domains meet, the first of which does not begin later, and
    the ratios of each as a part beside the other and as the middle."""
    cell, _, ends, _ = keys
    lineage, about, lon, lat, radius, trust = facts
    low, high, after, share = pairs
    _, beside, even, fall, reach, cell_m2, whole = stated
    f, g, df, dg = row[i], row[j], what[i] >> 2, what[j] >> 2
    gap = max(0.0, start[j] - end[i])
    if gap < low[df, dg] or gap > high[df, dg] or lineage[f] == lineage[g]:
        return False, 0.0, 0.0, 0.0, 0.0
    area = 1.0
    named_f, named_g = share[df], share[dg]
    if cell[k]:
        within = radius[f] + radius[g] + reach
        if _apart(lon[f], lat[f], lon[g], lat[g]) > within:
            return False, 0.0, 0.0, 0.0, 0.0
        area = min(1.0, np.sqrt(np.pi * within * within / cell_m2))
    else:
        if len(about) and not ((about[f] >> dg) & 1 and (about[g] >> df) & 1):
            return False, 0.0, 0.0, 0.0, 0.0
        named_f *= beside if what[i] & 1 else _at_it(k, beside, ends)
        named_g *= beside if what[j] & 1 else _at_it(k, beside, ends)
    rate_f, rate_g = rate[i] * area, rate[j] * area
    window = high[df, dg] - low[df, dg]
    wide = window + (end[i] - start[i]) + (end[j] - start[j])
    side = max(high[df, dg] if high[df, dg] > 0 else window, 1e-6)
    peak = _closeness(gap / side, even, fall) * after[df, dg] * window / side
    close = 1.0 + (peak - 1.0) * window / max(wide, 1e-6)
    return (
        True,
        _part(named_f * close, rate_f * wide, trust[f]),
        _part(named_g * close, rate_g * wide, trust[g]),
        _density(named_f, rate_f * whole, trust[f]),
        _density(named_g, rate_g * whole, trust[g]),
    )


@compiled
def _keep(
    best: Any, own: Any, partner: Any, link: Any, f: int, d: int, part: float, mine: float, g: int,
    k: int, keys: Any,
) -> None:  # fmt: skip
    """Keep what is better: no weak link beside a strong one, then the higher product; of equals the
    earlier finding, and the key of the lower mark, so that it does not hang on who came first."""
    _, weak, _, mark = keys
    one, two = np.float32(part), np.float32(mine)
    held = partner[f, d]
    if held >= 0:
        at = link[f, d]
        if weak[at] != weak[k]:
            if weak[k]:
                return
        else:
            before = np.float64(best[f, d]) * np.float64(own[f, d])
            now = np.float64(one) * np.float64(two)
            if before > now:
                return
            if before == now and (held < g or (held == g and mark[at] <= mark[k])):
                return
    best[f, d], own[f, d], partner[f, d], link[f, d] = one, two, g, k


@compiled
def _logs(f: int, best: Any, own: Any, partner: Any) -> None:
    for d in range(best.shape[1]):
        if partner[f, d] >= 0:
            best[f, d], own[f, d] = np.log10(best[f, d]), np.log10(own[f, d])


@compiled
def _part(share: float, expected: float, trust: float) -> float:
    """The ratio of one finding: P(it | campaign) over P(it | background), counted by how far its
    source is to be trusted."""
    chance = max(1.0 - np.exp(-expected), 1e-12)
    return trust * share / chance + 1.0 - trust


@compiled
def _density(share: float, expected: float, trust: float) -> float:
    """The same for the middle finding, of which each one is a trial: how many are expected counts,
    not whether there is one."""
    return trust * share / max(expected, 1e-12) + 1.0 - trust


@compiled
def _at_it(key: int, beside: float, ends: Any) -> float:
    """P(what is reported is at the key itself): whatever has no neighbours is."""
    return 1.0 if ends[key] else 1.0 - beside


@compiled
def _closeness(gap: float, even: float, fall: float) -> float:
    """Density of a gap of one cause over that of chance on its side of the window (1 wide): a share
    of it even, the rest falling off."""
    peak = 1.0 / (fall * (1.0 - np.exp(-1.0 / fall)))
    return even + (1.0 - even) * peak * np.exp(-gap / fall)


@compiled
def _apart(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle distance, metres (haversine)."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    chord = np.sin((phi_b - phi_a) / 2) ** 2
    chord += np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(min(1.0, np.sqrt(chord)))


@compiled
def settle(
    prior: float, least: float, rows: Any, domain: Any, coarse: Any, lineage: Any,
    best: Any, own: Any, partner: Any, link: Any, weak: Any, silent: Any,
) -> Any:  # fmt: skip
    """The incidents with a middle among `rows`: the highest first, each finding in one at most.
    A row for each: its middle finding, the score, for each domain the finding it has there (-1:
    none), and what it says that there is none."""
    domains = best.shape[1]
    used = np.zeros(len(domain), np.bool_)
    heap = [(0.0, -1)]
    heap.pop()
    members = np.empty(domains, np.int64)
    for f in rows:
        score = _star(
            f, prior, domain, coarse, lineage, best, own, partner, link, weak, silent, used, members
        )
        if score >= least and score > -np.inf:
            heap.append((-score, f))
    heapq.heapify(heap)
    found = [(np.int64(0), 0.0)]
    found.pop()
    sides = [np.int64(0)]
    sides.pop()
    without = [0.0]
    without.pop()
    while len(heap):
        before, f = heapq.heappop(heap)
        if used[f]:
            continue
        score = _star(
            f, prior, domain, coarse, lineage, best, own, partner, link, weak, silent, used, members
        )
        if score < least or score == -np.inf:
            continue
        if score < -before - 1e-12:
            heapq.heappush(heap, (-score, f))
            continue
        for d in range(domains):
            out = members[d] < 0 and d != domain[f]
            without.append(_missing(f, d, best, partner, silent, used) if out else 0.0)
        members[domain[f]] = f
        for d in range(domains):
            if members[d] >= 0:
                used[members[d]] = True
            sides.append(members[d])
        found.append((np.int64(f), score))
    middle = np.empty(len(found), np.int64)
    scores = np.empty(len(found), np.float64)
    for n in range(len(found)):
        middle[n], scores[n] = found[n]
    parties = np.empty((len(found), domains), np.int64)
    missing = np.empty((len(found), domains), np.float64)
    for n in range(len(found)):
        for d in range(domains):
            parties[n, d] = sides[n * domains + d]
            missing[n, d] = without[n * domains + d]
    return middle, scores, parties, missing


@compiled
def _star(
    f: int, prior: float, domain: Any, coarse: Any, lineage: Any, best: Any, own: Any, partner: Any,
    link: Any, weak: Any, silent: Any, used: Any, members: Any,
) -> float:  # fmt: skip
    """The score of `f` with the best finding of each other domain that is free, and these in
    `members`. -inf where nothing but weak links or coarse findings stand beside it."""
    domains = best.shape[1]
    strong = False
    for d in range(domains):
        g = partner[f, d]
        free = g >= 0 and not used[g] and best[f, d] > 0.0
        members[d] = g if free else -1
    # Of two domains with one lineage the better counts: one origin is one witness.
    for d in range(domains):
        for e in range(d):
            if members[d] >= 0 and members[e] >= 0 and lineage[members[d]] == lineage[members[e]]:
                members[d if best[f, d] <= best[f, e] else e] = -1
    total, first = prior, -np.inf
    mine = 0.0
    for d in range(domains):
        if members[d] < 0:
            if d != domain[f]:
                total += _missing(f, d, best, partner, silent, used)
            continue
        total += best[f, d]
        if not weak[link[f, d]] and not (coarse[f] or coarse[members[d]]):
            strong = True
            if best[f, d] + own[f, d] > first:
                first, mine = best[f, d] + own[f, d], own[f, d]
    return total + mine if strong else -np.inf


@compiled
def _missing(f: int, d: int, best: Any, partner: Any, silent: Any, used: Any) -> float:
    """What it says that no finding of a domain supports: its silence, or if it reported what it
    reports there all the time, the little that this says against."""
    g = partner[f, d]
    if g < 0 or used[g] or best[f, d] > 0.0:
        return silent[f, d]
    return max(silent[f, d], best[f, d])

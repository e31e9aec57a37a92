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
def spread(
    asset_at: Any, asset: Any, target_at: Any, target: Any, near_at: Any, near: Any, cell_of: Any,
    cells: Any, last: Any, at: Any, fill: bool, key: Any, row: Any, away: Any, via: Any,
) -> None:  # fmt: skip
    """Count, one place on in `at`, how many findings each key has, or write them from `at` on: in
    the order of rows, each once. `last` starts at -1 for each key."""
    for f in range(len(cell_of)):
        for n in range(asset_at[f], asset_at[f + 1]):
            _put(f, asset[n], False, asset[n], last, at, fill, key, row, away, via)
        for n in range(target_at[f], target_at[f + 1]):
            _put(f, target[n], False, target[n], last, at, fill, key, row, away, via)
        for n in range(asset_at[f], asset_at[f + 1]):
            for m in range(near_at[asset[n]], near_at[asset[n] + 1]):
                _put(f, near[m], True, asset[n], last, at, fill, key, row, away, via)
        for n in range(target_at[f], target_at[f + 1]):
            for m in range(near_at[target[n]], near_at[target[n] + 1]):
                _put(f, near[m], True, target[n], last, at, fill, key, row, away, via)
        if cell_of[f] >= 0:
            for n in range(cells.shape[1]):
                k = cells[cell_of[f], n]
                _put(f, k, n > 0, k, last, at, fill, key, row, away, via)


@compiled
def _put(
    f: int, k: int, far: bool, by: int, last: Any, at: Any, fill: bool, key: Any, row: Any,
    away: Any, via: Any,
) -> None:  # fmt: skip
    if last[k] == f:
        return
    last[k] = f
    if fill:
        n = at[k]
        key[n], row[n], away[n], via[n] = k, f, far, by
        at[k] += 1
    else:
        at[k + 1] += 1


@compiled
def turn(
    key: Any, runs: Any, start: Any, shift: Any, days: float, row: Any, away: Any,
    rate: Any, domain: Any, moved: Any, row_out: Any, away_out: Any, rate_out: Any,
) -> None:  # fmt: skip
    """Postings by (key, beginning) after each domain was moved round by its `shift`. `runs` are the
    postings by (key, domain, `start`): what is moved round is two ends of a run in turn, and a key
    has one run of each domain. `moved` is when rows begin then."""
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
            while n < high and domain[row[runs[n]]] == d:
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
            row_out[out], away_out[out], rate_out[out] = f, away[posting], rate[posting]
            left[pick] -= 1
            here[pick] += 1
            if here[pick] == last[pick]:
                here[pick] = first[pick]
        low = high


@compiled
def crowds(
    key: Any, row: Any, away: Any, cell: Any, domain: Any, t0: Any, domains: int, within: int,
    near: Any,
) -> None:  # fmt: skip
    """Write into `near` how many others of its domain each finding at a token itself has there
    that begin within so many µs of it. Postings come sorted by (key, beginning)."""
    low = 0
    while low < len(key):
        high = low
        while high < len(key) and key[high] == key[low]:
            high += 1
        for d in range(domains * (not cell[key[low]])):
            first, last, many = low, low, 0
            for i in range(low, high):
                if away[i] or domain[row[i]] != d:
                    continue
                at = t0[row[i]]
                while last < high and t0[row[last]] <= at + within:
                    many += not away[last] and domain[row[last]] == d
                    last += 1
                while t0[row[first]] < at - within:
                    many -= not away[first] and domain[row[first]] == d
                    first += 1
                near[i] = many - 1
        low = high


@compiled
def added(
    row: Any, near: Any, domain: Any, kind: Any, each: Any, usual: Any, base: Any, extra: Any,
    rate: Any,
) -> None:  # fmt: skip
    """Write into `extra` what those near a finding add to its rate, and into `rate` what it is."""
    for i in range(len(row)):
        f = row[i]
        if near[i] > 0:
            extra[f] = max(extra[f], near[i] * each[domain[f]])
    for i in range(len(row)):
        f = row[i]
        rate[i] = (base[i] + extra[f]) * usual[kind[f]]


MEETING: Final = np.dtype([("best", "f4"), ("own", "f4"), ("partner", "i4"), ("link", "i4")])
"""How a finding meets a domain, in one place, so that one look in memory finds all of it."""


FACTS: Final = np.dtype(
    [
        ("start", "f8"), ("end", "f8"), ("rate", "f4"), ("trust", "f4"), ("lineage", "i8"),
        ("next", "i8"), ("what", "i2"), ("touched", "?"),
    ],
    align=True,
)  # fmt: skip
"""A posting while its key is looked at. `what` is four times the domain, and 2 where the finding is
coarse and 1 where it is not at the key itself; `next` is the next one that is touched."""
BEYOND: Final = 1 << 40


@compiled
def meet(
    key: Any, row: Any, away: Any, rate: Any, start: Any, end: Any, domain: Any, coarse: Any,
    keys: Any, facts: Any, pairs: Any, stated: Any, touched: Any, table: Any,
) -> int:  # fmt: skip
    """Fill `table`, for each row and domain, with the best finding of that domain that it meets:
    its ratio (`best`), that of the row itself there (`own`), who (`partner`) and under which key
    (`link`). Gives the number of meetings.

    Postings come sorted by (key, start of the row). `keys`, `facts`, `pairs` and `stated` are what
    is known of keys, findings, pairs of domains and by the priors (`join.tables`). Where `touched`
    is not empty, only what it says of the rows is filled."""
    meetings, low = 0, 0
    whole = len(touched) == 0
    own = np.empty(64, FACTS)
    while low < len(key):
        high, some = low, whole
        while high < len(key) and key[high] == key[low]:
            some = some or touched[row[high]]
            high += 1
        if some and high - low > 1:
            if high - low > len(own):
                own = np.empty(2 * (high - low), FACTS)
            # What is looked at often is brought together first: so memory is read in one go.
            next_one = BEYOND
            for i in range(high - low - 1, -1, -1):
                n = low + i
                f, one = row[n], own[i]
                one.what = domain[f] * 4 + coarse[f] * 2 + away[n]
                one.start, one.end, one.rate = start[f], end[f], rate[n]
                one.lineage, one.trust = facts[0][f], facts[1][f]
                one.touched, one.next = whole or touched[f], next_one
                if one.touched:
                    next_one = i
            meetings += _under(key[low], row[low:high], own, keys, facts, pairs, stated, table)
        low = high
    return meetings


@compiled
def _under(
    k: int, row: Any, own: Any, keys: Any, facts: Any, pairs: Any, stated: Any, table: Any
) -> int:
    """The meetings under one key."""
    meetings = 0
    low, high = pairs[0], pairs[1]
    for i in range(len(row)):
        one = own[i]
        last = one.end + stated[0]
        j = i + 1 if one.touched else one.next
        while j < len(row) and j - i <= BUSY:
            two = own[j]
            if two.start > last:
                break
            if one.what >> 2 != two.what >> 2 and not one.what & two.what & 3:
                df, dg = one.what >> 2, two.what >> 2
                gap = max(0.0, two.start - one.end)
                if low[df, dg] <= gap <= high[df, dg] and one.lineage != two.lineage:
                    f, g = row[i], row[j]
                    met, cf, cg, of, og = _weighed(
                        one, two, gap, f, g, k, keys, facts, pairs, stated
                    )
                    if met:
                        meetings += 1
                        if one.touched:
                            _keep(table[f, dg], cg, of, g, k, keys)
                        if two.touched:
                            _keep(table[g, df], cf, og, f, k, keys)
            j = j + 1 if one.touched else two.next
    return meetings


@compiled
def _weighed(
    one: Any, two: Any, gap: float, f: int, g: int, k: int, keys: Any, facts: Any, pairs: Any,
    stated: Any,
) -> Any:  # fmt: skip
    """Whether two findings of different domains, of which the first does not begin later, are also
    so near and so much about one another that they meet; and the ratios of each as a part beside
    the other and as the middle."""
    cell, _, ends, _ = keys
    _, _, about, lon, lat, radius = facts
    low, high, after, share = pairs
    _, beside, even, fall, reach, cell_m2, whole = stated
    df, dg = one.what >> 2, two.what >> 2
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
        named_f *= beside if one.what & 1 else _at_it(k, beside, ends)
        named_g *= beside if two.what & 1 else _at_it(k, beside, ends)
    rate_f, rate_g = one.rate * area, two.rate * area
    window = high[df, dg] - low[df, dg]
    wide = window + (one.end - one.start) + (two.end - two.start)
    side = max(high[df, dg] if high[df, dg] > 0 else window, 1e-6)
    peak = _closeness(gap / side, even, fall) * after[df, dg] * window / side
    close = 1.0 + (peak - 1.0) * window / max(wide, 1e-6)
    return (
        True,
        _part(named_f * close, rate_f * wide, one.trust),
        _part(named_g * close, rate_g * wide, two.trust),
        _density(named_f, rate_f * whole, one.trust),
        _density(named_g, rate_g * whole, two.trust),
    )


@compiled
def _keep(held: Any, part: float, mine: float, g: int, k: int, keys: Any) -> None:
    """Keep what is better: no weak link beside a strong one, then the higher product; of equals the
    earlier finding, and the key of the lower mark, so that it does not hang on who came first."""
    one, two = np.float32(part), np.float32(mine)
    if held.partner < 0 or _better(held, one, two, g, k, keys):
        held.best, held.own, held.partner, held.link = one, two, g, k


@compiled
def _better(held: Any, part: float, mine: float, g: int, k: int, keys: Any) -> bool:
    weak, mark = keys[1], keys[3]
    if weak[held.link] != weak[k]:
        return not weak[k]
    before, now = np.float64(held.best) * held.own, np.float64(part) * mine
    if before != now:
        return now > before
    return g < held.partner or (g == held.partner and mark[k] < mark[held.link])


@compiled
def both(table: Any, other: Any, keys: Any) -> None:
    """What two halves of the keys gave as one, in `table`."""
    for f in range(len(table)):
        for d in range(table.shape[1]):
            two = other[f, d]
            if two.partner >= 0:
                _keep(table[f, d], two.best, two.own, two.partner, two.link, keys)


@compiled
def logs(table: Any, touched: Any) -> None:
    """Ratios as log10."""
    whole = len(touched) == 0
    for f in range(len(table)):
        if whole or touched[f]:
            for d in range(table.shape[1]):
                if table[f, d].partner >= 0:
                    table[f, d].best = np.log10(table[f, d].best)
                    table[f, d].own = np.log10(table[f, d].own)


@compiled
def reach(
    key: Any, row: Any, start: Any, end: Any, widest: float, changed: Any, touched: Any,
) -> None:  # fmt: skip
    """Mark as `touched` whatever may meet a finding that is `changed`, or may be one of the nearest
    `BUSY` of another no more because it is there."""
    for i in range(len(key)):
        if not changed[row[i]]:
            continue
        touched[row[i]] = True
        low, high = i, i
        while low > 0 and key[low - 1] == key[i] and i - low < BUSY:
            low -= 1
            if start[row[i]] <= end[row[low]] + widest:
                touched[row[low]] = True
        while high + 1 < len(key) and key[high + 1] == key[i] and high - i < BUSY:
            high += 1
            if start[row[high]] <= end[row[i]] + widest:
                touched[row[high]] = True
        if high - low >= BUSY:
            for n in range(low, high + 1):
                touched[row[n]] = True


@compiled
def stars(
    prior: float, touched: Any, domain: Any, coarse: Any, lineage: Any, best: Any, own: Any,
    partner: Any, link: Any, weak: Any, silent: Any, score: Any,
) -> None:  # fmt: skip
    """Write into `score` what each finding that is `touched` comes to while all others are free."""
    used = np.zeros(len(domain), np.bool_)
    members = np.empty(best.shape[1], np.int64)
    for f in range(len(touched)):
        if touched[f]:
            score[f] = _star(
                f, prior, domain, coarse, lineage, best, own, partner, link, weak, silent, used,
                members,
            )  # fmt: skip


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

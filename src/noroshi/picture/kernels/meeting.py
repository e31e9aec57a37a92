"""Who meets whom: of each finding and domain the best that it meets."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from noroshi.picture.kernels.jit import compiled

EARTH_M = 6_371_008.8
BUSY = 512
"""So many findings after one under a key are looked at: nearer ones in time come first."""


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
    best, own = np.float32(part), np.float32(mine)
    if held.partner < 0 or _better(held, best, own, g, k, keys):
        held.best, held.own, held.partner, held.link = best, own, g, k


@compiled
def _better(held: Any, best: Any, own: Any, g: int, k: int, keys: Any) -> bool:
    weak, mark = keys[1], keys[3]
    if weak[held.link] != weak[k]:
        return not weak[k]
    before, now = np.float64(held.best) * held.own, np.float64(best) * own
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

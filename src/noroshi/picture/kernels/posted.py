"""Postings laid out, moved round, and counted where they crowd; texts as 64 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from noroshi.picture.kernels.jit import compiled


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
    cells: Any, last: Any, at: Any, fill: bool, row: Any, via: Any,
) -> None:  # fmt: skip
    """Count, one place on in `at`, how many findings each key has, or write them from `at` on: in
    the order of rows, each once: `row` twice, and one more where it is only near. `last` starts at
    -1 for each key."""
    for f in range(len(cell_of)):
        for n in range(asset_at[f], asset_at[f + 1]):
            _put(f, asset[n], False, asset[n], last, at, fill, row, via)
        for n in range(target_at[f], target_at[f + 1]):
            _put(f, target[n], False, target[n], last, at, fill, row, via)
        for n in range(asset_at[f], asset_at[f + 1]):
            for m in range(near_at[asset[n]], near_at[asset[n] + 1]):
                _put(f, near[m], True, asset[n], last, at, fill, row, via)
        for n in range(target_at[f], target_at[f + 1]):
            for m in range(near_at[target[n]], near_at[target[n] + 1]):
                _put(f, near[m], True, target[n], last, at, fill, row, via)
        if cell_of[f] >= 0:
            for n in range(cells.shape[1]):
                k = cells[cell_of[f], n]
                _put(f, k, n > 0, k, last, at, fill, row, via)


@compiled
def _put(
    f: int, k: int, far: bool, by: int, last: Any, at: Any, fill: bool, row: Any, via: Any,
) -> None:  # fmt: skip
    if last[k] == f:
        return
    last[k] = f
    if fill:
        n = at[k]
        row[n], via[n] = 2 * f + far, by
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

"""Which meetings stand as incidents: the highest first, each finding in one."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from noroshi.picture.kernels.jit import compiled


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

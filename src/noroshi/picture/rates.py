"""Background: how often each domain reports something under each key, at the upper bound that the
little that was seen allows.

A rate is Gamma: half an event before anything was seen (Jeffreys), at the mean of its domain, then
what the stream holds. Few data give a wide posterior, and its upper bound weak evidence.
"""

from __future__ import annotations

import functools
import math
from typing import Final

import msgspec
import numpy as np

from noroshi.picture.lines import Array
from noroshi.picture.postings import Postings
from noroshi.picture.stream import Stream
from noroshi.words.time import DAY

SHAPE: Final = 0.5
BURST_DAYS: Final = 2.0
"""Findings of a domain at one place within so many days may be a burst."""
TABLE: Final = 256
"""Counts up to here have their exact quantile, larger ones Wilson and Hilferty's (1931)."""


class Rates(msgspec.Struct, frozen=True):
    """`seen` counts, for each key and domain, the findings at a token itself and those in and
    beside a cell. `rate` is, for each posting, the upper bound a day of others like its finding, of
    its domain and kind, where it is (`Postings.via`), and higher where they come in bursts.
    `common` is the share of its domain that a kind makes up, over its even share: 1 for an
    ordinary one."""

    seen: Array
    rate: Array
    common: Array
    days: float
    assets: int


def measure(stream: Stream, postings: Postings, upper: float) -> Rates:
    """The rates of a stream under its own keys."""
    domains, tokens = len(stream.domains), postings.tokens
    domain = stream.domain[postings.row]
    counted = ~postings.away | (postings.key >= tokens)
    flat = postings.key[counted].astype(np.int64) * domains + domain[counted]
    seen = np.bincount(flat, minlength=postings.keys * domains).astype(np.int32)
    seen = seen.reshape(postings.keys, domains)
    days, common = stream.days, _common(stream)
    group = np.concatenate([postings.group, np.full(postings.keys - tokens, -1, np.int32)])
    scale = _scales(seen, group, days)
    others = seen[postings.via, domain] - 1
    rate = bounds(upper)[np.minimum(others, TABLE)] * np.maximum(1.0, others / TABLE)
    rate *= scale[group[postings.via], domain]
    rate += _bursts(stream, postings)[postings.row]
    rate *= common[stream.kind[postings.row]]
    strong = ~postings.weak[:tokens] & _touched(postings, tokens)
    return Rates(seen, rate.astype(np.float32), common, days, max(1, int(strong.sum())))


def _scales(seen: Array, group: Array, days: float) -> Array:
    """1 over the days that half an event takes at the mean of a group (the last: of cells) and the
    days of the stream, for each domain."""
    groups = int(group.max(initial=-1)) + 2
    place = np.where(group < 0, groups - 1, group)
    used = np.bincount(place[(seen > 0).any(axis=1)], minlength=groups)
    scale = np.empty((groups, seen.shape[1]))
    for domain in range(seen.shape[1]):
        total = np.bincount(place, seen[:, domain], groups)
        mean = np.maximum(total / np.maximum(1, used) / days, 1e-12)
        scale[:, domain] = 1 / (SHAPE / mean + days)
    return scale


def _bursts(stream: Stream, postings: Postings) -> Array:
    """Of each finding the rate a day that others of its domain add which lie round it at the same
    token: as many as this stream shows there beyond what its rates give, for each one near."""
    own = np.flatnonzero(~postings.away & (postings.key < postings.tokens))
    row, key = postings.row[own], postings.key[own]
    start = (stream.t0 - stream.t0.min(initial=0)) / DAY if len(stream) else np.empty(0)
    extra = np.zeros(len(stream))
    for domain in range(len(stream.domains)):
        mine = stream.domain[row] == domain
        # Keys lie apart by more than the stream is long: one sorted line holds them all.
        line = key[mine] * (stream.days + 4 * BURST_DAYS) + start[row[mine]]
        near = np.searchsorted(line, line + BURST_DAYS, "right")
        near = near - np.searchsorted(line, line - BURST_DAYS) - 1
        if not len(line):
            continue
        many = np.bincount(key[mine])
        usual = (many * (many - 1.0)).sum() / len(line) * 2 * BURST_DAYS / stream.days
        excess = max(0.0, float(near.mean()) - usual)
        np.maximum.at(extra, row[mine], near * excess / (2 * BURST_DAYS))
    return extra


def _touched(postings: Postings, tokens: int) -> Array:
    """Of each token whether anything is at it or one hop away."""
    found = np.zeros(tokens, bool)
    found[postings.key[postings.key < tokens]] = True
    return found


def _common(stream: Stream) -> Array:
    counts = np.bincount(stream.kind, minlength=len(stream.kinds)).astype(np.float64)
    owner = np.zeros(len(stream.kinds), np.int64)
    owner[stream.kind] = stream.domain
    totals = np.bincount(owner, counts, len(stream.domains))[owner]
    kinds = np.bincount(owner, minlength=len(stream.domains))[owner]
    return np.maximum(counts, 1) / np.maximum(totals, 1) * kinds


@functools.cache
def bounds(upper: float) -> Array:
    """The `upper` quantile of Gamma(n + 1/2, 1), n = 0 … TABLE."""
    return np.array([gamma_quantile(n, upper) for n in range(TABLE + 1)])


def gamma_quantile(n: int, share: float) -> float:
    """The `share` quantile of Gamma(n + 1/2, 1): P by erf and the recurrence of the incomplete
    gamma function (DLMF 8.8.5), inverted by bisection."""
    if n >= TABLE:
        return _wilson_hilferty(n + SHAPE, share)
    low, high = 0.0, n + 10 + 6 * math.sqrt(n + 1)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if gamma_share(n, middle) < share else (low, middle)
    return (low + high) / 2


def gamma_share(n: int, x: float) -> float:
    """P(Gamma(n + 1/2, 1) ≤ x)."""
    if x <= 0:
        return 0.0
    whole = math.erf(math.sqrt(x))
    log_term = SHAPE * math.log(x) - x - math.lgamma(1 + SHAPE)
    for k in range(n):
        whole -= math.exp(log_term)
        log_term += math.log(x) - math.log(k + 1 + SHAPE)
    return whole


def _wilson_hilferty(shape: float, share: float) -> float:
    z = _normal_quantile(share)
    return shape * (1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))) ** 3


def _normal_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)

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

SHAPE: Final = 0.5
TABLE: Final = 256
"""Counts up to here have their exact quantile, larger ones Wilson and Hilferty's (1931)."""


class Rates(msgspec.Struct, frozen=True):
    """`here` and `near` count, for each key and domain, the findings at the key and those at it or
    one hop away. `bound[cell, domain, n]` is the upper bound a day where `n` others were seen (the
    last column: that and more, to be scaled), for tokens (0) and cells (1). `common` is the share
    of its domain that a kind makes up, over its even share: 1 for an ordinary one."""

    here: Array
    near: Array
    bound: Array
    common: Array
    days: float
    assets: int


def measure(stream: Stream, postings: Postings, upper: float) -> Rates:
    """The rates of a stream under its own keys."""
    domains = len(stream.domains)
    flat = postings.key.astype(np.int64) * domains + stream.domain[postings.row]
    size = postings.keys * domains
    near = np.bincount(flat, minlength=size).reshape(postings.keys, domains).astype(np.int32)
    here = (
        np.bincount(flat[~postings.away], minlength=size)
        .reshape(postings.keys, domains)
        .astype(np.int32)
    )
    days = stream.days
    bound = np.empty((2, domains, TABLE + 1))
    for cell, part in enumerate((near[: postings.tokens], near[postings.tokens :])):
        used = max(1, int((part.sum(axis=1) > 0).sum()))
        for domain in range(domains):
            mean = max(part[:, domain].sum() / used / days, 1e-12)
            bound[cell, domain] = bounds(upper) / (SHAPE / mean + days)
    strong = ~postings.weak[: postings.tokens]
    assets = int((near[: postings.tokens][strong].sum(axis=1) > 0).sum())
    return Rates(here, near, bound, _common(stream), days, max(1, assets))


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

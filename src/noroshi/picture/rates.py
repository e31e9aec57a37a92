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
QUIET: Final = 14 * DAY
"""Of a longer time in which nothing at all came so much is left (µs): more than any window."""
TABLE: Final = 256
"""Counts up to here have their exact quantile, larger ones Wilson and Hilferty's (1931)."""


class Background(msgspec.Struct, frozen=True):
    """What was measured of a stream of so many `days` from `begin` (µs) on. `seen` counts, for each
    key (by `mark`, ascending) and domain, the findings at a token itself and those in and beside a
    cell; `scale` is, for each sort of key and domain, 1 over the days that half an event takes at
    the mean and `days`; `excess` how many of its domain each near finding adds; `common` the share
    of its domain that a kind makes up, over its even share: 1 for an ordinary one. What began after
    `until` is not counted in. `left_out` has, after each of its instants (µs), how much of the time
    before was left out (µs): whole weeks in which nothing came."""

    domains: tuple[str, ...]
    begin: int
    until: int
    days: float
    assets: int
    mark: Array
    seen: Array
    sorts: dict[str, int]
    scale: Array
    excess: Array
    common: dict[str, float]
    left_out: tuple[Array, Array]

    def day(self, at: Array) -> Array:
        """Days from `begin` to each instant, without what is left out."""
        after, less = self.left_out
        return (at - self.begin - less[np.searchsorted(after, at, "right")]) / DAY

    def at(self, mark: Array) -> Array:
        """What was seen under keys of these marks."""
        if not len(self.mark):
            return np.zeros((len(mark), len(self.domains)), np.int32)
        place = np.minimum(np.searchsorted(self.mark, mark), len(self.mark) - 1)
        return self.seen[place] * (self.mark[place] == mark)[:, None]


class Rates(msgspec.Struct, frozen=True):
    """`rate` is, for each posting, the upper bound a day of others like its finding, of its domain
    and kind, where it is (`Postings.via`), and higher where they come in bursts. `base` is that of
    its domain alone, without bursts, `extra` what these add for each finding, and `seen` what the
    background has of each key and domain."""

    rate: Array
    base: Array
    extra: Array
    seen: Array
    background: Background

    @property
    def days(self) -> float:
        """Of the background."""
        return self.background.days

    @property
    def assets(self) -> int:
        """Things at which, or one hop from which, something was reported."""
        return self.background.assets


def measure(stream: Stream, postings: Postings, near: Array, whole: bool = False) -> Background:
    """The background that a stream shows under its own keys; `near` are its `crowds_of`. Long times
    in which nothing came say nothing of a rate and are left out, unless it is to be `whole`."""
    domains, keys = len(stream.domains), len(postings.cell)
    domain = stream.domain[postings.row]
    counted = ~postings.away | postings.cell[postings.key]
    flat = postings.key[counted].astype(np.int64) * domains + domain[counted]
    seen = np.bincount(flat, minlength=keys * domains).astype(np.int32).reshape(keys, domains)
    touched = np.zeros(keys, bool)
    touched[postings.key] = True
    strong = ~postings.weak & ~postings.cell & touched
    used = np.flatnonzero((seen > 0).any(axis=1))
    used = used[np.argsort(postings.mark[used], kind="stable")]
    left_out = quiet(stream.t0[:0] if whole else stream.t0, stream.t1)
    days = stream.days - float(left_out[1][-1]) / DAY
    sorts, scale = _scales(seen, postings, days)
    begin, until = (int(stream.t0.min()), int(stream.t0.max())) if len(stream) else (0, 0)
    return Background(
        stream.domains, begin, until, days, max(1, int(strong.sum())), postings.mark[used],
        seen[used], sorts, scale, _excess(stream, postings, near, days), _common(stream), left_out,
    )  # fmt: skip


def quiet(t0: Array, t1: Array) -> tuple[Array, Array]:
    """When each time ends in which nothing came for longer than `QUIET`, and how much of it and of
    those before is left out: whole weeks, so that hours of the week stay; the first is 0, before
    any. `t0` ascends."""
    after, between = t0[1:], t0[1:] - np.maximum.accumulate(t1[: len(t0)])[:-1]
    long = between >= QUIET + 7 * DAY
    less = np.cumsum((between[long] - QUIET) // (7 * DAY) * (7 * DAY))
    return after[long], np.concatenate([np.zeros(1, np.int64), less])


def rated(
    stream: Stream, postings: Postings, near: Array, background: Background, upper: float
) -> Rates:
    """The rates of a stream, by a background of the same domains."""
    seen = background.at(postings.mark)
    base = bases(stream, postings, background, seen, upper)
    extra, rate = with_bursts(stream, postings, background, base, near)
    return Rates(rate, base, extra, seen, background)


def bases(
    stream: Stream, postings: Postings, background: Background, seen: Array, upper: float
) -> Array:
    """Upper bounds a day by domain and key alone, for each posting: a finding that was counted is
    not its own background."""
    domain = stream.domain[postings.row]
    own = stream.t0[postings.row] <= background.until
    others = np.maximum(seen[postings.via, domain] - own, 0)
    base = bounds(upper)[np.minimum(others, TABLE)] * np.maximum(1.0, others / TABLE)
    # A sort that was not there is as a place.
    sort = np.array([background.sorts.get(each, 0) for each in postings.sorts])[postings.sort]
    return base * background.scale[sort[postings.via], domain]


def with_bursts(
    stream: Stream, postings: Postings, background: Background, base: Array, near: Array
) -> tuple[Array, Array]:
    """What bursts add for each finding, and the rate of each posting."""
    from noroshi.picture.kernels.posted import added

    each = background.excess / (2 * BURST_DAYS)
    usual = np.array([background.common.get(kind, 1.0) for kind in stream.kinds] or [1.0])
    extra, rate = np.zeros(len(stream)), np.empty(len(base), np.float32)
    added(
        postings.row, near, stream.domain, stream.kind, each, usual, base, extra, rate,
    )  # fmt: skip
    return extra, rate


def crowds_of(stream: Stream, postings: Postings) -> Array:
    """For each posting of a finding at a token itself, how many others of its domain there lie
    within `BURST_DAYS`; -1 for any other posting."""
    from noroshi.picture.kernels.posted import crowds

    near = np.full(len(postings.key), -1, np.int32)
    crowds(
        postings.key, postings.row, postings.away, postings.cell, stream.domain, stream.t0,
        len(stream.domains), int(BURST_DAYS * DAY), near,
    )  # fmt: skip
    return near


def _scales(seen: Array, postings: Postings, days: float) -> tuple[dict[str, int], Array]:
    """1 over the days that half an event takes at the mean of a sort of key and the days of the
    stream, for each domain."""
    sorts = {each: n for n, each in enumerate(postings.sorts)}
    used = np.bincount(postings.sort[(seen > 0).any(axis=1)], minlength=len(sorts))
    scale = np.empty((len(sorts), seen.shape[1]))
    for domain in range(seen.shape[1]):
        total = np.bincount(postings.sort, seen[:, domain], len(sorts))
        mean = np.maximum(total / np.maximum(1, used) / days, 1e-12)
        scale[:, domain] = 1 / (SHAPE / mean + days)
    return sorts, scale


def _excess(stream: Stream, postings: Postings, near: Array, days: float) -> Array:
    """For each domain, by how many the findings near one of it at the same token are more than its
    rates give."""
    own = near >= 0
    domain, key, near = stream.domain[postings.row[own]], postings.key[own], near[own]
    excess = np.zeros(len(stream.domains))
    for each in range(len(stream.domains)):
        mine = domain == each
        if mine.any():
            many = np.bincount(key[mine])
            usual = (many * (many - 1.0)).sum() / mine.sum() * 2 * BURST_DAYS / days
            excess[each] = max(0.0, float(near[mine].mean()) - usual)
    return excess


def _common(stream: Stream) -> dict[str, float]:
    counts = np.bincount(stream.kind, minlength=len(stream.kinds)).astype(np.float64)
    owner = np.zeros(len(stream.kinds), np.int64)
    owner[stream.kind] = stream.domain
    totals = np.bincount(owner, counts, len(stream.domains))[owner]
    kinds = np.bincount(owner, minlength=len(stream.domains))[owner]
    common: list[float] = (np.maximum(counts, 1) / np.maximum(totals, 1) * kinds).tolist()
    return dict(zip(stream.kinds, common, strict=True))


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

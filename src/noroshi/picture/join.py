"""Joining: findings of different domains that meet in time and at an asset, a place or a target
become incidents. A pure function of the stream, the graph and the priors."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from noroshi.picture.coverage import Seen, seen_share
from noroshi.picture.lines import GRADES, Array
from noroshi.picture.postings import Postings, post
from noroshi.picture.priors import MONTH_DAYS, Priors
from noroshi.picture.rates import Rates, measure
from noroshi.picture.stream import Stream
from noroshi.words.asset import AssetGraph
from noroshi.words.time import DAY

WHOLE_DAYS = 6.0
"""What a finding by itself is held against: the span of one cause (three days either way)."""

LISTENING_DAYS = 3.0
"""A domain that reported anything within so many days was listening."""


class Field(msgspec.Struct, frozen=True):
    """A stream made ready: what every run over it needs, whatever the times. `low` and `high` are
    days between the end of a finding of one domain and the beginning of one of another, `after` how
    often the other begins later. `seen` says of each
    finding and domain how much of the time its desk could see there, where that is known."""

    stream: Stream
    postings: Postings
    rates: Rates
    priors: Priors
    low: Array
    high: Array
    after: Array
    trust: Array
    share: Array
    start: Array
    end: Array
    prior: float
    seen: Array | None = None

    @property
    def widest(self) -> float:
        """The longest that one finding may begin after another ended, days."""
        return float(self.high.max()) if self.high.size else 0.0


class Joined(msgspec.Struct, frozen=True):
    """Incidents, highest score first: `members[n, domain]` is a row of the stream or -1. Of each
    finding and domain `best`, `own`, `partner` and `link` say how they met (`kernels.meet`);
    `missing[n, domain]` is what it says against incident `n` that a domain has none."""

    middle: Array
    score: Array
    members: Array
    missing: Array
    best: Array
    own: Array
    partner: Array
    link: Array
    meetings: int


def ready(
    stream: Stream, graph: AssetGraph, priors: Priors, seen: Iterable[Seen] | None = None
) -> Field:
    """Post the findings and measure their background. Without `seen`, a desk that reported anything
    within three days was listening."""
    postings = post(stream, graph, priors)
    rates = measure(stream, postings, priors.rate.upper)
    count = len(stream.domains)
    low, high, later = np.zeros((3, count, count))
    for a, first in enumerate(stream.domains):
        for b, second in enumerate(stream.domains):
            low[a, b], high[a, b] = priors.lag(first, second)
            later[a, b] = priors.after(first, second)
    trust = np.array([priors.reliability[grade] for grade in GRADES])[stream.reliability]
    share = np.array([priors.share(each) for each in stream.domains])
    begin = stream.t0.min() if len(stream) else 0
    prior = np.log10(priors.campaigns_per_month / MONTH_DAYS * WHOLE_DAYS / rates.assets)
    return Field(
        stream, postings, rates, priors, low, high, later, trust, share,
        (stream.t0 - begin) / DAY, (stream.t1 - begin) / DAY, float(prior),
        None if seen is None else seen_share(stream, graph, seen),
    )  # fmt: skip


def join(field: Field, least: float, shift: Array | None = None) -> Joined:
    """Incidents with at least the score `least`. `shift` moves each domain round the stream's own
    length by so many days: what chance alone would join."""
    from noroshi.picture.kernels import meet, settle

    stream, held = field.stream, field.postings
    key, row, away, rate = held.key, held.row, held.away, field.rates.rate
    start, end = field.start, field.end
    if shift is not None:
        start, end = _moved(field, shift)
    at = start[row]
    if shift is not None:
        order = np.lexsort((at, key))
        key, row, away, at, rate = key[order], row[order], away[order], at[order], rate[order]
    shape = (len(stream), len(stream.domains))
    best, own = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    partner, link = np.full(shape, -1, np.int32), np.zeros(shape, np.int32)
    near = field.priors.place
    reach = near.reach_m + 2 * near.vague_m
    meetings = meet(
        key, row, away, at, end[row], rate, held.tokens, held.weak, held.ends,
        np.full(len(stream), -1) if stream.about is None else stream.about,
        stream.domain, stream.coarse, stream.lineage, stream.lon, stream.lat, stream.radius,
        field.trust, field.low, field.high, field.after, field.widest, field.share,
        field.priors.graph.beside, field.priors.gap.even, field.priors.gap.fall,
        near.reach_m, 9 * reach * reach, WHOLE_DAYS,
        best, own, partner, link,
    )  # fmt: skip
    silent = _silence(field, start)
    middle, score, members, missing = settle(
        field.prior, least, stream.domain, stream.coarse, stream.lineage,
        best, own, partner, link, held.weak, silent,
    )  # fmt: skip
    return Joined(middle, score, members, missing, best, own, partner, link, int(meetings))


def _silence(field: Field, start: Array) -> Array:
    """log10 of P(a domain reports nothing | campaign) round each finding, where the priors say how
    often it does report and it could see (or, where that is not known, reported anything at all
    meanwhile): elsewhere 0, for not to have been heard where nobody listened says nothing."""
    stream, stated = field.stream, field.priors.detected
    silent = np.zeros((len(stream), len(stream.domains)), np.float32)
    for number, name in enumerate(stream.domains):
        if field.seen is not None:
            if name in stated:
                silent[:, number] = np.log10(1 - stated[name] * field.seen[:, number])
            continue
        heard = np.sort(start[stream.domain == number])
        if name not in stated or not len(heard):
            continue
        after = np.searchsorted(heard, start)
        gap = np.minimum(
            np.abs(heard[np.minimum(after, len(heard) - 1)] - start),
            np.abs(start - heard[np.maximum(after - 1, 0)]),
        )
        silent[gap <= LISTENING_DAYS, number] = np.log10(1 - stated[name])
    return silent


def _moved(field: Field, shift: Array) -> tuple[Array, Array]:
    """Beginnings and ends when each domain is moved round; what runs over the end is cut there."""
    days = field.rates.days
    start = (field.start + shift[field.stream.domain]) % days
    return start, np.minimum(start + (field.end - field.start), days)

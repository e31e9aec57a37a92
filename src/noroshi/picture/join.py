"""Joining: findings of different domains that meet in time and at an asset, a place or a target
become incidents. A pure function of the stream, the graph and the priors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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


def join(
    field: Field, least: float, shift: Array | None = None, runs: Array | None = None
) -> Joined:
    """Incidents with at least the score `least`. `shift` moves each domain round the stream's own
    length by so many days: what chance alone would join. `runs` are those of the field (`runs_of`),
    where they are at hand."""
    from noroshi.picture.kernels import MEETING, meet, settle

    stream, held = field.stream, field.postings
    start, key = field.start, held.key
    if shift is None:
        row, what, rate = held.row, what_of(field), field.rates.rate
        at, end = start[row], field.end[row]
    else:
        start, row, what, rate, at, end = _turned(
            field, shift, runs_of(field) if runs is None else runs
        )
    table = np.zeros((len(stream), len(stream.domains)), MEETING)
    table["partner"] = -1
    best, own, partner, link = (table[each] for each in MEETING.names or ())
    known = tables(field)
    meetings = int(meet(key, row, what, at, end, rate, *known, best, own, partner, link))
    silent = silence(field, start)
    middle, score, members, missing = settle(
        field.prior, least, np.arange(len(stream)), stream.domain, stream.coarse, stream.lineage,
        best, own, partner, link, held.weak, silent,
    )  # fmt: skip
    return Joined(middle, score, members, missing, best, own, partner, link, meetings)


def what_of(field: Field) -> Array:
    """Of each posting what `kernels.meet` has to know first."""
    stream, row = field.stream, field.postings.row
    facts = (stream.domain * 4 + stream.coarse * 2).astype(np.int16)
    return facts[row] + field.postings.away


def runs_of(field: Field) -> Array:
    """Postings by (key, domain, beginning)."""
    held, domains = field.postings, len(field.stream.domains)
    return np.argsort(held.key * np.int64(domains) + field.stream.domain[held.row], kind="stable")


def tables(field: Field) -> tuple[Any, Any, Any, Any]:
    """What is known of keys, findings, pairs of domains, and by the priors."""
    stream, held, priors = field.stream, field.postings, field.priors
    near = priors.place
    reach = near.reach_m + 2 * near.vague_m
    about = np.empty(0, np.int64) if stream.about is None else stream.about
    return (
        (held.cell, held.weak, held.ends, held.mark),
        (stream.lineage, about, stream.lon, stream.lat, stream.radius, field.trust),
        (field.low, field.high, field.after, field.share),
        (
            field.widest, priors.graph.beside, priors.gap.even, priors.gap.fall, near.reach_m,
            9 * reach * reach, WHOLE_DAYS,
        ),
    )  # fmt: skip


def silence(field: Field, start: Array) -> Array:
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
        if name in stated and len(heard):
            silent[_near(heard, start), number] = np.log10(1 - stated[name])
    return silent


def _near(heard: Array, at: Array) -> Array:
    """Whether anything was heard within `LISTENING_DAYS` of each time; `heard` ascends."""
    first, last = heard[0] - LISTENING_DAYS, heard[-1] + LISTENING_DAYS
    if np.diff(heard).max(initial=0) <= 2 * LISTENING_DAYS:
        return (at >= first) & (at <= last)  # nowhere between was it silent for long
    after = np.searchsorted(heard, at)
    gap = np.minimum(
        np.abs(heard[np.minimum(after, len(heard) - 1)] - at),
        np.abs(at - heard[np.maximum(after - 1, 0)]),
    )
    return gap <= LISTENING_DAYS


def _turned(field: Field, shift: Array, runs: Array) -> tuple[Array, ...]:
    """Beginnings of rows when each domain is moved round, and postings in the order of these: rows,
    what they are, rates, beginnings and ends. What runs over the end of the stream is cut there."""
    from noroshi.picture.kernels import turn

    days, held = field.rates.days, field.postings
    start = (field.start + shift[field.stream.domain]) % days
    end = np.minimum(start + (field.end - field.start), days)
    what, rate = what_of(field), field.rates.rate
    at, till = np.empty((2, len(held.row)))
    row, what_out, rate_out = np.empty_like(held.row), np.empty_like(what), np.empty_like(rate)
    turn(
        held.key, runs, field.start, shift, days, held.row, what, rate, start, end,
        at, row, what_out, rate_out, till,
    )  # fmt: skip
    return start, row, what_out, rate_out, at, till

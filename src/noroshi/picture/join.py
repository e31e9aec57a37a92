"""Joining: findings of different domains that meet in time and at an asset, a place or a target
become incidents. A pure function of the stream, the graph and the priors."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import msgspec
import numpy as np

from noroshi.picture.coverage import Seen, seen_share
from noroshi.picture.lines import GRADES, Array
from noroshi.picture.postings import Ground, Postings, ground, post
from noroshi.picture.priors import MONTH_DAYS, Priors
from noroshi.picture.rates import Background, Rates, crowds_of, measure, rated
from noroshi.picture.stream import Stream
from noroshi.words.asset import AssetGraph
from noroshi.words.time import DAY

WHOLE_DAYS = 6.0
"""What a finding by itself is held against: the span of one cause (three days either way)."""

LISTENING_DAYS = 3.0
"""A domain that reported anything within so many days was listening."""


HALVED: Final = 1 << 21
"""From so many postings on they are looked at on two cores."""


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
    stream: Stream, graph: AssetGraph, priors: Priors, seen: Iterable[Seen] | None = None,
    background: Background | None = None,
) -> Field:  # fmt: skip
    """Post the findings and hold them against a `background` of the same domains, else against the
    one that they show. Without `seen`, a desk that reported anything within three days was
    listening."""
    return ready_on(stream, graph, ground(graph, priors), priors, seen, background)


def ready_on(
    stream: Stream, graph: AssetGraph, on: Ground, priors: Priors,
    seen: Iterable[Seen] | None = None, background: Background | None = None, whole: bool = False,
) -> Field:  # fmt: skip
    """The same, where the graph is ready already; `whole` as in `rates.measure`."""
    postings = post(stream, on, priors)
    near = crowds_of(stream, postings)
    background = background or measure(stream, postings, near, whole)
    rates = rated(stream, postings, near, background, priors.rate.upper)
    count = len(stream.domains)
    low, high, later = np.zeros((3, count, count))
    for a, first in enumerate(stream.domains):
        for b, second in enumerate(stream.domains):
            low[a, b], high[a, b] = priors.lag(first, second)
            later[a, b] = priors.after(first, second)
    trust = np.array([priors.reliability[grade] for grade in GRADES])[stream.reliability]
    share = np.array([priors.share(each) for each in stream.domains])
    start = background.day(stream.t0)
    prior = np.log10(priors.campaigns_per_month / MONTH_DAYS * WHOLE_DAYS / rates.assets)
    return Field(
        stream, postings, rates, priors, low, high, later, trust, share,
        start, start + (stream.t1 - stream.t0) / DAY, float(prior),
        None if seen is None else seen_share(stream, graph, seen),
    )  # fmt: skip


def join(
    field: Field, least: float, shift: Array | None = None, runs: Array | None = None
) -> Joined:
    """Incidents with at least the score `least`. `shift` moves each domain round the stream's own
    length by so many days: what chance alone would join. `runs` are those of the field (`runs_of`),
    where they are at hand."""
    stream, held = field.stream, field.postings
    start, end = field.start, field.end
    row, away, rate = held.row, held.away, field.rates.rate
    if shift is not None:
        start = (start + shift[stream.domain]) % field.rates.days
        # What runs over the end of the stream is cut there.
        end = np.minimum(start + (field.end - field.start), field.rates.days)
        row, away, rate = _turned(field, shift, runs_of(field) if runs is None else runs, start)
    table, meetings = met(field, (held.key, row, away, rate), start, end, shift is None)
    return settled(field, table, silence(field, start), least, np.arange(len(stream)), meetings)


def met(
    field: Field, postings: tuple[Array, Array, Array, Array], start: Array, end: Array,
    halved: bool,
) -> tuple[Array, int]:  # fmt: skip
    """Whom each finding meets, and how many meetings there are; `halved`, on two cores."""
    from noroshi.picture.kernels.meeting import both, logs, meet

    stream, known = field.stream, tables(field)
    every: Array = np.empty(0, bool)
    key: Array = postings[0]
    parts = [slice(None)]
    if halved and len(key) >= HALVED:
        middle = int(np.searchsorted(key, int(key[len(key) // 2])))
        parts = [slice(0, middle), slice(middle, len(key))]

    def half(part: slice) -> tuple[Array, int]:
        table = unmet(len(stream), len(stream.domains))
        key, row, away, rate = (each[part] for each in postings)
        many: Any = meet(
            key, row, away, rate, start, end, stream.domain, stream.coarse, *known, every, table
        )
        return table, int(many)

    with ThreadPoolExecutor(2) as pool:
        (table, meetings), *others = pool.map(half, parts)
    for other, more in others:
        both(table, other, known[0])
        meetings += more
    logs(table, every)
    return table, meetings


def unmet(findings: int, domains: int) -> Array:
    """What `kernels.meet` fills, empty."""
    from noroshi.picture.kernels.meeting import MEETING

    table = np.zeros((findings, domains), MEETING)
    table["partner"] = -1
    return table


def settled(
    field: Field, table: Array, silent: Array, least: float, rows: Array, meetings: int
) -> Joined:
    """The incidents of which a finding among `rows` is the middle, from the score `least` on."""
    from noroshi.picture.kernels.settling import settle

    stream = field.stream
    best, own, partner, link = (table[each] for each in table.dtype.names or ())
    middle, score, members, missing = settle(
        field.prior, least, rows, stream.domain, stream.coarse, stream.lineage,
        best, own, partner, link, field.postings.weak, silent,
    )  # fmt: skip
    return Joined(middle, score, members, missing, best, own, partner, link, meetings)


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
        (stream.lineage, field.trust, about, stream.lon, stream.lat, stream.radius),
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


def _turned(field: Field, shift: Array, runs: Array, moved: Array) -> tuple[Array, Array, Array]:
    """Postings in the order of `moved` beginnings: rows, whether away, and rates."""
    from noroshi.picture.kernels.posted import turn

    held = field.postings
    row, away = np.empty_like(held.row), np.empty_like(held.away)
    rate = np.empty_like(field.rates.rate)
    turn(
        held.key, runs, field.start, shift, field.rates.days, held.row, held.away, field.rates.rate,
        field.stream.domain, moved, row, away, rate,
    )  # fmt: skip
    return row, away, rate

"""Findings that are held while others come: joined again only where these may change anything.

A background is measured once and holds until it is measured again, as what chance gives does. With
it, what is held is at every moment what `join` gives of all of it at once.
"""

from __future__ import annotations

import msgspec
import numpy as np

from noroshi.picture.join import (
    Field,
    Joined,
    ready_on,
    settled,
    silence,
    tables,
    unmet,
)
from noroshi.picture.lines import GRADES, Array
from noroshi.picture.merge import Merged, merge, renumbered
from noroshi.picture.postings import Ground, Postings, post
from noroshi.picture.priors import Priors
from noroshi.picture.rates import Background, Rates, bases, crowds_of, with_bursts
from noroshi.picture.stream import Stream
from noroshi.words.asset import AssetGraph
from noroshi.words.time import DAY


class Held:
    """A field that grows, whose stream has its ids as an array. Of its findings `table` says whom
    they meet, `silent` what the silence of each domain says, and `score` what each comes to while
    all others are free."""

    def __init__(
        self, stream: Stream, graph: AssetGraph, on: Ground, priors: Priors,
        background: Background | None = None,
    ) -> None:  # fmt: skip
        self.on = on
        # What comes late may yet lie in a time in which nothing came.
        self.field = ready_on(stream, graph, on, priors, None, background, whole=True)
        self.background = self.field.rates.background
        held = self.field.postings
        self.field = msgspec.structs.replace(
            self.field, postings=msgspec.structs.replace(held, names=list(held.names))
        )
        first = len(on.number)
        self._keys = {mark: first + n for n, mark in enumerate(held.mark[first:].tolist())}
        self._seen_on = self.background.at(on.mark)
        self.begun = dict(zip(stream.ids, stream.t0.tolist(), strict=True))
        self.table = unmet(len(stream), len(stream.domains))
        self.silent = silence(self.field, self.field.start)
        self.score = np.full(len(stream), -np.inf)
        whole = np.ones(len(stream), bool)
        self._again(whole, whole)

    def fits(self, stream: Stream) -> bool:
        """Whether the background knows all domains of a stream."""
        return {*stream.domains} <= {*self.background.domains}

    def joined(self, least: float) -> Joined:
        """The incidents from the score `least` on."""
        rows = np.flatnonzero(self.score >= least)
        return settled(self.field, self.table, self.silent, least, rows, 0)

    def take(self, new: Stream, most: int) -> None:
        """Hold these too, and of all the latest `most` or a few more."""
        before = self.field
        new = renumbered(new, before.stream.domains)
        merged = merge(before.stream, new, self.begun, most)
        old = merged.source < len(before.stream)
        touched = self._touched_by_gone(merged.source[old])
        self.field = self._grown(merged, old, new)
        again = np.ones(len(merged.source), bool)
        again[old] = touched[merged.source[old]]
        # What is new may change others; so does what has another rate, for it comes in a burst now.
        changed = ~old
        changed[old] = before.rates.extra[merged.source[old]] != self.field.rates.extra[old]
        _reach(self.field, changed, again)
        silent = silence(self.field, self.field.start)
        heard = np.ones(len(again), bool)
        heard[old] = (silent[old] != self.silent[merged.source[old]]).any(axis=1)
        self._carry(merged.source, old)
        self.silent = silent
        self._again(again, again | heard)

    def _touched_by_gone(self, kept: Array) -> Array:
        """The held findings that met what is held no more, or is replaced."""
        gone = np.ones(len(self.field.stream), bool)
        gone[kept] = False
        touched = np.zeros(len(gone), bool)
        if gone.any():
            _reach(self.field, gone, touched)
        return touched

    def _grown(self, merged: Merged, old: Array, new: Stream) -> Field:
        """The field of all findings: new postings among the old ones."""
        before, stream = self.field, merged.stream
        place = np.full(len(old) + len(before.stream) + len(new), -1, np.int32)
        place[merged.source] = np.arange(len(old), dtype=np.int32)
        postings, base, seen = self._posted(new, place)
        near = crowds_of(stream, postings)
        extra, rate = with_bursts(stream, postings, self.background, base, near)
        trust = np.array([before.priors.reliability[grade] for grade in GRADES])
        start = self.background.day(stream.t0)
        return msgspec.structs.replace(
            before, stream=stream, postings=postings,
            rates=Rates(rate, base, extra, seen, self.background),
            trust=trust[stream.reliability],
            start=start, end=start + (stream.t1 - stream.t0) / DAY,
        )  # fmt: skip

    def _posted(self, new: Stream, place: Array) -> tuple[Postings, Array, Array]:
        """Postings of what is held and of what is new, their base rates, and what the background
        has of each key. `place` says where a row now stands."""
        held, rates = self.field.postings, self.field.rates
        posted = post(new, self.on, self.field.priors)
        first = len(self.on.number)
        seen = np.concatenate([self._seen_on, self.background.at(posted.mark[first:])])
        base = bases(new, posted, self.background, seen, self.field.priors.rate.upper)
        key_of, keys, seen = self._keyed(posted, seen)
        rows = place[held.row]
        stay = rows >= 0
        old = [each[stay] for each in (held.key, rows, held.away, held.via, rates.base)]
        # Of an id that came twice in the new stream, or is older than all that is held.
        row = place[len(self.field.stream) + posted.row.astype(np.int64)]
        came = row >= 0
        fresh = [key_of[posted.key], row, posted.away, key_of[posted.via], base]
        fresh = [each[came] for each in fresh]
        order = np.lexsort((fresh[1], fresh[0]))
        fresh = [each[order] for each in fresh]
        packed, added = (each[0].astype(np.int64) << 32 | each[1] for each in (old, fresh))
        at = np.searchsorted(packed, added)
        key, row, away, via, base = (
            np.insert(one, at, other) for one, other in zip(old, fresh, strict=True)
        )
        return msgspec.structs.replace(keys, key=key, row=row, away=away, via=via), base, seen

    def _keyed(self, posted: Postings, seen: Array) -> tuple[Array, Postings, Array]:
        """For each key of `posted` its number here, the held postings with what keys are new, and
        what the background has of all."""
        held, first = self.field.postings, len(self.on.number)
        of = list(range(first))
        more: list[int] = []
        for n, mark in enumerate(posted.mark[first:].tolist(), first):
            found = self._keys.setdefault(mark, len(held.cell) + len(more))
            if found == len(held.cell) + len(more):
                more.append(n)
                self.field.postings.names.append(posted.names[n])  # pyright: ignore
            of.append(found)
        key_of = np.array(of, np.int32)
        if not more:
            return key_of, held, self.field.rates.seen
        sorts = {each: n for n, each in enumerate(held.sorts)}
        sort = np.array([sorts.setdefault(each, len(sorts)) for each in posted.sorts], np.int32)
        own = {
            name: np.concatenate([getattr(held, name), getattr(posted, name)[more]])
            for name in ("cell", "weak", "ends", "mark")
        }
        grown = msgspec.structs.replace(
            held, **own, sort=np.concatenate([held.sort, sort[posted.sort[more]]]),
            sorts=tuple(sorts),
        )  # fmt: skip
        return key_of, grown, np.concatenate([self.field.rates.seen, seen[more]])

    def _carry(self, source: Array, old: Array) -> None:
        """Bring what is known of each finding to where it stands now."""
        place = np.full(len(self.score), -1, np.int32)
        place[source[old]] = np.flatnonzero(old)
        table = unmet(len(old), self.table.shape[1])
        table[old] = self.table[source[old]]
        met = table["partner"] >= 0
        table["partner"][met] = place[table["partner"][met]]
        score = np.full(len(old), -np.inf)
        score[old] = self.score[source[old]]
        self.table, self.score = table, score

    def _again(self, touched: Array, scored: Array) -> None:
        """Join what is `touched` again, and score what is `scored`."""
        from noroshi.picture.kernels.meeting import logs, meet
        from noroshi.picture.kernels.settling import stars

        field, stream, held = self.field, self.field.stream, self.field.postings
        self.table[touched] = unmet(1, self.table.shape[1])
        meet(
            held.key, held.row, held.away, field.rates.rate, field.start, field.end, stream.domain,
            stream.coarse, *tables(field), touched, self.table,
        )  # fmt: skip
        logs(self.table, touched)
        best, own, partner, link = (self.table[each] for each in self.table.dtype.names or ())
        stars(
            field.prior, scored, stream.domain, stream.coarse, stream.lineage, best, own, partner,
            link, held.weak, self.silent, self.score,
        )  # fmt: skip


def _reach(field: Field, changed: Array, touched: Array) -> None:
    """Mark all that may meet what is `changed`, and this, as `touched`."""
    from noroshi.picture.kernels.meeting import reach

    held = field.postings
    reach(held.key, held.row, field.start, field.end, field.widest, changed, touched)

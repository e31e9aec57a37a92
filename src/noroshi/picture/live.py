"""Findings that keep coming: the incidents among all that are held, told again after each batch.

What is told is a function of the findings that are held, of the background that was measured last
and of what is known of chance, so late ones, and ones out of order, give the incidents that they
would have given in order. Both are measured at first, again while few findings are held, and then
once a day beside all else: nobody waits for what is then joined afresh.
"""

from __future__ import annotations

import operator
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec
import numpy as np

from noroshi.picture.bulk import read_block
from noroshi.picture.correlate import Known, measured, weighed
from noroshi.picture.held import Held
from noroshi.picture.hypotheses import Overrule, Weighing
from noroshi.picture.identity import name
from noroshi.picture.join import Field, Joined
from noroshi.picture.merge import Lineages, latest, merge, renumbered
from noroshi.picture.postings import ground
from noroshi.picture.priors import Priors
from noroshi.picture.rates import Background
from noroshi.picture.score import Incident, explain
from noroshi.picture.stream import Builder, Stream, add_lines
from noroshi.words import ids
from noroshi.words.asset import AssetGraph

MOST: Final = 400_000
"""So many findings are held, or a few more; the oldest go first."""
FEW: Final = 5_000
"""Until so many are held, chance is asked anew when there are twice as many as before."""
AGAIN_S: Final = 86_400.0

What = Literal["new", "changed", "ended"]


class Change(msgspec.Struct, frozen=True):
    """What became of an incident since the last look, under the id that it goes on under."""

    what: What
    incident: Incident
    weighing: Weighing | None = None


class Look(msgspec.Struct, frozen=True):
    """The incidents at one moment, highest first, and what they were made of; how many lines could
    not be read since the last one, and the first of them."""

    incidents: tuple[Incident, ...]
    field: Field
    joined: Joined
    bad: int
    rejected: tuple[str, ...]


class _Renewed:
    """What is being joined afresh, None until it is, and the findings that have come since."""

    def __init__(self) -> None:
        self.held: Held | None = None
        self.since: Stream | None = None
        self._begun: dict[str, int] = {}

    def more(self, new: Stream) -> None:
        """Take what has come, of the same domains."""
        before = latest(new, 0) if self.since is None else self.since
        self.since = merge(before, new, self._begun, len(before) + len(new)).stream


class Live:
    """Findings as they come, and what was told of them."""

    def __init__(
        self, source: str, graph: AssetGraph, priors: Priors, *, budget: float = 1.0, seed: int = 1,
        shifts: int = 200, most: int = MOST, overrules: Iterable[Overrule] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.source, self.graph, self.priors, self.budget = source, graph, priors, budget
        self.seed, self.shifts, self.most = seed, shifts, most
        self.overrules = tuple(overrules)
        self.known: Known | None = None
        self.held: Held | None = None
        self._clock = clock
        self._on = ground(graph, priors)
        self._lineages = Lineages()
        self._asked_at, self._asked_of = 0.0, 0
        self._beside: threading.Thread | None = None
        self._renewed: _Renewed | None = None
        self._builder = Builder(source, graph)
        self._lines = 0
        self._told: dict[str, Incident] = {}
        self._worded: dict[object, Incident] = {}
        self._basis: tuple[Known, Background] | None = None

    def add(self, block: bytes) -> None:
        """Take some whole lines."""
        found = read_block(block)
        if found is None:
            add_lines(self._builder, enumerate(block.split(b"\n"), self._lines + 1))
        else:
            self._builder.take(found)
        self._lines += block.count(b"\n")

    def look(self) -> Look:
        """The incidents among what is held now."""
        new = self._builder.built(self._lineages)
        self._builder = Builder(self.source, self.graph)
        if self.held is None:
            self.held = self._begun(latest(new, self.most))
        elif len(new):
            self._take(self.held, new)
        if self._renewed is not None and self._renewed.held is not None:
            self.held = self._caught_up(self._renewed, self._renewed.held)
        field = self.held.field
        if self.known is None or 2 * self._asked_of <= len(field.stream) < FEW:
            self.held = self._begun(field.stream)
            self.known = self._ask(self.held.field)
        elif self._clock() - self._asked_at >= AGAIN_S and self._beside is None:
            self._renewed = _Renewed()
            self._beside = threading.Thread(
                target=self._renew, args=(self._renewed, field.stream), daemon=True
            )
            self._beside.start()
        joined = self.held.joined(self.known.chance.threshold(self.budget))
        field = self.held.field
        incidents = self._explained(field, joined, self.known)
        return Look(incidents, field, joined, new.bad, new.rejected)

    def _explained(self, field: Field, joined: Joined, known: Known) -> tuple[Incident, ...]:
        """Incidents in words, highest first; those that read as they did are not told anew."""
        basis = known, field.rates.background
        before = self._worded if self._basis and all(map(operator.is_, self._basis, basis)) else {}
        self._worded, self._basis = {}, basis
        order: list[int] = np.argsort(-joined.score, kind="stable").tolist()
        for n in order:
            key = _worded_by(field, joined, n)
            held = before.get(key)
            self._worded[key] = held or explain(field, joined, n, known.chance, known.calibration)
        return tuple(self._worded.values())

    def _begun(self, stream: Stream) -> Held:
        """A stream held against its own background."""
        self._renewed = None  # it would be older
        self._lineages.keep(stream.lineage)
        return Held(stream, self.graph, self._on, self.priors)

    def _renew(self, renewed: _Renewed, stream: Stream) -> None:
        """What is held, joined afresh against its own background, and what chance gives it."""
        held = Held(stream, self.graph, self._on, self.priors)
        field = held.field
        renewed.held = held
        self.known = self._ask(field)
        self._beside = None

    def _caught_up(self, renewed: _Renewed, held: Held) -> Held:
        """What was joined afresh, with what has come since."""
        self._renewed = None
        if renewed.since is not None:
            held.take(renewed.since, self.most)
        return held

    def _take(self, held: Held, new: Stream) -> None:
        many = len(held.field.stream)
        if held.fits(new):
            if self._renewed is not None:
                self._renewed.more(renumbered(new, held.background.domains))
            held.take(new, self.most)
        else:  # nothing is known of the background of another domain, nor of what chance gives it
            domains = tuple(sorted({*held.field.stream.domains, *new.domains}))
            before = renumbered(held.field.stream, domains)
            both = merge(before, renumbered(new, domains), held.begun, self.most)
            self.held = self._begun(both.stream)
            self._asked_at, self._asked_of = -AGAIN_S, 0
        if len(held.field.stream) < many and self._renewed is None:
            self._lineages.keep(held.field.stream.lineage)

    def _ask(self, field: Field) -> Known:
        self._asked_at, self._asked_of = self._clock(), len(field.stream)
        return measured(field, self.seed, self.shifts)

    def changes(self, look: Look) -> list[Change]:
        """What has become of the incidents since this was last asked."""
        before = {each: frozenset(seen.findings) for each, seen in self._told.items()}
        found = [frozenset(each.findings) for each in look.incidents]
        named = name(before, found)
        changed: list[Change] = []
        now: dict[str, Incident] = {}
        for n, incident in enumerate(look.incidents):
            going_on = named.ids[n]
            own = incident.id
            if going_on is None and (own in before or own in now):  # its middle was another's
                own = "incident--" + ids.uuid5(["picture", sorted(found[n])])
            seen = msgspec.structs.replace(incident, id=going_on or own)
            now[seen.id] = seen
            what: What | None = None if going_on else "new"
            if going_on and (
                before[going_on] != found[n] or self._told[going_on].word != seen.word
            ):
                what = "changed"
            if what:
                weighing = weighed(look.field, look.joined, incident, self.overrules)
                changed.append(Change(what, seen, weighing))
        changed += [Change("ended", self._told[each]) for each in named.ended]
        self._told = now
        return changed


def _worded_by(field: Field, joined: Joined, n: int) -> object:
    """All that the words of an incident hang on, against one background and one chance."""
    stream, middle = field.stream, int(joined.middle[n])
    held: list[int] = joined.members[n].tolist()
    rows = [row for row in held if row >= 0]
    at, to = stream.asset_at, stream.target_at
    return (
        rows.index(middle), float(joined.score[n]),
        joined.best[middle].tobytes(), joined.own[middle].tobytes(), joined.link[middle].tobytes(),
        joined.missing[n].tobytes(), stream.t0[rows].tobytes(), stream.t1[rows].tobytes(),
        stream.kind[rows].tobytes(), stream.reliability[rows].tobytes(),
        tuple(stream.ids[row] for row in rows),
        tuple(stream.asset[at[row] : at[row + 1]].tobytes() for row in rows),
        tuple(stream.target[to[row] : to[row + 1]].tobytes() for row in rows),
        tuple(stream.said.get(stream.ids[row], ()) for row in rows),
    )  # fmt: skip

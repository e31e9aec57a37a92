"""Findings that keep coming: the incidents among all that are held, told again after each batch.

What is told is a function of the findings that are held and of what is known of chance, so late
ones, and ones out of order, give the incidents that they would have given in order. What chance
gives is asked at first, again while few findings are held, and then once a day beside all else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec

from noroshi.picture.bulk import read_block
from noroshi.picture.correlate import Known, Picture, measured, told
from noroshi.picture.hypotheses import Overrule, Weighing
from noroshi.picture.identity import name
from noroshi.picture.join import Field, ready
from noroshi.picture.priors import Priors
from noroshi.picture.score import Incident
from noroshi.picture.stream import Builder, add_lines
from noroshi.words import ids
from noroshi.words.asset import AssetGraph

MOST: Final = 400_000
"""So many findings are held; the oldest go first."""
FEW: Final = 5_000
"""Until so many are held, chance is asked anew when there are twice as many as before."""
AGAIN_S: Final = 86_400.0

What = Literal["new", "changed", "ended"]


class Change(msgspec.Struct, frozen=True):
    """What became of an incident since the last look, under the id that it goes on under."""

    what: What
    incident: Incident
    weighing: Weighing | None = None


class Live:
    """Findings as they come, and what was told of them."""

    def __init__(
        self, source: str, graph: AssetGraph, priors: Priors, *, budget: float = 1.0, seed: int = 1,
        shifts: int = 200, most: int = MOST, overrules: Iterable[Overrule] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.graph, self.priors, self.budget = graph, priors, budget
        self.seed, self.shifts, self.most = seed, shifts, most
        self.overrules = tuple(overrules)
        self.known: Known | None = None
        self._clock = clock
        self._asked_at, self._asked_of = 0.0, 0
        self._beside: threading.Thread | None = None
        self._builder = Builder(source, graph)
        self._lines = 0
        self._told: dict[str, Incident] = {}

    def add(self, block: bytes) -> None:
        """Take some whole lines."""
        found = read_block(block)
        if found is None:
            add_lines(self._builder, enumerate(block.split(b"\n"), self._lines + 1))
        else:
            self._builder.take(found)
        self._lines += block.count(b"\n")

    def look(self) -> Picture:
        """The incidents among what is held now."""
        stream = self._builder.built()
        if len(stream) > self.most:
            self._builder.keep_latest(self.most)
            stream = self._builder.built()
        field = ready(stream, self.graph, self.priors)
        if self.known is None or 2 * self._asked_of <= len(stream) < FEW:
            self.known = self._ask(field)
        elif self._clock() - self._asked_at >= AGAIN_S and self._beside is None:
            self._beside = threading.Thread(target=self._ask_beside, args=(field,), daemon=True)
            self._beside.start()
        return told(field, self.known, self.budget, self.overrules)

    def _ask(self, field: Field) -> Known:
        self._asked_at, self._asked_of = self._clock(), len(field.stream)
        return measured(field, self.seed, self.shifts)

    def _ask_beside(self, field: Field) -> None:
        self.known = self._ask(field)
        self._beside = None

    def changes(self, picture: Picture) -> list[Change]:
        """What has become of the incidents since this was last asked."""
        before = {each: frozenset(seen.findings) for each, seen in self._told.items()}
        found = [frozenset(each.findings) for each in picture.incidents]
        named = name(before, found)
        changed: list[Change] = []
        now: dict[str, Incident] = {}
        for n, incident in enumerate(picture.incidents):
            going_on = named.ids[n]
            own = incident.id
            if going_on is None and (own in before or own in now):  # its middle was another's
                own = "incident--" + ids.uuid5(["picture", sorted(found[n])])
            seen = msgspec.structs.replace(incident, id=going_on or own)
            now[seen.id] = seen
            if going_on is None:
                changed.append(Change("new", seen, picture.weighings[n]))
            elif before[going_on] != found[n] or self._told[going_on].word != seen.word:
                changed.append(Change("changed", seen, picture.weighings[n]))
        changed += [Change("ended", self._told[each]) for each in named.ended]
        self._told = now
        return changed

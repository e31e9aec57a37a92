"""Everything the space desk finds in what a state holds: a function of the held sets alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi.desks.space.company import company
from noroshi.desks.space.conjunction import conjunctions, told
from noroshi.desks.space.decay import re_entries
from noroshi.desks.space.family import break_ups, constellations
from noroshi.desks.space.findings import Builder
from noroshi.desks.space.manoeuvre import manoeuvres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.space.findings import Seen
    from noroshi.desks.space.state import State
    from noroshi.words.finding import Finding


def detect(state: State) -> list[Finding]:
    """All findings, sorted by (start, id)."""
    builder = Builder(state)
    found = [builder.build(each) for each in _seen(state)]
    return sorted(found, key=lambda each: (each.span.t0, each.id))


def _seen(state: State) -> Iterator[Seen]:
    yield from conjunctions(state)
    yield from told(state)
    moved = manoeuvres(state)
    yield from moved
    yield from company(state, moved)
    yield from break_ups(state)
    yield from re_entries(state)
    yield from constellations(state)

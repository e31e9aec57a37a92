"""Which incident is which from one look to the next: an incident goes on where most of its findings
go on, and what splits off it or goes into another says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

Findings = frozenset[str]


class Named(msgspec.Struct, frozen=True):
    """Of each incident found now: the id it goes on under (None: a new one) and the incidents held
    before that it shares findings with. Of each held one that does not go on: the place of the one
    that took most of its findings (None: none did)."""

    ids: tuple[str | None, ...]
    origins: tuple[tuple[str, ...], ...]
    ended: dict[str, int | None]


def name(held: Mapping[str, Findings], found: Sequence[Findings]) -> Named:
    """Whose findings go on where. The largest share is settled first, then the id that sorts
    first."""
    shared = _shared(held, found)
    pairs = sorted(shared, key=lambda pair: (-shared[pair], *pair))
    ids: list[str | None] = [None] * len(found)
    kept: set[str] = set()
    into: dict[str, int] = {}
    origins: list[list[str]] = [[] for _ in found]
    for each, n in pairs:
        origins[n].append(each)
        into.setdefault(each, n)
        if each not in kept and ids[n] is None:
            ids[n] = each
            kept.add(each)
    ended = {each: into.get(each) for each in sorted(held) if each not in kept}
    return Named(tuple(ids), tuple(tuple(sorted(each)) for each in origins), ended)


def _shared(held: Mapping[str, Findings], found: Sequence[Findings]) -> dict[tuple[str, int], int]:
    """How many findings each held incident and each found one have in common, where any."""
    of: dict[str, list[str]] = {}
    for incident, findings in held.items():
        for each in findings:
            of.setdefault(each, []).append(incident)
    shared: dict[tuple[str, int], int] = {}
    for n, findings in enumerate(found):
        for each in findings:
            for incident in of.get(each, ()):
                shared[incident, n] = shared.get((incident, n), 0) + 1
    return shared

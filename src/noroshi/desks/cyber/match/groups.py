"""Matches rolled up: one group for each indicator, asset and window of time.

The groups of some matches are the same in whatever order, in whatever parts and how often they
come: a line counts once, and what is kept of a group (its first lines, the smallest digests of all)
does not depend on when it came. So groups can be gone on with, and each takes bounded memory.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from noroshi.desks.cyber.match.entry import Match

EVIDENCE: Final = 20
"""Lines of a group that are kept, the first by time."""
VALUES: Final = 20
"""Values and fields of a group that are kept, the first by their text."""
COUNTED: Final = 1024
"""Lines of a group that are counted one by one; more are estimated, to within some 3 % (by the k-th
smallest digest: Bar-Yossef et al., 2002)."""

_WHOLE = 2**64

Key = tuple[str, str, int | None]


class Group(msgspec.Struct, frozen=True):
    """What was seen of an `indicator` at an `asset` ("" where none is known) in the window from
    `window` (µs UTC; None for lines without a time). `first` and `last` are instants of its lines,
    `lines` how many different ones there are, exactly if `exact`."""

    indicator: str
    asset: str
    window: int | None
    first: int | None
    last: int | None
    lines: int
    exact: bool
    sources: tuple[str, ...]
    values: tuple[str, ...]
    fields: tuple[str, ...]
    evidence: tuple[Match, ...]
    digests: tuple[int, ...]


class _Bucket:
    """A group while matches are put into it."""

    def __init__(self, held: Group | None) -> None:
        self.evidence = {_place(each): each for each in held.evidence} if held else {}
        self.digests = set(held.digests if held else ())
        self.sources = set(held.sources if held else ())
        self.values = set(held.values if held else ())
        self.fields = set(held.fields if held else ())
        times = [each for each in (held.first, held.last) if each is not None] if held else []
        self.times = set(times)

    def add(self, match: Match) -> None:
        place = _place(match)
        held = self.evidence.get(place)
        # Of one line at two places in two logs, the first of them by what is written of it.
        if held is None or _order(match) < _order(held):
            self.evidence[place] = match
        self.digests.add(int(match.line_sha256[:16], 16))
        self.sources.add(match.source)
        self.values.add(match.value)
        self.fields.add(match.field)
        if match.at is not None:
            self.times = {min(self.times | {match.at}), max(self.times | {match.at})}
        if len(self.evidence) > 4 * EVIDENCE or len(self.digests) > 2 * COUNTED:
            self._trim()

    def _trim(self) -> None:
        first = heapq.nsmallest(EVIDENCE, self.evidence.items())
        self.evidence = dict(first)
        # One more than is counted says that there are more.
        self.digests = set(heapq.nsmallest(COUNTED + 1, self.digests))
        self.values = set(heapq.nsmallest(VALUES, self.values))
        self.fields = set(heapq.nsmallest(VALUES, self.fields))

    def group(self, key: Key) -> Group:
        self._trim()
        digests = tuple(sorted(self.digests))
        exact = len(digests) <= COUNTED
        lines = len(digests) if exact else round((COUNTED - 1) * _WHOLE / digests[COUNTED - 1])
        return Group(
            *key, min(self.times, default=None), max(self.times, default=None), lines, exact,
            tuple(sorted(self.sources)), tuple(sorted(self.values)), tuple(sorted(self.fields)),
            tuple(self.evidence[place] for place in sorted(self.evidence)), digests,
        )  # fmt: skip


def grouped(
    matches: Iterable[Match],
    assets_of: Callable[[Match], Iterable[str]],
    window_us: int,
    before: Iterable[Group] = (),
) -> list[Group]:
    """The groups of `matches` together with those `before`, by indicator, asset and window. A match
    at several assets is in a group of each, one at none in the group of "". Windows of `window_us`
    are counted from 1970."""
    buckets = {_key(each): _Bucket(each) for each in before}
    for match in matches:
        window = None if match.at is None else match.at - match.at % window_us
        for asset in tuple(assets_of(match)) or ("",):
            key = (match.indicator, asset, window)
            bucket = buckets.get(key)
            if bucket is None:
                bucket = buckets[key] = _Bucket(None)
            bucket.add(match)
    ordered = sorted(buckets, key=lambda key: (key[0], key[1], key[2] is not None, key[2] or 0))
    return [buckets[key].group(key) for key in ordered]


def _key(group: Group) -> Key:
    return group.indicator, group.asset, group.window


def _place(match: Match) -> tuple[int, str]:
    """What a line is known by: its time and its bytes."""
    return match.at if match.at is not None else 0, match.line_sha256


def _order(match: Match) -> tuple[int, int, str, str, str, int]:
    return match.start, match.length, match.source, match.field, match.value, match.entry

"""Two streams as one: what is held, and what has come since."""

from __future__ import annotations

import bisect
from typing import Any, Final

import msgspec
import numpy as np

from noroshi.picture.lines import Array
from noroshi.picture.stream import Builder, Stream, mask, reordered

SLACK: Final = 16
"""The oldest are forgotten when a sixteenth more than should be is held."""
COLUMNS: Final = (
    "domain", "kind", "t0", "t1", "coarse", "lon", "lat", "radius", "lineage", "reliability",
    "credibility",
)  # fmt: skip


class Lineages:
    """Numbers of lineages that go on from batch to batch."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}
        self._next = 0

    def __call__(self, texts: list[str]) -> Array:
        """The number of each."""
        found: list[int] = []
        for text in texts:
            number = self.of.setdefault(text, self._next)
            self._next += number == self._next
            found.append(number)
        return np.array(found, np.int64)

    def keep(self, used: Array) -> None:
        """Forget those that no finding has."""
        left: set[int] = set(used.tolist())
        self.of = {text: number for text, number in self.of.items() if number in left}


class Merged(msgspec.Struct, frozen=True):
    """`source` says where each row comes from: first the rows of the one, then of the other."""

    stream: Stream
    source: Array


def merge(held: Stream, new: Stream, row_of: dict[str, int], most: int) -> Merged:
    """Both, in order; where an id is in both that of `new`, and if there are many more than `most`
    the latest. `row_of` has the beginning of each held finding by id, and is kept so. Domains of
    `new` are numbered as in `held`, its lineages go on."""
    many = len(held)
    source = np.insert(np.arange(many), _places(held, new), many + np.arange(len(new)))
    fresh: list[str] = list(new.ids)
    twice = [each for each in fresh if each in row_of]
    if twice:
        gone = np.zeros(many + len(new), bool)
        gone[[_row(held, each, row_of[each]) for each in twice]] = True
        source = source[~gone[source]]
    row_of.update(zip(fresh, new.t0.tolist(), strict=True))
    if len(source) > most + most // SLACK:
        dropped, source = source[:-most], source[-most:]
        for each in _texts(held, new)[dropped].tolist():
            del row_of[each]
    return Merged(_taken(held, new, source), source)


def latest(stream: Stream, most: int) -> Stream:
    """The latest findings of a stream, so many of them, with ids as an array."""
    none = Builder("").built()
    return _taken(stream, none, np.arange(max(0, len(stream) - most), len(stream)))


def renumbered(stream: Stream, domains: tuple[str, ...]) -> Stream:
    """The stream with its domains as they are numbered in `domains`."""
    if stream.domains == domains:
        return stream
    place = np.array([domains.index(each) for each in stream.domains] or [0], np.int16)
    masks = None
    if stream.about is not None:
        masks = np.full(len(stream), -1, np.int64)
        for row, each in enumerate(stream.ids):
            if each in stream.said:
                masks[row] = mask(stream.said[each], domains)
    return msgspec.structs.replace(
        stream, domains=domains, domain=place[stream.domain], about=masks
    )


def _row(held: Stream, id: str, t0: int) -> int:
    low, high = np.searchsorted(held.t0, [t0, t0 + 1])
    return int(low) + held.ids[low:high].tolist().index(id)  # pyright: ignore


def _places(held: Stream, new: Stream) -> Array:
    """Where each new row belongs among those that are held: by (t0, t1, id)."""
    low = np.searchsorted(held.t0, new.t0)
    high = np.searchsorted(held.t0, new.t0, "right")
    ids: Any = held.ids
    for n in np.flatnonzero(low < high).tolist():
        own = int(new.t1[n]), new.ids[n]
        low[n] = bisect.bisect_left(
            range(int(high[n])), own, int(low[n]), key=lambda row: (int(held.t1[row]), ids[row])
        )
    return low


def _taken(held: Stream, new: Stream, source: Array) -> Stream:
    kinds, kind = _names(held.kinds, new.kinds)
    tokens, token = _names(held.tokens, new.tokens)
    one = msgspec.structs.replace(new, kind=kind[new.kind] if len(new) else new.kind)
    columns = {
        each: np.concatenate([getattr(held, each), getattr(one, each)])[source] for each in COLUMNS
    }
    for name in ("asset", "target"):
        at = f"{name}_at"
        many = np.concatenate([np.diff(getattr(held, at)), np.diff(getattr(new, at))])
        flat = np.concatenate([getattr(held, name), token[getattr(new, name)]]).astype(np.int32)
        columns[at], columns[name] = reordered(many, flat, source)
    ids = _texts(held, new)[source]
    about = None
    if held.about is not None or new.about is not None:
        about = np.concatenate([_about(held), _about(new)])[source]
    said = held.said | new.said
    return msgspec.structs.replace(
        held, ids=ids, kinds=kinds, tokens=tokens, about=about, said=said, **columns,
        rejected=new.rejected, bad=new.bad,
    )  # fmt: skip


def _texts(*streams: Stream) -> Array:
    parts: list[Array] = []
    for each in streams:
        own = each.ids
        parts.append(own if isinstance(own, np.ndarray) else np.array(list(own), object))
    return np.concatenate(parts)


def _about(stream: Stream) -> Array:
    return np.full(len(stream), -1, np.int64) if stream.about is None else stream.about


def _names(held: tuple[str, ...], new: tuple[str, ...]) -> tuple[tuple[str, ...], Array]:
    """All names, those of `held` where they were, and where each of `new` is among them."""
    number = {name: n for n, name in enumerate(held)}
    place = [number.setdefault(each, len(number)) for each in new]
    return (held if len(number) == len(held) else tuple(number)), np.array(place or [0], np.int32)

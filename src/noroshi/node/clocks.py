"""Clocks of sources, as far as their desks can compare them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from noroshi.desks.registry import desks
from noroshi.words.desk import Desk, Source


def clocks_of(
    found: Iterable[tuple[Desk, Source]], parameters: Callable[[Desk], Any]
) -> dict[int, Source]:
    """By `id` of each source of a desk that looks at clocks: the source with what is known of those
    in it, all of one desk compared with one another."""
    given: dict[str, list[Source]] = {}
    for desk, source in found:
        given.setdefault(desk.name, []).append(source)
    timed: dict[int, Source] = {}
    for name, sources in given.items():
        desk: Any = desks()[name]
        if not hasattr(desk, "clocks"):
            continue
        with contextlib.suppress(OSError):  # reading it will say why
            told = desk.clocks(sources, parameters(desk))
            for source, clocks in zip(sources, told, strict=True):
                timed[id(source)] = msgspec.structs.replace(source, clocks=clocks)
    return timed

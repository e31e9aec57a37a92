"""A process made ready for its work: Struct classes before threads share them, and the collector.

msgspec 0.22 finds out how a class is decoded when that is first asked for, and while it does,
another thread that decodes the same class meets half of what it found: the process dies with a
segmentation fault. So whoever starts threads has every class looked at before, in one.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Final

import msgspec

CIRCLES: Final = (20_000, 20, 20)
"""So many new containers, and passes, before circles of them are looked for."""

_one_at_a_time = threading.Lock()


def prepare() -> int:
    """Have msgspec look at every Struct class that is loaded; at how many it did. One that cannot
    be decoded is left out. Call before the first thread starts."""
    done = 0
    with _one_at_a_time:
        for each in {*_below(msgspec.Struct)}:
            try:
                msgspec.json.Decoder(each)
            except (TypeError, NameError, AttributeError):
                continue  # never decoded: with types that are there for the checker only
            done += 1
    return done


def seldom_collect() -> None:
    """Look for circles of objects less often. Ours have none, and of a page of a thousand objects
    ten thousand values are looked through again and again: a tenth of the time it takes."""
    gc.set_threshold(*CIRCLES)


def _below(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)

"""Struct classes made ready before threads share them.

msgspec 0.22 finds out how a class is decoded when that is first asked for, and while it does,
another thread that decodes the same class meets half of what it found: the process dies with a
segmentation fault. So whoever starts threads has every class looked at before, in one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec

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


def _below(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)

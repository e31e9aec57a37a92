"""Alone: one reader of sources at a time in a node.

A desk's state is read at the start of an ingest and written at its end; two at once would each
end with its own half, and retract what the other found. The lock is the system's: it goes with the
process, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Generator
from pathlib import Path

FILE = "ingest.lock"


@contextlib.contextmanager
def alone(data: Path, waiting: Callable[[], object], file: str = FILE) -> Generator[None]:
    """Hold the lock `file` of the data folder; `waiting` is called once where another holds it."""
    with (data / file).open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(held, fcntl.LOCK_EX)
        yield

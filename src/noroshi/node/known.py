"""What a desk may know of its node's records and files, as `words.desk.Known`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from noroshi.feeds.files import open_path
from noroshi.node.node import Node
from noroshi.words.desk import Desk, Named
from noroshi.words.errors import BadInput
from noroshi.words.record import Record

BATCH = 1_000
CACHE = "cache"
"""In the data folder: what desks can make again."""


def knows(desk: Desk) -> tuple[str, ...]:
    """The kinds of records that the findings of a desk rest on."""
    return tuple(getattr(desk, "knows", ()))


class KnownHere:
    """The records and files of one node, to read."""

    def __init__(self, node: Node, desk: str) -> None:
        self._node, self._desk = node, desk

    @property
    def folder(self) -> Path:
        """Where the desk may keep what it can make again."""
        return self._node.settings.data / CACHE / self._desk

    def digest(self, kinds: Sequence[str]) -> str:
        """Another text whenever other records of these kinds live."""
        return self._node.store.digest(kinds)

    def records(self, kinds: Sequence[str], after: int = 0) -> Iterator[tuple[int, Record]]:
        """Those that live, kind by kind, in the order they came."""
        for kind in kinds:
            last = after
            while rows := self._node.store.of_kind(kind, last, limit=BATCH):
                yield from rows
                last = rows[-1][0]

    def record(self, id: str) -> Record | None:
        """The latest version of a record that lives."""
        found = self._node.store.record(id)
        return found if found is not None and found.status == "live" else None

    def files(self, patterns: Sequence[str]) -> Sequence[Named]:
        """The files that the patterns name, in the order of their paths."""
        return [each for pattern in patterns for each in self._matching(pattern)]

    def _matching(self, pattern: str) -> Iterator[Named]:
        root = self._node.settings.folder
        paths = sorted(root.glob(pattern)) if not Path(pattern).is_absolute() else [Path(pattern)]
        if not paths:
            raise BadInput(f"[desk.{self._desk}]", "no such file", found=pattern)
        for path in paths:
            for opened in open_path(path):
                if isinstance(opened, BadInput):
                    raise opened
                if opened.cut:
                    raise BadInput(opened.name, opened.cut)
                yield Named(opened.name, opened.sha256, opened.open)

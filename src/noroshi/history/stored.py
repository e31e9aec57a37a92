"""What the history holds, counted from the ends of its files: nothing else of them is read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from noroshi.history import arrow
from noroshi.history.partition import parts, statics, told
from noroshi.words.errors import BadInput
from noroshi.words.time import DAY, format_instant


class Day(msgspec.Struct):
    """A day: its positions, files and bytes, and how many cells they lie in."""

    day: str
    positions: int = 0
    files: int = 0
    bytes: int = 0
    cells: int = 0


class Stored(msgspec.Struct):
    """All that is there. `damaged` are files that cannot be read, each with what is wrong."""

    folder: str
    positions: int = 0
    statics: int = 0
    bytes: int = 0
    static_bytes: int = 0
    files: int = 0
    sources: int = 0
    since: str | None = None
    until: str | None = None
    days: list[Day] = []
    damaged: list[str] = []

    @property
    def per_position(self) -> float | None:
        """Bytes on the disc for a position; None where there is none."""
        return self.bytes / self.positions if self.positions else None


def stored(folder: Path) -> Stored:
    """Count what lies in `folder`; a folder that is not there holds nothing."""
    found = Stored(str(folder))
    sources: set[str] = set()
    first: list[int] = []
    last: list[int] = []
    by_day: dict[int, Day] = {}
    cells: dict[int, set[str]] = {}
    for part in parts(folder):
        end = _opened(part.path, found, sources)
        if end is None:
            continue
        day = by_day.setdefault(part.day, Day(format_instant(part.day * DAY)[:10]))
        cells.setdefault(part.day, set()).add(part.cell)
        day.positions += end.rows
        day.files += 1
        day.bytes += end.bytes
        first += [int(each.least["t"]) for each in end.groups if "t" in each.least]
        last += [int(each.most["t"]) for each in end.groups if "t" in each.most]
    for path in statics(folder):
        end = _opened(path, found, sources)
        if end is not None:
            found.statics += end.rows
            found.static_bytes += end.bytes
            found.files += 1
    for number, day in by_day.items():
        day.cells = len(cells[number])
    found.days = [day for _, day in sorted(by_day.items())]
    found.positions = sum(day.positions for day in found.days)
    found.bytes = sum(day.bytes for day in found.days)
    found.files += sum(day.files for day in found.days)
    found.sources = len(sources)
    if first:
        found.since, found.until = format_instant(min(first)), format_instant(max(last))
    return found


def _opened(path: Path, found: Stored, sources: set[str]) -> arrow.Opened | None:
    try:
        end = arrow.opened(path, ("t",))
        sources.add(told(end.meta, path).sha256)
        return end
    except BadInput as problem:
        found.damaged.append(problem.text())
        return None

"""Ending: what is kept of a source is deleted when a strand of its label expires.

The name of a source's files is its key, so of each source only one file, or the note that it was
read to its end, is looked at, once. Files go first and the note last: killed in between, the rest
goes next time. What a replay had begun goes too, as it holds the same positions.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from noroshi.history import arrow
from noroshi.history.partition import Kept, expires, parts, statics, told
from noroshi.words.errors import BadInput
from noroshi.words.time import FOREVER


class Ending:
    """What of the history in `folder` ends when."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ends: dict[str, int] = {}

    def erase(self, now: int) -> int:
        """Delete what is kept of sources that ended by `now` (µs UTC); how many sources."""
        marks = {path.stem: path for path in sorted((self.folder / "sources").glob("*.json"))}
        files: dict[str, list[Path]] = {}
        if not {*marks} <= {*self._ends} or any(end <= now for end in self._ends.values()):
            for path in (*(each.path for each in parts(self.folder)), *statics(self.folder)):
                files.setdefault(path.name.partition("-")[0], []).append(path)
        for key in {*marks, *files} - {*self._ends}:
            self._ends[key] = _end(marks.get(key), files.get(key, []))
        ended = [key for key, end in self._ends.items() if end <= now]
        for key in ended:
            for path in files.get(key, []):
                path.unlink(missing_ok=True)
            if key in marks:
                marks[key].unlink(missing_ok=True)
            del self._ends[key]
        if ended:
            shutil.rmtree(self.folder / "replay", ignore_errors=True)
        return len(ended)


def _end(mark: Path | None, files: list[Path]) -> int:
    """When a source ends: by its note, else by one of its files; never where neither says."""
    try:
        if mark is not None:
            said = msgspec.json.decode(mark.read_bytes(), type=Kept).expires
            if said is not None:
                return said
        for path in files:
            return expires(told(arrow.opened(path).meta, path).label)
    except (OSError, msgspec.MsgspecError, BadInput):
        pass
    return FOREVER

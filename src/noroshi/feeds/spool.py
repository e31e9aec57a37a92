"""The spool: live bytes on the disc before anything is made of them, in segments that are sources.

A segment is a log like any other: its name, hash and bytes are what evidence leads to. Lines that
do not say their time are given it as they come, by a tag block (`c:`, IEC 61162-450) on a line
before them; they themselves are left as they are. Segments are cut between messages. What a killed
process left open is closed by the next one; of a file that is followed it is thrown away and read
again.
"""

from __future__ import annotations

import fcntl
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import msgspec

from noroshi.words.errors import BadInput
from noroshi.words.time import SECOND, to_datetime

if TYPE_CHECKING:
    from noroshi.feeds.live import Offset

LONGEST: Final = 1 << 14
"""Bytes without an end of line after which a line is cut there."""

SEGMENT: Final = 64 << 20
"""Bytes after which a segment is closed, whatever is asked."""

_TIMED = re.compile(rb"^\\[^\\]*c:\d|\*[0-9A-Fa-f]{2},(?:.*,)?\d{10,13}\s*$")
"""A tag block with a time, or an epoch after the checksum."""

_PART = re.compile(rb"^(?:\\[^\\]*\\)?[!$][A-Z]{2}VD[MO],(\d),(\d),")


class Counts(msgspec.Struct):
    """What came: connections, bytes, lines, those given their time here, those cut as too long, and
    datagrams that this machine dropped before they could be read."""

    connects: int = 0
    bytes: int = 0
    lines: int = 0
    stamped: int = 0
    cut: int = 0
    lost: int = 0


class Spool:
    """The segments of one feed, in `folder`. Safe between the thread that reads and another that
    closes segments."""

    def __init__(self, folder: Path, clock: Callable[[], int], *, again: bool = False) -> None:
        from noroshi.feeds.live import Offset

        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise BadInput(folder.name, "another process listens to this feed") from None
        self.counts = Counts()
        self._folder, self._clock, self._kind = folder, clock, Offset
        self._changed = threading.Condition()
        self._file: IO[bytes] | None = None
        self._path = folder
        self._rest = b""
        self._within = False
        self._written = 0
        self.offset: Offset | None = self._known()
        self._pending = self.offset
        for left in folder.glob("*.open"):
            left.unlink() if again else left.rename(left.with_suffix(".nmea"))
        self._number = max([_number(self.read), *(_number(each.name) for each in self._whole())])

    def take(self, data: bytes, offset: Offset | None = None) -> None:
        """Bytes as they come, and how far the file that they are of is then read."""
        with self._changed:
            self.counts.bytes += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._line(line + b"\n")
            if len(self._rest) > LONGEST:
                self.counts.cut += 1
                self._line(self._rest + b"\n")
                self._rest = b""
            if self._file is not None:
                self._file.flush()
            if offset is not None:
                self._pending = self._kind(offset.inode, offset.at - len(self._rest))
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing follows what has come: a line without its end is a line."""
        with self._changed:
            if self._rest:
                self._line(self._rest + b"\n")
            self._rest, self._within = b"", False
            if self._file is not None:
                self._file.flush()
            self._changed.notify_all()

    def close(self, *, final: bool = False) -> list[Path]:
        """The segments that are whole and not marked, oldest first. The one in writing is closed,
        unless it ends within a message; `final`: even then."""
        with self._changed:
            if self._file is not None and (final or not self._within):
                self._cut()
            return [each for each in self._whole() if _number(each.name) > _number(self.read)]

    @property
    def read(self) -> str:
        """The name of the last segment that was taken on; "" where none was."""
        try:
            return (self._folder / "read.txt").read_text("utf-8")
        except FileNotFoundError:
            return ""

    def mark(self, path: Path) -> None:
        """Segments up to `path` were taken on. They may be deleted, at the price of the evidence
        that they are."""
        beside = self._folder / "read.part"
        beside.write_text(path.name, "utf-8")
        beside.replace(self._folder / "read.txt")

    def _whole(self) -> list[Path]:
        return sorted(self._folder.glob("*.nmea"))

    def release(self) -> None:
        """Let another process have the folder, and the segment that is open."""
        with self._changed:
            if self._file is not None:
                self._file.close()
            self._file = None
            self._lock.close()

    def wait(self, lines: int) -> None:
        """Until so many lines have come."""
        with self._changed:
            self._changed.wait_for(lambda: self.counts.lines >= lines)

    def _line(self, line: bytes) -> None:
        if not line.strip():
            return
        self.counts.lines += 1
        part = _PART.match(line)
        if self._file is None:
            self._begin()
        if self._file is None:
            raise AssertionError("a segment that was not begun")
        if not self._within and part and not _TIMED.search(line):
            self._file.write(_stamp(self._clock() // SECOND))
            self.counts.stamped += 1
        self._file.write(line)
        self._written += len(line)
        self._within = part is not None and part[2] < part[1]
        if self._written > SEGMENT and not self._within:
            self._cut()

    def _begin(self) -> None:
        self._number += 1
        name = f"{self._number:08d}-{to_datetime(self._clock()):%Y-%m-%dT%H-%M-%SZ}.open"
        self._path = self._folder / name
        self._file = self._path.open("xb")
        self._written = 0

    def _cut(self) -> None:
        if self._file is None:
            return
        self._file.close()
        self._file = None
        self._path.rename(self._path.with_suffix(".nmea"))
        if self._pending is not None and self._pending != self.offset:
            self.offset = self._pending
            beside = self._folder / "offset.part"
            beside.write_bytes(msgspec.json.encode(self.offset))
            beside.replace(self._folder / "offset.json")

    def _known(self) -> Offset | None:
        try:
            return msgspec.json.decode((self._folder / "offset.json").read_bytes(), type=self._kind)
        except (OSError, msgspec.MsgspecError):
            return None


def _number(name: str) -> int:
    """Of a segment, by its name; segments are counted from 1."""
    digits = name.partition("-")[0]
    return int(digits) if digits.isdigit() else 0


def _stamp(second: int) -> bytes:
    """A tag block with the time, on a line of its own."""
    text = f"c:{second}".encode()
    check = 0
    for each in text:
        check ^= each
    return b"\\%s*%02X\\\n" % (text, check)

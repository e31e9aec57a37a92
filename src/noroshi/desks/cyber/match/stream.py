"""A log as blocks of whole lines, in bounded memory, with an account of what was left out.

UTF-16 with a byte order mark is searched as UTF-8. Places and lengths are those of the log itself:
every unit of it, a lone surrogate too, has one form in UTF-8 and leads back.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from typing import IO, Final

from noroshi.desks.cyber.match.entry import Tally

BLOCK: Final = 1 << 20
LONGEST_LINE: Final = 1 << 20
"""Bytes read at a time, and of a line that is still looked at."""

_MARKS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF_32: Final = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")


def encoding_of(head: bytes) -> str:
    """The encoding of a log that begins with `head`, by its byte order mark: `utf-16-le`,
    `utf-16-be`, or nothing for any other."""
    return "" if head[:4] in _UTF_32 else _MARKS.get(head[:2], "")


def plain(raw: bytes, encoding: str) -> bytes:
    """A part of a log in `encoding` as UTF-8; what its last unit lacks is left out."""
    if not encoding:
        return raw
    text = codecs.getincrementaldecoder(encoding)("surrogatepass").decode(raw)
    return text.encode("utf-8", "surrogatepass")


def original(text: bytes, encoding: str) -> bytes:
    """What `plain` made `text` of."""
    return (
        text.decode("utf-8", "surrogatepass").encode(encoding, "surrogatepass")
        if encoding
        else text
    )


def headed(head: bytes) -> bytes:
    """The beginning of a log as UTF-8, without a mark of UTF-16."""
    encoding = encoding_of(head)
    return plain(head[2:], encoding) if encoding else head


class Places:
    """Where parts of a block stand in the log itself, asked for in rising order."""

    def __init__(self, start: int, block: bytes, encoding: str) -> None:
        self._start, self._block, self._encoding, self._at = start, block, encoding, 0

    def of(self, at: int) -> int:
        """The place of the byte `at` of the block."""
        self._start += len(original(self._block[self._at : at], self._encoding))
        self._at = at
        return self._start

    def raw(self, text: bytes) -> bytes:
        """A part of the block as it stands in the log."""
        return original(text, self._encoding)


def blocks(stream: IO[bytes], tally: Tally) -> Iterator[tuple[int, bytes]]:
    """(place in the log, whole lines), each line ended by a newline but for the last one. A line of
    more than `LONGEST_LINE` bytes is left out and told; so is a log in UTF-32, as a whole, and what
    cannot be read or unpacked, from where it begins. `tally` says in which encoding the log is."""
    log = _Log(stream, tally)
    at, rest = log.begin(), b""
    while chunk := log.read():
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        if end:
            yield at, data[:end]
            at += log.size(data[:end])
        rest = data[end:]
        if len(rest) > LONGEST_LINE:
            length, rest = _passed_over(log, rest)
            tally.skip(at, length, f"a line of more than {LONGEST_LINE} bytes")
            tally.lines += 1
            at += length
    if rest:
        yield at, rest


def _passed_over(log: _Log, line: bytes) -> tuple[int, bytes]:
    """The length of a line whose end has not been read yet, and what was read after it."""
    length = log.size(line)
    while chunk := log.read():
        end = chunk.find(b"\n") + 1
        if end:
            return length + log.size(chunk[:end]), chunk[end:]
        length += log.size(chunk)
    return length, b""


class _Log:
    """A log as it is read, in UTF-8."""

    def __init__(self, stream: IO[bytes], tally: Tally) -> None:
        self._stream, self._tally, self._to = stream, tally, 0
        self._waiting = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def begin(self) -> int:
        """Where the text begins, after a mark of UTF-16."""
        head = self._bytes()
        while 0 < len(head) < 4 and (more := self._bytes()):
            head += more
        self._waiting = head
        if head[:4] in _UTF_32:
            size = len(head) + sum(len(each) for each in iter(self._bytes, b""))
            self._waiting = b""
            self._tally.skip(0, size, "in UTF-32, which is not searched: convert it to UTF-8")
        encoding = self._tally.encoding = encoding_of(head)
        if not encoding:
            return 0
        self._waiting = head[2:]
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        return 2

    def read(self) -> bytes:
        """What comes next; nothing at the end."""
        while True:
            chunk, self._waiting = self._waiting or self._bytes(), b""
            if self._decoder is None or not chunk:
                break
            if text := self._decoder.decode(chunk):
                return text.encode("utf-8", "surrogatepass")
        if self._decoder is not None and (left := len(self._decoder.getstate()[0])):
            self._decoder.reset()
            self._tally.skip(self._to - left, left, "it ends within a character")
        return chunk

    def size(self, text: bytes) -> int:
        """How long a part is in the log itself."""
        return len(original(text, self._tally.encoding))

    def _bytes(self) -> bytes:
        try:
            chunk = self._stream.read(BLOCK)
        except (OSError, EOFError, zlib.error) as problem:
            self._tally.skip(self._to, 0, f"the rest cannot be read: {problem}")
            return b""
        self._to += len(chunk)
        return chunk

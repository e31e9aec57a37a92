"""A log as blocks of whole lines, in bounded memory, with an account of what was left out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO, Final, cast

from noroshi.desks.cyber.match.entry import Tally

BLOCK: Final = 1 << 20
LONGEST_LINE: Final = 1 << 20
"""Bytes read at a time, and of a line that is still looked at."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def blocks(stream: IO[bytes], tally: Tally) -> Iterator[tuple[int, bytes]]:
    """(place in the stream, whole lines), each line ended by a newline but for the last one of the
    stream. A line of more than `LONGEST_LINE` bytes is left out and told; so is a stream in UTF-16,
    as a whole, and what cannot be read or unpacked, from where it begins."""
    at = 0
    rest = b""
    while chunk := _read(stream, tally, at + len(rest)):
        if at == 0 and not rest and chunk[:2] in _UTF_16:
            size = len(chunk) + sum(len(each) for each in iter(lambda: stream.read(BLOCK), b""))
            tally.skip(0, size, "in UTF-16, which is not searched: convert it to UTF-8")
            return
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        if end:
            yield at, data[:end]
            at += end
        rest = data[end:]
        if len(rest) > LONGEST_LINE:
            length, rest = _passed_over(stream, tally, at, len(rest))
            tally.skip(at, length, f"a line of more than {LONGEST_LINE} bytes")
            tally.lines += 1
            at += length
    if rest:
        yield at, rest


def _passed_over(stream: IO[bytes], tally: Tally, at: int, length: int) -> tuple[int, bytes]:
    """The length of a line whose end has not been read yet, and what was read after it."""
    while chunk := _read(stream, tally, at + length):
        end = chunk.find(b"\n") + 1
        if end:
            return length + end, chunk[end:]
        length += len(chunk)
    return length, b""


def _read(stream: IO[bytes], tally: Tally, at: int) -> bytes:
    try:
        return stream.read(BLOCK)
    except (OSError, EOFError, zlib.error) as problem:
        tally.skip(at, 0, f"the rest cannot be read: {problem}")
        return b""


def unpacked(stream: IO[bytes]) -> IO[bytes]:
    """A stream unpacked as its first bytes say: gzip (of several members too), or not at
    all. Of one that is cut short everything before the cut can be read; reading on raises
    `OSError`, which `blocks` tells."""
    head = stream.read(4)
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", _Gzip(stream, head))
    return cast("IO[bytes]", _Plain(stream, head))


class _Plain:
    """A stream whose first bytes were read already."""

    def __init__(self, stream: IO[bytes], head: bytes) -> None:
        self._stream, self._head = stream, head

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._stream.read(size)


class _Gzip(_Plain):
    """gzip (RFC 1952). `gzip.open` gives nothing of a block in which a stream ends too soon."""

    def __init__(self, stream: IO[bytes], head: bytes) -> None:
        super().__init__(stream, head)
        self._unpacker, self._waiting = zlib.decompressobj(31), b""
        self._whole = False

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end. Raises `OSError` where it is cut short."""
        while True:
            data = self._waiting or super().read(BLOCK)
            if self._unpacker.eof:
                data = data.lstrip(b"\0")
                if data and not data.startswith(b"\x1f"):
                    raise OSError("what follows the gzip data is something else")
                if data:
                    self._unpacker = zlib.decompressobj(31)
            if not data:
                if self._unpacker.eof:
                    return b""
                if self._whole:
                    raise OSError("gzip data end too soon")
                self._whole = True
                if last := self._unpacker.flush():
                    return last
                continue
            found = self._unpacker.decompress(data, size)
            self._waiting = self._unpacker.unconsumed_tail or self._unpacker.unused_data
            if found:
                return found

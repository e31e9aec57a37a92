"""Files as sources: uncompressed, hashed, opened as often as a desk asks.

Compression is told by content, never by name. The hash is of the uncompressed bytes, so the same
data is the same source however it was packed.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final, cast

import msgspec

from noroshi.words.errors import BadInput

HEAD_BYTES: Final = 64 * 1024
CHUNK: Final = 1 << 20
_BEHIND: Final = "Not a gzipped file"
"""What `gzip` says of bytes that begin as no member of a file does."""
MAX_BYTES: Final = 64 << 30
"""A source that unpacks to more than 64 GiB is refused: a compression bomb, or a mistake."""


class Opened(msgspec.Struct, frozen=True):
    """One readable part of a path: its name, its first bytes, its hash and how to open it. What
    cannot be unpacked to its end is what can be, and `cut` says where and why it ends."""

    name: str
    head: bytes
    sha256: str
    size: int
    open: Callable[[], IO[bytes]]
    cut: str | None = None


def walk(paths: list[Path]) -> Iterator[Path]:
    """The files that `paths` name: folders in name order, hidden files left out, and no folder
    inside itself by way of a link."""
    for path in paths:
        yield from _walk(path, frozenset())


def _walk(path: Path, above: frozenset[Path]) -> Iterator[Path]:
    try:
        inner = sorted(path.iterdir()) if path.is_dir() else None
        here = path.resolve()
    except OSError:
        inner, here = None, path  # opening it will say why
    if inner is None:
        yield path
    elif here not in above:
        for each in inner:
            if not each.name.startswith("."):
                yield from _walk(each, above | {here})


def open_path(path: Path, max_bytes: int = MAX_BYTES) -> Iterator[Opened | BadInput]:
    """The sources in the file at `path`: one, or one for each member of a zip archive, where a
    member that cannot be unpacked is its error.

    Raises `BadInput` naming the path when it cannot be read or unpacked.
    """
    name = shown(path.name)
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise BadInput(shown(path), "not a file", expected="a file or a folder")
        with path.open("rb") as file:
            magic = file.read(4)
        if magic.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                members = [info.filename for info in archive.infolist() if not info.is_dir()]
            for member in members:
                yield _member(path, f"{name}!{shown(member)}", member, max_bytes)
        elif magic.startswith(b"\x1f\x8b"):
            yield _unpacked(name, _gzip_opener(path), max_bytes)
        else:
            yield _opened(name, lambda: path.open("rb"), max_bytes)
    except _UNREADABLE as problem:
        raise _unreadable(shown(path), problem) from problem


_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)


def _member(path: Path, name: str, member: str, max_bytes: int) -> Opened | BadInput:
    try:
        return _opened(name, _zip_opener(path, member), max_bytes)
    except BadInput as problem:
        return problem
    except (*_UNREADABLE, RuntimeError) as problem:  # also: encrypted, or packed in another way
        return _unreadable(name, problem)


def _unreadable(where: str, problem: Exception) -> BadInput:
    text = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return BadInput(where, "cannot be read", found=f"{type(problem).__name__}: {text}")


def shown(name: str | Path) -> str:
    """A file's name as text that every terminal and encoder takes: what is no character, or acts
    on a terminal, is replaced."""
    text = str(name).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _gzip_opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: cast("IO[bytes]", gzip.open(path, "rb"))


def _zip_opener(path: Path, member: str) -> Callable[[], IO[bytes]]:
    # The archive's own handle lives as long as the member that is read from it.
    return lambda: zipfile.ZipFile(path).open(member)


def _unpacked(name: str, opener: Callable[[], IO[bytes]], max_bytes: int) -> Opened:
    """As `_opened`; of a file that breaks off, what comes before that."""
    try:
        return _opened(name, opener, max_bytes)
    except (EOFError, gzip.BadGzipFile) as problem:
        if isinstance(problem, gzip.BadGzipFile) and not str(problem).startswith(_BEHIND):
            raise  # damaged: what came before is not known to be right
        reason = str(problem)
        size = _readable(opener)
        if not size:
            raise
    found = _opened(name, lambda: _Cut.opened(opener, size), max_bytes)
    return msgspec.structs.replace(found, cut=f"cut off after {size} bytes: {reason}")


def _readable(opener: Callable[[], IO[bytes]]) -> int:
    """How many bytes of whole lines come before what cannot be unpacked: half a line may be another
    value."""
    size = whole = 0
    try:
        with cast("io.BufferedReader", opener()) as stream:
            while part := stream.read1(CHUNK):
                end = part.rfind(b"\n") + 1
                whole = size + end if end else whole
                size += len(part)
    except (EOFError, gzip.BadGzipFile):
        return whole
    return whole


class _Cut(io.RawIOBase):
    """The first `left` bytes of a stream, which can be read so far."""

    def __init__(self, stream: io.BufferedReader, left: int) -> None:
        self._stream, self._left = stream, left

    @classmethod
    def opened(cls, opener: Callable[[], IO[bytes]], left: int) -> IO[bytes]:
        return io.BufferedReader(cls(cast("io.BufferedReader", opener()), left))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._stream.read1(min(len(buffer), self._left)) if self._left else b""
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _opened(name: str, opener: Callable[[], IO[bytes]], max_bytes: int) -> Opened:
    digest, size, head = hashlib.sha256(), 0, b""
    with opener() as stream:
        while chunk := stream.read(CHUNK):
            if not head:
                head = chunk[:HEAD_BYTES]
            size += len(chunk)
            if size > max_bytes:
                raise BadInput(
                    name, "unpacks to more than is accepted", expected=f"≤ {max_bytes} B"
                )
            digest.update(chunk)
    return Opened(name, head, digest.hexdigest(), size, opener)

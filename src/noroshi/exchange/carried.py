"""Carried files: what a partner would have fetched, as one file for an air gap or a diode.

A file is compressed (gzip) and made of frames, each a line `NAME LENGTH` and so many bytes: a
`head`, any number of `page`s, which are envelopes as TAXII carries them, with terms and signatures,
and the `seal`, which signs the hash of all before it. Files to one party are numbered and each
names the one before, so that a lost or a reordered one is noticed. Frames and not lines, because an
object stays the bytes that it is, line breaks included.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Final, TypeVar

import msgspec

from noroshi.exchange.sign import Keys, fingerprint, verify
from noroshi.words.errors import BadInput
from noroshi.words.ids import canonical

MAGIC: Final = b"noroshi carried 1\n"
LONGEST: Final = 64 * 1024 * 1024
"""The longest frame, in bytes: as a page that is fetched."""
_LONGEST_LINE: Final = 32

Trusted = Callable[["Head", str], bytes | None]
"""The key of this fingerprint (32 bytes), if it may seal a file with this head; else None."""


class Head(msgspec.Struct, frozen=True):
    """Who wrote the file, for whom, when (µs UTC), and where it stands: its number from 1 on, the
    hash of the file before (None: the first), and the number in the party's journal after which it
    goes on. From 0 on it is whole, and needs no file before it. `keys` are what the
    sender said of its keys."""

    sender: str
    to: str
    at: int
    number: int
    before: str | None
    after: int
    keys: tuple[msgspec.Raw, ...] = ()


class Seal(msgspec.Struct, frozen=True):
    """What closes a file: how much stands in it, the hash of all frames before, and the signature
    with the key of fingerprint `key`."""

    pages: int
    objects: int
    sha256: str
    key: str
    signature: bytes = b""


class Checked(msgspec.Struct, frozen=True):
    """A file that is whole and as its sender sealed it."""

    head: Head
    seal: Seal


def unsigned(seal: Seal) -> bytes:
    """The bytes that are signed."""
    return b"noroshi carried\x00" + canonical(msgspec.structs.replace(seal, signature=b""))


class Writer:
    """Writes one file, frame after frame, and seals it."""

    def __init__(self, file: IO[bytes], head: Head) -> None:
        self._out = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
        self._sum = hashlib.sha256()
        self._pages = self._objects = 0
        self._put(MAGIC)
        self._frame(b"head", msgspec.json.encode(head))

    def page(self, body: bytes, objects: int) -> None:
        """Add an envelope with so many objects."""
        self._frame(b"page", body)
        self._pages += 1
        self._objects += objects

    def seal(self, keys: Keys) -> Seal:
        """Close the file; what it was sealed with."""
        held = Seal(self._pages, self._objects, self._sum.hexdigest(), keys.fingerprint)
        sealed = msgspec.structs.replace(held, signature=keys.sign(unsigned(held)))
        self._frame(b"seal", msgspec.json.encode(sealed))
        self._out.close()
        return sealed

    def _frame(self, name: bytes, body: bytes) -> None:
        self._put(b"%b %d\n%b\n" % (name, len(body), body))

    def _put(self, data: bytes) -> None:
        self._sum.update(data)
        self._out.write(data)


def check(file: IO[bytes], where: str, trusted: Trusted) -> Checked:
    """Read all of the file and believe nothing before its seal. Raises `BadInput` naming what is
    wrong: no such file, cut off, damaged, or not sealed by a key of its sender that counts."""
    reader = _Reader(file, where)
    head = reader.head()
    pages = 0
    while True:
        before = reader.sum.hexdigest()
        name, body = reader.frame()
        if name == b"seal":
            seal = reader.decoded(body, Seal)
            break
        if name != b"page":
            raise BadInput(where, "not a frame", found=repr(name), expected="page or seal")
        pages += 1
    reader.end()
    key = trusted(head, seal.key)
    if key is None:
        raise BadInput(
            where,
            f"sealed with a key that does not count as one of {head.sender}",
            found=seal.key,
            hint="compare fingerprints with its people: noroshi peer list",
        )
    changed = seal.sha256 != before or seal.pages != pages or fingerprint(key) != seal.key
    if changed or not verify(seal.signature, unsigned(seal), key):
        raise BadInput(where, f"was changed after {head.sender} sealed it; ask for it again")
    return Checked(head, seal)


def pages(file: IO[bytes], where: str) -> Iterator[bytes]:
    """The envelopes of a checked file, in order."""
    reader = _Reader(file, where)
    reader.head()
    while True:
        name, body = reader.frame()
        if name != b"page":
            return
        yield body


T = TypeVar("T", bound=msgspec.Struct)


class _Reader:
    """Reads frames and sums up their bytes; everything that can be wrong with a file is said."""

    def __init__(self, file: IO[bytes], where: str) -> None:
        file.seek(0)
        self._in, self._where = gzip.GzipFile(fileobj=file, mode="rb"), where
        self.sum = hashlib.sha256()

    def head(self) -> Head:
        try:
            magic = self._in.read(len(MAGIC))
        except (OSError, zlib.error, EOFError):
            magic = b""
        if magic != MAGIC:
            raise BadInput(self._where, "no file of `noroshi export` of a version known here")
        self.sum.update(magic)
        name, body = self.frame()
        if name != b"head":
            raise BadInput(self._where, "not a frame", found=repr(name), expected="head")
        return self.decoded(body, Head)

    def frame(self) -> tuple[bytes, bytes]:
        line = self._read(lambda: self._in.readline(_LONGEST_LINE))
        name, _, count = line.removesuffix(b"\n").partition(b" ")
        if not line.endswith(b"\n"):
            raise self._cut()
        if not count.isdigit() or int(count) > LONGEST:
            raise BadInput(self._where, "damaged", found=repr(line), expected="NAME LENGTH")
        size = int(count) + 1
        body = self._read(lambda: self._in.read(size))
        if len(body) < size:
            raise self._cut()
        self.sum.update(line)
        self.sum.update(body)
        return name, body[:-1]

    def end(self) -> None:
        """Nothing may follow, and the checksum of the compression must hold."""
        if self._read(lambda: self._in.read(1)):
            raise BadInput(self._where, "damaged: something follows the seal")

    def decoded(self, body: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
            raise BadInput(self._where, f"damaged: {problem}") from problem

    def _read(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except EOFError as problem:
            raise self._cut() from problem
        except (OSError, zlib.error) as problem:
            raise BadInput(self._where, f"damaged: {problem}") from problem

    def _cut(self) -> BadInput:
        return BadInput(self._where, "cut off before its seal; copy it again")

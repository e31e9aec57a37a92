"""A file of findings of any maker, plain or gzipped, as a stream for the picture."""

from __future__ import annotations

import os
import select
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

import msgspec

from noroshi.feeds.files import open_path
from noroshi.feeds.live import Stop
from noroshi.picture.bulk import BLOCK, Batch, read_block
from noroshi.picture.stream import Stream, read_blocks
from noroshi.words.asset import AssetGraph
from noroshi.words.errors import BadInput

STANDARD: Final = "-"
PACKED: Final = (b"\x1f\x8b", b"PK\x03\x04")
THREADS: Final = 2
AT_ONCE: Final = 1 << 26
"""Bytes of a growing file that are looked at together."""
WAIT_S: Final = 0.2
LONGEST: Final = 1 << 20
"""A longer line is no finding, where a block does not hold it."""


def read_file(path: Path, graph: AssetGraph | None = None) -> Stream:
    """The findings in `path` (`-`: standard input), and what their texts name of `graph`. Raises
    `BadInput` where it is not one file or nothing in it reads."""
    if str(path) == STANDARD:
        found = read_blocks(blocks(sys.stdin.buffer), "standard input", graph, in_threads)
    else:
        opened = list(open_path(path))
        if len(opened) != 1 or isinstance(opened[0], BadInput):
            raise BadInput(str(path), "not one file", expected="JSON lines, maybe gzipped")
        with opened[0].open() as lines:
            found = read_blocks(blocks(lines), path.name, graph, in_threads)
        if cut := opened[0].cut:
            said = (f"{path.name}: {cut}", *found.rejected)
            found = msgspec.structs.replace(found, bad=found.bad + 1, rejected=said)
    if found.bad and not len(found):
        raise BadInput(
            path.name, f"no line reads: {found.rejected[0]}", hint="docs/picture.md has the schema"
        )
    return found


def in_threads(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, Batch | None]]:
    """Every block with what `read_block` makes of it, in order: Arrow reads without the lock of the
    interpreter."""
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[tuple[bytes, Future[Batch | None]]] = deque()
        for block in blocks:
            waiting.append((block, pool.submit(read_block, block)))
            if len(waiting) > THREADS:
                first, made = waiting.popleft()
                yield first, made.result()
        while waiting:
            first, made = waiting.popleft()
            yield first, made.result()


def blocks(stream: IO[bytes], size: int = BLOCK) -> Iterator[bytes]:
    """Whole lines, about `size` bytes at a time; of a line that is longer than a block only the
    beginning, which then does not read."""
    while block := stream.read(size):
        if not block.endswith(b"\n"):
            block += stream.readline(LONGEST)
        yield block
        if not block.endswith(b"\n"):
            while (rest := stream.readline(LONGEST)) and not rest.endswith(b"\n"):
                pass


def growing(path: Path, stop: Stop, wait_s: float = WAIT_S) -> Iterator[bytes]:
    """What is in a file and what is added to it, whole lines at a time, until `stop`; a file that
    became shorter is read from its start. `-` is standard input, until that ends. Raises `BadInput`
    for a file that is packed: nothing can be added to it."""
    rest, standard = b"", str(path) == STANDARD
    with sys.stdin.buffer if standard else path.open("rb") as file:
        if not standard:
            if file.read(4).startswith(PACKED):
                hint = f"zcat {path.name} | noroshi correlate - --follow"
                raise BadInput(str(path), "is packed, so that nothing is added to it", hint=hint)
            file.seek(0)
        while not stop.is_set():
            if standard:
                data, ended = _standard(wait_s)
            else:
                if os.fstat(file.fileno()).st_size < file.tell():
                    file.seek(0)
                    rest = b""
                data, ended = file.read(AT_ONCE), False
            whole, newline, rest = (rest + data).rpartition(b"\n")
            if newline:
                yield whole + newline
            if len(rest) > LONGEST:
                yield rest[:LONGEST] + b"\n"  # too long a line: it does not read
                rest = b"\n"
            if ended:
                if rest.strip():
                    yield rest + b"\n"
                return
            if not data:
                stop.wait(wait_s)


def _standard(wait_s: float) -> tuple[bytes, bool]:
    """What standard input has by now, and whether it ended."""
    ready, _, _ = select.select([0], [], [], wait_s)
    parts: list[bytes] = []
    while ready and len(parts) < AT_ONCE >> 16:
        data = os.read(0, 1 << 16)
        if not data:
            return b"".join(parts), True
        parts.append(data)
        ready, _, _ = select.select([0], [], [], 0)
    return b"".join(parts), False

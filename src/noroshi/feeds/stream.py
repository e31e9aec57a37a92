"""A file of findings of any maker, plain or gzipped, as a stream for the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from noroshi.feeds.files import open_path
from noroshi.picture.stream import Stream, read_stream
from noroshi.words.asset import AssetGraph
from noroshi.words.errors import BadInput

LONGEST: Final = 1 << 20
"""A longer line is no finding."""


def read_file(path: Path, graph: AssetGraph | None = None) -> Stream:
    """The findings in `path`, and what their texts name of `graph`. Raises `BadInput` where it is
    not one file or nothing in it reads."""
    opened = list(open_path(path))
    if len(opened) != 1 or isinstance(opened[0], BadInput):
        raise BadInput(str(path), "not one file", expected="JSON lines, maybe gzipped")
    with opened[0].open() as lines:
        found = read_stream(_lines(lines), path.name, graph)
    if found.bad and not len(found):
        raise BadInput(
            path.name, f"no line reads: {found.rejected[0]}", hint="docs/picture.md has the schema"
        )
    return found


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines; of one that is too long only the beginning, which then does not read."""
    while line := stream.readline(LONGEST):
        rest = line
        while len(rest) == LONGEST and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST)
        yield line

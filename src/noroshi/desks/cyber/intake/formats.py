"""Which of the formats a source is, by its beginning; each is read by a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from noroshi.desks.cyber.intake import csaf, galaxy, incidents, lists, misp, misp_feed
from noroshi.desks.cyber.intake.making import MAX_BYTES
from noroshi.words.errors import BadInput

if TYPE_CHECKING:
    from noroshi.words.desk import Rejected, Restated, Source
    from noroshi.words.record import Record

Reader = Callable[["Source", bytes], "Iterator[Record | Restated | Rejected]"]

FORMATS: Final[tuple[tuple[Callable[[bytes], float], Reader], ...]] = (
    (misp.sniff, misp.read),
    (misp_feed.sniff, misp_feed.read),
    (csaf.sniff, csaf.read),
    (galaxy.sniff, galaxy.read),
    (incidents.sniff, incidents.read),
    (lists.sniff, lists.read),
)


def sniff(head: bytes) -> float:
    """How surely a source that starts with `head` is one of the formats."""
    return max(sniffs(head) for sniffs, _ in FORMATS)


def read(source: Source, head: bytes) -> Iterator[Record | Restated | Rejected]:
    """The records of the source, and the pieces that are none. Raises `BadInput` for one that is
    larger than is read whole, or whose default label is TLP CLEAR."""
    with source.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadInput(
            source.name, "too large to be read whole", found=f"more than {MAX_BYTES} bytes",
            hint="split it",
        )  # fmt: skip
    _, reads = max(FORMATS, key=lambda each: each[0](head))
    yield from reads(source, data)

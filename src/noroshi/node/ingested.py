"""What became of the sources of one `ingest`, and what the desks found in them."""

from __future__ import annotations

import msgspec

from noroshi.words.desk import ClockOffset, Rejected
from noroshi.words.evidence import ByteRange, Locator, Row

FIRST = 3
"""Reasons of a source that its report spells out; the others are counted together."""


class BadPart(msgspec.Struct):
    """Why parts of a source could not be read, how many, and where the first of them stands."""

    reason: str
    place: str
    count: int = 1


class SourceReport(msgspec.Struct):
    """What became of one source. `desk` is "" where none reads it; `rows` counts by kind; `clocks`
    are those that stamped it, as far as they could be compared; `told` is what its desk says of it
    in numbers."""

    name: str
    desk: str = ""
    bytes: int = 0
    rows: dict[str, int] = {}
    records: int = 0
    known: int = 0
    conflicts: int = 0
    rejected: int = 0
    parts: list[BadPart] = []
    told: dict[str, int] = {}
    skipped: bool = False
    undeclared: bool = False
    clocks: tuple[ClockOffset, ...] = ()
    problem: str | None = None


class IngestReport(msgspec.Struct):
    """All sources, and what the desks found in them together."""

    sources: list[SourceReport] = []
    found: dict[str, int] = {}
    new: int = 0
    changed: int = 0
    retracted: int = 0
    unchanged: int = 0

    @property
    def bad(self) -> int:
        """Parts that could not be read, versions that conflict, and sources no desk reads."""
        return sum(s.rejected + s.conflicts + (s.problem is not None) for s in self.sources)


def tell(report: SourceReport, part: Rejected) -> None:
    """Count a part that could not be read among those of its reason."""
    for known in report.parts:
        if known.reason == part.reason:
            known.count += 1
            return
    if len(report.parts) < FIRST:
        report.parts.append(BadPart(part.reason, _place(part.locator)))


def _place(locator: Locator) -> str:
    if isinstance(locator, ByteRange):
        return f"byte {locator.start}"
    return f"row {locator.row}" if isinstance(locator, Row) else locator.pointer or "the whole"

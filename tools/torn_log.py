"""A log of five gigabytes, torn in every way, searched: in how much memory, and what is told.

    python tools/torn_log.py [GIGABYTES]

Members of gzip one after the other, the last one cut short, with lines in UTF-8 and Latin-1, NULs,
CRLF, lines that are no JSON and one of 100 MB. Every member holds the same lines, so that what must
be found and told can be worked out. Prints the account and the most memory that the process had.
"""

from __future__ import annotations

import gzip
import io
import resource
import sys
import time
from collections.abc import Iterator

from noroshi.bench.cyber import ENTRIES, FOLDER, index_at
from noroshi.bench.intelligence import eve
from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.formats import Layout
from noroshi.desks.cyber.match.scan import scan
from noroshi.desks.cyber.match.stream import unpacked

LINES = 50_000
BAD = b'{"timestamp":"2026-11-29T18:00:00+0000","src_ip":"45.0.0.0'
"""A line that was cut off after an address that is looked for."""


class Packed(io.RawIOBase):
    """The parts of a stream, one after the other, of which only one is held."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._held = parts, b""

    def read(self, size: int = -1) -> bytes:
        if not self._held:
            self._held = next(self._parts, b"")
        part, self._held = self._held[:size], self._held[size:]
        return part


def main() -> None:
    """Make it, search it, and compare."""
    size = float(sys.argv[1] if len(sys.argv) > 1 else 5) * 1e9
    lines = "".join(eve(LINES, ENTRIES)).encode()
    odd = b'{"note":"caf\xe9 \x00"}\r\n' + BAD + b"\r\n\n" + b"\xff" * 40 + b"\n"
    member = lines + odd
    long = b"x" * 100_000_000 + b"\n"
    many = max(2, int((size - len(long)) / len(member)))
    packed, packed_long = gzip.compress(member, 1), gzip.compress(long, 1)
    index = index_at(FOLDER, ENTRIES)
    before = sum(1 for _ in scan(index, io.BytesIO(member), Layout("json"), Tally()))

    def parts() -> Iterator[bytes]:
        for number in range(many):
            yield packed if number < many - 1 else packed[: len(packed) // 2]
            if number == 0:
                yield packed_long

    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tally, began = Tally(), time.process_time()
    stream = unpacked(Packed(parts()))  # type: ignore[arg-type]
    matches = sum(1 for _ in scan(index, stream, Layout("json"), tally))
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{tally.bytes:,} bytes, {tally.lines:,} lines, {matches:,} matches, {spent:.0f} s of CPU"
    )
    print(f"{before:,} matches in each whole member of {member.count(10):,} lines, {many} members")
    for reason, count in tally.reasons.items():
        print(f"{count:,} × {reason}")
    print(f"most memory: {made / 1e6:.0f} MB to make it, {peak / 1e6:.0f} MB with the search")


if __name__ == "__main__":
    main()

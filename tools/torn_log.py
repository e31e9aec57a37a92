"""A log of five gigabytes, torn in every way, searched: in how much memory, and what is told.

    python tools/torn_log.py [GIGABYTES]

Members of gzip one after the other, the last one cut short, with lines in UTF-8 and Latin-1, NULs,
CRLF, lines that are no JSON and one of 100 MB. Every member holds the same lines, so that what must
be found and told can be worked out. The file is opened as `noroshi ingest` opens it, which goes
through it to hash it and to find its last whole line. Prints the account, the CPU time of opening
and of searching, and the most memory that the process had.
"""

from __future__ import annotations

import gzip
import io
import resource
import sys
import tempfile
import time
from pathlib import Path

from noroshi.bench.cyber import ENTRIES, FOLDER, index_at
from noroshi.bench.intelligence import eve
from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.formats import Layout
from noroshi.desks.cyber.match.scan import scan
from noroshi.feeds.files import Opened, open_path

LINES = 50_000
BAD = b'{"timestamp":"2026-11-29T18:00:00+0000","src_ip":"45.0.0.0'
"""A line that was cut off after an address that is looked for."""


def write(path: Path, member: bytes, long: bytes, many: int) -> None:
    """The torn file: `many` members, the last one by half, with the long line after the first."""
    packed, packed_long = gzip.compress(member, 1), gzip.compress(long, 1)
    with path.open("wb") as file:
        file.write(packed + packed_long)
        for _ in range(many - 2):
            file.write(packed)
        file.write(packed[: len(packed) // 2])


def main() -> None:
    """Make it, search it, and compare."""
    size = float(sys.argv[1] if len(sys.argv) > 1 else 5) * 1e9
    lines = "".join(eve(LINES, ENTRIES)).encode()
    odd = b'{"note":"caf\xe9 \x00"}\r\n' + BAD + b"\r\n\n" + b"\xff" * 40 + b"\n"
    member = lines + odd
    long = b"x" * 100_000_000 + b"\n"
    many = max(2, int((size - len(long)) / len(member)))
    index = index_at(FOLDER, ENTRIES)
    before = sum(1 for _ in scan(index, io.BytesIO(member), Layout("json"), Tally()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "torn.json.gz"
        write(path, member, long, many)
        made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        tally, began = Tally(), time.process_time()
        (opened,) = open_path(path)
        if not isinstance(opened, Opened):
            raise opened
        hashed = time.process_time()
        with opened.open() as stream:
            matches = sum(1 for _ in scan(index, stream, Layout("json"), tally))
        spent = time.process_time()
        size = path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{size:,} bytes packed; {opened.cut}")
    print(f"{hashed - began:.0f} s of CPU to open it, {spent - hashed:.0f} s to search it")
    print(f"{tally.bytes:,} bytes, {tally.lines:,} lines, {matches:,} matches")
    print(f"{before:,} matches in each whole member of {member.count(10):,} lines, {many} members")
    for reason, count in tally.reasons.items():
        print(f"{count:,} × {reason}")
    print(f"most memory: {made / 1e6:.0f} MB to make it, {peak / 1e6:.0f} MB with the search")


if __name__ == "__main__":
    main()

"""One log searched by a process of its own, for its time from the start and its memory.

Run as a module: the folder and key of an index, and a log; a line of JSON comes back.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from noroshi.bench.cyber import index_at
from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.formats import recognised
from noroshi.desks.cyber.match.scan import scan


def main() -> None:
    """Open the index, search a first line, then the log."""
    folder, many, log = sys.argv[1:]
    index = index_at(Path(folder), int(many))
    with Path(log).open("rb") as file:
        layout = recognised(file.read(65536))
        file.seek(0)
        tally = Tally()
        began, opened, matches = time.process_time(), 0.0, 0
        for _ in scan(index, file, layout, tally):
            opened = opened or time.time()
            matches += 1
        spent = time.process_time() - began
    status = Path("/proc/self/status")
    peak = 0
    if status.exists():
        lines = dict(each.split(":", 1) for each in status.read_text().splitlines() if ":" in each)
        peak = int(lines["VmHWM"].split()[0]) * 1024
    print(json.dumps({"first": opened, "cpu": spent, "lines": tally.lines, "matches": matches,
                      "peak": peak}))  # fmt: skip


if __name__ == "__main__":
    main()

"""Indicators against observations and logs: patterns beside stix2-matcher, logs against a million.

Everything is made up by `intelligence`. CPU time of one core; files are in the cache of the system
once they are written.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

from noroshi.bench import intelligence
from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import in_turns
from noroshi.bench.peer import Peer, started
from noroshi.desks.cyber.match import kept
from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.formats import recognised
from noroshi.desks.cyber.match.index import Index
from noroshi.desks.cyber.match.pattern import observations
from noroshi.desks.cyber.match.pattern.many import Patterns
from noroshi.desks.cyber.match.scan import scan
from noroshi.words.cache import cache_folder

PATTERNS: Final = 20_000
SAMPLE: Final = 500
"""Of the patterns, how many the peer is given: it takes as long for each."""

ENTRIES: Final = 500_000
QUICK: Final = 20_000
MEMORY: Final = 800 << 20
START_S: Final = 8.0
LINES: Final = {"zeek": 400_000, "eve": 150_000}
FOLDER: Final = cache_folder() / "bench"


def patterns(quick: bool) -> Measured:
    """In turns with stix2-matcher; what both have is answered alike, or the run fails."""
    texts = intelligence.patterns(PATTERNS)
    data = [intelligence.observed(number) for number in range(0, PATTERNS, 100)]
    ready = [observations([each]) for each in data]
    made = Patterns(texts)
    step = PATTERNS // SAMPLE
    asked = {"patterns": texts[::step], "observations": data[::50]}
    expected = [
        [at, each.pattern // step]
        for at, seen in enumerate(ready[::50])
        for each in made.matches(seen)
        if each.pattern % step == 0
    ]

    def ours() -> float:
        began = time.process_time()
        for each in ready:
            for _ in made.matches(each):
                pass
        return PATTERNS * len(ready) / (time.process_time() - began)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.json"
        path.write_text(json.dumps(asked), "utf-8")

        def theirs(peer: Peer) -> float:
            answer = peer.ask("measure", path=str(path))
            if answer["matched"] != expected or not expected:
                raise AssertionError(f"{answer['matched']} of theirs, {expected} of ours")
            return float(answer["rate"])

        return in_turns(ours, started("stix2-matcher", "stix2_match"), theirs, 1 if quick else 3)


def index_at(folder: Path, many: int) -> Index:
    """The index of so many entries and as many entries of warning lists, kept in a folder."""
    return kept.opened(
        folder,
        f"bench {many}",
        lambda: (list(intelligence.entries(many)), intelligence.lists(many)),
    )


def _log(kind: str, quick: bool) -> bytes:
    lines = LINES[kind] // (20 if quick else 1)
    made: Callable[[int, int], Iterable[str]] = getattr(intelligence, kind)
    return "".join(made(lines, QUICK if quick else ENTRIES)).encode()


def searched(kind: str, quick: bool) -> Measured:
    """Lines per second; the index is open and the kernels are loaded."""
    index = index_at(FOLDER, QUICK if quick else ENTRIES)
    data = _log(kind, quick)
    with tempfile.NamedTemporaryFile(suffix=".log") as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        del data
        _searched(index, path)
        return Measured(tuple(_searched(index, path) for _ in range(1 if quick else 5)))


def _searched(index: Index, path: Path) -> float:
    tally = Tally()
    with path.open("rb") as stream:
        layout = recognised(stream.read(65536))
        stream.seek(0)
        began = time.process_time()
        matches = sum(1 for _ in scan(index, stream, layout, tally))
        spent = time.process_time() - began
    if matches < tally.lines // (2 * intelligence.HIT) or tally.skipped:
        raise AssertionError(f"{matches} matches on {tally.lines} lines; {tally.reasons}")
    return tally.lines / spent


def _apart(quick: bool) -> tuple[float, dict[str, Any]]:
    """When a process of its own was started, and what it says of searching a log."""
    many = QUICK if quick else ENTRIES
    index_at(FOLDER, many)
    with tempfile.NamedTemporaryFile(suffix=".log") as file:
        file.write(_log("zeek", quick))
        file.flush()
        began = time.time()
        done = subprocess.run(
            [sys.executable, "-m", "noroshi.bench.searching", str(FOLDER), str(many), file.name],
            capture_output=True, check=True, text=True,
        )  # fmt: skip
    return began, json.loads(done.stdout)


def start(quick: bool) -> Measured:
    """How often in a second a process could start, up to its first match; wall clock."""
    made = [_apart(quick) for _ in range(1 if quick else 3)]
    return Measured(tuple(1 / (said["first"] - began) for began, said in made))


def memory(quick: bool) -> Measured:
    """Bytes that a process of its own leaves of 800 MB (its `VmHWM`)."""
    return Measured((float(MEMORY - _apart(quick)[1]["peak"]),))


CASES: Final = (
    Case("patterns matched", "cyber", "pairs/s", 100.0, "stix2-matcher", patterns),
    Case("Zeek lines searched", "cyber", "lines/s", 0.0, "",
         partial(searched, "zeek"), least=250_000),
    Case("EVE lines searched", "cyber", "lines/s", 0.0, "",
         partial(searched, "eve"), least=60_000),
    Case("starts with a kept index", "cyber", "starts/s", 0.0, "", start, least=1 / START_S),
    Case("memory left of 800 MB", "cyber", "bytes", 0.0, "", memory, least=1),
)  # fmt: skip

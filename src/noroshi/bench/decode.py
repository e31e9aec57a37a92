"""AIS logs decoded: bytes in, columns out, beside decoders that make a dict of each message.

The log is AISHub's sample where the data folder stands beside the checkout, else the packaged one
of AMSA, ten times one after the other; each has its own targets. Both sides have read the log once
before they are measured, so that neither compiling nor first touches of memory count. CPU time.
"""

from __future__ import annotations

import gzip
import importlib.resources
import io
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import in_turns
from noroshi.bench.peer import Peer, started
from noroshi.desks.sea import decode, desk, read
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Columns, Context, Source
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand

COPIES: Final = 10
LOG: Final = "aishub-20120314.nmea.gz"
SAMPLE: Final = "amsa-20120127.nmea.gz"


BESIDE: Final = Path(__file__).parents[4] / "shared" / "data" / "sea" / "nmea" / LOG


def log() -> bytes:
    """The log, unpacked."""
    packaged = importlib.resources.files("noroshi") / "data" / "samples" / SAMPLE
    return gzip.decompress(BESIDE.read_bytes() if BESIDE.is_file() else packaged.read_bytes())


def source(data: bytes) -> Source:
    """`data` as a source."""
    label = Label((Strand("JPN", "maritime", "*"),))
    return Source("log", "log", 0, sha256(data), label, "JPN", "B", lambda: io.BytesIO(data))


def decoded(data: bytes, messages: int) -> float:
    """Messages per second from bytes to columns. `messages` is how many `data` has."""
    made = source(data)
    began = time.process_time()
    rows = 0
    for each in decode.read(made, read.PATIENCE):
        rows += len(each.arrays["t"]) if isinstance(each, Columns) else 0
    spent = time.process_time() - began
    if rows == 0:
        raise AssertionError("nothing was decoded")
    return messages / spent


def found(data: bytes, messages: int) -> float:
    """Messages per second from bytes to findings."""
    parameters = desk.parameters({})
    digest = sha256(canonical(parameters))
    context = Context("JPN", AssetGraph(), desk.kinds, parameters, digest)
    made = source(data)
    began = time.process_time()
    columns = (each for each in desk.read(made) if isinstance(each, Columns))
    state = desk.start(context)
    for each in columns:
        state, _ = desk.fold(state, each, 0)
    desk.finish(state)
    return messages / (time.process_time() - began)


def _beside(peer: str, repeats: int, quick: bool) -> Measured:
    """In turns with a peer on the same log. Messages are counted as the peer counts them: those
    that it decodes, of which ours decodes at least as many."""
    data = log()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.nmea"
        path.write_bytes(data)
        copies, counted = data * COPIES, list[int]()

        def ours() -> float:
            return decoded(copies, COPIES)

        def theirs(running: Peer) -> float:
            if not counted:
                counted.append(running.ask("measure", path=str(path), repeats=1)["messages"])
            return float(running.ask("measure", path=str(path), repeats=repeats)["rate"])

        ours()
        measured = in_turns(ours, started(peer, f"{peer}_decode"), theirs, 2 if quick else 5)
    many = counted[0] if counted else _messages(data)
    return Measured(
        tuple(each * many for each in measured.ours),
        measured.theirs,
        measured.peer_version,
        measured.missing,
    )


def _messages(data: bytes) -> int:
    """Lines that end a message, as many as there are messages if none was cut."""
    return data.count(b"VDM,1,1,") + data.count(b"VDM,2,2,") + data.count(b"VDO,1,1,")


def end_to_end(quick: bool) -> Measured:
    """The whole way, by ours alone."""
    data = log()
    copies, many = data * COPIES, COPIES * _messages(data)
    found(copies, many)
    return Measured(tuple(found(copies, many) for _ in range(1 if quick else 5)))


CHILD: Final = """
import resource, sys
from noroshi.cli.app import app
node, log = sys.argv[1:]
for words in (["init", node, "--party", "JPN"], ["ingest", log, "--json", "--node", node]):
    try:
        app(words)
    except SystemExit as ended:
        if ended.code not in (0, 3):
            raise
print()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""Peak memory of a process that ingests a log, in kB (in bytes on macOS: only ratios are told)."""


def _peak(megabytes: int) -> int:
    data = log()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.nmea"
        with path.open("wb") as file:
            for _ in range(max(1, megabytes * 1_000_000 // len(data))):
                file.write(data)
        command = [sys.executable, "-P", "-c", CHILD, f"{folder}/node", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1])


def memory(quick: bool) -> Measured:
    """Peak memory of reading 16 MB of the log, over that of reading eight times as much, both into
    a node with all that it keeps. What was compiled before is loaded by both."""
    found(log() * 2, 1)
    return Measured((_peak(16) / _peak(64 if quick else 128),))


RATIOS: Final = (10.0, 60.0) if BESIDE.is_file() else (5.0, 40.0)
"""Wanted of AISHub's log, and of AMSA's: a quarter of it are other sentences and damaged ones, that
cost us time and are no messages."""

CASES: Final = (
    Case("messages decoded", "decode", "messages/s", RATIOS[0], "aiscat",
         partial(_beside, "aiscat", 3)),
    Case("messages decoded", "decode", "messages/s", RATIOS[1], "pyais",
         partial(_beside, "pyais", 1)),
    Case("log to findings", "decode", "messages/s", 0.0, "", end_to_end, least=1_000_000),
    Case("memory, a log and eight", "decode", "of the other", 0.0, "", memory, least=0.9),
)  # fmt: skip

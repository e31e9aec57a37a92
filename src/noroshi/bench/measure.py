"""Rates, and taking turns with a peer so that both meet the same noise."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from noroshi.bench.case import Measured
from noroshi.bench.peer import Peer, PeerMissing

Clock = Callable[[], float]


def rate(work: Callable[[], int], seconds: float, clock: Clock = time.process_time) -> float:
    """Units per second of `clock`: `work` (which returns its units) until `seconds` are spent.

    The default clock is the CPU time of this process, which other processes do not lengthen.
    """
    units, began = 0, clock()
    while True:
        units += work()
        spent = clock() - began
        if spent >= seconds:
            return units / spent


def cpu_of(pid: int | None) -> Clock:
    """CPU seconds of this process and of process `pid` together: how long it would take them, one
    after the other, if nobody else was there. Wall clock where the system does not say."""
    times = Path(f"/proc/{pid}/stat")
    if pid is None or not times.exists():
        return time.perf_counter

    def clock() -> float:
        # proc(5): utime and stime are fields 14 and 15; the name before may hold spaces.
        fields = times.read_text("ascii", "replace").rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

    return clock


def in_turns(
    ours: Callable[[], float],
    peer: AbstractContextManager[Peer],
    theirs: Callable[[Peer], float],
    repeats: int,
) -> Measured:
    """`repeats` of each, one after the other. Without the peer, ours alone and the reason."""
    mine: list[float] = []
    others: list[float] = []
    try:
        with peer as running:
            for _ in range(repeats):
                mine.append(ours())
                others.append(_asked(theirs, running))
            return Measured(tuple(mine), tuple(others), running.version)
    except PeerMissing as problem:
        mine += [ours() for _ in range(repeats - len(mine))]
        return Measured(tuple(mine), missing=str(problem))


def _asked(theirs: Callable[[Peer], float], running: Peer) -> float:
    try:
        return theirs(running)
    except OSError as problem:
        raise PeerMissing(f"{running.name}: {problem}") from problem

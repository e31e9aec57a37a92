"""Years of positions: how small, how fast written, read and replayed, and how soon a cable's
question is answered. By ours alone, on a simulated basin of some 2.7 million positions a day.

Quick: two small days. Else as many days as fit into `SECONDS` and `NOROSHI_BENCH_DAYS`, and the
question is asked of a quarter, half and all of them: what a billion positions more would add is its
slope.
"""

from __future__ import annotations

import functools
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from noroshi.bench import basin
from noroshi.bench.case import Case, Measured
from noroshi.desks.sea import desk
from noroshi.desks.sea.afresh import passed
from noroshi.history import reading
from noroshi.history.engine import Serial
from noroshi.history.partition import Keep, parts
from noroshi.history.plan import make_plan
from noroshi.history.replay import forget, replay
from noroshi.history.stored import stored
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context
from noroshi.words.ids import canonical, sha256
from noroshi.words.time import DAY, HOUR, MINUTE

SECONDS: Final = 240.0
QUICK_SHIPS: Final = 150
CABLE: Final = Asset("cable", "cable", "A cable", path=((19.0, 57.5), (23.5, 59.5)))


class Basin(NamedTuple):
    """What was written: where, days, positions, CPU seconds of writing them."""

    folder: Path
    days: int
    positions: int
    spent: float


@functools.cache
def _context() -> Context:
    parameters = desk.parameters({})
    digest = sha256(canonical(parameters))
    return Context("JPN", AssetGraph((CABLE,)), desk.kinds, parameters, digest)


_kept: list[tempfile.TemporaryDirectory[str]] = []
"""Until the run ends."""


@functools.cache
def _basin(quick: bool) -> Basin:
    _kept.append(tempfile.TemporaryDirectory())
    folder = Path(_kept[-1].name)
    most = 2 if quick else int(os.environ.get("NOROSHI_BENCH_DAYS", "365"))
    began, spent, positions, days = time.monotonic(), 0.0, 0, 0
    while days < most and (days < 2 or time.monotonic() - began < SECONDS):
        columns = basin.day(days, QUICK_SHIPS if quick else basin.SHIPS)
        started = time.process_time()
        keep = Keep(folder, columns.source)
        for piece in _pieces(columns):
            keep.take(piece)
        positions += keep.close().positions
        spent += time.process_time() - started
        days += 1
    return Basin(folder, days, positions, spent)


def _pieces(columns: Columns) -> list[Columns]:
    """In the order of time and in batches, as they come out of a log."""
    order = np.argsort(columns.arrays["start"], kind="stable")
    cuts = np.array_split(order, max(1, len(order) // 65_536))
    return [
        Columns(columns.kind, columns.source, {n: v[cut] for n, v in columns.arrays.items()})
        for cut in cuts
    ]


def written(quick: bool) -> Measured:
    """Positions a second of one core, from columns to files."""
    made = _basin(quick)
    return Measured((made.positions / made.spent,))


def size(quick: bool) -> Measured:
    """Positions in a kilobyte: 12 bytes each are 83.3."""
    told = stored(_basin(quick).folder)
    return Measured((1_000 * told.positions / told.bytes,))


def read(quick: bool) -> Measured:
    """Positions a second of one core, from files to columns."""
    made = _basin(quick)
    files = parts(made.folder)[: 2 if quick else 40]
    rates: list[float] = []
    for _ in range(3):
        began, rows = time.process_time(), 0
        for each in reading.positions(files, -(1 << 60), 1 << 60):
            rows += len(each.arrays["t"])
        rates.append(rows / (time.process_time() - began))
    return Measured(tuple(rates))


def replayed(quick: bool) -> Measured:
    """Positions a second of one core, from files to findings, of two days."""
    made = _basin(quick)
    parameters = _context().parameters
    plan = make_plan(
        made.folder, "sea", desk.version, _context(), desk.grain(parameters),
        basin.FIRST, basin.FIRST + 2 * DAY,
    )  # fmt: skip
    began = time.process_time()
    done = replay(plan, Serial(), desk)
    spent = time.process_time() - began
    forget(plan)
    return Measured((done.positions / spent,))


class _Kept:
    """A node that has nothing but the first days of the basin."""

    def __init__(self, folder: Path, until: int) -> None:
        self._folder, self._until = folder, until

    def context(self, name: str) -> Context:
        return _context()

    def kept(
        self, since: int, until: int, box: tuple[float, float, float, float]
    ) -> Iterator[Columns]:
        files = [each for each in parts(self._folder, since, until) if each.day < self._until]
        yield from reading.positions(reading.near(files, *box), since, until)


def _asked(made: Basin, days: int) -> float:
    """Median seconds of questions about hours in the first `days`."""
    ask = _Kept(made.folder, basin.FIRST // DAY + days)
    spent: list[float] = []
    for n in range(5):
        at = basin.FIRST + (1 + 2 * n) * days * DAY // 10 + 7 * HOUR
        began = time.process_time()
        found = passed(ask, CABLE, at - HOUR, at + 10 * MINUTE)  # pyright: ignore[reportArgumentType]
        spent.append(time.process_time() - began)
        if any(each.assets != (CABLE.id,) for each in found):
            raise AssertionError("a pass of another cable")
    return statistics.median(spent)


@functools.cache
def _line(quick: bool) -> tuple[float, float]:
    """Seconds for all days, and seconds that a position more adds."""
    made = _basin(quick)
    _asked(made, made.days)  # loads what was compiled
    sizes = sorted({max(1, made.days // 4), max(1, made.days // 2), made.days})
    times = [_asked(made, days) for days in sizes]
    each = made.positions / made.days
    slope = float(np.polyfit(np.array(sizes) * each, times, 1)[0]) if len(sizes) > 1 else 0.0
    return times[-1], slope


def answered(quick: bool) -> Measured:
    """Questions a second of a billion positions: measured, and the slope for what is missing."""
    made = _basin(quick)
    spent, slope = _line(quick)
    missing = max(0, 1_000_000_000 - made.positions)
    return Measured((1 / (spent + max(0.0, slope) * missing),))


def held(quick: bool) -> Measured:
    """How many positions the figures of this run rest on."""
    return Measured((float(_basin(quick).positions),))


CASES: Final = (
    Case("positions of the basin", "crossed", "positions", 0.0, "", held, least=1.0),
    Case("positions kept", "crossed", "positions/s", 0.0, "", written, least=500_000),
    Case("positions in a kilobyte", "crossed", "positions/kB", 0.0, "", size, least=1_000 / 12),
    Case("kept positions read", "crossed", "positions/s", 0.0, "", read, least=2_000_000),
    Case("kept positions replayed", "crossed", "positions/s", 0.0, "", replayed, least=1_000_000),
    Case("cable asked, 1e9 positions", "crossed", "questions/s", 0.0, "", answered, least=1.0),
)

"""Years of positions: how small, how fast written, read and replayed, and how soon a cable's
question is answered. By ours alone, on a simulated basin of some 2.7 million positions a day.

Quick: two small days. Else as many days as fit into `SECONDS` and `NOROSHI_BENCH_DAYS`. The
question is asked about these, in a folder of a year's days, a quarter's and fewer, of which the
others are links to them: a thousand million positions in thousands of files, on the disc once. What
a billion more would add is the slope.
"""

from __future__ import annotations

import functools
import os
import shutil
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
from noroshi.history.partition import Keep, folder_of, parts
from noroshi.history.plan import make_plan
from noroshi.history.replay import forget, replay
from noroshi.history.stored import stored
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context
from noroshi.words.ids import canonical, sha256
from noroshi.words.time import DAY, HOUR, MINUTE

SECONDS: Final = 240.0
YEAR: Final = 365
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
    """A node that has nothing but a folder of days."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def context(self, name: str) -> Context:
        return _context()

    def kept(
        self, since: int, until: int, box: tuple[float, float, float, float]
    ) -> Iterator[Columns]:
        files = parts(self._folder, since, until)
        yield from reading.positions(reading.near(files, *box), since, until)


def _asked(folder: Path, days: int) -> float:
    """Median seconds of questions about hours in the first `days` of a folder."""
    ask = _Kept(folder)
    spent: list[float] = []
    for n in range(9):
        at = basin.FIRST + (1 + 2 * n) * days * DAY // 18 + 7 * HOUR
        began = time.process_time()
        found = passed(ask, CABLE, at - HOUR, at + 10 * MINUTE)  # pyright: ignore[reportArgumentType]
        spent.append(time.process_time() - began)
        if any(each.assets != (CABLE.id,) for each in found):
            raise AssertionError("a pass of another cable")
    return statistics.median(spent)


def _grow(folder: Path, made: Basin, days: int) -> None:
    """Let `folder` have `days` days: those that were made, and after them links to them under the
    names of later days, which nobody asks about."""
    for number in range(days):
        there = folder / folder_of(basin.FIRST // DAY + number, "").parent
        if not there.exists():
            here = made.folder / folder_of(basin.FIRST // DAY + number % made.days, "").parent
            shutil.copytree(here, there, copy_function=os.link)


@functools.cache
def _line(quick: bool) -> tuple[float, float]:
    """Seconds of a question with a year about it, and seconds that a billion positions more add:
    the line through a year, a quarter, a sixteenth and a sixty-fourth of it."""
    made = _basin(quick)
    year = 32 if quick else YEAR
    _asked(made.folder, made.days)  # loads what was compiled
    sizes, times = [max(made.days, year // part) for part in (64, 16, 4, 1)], list[float]()
    with tempfile.TemporaryDirectory(dir=made.folder.parent) as folder:
        for days in sizes:
            _grow(Path(folder), made, days)
            times.append(_asked(Path(folder), made.days))
    each = made.positions / made.days
    slope = float(np.polyfit(np.array(sizes) * each, times, 1)[0]) if len({*sizes}) > 1 else 0.0
    return times[-1], slope * 1e9


def answered(quick: bool) -> Measured:
    """Questions a second with a year of positions about it."""
    return Measured((1 / _line(quick)[0],))


def added(quick: bool) -> Measured:
    """Billions of positions more by which a question takes a second longer: the slope, turned over.
    What is measured at four sizes differs by some; a slope below a microsecond is one of that."""
    return Measured((1 / max(_line(quick)[1], 1e-6),))


def held(quick: bool) -> Measured:
    """How many positions the figures of this run rest on."""
    return Measured((float(_basin(quick).positions),))


CASES: Final = (
    Case("positions of the basin", "crossed", "positions", 0.0, "", held, least=1.0),
    Case("positions kept", "crossed", "positions/s", 0.0, "", written, least=500_000),
    Case("positions in a kilobyte", "crossed", "positions/kB", 0.0, "", size, least=1_000 / 12),
    Case("kept positions read", "crossed", "positions/s", 0.0, "", read, least=2_000_000),
    Case("kept positions replayed", "crossed", "positions/s", 0.0, "", replayed, least=1_000_000),
    Case("cable asked, in a year", "crossed", "questions/s", 0.0, "", answered, least=1.0),
    Case("a question a second longer", "crossed", "1e9 positions", 0.0, "", added, least=1.0),
)

"""A catalogue of satellites propagated and screened, beside libraries that do the same.

The catalogue is the full one of 1 November 2024 where the data folder stands beside the checkout,
else one made up that is as large. CPU time of all threads, kernels compiled beforehand.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import in_turns
from noroshi.bench.peer import Peer, started
from noroshi.desks.space import desk, elements, synth
from noroshi.desks.space.catalogue import Catalogue
from noroshi.desks.space.screen import FAST_KMS, beside, screen
from noroshi.words.desk import Columns, Source
from noroshi.words.label import Label, Strand
from noroshi.words.time import DAY, HOUR, MINUTE, parse_instant

if TYPE_CHECKING:
    from noroshi.words.desk import Array

FILE: Final = "gp_onorbit_celestrak_20241101.csv.gz"
BESIDE: Final = Path(__file__).parents[4] / "shared" / "data" / "space" / "catalog" / FILE
AT: Final = parse_instant("2024-11-01T00:00:00Z")
WITHIN_KM: Final = 5.0
STATION: Final = 25544


@functools.cache
def rows() -> Array:
    """Element sets of the whole catalogue."""
    if not BESIDE.is_file():
        return synth.sample(1, AT, scale=13.0).rows
    data = gzip.decompress(BESIDE.read_bytes())
    label = Label((Strand("JPN", "space", "*"),))
    digest = hashlib.sha256(data).hexdigest()
    source = Source("gp", "gp", 0, digest, label, "JPN", "B", lambda: io.BytesIO(data))
    found = next(each for each in desk.read(source) if isinstance(each, Columns))
    table = np.zeros(len(found.arrays["norad"]), elements.DTYPE)
    for name in elements.DTYPE.names or ():
        table[name] = found.arrays[name]
    return table


@functools.cache
def catalogue() -> Catalogue:
    """All of them, ready to be propagated."""
    return Catalogue(elements.sgp4(rows()))


def _file(folder: str, chosen: Array) -> str:
    """The sets as OMM in JSON, which the peers read."""
    path = Path(folder) / "omm.json"
    sets = [elements.omm_fields(row, "X", "") for row in rows()[chosen]]
    names = set(elements.NUMBERS.values())
    numbers: list[dict[str, Any]] = [
        {key: float(text) if key in names else text for key, text in each.items()} for each in sets
    ]
    path.write_text(json.dumps(numbers))
    return str(path)


def propagated(quick: bool) -> Measured:
    """Near-earth states a second of one core, in single precision out, beside python-sgp4."""
    whole = catalogue()
    near = whole.part(np.flatnonzero(~whole.deep))
    minutes = near.minutes(AT + np.arange(32) * MINUTE)
    room = near.grid(minutes).ravel()

    def ours() -> float:
        began = time.process_time()
        near.grid(minutes, out=room)
        return near.count * len(minutes) / (time.process_time() - began)

    ours()
    with tempfile.TemporaryDirectory() as folder:
        path = _file(folder, np.flatnonzero(~whole.deep))

        def theirs(running: Peer) -> float:
            return float(running.ask("states", path=path, minutes=8)["rate"])

        return in_turns(ours, started("sgp4", "sgp4_states"), theirs, 2 if quick else 5)


def screened(quick: bool) -> Measured:
    """The whole catalogue against itself below 5 km, hours of it for each second of CPU, beside
    astroz at its best step. The events of both are counted and must agree to half a percent."""
    hours = 2 if quick else 24
    whole = catalogue()
    counted: list[int] = []

    def ours() -> float:
        began = time.process_time()
        found = screen(whole, AT, AT + hours * HOUR, WITHIN_KM)
        spent = time.process_time() - began
        counted.append(int((found.kms >= FAST_KMS).sum()))
        return hours / spent

    screen(whole, AT, AT + 10 * MINUTE, WITHIN_KM)
    with tempfile.TemporaryDirectory() as folder:
        path = _file(folder, np.arange(whole.count))

        def theirs(running: Peer) -> float:
            found = running.ask("screen", path=path, at=AT / 1e6, minutes=hours * 60)
            if abs(found["events"] - counted[-1]) > 0.005 * counted[-1]:
                raise AssertionError(f"astroz finds {found['events']} events, ours {counted[-1]}")
            return hours / float(found["seconds"])

        return in_turns(ours, started("astroz", "astroz_screen", 1800), theirs, 1 if quick else 3)


def one_against_all(quick: bool) -> Measured:
    """One satellite (the space station) against all for a day, satellite-days a second of CPU."""
    whole = catalogue()
    at = np.flatnonzero(rows()["norad"] == STATION)
    own = at if len(at) else np.array([0])
    rates: list[float] = []
    for _ in range(2 if quick else 5):
        began = time.process_time()
        beside(whole, own, AT, AT + DAY, WITHIN_KM)
        rates.append(1.0 / (time.process_time() - began))
    return Measured(tuple(rates[1:]))


LIMIT_MB: Final = 1000
DAYS: Final = (1, 2, 4, 7)

LINE: Final = """
import sys, time
from noroshi.bench import space
from noroshi.desks.space.screen import screen
whole = space.catalogue()
screen(whole, space.AT, space.AT + 600_000_000, space.WITHIN_KM)
for hours in map(int, sys.argv[1:]):
    began = time.process_time()
    screen(whole, space.AT, space.AT + hours * space.HOUR, space.WITHIN_KM)
    print(time.process_time() - began)
lines = open("/proc/self/status").read().splitlines()
print(next(int(each.split()[1]) / 1000 for each in lines if each.startswith("VmHWM")))
"""
"""Screens windows one after the other in a process of its own: CPU seconds of each, then the most
memory that it ever had (MB)."""


@functools.cache
def _line(quick: bool) -> tuple[float, float, float]:
    """Days a second of CPU for the longest window (a week), days by which another second goes by
    (the slope over four windows, turned over), and MB."""
    hours = [each * (1 if quick else 24) for each in DAYS]
    done = subprocess.run(
        [sys.executable, "-c", LINE, *map(str, hours)], capture_output=True, text=True, check=True
    )
    *seconds, peak = map(float, done.stdout.split())
    slope = float(np.polyfit(np.array(hours) / 24, seconds, 1)[0])
    return hours[-1] / 24 / seconds[-1], 1.0 / slope, peak


def week(quick: bool) -> Measured:
    """The whole catalogue against itself for a week, by ours alone."""
    return Measured((_line(quick)[0],))


def longer(quick: bool) -> Measured:
    """How many days more take a second more."""
    return Measured((_line(quick)[1],))


def memory(quick: bool) -> Measured:
    """MB that it leaves of a thousand."""
    return Measured((LIMIT_MB - _line(quick)[2],))


CASES: Final = (
    Case("near-earth states", "space", "states/s", 10.0, "sgp4", propagated, least=15_000_000),
    Case("catalogue against itself", "space", "h/s", 10.0, "astroz", screened),
    Case("one satellite against all", "space", "days/s", 0.0, "", one_against_all, least=1 / 0.3),
    Case("catalogue for a week", "space", "days/s", 0.0, "", week, least=0.2),
    Case("a second longer", "space", "days", 0.0, "", longer, least=0.2),
    Case(f"memory left of {LIMIT_MB} MB", "space", "MB", 0.0, "", memory, least=1.0),
)

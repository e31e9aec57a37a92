"""The picture: findings to incidents from cold, how the cost grows, and the null of a night."""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from noroshi.bench.case import Case, Measured
from noroshi.feeds.stream import read_file
from noroshi.picture.chance import move
from noroshi.picture.join import Field, join, ready
from noroshi.picture.live import Live
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import Stream
from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.time import DAY, HOUR, SECOND, format_instant

FINDINGS: Final = 10_000_000
NULL: Final = 1_000_000
QUICK: Final = 100_000
ASSETS: Final = 100_000
DOMAINS: Final = ("cyber", "information", "maritime")
LEAST: Final = 0.0
A_SECOND: Final = 1_000
HELD: Final = 300_000
TICK_S: Final = 0.2


def graph(assets: int) -> AssetGraph:
    """Cables with an operator for every four."""
    cables = [Asset(f"cable:{n:06}", "cable", f"Cable {n}") for n in range(assets * 4 // 5)]
    operators = [Asset(f"operator:{n:06}", "operator", f"Operator {n}") for n in range(assets // 5)]
    edges = [
        AssetEdge(f"cable:{n:06}", f"operator:{n // 4:06}", "operated_by")
        for n in range(len(cables))
    ]
    return AssetGraph((*cables, *operators), tuple(edges))


def stream(count: int, assets: int, days: float, seed: int = 1) -> Stream:
    """Findings at uneven rates, each at one asset, the maritime ones with a place."""
    draw = np.random.default_rng(seed)
    tokens = tuple(sorted(graph(assets).assets))
    t0 = np.sort(draw.integers(0, int(days * DAY), count)) + 1_770_000_000_000_000
    domain = draw.integers(0, len(DOMAINS), count).astype(np.int16)
    at = (draw.random(count) ** 1.5 * assets).astype(np.int32)
    placed = (domain == 2) & (draw.random(count) < 0.5)
    one = np.arange(count + 1, dtype=np.int64)
    return Stream(
        (), DOMAINS, DOMAINS, tokens,
        domain, domain.astype(np.int32), t0, t0 + draw.integers(0, 6 * HOUR, count),
        np.zeros(count, bool),
        np.where(placed, draw.uniform(-180, 180, count), np.nan),
        np.where(placed, draw.uniform(-60, 70, count), np.nan),
        np.full(count, 500, np.float32),
        one, at, np.zeros(count + 1, np.int64), np.empty(0, np.int32),
        np.arange(count, dtype=np.int32), draw.integers(0, 4, count).astype(np.int8),
        np.full(count, 2, np.int8),
    )  # fmt: skip


def _warm() -> None:
    join(_field(1_000, 100, 90), LEAST)


def _field(count: int, assets: int, days: float) -> Field:
    return ready(stream(count, assets, days), graph(assets), load_priors())


def seconds(count: int, assets: int) -> float:
    """CPU seconds from columns and graph to incidents."""
    made, table, priors = stream(count, assets, 365), graph(assets), load_priors()
    begun = time.process_time()
    join(ready(made, table, priors), LEAST)
    return time.process_time() - begun


def _correlated(quick: bool) -> Measured:
    """All of a stream, from columns to incidents."""
    _warm()
    count = QUICK if quick else FINDINGS
    return Measured(tuple(count / seconds(count, count // 100) for _ in range(3 if quick else 1)))


def cold(count: int, assets: int, path: Path) -> tuple[float, float]:
    """(CPU seconds of the threads beside the first, of that one) from a file of JSON lines and a
    graph to incidents."""
    with path.open("wb") as file:
        for first in range(0, count, QUICK):
            span = 365 * DAY * QUICK // count
            begin = 1_770_000_000_000_000 + first // QUICK * span
            file.write(_lines(first, min(QUICK, count), assets, begin, span, first + 1))
    table, priors = graph(assets), load_priors()
    begun, own = time.process_time(), time.thread_time()
    join(ready(read_file(path, table), table, priors), LEAST)
    own = time.thread_time() - own
    return time.process_time() - begun - own, own


def _cold(quick: bool) -> Measured:
    """Findings a second on two cores from JSON lines to incidents: two threads read lines and join,
    and all else is one's work, counted as if it came after."""
    _warm()
    count = QUICK if quick else FINDINGS
    with tempfile.TemporaryDirectory() as folder:
        beside, own = cold(count, count // 100, Path(folder) / "findings.jsonl")
    return Measured((count / (beside / 2 + own),))


def _slope(quick: bool) -> Measured:
    """1 over the exponent by which the cost grows from the smallest to the largest."""
    _warm()
    sizes = (10_000, 100_000) if quick else (10_000, 100_000, 1_000_000, FINDINGS)
    spent = [min(seconds(size, size // 100) for _ in range(2)) for size in sizes[:-1]]
    spent.append(seconds(sizes[-1], sizes[-1] // 100))
    slope = math.log(spent[-1] / spent[0]) / math.log(sizes[-1] / sizes[0])
    return Measured((1 / max(slope, 0.01),))


def _null(quick: bool) -> Measured:
    """The moved streams of a night, on two cores: they are joined in two threads."""
    _warm()
    count, shifts = (QUICK, 20) if quick else (NULL, 200)
    field = _field(count, count // 100, 90)
    begun = time.process_time()
    found = move(field, 1, shifts)
    return Measured((2 * found.shifts * count / (time.process_time() - begun),))


def _lines(first: int, count: int, assets: int, begin: int, span: int, seed: int) -> bytes:
    """JSON lines of findings from `begin` on over `span` µs."""
    draw = np.random.default_rng(seed)
    t0: list[int] = (np.sort(draw.integers(0, max(1, span), count)) + begin).tolist()
    at = (draw.random(count) ** 1.5 * assets).astype(int).tolist()
    domain: list[int] = draw.integers(0, len(DOMAINS), count).tolist()
    tokens = sorted(graph(assets).assets)
    return b"".join(
        msgspec.json.encode(
            {
                "id": f"f{first + n}", "domain": DOMAINS[domain[n]], "kind": "k",
                "t0": format_instant(t0[n]), "assets": [tokens[at[n]]],
                "lineage": f"l{first + n}", "reliability": "B",
            }
        ) + b"\n"
        for n in range(count)
    )  # fmt: skip


def latencies(held: int, seconds: int, a_second: int = A_SECOND) -> list[float]:
    """CPU seconds from each finding of a stream of so many a second until what it changes is told,
    with `held` findings of 90 days before. The stream's own clock goes on by what is computed."""
    assets = ASSETS // 100 if held < NULL // 10 else ASSETS
    live = Live("bench", graph(assets), load_priors(), shifts=20)
    begin = 1_770_000_000_000_000
    live.add(_lines(0, held, assets, begin, 90 * DAY, 1))
    live.changes(live.look())
    now = begin + 90 * DAY
    lines = _lines(held, seconds * a_second, assets, now, seconds * SECOND, 2).splitlines(True)
    waited: list[float] = []
    clock, done = TICK_S, 0
    while done < len(lines):
        due = min(len(lines), int(clock * a_second))
        begun = time.process_time()
        live.add(b"".join(lines[done:due]))
        live.changes(live.look())
        clock += time.process_time() - begun
        waited += [clock - n / a_second for n in range(done, due)]
        done = due
        clock = max(clock, (done + 1) / a_second + TICK_S)
    return waited


def _live(quick: bool) -> Measured:
    """1 over the time that 99 of 100 findings of a stream are told within."""
    _warm()
    waited = latencies(*((20_000, 3) if quick else (HELD, 60)))
    return Measured((1 / float(np.percentile(waited, 99)),))


CASES: Final = (
    Case("findings to incidents", "picture", "findings/s", 0, "", _correlated, least=FINDINGS / 60),
    Case(
        "lines to incidents, two cores", "picture", "findings/s", 0, "", _cold, least=FINDINGS / 60
    ),
    Case("cost grows as 1/exponent", "picture", "", 0, "", _slope, least=0.8),
    Case("live: 1/seconds to be told", "picture", "1/s", 0, "", _live, least=1 / 5),
    Case("chance of a night", "picture", "findings/s", 0, "", _null, least=NULL * 200 / 600),
)

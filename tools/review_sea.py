"""Lays a sample of a node's sea findings beside the positions that they rest on, for a person to
judge: `python tools/review_sea.py NODE --seed 6 --each 20`.

First come the findings of each kind per 1,000 vessel-days (a ship heard on a day). Then of each
kind as many as asked for, drawn by the seed: what the finding measured, and of each of its first
ships some kept positions before, during and after. All kept positions are held in memory. Nothing
is judged here; what a person said of one sample stands in docs/sea.md.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from noroshi.desks.sea import desk
from noroshi.node.node import Node
from noroshi.store.rows import FindingRow
from noroshi.words.time import DAY, HOUR

AROUND = 2 * HOUR
INSIDE = 6
"""Positions of a ship shown from within a finding; two each from before and after."""

SHIPS = 3
Fix = tuple[int, float, float, int, int, int]
"""Time µs, latitude and longitude in degrees, speed and course in tenths, status."""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("node", type=Path)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--each", type=int, default=20, help="findings of a kind (default 20)")
    parser.add_argument("--kind", choices=sorted(desk.kinds), help="only this one")
    chosen = parser.parse_args()
    with Node.open(chosen.node) as node:
        rows = [each for each in node.store.findings() if each.kind in desk.kinds]
        ships = kept(node.settings.history)
    rates(rows, ships)
    rng = np.random.default_rng(chosen.seed)
    for kind in [chosen.kind] if chosen.kind else sorted(desk.kinds):
        of = sorted((each for each in rows if each.kind == kind), key=lambda each: each.id)
        drawn = rng.choice(len(of), min(chosen.each, len(of)), replace=False) if of else []
        print(f"\n## {kind}: {len(drawn)} of {len(of)}")
        for number, each in enumerate(sorted(int(n) for n in drawn), start=1):
            show(number, of[each], ships)


def kept(folder: Path) -> dict[str, list[Fix]]:
    """Every kept position by ship, as its source names it, and time."""
    found: dict[str, set[Fix]] = defaultdict(set)
    for path in sorted(folder.glob("position/*/*/*.parquet")):
        held = pq.ParquetFile(path).read().to_pydict()
        names = held.get("track") or [f"{each:09d}" for each in held["mmsi"]]
        numbers = zip(*(held[name] for name in ("t", "lat", "lon", "sog", "cog", "status")),
                      strict=True)  # fmt: skip
        for name, (t, lat, lon, sog, cog, status) in zip(names, numbers, strict=True):
            found[name].add((t, lat / 600_000, lon / 600_000, sog, cog, status))
    return {name: sorted(fixes) for name, fixes in found.items()}


def rates(rows: list[FindingRow], ships: dict[str, list[Fix]]) -> None:
    """Findings of each kind per 1,000 vessel-days."""
    days = sum(len({fix[0] // DAY for fix in fixes}) for fixes in ships.values())
    print(f"{days:,} vessel-days\n\n| kind | findings | per 1,000 vessel-days |\n|---|---|---|")
    for kind, many in sorted(Counter(each.kind for each in rows).items()):
        print(f"| `{kind}` | {many} | {1000 * many / days:.1f} |")


def show(number: int, row: FindingRow, ships: dict[str, list[Fix]]) -> None:
    """One finding and the positions of its first ships."""
    measures = ", ".join(f"{name} {value}" for name, value in sorted(row.measures.items()))
    print(f"\n### {row.kind} {number}: {stamp(row.t0)} to {stamp(row.t1)}, {' '.join(row.assets)}")
    print(measures)
    for subject in row.subjects[:SHIPS]:
        of = ships.get(re.split("[:-]", subject)[-1], [])
        fixes = [each for each in of if row.t0 - AROUND <= each[0] <= row.t1 + AROUND]
        inside = [n for n, each in enumerate(fixes) if row.t0 <= each[0] <= row.t1]
        print(f"{subject}: {len(inside)} positions within")
        for n in some(inside, len(fixes)):
            t, lat, lon, sog, cog, status = fixes[n]
            mark = " " if row.t0 <= t <= row.t1 else "·"
            moving = f"{tenths(sog)} kn {tenths(cog)}° {status}"
            print(f" {mark} {stamp(t)} {lat:9.5f} {lon:10.5f} {moving}")


def some(inside: list[int], many: int) -> list[int]:
    """Of `many` positions which are shown, where those of `inside` are within the finding."""
    if not inside:
        return list(range(min(many, INSIDE)))
    first, last = inside[0], inside[-1]
    spread = {inside[n * (len(inside) - 1) // (INSIDE - 1)] for n in range(INSIDE)}
    shown = {*range(max(0, first - 2), first), *spread, *range(last + 1, min(last + 3, many))}
    return sorted(shown)


def stamp(t: int) -> str:
    """To the second."""
    return str(np.datetime64(t, "us").astype("datetime64[s]"))


def tenths(value: int) -> str:
    """Of a speed or course as it is kept."""
    return "    –" if value == 65_535 else f"{value / 10:5.1f}"


if __name__ == "__main__":
    main()

"""Weighs the picture against planted truth: `python tools/score_picture.py --seed 1001 --seeds 28`.

Worlds of a year with 40 campaigns and 40 decoys each are drawn by `picture/plant.py`. `--busy`
multiplies the background. Prints recall, false incidents a month, decoys and calibration of the
picture and of two other rules, or `--json`.
"""

from __future__ import annotations

import argparse
import sys

import msgspec

from noroshi.picture.plant import World
from noroshi.picture.priors import load_priors
from noroshi.picture.weigh import Band, Weighed, weigh, wilson


def report(found: Weighed) -> list[str]:
    """Tables in Markdown."""
    lines = [
        "| rule | campaigns met | recall (95 %) | false a month | decoys |",
        "|---|---|---|---|---|",
    ]
    for each in found.tallies:
        low, high = each.interval()
        lines.append(
            f"| {each.rule} | {each.met} of {each.planted} "
            f"| {each.recall:.2f} ({low:.2f}–{high:.2f}) | {each.false_a_month:.2f} "
            f"| {each.decoys} of {each.decoys_planted} |"
        )
    for title, bands in (("said (measured)", found.bands), ("said (as stated)", found.stated)):
        lines += [
            "",
            f"| {title} | incidents | mean said | true (95 %) | |",
            "|---|---|---|---|---|",
        ]
        lines += [_band(band) for band in bands if band.many]
    return lines


def _band(band: Band) -> str:
    """A row of a reliability diagram: the bar is what was true, the mark what was said."""
    said, true = band.said / band.many, band.true / band.many
    low, high = wilson(band.true, band.many)
    bar = ["█" if n < round(true * 20) else "·" for n in range(20)]
    bar[min(19, int(said * 20))] = "│"
    return (
        f"| {band.low:.0%}–{band.high:.0%} | {band.many} | {said:.2f} "
        f"| {true:.2f} ({low:.2f}–{high:.2f}) | `{''.join(bar)}` |"
    )


def main() -> None:
    """Weigh and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1001)
    parser.add_argument("--seeds", type=int, default=28)
    parser.add_argument("--busy", type=float, default=0.5)
    parser.add_argument("--shifts", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    worlds = [
        World(seed=seed, busy=given.busy) for seed in range(given.seed, given.seed + given.seeds)
    ]
    found = weigh(worlds, load_priors(), given.shifts)
    if given.json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    else:
        print("\n".join(report(found)))


if __name__ == "__main__":
    main()

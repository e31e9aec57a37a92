"""Scores the sea desk against planted truth: `python tools/score_sea.py --seed 1001 --seeds 5`.

Every case of `desks/sea/cases.py` is planted once per seed into MovingPandas' Suez table (bundled),
at places and times that the seed draws; look-alikes at anchor lie in Suez's own anchorage. The
background figure is of both bundled tables with nothing planted. Prints a table, or `--json`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from noroshi.desks.sea import desk
from noroshi.desks.sea.cases import CASES
from noroshi.desks.sea.inland import inland
from noroshi.desks.sea.plant import Inject, by_mmsi, plant, reports
from noroshi.desks.sea.score import Scene, score_alike, score_kind
from noroshi.desks.sea.sphere import chord_m, vectors
from noroshi.desks.sea.truths import Truth
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Found, Source, detect
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand
from noroshi.words.place import Place
from noroshi.words.shape import around
from noroshi.words.time import DAY, MINUTE, parse_instant

SAMPLES = Path(__file__).resolve().parents[1] / "src/noroshi/data/samples"
BACKGROUND = "suez-202103.csv.gz"
UNPLANTED = (BACKGROUND, "gfw-201801.csv.gz")
BEGIN = parse_instant("2021-03-20T06:00:00Z")
ROADS = (32.53, 29.80)
ON_LAND = ("on_land", "inland_ships", "lone_barge")
CABLES = ("drag", "over_a_cable", "dredger", "cable_failed", "corrected_report", "zone_transit",
          "along_a_rim", "past_a_zone")  # fmt: skip
"""Planted first, as the others keep away from what they bring."""

ANCHORED = ("bunkering", "port_queue", "dragging_at_anchor")
SITES = [
    (lon, lat) for lat in (32.6, 33.2, 33.8, 34.4) for lon in np.arange(26.5, 34.0, 1.0).tolist()
]
"""Sea places of the eastern Mediterranean, the last ones amid the ships of the Suez table."""


def columns(name: str) -> Columns:
    """A bundled table as positions by MMSI."""
    data = gzip.decompress((SAMPLES / name).read_bytes())
    label = Label((Strand("EU", "maritime", "ais"),))
    source = Source(name, name, BEGIN, hashlib.sha256(data).hexdigest(), label, "EU", "B",
                    lambda: io.BytesIO(data))  # fmt: skip
    parts = [each for each in desk.read(source) if isinstance(each, Columns)]
    parts = [each for each in parts if each.kind == "position"]
    arrays = {key: np.concatenate([part.arrays[key] for part in parts]) for key in parts[0].arrays}
    return by_mmsi(Columns("position", source, arrays))


def reported(truths: list[Truth], cables: dict[str, Asset]) -> list[Columns]:
    """What operators said of planted cables, as the desk reads it from their table."""
    rows = [
        f"{truth.ref},{cables[truth.ref].id},{np.datetime64(at, 'us').item():%Y-%m-%dT%H:%M:%SZ}"
        for truth in truths
        for at in truth.reported
    ]
    data = "\n".join(["ref,asset,began", *rows]).encode()
    label = Label((Strand("EU", "maritime", "outage"),))
    source = Source("outages", "outages", BEGIN, hashlib.sha256(data).hexdigest(), label, "EU", "B",
                    lambda: io.BytesIO(data))  # fmt: skip
    return [each for each in desk.read(source) if isinstance(each, Columns)]


def find(
    whole: Columns, assets: tuple[Asset, ...] = (), more: Sequence[Columns] = ()
) -> tuple[Finding, ...]:
    """Everything that the desk finds with its default parameters."""
    chosen = desk.parameters({})
    context = Context("EU", AssetGraph(assets), desk.kinds, chosen, sha256(canonical(chosen)))
    emits = detect(desk, context, [whole, *more])
    return tuple(emit.finding for emit in emits if isinstance(emit, Found))


def scene(background: Columns, seed: int) -> Scene:
    """Every case once, each at a place and a time of its own."""
    rng = np.random.default_rng(seed)
    sites = rng.permutation(len(SITES))
    whole, truths, shapes, taken = background, list[Truth](), list[Line](), 0
    for number, case in enumerate(sorted(CASES, key=lambda each: each not in CABLES)):
        at = BEGIN + int(rng.integers(0, 60 * 60)) * MINUTE
        for turn in range(50):
            site = SITES[sites[(taken + turn) % len(sites)]]
            lon, lat = ROADS if case in ANCHORED else site
            off = rng.uniform(-0.05, 0.05, 2) if case in ANCHORED else rng.uniform(-0.2, 0.2, 2)
            inject = Inject(case, at, lon + off[0], lat + off[1], number * 100)
            chance = seed * 1_000 + number + 100_000_000 * turn
            rows, told = reports(inject, chance)
            if case in ON_LAND or (afloat(rows) and apart(rows, shapes)):
                break
        taken += turn + 1
        whole, told = plant(inject, whole, chance)
        truths += told
        shapes += [truth.line or truth.area for truth in told if truth.line or truth.area]
    cables = {each.ref: Asset(f"cable:{each.ref}", "cable", each.ref, path=each.line)
              for each in truths if each.line}  # fmt: skip
    zones = [Asset(f"zone:{each.ref}", "zone", each.ref, place=ring(each.area))
             for each in truths if each.area]  # fmt: skip
    assets = (*cables.values(), *zones)
    return Scene(tuple(truths), find(whole, assets, reported(truths, cables)))


def ring(area: Line) -> Place:
    """The place within a closed rim."""
    return around(json.dumps({"type": "Polygon", "coordinates": [area]}).encode())


Line = tuple[tuple[float, float], ...]


def afloat(rows: dict[str, np.ndarray]) -> bool:
    """Whether no planted ship sails over land."""
    return not inland(rows["lon"], rows["lat"]).any()


def apart(rows: dict[str, np.ndarray], shapes: list[Line]) -> bool:
    """Whether no planted ship comes within 25 km of the middle of another case's cable or zone."""
    middles = [np.mean(each[-4:], axis=0) for each in shapes]
    points = vectors(rows["lon"], rows["lat"])
    near = (chord_m(points, vectors(*each[:, np.newaxis])).min() < 25_000 for each in middles)
    return not any(near)


def vessel_days(whole: Columns) -> int:
    """Days on which each vessel was heard, summed."""
    pairs = np.stack([whole.arrays["mmsi"], whole.arrays["t"] // DAY])
    return len(np.unique(pairs, axis=1).T)


def report(first: int, many: int) -> dict[str, object]:
    """All figures as one table of plain values."""
    background = columns(BACKGROUND)
    scenes: list[Scene] = []
    for seed in range(first, first + many):
        print(f"seed {seed} ({seed - first + 1} of {many})", file=sys.stderr)
        scenes.append(scene(background, seed))
    unplanted = [columns(name) for name in UNPLANTED]
    days = sum(vessel_days(each) for each in unplanted)
    told = [each.kind for whole in unplanted for each in find(whole)]
    kinds = [score_kind(kind, scenes) for kind in sorted(desk.kinds)]
    alikes = [score_alike(case, scenes) for case in CASES]
    return {
        "seeds": [first, first + many - 1],
        "vessel_days": days,
        "kinds": [
            msgspec.to_builtins(each)
            | {
                "precision": each.precision,
                "recall": each.recall,
                "background": told.count(each.kind),
                "background_per_1000_vessel_days": round(1000 * told.count(each.kind) / days, 1),
            }
            for each in kinds
        ],
        "look_alikes": [msgspec.to_builtins(each) for each in alikes if each.planted],
    }


def show(figures: dict[str, object]) -> None:
    """As two Markdown tables: they stand in docs/sea.md."""
    print(f"Seeds {figures['seeds']}; background of {figures['vessel_days']} vessel-days.\n")
    heads = ("kind", "planted", "met", "false", "precision", "recall", "onset error, min",
             "background", "per 1,000 vessel-days")  # fmt: skip
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for each in figures["kinds"]:
        ratios = ["—" if each[name] is None else f"{each[name]:.2f}"
                  for name in ("precision", "recall")]  # fmt: skip
        onset = "—" if each["onset_min"] is None else each["onset_min"]
        cells = (f"`{each['kind']}`", each["planted"], each["met"], each["false"], *ratios, onset,
                 each["background"], each["background_per_1000_vessel_days"])  # fmt: skip
        print("| " + " | ".join(map(str, cells)) + " |")
    print("\n| must stay silent | planted | fired | as |\n|---|---|---|---|")
    for each in figures["look_alikes"]:
        said = ", ".join(each["kinds"]) or "—"
        print(f"| `{each['case']}` | {each['planted']} | {each['fired']} | {said} |")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1001, help="first seed (default 1001)")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds (default 5)")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    chosen = parser.parse_args()
    figures = report(chosen.seed, chosen.seeds)
    if chosen.json:
        print(json.dumps(figures, indent=1))
    else:
        show(figures)


if __name__ == "__main__":
    main()

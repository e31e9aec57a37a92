"""Scores the sea desk against planted truth: `python tools/score_sea.py --seed 1001 --seeds 5`.

Every case of `desks/sea/cases.py` is planted once per seed into MovingPandas' Suez table (bundled),
at places and times that the seed draws; look-alikes at anchor lie in Suez's own anchorage. The
background figure is of both bundled tables with nothing planted. Prints a table, or `--json`.

`--hush` scores gaps on real ships instead: of each ship of the Suez table that was heard well for
hours, eight hours are taken out, drawn by the seed, and it is counted for how many a gap is told.
`--alone LOG` counts the ships of a log that would be told as on land if nobody else had been heard.
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
from typing import Any

import msgspec
import numpy as np

from noroshi.desks.sea import desk, ports
from noroshi.desks.sea.attach import segments
from noroshi.desks.sea.cases import CASES
from noroshi.desks.sea.gap import gaps
from noroshi.desks.sea.inland import inland
from noroshi.desks.sea.plant import Inject, by_mmsi, plant, reports
from noroshi.desks.sea.score import Scene, score_alike, score_kind
from noroshi.desks.sea.sphere import chord_m, vectors
from noroshi.desks.sea.state import State, is_vessel
from noroshi.desks.sea.tracks import heard, sound
from noroshi.desks.sea.truths import Truth
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Found, Source, detect
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand
from noroshi.words.place import Place
from noroshi.words.shape import around
from noroshi.words.time import DAY, HOUR, MINUTE, parse_instant

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
SITES: list[tuple[float, float]] = [
    (lon, lat) for lat in (32.6, 33.2, 33.8, 34.4) for lon in np.arange(26.5, 34.0, 1.0).tolist()
]
"""Sea places of the eastern Mediterranean, the last ones amid the ships of the Suez table."""


def source(name: str, data: bytes, kind: str = "ais") -> Source:
    """These bytes as a source."""
    label = Label((Strand("EU", "maritime", kind),))
    return Source(name, name, BEGIN, hashlib.sha256(data).hexdigest(), label, "EU", "B",
                  lambda: io.BytesIO(data))  # fmt: skip


def columns(name: str) -> Columns:
    """A bundled table as positions by MMSI."""
    data = gzip.decompress((SAMPLES / name).read_bytes())
    parts = [each for each in desk.read(source(name, data)) if isinstance(each, Columns)]
    parts = [each for each in parts if each.kind == "position"]
    arrays = {key: np.concatenate([part.arrays[key] for part in parts]) for key in parts[0].arrays}
    return by_mmsi(Columns("position", parts[0].source, arrays))


def reported(truths: list[Truth], cables: dict[str, Asset]) -> list[Columns]:
    """What operators said of planted cables, as the desk reads it from their table."""
    rows = [
        f"{truth.ref},{cables[truth.ref].id},{np.datetime64(at, 'us').item():%Y-%m-%dT%H:%M:%SZ}"
        for truth in truths
        for at in truth.reported
    ]
    data = "\n".join(["ref,asset,began", *rows]).encode()
    told = desk.read(source("outages", data, "outage"))
    return [each for each in told if isinstance(each, Columns)]


def find(
    whole: Columns, assets: tuple[Asset, ...] = (), more: Sequence[Columns] = ()
) -> tuple[Finding, ...]:
    """Everything that the desk finds with its default parameters."""
    sea: Any = desk
    emits = detect(sea, context(assets), [whole, *more])
    return tuple(emit.finding for emit in emits if isinstance(emit, Found))


def context(assets: tuple[Asset, ...] = ()) -> Context:
    """The desk's, with its default parameters."""
    chosen = desk.parameters({})
    return Context("EU", AssetGraph(assets), desk.kinds, chosen, sha256(canonical(chosen)))


def scene(background: Columns, seed: int) -> Scene:
    """Every case once, each at a place and a time of its own."""
    rng = np.random.default_rng(seed)
    sites = rng.permutation(len(SITES))
    whole, truths, shapes, taken = background, list[Truth](), list[Line](), 0
    for number, case in enumerate(sorted(CASES, key=lambda each: each not in CABLES)):
        at = BEGIN + int(rng.integers(0, 60 * 60)) * MINUTE
        turn, chance, inject = 0, 0, Inject(case, at, *ROADS)
        for turn in range(50):
            site = SITES[int(sites[(taken + turn) % len(sites)])]
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


def report(first: int, many: int) -> dict[str, Any]:
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


def hush(seed: int) -> None:
    """How many real ships are told that fall silent by our hand: one of each ship and of each part
    of the table, where it had been heard in 14 minutes of the 12 h before and was never silent for
    over an hour in the nine after."""
    whole = columns(BACKGROUND)
    t, mmsi = whole.arrays["t"], whole.arrays["mmsi"]
    rng = np.random.default_rng(seed)
    print("| from | ships | told | under way | told |\n|---|---|---|---|---|")
    for name, low, high in (("20 and 21 March", 0, HUSHED), ("22 to 24 March", HUSHED, 1 << 62)):
        counts = np.zeros((2, 2), int)
        for ship in np.unique(mmsi).tolist():
            own = np.sort(t[mmsi == ship])
            begins = [at for at in own.tolist() if low <= at < high and _well_heard(own, at)]
            if not begins:
                continue
            began = int(rng.choice(begins))
            out = (mmsi == ship) & (t > began) & (t < began + 8 * HOUR)
            there = vectors(whole.arrays["lon"][out], whole.arrays["lat"][out])
            left = {key: values[~out] for key, values in whole.arrays.items()}
            told = _silent(Columns("position", whole.source, left), f"mmsi:{ship:09d}", began)
            counts[int(chord_m(there[0], there[-1]) > 5_000)] += (1, told)
        (_, _), (moved, of_those) = counts.tolist()
        print(f"| {name} | {counts[:, 0].sum()} | {counts[:, 1].sum()} | {moved} | {of_those} |")


HUSHED = parse_instant("2021-03-22T00:00:00Z")
"""Where the part ends by which the rules of gaps were made."""


def alone(path: Path) -> None:
    """How many ships of a log say that they are under way where the map has land and no port is
    near, by whether their identities are even or odd: who would be told if heard thrice and alone.
    """
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    chosen = desk.parameters({})
    harbours = ports.indexed(chosen.land_port_m)
    ships: set[int] = set()
    ashore: set[int] = set()
    for each in desk.read(source(path.name, data)):
        if isinstance(each, Columns) and each.kind == "position":
            rows = {name: each.arrays[name] for name in ("mmsi", "lon", "lat", "sog_kn")}
            moving = is_vessel(rows["mmsi"]) & (rows["sog_kn"] > chosen.land_kn)
            ships |= {*rows["mmsi"][moving].tolist()}
            dry = np.flatnonzero(moving & inland(rows["lon"], rows["lat"]))
            near = harbours.nearest(vectors(rows["lon"][dry], rows["lat"][dry]))[1]
            ashore |= {*rows["mmsi"][dry[near > chosen.land_port_m]].tolist()}
    for rest, name in enumerate(("even", "odd")):
        many, told = (sum(ship % 2 == rest for ship in each) for each in (ships, ashore))
        print(f"{path.name}, {name} identities: {told} of {many} ships under way")


def _silent(left: Columns, ship: str, began: int) -> bool:
    """Whether a gap of the ship is told that began then; gaps alone are looked for."""
    state = State(context())
    state.take(left)
    whole, chosen = heard(state), state.context.parameters
    track = sound(whole, segments(whole, chosen), chosen)
    began_so = (
        each.start
        for each in gaps(track, chosen)
        if track.subjects[int(track.vessel[each.start])] == ship
    )
    return any(abs(int(track.t[row]) - began) <= MINUTE for row in began_so)


def _well_heard(own: np.ndarray, at: int) -> bool:
    after = own[(own >= at) & (own <= at + 9 * HOUR)]
    before = own[(own > at - 12 * HOUR) & (own <= at)]
    steady = after[-1] >= at + 8 * HOUR and int(np.diff(after).max(initial=0)) <= HOUR
    return bool(steady and len(np.unique(before // MINUTE)) >= 14)


def show(figures: dict[str, Any]) -> None:
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
    parser.add_argument("--alone", type=Path, metavar="LOG", help="count lone ships inland")
    parser.add_argument("--hush", action="store_true", help="score gaps on real ships")
    chosen = parser.parse_args()
    if chosen.alone:
        alone(chosen.alone)
        return
    if chosen.hush:
        hush(chosen.seed)
        return
    figures = report(chosen.seed, chosen.seeds)
    if chosen.json:
        print(json.dumps(figures, indent=1))
    else:
        show(figures)


if __name__ == "__main__":
    main()

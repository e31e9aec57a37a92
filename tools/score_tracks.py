"""Scores how ships of one identity are told apart: `python tools/score_tracks.py SHARED`.

SHARED is a checkout's `../shared` (or `data/sea/tracks` in it). Truth comes from elsewhere than our
own code: from places that no ship could share, and names (240000000: a river of Colombia and the
Bay of Bengal; 431704490 and 224108190: a ship's waters, and positions strewn over the Earth, or
within those waters where no ship could have come from or gone to the others);
from what came before and after (338013000: a ship on its way, and positions far off it); and by
putting real ships under one identity: GFW's, moved to one time, and those of MovingPandas' Suez
table as they lay there. Labels that GFW published with 338013000 are what its own program is
expected to say and not used: they hold a burst of seven positions for wild that the ship reached at
the 11 kn it reported, and take the wild one before it for the ship.

Every set is cut in two. Thresholds were chosen on the part `tuned`; what counts is the part `held
out`. The score is the adjusted Rand index (Hubert and Arabie 1985): 1 where the positions are told
apart exactly as the truth has them, 0 where as by chance. Prints a table, or `--json`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import itertools
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from math import comb
from pathlib import Path

import numpy as np

from noroshi.desks.sea import desk
from noroshi.desks.sea.attach import segments
from noroshi.desks.sea.state import State
from noroshi.desks.sea.tracks import heard
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Columns, Context, Source
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand
from noroshi.words.place import distance_m

MMSI = 298_000_001
ALONE = ("204814000", "205316000", "224051350", "227317360", "230942350", "538004505")
"""GFW's identities in which no leg is impossible and one name, if any, is given."""

TWICE = "249014000"
"""One of pyseas' three vessels is heard twice by turns, late by an hour or more the second time
(GFW has two segments of it at once): no truth of one ship."""

Row = tuple[float, float, float, float, float, str]
"""Seconds, longitude, latitude, knots, course (nan: not given), and whose it truly is."""


def adjusted_rand(truth: list[object], told: list[object]) -> float:
    """Hubert and Arabie's index of two partitions of the same things."""
    if len(truth) < 2:
        return 1.0
    both = sum(comb(many, 2) for many in Counter(zip(truth, told, strict=True)).values())
    ours = sum(comb(many, 2) for many in Counter(truth).values())
    theirs = sum(comb(many, 2) for many in Counter(told).values())
    chance = ours * theirs / comb(len(truth), 2)
    most = (ours + theirs) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def told_apart(rows: list[Row]) -> tuple[list[object], list[object]]:
    """Truth and our answer for each position that is held: one a minute."""
    chosen = desk.parameters({})
    context = Context("EU", AssetGraph(()), desk.kinds, chosen, sha256(canonical(chosen)))
    state = State(context)
    state.take(_columns(rows))
    track = heard(state)
    places = state.table()["place"][track.held]
    truth: list[object] = [rows[int(place) - 1][5] for place in places]
    return truth, segments(track, chosen).tolist()


def _columns(rows: list[Row]) -> Columns:
    label = Label((Strand("EU", "maritime", "ais"),))
    source = Source("rows", "rows", 0, "0" * 64, label, "EU", "B", io.BytesIO)
    many = len(rows)
    t, lon, lat, sog, cog = (np.array([row[n] for row in rows]) for n in range(5))
    return Columns("position", source, {
        "mmsi": np.full(many, MMSI), "t": (t * 1e6).astype("i8"), "lon": lon, "lat": lat,
        "sog_kn": sog.astype("f4"), "cog_deg": cog.astype("f4"),
        "heading_deg": np.full(many, np.nan, "f4"), "status": np.full(many, -1, "i1"),
        "type": np.zeros(many, "u1"), "clock": np.full(many, 2, "u1"),
        "precision": np.ones(many, "u1"), "sound": np.ones(many, "?"),
        "row": np.arange(1, many + 1),
    })  # fmt: skip


def gfw(tracks: Path, name: str) -> list[Row]:
    """The positions of one of GFW's files in order of time."""
    (path,) = tracks.glob(f"gfw-{name}*.jsonl.gz")
    with gzip.open(path, "rt") as lines:
        said = [json.loads(line) for line in lines]
    rows = [
        (_seconds(each["timestamp"]), each["lon"], each["lat"], _known(each.get("speed"), 102.2),
         _known(each.get("course"), 359.9), name)
        for each in said
        if each.get("lat") is not None and abs(each["lat"]) <= 90 and abs(each["lon"]) < 180
    ]  # fmt: skip
    return sorted(rows)


def _known(value: float | None, most: float) -> float:
    return float("nan") if value is None or value > most else float(value)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "T")).timestamp()


def suez(tracks: Path) -> dict[str, list[Row]]:
    """MovingPandas' ships by number."""
    found: dict[str, list[Row]] = defaultdict(list)
    with gzip.open(
        tracks / "suez-boat-positions-202103.csv.gz", "rt", encoding="utf-8-sig"
    ) as file:
        for row in csv.DictReader(file):
            t = datetime.strptime(
                row["ais_pos_timestamp"] + "+0000", "%d/%m/%Y %H:%M%z"
            ).timestamp()
            nan = float("nan")
            found[row["ID"]].append(
                (t, float(row["longitude"]), float(row["latitude"]), nan, nan, row["ID"])
            )
    return {ship: sorted(rows) for ship, rows in found.items() if len(rows) >= 20}


def pyseas(tracks: Path) -> dict[str, list[Row]]:
    """The fishing vessels of GFW's pyseas, by identity."""
    found: dict[str, list[Row]] = defaultdict(list)
    with zipfile.ZipFile(tracks / "gfw-pyseas-position_messages.csv.zip") as packed:
        (name,) = packed.namelist()
        for row in csv.DictReader(io.TextIOWrapper(packed.open(name))):
            knots = float(row["speed"] or "nan")
            found[row["ssvid"]].append(
                (_seconds(row["timestamp"]), float(row["lon"]), float(row["lat"]), knots,
                 float("nan"), row["ssvid"])
            )  # fmt: skip
    return {ship: sorted(rows) for ship, rows in found.items()}


def strewn(rows: list[Row], waters: dict[str, tuple[float, float, float, float]]) -> list[Row]:
    """Rows whose owner is the waters (west, east, south, north) that they lie in; each row outside
    all of them is nobody else's, and so is one that is over `WILD_KN` off its ship both before and
    after."""
    found: list[Row] = []
    for n, row in enumerate(rows):
        inside = [name for name, (west, east, south, north) in waters.items()
                  if west <= row[1] <= east and south <= row[2] <= north]  # fmt: skip
        found.append((*row[:5], inside[0] if inside else f"error {n}"))
    return [(*row[:5], f"error {n}") if wild(found, n) else row for n, row in enumerate(found)]


WILD_KN = 150.0
"""Faster than anything that floats, whichever way clocks are out by some seconds."""


def wild(rows: list[Row], n: int) -> bool:
    """Whether row `n` is off both the last row of its owner before it and the first after it."""
    row = rows[n]
    own = [each for each in rows if each[5] == row[5] and each[0] != row[0]]
    before = [each for each in own if each[0] < row[0]][-1:]
    after = [each for each in own if each[0] > row[0]][:1]
    return len(before + after) == 2 and all(
        distance_m(*row[1:3], *each[1:3]) > WILD_KN * 1852 / 3600 * (abs(each[0] - row[0]) + 10)
        for each in before + after
    )


def on_the_way(rows: list[Row]) -> list[Row]:
    """Rows of a ship under way; one over 3 km from where the medians of the five before and the
    five after it put the ship is nobody else's."""
    found: list[Row] = []
    for n, row in enumerate(rows):
        sides = [rows[max(0, n - 5) : n] or [row], rows[n + 1 : n + 6] or [row]]
        (t, lon, lat), (u, east, north) = (np.median([each[:3] for each in side], axis=0)
                                           for side in sides)  # fmt: skip
        share = (row[0] - t) / max(u - t, 1.0)
        off = distance_m(row[1], row[2], lon + (east - lon) * share, lat + (north - lat) * share)
        found.append((*row[:5], f"error {n}" if off > 3_000 else row[5]))
    return found


def halves(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Before and after the middle of the time; the first half is for tuning."""
    middle = (rows[0][0] + rows[-1][0]) / 2
    return [row for row in rows if row[0] < middle], [row for row in rows if row[0] >= middle]


def together(ships: list[list[Row]], at_once: bool) -> list[Row]:
    """Ships under one identity: as they were, or each moved in time to begin with the first."""
    if at_once:
        ships = [[(row[0] - ship[0][0], *row[1:]) for row in ship] for ship in ships]
    return sorted(row for ship in ships for row in ship)


STREWN = {
    "431704490": {"ship": (-35.5, -30.5, 6.0, 11.5)},
    "224108190": {"ship": (2.0, 6.0, 40.0, 43.0)},
    "240000000": {"river": (-75.6, -73.4, 6.5, 11.8), "bay": (78.0, 90.0, 10.0, 23.0)},
}
"""Waters (west, east, south, north) of the ships of an identity."""

MIXED = {"two of GFW's ships": 2, "three of GFW's ships": 3, "four of GFW's ships": 4}
NEAR = {"two of GFW's ships, from 30 km apart": 2, "three of them, from 30 km apart": 3}
QUEUED = {"two of Suez": 2, "four of Suez": 4}
MANY = 20
"""Mixtures of each part at most."""


def moved(ships: Sequence[list[Row]]) -> list[list[Row]]:
    """The ships with their tracks moved to begin where the first did, 30 km apart."""
    (_, west, south, *_), found = ships[0][0], list[list[Row]]()
    for n, ship in enumerate(ships):
        _, lon, lat, *_ = ship[0]
        base = min(south, 50.0) + 0.27 * n
        wide = np.cos(np.radians(lat)) / np.cos(np.radians(base))
        found.append([
            (row[0], (west + ((row[1] - lon + 180) % 360 - 180) * wide + 180) % 360 - 180,
             base + row[2] - lat, *row[3:])
            for row in ship
        ])  # fmt: skip
    return found


def sets(
    tracks: Path, names: tuple[str, ...] = ("338013000", *STREWN, *MIXED, *NEAR, *QUEUED)
) -> dict[str, tuple[list[list[Row]], list[list[Row]]]]:
    """By name: identities to tune on, and held out."""
    found: dict[str, tuple[list[list[Row]], list[list[Row]]]] = {}
    for name in names:
        if name in MIXED:
            found[name] = mixed(tracks, MIXED[name], False)
        elif name in NEAR:
            found[name] = mixed(tracks, NEAR[name], True)
        elif name in QUEUED:
            found[name] = queued(tracks, QUEUED[name])
        else:
            rows = gfw(tracks, name)
            rows = strewn(rows, STREWN[name]) if name in STREWN else on_the_way(rows)
            tuned, held = halves(rows)
            found[name] = [tuned], [held]
    return found


def mixed(tracks: Path, size: int, near: bool) -> tuple[list[list[Row]], list[list[Row]]]:
    """Every other set of `size` of GFW's ships, and the rest; `near` each other to begin with."""
    alone = [gfw(tracks, name) for name in ALONE]
    alone += [rows for name, rows in pyseas(tracks).items() if name != TWICE]
    every = list(itertools.combinations(alone, size))[: 2 * MANY]
    made = [together(moved(each) if near else list(each), True) for each in every]
    return made[0::2], made[1::2]


AT_ONCE_S = 6 * 3_600
"""Ships of a mixture of Suez are heard at once for so long: who comes a day after another has left
may be that other, and no method could tell."""


def queued(tracks: Path, size: int) -> tuple[list[list[Row]], list[list[Row]]]:
    """Ships of the Suez table that were heard at once, drawn by chance, of every other one, and of
    the rest."""
    ships = list(suez(tracks).values())
    rng = np.random.default_rng(6)
    return drawn(ships[0::2], size, rng), drawn(ships[1::2], size, rng)


def drawn(ships: list[list[Row]], size: int, rng: np.random.Generator) -> list[list[Row]]:
    """`MANY` mixtures of so many ships each."""
    found: list[list[Row]] = []
    while len(found) < MANY:
        numbers: list[int] = rng.choice(len(ships), size, replace=False).tolist()
        chosen = [ships[n] for n in numbers]
        first, last = max(each[0][0] for each in chosen), min(each[-1][0] for each in chosen)
        if last - first >= AT_ONCE_S:
            found.append(together(chosen, False))
    return found


def report(tracks: Path) -> list[dict[str, object]]:
    """One row of figures for each set and part."""
    rows: list[dict[str, object]] = []
    for name, parts in sets(tracks).items():
        for part, identities in zip(("tuned", "held out"), parts, strict=True):
            answers = [told_apart(each) for each in identities]
            scores = [adjusted_rand(truth, told) for truth, told in answers]
            rows.append({
                "set": name, "part": part, "identities": len(identities),
                "positions": sum(len(truth) for truth, _ in answers),
                "mean": round(float(np.mean(scores)), 3),
                "median": round(float(np.median(scores)), 3), "least": round(min(scores), 3),
            })  # fmt: skip
    return rows


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="../shared, or its data/sea/tracks")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    chosen = parser.parse_args()
    below = chosen.shared / "data" / "sea" / "tracks"
    figures = report(below if below.is_dir() else chosen.shared)
    if chosen.json:
        print(json.dumps(figures, indent=1))
        return
    heads = list(figures[0])
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for row in figures:
        print("| " + " | ".join(str(row[head]) for head in heads) + " |")


if __name__ == "__main__":
    main()

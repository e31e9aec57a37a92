"""Make the bundled ports, anchorages and named seas out of their published tables.

    python tools/geo.py WPI.csv.gz ANCHORAGES.csv.gz MARINE_POLYS.json.gz src/noroshi/data/geo

WPI is the World Port Index of the US National Geospatial-Intelligence Agency (Pub. 150, US public
domain); anchorages are `anchorage_overrides.csv` of Global Fishing Watch's anchorages_pipeline
(Apache-2.0). Only the columns the sea desk uses are kept; degrees are rounded to 4 decimals (11 m,
a fiftieth of an anchorage cell). Named seas are Natural Earth's `ne_10m_geography_marine_polys`
(public domain), rounded to 3 decimals (110 m, a tenth of a millimetre on its map of 1:10 million).
Rows are sorted and gzip stores no time, so that equal input gives equal bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PORT_COLUMNS = ("wpi", "name", "locode", "country", "lat", "lon", "size")
ANCHORAGE_COLUMNS = ("s2id", "lat", "lon", "label", "iso3")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a gzipped CSV with a header."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def ports(path: Path) -> Iterable[tuple[str, ...]]:
    """World Port Index rows as number, name, UN/LOCODE, country, degrees, harbour size; the first
    row of each number, as three numbers stand twice."""
    numbered = {int(float(row["World Port Index Number"])): row for row in reversed(rows(path))}
    for number, row in sorted(numbered.items()):
        yield (
            str(number),
            row["Main Port Name"].strip(),
            row["UN/LOCODE"].replace(" ", ""),
            row["Country Code"].strip(),
            f"{float(row['Latitude']):.4f}",
            f"{float(row['Longitude']):.4f}",
            row["Harbor Size"].strip(),
        )


def anchorages(path: Path) -> Iterable[tuple[str, ...]]:
    """Anchorage points as S2 cell, degrees, label, country; the last row of each cell, as the
    file is one of overrides. The published file holds one place that is not on Earth."""
    named = {cell(row): row for row in rows(path) if row["label"].strip() and on_earth(row)}
    for row in sorted(named.values(), key=lambda row: (row["iso3"], row["label"], cell(row))):
        yield (
            cell(row),
            f"{float(row['latitude']):.4f}",
            f"{float(row['longitude']):.4f}",
            row["label"].strip(),
            row["iso3"].strip(),
        )


def cell(row: dict[str, str]) -> str:
    """The S2 cell in hexadecimal; a spreadsheet spoiled some into numbers such as 4.03E+08, and
    those are named by their degrees."""
    if re.fullmatch("[0-9a-f]{8}", row["s2id"]):
        return row["s2id"]
    lat, lon = float(row["latitude"]), float(row["longitude"])
    return f"{abs(lat):.4f}{'ns'[lat < 0]}{abs(lon):.4f}{'ew'[lon < 0]}"


def on_earth(row: dict[str, str]) -> bool:
    """Whether a row's degrees are degrees."""
    return abs(float(row["latitude"])) <= 90.0 and -180.0 <= float(row["longitude"]) < 180.0


def write(path: Path, header: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> None:
    """A gzipped CSV whose bytes depend on its rows only."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(body)
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def seas(path: Path) -> bytes:
    """Natural Earth's named seas, gulfs and straits as GeoJSON, with their names and classes."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        features = json.load(stream)["features"]
    kept = [
        {
            "type": "Feature",
            "properties": {
                "featurecla": each["properties"]["featurecla"],
                "name": " ".join(each["properties"]["name"].split()),
            },
            "geometry": rounded(each["geometry"]),
        }
        for each in features
        if each["properties"]["name"]
    ]
    kept.sort(key=lambda each: each["properties"]["name"])
    whole = {"type": "FeatureCollection", "features": kept}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()


def rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    """A polygon or several, to 3 decimals, or 5 where a ring would lose its area."""
    given = geometry["coordinates"]
    polygons = given if geometry["type"] == "MultiPolygon" else [given]
    kept = [[thinned(ring) for ring in polygon] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": kept}


def thinned(ring: list[list[float]]) -> list[list[float]]:
    """A ring to so many decimals, without points that are equal then to the one before."""
    for decimals in (3, 5):
        points = [[round(lon, decimals), round(lat, decimals)] for lon, lat, *_ in ring]
        points = points[:1] + [b for a, b in itertools.pairwise(points) if a != b]
        if len(points) > 3:
            break
    return points


def main(wpi: str, gfw: str, marine: str, out: str) -> None:
    """Write `ports.csv.gz`, `anchorages.csv.gz` and `seas.geojson.gz` into `out`."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "ports.csv.gz", PORT_COLUMNS, ports(Path(wpi)))
    write(folder / "anchorages.csv.gz", ANCHORAGE_COLUMNS, anchorages(Path(gfw)))
    (folder / "seas.geojson.gz").write_bytes(gzip.compress(seas(Path(marine)), 9, mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Make the bundled ports and anchorages out of their published tables.

    python tools/geo.py WPI.csv.gz ANCHORAGES.csv.gz src/noroshi/data/geo

WPI is the World Port Index of the US National Geospatial-Intelligence Agency (Pub. 150, US public
domain); anchorages are `anchorage_overrides.csv` of Global Fishing Watch's anchorages_pipeline
(Apache-2.0). Only the columns the sea desk uses are kept; degrees are rounded to 4 decimals (11 m,
a fiftieth of an anchorage cell). Rows are sorted and gzip stores no time, so that equal input
gives equal bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterable
from pathlib import Path

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


def main(wpi: str, gfw: str, out: str) -> None:
    """Write `ports.csv.gz` and `anchorages.csv.gz` into `out`."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "ports.csv.gz", PORT_COLUMNS, ports(Path(wpi)))
    write(folder / "anchorages.csv.gz", ANCHORAGE_COLUMNS, anchorages(Path(gfw)))


if __name__ == "__main__":
    main(*sys.argv[1:])

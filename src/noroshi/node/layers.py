"""Layers of data: the files of a folder that are public datasets, read with what was left out."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec

from noroshi.pact.datasets import DATASETS
from noroshi.pact.figures import Bad, Codes, Series, read
from noroshi.words.errors import BadInput

CODES = "country_codes.csv"


class Source(msgspec.Struct, frozen=True):
    """A file that was read: which dataset, its years, its rows, and those that were left out."""

    file: str
    dataset: str
    source: str
    years: str
    rows: int
    bad: tuple[Bad, ...]


def load(folder: Path) -> tuple[dict[str, Series], tuple[Source, ...]]:
    """The datasets of a folder, told by the headers of its CSV files; others are passed over.

    `country_codes.csv` there gives numbers of states their ISO codes. Of two files of one dataset
    the first by name counts. Raises `BadInput` where no file is a dataset.
    """
    codes = _codes(folder)
    found: dict[str, Series] = {}
    sources: list[Source] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            series, bad = read(file, codes, (each for each in DATASETS if each.name not in found))
        if series is not None:
            name, source = series.dataset.name, series.dataset.source
            found[name] = series
            sources.append(Source(path.name, name, source, series.years, series.rows, bad))
    if not found:
        known = ", ".join(each.name for each in DATASETS)
        raise BadInput(str(folder), "no dataset there", expected=f"CSV files of: {known}")
    return found, tuple(sources)


def _codes(folder: Path) -> Codes:
    path = folder / CODES
    if not path.is_file():
        return Codes()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return Codes(csv.DictReader(file))
    except (KeyError, ValueError, TypeError, csv.Error) as problem:
        expected = "columns cow_ccode, iso3, styear, endyear"
        raise BadInput(str(path), str(problem), expected=expected) from problem

"""Figures: public datasets on alliances, exercises, votes, arms and forces — bring your own.

Each dataset is a table of facts about itself and a rule for one row. What is read keeps its source,
its unit and its years: outside of them a value is unknown, never zero. Rows that cannot be read are
returned with their reason. States are ISO 3166-1 alpha-3 codes where `Codes` knows one, else their
number in the Correlates of War list (`COW:315`); names never stand for codes.
"""

from __future__ import annotations

import csv
import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

Key = tuple[str, ...]
"""(state), two states in order of their codes, (from, to), or all who took part."""

Row = dict[str, str]
Read = Iterator[tuple[int, str, Key, float]]
"""(year, measure, key, value) of one row."""


class Bad(msgspec.Struct, frozen=True):
    """A row that was left out: its line in the file, and why."""

    line: int
    reason: str


class Figure(msgspec.Struct, frozen=True):
    """A value with where it is from, and the states that it counts, if it counts some. `value`
    None: unknown, because `why`."""

    what: str
    value: float | None
    unit: str
    years: str
    source: str
    why: str = ""
    names: tuple[str, ...] = ()


class Codes:
    """Numbers of the Correlates of War list to ISO codes, from rows of `country_codes.csv`. A code
    that two states of one time claim is no state's: both keep their numbers."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        claims: dict[str, list[tuple[float, float, int]]] = {}
        for row in rows:
            if row["iso3"]:
                years = float(row["styear"] or 0), float(row["endyear"] or 9999)
                claims.setdefault(row["iso3"], []).append((*years, int(float(row["cow_ccode"]))))
        self._known: dict[str, str] = {}
        self._iso = {
            number: iso
            for iso, states in claims.items()
            if not any(b[0] < a[1] for a, b in itertools.pairwise(sorted(states)))
            for _, _, number in states
        }

    def of(self, number: str) -> str:
        """The code of a state by its number; raises `ValueError` where there is no number."""
        found = self._known.get(number)
        if found is None:
            if not number.strip():
                raise ValueError("no state number")
            ccode = float(number)
            if ccode <= 0 or ccode != int(ccode):
                raise ValueError(f"not a state number: {number!r}")
            found = self._known[number] = self._iso.get(int(ccode), f"COW:{int(ccode)}")
        return found


class Dataset(NamedTuple):
    """`columns` tell the file; `dyads`: inside the years a tie that is not listed is none, while a
    value of a state that is not listed is unknown. `span`: its years, where they do not follow from
    its rows."""

    name: str
    source: str
    columns: frozenset[str]
    unit: str
    dyads: bool
    row: Callable[[Row, Codes], Read]
    span: tuple[float, float] = (math.inf, -math.inf)


class Series:
    """What was read of one dataset: by measure and year, values by key."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.by: dict[str, dict[int, dict[Key, float]]] = {}
        self.first, self.last = dataset.span
        self.rows = 0

    def add(self, year: int, measure: str, key: Key, value: float) -> None:
        """One value; of the same key twice in a year they add up where the unit counts things."""
        self.first, self.last = min(self.first, year), max(self.last, year)
        of_year = self.by.setdefault(measure, {}).setdefault(year, {})
        of_year[key] = value if not self.dataset.dyads else of_year.get(key, 0.0) + value

    @property
    def years(self) -> str:
        """Such as `1815–2018`."""
        return f"{self.first:.0f}–{self.last:.0f}" if self.rows else "no year"

    def at(self, measure: str, year: int) -> Mapping[Key, float] | None:
        """All values of a year; None outside the years of the dataset: unknown, not zero."""
        if not self.first <= year <= self.last:
            return None
        return self.by.get(measure, {}).get(year, {})

    def ties(self, measure: str, year: int) -> frozenset[Key] | None:
        """The keys of a year whose value is not zero; None outside the years."""
        found = self.at(measure, year)
        return None if found is None else frozenset(key for key, value in found.items() if value)

    def figure(self, what: str, measure: str, key: Key, year: int) -> Figure:
        """One value with its source; unknown outside the years, and where a state has no value."""
        found = self.at(measure, year)
        source, unit = self.dataset.source, self.dataset.unit
        if found is None:
            why = f"the dataset covers {self.years}"
            return Figure(what, None, unit, str(year), source, why)
        value = found.get(key, 0.0 if self.dataset.dyads else None)
        return Figure(what, value, unit, str(year), source, "" if value is not None else "no value")


def read(
    lines: Iterable[str], codes: Codes, datasets: Iterable[Dataset]
) -> tuple[Series | None, tuple[Bad, ...]]:
    """(what was read, the rows that were not) of a CSV file whose header tells which of `datasets`
    it is; (None, ()) where it is none of them."""
    reader = csv.reader(_clean(lines))
    try:
        header = next(reader, list[str]())
    except csv.Error:
        return None, ()
    dataset = next((each for each in datasets if each.columns <= {*header}), None)
    if dataset is None:
        return None, ()
    series, bad = Series(dataset), list[Bad]()
    for line, cells in _rows(reader, bad):
        try:
            if len(cells) != len(header):
                raise ValueError(f"{len(cells)} columns, the header has {len(header)}")
            row = dict(zip(header, cells, strict=True))
            for year, measure, key, value in [*dataset.row(row, codes)]:
                if not math.isfinite(value):
                    raise ValueError(f"{measure}: not a number: {value}")
                series.add(year, measure, key, value)
            series.rows += 1
        except (ValueError, OverflowError) as problem:
            bad.append(Bad(line, str(problem)))
    return series, tuple(bad)


def _rows(reader: Any, bad: list[Bad]) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row but empty ones; what is not CSV goes to `bad`."""
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as problem:
            bad.append(Bad(reader.line_num, f"not CSV: {problem}"))
            continue
        if cells is None:
            return
        if cells:
            yield reader.line_num, cells


def _clean(lines: Iterable[str]) -> Iterator[str]:
    """The lines without what csv refuses to see, and without a mark at the start of the file."""
    for number, line in enumerate(lines):
        yield line.replace("\0", "\ufffd").removeprefix("\ufeff" if number == 0 else "")


def pair(one: str, other: str) -> Key:
    """Two states in order."""
    if one == other:
        raise ValueError(f"a state with itself: {one}")
    return (one, other) if one < other else (other, one)


@functools.lru_cache(maxsize=1024)
def year_of(text: str) -> int:
    """A year, also where a table wrote it as `1980.0`; `ValueError` for the special values that
    datasets use for unknown (-77, -88) and for what is no year."""
    value = float(text or "nan")
    if not 1500 <= value <= 2200 or value != int(value):
        raise ValueError(f"not a year: {text!r}")
    return int(value)

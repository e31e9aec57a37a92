"""Figures: unknown is not zero, bad rows come back with their reason, sources and years stay."""

from __future__ import annotations

import csv
import random

import pytest

from noroshi.node.layers import load
from noroshi.pact.capability import bereft, capability, shape, yearly
from noroshi.pact.datasets import ARMS, ATOP, DATASETS, DCAD, EXERCISES, FORCES, VOTES
from noroshi.pact.figures import Codes, read
from noroshi.pact.graph import graph
from noroshi.words.errors import BadInput

CODES = Codes(
    {"cow_ccode": number, "iso3": iso, "styear": start, "endyear": end}
    for number, iso, start, end in (
        ("2", "USA", "1816.0", "2016.0"), ("740", "JPN", "1952", "2016"),
        ("732", "KOR", "1949", "2016"), ("255", "DEU", "1990", "2016"),
        ("260", "DEU", "1955", "1990"), ("678", "YAR", "1926", "1990"),
        ("680", "YAR", "1967", "1990"), ("345", "", "1878", "2016"),
    )
)  # fmt: skip
HEAD = "ccode1,ccode2,year,atop_defense,atop_offense,atop_neutral,atop_nonagg,atop_consul"
PACTS = f"{HEAD}\n2,740,2017,1,0,0,0,1\n2,732,2018,1,0,0,0,0\n2,740,2018,1,0,0,0,0\n"


def of(text: str):
    return read(text.splitlines(keepends=True), CODES, DATASETS)


@pytest.mark.parametrize(
    ("number", "code"),
    [("2", "USA"), ("740.0", "JPN"), ("260", "DEU"), ("255", "DEU"), ("345", "COW:345"),
     ("678", "COW:678"), ("680", "COW:680")],
)  # fmt: skip
def test_codes_are_codes_and_never_two_states_of_one_time(number: str, code: str) -> None:
    assert CODES.of(number) == code


@pytest.mark.parametrize("number", ["", " ", "-77", "USA", "nan", "inf", "2.5", "0"])
def test_what_is_no_number_of_a_state_is_refused(number: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        CODES.of(number)


def test_outside_its_years_a_dataset_is_silent_and_inside_a_missing_tie_is_none() -> None:
    series, bad = of(PACTS)
    assert bad == ()
    assert series.years == "2017–2018"
    assert series.ties("defense", 2016) is None
    assert series.at("defense", 2019) is None
    assert series.ties("defense", 2017) == {("JPN", "USA")}
    assert series.ties("offense", 2017) == frozenset()
    unknown = series.figure("pact", "defense", ("JPN", "USA"), 2019)
    assert (unknown.value, unknown.why) == (None, "the dataset covers 2017–2018")
    none = series.figure("pact", "defense", ("KOR", "USA"), 2017)
    assert (none.value, none.years, none.source) == (0.0, "2017", ATOP.source)


def test_a_state_without_a_value_is_unknown_in_a_dataset_of_states() -> None:
    series, _ = of("ccode,session,IdealPointAll\n2,78,2.5\n740,78,0.9\n732,77,1.0\n")
    assert series.years == "2022–2023"
    assert series.figure("point", "ideal_point", ("JPN",), 2023).value == 0.9
    assert series.figure("point", "ideal_point", ("KOR",), 2023).value is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,740,2018,1,0,0,0", "7 columns, the header has 8"),
        ("2,740,2018,1,0,0,0,0,9", "9 columns"),
        ("2,2,2018,1,0,0,0,0", "a state with itself: USA"),
        (",740,2018,1,0,0,0,0", "no state number"),
        ("2,740,-77,1,0,0,0,0", "not a year"),
        ("2,740,99999999999999999999,1,0,0,0,0", "not a year"),
        ("2,740,2018,yes,0,0,0,0", "neither 0 nor 1"),
        ("2,740,inf,1,0,0,0,0", "not a year"),
        ('"2,740,2018,1,0,0,0,0', "columns"),
        ("\0,740,2018,1,0,0,0,0", "could not convert"),
    ],
)
def test_bad_rows_come_back_with_line_and_reason(row: str, reason: str) -> None:
    series, bad = of(f"{PACTS}{row}\n")
    assert series.rows == 3
    assert [each.line for each in bad] == [5]
    assert reason in bad[0].reason


@pytest.mark.parametrize("text", ["", "\n", "a,b\n1,2\n", "\ufeff", '"', "\0\0\0"])
def test_what_is_no_dataset_is_none(text: str) -> None:
    assert of(text) == (None, ())


def test_an_empty_dataset_has_no_year() -> None:
    series, bad = of(f"\ufeff{HEAD}\n")
    assert (series.dataset, series.years, bad) == (ATOP, "no year", ())
    assert series.at("defense", 2018) is None
    assert [*yearly(series, "defense")] == []
    assert capability({"atop": series}, "USA", ("JPN",))


def test_garbage_never_raises() -> None:
    rng = random.Random(7)
    for dataset in DATASETS:
        head = ",".join(sorted(dataset.columns))
        for _ in range(60):
            cells = [
                rng.choice(("", "2", "740", "-88", "1e400", "NA", "é", '"', "\0", "2018", "nan"))
                for _ in range(len(dataset.columns))
            ]
            series, bad = of(f"{head}\n{','.join(cells)}\n")
            assert series is not None
            assert series.rows + len(bad) <= 1


def test_special_years_of_cooperation_agreements_fall_back_or_are_returned() -> None:
    head = "DCAid,ccode1,ccode2,signYear,EIFYear,endYearEstimate,type"
    rows = [
        "a,2,740,1983,-77,2010,sector",
        "b,2,732,-88,-88,2010,general",
        "c,2,732,2009,2012,2010,general",
    ]
    series, bad = of("\n".join([head, *rows]))
    assert series.dataset is DCAD
    assert [each.line for each in bad] == [3, 4]
    assert series.at("sector", 1982) == {}
    assert series.at("sector", 1983) == {("JPN", "USA"): 1.0}
    assert series.at("sector", 2011) is None


def test_without_data_an_answer_is_unknown() -> None:
    found = capability({}, "USA", ("JPN",))
    assert found
    assert all(each.value is None and each.why for each in found)


def test_a_folder_without_datasets_says_what_it_looked_for(tmp_path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n")
    with pytest.raises(BadInput, match="atop"):
        load(tmp_path)
    (tmp_path / "country_codes.csv").write_text("cow_ccode\n2\n")
    with pytest.raises(BadInput, match=r"country_codes\.csv"):
        load(tmp_path)


def test_whom_a_party_leaves_without_a_tie() -> None:
    found = graph([("A", "B"), ("B", "C"), ("C", "D")], ["E"])
    assert bereft(found, "B") == {"A"}
    assert shape(found) == (5, 3, 2, 4, 2, 3)


@pytest.fixture(scope="module")
def data(shared):
    return load(shared / "data" / "agreements")


@pytest.mark.shared
def test_the_published_figures_come_out(data) -> None:
    series, sources = data
    assert {each.dataset for each in sources} == {each.name for each in DATASETS}
    found = {each.what: each for each in capability(series, "USA", ("JPN",))}
    left = found["states left without any defence pact without USA"]
    assert {each.what: each for each in capability(series, "USA", ())}
    atop = next(
        each for each in capability(series, "USA", ()) if each.years == "2018" and each.names
    )
    assert atop.names == ("AUS", "JPN", "KOR", "PAK", "PHL", "THA")
    assert left.unit == "states"
    parts = [each.value for each in capability(series, "USA", ()) if each.years == "2018"]
    assert parts == [6.0, 143.0, 104.0]
    assert found["multinational exercises of JPN"].value == 244
    assert found["of those with USA"].value == 212
    assert found["troops of USA in JPN"].years == "2025"
    assert series["exercises"].dataset is EXERCISES
    assert series["votes"].dataset is VOTES
    assert series["forces"].dataset is FORCES


@pytest.mark.shared
@pytest.mark.parametrize(("first", "last", "share"), [(2015, 2019, 35.7), (2017, 2021, 38.6)])
def test_shares_of_arms_exports_are_those_of_the_fact_sheets(data, first, last, share) -> None:
    arms = data[0]["arms"]
    assert arms.dataset is ARMS
    given = {}
    for year in range(first, last + 1):
        for (supplier, _), value in arms.at("transfers", year).items():
            given[supplier] = given.get(supplier, 0) + value
    assert 100 * given["USA"] / sum(given.values()) == pytest.approx(share, abs=0.7)


@pytest.mark.shared
def test_the_networks_of_two_centuries(data) -> None:
    rows = {year: shape(of) for year, of in yearly(data[0]["atop"], "defense")}
    assert (min(rows), max(rows), len(rows)) == (1815, 2018, 204)
    assert rows[2018][:2] == (146, 1707)


@pytest.mark.shared
def test_no_name_stands_for_a_code(data, shared) -> None:
    with (shared / "data" / "agreements" / "country_codes.csv").open(encoding="utf-8") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    for series in data[0].values():
        codes = {
            code
            for years in series.by.values()
            for values in years.values()
            for key in values
            for code in key
        }
        assert not names & codes

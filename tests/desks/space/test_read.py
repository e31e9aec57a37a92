"""What is read, in every format, and how bad input is named."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from heaven import AT, LABEL, read, small, source
from hypothesis import given
from hypothesis import strategies as st
from sgp4 import alpha5

from noroshi.desks.space import desk, elements, times, tle
from noroshi.words.errors import BadInput
from noroshi.words.evidence import ByteRange, JsonPointer, Row

ISS = (
    "1 25544U 98067A   24306.50000000  .00020137  00000-0  35990-3 0  9991",
    "2 25544  51.6400 208.9163 0006317  69.9862  25.2906 15.49815328 99994",
)


def lines(first: str = ISS[0], second: str = ISS[1]) -> bytes:
    """Two lines with their checksums mended."""
    fixed = [each[:68] + str(tle.checksum(each)) for each in (first, second)]
    return "\n".join(["ISS (ZARYA)", *fixed]).encode() + b"\n"


@pytest.mark.parametrize("form", elements.FORMATS)
def test_what_is_written_is_read_again_to_the_last_digit(form: str) -> None:
    sky = small()
    sets = [elements.omm_fields(row, *sky.names[int(row["norad"])][:2]) for row in sky.rows]
    text = elements.write(sets, form, "JPN", AT)
    (back,), rejected = read(text.encode())
    assert rejected == []
    for name in ("norad", "epoch", "n", "e", "i", "node", "argp", "m", "bstar"):
        assert (back.arrays[name] == sky.rows[name]).all(), name
    assert desk.sniff(text.encode()[:65_536], "x") > 0.9


def test_two_lines_are_read_with_their_name_and_place() -> None:
    (back,), rejected = read(b"\n" + lines() * 2)
    assert rejected == []
    assert back.arrays["norad"].tolist() == [25544, 25544]
    assert back.arrays["name"].tolist() == ["ISS (ZARYA)"] * 2
    assert back.arrays["cospar"][0] == "1998-067A"
    assert back.arrays["bstar"][0] == pytest.approx(0.00035990)
    start, length = int(back.arrays["place"][1]), int(back.arrays["length"][1])
    assert (b"\n" + lines() * 2)[start : start + 7] == b"1 25544"
    assert length == 140


@pytest.mark.parametrize(("text", "value"), [("00005", 5), ("A0000", 100_000), ("Z9999", 339_999)])
def test_alpha5(text: str, value: int) -> None:
    assert tle.number(text) == value


@given(st.integers(1, 339_999))
def test_alpha5_is_what_the_reference_writes(value: int) -> None:
    assert tle.number(alpha5.to_alpha5(value)) == value


BAD = {
    "a checksum": (lines().replace(b"35990-3", b"35991-3"), "checksum"),
    "columns": (lines(second=ISS[1].replace("51.6400 ", "51.6400  ").replace("53 9", "3 9")),
                "line 2, column 21, right ascension"),
    "a letter": (lines(second=ISS[1].replace("0006317", "00O6317")), "eccentricity"),
    "two objects": (lines(second=ISS[1].replace("25544", "25545")), "25545 on line 2"),
    "a day": (lines(ISS[0].replace("24306.5", "23366.5")), "found 366.5; 2023 has 365 days"),
    "a line alone": (lines().rsplit(b"2 25544", 1)[0] + lines(), "without its second"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_rejected_by_field(name: str) -> None:
    data, reason = BAD[name]
    columns, (rejected,) = read(data if name == "a line alone" else data + lines())
    assert reason in rejected.reason
    assert isinstance(rejected.locator, ByteRange)
    assert sum(len(each.arrays["norad"]) for each in columns) == 1


def omm(**changes: object) -> bytes:
    sky = small()
    fields: dict[str, object] = dict(elements.omm_fields(sky.rows[0], "X", "2030-001A"))
    fields.update(changes)
    return json.dumps([{k: v for k, v in fields.items() if v is not None}]).encode()


FIELDS = {
    "EPHEMERIS_TYPE": (4, "SGP4-XP"),
    "MEAN_ELEMENT_THEORY": ("DSST", "expected SGP4"),
    "ECCENTRICITY": (1.2, "expected 0 to 1"),
    "EPOCH": ("2030-13-01T00:00:00", "is not an instant"),
    "NORAD_CAT_ID": (1_000_000_000, "up to nine digits"),
    "MEAN_MOTION": (None, "missing"),
    "INCLINATION": ("nan", "finite"),
    "MEAN_ANOMALY": ("twelve", "expected a number"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_bad_field_is_rejected_by_name(name: str) -> None:
    value, reason = FIELDS[name]
    columns, (rejected,) = read(omm(**{name: value}))
    assert columns == []
    assert rejected.reason.startswith(name)
    assert reason in rejected.reason
    assert rejected.locator == JsonPointer("/0")


def test_wide_blanks_are_blanks() -> None:
    (back,), rejected = read(omm(NORAD_CAT_ID="\u00a0900000001\u00a0", OBJECT_NAME="A\u00a0B"))
    assert rejected == []
    assert back.arrays["norad"].tolist() == [900_000_001]
    assert back.arrays["name"].tolist() == ["A B"]
    (back,), rejected = read(lines().decode().replace("  51.64", "\u00a0 51.64").encode())
    assert rejected == []
    assert back.arrays["i"][0] == 51.64
    for blank in (b"\xc2\xa0", b"\xa0", b"\xe2\x80\x89", b"\t"):
        data = lines().replace(b" ", blank)
        assert desk.sniff(data, "x") > 0.9
        (back,), rejected = read(data)
        assert rejected == []
        assert (back.arrays["i"][0], back.arrays["norad"][0]) == (51.64, 25544)


def test_the_last_day_of_a_leap_year_is_one() -> None:
    (back,), rejected = read(lines(ISS[0].replace("24306.5", "24366.5")))
    assert rejected == []
    assert back.arrays["epoch"][0] == times.instant("2024-12-31T12:00:00")


def parquet(**columns: list[object]) -> bytes:
    given = {"norad_id": [5, 6], "epoch_jd1": [2460600.5] * 2, "epoch_jd2": [0.0] * 2,
             "n0": [0.05] * 2, "e0": [0.001] * 2, "i0": [1.0] * 2, "node0": [1.0] * 2,
             "omega0": [1.0] * 2, "m0": [1.0] * 2, "bstar": [0.0] * 2} | columns  # fmt: skip
    out = io.BytesIO()
    pq.write_table(pa.table(given), out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["n0", "e0", "m0", "epoch_jd1", "epoch_jd2", "norad_id"])
@pytest.mark.parametrize("value", [None, math.nan, math.inf], ids=str)
def test_a_bad_cell_of_a_table_is_rejected_alone(name: str, value: float | None) -> None:
    cells = [value, 2460600.5 if name == "epoch_jd1" else 0.05]
    if name == "norad_id":
        cells = [None if value is None else -1, 7]
    (back,), (rejected,) = read(parquet(**{name: cells}))
    assert len(back.arrays["norad"]) == 1
    assert rejected.locator == Row(1)
    assert rejected.reason.startswith({"norad_id": "NORAD_CAT_ID"}.get(name, name))


def test_a_julian_date_out_of_range_is_none() -> None:
    _, (rejected,) = read(parquet(epoch_jd1=[1e30, 2460600.5]))
    assert "Julian date 1e+30 + 0 is not an instant" in rejected.reason


def test_a_table_keeps_instants_and_what_two_lines_say() -> None:
    one, two = lines().decode().splitlines()[1:]
    (back,), rejected = read(parquet(norad_id=[25544] * 2, tle_line1=[one] * 2, tle_line2=[two] * 2,
                                     bstar=[None] * 2))  # fmt: skip
    assert rejected == []
    assert back.arrays["bstar"].tolist() == [0.0003599] * 2
    (sky,) = small().rows[:1]
    fields = elements.omm_fields(sky, "X", "2030-001A")
    out = io.BytesIO()
    stamp = pa.array([int(sky["epoch"]) * 1000 + 1], pa.timestamp("ns", "UTC"))
    given = {key: [value] for key, value in fields.items()} | {"EPOCH": stamp}
    pq.write_table(pa.table(given), out)
    (back,), rejected = read(out.getvalue())
    assert rejected == []
    assert back.arrays["epoch"][0] == sky["epoch"]


@pytest.mark.parametrize(
    "text",
    [
        "9999-366T00:00:00",
        "9999-12-31T23:59:60",
        "9999-12-31T23:59:59.9999999",
        "2030-000T00:00:00",
        "2030-366T00:00:00",
        "2030-02-30T00:00:00",
        "2030-01-01T24:00:00",
    ],
)
def test_an_instant_out_of_range_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not an instant"):
        times.instant(text)


DOCTYPE = "<!DOCTYPE a [<!ENTITY b 'c'>]><omm/>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"<omm>",
        b"PAR1xx",
        b"NORAD",
        DOCTYPE.encode(),
        DOCTYPE.encode("utf-16-le"),
        b"<!--" + b"x" * 70_000 + b"--><!DOCTYPE a><omm/>",
        b'<?xml version="1.0" encoding="none"?><omm/>',
        b"<omm>" + b"<a>" * 60 + b"</a>" * 60 + b"</omm>",
        b"<omm>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</omm>",
    ],
    ids=range(11),
)
def test_what_is_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        list(desk.read(source(data)))


@given(st.integers(0, 400), st.binary(max_size=3), st.sampled_from(elements.FORMATS))
def test_damage_is_rejected_or_read_and_never_more(at: int, put: bytes, form: str) -> None:
    sky = small()
    sets = [elements.omm_fields(row, "X", "2030-001A") for row in sky.rows[:2]]
    data = elements.write(sets, form, "JPN", AT).encode()
    with contextlib.suppress(BadInput):
        read(data[:at] + put + data[at + len(put) :])


def test_tags_may_have_a_namespace() -> None:
    sky = small()
    text = elements.write([elements.omm_fields(sky.rows[0], "X", "2030-001A")], "xml", "JPN", AT)
    for opening in ("<ndm xmlns='urn:x'>", "<ndm xmlns:b='urn:y' b:version='1'>"):
        (back,), rejected = read(text.replace("<ndm>", opening).encode())
        assert rejected == []
        assert back.arrays["norad"].tolist() == [int(sky.rows["norad"][0])]


def test_a_header_of_an_enormous_field_is_rejected() -> None:
    columns, (rejected,) = read(b"NORAD_CAT_ID," + b"x" * 200_000 + b"\n1,2\n")
    assert columns == []
    assert "not CSV" in rejected.reason


def test_a_header_shorter_than_its_rows_is_read() -> None:
    sky = small()
    sets = [elements.omm_fields(row, "X", "2030-001A") for row in sky.rows[:2]]
    header, *rows = elements.write(sets, "csv", "JPN", AT).splitlines()
    text = "\n".join([header, *(row + ",1,2" for row in rows), "a,b"])
    (back,), (rejected,) = read(text.encode())
    assert len(back.arrays["norad"]) == 2
    assert "2 columns" in rejected.reason


@pytest.mark.shared
def test_real_files_are_read(shared: Path) -> None:
    folder = shared / "data/space"
    for name, many in (("history/gp_history_35871.csv.gz", 822), ("omm/sample_omm.xml", 1),
                       ("manoeuvre/Fengyun-4A.tle.gz", 1307)):  # fmt: skip
        data = (folder / name).read_bytes()
        data = gzip.decompress(data) if name.endswith(".gz") else data
        columns, rejected = read(data)
        assert sum(len(each.arrays["norad"]) for each in columns) == many
        assert rejected == []
    assert np.isfinite(columns[0].arrays["n"]).all()
    assert LABEL.strands[0].pillar == "space"

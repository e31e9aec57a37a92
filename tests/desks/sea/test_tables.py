"""Tables of positions: the layouts people have, and what is wrong with a row."""

from __future__ import annotations

import gzip
import math

import pytest

from noroshi.desks.sea import stamps
from noroshi.words.errors import BadInput
from noroshi.words.evidence import Row
from noroshi.words.time import parse_instant

LAYOUTS = {
    "MarineCadastre": (
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status\n"
        "257000001,2021-03-20T10:00:00,43.07,-70.75,0.5,360.0,95.0,SAN JOSE,IMO9307839,WDI,31,0\n"
    ),
    "Danish archive": (
        "# Timestamp;Type of mobile;MMSI;Latitude;Longitude;Navigational status;SOG;COG;Name\n"
        "20/03/2021 10:00:00;Class A;257000001;43.07;-70.75;Under way using engine;0.5;;SAN JOSE\n"
    ),
    "Spire": (
        '"MMSI","Message_ID","Time","Longitude","Latitude","SOG","COG","Vessel_Name"\n'
        '"257000001","1","20210320_100000","-70.75","43.07","0.5","","SAN JOSE"\n'
    ),
    "GFW": (
        "ssvid,lat,lon,timestamp,seg_id,speed,shipname\n"
        "257000001,43.07,-70.75,2021-03-20 10:00:00+00:00,257000001-x,0.5,SAN JOSE\n"
    ),
    "GFW JSON lines": (
        '{"mmsi": 257000001, "lat": 43.07, "lon": -70.75, "speed": 0.5, '
        '"timestamp": "2021-03-20T10:00:00.000000Z", "shipname": "SAN JOSE"}\n'
    ),
    "tab and zone": (
        "mmsi\ttimestamp\tlon\tlat\tspeed\tname\n"
        "257000001\t2021-03-20T12:00:00+02:00\t-70.75\t43.07\t0.5\tSAN JOSE\n"
    ),
    "American slashes": (
        "mmsi,time,lon,lat,speed,name\n257000001,3/20/2021 10:00:00,-70.75,43.07,0.5,SAN JOSE\n"
    ),
    "epoch": "mmsi,time,lon,lat,sog,name\n257000001,1616234400,-70.75,43.07,0.5,SAN JOSE\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(scene, name):
    columns, rejected = scene.read(LAYOUTS[name].encode())
    arrays, static = scene.rows(columns), scene.rows(columns, "static")
    assert rejected == []
    assert arrays["mmsi"].tolist() == [257000001]
    assert arrays["t"].tolist() == [parse_instant("2021-03-20T10:00:00Z")]
    assert (arrays["lon"][0], arrays["lat"][0], arrays["sog_kn"][0]) == (-70.75, 43.07, 0.5)
    assert math.isnan(arrays["cog_deg"][0])
    assert (arrays["clock"][0], arrays["row"][0], arrays["precision"][0]) == (2, 1, 1)
    assert static["name"].tolist() == ["SAN JOSE"]


HEADER = "mmsi,timestamp,lon,lat,sog\n"
GOOD = "257000001,2021-03-20T10:00:00Z,1.0,2.0,3.0\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("257000001,2021-03-20T10:00:00Z,1.0", "3 columns; the header has 5"),
        ("25700000x,2021-03-20T10:00:00Z,1.0,2.0,3.0", "impossible MMSI '25700000x'"),
        ("2570000010,2021-03-20T10:00:00Z,1.0,2.0,3.0", "impossible MMSI '2570000010'"),
        ("257000001,2021-02-30T10:00:00Z,1.0,2.0,3.0", "impossible time"),
        ("257000001,,1.0,2.0,3.0", "impossible time ''"),
        ("257000001,2021-03-20T10:00:00Z,190.0,2.0,3.0", "impossible longitude '190.0'"),
        ("257000001,2021-03-20T10:00:00Z,1.0,nan,3.0", "impossible latitude 'nan'"),
        ("257000001,2021-03-20T10:00:00Z,,,3.0", "no position"),
    ],
    ids=["cut", "letters", "long", "30 February", "no time", "longitude", "nan", "no position"],
)
def test_a_bad_row_is_kept_aside_with_its_number(scene, line, reason):
    columns, rejected = scene.read((HEADER + GOOD + line + "\n" + GOOD).encode())
    assert scene.rows(columns)["row"].tolist() == [1, 3]
    (bad,) = rejected
    assert bad.locator == Row(2)
    assert bad.reason.startswith(reason)
    assert bad.raw == (line + "\n").encode()


def test_not_available_is_neither_a_position_nor_an_error(scene):
    line = "257000001,2021-03-20T10:00:00Z,181.0,91.0,102.3\n"
    columns, rejected = scene.read((HEADER + line + GOOD).encode())
    assert (scene.rows(columns)["row"].tolist(), rejected) == ([2], [])


def test_broken_json_lines_are_kept_aside(scene):
    good = LAYOUTS["GFW JSON lines"]
    columns, rejected = scene.read((good + '{"mmsi": 257000001, "lat"\n[1]\n' + good).encode())
    assert scene.rows(columns)["row"].tolist() == [1, 4]
    assert [each.locator for each in rejected] == [Row(2), Row(3)]


@pytest.mark.parametrize("data", [b"", b"\n"], ids=["empty", "a line end"])
def test_an_empty_file_is_empty(scene, data):
    if data:
        with pytest.raises(BadInput, match="neither AIS sentences nor a table"):
            scene.read(data)
    else:
        assert scene.read(data) == ([], [])


def test_noise_is_refused_by_name(scene):
    with pytest.raises(BadInput, match=r"^log: neither AIS sentences"):
        scene.read(bytes(range(256)) * 99, "log")


@pytest.mark.parametrize(
    ("text", "expected", "code"),
    [
        ("2021-03-20T10:00:00Z", "2021-03-20T10:00:00Z", 1),
        ("2021-03-20 10:00", "2021-03-20T10:00:00Z", 2),
        ("2021-03-20 10:00:00.250 UTC", "2021-03-20T10:00:00.250Z", 0),
        ("2021-03-20T01:00:00-0900", "2021-03-20T10:00:00Z", 1),
        ("20/03/2021 10:00", "2021-03-20T10:00:00Z", 2),
        ("20210320_100000", "2021-03-20T10:00:00Z", 1),
        ("1616234400", "2021-03-20T10:00:00Z", 1),
        ("1616234400000", "2021-03-20T10:00:00Z", 0),
    ],
)
def test_instants(text, expected, code):
    assert stamps.instant(text, "dmy") == (parse_instant(expected), code)


@pytest.mark.parametrize(
    "text", ["", "noon", "2021-13-01 10:00", "1/2", "0", "1816-01-01 00:00", "2021-03-20T10:00:00X",
             "32/01/2021 00:00", "2021-03-20 25:00", "nan", "inf", "20210320_1"]
)  # fmt: skip
def test_impossible_instants(text):
    with pytest.raises(ValueError, match="impossible time"):
        stamps.instant(text, "dmy")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "positions", "rejected"),
    [
        ("suez-boat-positions-202103.csv.gz", 22_287, 0),
        ("noaa-marinecadastre-20230111.csv", 1_000, 0),
    ],
)
def test_real_tables(scene, shared, name, positions, rejected):
    data = (shared / "data/sea/tracks" / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    columns, bad = scene.read(data)
    assert len(scene.rows(columns)["t"]) == positions == data.count(b"\n") - 1
    assert len(bad) == rejected


def test_the_danish_archive_is_read_as_it_comes(scene) -> None:
    """The header of aisdk-2024-11-17.csv, and two rows of no real ship."""
    header = (
        "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,"
        "Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,"
        "Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D"
    )
    rows = (
        "17/11/2024 00:00:00,Class A,219000001,56.417000,11.650000,Under way using engine,0.0,9.3,"
        "180.5,181,9000001,OXXX,EXAMPLE,Tug,,20,180,GPS,8.2,UNKNOWN,,AIS,90,90,10,10",
        "17/11/2024 00:00:01,Base Station,002190045,91.000000,0.000000,Unknown value,,,,,Unknown,"
        "Unknown,,Undefined,,,,Undefined,,Unknown,,AIS,,,,",
    )
    columns, rejected = scene.read("\n".join((header, *rows)).encode())
    assert rejected == []
    found, said = scene.rows(columns), scene.rows(columns, "static")
    assert found["mmsi"].tolist() == [219000001]
    assert found["t"].tolist() == [1731801600000000]
    assert (found["lat"][0], found["lon"][0], found["status"][0]) == (56.417, 11.65, 0)
    assert (said["name"][0], said["ship_type"][0], said["imo"][0]) == ("EXAMPLE", 52, 9000001)

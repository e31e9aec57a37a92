"""Files of assets: every layout, what is declared beside them, and what is wrong with a file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from noroshi.feeds.assets import read_assets
from noroshi.words.asset import AssetEdge
from noroshi.words.errors import BadInput
from noroshi.words.label import Tlp
from noroshi.words.shape import lines, polygons

LINE = {"type": "LineString", "coordinates": [[24, 59], [25, 60]]}
AREA = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
POINT = {"type": "Point", "coordinates": [24.5, 59.5]}


def feature(geometry: object, number: object = None, /, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": properties}


def written(folder: Path, *features: dict[str, object], name: str = "a.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("given", "layout", "id", "kind", "licence"),
    [
        (feature(LINE, id="cable:x", kind="cable", name="X"), "noroshi",
         "cable:x", "cable", None),
        (feature(AREA, geoname="Finnish 12 NM", mrgid=49017, iso_ter1="FIN"), "marine regions",
         "zone:mrgid-49017", "zone", "CC-BY-NC-SA-4.0"),
        (feature(AREA, GEONAME="Finnish EEZ", MRGID=1), "marine regions", "zone:mrgid-1", "zone",
         "CC-BY-NC-SA-4.0"),
        (feature(LINE, "pipelines.17", name="Pipe", operator="Gas Oy"), "emodnet",
         "pipeline:emodnet-17", "pipeline", None),
        (feature(LINE, "pcablesbshcontis.3"), "emodnet", "cable:emodnet-3", "cable", None),
        (feature(AREA, featurecla="strait", name="Miyako Strait"), "natural earth",
         "zone:ne-miyako-strait", "zone", None),
        (feature(POINT, featurecla="Port", name="Sint Nicolaas"), "natural earth",
         "port:ne-sint-nicolaas-59.5-24.5", "port", None),
    ],
    ids=["ours", "Marine Regions", "Marine Regions, capitals", "pipeline", "power cable", "strait",
         "port"],
)  # fmt: skip
def test_every_layout_is_known_by_its_properties(
    tmp_path: Path, given: dict[str, object], layout: str, id: str, kind: str, licence: str | None
) -> None:
    (found,) = read_assets(written(tmp_path, given))
    (asset,) = found.assets
    assert (found.layout, asset.id, asset.kind, found.origin.licence) == (layout, id, kind, licence)
    assert found.places == ("/features/0",)


def test_parts_of_one_cable_are_one_asset(tmp_path: Path) -> None:
    def part(number: int) -> dict[str, object]:
        properties = {"id": "x", "name": "X", "feature_id": f"x-{number}"}
        return {"type": "Feature", "geometry": LINE, "properties": properties}

    (found,) = read_assets(written(tmp_path, part(0), part(1)))
    (asset,) = found.assets
    assert (asset.id, len(lines(asset)), asset.surveyed) == ("cable:tg-x", 2, False)


DECLARED = """
format = "assets/1"
source = "our survey of 2025"
owner = "Elisa"
surveyed = true
tlp = "amber"
[[asset]]
id = "cable:link"
kind = "cable"
name = "Link"
path = [[24.0, 59.0], [25.0, 60.0]]
[[asset]]
id = "landing_point:helsinki"
kind = "landing_point"
name = "Helsinki"
lon = 25.0
lat = 60.0
owner = "City"
[[edge]]
a = "cable:link"
b = "landing_point:helsinki"
relation = "lands_at"
[[geojson]]
file = "mine.json.gz"
kind = "pipeline"
licence = "none"
surveyed = false
"""


def test_a_declared_file_says_owner_label_edges_and_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "assets.toml").write_text(DECLARED)
    beside = {"type": "FeatureCollection", "features": [feature(LINE, 7, label="Pipe 7")]}
    (tmp_path / "mine.json.gz").write_bytes(gzip.compress(json.dumps(beside).encode()))
    own, other = read_assets(tmp_path / "assets.toml")
    cable, point = own.assets
    assert (cable.owner, point.owner, cable.surveyed) == ("Elisa", "City", True)
    assert cable.source == "our survey of 2025"
    assert own.edges == (AssetEdge("cable:link", "landing_point:helsinki", "lands_at"),)
    assert (own.origin.tlp, own.places) == (Tlp.AMBER, ("/asset/0", "/asset/1"))
    (pipe,) = other.assets
    assert (pipe.id, pipe.kind, pipe.name, pipe.owner) == (
        "pipeline:7",
        "pipeline",
        "Pipe 7",
        "Elisa",
    )
    assert (pipe.surveyed, other.origin.licence, other.origin.tlp) == (False, "none", Tlp.AMBER)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('format = "assets/2"', "assets/2"),
        ('format = "assets/1"\nasets = []', "asets"),
        ('format = "assets/1"\ntlp = "clear"', "never TLP CLEAR"),
        ('format = "assets/1"\n[[asset]]\nid="a"\nkind="cable"\nname="A"', "asset a: no place"),
        ('format = "assets/1"\n[[asset]]\nid="a"\nkind="port"\nname="A"\nlon=1\nlat=99',
         "not on Earth"),
        ('format = "assets/1"\n[[asset]]\nid="a"\nkind="port"\nname="A"\npath=[[1,99],[2,2]]',
         "not on Earth"),
        ('format = "assets/1"\n[[asset]]\nid="a"\nkind="cabel"\nname="A"', "no such kind"),
        ('format = "assets/1"\n[[asset]]\nid="a"\nkind="network"\nname="A"\n'
         'identifiers=["asn:AS1"]', "not written as asn"),
        ('format = "assets/1"\n[[asset]]\nid="a"\nkind="operator"\nname="A"\n'
         '[[asset]]\nid="a"\nkind="operator"\nname="B"', "declared twice"),
        ("format = ", "Invalid value"),
    ],
    ids=["another format", "mistyped key", "clear", "no place", "no such latitude",
         "no such path", "no such kind", "bad identifier", "twice", "no TOML"],
)  # fmt: skip
def test_a_bad_declaration_names_what_is_wrong(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(BadInput, match=problem) as told:
        read_assets(tmp_path / "a.toml")
    assert "a.toml" in str(told.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "not a GeoJSON"),
        ('{"type":"FeatureCollection","features":[]}', "no features"),
        (json.dumps({"type": "F", "features": [feature(LINE, depth=3)]}),
         "no known layout; found depth"),
        (json.dumps({"type": "F", "features": [feature({"type": "Point", "coordinates": [0, 95]},
                                                       mrgid=1)]}), "feature 0: not on Earth"),
    ],
    ids=["no collection", "empty", "unknown", "off the Earth"],
)  # fmt: skip
def test_a_bad_drawing_names_the_feature(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(BadInput, match=problem):
        read_assets(tmp_path / "a.geojson")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("cables/open-undersea-cable-geo.json.gz", {"cable": 521}),
        ("cables/open-undersea-landing-point-geo.json.gz", {"landing_point": 1414}),
        ("zones/eez_v12_simplified_japan-asia.geojson.gz", {"zone": 35}),
        ("zones/territorial_waters_baltic_12nm.geojson.gz", {"zone": 4}),
        ("zones/ne_10m_geography_marine_polys.json.gz", {"zone": 294}),
        ("ports/ne_10m_ports.json.gz", {"port": 1069}),
    ],
)
def test_the_files_people_have_are_read(shared: Path, name: str, kinds: dict[str, int]) -> None:
    (found,) = read_assets(shared / "data" / "sea" / name)
    counted: dict[str, int] = {}
    for each in found.assets:
        counted[each.kind] = counted.get(each.kind, 0) + 1
        if each.kind == "cable":
            assert lines(each)
        if each.kind == "zone":
            assert polygons(each)
    assert counted == kinds

"""Coverage at cables: proven hour by hour by who else was heard along them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import desk
from noroshi.desks.sea.cover import STEPS
from noroshi.node.node import Node
from noroshi.node.picture import seen
from noroshi.node.setup import init
from noroshi.picture.priors import load_priors
from noroshi.words.asset import Asset
from noroshi.words.desk import Covered, detect
from noroshi.words.place import distance_m
from noroshi.words.time import DAY, HOUR

FEW = settings(max_examples=max(2, 20 * settings().max_examples // 100))
H = 3600
A = 257_000_001


def cable(degrees, name="a", lat=45.0, kind="cable"):
    return Asset(f"{kind}:{name}", kind, name, path=((-30.0, lat), (-30.0, lat + degrees)))


def there(begin, end, lat=45.0, lon=-30.0):
    """At anchor there, heard every half hour."""
    return [(second, lon, lat, 0.0) for second in range(begin, end, H // 2)]


def cover(scene, vessels, assets, **given):
    """Of each asset: quality by whole hour after the scene's first day began."""
    emits = detect(desk, scene.context(assets, **given), [scene.columns(vessels)])
    found: dict[str, dict[int, float]] = {}
    for each in emits:
        if isinstance(each, Covered):
            assert (each.kind, each.span.precision) == ("crossing", "h")
            assert each.span.t0 // DAY == (each.span.t1 - 1) // DAY
            hours = range((each.span.t0 - scene.DAY0) // HOUR, (each.span.t1 - scene.DAY0) // HOUR)
            for hour in hours:
                assert hour not in found.setdefault(each.where, {})
                found[each.where][hour] = each.quality
    return found


LATER = {A + 9: there(40 * H, 41 * H, 10.0)}
"""Elsewhere, so that the hours before are over."""


@pytest.mark.parametrize(
    ("vessels", "hours"),
    [
        ({A: there(0, 4 * H), A + 1: there(2 * H, 6 * H)}, [2, 3]),
        ({A: there(0, 4 * H)}, []),
        ({A: there(0, 4 * H), A + 1: there(0, 4 * H, lon=-29.7)}, []),
        ({A: there(0, 4 * H), A + 1: there(0, 4 * H, lon=-29.8)}, [0, 1, 2, 3]),
        ({A: there(22 * H, 26 * H), A + 1: there(0, 40 * H)}, [22, 23, 24, 25]),
    ],
    ids=["both", "one alone", "too far", "near enough", "over midnight"],
)
def test_two_others_prove_an_hour(scene, vessels, hours):
    found = cover(scene, vessels | LATER, [cable(0.1)])
    assert found.get("cable:a", {}) == dict.fromkeys(hours, 1.0)


def test_one_end_of_a_long_cable_proves_nothing_of_the_other(scene):
    vessels = {A: there(0, 3 * H), A + 1: there(0, 3 * H)} | LATER
    found = cover(scene, vessels, [cable(1.7), cable(0.1, "far", 60.0)])
    # Eleven stretches of 18.9 km, of which the first two lie within 20 km.
    assert found == {"cable:a": dict.fromkeys(range(3), 0.1)}


def test_only_what_ships_cross_is_covered_and_not_the_hour_that_is_not_over(scene):
    vessels = {A: there(0, 3 * H), A + 1: there(0, 3 * H)}
    found = cover(scene, vessels, [cable(0.1, kind="pipeline"), cable(0.1, "x", kind="wind_farm")])
    assert found == {"pipeline:a": {0: 1.0, 1: 1.0}}


fix = st.tuples(
    st.integers(0, 3), st.integers(0, 5 * 6 - 1), st.integers(-12, 30), st.integers(-4, 4)
)


@FEW
@given(st.lists(fix, min_size=1, max_size=40), st.integers(1, 3))
def test_it_is_what_is_counted_one_by_one(scene, fixes, least):
    """Ships 0 to 3 at ten-minute steps, tenths of a degree of latitude, and of longitude."""
    vessels: dict[int, list[tuple[int, float, float, float]]] = {}
    told: set[tuple[int, int]] = set()
    for ship, step, north, east in fixes:
        if (ship, step) not in told:
            told.add((ship, step))
            at = (step * 600, -30.0 + east / 10, 45.0 + north / 10, 0.0)
            vessels.setdefault(A + ship, []).append(at)
    asset = cable(1.7)
    points = [45.0 + 1.7 * n / 10 for n in range(11)]
    expected: dict[int, float] = {}
    for hour in range(40):
        covered = 0
        for lat in points:
            near = {
                ship
                for ship, rows in vessels.items()
                for second, x, y, _ in rows
                if second // H == hour and distance_m(x, y, -30.0, lat) <= 20_000
            }
            covered += len(near) >= least
        if quality := math.floor(covered * STEPS / len(points)) / STEPS:
            expected[hour] = quality
    found = cover(scene, vessels | LATER, [asset], gap_witnesses=least)
    assert found.get("cable:a", {}) == expected


def test_a_node_knows_where_its_sea_desk_could_see(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from noroshi.cli.app import app

    folder = tmp_path / "jpn"
    init(folder, "JPN", listen="127.0.0.1:0")
    (folder / "assets.toml").write_text(
        'format = "assets/1"\n[[asset]]\nid = "cable:a"\nkind = "cable"\nname = "A"\n'
        "path = [[-30.0, 45.0], [-30.0, 45.1]]\n"
    )
    with (folder / "node.toml").open("a") as file:
        file.write('[assets]\nfiles = ["assets.toml"]\n')
    rows = [
        f"{ship},2021-03-21T{minute // 60:02}:{minute % 60:02}:00Z,-30.0,45.05,0.0"
        for ship in (257_000_001, 257_000_002)
        for minute in range(0, 200, 10)
    ]
    (folder / "tracks.csv").write_text("\n".join(["mmsi,timestamp,lon,lat,sog", *rows]) + "\n")
    for words in (["assets", "load"], ["ingest", str(folder / "tracks.csv")]):
        done = CliRunner().invoke(app, [*words, "-n", str(folder)])
        assert done.exit_code == 0, done.output
    with Node.open(folder) as node:
        (proof,) = seen(node, load_priors())
    assert (proof.domain, proof.where, proof.quality) == ("maritime", "cable:a", 1.0)
    assert proof.t1 - proof.t0 == 3 * HOUR

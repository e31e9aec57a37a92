"""Stays in zones: when a ship crossed the rim, what was seen, the sums by flag and type."""

from __future__ import annotations

import json

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import desk
from noroshi.desks.sea.presence import QUERY, flag, ship_type
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.errors import BadInput
from noroshi.words.shape import around
from noroshi.words.stix import describe, finding_body
from noroshi.words.time import DAY, HOUR, MINUTE, SECOND, parse_instant

FEW = settings(max_examples=max(2, 10 * settings().max_examples // 100))
SHIP = 257_000_001


def zone(ring, name="z"):
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return Asset(f"zone:{name}", "zone", name, place=around(json.dumps(shape).encode()))


def box(lon, lat, wide=0.1, tall=0.1):
    return [[lon, lat], [lon + wide, lat], [lon + wide, lat + tall], [lon, lat + tall]]


def stays(found):
    return [each for each in found if each.kind == "zone_visit"]


def along(every, minutes=240, lon=-30.05, step=0.001):
    """Eastward along 45.05 north, `step` degrees a minute."""
    count = int(minutes * 60 / every)
    return [(every * n, lon + step * every / 60 * n, 45.05, 3.0) for n in range(count + 1)]


@pytest.mark.parametrize("every", [60, 600, 3_000], ids=["a minute", "ten", "fifty"])
@pytest.mark.parametrize("shift", [0.0, -149.97], ids=["Atlantic", "antimeridian"])
def test_times_are_those_of_the_rim_however_seldom_it_is_heard(scene, every, shift):
    fixes = [(s, lon + shift, lat, kn) for s, lon, lat, kn in along(every)]
    (each,) = stays(scene.found([scene.columns({SHIP: fixes})], [zone(box(-30.0 + shift, 45.0))]))
    # The chord between two positions leaves the parallel by a hair: a second at most.
    assert each.span.t0 == pytest.approx(scene.DAY0 + 50 * MINUTE, abs=2 * SECOND)
    assert each.span.t1 == pytest.approx(scene.DAY0 + 150 * MINUTE, abs=2 * SECOND)
    told = each.measures
    assert (told["entry"], told["exit"], told["duration_h"]) == ("seen", "seen", 1.67)
    assert (told["entry_course_deg"], told["entry_heard_every_s"]) == (90, every)
    assert each.assets == ("zone:z",)
    kind = desk.kinds["zone_visit"]
    assert set(told) <= set(kind.units) == set(kind.tags)
    for language in ("en", "ja"):
        assert "…" not in describe(finding_body(each, b"salt"), kind, language)


def test_a_strait_narrower_than_a_leg_is_not_missed(scene):
    narrow = zone(box(-30.0, 45.0, wide=0.06))
    fixes = [(0, -30.2, 45.05, 10.0), (4 * 600, -29.8, 45.05, 10.0)]
    (each,) = stays(scene.found([scene.columns({SHIP: fixes})], [narrow]))
    assert each.span.t0 == pytest.approx(scene.DAY0 + 1_200 * SECOND, abs=5 * SECOND)
    assert each.measures["duration_h"] == 0.1


@pytest.mark.parametrize(
    ("since", "until", "seen"),
    [(60, 240, ("not seen", "seen")), (0, 140, ("seen", "not seen")),
     (60, 140, ("not seen", "not seen"))],
    ids=["first heard inside", "last heard inside", "both"],
)  # fmt: skip
def test_what_nobody_saw_is_not_claimed(scene, since, until, seen):
    fixes = [fix for fix in along(60) if since * 60 <= fix[0] <= until * 60]
    (each,) = stays(scene.found([scene.columns({SHIP: fixes})], [zone(box(-30.0, 45.0))]))
    assert (each.measures["entry"], each.measures["exit"]) == seen
    assert each.span.t0 == scene.DAY0 + max(50, since) * MINUTE
    assert each.span.t1 - scene.DAY0 == pytest.approx(min(150, until) * MINUTE, abs=2 * SECOND)


def test_a_silence_ends_a_stay_and_a_short_way_out_does_not(scene):
    inside = [(60 * n, -29.95, 45.05, 0.0) for n in range(30)]
    later = [(s + 6 * 3_600, *rest) for s, *rest in inside]
    two = stays(scene.found([scene.columns({SHIP: inside + later})], [zone(box(-30.0, 45.0))]))
    assert [each.measures["exit"] for each in two] == ["not seen", "not seen"]
    assert two[0].id != two[1].id
    near = [(s, -29.91, lat, kn) for s, _, lat, kn in inside]
    for away, many in ((30, 1), (120, 2)):
        out = [(1_800 + 60 * n, -29.89, 45.05, 1.0) for n in range(away)]
        back = [(1_800 + 60 * away + 60 * n, -29.91, 45.05, 0.0) for n in range(30)]
        found = stays(
            scene.found([scene.columns({SHIP: near + out + back})], [zone(box(-30.0, 45.0))])
        )
        assert len({each.id for each in found}) == len(found) == many


@FEW
@given(seed=st.integers(0, 2**32))
def test_random_fleets_are_in_zones_as_a_slow_second_opinion_has_it(scene, seed):
    """Each position tried by shapely; tracks of the desk's own, as other tests hold them."""
    fleet = scene.fleet(seed, -30.0, 45.0)
    ring = [[-30.03, 44.97], [-29.96, 44.97], [-30.0, 45.05]]
    shape = shapely.Polygon(ring)
    found = stays(scene.found([fleet], [zone(ring)], zone_merge_s=3_600))
    said = {}
    for each in found:
        said.setdefault(each.subjects[0], []).append((each.span.t0, each.span.t1))
    whole = scene.found([fleet], [zone(ring)])
    assert stays(whole) == found
    ever = set()
    arrays = fleet.arrays
    rows = zip(*(arrays[n].tolist() for n in ("mmsi", "t", "lon", "lat")), strict=True)
    for mmsi, t, lon, lat in rows:
        if abs(lon + 30) > 0.5:
            continue  # a leap to an impossible place
        at = shapely.Point(lon, lat)
        if shape.exterior.distance(at) < 1e-5:
            continue
        name = f"mmsi:{mmsi}"
        held = any(t0 - SECOND <= t <= t1 + SECOND for t0, t1 in said.get(name, []))
        if shape.contains(at):
            ever.add(name)
            assert held
        elif held:  # back within the hour
            (t0, t1) = next(
                each for each in said[name] if each[0] - SECOND <= t <= each[1] + SECOND
            )
            assert t - t0 > 0
            assert t1 - t > 0
    assert set(said) >= ever


class Told(msgspec.Struct):
    id: str
    t0: int
    t1: int
    subjects: tuple[str, ...]
    measures: dict[str, object]
    kind: str = "zone_visit"
    assets: tuple[str, ...] = ("zone:z",)


class Node(msgspec.Struct):
    held: list[Told]

    def assets(self):
        return AssetGraph((zone(box(0, 0)), Asset("cable:z", "cable", "z")))

    def findings(self, kind, since=None, until=None, asset=None):
        return [
            each
            for each in self.held
            if (until is None or each.t0 < until) and (since is None or each.t1 >= since)
        ]


T = parse_instant("2026-10-01T00:00:00Z")
SEEN = {"entry": "seen", "exit": "seen"}
HELD = [
    Told("a", T, T + 12 * HOUR, ("mmsi:431000001",), {**SEEN, "ship_type": 71}),
    Told("b", T + DAY, T + DAY + 12 * HOUR, ("mmsi:431000001",), {**SEEN, "ship_type": 71}),
    Told("c", T - DAY, T + 6 * HOUR, ("mmsi:431000002",), {**SEEN, "ship_type": 79}),
    Told("d", T, T + 48 * HOUR, ("mmsi:257000009",), {"entry": "seen", "exit": "not seen"}),
    Told("e", T, T + HOUR, ("track:x-1",), SEEN),
]


def asked(held, **given):
    return QUERY.run(Node(held), {each.name: each.default for each in QUERY.options} | given)


def test_days_and_transits_by_flag_and_type():
    answer = asked(HELD, zone="z", since="2026-10-01", until="2026-10-02")
    groups = {(each.flag, each.type): each for each in answer.value.groups}
    japan = groups["Japan", "cargo"]
    assert (japan.ships, japan.stays, japan.transits) == (2, 3, 2), "one began before the window"
    assert japan.ship_days == pytest.approx(1.25)
    other = groups["Norway", "not given"]
    assert (other.ships, other.transits, other.ship_days) == (1, 0, 2.0)
    assert groups["unknown", "not given"].ships == 1
    assert (answer.value.ships, answer.value.transits) == (4, 3)
    assert answer.rows[0][0] == "Norway"


def test_without_times_the_window_is_all_that_is_held():
    answer = asked(HELD, zone="zone:z")
    assert (answer.value.since[:10], answer.value.until[:10]) == ("2026-09-30", "2026-10-03")
    assert answer.value.ship_days == pytest.approx(0.5 + 0.5 + 1.25 + 2 + 1 / 24, abs=0.01)
    empty = asked([], zone="z")
    assert "no ship was heard there" in empty.before[0]
    assert "at any time" in empty.before[0]


def test_a_zone_that_is_none_is_said():
    with pytest.raises(BadInput, match="no zone among 1"):
        asked(HELD, zone="luzon")


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "not given"), (None, "not given"), (30, "fishing"), (35, "military"), (70, "cargo"),
     (89, "tanker"), (69, "passenger"), (20, "wing in ground"), (57, "other"), (255, "not given")],
)  # fmt: skip
def test_types_are_those_of_the_recommendation(number, word):
    assert ship_type(number) == word


@pytest.mark.parametrize(
    ("subject", "country"),
    [("mmsi:431000001", "Japan"), ("mmsi:230000001", "Finland"), ("mmsi:799000001", "unknown"),
     ("track:a-1", "unknown")],
)  # fmt: skip
def test_flags_are_those_of_the_digits(subject, country):
    assert flag(subject) == country

"""Gaps drawn by hand: what silence says of a ship depends on who else was heard."""

from __future__ import annotations

import pytest

from noroshi.words.time import HOUR, MINUTE, SECOND

A = 257_000_001
H = 3600


def ship(begin, end, lon=-30.0, every=600, lat=45.0):
    """Under way at 6 kn but held near one place: only when and where it was heard matters here."""
    return [(n, lon + 0.01 * (n // every % 2), lat, 6.0) for n in range(begin, end + 1, every)]


def others(*times):
    return {A + 1 + n: ship(*each) for n, each in enumerate(times)}


HEARD = ship(0, 12 * H) + ship(20 * H, 24 * H)
NEAR = others((0, 24 * H), (14 * H, 15 * H, -29.9))


def gaps(scene, vessels, **settings):
    return [each for each in scene.found([scene.columns(vessels)], **settings)
            if each.kind == "gap"]  # fmt: skip


def test_a_gap_says_where_how_long_and_why_it_counts(scene):
    (gap,) = gaps(scene, {A: HEARD} | NEAR)
    assert gap.subjects == (f"mmsi:{A}",)
    assert gap.span.t0 == scene.DAY0 + 12 * HOUR
    assert gap.span.t1 == scene.DAY0 + 20 * HOUR + SECOND
    told = {name: gap.measures[name] for name in ("class", "state", "witnesses", "before",
                                                  "duration_h", "implied_kn")}  # fmt: skip
    assert told == {"class": "likely", "state": "closed", "witnesses": 2, "before": 73,
                    "duration_h": 8.0, "implied_kn": 0.0}  # fmt: skip


@pytest.mark.parametrize(
    ("vessels", "classes"),
    [
        ({A: HEARD} | NEAR, ["likely"]),
        ({A: HEARD} | others((0, 24 * H)), ["coverage"]),
        ({A: HEARD} | others((0, 24 * H), (0, 24 * H, -29.0)), ["coverage"]),
        ({A: ship(10 * H, 12 * H) + ship(20 * H, 24 * H)} | NEAR, ["possible"]),
        ({A: ship(12 * H - 13 * 600, 12 * H) + ship(20 * H, 24 * H)} | NEAR, ["likely"]),
        ({A: ship(12 * H - 12 * 600, 12 * H) + ship(20 * H, 24 * H)} | NEAR, ["possible"]),
        ({A: ship(0, 12 * H) + ship(18 * H - 600, 24 * H)} | NEAR, []),
        ({A: ship(0, 12 * H) + ship(18 * H, 24 * H)} | NEAR, ["likely"]),
        ({A: ship(0, 12 * H) + ship(20 * H, 24 * H, 20.0)} | NEAR, []),
        ({A: HEARD} | others((0, 12 * H + 1800 - 60), (0, 24 * H)), ["coverage"]),
        ({A: HEARD} | others((0, 12 * H), (0, 24 * H), (20 * H - 1700, 24 * H)), ["coverage"]),
        ({A: HEARD} | others(*[(0, 12 * H)] * 2), ["coverage"]),
    ],
    ids=["two others", "one other", "the second is far", "seldom heard before", "14 times before",
         "13 times before", "too short",
         "six hours", "a leap is no gap", "one falls silent soon after", "one returns just before",
         "an outage"],
)  # fmt: skip
def test_classes(scene, vessels, classes):
    found = gaps(scene, vessels, gap_class=1)
    mine = [each for each in found if each.subjects == (f"mmsi:{A}",)]
    assert [each.measures["class"] for each in mine] == classes
    told = [each.id for each in gaps(scene, vessels)]
    assert told == [each.id for each in found if each.measures["class"] == "likely"]


def test_an_open_gap_takes_its_end_when_the_ship_is_heard_again(scene):
    (still,) = gaps(scene, {A: ship(0, 12 * H)} | others((0, 24 * H), (0, 24 * H, -29.9)))
    (ended,) = gaps(scene, {A: HEARD} | others((0, 24 * H), (0, 24 * H, -29.9)))
    assert (still.measures["state"], still.measures["duration_h"]) == ("open", 12.0)
    assert still.span.t1 - still.span.t0 == SECOND
    assert still.id == ended.id
    assert ended.span.t1 > still.span.t1 + 7 * HOUR


@pytest.mark.parametrize("later_h", [25, 90, 20_000])
def test_what_is_heard_elsewhere_years_later_does_not_lengthen_an_open_gap(scene, later_h):
    """An old log and one of today in one node: of the old ships nothing is known since."""
    near = others((0, 40 * H), (0, 40 * H, -29.9))
    far = {A + 9: ship(later_h * H, (later_h + 1) * H, 60.0)}
    (told,) = gaps(scene, {A: ship(0, 12 * H)} | near | far)
    assert (told.measures["state"], told.measures["duration_h"]) == ("open", 24.0)


@pytest.mark.parametrize(
    ("fallen", "told"), [(1, 1), (2, 0)], ids=["one", "two of four"]
)  # fmt: skip
def test_where_others_fall_silent_as_well_it_is_ordinary(scene, fallen, told):
    """Two go on; others fall silent with the ship and are heard again after seven hours."""
    near = others((0, 24 * H), (0, 24 * H, -29.9))
    lost = {A + 10 + n: ship(0, 12 * H) + ship(19 * H, 24 * H) for n in range(fallen)}
    found = gaps(scene, {A: HEARD} | near | lost)
    assert len(found) == told * (1 + fallen)
    for each in found:
        assert (each.measures["nearby"], each.measures["silent_too"]) == (2 + fallen, fallen)


def test_few_among_many_do_not_make_it_ordinary(scene):
    lost = {A + 30: ship(0, 12 * H) + ship(19 * H, 24 * H), A + 31: ship(0, 11 * H) + ship(18 * H,
            24 * H)}  # fmt: skip
    crowd = others(*[(0, 24 * H)] * 18)
    (told,) = (
        each
        for each in gaps(scene, {A: HEARD} | lost | crowd, gap_share=0.1)
        if each.subjects == (f"mmsi:{A}",)
    )
    assert (told.measures["nearby"], told.measures["silent_too"]) == (20, 2)


@pytest.mark.parametrize(("leaving", "told"), [(1, 1), (2, 0)])
def test_where_others_leave_for_good_a_ship_has_left(scene, leaving, told):
    """The rim of what is heard: ships are heard there for the last time, others lie there."""
    stay = others((0, 40 * H), (0, 40 * H, -29.9), (0, 40 * H, -29.95))
    left = {A + 10 + n: ship(0, (8 + n) * H) for n in range(leaving)}
    found = gaps(scene, {A: ship(0, 12 * H)} | stay | left)
    mine = [each for each in found if each.subjects == (f"mmsi:{A}",)]
    assert [each.measures["state"] for each in mine] == ["open"] * told


@pytest.mark.parametrize(
    ("until_h", "classes"), [(14, ["coverage"]), (18, ["likely"])], ids=["two hours", "six hours"]
)
def test_others_must_be_heard_for_hours_of_the_silence(scene, until_h, classes):
    """The receiver fails some hours after the ship was last heard, until it is heard again."""
    near = others(*[(0, until_h * H)] * 3, *[(20 * H, 24 * H)] * 3)
    found = gaps(scene, {A: HEARD} | near, gap_class=1)
    assert [each.measures["class"] for each in found if each.subjects == (f"mmsi:{A}",)] == classes


def test_an_hour_counts_by_how_many_are_heard_otherwise(scene):
    """Of ten ships that are heard, one is left."""
    usual = others(*[(0, 13 * H)] * 9, (0, 24 * H))
    found = gaps(scene, {A: HEARD} | usual, gap_class=1, gap_share=1.0)
    (mine,) = (each for each in found if each.subjects == (f"mmsi:{A}",))
    assert (mine.measures["class"], mine.measures["witnesses"]) == ("coverage", 10)


def under_way(begin, end, lat):
    """North at 12 kn, from `lat` on."""
    return [(n, -30.0, lat + 0.2 * (n - begin) / H, 12.0) for n in range(begin, end + 1, 600)]


def lying(lats, lon=-30.0):
    """Pairs of others at anchor, a tenth of a degree from one to the next."""
    return {A + 1 + n: ship(0, 40 * H, lon, lat=lat) for n, lat in enumerate(lats)}


@pytest.mark.parametrize(("north", "told"), [(26, 0), (37, 1)], ids=["beyond reach", "in reach"])
def test_a_ship_that_sails_out_of_reach_is_not_silent(scene, north, told):
    """Last heard at 46.4 N; after six hours it would be at 47.6."""
    lats = [45.0 + 0.1 * (n // 2) for n in range(2 * north)]
    near = lying([lat for lat in lats if lat < 45.0 + north * 0.1 - 0.05])
    found = gaps(scene, {A: under_way(0, 7 * H, 45.0)} | near)
    assert len(found) == told


def test_silences_looked_at_one_by_one_are_told_alike(scene, monkeypatch):
    lost = {A + 30: ship(0, 11 * H) + ship(19 * H, 24 * H)}
    whole = gaps(scene, {A: HEARD} | NEAR | lost, gap_class=1)
    monkeypatch.setattr("noroshi.desks.sea.gap.BLOCK", 1)
    assert gaps(scene, {A: HEARD} | NEAR | lost, gap_class=1) == whole
    assert len(whole) >= 3


def test_a_ship_heard_every_two_hours_is_under_way_all_the_same(scene):
    """As above, but for the last leg."""
    near = lying([45.0 + 0.1 * (n // 2) for n in range(52)])
    way = [*under_way(0, 5 * H, 45.0), (7 * H, -30.0, 46.4, 12.0)]
    assert not gaps(scene, {A: way} | near)


@pytest.mark.parametrize(
    ("middle", "classes"), [((), ["coverage"]), ((45.3, 45.4, 45.5, 45.6), ["likely"])],
    ids=["nobody ever", "somebody all along"],
)  # fmt: skip
def test_a_way_on_which_nobody_is_heard_says_nothing(scene, middle, classes):
    """A canal: others are heard at both its ends."""
    ends = [45.0, 45.0, 45.1, 45.2, 45.7, 45.8, 45.9, 46.0, 46.0]
    vessels = {A: ship(0, 12 * H) + ship(20 * H, 24 * H, lat=46.0)} | lying([*ends, *middle])
    found = gaps(scene, vessels, gap_class=1)
    (found,) = (each for each in found if each.measures["state"] == "closed")
    assert [found.measures["class"]] == classes
    assert found.measures["way_unheard"] == (0 if middle else 4)


@pytest.mark.parametrize(("heard_s", "told"), [(18 * H - 600, 0), (18 * H, 1)])
def test_a_log_that_ends_leaves_no_gap_open(scene, heard_s, told):
    """Others are heard where the ship was for as long as that; somebody far away for days."""
    near = others((0, heard_s), (0, heard_s, -29.9), (0, 90 * H, 60.0))
    assert len(gaps(scene, {A: ship(0, 12 * H)} | near)) == told


def test_only_the_first_day_of_a_long_silence_is_looked_at(scene):
    late = others((37 * H, 60 * H), (37 * H, 60 * H, -29.9))
    vessels = {A: ship(0, 12 * H) + ship(58 * H, 60 * H)} | late
    assert [each.measures["class"] for each in gaps(scene, vessels, gap_class=1)] == ["coverage"]
    (wide,) = gaps(scene, vessels, gap_look_s=30 * H)
    assert wide.measures["duration_h"] == 46.0
    assert (wide.span.t1 - wide.span.t0) // MINUTE == 46 * 60

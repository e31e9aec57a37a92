"""The desk as the node uses it: columns in, findings out, whatever the order and the cut."""

from __future__ import annotations

import numpy as np
from heaven import AT, columns, context, found, small
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.space import desk
from noroshi.desks.space.findings import satellites
from noroshi.words.asset import Asset
from noroshi.words.desk import Columns, Found, Retract
from noroshi.words.time import DAY, HOUR, format_instant


def planted():
    sky = small()
    truth = sky.meet(int(sky.rows["norad"][5]), AT + 7 * HOUR, 0.3)
    return sky, truth


START = {"at": format_instant(AT)}


def test_a_planted_approach_becomes_a_finding_with_its_sets() -> None:
    sky, truth = planted()
    (each,) = [f for f in found([columns(sky)], **START) if f.measures["miss_km"] < 0.31]
    assert each.kind == "conjunction"
    assert each.subjects == tuple(f"norad:{n}" for n in sorted(truth.objects))
    assert abs(each.span.t0 - truth.at) <= 1000
    assert each.measures["grade"] == "screening"
    assert each.measures["names"] == "WALKER 550 6, STRAY DEB 1"
    assert len(each.evidence) == 2
    assert each.place is None


def test_approaches_of_a_protected_satellite_are_all_told_and_for_longer() -> None:
    sky, truth = planted()
    number = truth.objects[0]
    later = sky.meet(number, AT + 3 * DAY, 4.0)
    cospar = sky.names[number][1]
    bare = found([columns(sky)], **START)
    for identifier in (f"norad:{number}", f"cospar:{cospar}"):
        asset = Asset("sat-x", "satellite", "X", identifiers=(identifier,))
        mine = [f for f in found([columns(sky)], [asset], **START) if f.assets == ("sat-x",)]
        assert {f.subjects[1] for f in mine} >= {f"norad:{t.objects[1]}" for t in (truth, later)}
        assert len(mine) > sum(f"norad:{number}" in f.subjects for f in bare)


def test_two_sets_of_one_satellite_do_not_meet() -> None:
    sky = small()
    twin = sky.rows[5:6].copy()
    twin["norad"], twin["m"] = 900_999_999, twin["m"] + 0.002
    name, cospar, kind = sky.names[int(sky.rows["norad"][5])]
    sky.names[900_999_999] = (name, cospar, kind)
    sky.rows = np.concatenate([sky.rows, twin])
    assert not [f for f in found([columns(sky)], **START) if "norad:900999999" in f.subjects]


def test_a_protected_satellite_is_protected_under_each_of_its_numbers() -> None:
    sky, truth = planted()
    number = truth.objects[0]
    twin = sky.rows[sky.rows["norad"] == number].copy()
    twin["norad"], twin["epoch"] = 900_999_999, twin["epoch"] + 1
    sky.names[900_999_999] = sky.names[number]
    sky.rows = np.concatenate([sky.rows, twin])
    for identifier in (f"norad:{number}", f"cospar:{sky.names[number][1]}", "norad:900999999"):
        asset = Asset("sat-x", "satellite", "X", identifiers=(identifier,))
        mine = [f for f in found([columns(sky)], [asset], **START) if f.assets]
        assert mine, identifier
        assert {f.assets for f in mine} == {("sat-x",)}
        assert all("norad:900999999" in f.subjects for f in mine)


def test_a_number_that_another_asset_names_is_that_assets() -> None:
    sky, truth = planted()
    number = truth.objects[0]
    sky.names[truth.objects[1]] = ("X", sky.names[number][1], "PAYLOAD")
    state = desk.start(
        context(
            [
                Asset(f"sat-{n}", "satellite", "X", identifiers=(f"norad:{each}",))
                for n, each in enumerate(truth.objects)
            ]
        )
    )
    state, _ = desk.fold(state, columns(sky), 0)
    held = satellites(state)
    assert [held[f"norad:{each}"].id for each in truth.objects] == ["sat-0", "sat-1"]


def test_findings_are_of_the_version_of_the_desk() -> None:
    sky, _ = planted()
    assert {f.detector_version for f in found([columns(sky)], **START)} == {desk.version}


def test_the_method_names_the_proportions_that_are_set() -> None:
    sky, _ = planted()
    told = found([columns(sky)], error_along_m=500.0, **START)
    assert told
    assert all("100:500:100" in str(f.measures["method"]) for f in told if "miss_km" in f.measures)


@settings(max_examples=5)
@given(st.permutations(range(4)), st.booleans())
def test_cut_order_and_repeats_change_nothing(order: list[int], again: bool) -> None:
    sky, _ = planted()
    whole = columns(sky)
    many = len(sky.rows)
    parts = [
        Columns("elements", whole.source, {k: v[n::4] for k, v in whole.arrays.items()})
        for n in order
    ]
    once = found([whole], **START)
    assert once == found(parts + (parts[:2] if again else []), **START)
    assert many == 67


def test_the_state_goes_to_bytes_and_back() -> None:
    sky, _ = planted()
    state = desk.start(context(**START))
    state, _ = desk.fold(state, columns(sky), 0)
    first = [each for each in desk.finish(state) if isinstance(each, Found)]
    again = desk.load(desk.dump(state), context(**START))
    assert first
    assert desk.finish(again) == []
    assert desk.load(desk.dump(state), context()) is None
    assert desk.load(b"nothing", context(**START)) is None


def test_newer_elements_take_back_what_they_do_not_bear_out() -> None:
    sky, truth = planted()
    state = desk.start(context(**START))
    state, _ = desk.fold(state, columns(sky), 0)
    told = [each.finding for each in desk.finish(state) if isinstance(each, Found)]
    gone = next(each for each in told if abs(each.span.t0 - truth.at) <= 1000)
    moved = sky.rows[sky.rows["norad"] == truth.objects[1]].copy()
    moved["epoch"], moved["m"] = AT + HOUR, 0.0
    sky.rows = np.concatenate([sky.rows, moved])
    state, _ = desk.fold(state, columns(sky, moved, "later"), 0)
    assert gone.id in [each.id for each in desk.finish(state) if isinstance(each, Retract)]

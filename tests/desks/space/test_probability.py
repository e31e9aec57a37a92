"""Probability of collision against sampling, closed forms, and real messages."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from heaven import read, source
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.space import cdm, probability
from noroshi.desks.space.fields import Message, messages


@settings(max_examples=20)
@given(st.floats(5, 60), st.floats(5, 60), st.floats(-0.9, 0.9), st.floats(0, 80), st.floats(5, 40))
def test_the_integral_is_what_a_grid_gives(
    sx: float, sy: float, rho: float, miss: float, hbr: float
) -> None:
    plane = np.array([[sx * sx, rho * sx * sy], [rho * sx * sy, sy * sy]])
    points = (np.arange(400) + 0.5) / 200.0 - 1.0
    x, y = np.meshgrid(points * hbr, points * hbr)
    inside = x * x + y * y <= hbr * hbr
    off = np.stack([x - miss, y])
    power = np.einsum("iab,ij,jab->ab", off, np.linalg.inv(plane), off)
    density = np.exp(-0.5 * power) / (2 * math.pi * math.sqrt(np.linalg.det(plane)))
    sampled = float((density * inside).sum() * (hbr / 200.0) ** 2)
    ours = probability.foster(np.array([miss, 0.0]), plane, hbr)
    assert ours == pytest.approx(sampled, rel=5e-3, abs=1e-9)


def test_a_round_error_at_no_distance_has_a_closed_form() -> None:
    ours = probability.foster(np.zeros(2), np.eye(2) * 100.0, 20.0)
    assert ours == pytest.approx(1 - math.exp(-2.0), rel=1e-12)


def test_the_far_tail_keeps_its_digits() -> None:
    ours = probability.foster(np.array([270.0, 0.0]), np.eye(2) * 100.0, 1.0)
    assert 0.0 < ours < 1e-150


def test_the_largest_is_the_largest_over_all_sizes() -> None:
    miss, plane, hbr = np.array([[300.0, 0.0]]), np.diag([100.0**2, 40.0**2])[None], np.array([1.0])
    value, scale = probability.largest(miss, plane, hbr)
    sizes = np.geomspace(0.1, 10, 400) * scale[0]
    swept = [probability.foster(miss[0], plane[0] * k * k, 1.0) for k in sizes]
    assert max(swept) == pytest.approx(value[0], rel=1e-3)
    assert sizes[int(np.argmax(swept))] == pytest.approx(scale[0], rel=0.02)


def real(shared: Path) -> list[cdm.Cdm]:
    folder = shared / "data/space/cdm/cara_real"
    found = []
    for path in sorted(folder.iterdir()):
        (message,) = messages(source(path.read_bytes()))
        assert isinstance(message, Message)
        found.append(cdm.conjunction(message.fields, message.objects))
    return found


@pytest.mark.shared
def test_real_messages_give_their_printed_probability(shared: Path) -> None:
    every = real(shared)
    assert len(every) == 17
    off = []
    for each in every:
        ours = probability.of_message(each, each.hbr_m or 0.0)
        assert ours is not None
        off.append(abs(ours.value / (each.probability or 0.0) - 1.0))
    # Printed to four digits. Two senders took the whole distance for the miss, without the shift.
    assert sum(each < 5e-4 for each in off) == 15
    assert max(off) < 3e-3


KVN = """CCSDS_CDM_VERS = 1.0
CREATION_DATE = 2030-01-01T00:00:00
ORIGINATOR = X
TCA = 2030-060T01:02:03.5
MISS_DISTANCE = 25 [m]
OBJECT = OBJECT1
OBJECT_DESIGNATOR = 00025544
REF_FRAME = GCRF
X = 7000 [km]
Y = 0 [km]
Z = 0 [km]
X_DOT = 0 [km/s]
Y_DOT = 7.5 [km/s]
Z_DOT = 0 [km/s]
OBJECT = OBJECT2
OBJECT_DESIGNATOR = 900000001
"""

MISSING = {
    "a block": (KVN.partition("OBJECT = OBJECT2")[0], "found 1 object blocks"),
    "a time": (KVN.replace("TCA", "XTCA"), "TCA: missing"),
    "a number": (KVN.replace("MISS_DISTANCE", "MISS"), "MISS_DISTANCE: missing"),
    "a part of the state": (KVN.replace("Z_DOT = 0 [km/s]\n", ""), "OBJECT1, Z_DOT: missing"),
    "a finite number": (KVN.replace("X = 7000", "X = nan"), "OBJECT1, X: found 'nan'"),
    "a finite miss": (KVN.replace("= 25", "= -inf"), "MISS_DISTANCE: found '-inf'"),
    "a number of an object": (
        KVN.replace("900000001", "2012-001A"),
        "OBJECT2, OBJECT_DESIGNATOR: found '2012-001A'",
    ),
    "a number in letters": (KVN.replace("900000001", "UNKNOWN"), "OBJECT2, OBJECT_DESIGNATOR"),
    "a size": (KVN.replace("= 25", "= -25"), "MISS_DISTANCE: found -25; expected 0 or more"),
    "a radius": (
        KVN.replace("MISS_", "COMMENT HBR = -5 [m]\nMISS_"),
        "COMMENT HBR: found -5; expected 0 or more",
    ),
    "a probability": (
        KVN.replace("MISS_", "COLLISION_PROBABILITY = 1.5\nMISS_"),
        "COLLISION_PROBABILITY: found 1.5; expected 0 to 1",
    ),
    "two blocks of one": (KVN.replace("OBJECT2", "OBJECT1"), "found OBJECT1 and OBJECT1"),
    "a day of that year": (KVN.replace("060T", "366T"), "TCA: '2030-366T01:02:03.5'"),
    "who": (KVN.replace("OBJECT_DESIGNATOR = 900000001\n", ""), "OBJECT2, OBJECT_DESIGNATOR"),
}  # fmt: skip


BODY = cdm.Body(
    "1", "A", "", "GCRF", (7000.0, 0.0, 0.0, 0.0, 7.5, 0.0), (1.0, 0.0, 1.0, 0.0, 0.0, 1.0)
)
STATES = {
    "equal velocities": (7000.1, 0.0, 0.0, 0.0, 7.5, 0.0),
    "velocities that are almost equal": (7000.1, 0.0, 0.0, 0.0, 7.5, 1e-300),
    "nothing but zeros": (0.0,) * 6,
    "a fall straight down": (7000.1, 0.0, 0.0, 7.5, 0.0, 0.0),
    "numbers beyond all bounds": (1e308, 0.0, 0.0, 0.0, 1e308, 0.0),
}


@pytest.mark.parametrize("name", STATES)
def test_states_that_no_plane_goes_through_have_no_probability(name: str) -> None:
    two = msgspec.structs.replace(BODY, designator="2", state=STATES[name])
    given = cdm.Cdm(0, 0, "X", "", 100.0, None, None, "", None, BODY, two)
    assert probability.of_message(given, 15.0) is None


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_from_a_message_is_named(name: str) -> None:
    text, reason = MISSING[name]
    columns, (rejected,) = read(text.encode())
    assert columns == []
    assert reason in rejected.reason


def test_a_message_of_nine_digits_and_days_of_the_year_is_read() -> None:
    (back,), rejected = read(KVN.encode())
    assert rejected == []
    found = msgspec.json.decode(str(back.arrays["body"][0]), type=cdm.Cdm)
    assert found.two.designator == "900000001"
    assert found.tca % 60_000_000 == 3_500_000


def test_the_two_blocks_are_told_apart_by_what_they_say() -> None:
    head, one, two = KVN.partition("OBJECT = OBJECT1")[0], *KVN.split("OBJECT = OBJECT")[1:]
    (back,), _ = read((head + "OBJECT = OBJECT" + two + "OBJECT = OBJECT" + one).encode())
    (same,), _ = read(KVN.encode())
    assert back.arrays["body"][0] == same.arrays["body"][0]

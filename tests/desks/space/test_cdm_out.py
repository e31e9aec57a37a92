"""Conjunction messages out: what the standard asks for, read again as they were written."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest
from heaven import AT, columns, context, read, small, source

from noroshi.desks.space import cdm, cdm_out, desk, probability, synth
from noroshi.desks.space.fields import Message, messages
from noroshi.desks.space.frames import to_j2000
from noroshi.desks.space.state import State
from noroshi.desks.space.times import instant
from noroshi.words.desk import Columns, Found
from noroshi.words.time import HOUR, format_instant

# CCSDS 508.0-B-1, tables 3-1 to 3-4: what is marked obligatory.
HEADER = ["CCSDS_CDM_VERS", "CREATION_DATE", "ORIGINATOR", "MESSAGE_ID"]
RELATIVE = ["TCA", "MISS_DISTANCE"]
METADATA = ["OBJECT", "OBJECT_DESIGNATOR", "CATALOG_NAME", "OBJECT_NAME",
            "INTERNATIONAL_DESIGNATOR", "EPHEMERIS_NAME", "COVARIANCE_METHOD", "MANEUVERABLE",
            "REF_FRAME"]  # fmt: skip
AXES = ["R", "T", "N", "RDOT", "TDOT", "NDOT"]
DATA = ["X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT",
        *(f"C{a}_{b}" for n, a in enumerate(AXES) for b in AXES[: n + 1])]  # fmt: skip


@pytest.fixture(scope="module")
def sky() -> tuple[synth.Sky, State]:
    made = small()
    made.meet(int(made.rows["norad"][5]), AT + 7 * HOUR, 0.3)
    state = desk.start(context(at=format_instant(AT)))
    state.take(columns(made))
    return made, state


def screened(sky: tuple[synth.Sky, State]) -> list[cdm.Cdm]:
    made, state = sky
    return cdm_out.screened(state, made.truths[0].objects[:1], 1.0, 5.0, "JPN & EU")


def again(text: str) -> list[cdm.Cdm]:
    (found,), rejected = read(text.encode())
    assert rejected == []
    return [msgspec.json.decode(each, type=cdm.Cdm) for each in found.arrays["body"].tolist()]


@pytest.mark.parametrize("form", ["kvn", "xml"])
def test_what_is_written_of_a_planted_approach_is_read_again(sky, form: str) -> None:
    given = screened(sky)
    back = again(cdm_out.write(given, form))
    assert len(back) == len(given) >= 1
    for one, two in zip(back, given, strict=True):
        for each, same in ((one.one, two.one), (one.two, two.two)):
            assert each.state == pytest.approx(same.state, abs=1e-9)
            assert each.covariance == pytest.approx(same.covariance, rel=1e-9)
            assert each.rates == pytest.approx(same.rates, rel=1e-9)
        rounded = {"one": two.one, "two": two.two}
        assert msgspec.structs.replace(one, **rounded) == two
    near = min(back, key=lambda each: each.miss_m)
    truth = sky[0].truths[0]
    assert (near.one.designator, near.two.designator) == tuple(map(str, truth.objects))
    assert abs(near.tca - truth.at) <= 1000
    assert near.miss_m == pytest.approx(300.0, abs=1.0)
    assert near.one.name == "WALKER 550 6"


@pytest.mark.parametrize("form", ["kvn", "xml"])
def test_all_that_the_standard_obliges_to_is_there_in_its_order(sky, form: str) -> None:
    (text,) = cdm_out.write(screened(sky)[:1], form).split("\0")
    if form == "kvn":
        keys = [line.partition("=")[0].strip() for line in text.splitlines()]
    else:
        root = ElementTree.fromstring(text)
        message = root.find("cdm")
        assert message is not None
        keys = [f"{message.get('id')}", *(each.tag for each in message.iter() if not len(each))]
    wanted = [*HEADER, *RELATIVE, *METADATA, *DATA, *METADATA, *DATA]
    assert [key for key in keys if key in wanted] == wanted
    assert "Screening grade" in text
    assert re.search(r"COVARIANCE_METHOD\W+DEFAULT", text)


def test_states_are_as_far_apart_as_is_said_and_give_the_probability_that_is_said(sky) -> None:
    for each in screened(sky):
        one, two = np.array(each.one.state), np.array(each.two.state)
        # The instant is told to the millisecond.
        assert np.linalg.norm((one - two)[:3]) * 1e3 == pytest.approx(each.miss_m, abs=0.1)
        assert np.linalg.norm((one - two)[3:]) * 1e3 == pytest.approx(each.speed_ms, abs=0.1)
        ours = probability.of_message(each, each.hbr_m or 0.0)
        assert ours is not None
        assert ours.value == pytest.approx(each.probability, rel=0.05)


def test_a_node_that_reads_it_keeps_the_grade(sky) -> None:
    state = desk.start(context())
    for each in desk.read(source(cdm_out.write(screened(sky), "kvn").encode())):
        assert isinstance(each, Columns)
        state.take(each)
    told = [each.finding for each in desk.finish(state) if isinstance(each, Found)]
    assert told
    assert {(f.measures["grade"], f.credibility) for f in told} == {("screening", 4)}
    assert all("covariance assumed" in str(f.measures["flags"]) for f in told)


def test_a_number_that_is_not_there_is_named(sky) -> None:
    with pytest.raises(ValueError, match="7 is not among the newest sets"):
        cdm_out.screened(sky[1], [7], 1.0, 5.0, "X")


def test_axes_of_j2000_are_those_of_the_published_example() -> None:
    # Vallado, Crawford, Hujsak and Kelso, AIAA 2006-6753, appendix C.
    turn = to_j2000(instant("2004-04-06T07:51:28.386009"))
    r = turn @ (5094.18016210, 6127.64465950, 6380.34453270)
    v = turn @ (-4.746131487, 0.785818041, 5.531931288)
    assert np.abs(r - (5102.508958, 6123.011401, 6378.136928)).max() < 0.01
    assert np.abs(v - (-4.74322016, 0.79053650, 5.533755728)).max() < 1e-5


@pytest.mark.shared
@pytest.mark.parametrize("form", ["kvn", "xml"])
def test_a_real_message_goes_out_and_comes_back(shared: Path, form: str) -> None:
    path = sorted((shared / "data/space/cdm/cara_real").iterdir())[0]
    (message,) = messages(source(path.read_bytes()))
    assert isinstance(message, Message)
    given = cdm.conjunction(message.fields, message.objects)
    (back,) = again(cdm_out.write([given], form))
    assert (back.tca, back.hbr_m, back.two.name) == (given.tca, given.hbr_m, given.two.name)
    assert back.one.covariance == pytest.approx(given.one.covariance, rel=1e-9)
    assert back.two.rates == pytest.approx(given.two.rates, rel=1e-9)
    ours, theirs = (probability.of_message(each, 15.0) for each in (back, given))
    assert ours is not None
    assert theirs is not None
    assert ours.value == pytest.approx(theirs.value, rel=1e-5)

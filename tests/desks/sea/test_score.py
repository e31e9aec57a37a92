"""Scoring: counts worked out by hand, and the command on a seed of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from noroshi.desks.sea.score import Scene, meets, score_alike, score_kind
from noroshi.desks.sea.truths import Truth
from noroshi.words.time import MINUTE, Span

ROOT = Path(__file__).resolve().parents[3]
A, B = 299_000_001, 299_000_002


@pytest.fixture(scope="module")
def stop(scene):
    fixes = [(600 * n, -30.0, 45.0, 0.0) for n in range(13)]
    return scene.found([scene.columns({A: fixes})])[0]


def told(finding, kind, t0, t1, *mmsis):
    names = tuple(f"mmsi:{mmsi}" for mmsi in mmsis)
    span = Span(t0 * MINUTE, t1 * MINUTE, "s")
    return msgspec.structs.replace(finding, kind=kind, span=span, subjects=names)


@pytest.mark.parametrize(
    ("kind", "t0", "t1", "mmsis", "expected"),
    [
        ("stop", 0, 100, (A,), True),
        ("stop", 50, 100, (A,), True),
        ("stop", 51, 100, (A,), False),
        ("stop", 0, 200, (A,), True),
        ("stop", 0, 201, (A,), False),
        ("stop", 200, 300, (A,), False),
        ("stop", 0, 100, (B,), False),
        ("stop", 0, 100, (A, B), False),
        ("port_visit", 0, 100, (A,), False),
    ],
    ids=["equal", "half", "less than half", "twice", "more than twice", "elsewhen", "other ship",
         "one ship more", "other kind"],
)  # fmt: skip
def test_half_of_the_union_must_be_shared(stop, kind, t0, t1, mmsis, expected):
    truth = Truth("x", (A,), 0, 100 * MINUTE, "stop")
    assert meets(truth, told(stop, kind, t0, t1, *mmsis)) is expected


@pytest.mark.parametrize(("t0", "expected"), [(11, True), (12, False), (-11, True), (-12, False)])
def test_a_moment_is_met_within_ten_minutes(stop, t0, expected):
    truth = Truth("x", (A, B), 0, MINUTE, "identity_swap")
    assert meets(truth, told(stop, "identity_swap", t0, t0 + 1, A, B)) is expected


def test_counts_of_one_kind_over_two_scenes(stop):
    truths = (Truth("x", (A,), 0, 100 * MINUTE, "stop"), Truth("x", (B,), 0, 100 * MINUTE, "stop"))
    one = Scene(truths, (
        told(stop, "stop", 10, 100, A), told(stop, "stop", 4, 100, A), told(stop, "stop", 0, 9, B),
        told(stop, "stop", 0, 100, 298_000_001),
    ))  # fmt: skip
    two = Scene(truths, (told(stop, "stop", 4, 100, B), told(stop, "encounter", 0, 100, A, B)))
    score = score_kind("stop", [one, two])
    assert (score.planted, score.met, score.false, score.onset_min) == (4, 2, 2, 7.0)
    assert (score.precision, score.recall) == (0.5, 0.5)
    nothing = score_kind("gap", [one, two])
    assert (nothing.precision, nothing.recall, nothing.onset_min) == (None, None, None)


def test_a_look_alike_fires_once_per_scene_however_much_is_said(stop):
    alike = Truth("tow", (A, B), 0, 100 * MINUTE, None, ("encounter", "gap"))
    loud = Scene((alike,), (
        told(stop, "encounter", 0, 9, A, B), told(stop, "encounter", 0, 9, B, 298_000_001),
        told(stop, "gap", 0, 9, B),
    ))  # fmt: skip
    quiet = Scene((alike,), (told(stop, "stop", 0, 9, A),))
    score = score_alike("tow", [loud, quiet, Scene((), ())])
    assert (score.planted, score.fired, score.kinds) == (2, 1, ("encounter", "gap"))


@pytest.mark.slow
def test_the_command_prints_figures_of_a_seed():
    tool = [sys.executable, str(ROOT / "tools" / "score_sea.py"), "--seed", "7", "--seeds", "1"]
    figures = json.loads(subprocess.run([*tool, "--json"], capture_output=True, check=True).stdout)
    kinds = {each["kind"]: each for each in figures["kinds"]}
    assert figures["vessel_days"] == 603
    assert kinds["encounter"]["planted"] == 4
    assert kinds["encounter"]["recall"] >= 3 / 4
    shown = subprocess.run(tool, capture_output=True, check=True, text=True).stdout
    assert "| `encounter` | 4 |" in shown


def test_a_planted_ship_that_ends_with_its_case_is_not_held_against_gaps(stop):
    alike = Truth("tow", (A, B), 0, 100 * MINUTE, None, ("gap",))
    ended = msgspec.structs.replace(told(stop, "gap", 100, 101, A), measures={"state": "open"})
    silent = msgspec.structs.replace(ended, measures={"state": "closed"})
    assert score_kind("gap", [Scene((alike,), (ended,))]).false == 0
    assert score_alike("tow", [Scene((alike,), (ended,))]).fired == 0
    assert score_kind("gap", [Scene((alike,), (silent,))]).false == 1
    assert score_alike("tow", [Scene((alike,), (silent,))]).fired == 1


def test_what_is_open_and_no_gap_counts(stop):
    truth = Truth("x", (A,), 0, 100 * MINUTE, "stop")
    still = msgspec.structs.replace(told(stop, "stop", 0, 100, A), measures={"state": "open"})
    assert score_kind("stop", [Scene((truth,), (still,))]).met == 1

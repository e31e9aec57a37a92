"""Planted events are found, their look-alikes are not, and the background stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from heaven import AT, found, source

from noroshi.desks.space.cases import CASES
from noroshi.desks.space.plant import Inject, background, plant, planted
from noroshi.desks.space.score import Scene, meets, score_alike, score_kind
from noroshi.words.asset import Asset
from noroshi.words.errors import BadInput
from noroshi.words.time import format_instant

EVENTS = ("conjunction", "manoeuvre", "inspector", "break_up", "re_entry", "raising")
ALIKE = tuple(each for each in CASES if each not in EVENTS)


def scene(*cases: str, seed: int = 7, many: int = 20) -> Scene:
    whole, truths = planted(seed, AT, source(b"sky"), cases, many)
    assets = [
        Asset(f"satellite:{n}", "satellite", str(n), identifiers=(f"norad:{n}",))
        for n in sorted({n for each in truths for n in each.protected})
    ]
    return Scene(truths, tuple(found([whole], assets, at=format_instant(AT))))


@pytest.mark.parametrize("case", ["conjunction", "re_entry", "raising"])
def test_an_event_is_found_with_its_time_and_size(case: str) -> None:
    made = scene(case)
    for truth in made.truths:
        (each, *_) = [each for each in made.findings if meets(truth, each)]
        told = score_kind(each.kind, [made])
        assert (told.met, told.false) == (1, 0)
        assert told.size is None or told.size < 0.05


@pytest.mark.parametrize("case", ["twin", "launch", "storm"])
def test_what_only_looks_like_one_is_not(case: str) -> None:
    made = scene(case)
    told = score_alike(case, [made])
    assert (told.planted, told.fired) == (1, 0), told.kinds


@pytest.mark.slow
def test_one_sky_with_every_case() -> None:
    made = scene(*CASES, seed=2001)
    kinds = [score_kind(each, [made]) for each in ("conjunction", "manoeuvre", "shadowing",
             "breakup", "reentry", "constellation_change", "proximity")]  # fmt: skip
    assert all(each.recall == 1.0 for each in kinds), kinds
    assert sum(each.false for each in kinds) <= 1
    assert sum(score_alike(each, [made]).fired for each in ALIKE) <= 1


def test_planting_leaves_the_background_and_repeats_itself() -> None:
    whole = background(3, AT, source(b"sky"), 10)
    one, truth = plant(Inject("late", AT, 1000), whole, 5)
    two, again = plant(Inject("late", AT, 1000), whole, 5)
    other, _ = plant(Inject("late", AT, 1000), whole, 6)
    many = len(whole.arrays["norad"])
    assert truth == again
    for name, values in whole.arrays.items():
        assert (one.arrays[name][:many] == values).all()
        assert (one.arrays[name] == two.arrays[name]).all()
    assert not np.array_equal(one.arrays["m"], other.arrays["m"])
    assert set(truth[0].objects) <= set(one.arrays["norad"][many:].tolist())
    assert not set(one.arrays["cospar"][:many]) & set(one.arrays["cospar"][many:])


@pytest.mark.parametrize("wrong", ["case", "columns"])
def test_what_cannot_be_planted_is_said(wrong: str) -> None:
    whole = background(3, AT, source(b"sky"), 4)
    if wrong == "columns":
        whole = type(whole)("satcat", whole.source, whole.arrays)
    with pytest.raises(BadInput):
        plant(Inject("late" if wrong == "columns" else "moon", AT), whole, 1)

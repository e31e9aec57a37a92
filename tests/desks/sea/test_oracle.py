"""The detectors against a slow second opinion: plain Python, every pair tried, no grid, no hash."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_oracle import ELSEWHERE, Oracle, S, plain, said


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(32.5, 29.85), (32.3, 31.5), (-30.0, 45.0)],
    ids=["Suez roads", "off Port Said", "mid-Atlantic"],
)
@settings(max_examples=max(2, 3 * settings().max_examples // 100))
@given(seed=st.integers(0, 2**32))
def test_random_fleets_are_read_as_by_the_slow_oracle(scene, lon, lat, seed):
    fleet = scene.fleet(seed, lon, lat)
    assert said(scene.found([fleet]), S) == Oracle(plain(fleet.arrays, S)).all()


def test_random_fleets_hold_every_kind(scene):
    """Else the comparison above would compare nothing with nothing."""
    seeds = range(20)
    seen = {
        each.kind
        for seed in seeds
        for place in ((32.5, 29.85), (-30.0, 45.0))
        for each in scene.found([scene.fleet(seed, *place)])
    }
    assert seen - ELSEWHERE == {
        "stop", "port_visit", "gap", "encounter", "ships_in_company", "loitering",
        "position_on_land",
    }  # fmt: skip


@pytest.mark.shared
def test_a_part_of_suez_is_read_as_by_the_slow_oracle(scene, shared):
    import gzip

    path = shared / "data/sea/tracks/suez-boat-positions-202103.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode("utf-8-sig").splitlines()
    head, body = text[0], [line for line in text[1:] if int(line.split(",")[0]) % 20 == 3]
    columns, rejected = scene.read("\n".join([head, *body]).encode())
    arrays = scene.rows(columns)
    findings = scene.found(columns)
    names = {each: each.split("-")[1] for finding in findings for each in finding.subjects}
    mine = [
        (track, t, lon, lat, math.nan, 60 * S)
        for track, t, lon, lat in zip(
            *(arrays[name].tolist() for name in ("track", "t", "lon", "lat")), strict=True
        )
    ]
    expected = Oracle(mine, reach=0.2).all()
    heard = sorted(
        ((kind, tuple(sorted(names[s] for s in subjects)), *rest)
         for kind, subjects, *rest in said(findings, 60 * S)),
        key=str,
    )  # fmt: skip
    assert not rejected
    assert len(heard) > 20
    assert heard == expected
    assert np.unique(arrays["track"]).size == len({line.split(",")[0] for line in body})

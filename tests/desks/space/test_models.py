"""SGP4 and SDP4 against python-sgp4 and the published verification cases (AIAA 2006-6753)."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sgp4
from heaven import AT, read, small
from sgp4.api import WGS72, Satrec

from noroshi.desks.space import elements, synth, tle
from noroshi.desks.space.catalogue import Catalogue

HERE = Path(sgp4.__file__).parent
EPHEMERIS = HERE / "tcppver.out"


def cases() -> list[tuple[str, str, np.ndarray]]:
    """Lines and published states of every verification case."""
    lines = (HERE / "SGP4-VER.TLE").read_text().splitlines()
    ones = [n for n, line in enumerate(lines) if line.startswith("1 ")]
    blocks = re.split(r"^\d+ xx$", EPHEMERIS.read_text(), flags=re.MULTILINE)[1:]
    states = [
        np.array([[float(x) for x in row.split()[:7]] for row in block.strip().splitlines()])
        for block in blocks
    ]
    return [(lines[n][:68], lines[n + 1][:68], each) for n, each in zip(ones, states, strict=True)]


def one(first: str, second: str) -> Catalogue:
    given = elements.element(tle.fields(first, second))
    row = np.zeros(1, elements.DTYPE)
    for name, value in zip(elements.DTYPE.names, given, strict=False):
        if name not in ("place", "length"):
            row[name] = value
    return Catalogue(elements.sgp4(row))


def theirs(row: np.void) -> Satrec:
    made = Satrec()
    days = (int(row["epoch"]) / 86_400e6) + 2440587.5 - 2433281.5
    rad = np.radians
    made.sgp4init(
        WGS72, "i", 1, days, float(row["bstar"]), 0.0, 0.0, float(row["e"]),
        float(rad(row["argp"])), float(rad(row["i"])), float(rad(row["m"])),
        float(row["n"]) * np.pi / 720,
        float(rad(row["node"])),
    )  # fmt: skip
    return made


def test_the_published_cases_are_reproduced() -> None:
    every = cases()
    assert len(every) == 33
    for first, second, published in every:
        ours = one(first, second).states_at(np.zeros(len(published), "i8"), published[:, 0])
        sound = ours[:, 6] == 0
        assert np.abs(ours[sound, :3] - published[sound, 1:4]).max(initial=0) < 5e-6, first
        assert np.abs(ours[sound, 3:6] - published[sound, 4:7]).max(initial=0) < 5e-9, first


def test_errors_are_those_of_the_reference_and_never_silent() -> None:
    for first, second, _ in cases():
        reference = Satrec.twoline2rv(first + str(tle.checksum(first)), second + "0")
        minutes = np.linspace(-20_000.0, 60_000.0, 81)
        ours = one(first, second).states_at(np.zeros(81, "i8"), minutes)
        status = [reference.sgp4_tsince(each)[0] for each in minutes.tolist()]
        assert ours[:, 6].tolist() == status
        assert np.isfinite(ours[ours[:, 6] == 0]).all()


def differences(rows: np.ndarray, minutes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of every row at minutes from its epoch: km, and distance from the centre."""
    ours = Catalogue(elements.sgp4(rows))
    epochs = (rows["epoch"] - ours.reference) / 60e6
    found = ours.states_at(np.arange(len(rows))[:, None], epochs[:, None] + minutes[None, :])
    reference = np.array([[theirs(row).sgp4_tsince(t)[1] for t in minutes] for row in rows])
    status = np.array([[theirs(row).sgp4_tsince(t)[0] for t in minutes] for row in rows])
    assert (found[..., 6] == status).all()
    sound = status == 0
    off = np.where(sound, np.abs(found[..., :3] - reference).max(-1), 0.0)
    return off, np.where(sound, np.linalg.norm(reference, axis=-1), 1.0)


def test_a_sky_agrees_with_the_reference_for_a_month_either_way() -> None:
    off, _ = differences(small().rows, np.array([-43_200.0, -1_441.0, 0.0, 719.9, 720.0, 43_200.0]))
    assert off.max() < 1e-5


def test_low_and_high_eccentricities_agree_with_the_reference() -> None:
    # Kepler's equation is solved in two ways: from about 0.15 on by more steps.
    sky = synth.Sky(1, AT)
    e = np.linspace(0.0, 0.56, 57)
    axis = 6378.135 * 1.05 / (1.0 - e)
    sky.add("E", "DEBRIS", {
        "n": synth.motion(axis), "e": e, "i": 63.0, "node": 10.0, "argp": 300.0 * e,
        "m": 0.0 * e, "bstar": 1e-6,
    })  # fmt: skip
    off, _ = differences(sky.rows, np.array([0.0, 5.0, 12.0, 31.0, 77.0, 2_001.0]))
    assert off.max() < 2e-8


@pytest.mark.shared
@pytest.mark.slow
def test_the_full_catalogue_agrees_with_the_reference(shared: Path) -> None:
    path = shared / "data/space/catalog/gp_onorbit_celestrak_20241101.csv.gz"
    (whole,), _ = read(gzip.decompress(path.read_bytes()))
    rows = np.zeros(len(whole.arrays["norad"]), elements.DTYPE)
    for name in elements.DTYPE.names:
        rows[name] = whole.arrays[name]
    off, far = differences(rows, np.array([-43_200.0, 10.0, 43_200.0]))
    assert len(off) == 26_834
    # Where the drag polynomial has run away, states are millions of km off, in both.
    assert (off < np.maximum(1e-5, np.where(far > 1e6, 1e-7 * far, 0.0))).all()
    assert (off > 1e-5).sum() < 20


def test_the_grid_is_the_same_as_single_states() -> None:
    sky = small()
    ours = Catalogue(elements.sgp4(sky.rows))
    minutes = ours.minutes(AT + np.arange(70) * 37 * 60_000_000)
    grid = ours.grid(minutes).transpose(0, 1, 3, 2).reshape(len(minutes), -1, 7)[:, ours.slot]
    single = ours.states_at(np.arange(len(sky.rows))[None, :], minutes[:, None])
    assert np.abs(grid[..., :3] - single[..., :3]).max() < 0.005
    assert (grid[..., 6] == single[..., 6]).all()


@pytest.mark.slow
def test_the_loops_are_vectorised(tmp_path: Path) -> None:
    # Of a kernel from the cache there is no assembly, so it is compiled anew.
    code = (
        "from noroshi.desks.space.kernels.drive import near_states as n, deep_states as d\n"
        "for each in n, d:\n"
        "    text = ''.join(each.inspect_asm().values())\n"
        "    print(text.count('mulpd'), text.count('mulsd'))"
    )
    environment = os.environ | {"NOROSHI_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    near, deep = (list(map(int, line.split())) for line in done.stdout.splitlines())
    assert near[0] > 50
    assert deep[0] > 50

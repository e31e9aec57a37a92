"""What is held: one position for each vessel and minute, whichever order they came in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import desk, ports, state, visit
from noroshi.desks.sea.attach import segments
from noroshi.desks.sea.state import COLUMNS, Origin
from noroshi.desks.sea.stop import stationary
from noroshi.desks.sea.tracks import heard, sound
from noroshi.words.time import SECOND

KEYS = ("length", "place", "heading_deg", "cog_deg", "sog_kn", "lat", "lon", "t", "subject")


def kept(held: state.State, table):
    """The same by sorting all rows by all columns, and taking the first of each minute."""
    origins = sorted(held.origins, key=Origin.rank)
    rank = np.array([origins.index(each) for each in held.origins])
    columns = [table[name] for name in KEYS]
    columns.insert(2, rank[table["source"]])
    order = np.lexsort(columns)
    minute = table["t"][order] // (60 * SECOND)
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(table["subject"][order]) != 0) | (np.diff(minute) != 0)
    return {name: values[order][new] for name, values in table.items()}


def drawn(rng, many, sources):
    """Rows of few values, so that many are alike in some of them."""
    choices = {"lon": (-30.0, -29.5), "lat": (45.0, 45.5), "sog_kn": (np.nan, 0.0, 9.0),
               "cog_deg": (np.nan, 90.0), "heading_deg": (np.nan, 91.0), "status": (0, 15),
               "length": (0, 48)}  # fmt: skip
    table = {name: rng.choice(values, many) for name, values in choices.items()}
    table["subject"] = rng.integers(0, 4, many)
    table["t"] = 1_600_000_000 * SECOND + rng.integers(0, 40, many) * 10 * SECOND
    table["source"] = rng.integers(0, sources, many)
    table["place"], table["precision"] = rng.integers(0, 3, many), np.ones(many)
    return {name: table[name].astype(kind) for name, kind in COLUMNS.items()}


@settings(max_examples=settings().max_examples)
@given(seed=st.integers(0, 2**32), many=st.integers(0, 300))
def test_the_position_kept_of_a_minute_is_the_first_by_every_column(scene, seed, many):
    held = desk.start(scene.context())
    for name in ("c", "a", "b"):
        held.take(scene.columns({257_000_001: [(0, 1.0, 1.0, 0.0)]}, name))
    table = drawn(np.random.default_rng(seed), many, len(held.origins))
    ours, theirs = held._compact(table), kept(held, table)
    for name in COLUMNS:
        if name not in ("status", "precision"):
            np.testing.assert_array_equal(ours[name], theirs[name], name)


@given(seed=st.integers(0, 2**32))
def test_vessels_have_one_number_however_they_come(scene, seed):
    rng = np.random.default_rng(seed)
    fleet = rng.choice(np.arange(257_000_000, 257_000_040), 40)
    held = desk.start(scene.context())
    for part in np.array_split(fleet, 5):
        held.take(scene.columns({int(each): [(60 * n, 1.0, 1.0, 0.0) for n in range(3)]
                                 for each in part}))  # fmt: skip
    assert set(held.subjects) == {f"mmsi:{each}" for each in fleet.tolist()}
    again = desk.load(desk.dump(held), held.context)
    again.take(scene.columns({int(fleet[0]): [(600, 1.0, 1.0, 0.0)], 257_000_099: [(0, 1, 1, 0)]}))
    assert again.subjects == held.subjects | {"mmsi:257000099": len(held.subjects)}
    table = again.table()
    names = dict(zip(again.subjects.values(), again.subjects, strict=True))
    late = table["subject"][table["t"] == scene.DAY0 + 600 * SECOND]
    assert [names[each] for each in late.tolist()] == [f"mmsi:{fleet[0]}"]


@pytest.mark.shared
def test_no_visit_is_lost_by_looking_at_likely_ones_only(scene, suez_rows, monkeypatch):
    held = desk.start(scene.context())
    held.take(suez_rows)
    parameters, whole = held.context.parameters, heard(held)
    track = sound(whole, segments(whole, parameters), parameters)
    near, still = ports.indexed(5_000.0), stationary(track, parameters)
    ours = visit.visits(track, near, still, parameters)
    monkeypatch.setattr(visit, "_told", lambda _, found, *rest: np.ones(len(found), dtype=bool))
    assert len(ours) > 100
    assert ours == visit.visits(track, near, still, parameters)

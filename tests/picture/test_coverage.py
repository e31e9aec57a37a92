"""Silence says something only where a desk could see."""

from __future__ import annotations

import json
import math

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.picture.correlate import correlate
from noroshi.picture.coverage import Seen, seen_share
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import read_stream
from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.time import DAY, HOUR, parse_instant

AT = parse_instant("2026-03-01T00:00:00Z")
GRAPH = AssetGraph(
    (Asset("cable:a", "cable", "A"), Asset("operator:o", "operator", "O")),
    (AssetEdge("cable:a", "operator:o", "operated_by"),),
)
LINES = [
    {"id": "old", "domain": "maritime", "t0": "2025-01-01T00:00:00Z", "assets": ["x"]},
    {"id": "a", "domain": "cyber", "t0": "2026-03-01T00:00:00Z", "assets": ["cable:a"],
     "lat": 59.0, "lon": 24.0, "reliability": "B", "source": "s"},
    {"id": "b", "domain": "information", "t0": "2026-03-01T06:00:00Z", "targets": ["cable:a"],
     "reliability": "B", "source": "t"},
]  # fmt: skip
STREAM = read_stream([json.dumps(each).encode() for each in LINES], "s")
ROW, MARITIME = STREAM.ids.index("a"), STREAM.domains.index("maritime")


def seen(where: str, t0: int = AT - DAY, t1: int = AT + DAY, quality: float = 1.0) -> Seen:
    return Seen("maritime", where, t0, t1, quality)


@pytest.mark.parametrize(
    ("spans", "share"),
    [
        ([seen("cable:a")], 1.0),
        ([seen("operator:o")], 1.0),
        ([seen("")], 1.0),
        ([seen(h3.latlng_to_cell(59.0, 24.0, 4))], 1.0),
        ([seen("port:elsewhere")], 0.0),
        ([seen(h3.latlng_to_cell(10.0, 24.0, 4))], 0.0),
        ([seen("cable:a", AT, AT + 9 * DAY)], 0.5),
        ([seen("cable:a", quality=0.4)], 0.4),
        ([seen("cable:a", quality=0.4), seen("cable:a", AT, AT + DAY)], 0.7),
        ([Seen("arms", "cable:a", AT - DAY, AT + DAY, 1.0)], 0.0),
    ],
    ids=["there", "an edge away", "everywhere", "cell", "elsewhere", "another cell", "half",
         "quality", "the best counts", "another domain"],
)  # fmt: skip
def test_how_much_a_desk_could_see(spans: list[Seen], share: float) -> None:
    assert seen_share(STREAM, GRAPH, spans)[ROW, MARITIME] == pytest.approx(share)


span = st.tuples(st.integers(-30, 30), st.integers(1, 40), st.sampled_from([0.25, 0.5, 1.0]))


@given(st.lists(span, max_size=6))
def test_it_is_what_hour_by_hour_gives(many: list[tuple[int, int, float]]) -> None:
    spans = [seen("cable:a", AT + a * HOUR, AT + (a + n) * HOUR, q) for a, n, q in many]
    hours = [
        max([q for a, n, q in many if a <= hour < a + n], default=0) for hour in range(-24, 24)
    ]
    found = seen_share(STREAM, GRAPH, spans)[ROW, MARITIME]
    assert found == pytest.approx(sum(hours) / 48)


def test_silence_counts_by_what_could_be_seen() -> None:
    priors = load_priors()

    def score(*spans: Seen) -> float:
        (incident,) = correlate(STREAM, GRAPH, priors, seen=spans).incidents
        return incident.score

    days = AT - 3 * DAY, AT + 3 * DAY
    blind, whole = score(), score(seen("cable:a", *days))
    half = score(seen("cable:a", *days, 0.5))
    stated = priors.detected["maritime"]
    assert whole - blind == pytest.approx(math.log10(1 - stated), abs=1e-5)
    assert half - blind == pytest.approx(math.log10(1 - stated / 2), abs=1e-5)
    assert np.isfinite(blind)

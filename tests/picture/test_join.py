"""Who meets whom and what stands: beside a naive way, and whatever the order of the lines."""

from __future__ import annotations

import math
import random
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_picture import incidents

from noroshi.picture.correlate import correlate
from noroshi.picture.join import join, ready
from noroshi.picture.plant import World, plant
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import Stream, read_stream
from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.place import distance_m
from noroshi.words.time import HOUR, format_instant, parse_instant

PRIORS = load_priors()
BEGIN = parse_instant("2026-03-01T00:00:00Z")
DOMAINS = ("maritime", "cyber", "information", "space")
GRAPH = AssetGraph(
    tuple(Asset(name, "cable", name) for name in ("a", "b", "c", "o")),
    (AssetEdge("a", "o", "operated_by"), AssetEdge("b", "o", "operated_by")),
)


def finding(n: int, domain: str, hours: int, lasts: int = 1, **given: Any) -> dict[str, Any]:
    t0 = BEGIN + hours * HOUR
    made = {
        "id": f"f{n}", "domain": domain, "kind": "k", "t0": format_instant(t0),
        "t1": format_instant(t0 + lasts * HOUR), "assets": [], "targets": [],
        "lineage": f"l{n}", "reliability": "B",
    }  # fmt: skip
    return made | given


def streamed(findings: list[dict[str, Any]]) -> Stream:
    return read_stream([msgspec.json.encode(each) for each in findings], "test")


def found(
    findings: list[dict[str, Any]], least: float = -6.0
) -> list[tuple[float, frozenset[str]]]:
    stream = streamed(findings)
    joined = join(ready(stream, GRAPH, PRIORS), least)
    return [
        (float(score), frozenset(stream.ids[row] for row in rows.tolist() if row >= 0))
        for score, rows in zip(joined.score, joined.members, strict=True)
    ]


drawn = st.builds(
    lambda domain, hours, lasts, assets, targets, lineage, kind, reliability: {
        "domain": domain, "hours": hours, "lasts": lasts, "assets": assets, "targets": targets,
        "lineage": lineage, "kind": kind, "reliability": reliability,
    },
    st.sampled_from(DOMAINS), st.integers(0, 900), st.integers(0, 40),
    st.lists(st.sampled_from("abco"), max_size=2, unique=True),
    st.lists(st.sampled_from(["a", "b", "c", "o", "JPN"]), max_size=1),
    st.sampled_from(["l1", "l2", "l3", "l4", "l5"]), st.sampled_from("xy"),
    st.sampled_from("ABCDF"),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(drawn, min_size=2, max_size=14))
def test_incidents_are_those_of_the_naive_way(many: list[dict[str, Any]]) -> None:
    # No two begin at once, so that nothing hangs on which of two equals comes first.
    findings = [
        finding(n, each.pop("domain"), each.pop("hours") * 16 + n, each.pop("lasts"), **each)
        for n, each in enumerate(many)
    ]
    ours, theirs = found(findings), incidents(findings, GRAPH, PRIORS, -6.0)
    assert [ids for _, ids in ours] == [ids for _, ids in theirs]
    assert np.allclose([score for score, _ in ours], [score for score, _ in theirs], atol=1e-4)


def test_order_and_repetition_of_lines_change_nothing() -> None:
    planted = plant(World(cables=20, days=120, campaigns=8, decoys=2, seed=3))
    lines = [msgspec.json.encode(each) for each in planted.lines]
    first = correlate(read_stream(lines, "a"), planted.graph, PRIORS, shifts=20)
    random.Random(1).shuffle(lines)
    second = correlate(read_stream(lines + lines[:50], "b"), planted.graph, PRIORS, shifts=20)
    assert first.incidents == second.incidents
    assert first.incidents


LONG = [finding(9 + n, "space", -300 * n, assets=["c"]) for n in range(1, 8)]
"""So that a stream is long, and rates are low."""
PAIRS = {
    "the same asset": ({"assets": ["a"]}, {"assets": ["a"]}, True),
    "one hop": ({"assets": ["a"]}, {"assets": ["o"]}, True),
    "a target": ({"assets": ["a"]}, {"targets": ["a"]}, True),
    "two hops": ({"assets": ["a"]}, {"assets": ["b"]}, False),
    "nothing shared": ({"assets": ["a"]}, {"assets": ["c"]}, False),
    "a country": ({"targets": ["JPN"]}, {"targets": ["JPN"]}, False),
    "one lineage": ({"assets": ["a"], "lineage": "x"}, {"assets": ["a"], "lineage": "x"}, False),
    "known to a month": (
        {"assets": ["a"]}, {"assets": ["a"], "precision": "month"}, False,
    ),
    "near": ({"lat": 60, "lon": 25, "radius": 500}, {"lat": 60.05, "lon": 25, "radius": 500}, True),
    "far": ({"lat": 60, "lon": 25, "radius": 500}, {"lat": 60.5, "lon": 25, "radius": 500}, False),
    "a vague place": (
        {"lat": 60, "lon": 25, "radius": 90_000}, {"lat": 60, "lon": 25, "radius": 500}, False,
    ),
    "across the antimeridian": (
        {"lat": 60, "lon": 179.99, "radius": 0}, {"lat": 60, "lon": -179.99, "radius": 0}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_what_links_two_findings(name: str) -> None:
    first, second, links = PAIRS[name]
    pair = [
        *LONG,
        finding(1, "maritime", 10, **first),
        finding(2, "cyber", 20, **second),
    ]
    assert bool(found(pair)) is links


@pytest.mark.parametrize(("domain", "hours", "links"), [
    ("information", 96, True), ("information", 98, False),
    ("information", -24, True), ("information", -26, False),
    ("cyber", 72, True), ("cyber", 74, False),
    ("maritime", 5, False),
])  # fmt: skip
def test_how_far_apart_in_time(domain: str, hours: int, links: bool) -> None:
    pair = [
        *LONG,
        finding(1, "maritime", 100, assets=["a"]),
        finding(2, domain, 100 + hours, assets=["a"]),
    ]
    assert bool(found(pair)) is links


def test_places_that_lie_near_one_another_meet_wherever_they_are() -> None:
    draw = np.random.default_rng(4)
    for _ in range(8):
        lat0, lon0 = float(draw.uniform(-88, 88)), float(draw.uniform(-180, 180))
        findings = []
        for n in range(60):
            lat = min(90.0, max(-90.0, lat0 + float(draw.normal(0, 0.3))))
            lon = lon0 + float(draw.normal(0, 0.3)) / max(0.05, math.cos(math.radians(lat)))
            at = {"lat": lat, "lon": (lon + 180) % 360 - 180, "radius": int(draw.integers(0, 9000))}
            findings.append(finding(n, DOMAINS[n % 2], 10, **at))
        met: set[str] = set()
        for a in findings[::2]:
            for b in findings[1::2]:
                apart = distance_m(a["lon"], a["lat"], b["lon"], b["lat"])
                if apart <= a["radius"] + b["radius"] + PRIORS.place.reach_m:
                    met |= {a["id"], b["id"]}
        stream = streamed(findings)
        partner = join(ready(stream, AssetGraph(), PRIORS), -9.0).partner
        rows = np.flatnonzero((partner >= 0).any(axis=1)).tolist()
        assert {stream.ids[row] for row in rows} == met
        assert met

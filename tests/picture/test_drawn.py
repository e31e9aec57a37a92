"""Drawings of the asset graph: everything is in them once, whatever it is called."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.picture.drawn import around, dot, linked, tree
from noroshi.picture.svg import svg
from noroshi.words.asset import Asset, AssetEdge, AssetGraph

KINDS = ("cable", "landing_point", "operator", "network", "country", "buoy")
NAMES = st.sampled_from(["Link", 'a "quoted" \\ name', "<&>", "対馬海底ケーブル" * 4, "é"])


@st.composite
def graphs(draw: st.DrawFn) -> AssetGraph:
    count = draw(st.integers(1, 8))
    assets = tuple(
        Asset(f"{draw(st.sampled_from(KINDS))}:{n}", draw(st.sampled_from(KINDS)), draw(NAMES))
        for n in range(count)
    )
    ends = st.sampled_from([each.id for each in assets])
    pairs = draw(st.sets(st.tuples(ends, ends), max_size=12))
    return AssetGraph(assets, tuple(AssetEdge(a, b, "depends_on") for a, b in pairs))


def test_the_tree_reads_from_cable_to_country() -> None:
    graph = AssetGraph(
        (Asset("cable:c", "cable", "C", name_ja="シー"), Asset("operator:o", "operator", "O"),
         Asset("country:FIN", "country", "Finland")),
        (AssetEdge("cable:c", "operator:o", "operated_by"),
         AssetEdge("cable:c", "country:FIN", "located_in"),
         AssetEdge("operator:o", "country:FIN", "located_in")),
    )  # fmt: skip
    assert list(tree(graph)) == [
        "cable:c  C · シー",
        "├─ located_in country:FIN  Finland",
        "└─ operated_by operator:o  O",
        "   └─ located_in country:FIN  Finland",
    ]


@given(graphs())
def test_every_asset_and_edge_is_in_every_drawing(graph: AssetGraph) -> None:
    lines = list(tree(graph))
    told = [each for line in lines for each in graph.assets if f"{each}  " in line]
    assert set(told) == set(graph.assets)
    root = ElementTree.fromstring("\n".join(svg(graph)))
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}g")) == len(graph.assets)
    assert len(root.findall(f"{space}path")) == len(graph.edges)
    boxes = {(r.get("x"), r.get("y")) for r in root.iter(f"{space}rect")}
    assert len(boxes) == len(graph.assets)
    text = "\n".join(dot(graph))
    assert text.count("->") == len(graph.edges)
    for line in list(dot(graph))[2:-1]:
        assert re.fullmatch(r'  "(?:[^"\\]|\\.)*"( -> "(?:[^"\\]|\\.)*")? \[.*\];', line), line


@given(graphs(), st.integers(0, 3))
def test_around_is_what_networkx_reaches(graph: AssetGraph, hops: int) -> None:
    other = nx.Graph([(edge.a, edge.b) for edge in graph.edges])
    other.add_nodes_from(graph.assets)
    first = next(iter(graph.assets))
    assert set(around(graph, first, hops).assets) == set(nx.ego_graph(other, first, hops))
    assert set(linked(graph).assets) == {n for n in other if other.degree(n)}


def test_around_nothing_is_refused() -> None:
    with pytest.raises(KeyError):
        around(AssetGraph(), "cable:x", 1)

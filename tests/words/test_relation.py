"""Kinds and relations: what fits, what does not, and what is doubtful."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.relation import bad_identifier, doubts, errors

CHAIN = AssetGraph(
    (
        Asset("cable:c", "cable", "C"),
        Asset("landing_point:l", "landing_point", "L", aliases=("Ell",)),
        Asset("operator:o", "operator", "O"),
        Asset("network:n", "network", "N", identifiers=("asn:64500",)),
        Asset("country:FIN", "country", "Finland"),
    ),
    (
        AssetEdge("cable:c", "landing_point:l", "lands_at"),
        AssetEdge("landing_point:l", "operator:o", "operated_by"),
        AssetEdge("operator:o", "network:n", "runs"),
        AssetEdge("network:n", "country:FIN", "located_in"),
    ),
)


def test_a_chain_from_cable_to_country_is_right() -> None:
    assert list(errors(CHAIN)) == []
    assert list(doubts(CHAIN)) == []


@pytest.mark.parametrize(
    ("a", "b", "relation", "said"),
    [
        ("cable:c", "operator:o", "owned", "no such relation"),
        ("operator:o", "landing_point:l", "lands_at", "operator:o is a operator"),
        ("cable:c", "cable:c", "depends_on", "to itself"),
        ("network:n", "operator:o", "belongs_to", "circle: network:n → operator:o → network:n"),
    ],
    ids=["relation", "kinds", "itself", "circle"],
)
def test_what_is_wrong_is_named(a: str, b: str, relation: str, said: str) -> None:
    edges = (*CHAIN.edges, AssetEdge(a, b, relation))
    (found,) = errors(AssetGraph(tuple(CHAIN.assets.values()), edges))
    assert said in found


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_circles_are_found_where_networkx_finds_them(pairs: set[tuple[int, int]]) -> None:
    pairs = {(a, b) for a, b in pairs if a != b}
    graph = AssetGraph(
        tuple(Asset(f"operator:{n}", "operator", str(n)) for n in range(8)),
        tuple(AssetEdge(f"operator:{a}", f"operator:{b}", "depends_on") for a, b in pairs),
    )
    found = [each for each in errors(graph) if "circle" in each]
    assert bool(found) == (not nx.is_directed_acyclic_graph(nx.DiGraph(list(pairs))))


def test_doubts_are_names_of_two_hubs_and_what_hangs_alone() -> None:
    assets = (*CHAIN.assets.values(), Asset("port:l", "port", "ELL"))
    graph = AssetGraph(assets, CHAIN.edges)
    assert list(doubts(graph)) == ["'ell' is landing_point:l, port:l", "no edge of port:l"]
    assert "operator:o has 2 neighbours" in " ".join(doubts(graph, hub_degree=1))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("asn:64500", True), ("asn:AS1", False), ("net:192.0.2.0/24", True),
        ("net:192.0.2.1/24", False), ("ip:2001:db8::1", True), ("ip:x", False),
        ("domain:a.example", True), ("domain:A b", False), ("norad:25544", True),
        ("cospar:1998-067A", True), ("colour:red", False),
    ],
)  # fmt: skip
def test_identifiers_are_written_as_their_scheme_is(text: str, fits: bool) -> None:
    assert (bad_identifier(text) is None) == fits

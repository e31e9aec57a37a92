"""The declared graph of assets against a plain scan of its edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.asset import Asset, AssetEdge, AssetGraph

NAMES = ["cable:a", "landing:b", "port:c", "operator:d"]
ASSETS = tuple(Asset(name, name.split(":")[0], name) for name in NAMES)

edges = st.lists(
    st.builds(
        AssetEdge,
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.sampled_from(["lands_at", "operated_by"]),
    ),
    max_size=8,
).map(tuple)


@given(edges, st.sampled_from(NAMES))
def test_near_is_what_shares_an_edge(found: tuple[AssetEdge, ...], asset: str) -> None:
    expected = {e.b for e in found if e.a == asset} | {e.a for e in found if e.b == asset}
    assert AssetGraph(ASSETS, found).near(asset) == expected


@given(edges, st.randoms())
def test_order_and_repeats_of_edges_do_not_matter(
    found: tuple[AssetEdge, ...], random: object
) -> None:
    shuffled = list(found) * 2
    random.shuffle(shuffled)
    assert AssetGraph(ASSETS, tuple(shuffled)).edges == AssetGraph(ASSETS, found).edges


def test_an_edge_to_nowhere_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no asset 'port:gone'"):
        AssetGraph(ASSETS, (AssetEdge("cable:a", "port:gone", "lands_at"),))


def test_an_unknown_asset_is_near_nothing() -> None:
    assert AssetGraph(ASSETS).near("port:gone") == frozenset()

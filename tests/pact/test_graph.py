"""Graph measures against networkx, on random graphs and on shapes whose answer is known."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.pact.graph import (
    alone,
    betweenness,
    components,
    cuts,
    density,
    graph,
    ties,
    without,
)

NODES = [f"P{i}" for i in range(12)]
TIES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=24)


def theirs(pairs):
    found = networkx.Graph()
    found.add_nodes_from(NODES)
    found.add_edges_from((one, other) for one, other in pairs if one != other)
    return found


@given(TIES)
def test_the_measures_are_those_of_networkx(pairs) -> None:
    ours, other = graph(pairs, NODES), theirs(pairs)
    assert ties(ours) == other.number_of_edges()
    assert density(ours) == pytest.approx(networkx.density(other))
    assert sorted(map(sorted, components(ours))) == sorted(
        map(sorted, networkx.connected_components(other))
    )
    points, bridges = cuts(ours)
    assert points == set(networkx.articulation_points(other))
    assert bridges == {(min(pair), max(pair)) for pair in networkx.bridges(other)}
    assert alone(ours) == set(networkx.isolates(other))


@given(TIES)
def test_betweenness_is_that_of_networkx(pairs) -> None:
    assert betweenness(graph(pairs, NODES)) == pytest.approx(
        networkx.betweenness_centrality(theirs(pairs))
    )


@given(TIES, st.sampled_from(NODES))
def test_an_articulation_point_is_whose_loss_splits(pairs, party) -> None:
    found = graph(pairs, NODES)
    before, after = components(found), components(without(found, party))
    if not found[party]:
        assert len(after) == len(before) - 1
    else:
        assert (party in cuts(found)[0]) is (len(after) > len(before))


def test_nothing_and_one_have_no_measures() -> None:
    assert (components({}), cuts({}), betweenness({})) == ([], (frozenset(), frozenset()), {})
    one = graph([("A", "A")], ["A"])
    assert (ties(one), density(one), alone(one)) == (0, 0.0, {"A"})
    assert betweenness(one) == {"A": 0.0}

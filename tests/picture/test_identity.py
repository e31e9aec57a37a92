"""Which incident goes on as which: nothing is lost, nothing is there twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.picture.identity import name

some = st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=4)


def disjoint(sets: list[frozenset[str]]) -> list[frozenset[str]]:
    """As incidents are: a finding is in one of them at most."""
    used: set[str] = set()
    kept = []
    for each in sets:
        if left := each - used:
            used |= left
            kept.append(left)
    return kept


@pytest.mark.parametrize(
    ("held", "found", "ids", "ended"),
    [
        ({"x": "ab"}, ["abc"], ("x",), {}),
        ({"x": "abc"}, ["ab", "c"], ("x", None), {}),
        ({"x": "ab", "y": "cde"}, ["abcde"], ("y",), {"x": 0}),
        ({"x": "ab"}, ["cd"], (None,), {"x": None}),
        ({"x": "ab", "y": "cd"}, ["ac", "bd"], ("x", "y"), {}),
    ],
    ids=["goes on", "splits", "merges", "gone", "half of each"],
)
def test_goes_on_where_most_goes_on(
    held: dict[str, str], found: list[str], ids: tuple[str | None, ...], ended: dict[str, int]
) -> None:
    named = name({k: frozenset(v) for k, v in held.items()}, [frozenset(each) for each in found])
    assert (named.ids, named.ended) == (ids, ended)


@given(st.lists(some, max_size=5), st.lists(some, max_size=5))
def test_every_incident_is_traceable(old: list[frozenset[str]], new: list[frozenset[str]]) -> None:
    held = {f"i{n}": each for n, each in enumerate(disjoint(old))}
    found = disjoint(new)
    named = name(held, found)
    going_on = [each for each in named.ids if each]
    assert len(set(going_on)) == len(going_on)
    assert set(going_on) | set(named.ended) == set(held)
    assert not set(going_on) & set(named.ended)
    for n, findings in enumerate(found):
        assert named.origins[n] == tuple(sorted(k for k, v in held.items() if v & findings))
    for each, taker in named.ended.items():
        meets = [n for n, findings in enumerate(found) if held[each] & findings]
        assert (taker in meets) if meets else taker is None

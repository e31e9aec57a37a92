"""The closure against two oracles: the union of all closed subsets, and a look at every name."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.closure import Candidate, close
from noroshi.exchange.refs import Refs, tail

IDS = [f"note--0000000{n}-0000-4000-8000-000000000000" for n in range(6)]
PUBLIC = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
ABSENT = "malware--aaaaaaaa-0000-4000-8000-000000000000"


def public(id: str) -> bool:
    return id == PUBLIC


def held(tail_: str) -> Iterable[str]:
    return [each for each in IDS if tail(each) == tail_]


some_ids = st.frozensets(st.sampled_from([*IDS, PUBLIC, ABSENT]), max_size=2)
groups = st.lists(
    st.frozensets(st.sampled_from([*IDS, PUBLIC, ABSENT]), min_size=1, max_size=3), max_size=1
).map(tuple)
named = st.frozensets(st.sampled_from([tail(each) for each in IDS]), max_size=1)


def candidates(names: st.SearchStrategy[frozenset[str]]) -> st.SearchStrategy[list[Candidate]]:
    refs = st.builds(Refs, required=some_ids, some=groups, optional=some_ids, named=names)
    one = st.builds(Candidate, st.sampled_from(IDS), refs, st.booleans())
    return st.lists(one, max_size=7)


def whole(candidate: Candidate, present: set[str]) -> bool:
    required = all(ref in present or ref == PUBLIC for ref in candidate.refs.required)
    return required and all(group & (present | {PUBLIC}) for group in candidate.refs.some)


def union_of_closed_subsets(world: Mapping[int, Candidate]) -> set[int]:
    kept: set[int] = set()
    for size in range(len(world) + 1):
        for chosen in itertools.combinations(world, size):
            present = {world[key].id for key in chosen}
            if all(whole(world[key], present) for key in chosen):
                kept |= set(chosen)
    return kept


@given(candidates(st.just(frozenset())))
def test_what_stays_is_the_greatest_closed_set(drawn: list[Candidate]) -> None:
    world = dict(enumerate(drawn))
    assert close(world, public=public, held=held).kept == union_of_closed_subsets(world)


@given(candidates(named))
def test_nothing_that_stays_lacks_or_names_anything(drawn: list[Candidate]) -> None:
    world = dict(enumerate(drawn))
    found = close(world, public=public, held=held)
    present = {world[key].id for key in found.kept}
    assert found.moved <= found.kept
    assert found.plain == {world[key].id for key in found.kept - found.moved}
    for key in found.kept:
        candidate = world[key]
        assert whole(candidate, present)
        assert all(oid in found.plain for each in candidate.refs.named for oid in held(each))
        follows = any(ref in present and ref not in found.plain for ref in candidate.refs.firm)
        assert (key in found.moved) == (candidate.transformed or follows)


def note(n: int, *required: int, names: int | None = None, transformed: bool = False) -> Candidate:
    refs = Refs(
        required=frozenset(IDS[each] for each in required),
        named=frozenset() if names is None else frozenset({tail(IDS[names])}),
    )
    return Candidate(IDS[n], refs, transformed)


@pytest.mark.parametrize(
    ("world", "kept", "moved"),
    [
        ([note(0), note(1, 0)], {0, 1}, set()),
        ([note(1, 0)], set(), set()),
        ([note(0, 1), note(1, 0)], {0, 1}, set()),
        ([note(0, 1), note(1, 2), note(2, 3)], set(), set()),
        ([note(0, transformed=True), note(1, 0), note(2, 1)], {0, 1, 2}, {0, 1, 2}),
        ([note(0, transformed=True), note(0), note(1, 0)], {0, 1, 2}, {0}),
        ([note(0), note(1, names=0)], {0, 1}, set()),
        ([note(1, names=0)], set(), set()),
        ([note(0, transformed=True), note(1, names=0), note(2, 1)], {0}, {0}),
        ([note(0, names=0, transformed=True)], set(), set()),
    ],
    ids=[
        "target there",
        "target missing",
        "a cycle stands",
        "a chain falls",
        "references follow a variant",
        "another version is plain",
        "a name that may be said",
        "a name that may not be said",
        "a variant's own name may not be said",
        "not even by itself",
    ],
)
def test_cases(world: list[Candidate], kept: set[int], moved: set[int]) -> None:
    found = close(dict(enumerate(world)), public=public, held=held)
    assert (found.kept, found.moved) == (kept, moved)

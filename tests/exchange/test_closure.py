"""The closure: its rules against the union of all closed subsets and a look at every name; and
settling from changes outwards against the whole at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole import Candidate, Closed, close

from noroshi.exchange.closure import CANDIDATE, KEPT, PLAIN, Version, settle
from noroshi.exchange.refs import Refs, tail

IDS = [f"note--0000000{n}-0000-4000-8000-000000000000" for n in range(6)]
PUBLIC = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
ABSENT = "malware--aaaaaaaa-0000-4000-8000-000000000000"
EVERY = [*IDS, PUBLIC, ABSENT]


def public(id: str) -> bool:
    return id == PUBLIC


def held(tail_: str) -> Iterable[str]:
    return [each for each in IDS if tail(each) == tail_]


some_ids = st.frozensets(st.sampled_from(EVERY), max_size=2)
groups = st.lists(st.frozensets(st.sampled_from(EVERY), min_size=1, max_size=3), max_size=1).map(
    tuple
)
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


class Memory:
    """A world in memory, every version in it by key; `present` are the objects there is one of."""

    def __init__(self) -> None:
        self.made: dict[int, Version] = {}
        self.sources: dict[int, Candidate] = {}

    def put(self, key: int, source: Candidate, transformed: bool, candidate: bool) -> Version:
        found = self.made.get(key)
        if found is None:
            refs = source.refs
            found = self.made[key] = Version(
                key,
                EVERY.index(source.id),
                needed=tuple(map(EVERY.index, refs.required)),
                some=tuple(tuple(map(EVERY.index, group)) for group in refs.some),
                firm=tuple(map(EVERY.index, refs.firm)),
                named=tuple(refs.named),
                taken=False,
            )
            self.sources[key] = source
        found.transformed = transformed
        found.state = found.state | CANDIDATE if candidate else found.state & ~CANDIDATE
        return found

    def public(self, object: int) -> bool:
        return public(EVERY[object])

    def versions(self, object: int) -> Sequence[Version]:
        return [each for each in self.made.values() if each.object == object]

    def with_tail(self, tail_: str) -> Iterable[int]:
        present = {each.object for each in self.made.values()}
        return [each for each in present if tail(EVERY[each]) == tail_]

    def needing(self, object: int) -> Iterable[Version]:
        every = self.made.values()
        return [v for v in every if object in v.needed or any(object in g for g in v.some)]

    def following(self, object: int) -> Iterable[Version]:
        return [each for each in self.made.values() if object in each.firm]

    def naming(self, object: int) -> Iterable[Version]:
        return [each for each in self.made.values() if tail(EVERY[object]) in each.named]

    def settle(self, changed: Iterable[Version]) -> set[int]:
        looked = settle(self, changed)
        for each in looked:
            each.before, each.taken = each.state, True
        return {each.seq for each in looked}

    def closed(self) -> Closed:
        kept = {key: each for key, each in self.made.items() if each.state & KEPT}
        plain = {key for key, each in kept.items() if each.state & PLAIN}
        names = {EVERY[kept[key].object] for key in plain}
        return Closed(frozenset(kept), frozenset(kept) - plain, frozenset(names))

    def at_once(self) -> Closed:
        let = {
            key: Candidate(self.sources[key].id, self.sources[key].refs, each.transformed)
            for key, each in self.made.items()
            if each.state & CANDIDATE
        }
        present = {EVERY[each.object] for each in self.made.values()}

        def there(tail_: str) -> Iterable[str]:
            return [each for each in present if tail(each) == tail_]

        return close(let, public=public, held=there)


steps = st.lists(
    st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.booleans()), min_size=1, max_size=3),
    min_size=1,
    max_size=8,
)
worlds = candidates(named).filter(bool)


def check_steps(drawn: list[Candidate], taken: list[list[tuple[int, bool, bool]]]) -> None:
    world = Memory()
    for step in taken:
        changed = [
            world.put(key % len(drawn), drawn[key % len(drawn)], transformed, candidate)
            for key, transformed, candidate in step
        ]
        world.settle(changed)
        assert world.closed() == world.at_once()


@given(worlds, steps)
@settings(max_examples=150)
def test_settling_each_change_is_closing_the_whole(
    drawn: list[Candidate], taken: list[list[tuple[int, bool, bool]]]
) -> None:
    check_steps(drawn, taken)


@pytest.mark.slow
@given(worlds, steps)
@settings(max_examples=8_000)
def test_settling_at_length(
    drawn: list[Candidate], taken: list[list[tuple[int, bool, bool]]]
) -> None:
    check_steps(drawn, taken)


def test_a_change_is_not_looked_at_beyond_what_it_affects() -> None:
    world = Memory()
    chain = [note(n, n - 1) if n else note(n) for n in range(6)]
    for key, each in enumerate(chain):
        world.settle([world.put(key, each, False, True)])
    assert world.settle([world.put(5, chain[5], True, True)]) == {5}
    assert world.settle([world.put(2, chain[2], False, False)]) == {2, 3, 4, 5}


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

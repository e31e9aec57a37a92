"""Who gives a version: what one takes back stays under the terms of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noroshi.store import Store
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.record import Hop, Record

OID = "indicator--1"
Make = Callable[..., Record]


def of(originator: str, grant: str) -> Label:
    return label(Strand(originator, "maritime", "stop", tlp=Tlp.GREEN, grant=f"grant--{grant}"))


def give(store: Store, make: Make, party: str, held: Label, version: int = 1, at: int = 1) -> None:
    record = make(version=version, labelled=held, hops=(Hop(party, at, party),))
    store.put([record], at=at)
    store.hold([record], at=at)


def state(store: Store) -> list[tuple[int, str, Label]]:
    return [(c.version, c.status, store.label_of(c.cell)) for c in store.cells_since(0, 100)]


def test_the_originator_s_own_terms_come_before_a_relay_s(store: Store, make: Make) -> None:
    give(store, make, "EU", of("FRA", "a"), at=1)
    assert state(store) == [(1, "live", of("FRA", "a"))]
    give(store, make, "FRA", of("FRA", "b"), at=2)
    assert state(store) == [(1, "live", of("FRA", "b"))]
    assert [event.key for event in store.events(0, 9, ("record.status",))] == [OID]
    assert [(each.party, each.at) for each in store.holdings(OID)] == [("EU", 1), ("FRA", 2)]


def test_a_grant_made_anew_is_taken(store: Store, make: Make) -> None:
    give(store, make, "EU", of("EU", "a"))
    give(store, make, "EU", of("EU", "b"))
    assert state(store) == [(1, "live", of("EU", "b"))]


def test_who_came_second_does_not_change_the_terms_of_the_first(store: Store, make: Make) -> None:
    give(store, make, "EU", of("FRA", "a"), at=1)
    give(store, make, "AUS", of("FRA", "b"), at=2)
    assert state(store) == [(1, "live", of("FRA", "a"))]
    assert store.give_up(OID, "EU", at=3)
    assert state(store) == [(1, "live", of("FRA", "b"))]
    assert store.give_up(OID, "AUS", at=4)
    assert [each[:2] for each in state(store)] == [(1, "tombstone")]


def test_only_the_versions_named_end(store: Store, make: Make) -> None:
    for version in (1, 2, 3):
        give(store, make, "EU", of("EU", "a"), version)
    assert store.give_up(OID, "EU", (1, 3), at=2)
    assert [each[:2] for each in state(store)] == [(1, "tombstone"), (2, "live"), (3, "tombstone")]
    assert not store.give_up(OID, "EU", (1,), at=3)


def test_who_gave_nothing_ends_nothing(store: Store, make: Make) -> None:
    give(store, make, "EU", of("EU", "a"))
    assert not store.give_up(OID, "AUS", at=2)
    assert not store.give_up("indicator--9", "EU", at=2)
    assert [each[:2] for each in state(store)] == [(1, "live")]


def test_what_we_had_first_is_nobody_s_gift(store: Store, make: Make) -> None:
    store.put([make(labelled=of("JPN", "x"))], at=1)
    give(store, make, "EU", of("EU", "a"), at=2)
    assert store.holdings(OID) == ()
    assert not store.give_up(OID, "EU", at=3)
    assert state(store) == [(1, "live", of("JPN", "x"))]


def test_given_again_it_is_held_again(store: Store, make: Make) -> None:
    give(store, make, "EU", of("EU", "a"))
    store.give_up(OID, "EU", at=2)
    give(store, make, "EU", of("EU", "b"), at=3)
    assert state(store) == [(1, "live", of("EU", "b"))]


class Model:
    """Who gives what, in one dict."""

    def __init__(self) -> None:
        self.given: dict[tuple[int, str], tuple[bool, int, Label]] = {}
        self.known: set[int] = set()

    def give(self, party: str, held: Label, version: int, at: int) -> None:
        direct = held.strands[0].originator == party
        since = self.given.get((version, party), (False, at, held))[1]
        self.given[version, party] = (direct, since, held)
        self.known.add(version)

    def take(self, party: str, versions: set[int]) -> bool:
        ended = [k for k in self.given if k[1] == party and (not versions or k[0] in versions)]
        for key in ended:
            del self.given[key]
        return bool(ended)

    def state(self) -> dict[int, Label | None]:
        found: dict[int, Label | None] = {}
        for version in self.known:
            rows = [(not d, at, k[1], held) for k, (d, at, held) in self.given.items()
                    if k[0] == version]  # fmt: skip
            found[version] = min(rows, key=lambda row: row[:3])[3] if rows else None
        return found


PARTIES = st.sampled_from(["EU", "FRA", "AUS"])
STEPS = st.lists(
    st.tuples(st.just("give"), PARTIES, st.sampled_from(["EU", "FRA"]), st.integers(1, 2))
    | st.tuples(st.just("take"), PARTIES, st.sets(st.integers(1, 2)), st.just(0)),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_order_of_giving_and_taking(
    tmp_path_factory: pytest.TempPathFactory,
    make: Make,
    steps: list[tuple[Any, ...]],
) -> None:
    path = tmp_path_factory.mktemp("walk") / "node.db"
    with Store.open(path, create=True) as store:
        walk(store, make, steps)


def walk(store: Store, make: Make, steps: list[tuple[Any, ...]]) -> None:
    model = Model()
    for at, (what, party, more, version) in enumerate(steps, 1):
        if what == "give":
            held = of(more, f"{party}{at}")
            give(store, make, party, held, version, at)
            model.give(party, held, version, at)
        else:
            assert store.give_up(OID, party, more, at=at) == model.take(party, more)
        found = {row[0]: row[2] if row[1] == "live" else None for row in state(store)}
        assert found == model.state()

"""Law in two times, grants, consents, and this node's own parties."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sides import Where

from noroshi.store import Store
from noroshi.words.grant import Consent, Grant, Selector, sealed
from noroshi.words.ids import sha256
from noroshi.words.party import Party
from noroshi.words.transform import Position

Agreement = tuple[str, str, bytes]


def files(*texts: str) -> list[Agreement]:
    """A set of agreements: the id is the first word of the text."""
    return [(text.split()[0], sha256(text.encode()), text.encode()) for text in texts]


def ids(found: tuple[int, tuple[Agreement, ...]]) -> tuple[int, list[str]]:
    """(epoch, texts)."""
    return found[0], [data.decode() for _, _, data in found[1]]


def test_no_law_at_first(store: Store) -> None:
    assert store.agreements() == (0, ())
    assert store.agreements(at=5, known=5) == (0, ())


def test_two_times(store: Store) -> None:
    # Known at 100: A from 0. Known at 200: B from 150. Known at 300: C from 50, which rewrites.
    a = store.load_agreements(files("x A"), valid_from=0, at=100)
    b = store.load_agreements(files("x B", "y B"), valid_from=150, at=200)
    c = store.load_agreements(files("x C"), valid_from=50, at=300)
    assert (a, b, c) == (1, 2, 3)
    assert ids(store.agreements()) == (3, ["x C"])
    asked = {
        (at, known) for at in (0, 49, 50, 149, 150, 999) for known in (99, 100, 199, 200, 299, 300)
    }
    for at, known in asked:
        if known < 100:
            expected: tuple[int, list[str]] = (0, [])
        elif known < 200 or (known < 300 and at < 150) or at < 50:
            expected = (1, ["x A"])
        else:
            expected = (2, ["x B", "y B"]) if known < 300 else (3, ["x C"])
        assert ids(store.agreements(at=at, known=known)) == expected, (at, known)


def test_nothing_before_the_first_law(store: Store) -> None:
    store.load_agreements(files("x A"), valid_from=40, at=100)
    assert store.agreements(at=39) == (0, ())
    assert store.agreements(at=40)[0] == 1


def test_the_same_set_is_no_new_epoch(store: Store) -> None:
    first = store.load_agreements(files("x A", "y A"), valid_from=5, at=10)
    before = store.counts()["event"]
    assert store.load_agreements(files("y A", "x A"), valid_from=5, at=20) == first
    assert store.load_agreements(files("x A", "y A"), valid_from=15, at=20) == first
    assert store.counts()["event"] == before
    assert store.load_agreements(files("x A", "y A"), valid_from=0, at=20) == first + 1
    assert store.load_agreements(files("x A"), valid_from=0, at=20) == first + 2
    assert store.load_agreements([], valid_from=0, at=20) == first + 3
    assert store.agreements() == (first + 3, ())


def test_an_epoch_is_an_event(store: Store) -> None:
    store.load_agreements(files("x A"), valid_from=5, at=10)
    assert [tuple(event) for event in store.events(0, 9)] == [(1, 10, "epoch.changed", "1", 1)]


@pytest.mark.parametrize(
    "wrong",
    [[("x", "0" * 64, b"x")], [*files("x A"), *files("x B")]],
    ids=["hash of other bytes", "one id twice"],
)
def test_a_wrong_set_changes_nothing(store: Store, wrong: list[Agreement]) -> None:
    with pytest.raises(ValueError, match=r"^x: sha256|twice"):
        store.load_agreements(wrong, valid_from=0, at=1)
    assert store.agreements() == (0, ())


_loads = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from("ABC")), max_size=7
)


@settings(max_examples=settings().max_examples // 2)
@given(loads=_loads)
def test_the_past_is_never_rewritten(
    fresh: Callable[[], Where], loads: list[tuple[int, int, str]]
) -> None:
    """Oracle: at any `known`, the law at `at` is the last load known by then and valid by `at`."""
    done: list[tuple[int, int, str]] = []
    where = fresh()
    with Store.open(where) as store:
        known = 0
        for step, later, text in loads:
            known += 10 + step
            store.load_agreements(files(f"x {text}"), valid_from=later, at=known)
            done.append((known, later, text))
        for then in sorted({0, *(known for known, _, _ in done), 999}):
            for at in range(8):
                said = [text for known, later, text in done if known <= then and later <= at]
                _, found = ids(store.agreements(at=at, known=then))
                assert found == [f"x {text}" for text in said[-1:]]


GRANT = sealed(
    Grant("", "JPN", "a/R1", "0" * 64, ("EU",), "none", until=9, transforms=(Position(1000),))
)
CONSENT = sealed(Consent("", "JPN", Selector(record="tool--1"), "FRA", 9))


def test_grants_and_consents(store: Store) -> None:
    assert (store.grants(), store.consents(), store.terms()) == ({}, (), 0)
    assert store.put_grants([GRANT, GRANT]) == 1
    assert store.put_consents([CONSENT]) == 1
    assert store.terms() == 2
    assert (store.grants(), store.consents()) == ({GRANT.id: GRANT}, (CONSENT,))
    assert store.put_grants([GRANT]) == store.put_consents([CONSENT]) == 0
    assert store.terms() == 2


def test_a_signature_is_added_and_never_lost(store: Store) -> None:
    signed = msgspec.structs.replace(GRANT, signature=b"signed")
    store.put_grants([GRANT])
    assert store.put_grants([signed]) == 1
    assert store.put_grants([GRANT]) == 0
    assert store.grants() == {GRANT.id: signed}


def test_own_parties_keep_their_positions(store: Store) -> None:
    one, two = Party("XAA", "organisation", "One", "一"), Party("XBB", "organisation", "Two", "二")
    store.put_parties([two])
    assert store.put_parties([one, two]) == (two, one)
    renamed = msgspec.structs.replace(two, en="Second")
    assert store.put_parties([renamed]) == (renamed, one)

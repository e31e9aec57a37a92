"""Receipts: what is said about whom, when records go round in circles."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.receipt import MOST_BYTES, Onward, Receipt, pruned, read, receipt

STATES = ("waiting", "served", "unconfirmable", "confirmed")
steps = st.recursive(
    st.builds(Onward, st.sampled_from("ABCDE"), st.sampled_from(STATES)),
    lambda inner: st.builds(
        Onward,
        st.sampled_from("ABCDE"),
        st.sampled_from(STATES),
        onward=st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=12,
)


def paths(tree: tuple[Onward, ...], depth: int = 1) -> list[tuple[str, int, str]]:
    """(party, how far away, state), all over the tree."""
    found = [(each.party, depth, each.state) for each in tree]
    return found + [row for each in tree for row in paths(each.onward, depth + 1)]


@given(st.lists(steps, max_size=4).map(tuple))
def test_each_party_stands_once_at_its_nearest_place(tree: tuple[Onward, ...]) -> None:
    made = paths(pruned(tree, ("A",)))
    assert max(Counter(party for party, _, _ in made).values(), default=1) == 1
    assert "A" not in {party for party, _, _ in made}
    for party, depth, _ in made:
        assert depth == min(far for each, far, _ in paths(tree) if each == party) or depth > 1


CASES = {
    "nobody who is known, nor what only they say": (
        (Onward("A", "confirmed", onward=(Onward("B", "waiting"),)),),
        (),
    ),
    "the nearest word": (
        (Onward("B", "confirmed"), Onward("C", "served", onward=(Onward("B", "waiting"),))),
        (Onward("B", "confirmed"), Onward("C", "served")),
    ),
    "of two as near the worse": (
        (
            Onward("B", "confirmed", onward=(Onward("D", "confirmed"),)),
            Onward("C", "confirmed", onward=(Onward("D", "waiting"),)),
        ),
        (
            Onward("B", "confirmed"),
            Onward("C", "confirmed", onward=(Onward("D", "waiting"),)),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_stays_of_words_about_words(case: str) -> None:
    before, after = CASES[case]
    assert pruned(before, ("A",)) == after


def test_words_about_words_come_to_an_end() -> None:
    """Three who quote one another's last word, again and again."""
    said: dict[str, tuple[Onward, ...]] = dict.fromkeys("ABC", ())
    for _ in range(9):
        said = {
            each: pruned([Onward(o, "confirmed", onward=said[o]) for o in "ABC" if o != each], each)
            for each in "ABC"
        }
    assert paths(said["A"]) == [("B", 1, "confirmed"), ("C", 1, "confirmed")]


def test_a_receipt_that_is_too_long_is_not_read() -> None:
    many = tuple(Onward(f"party {n}", "waiting") for n in range(10_000))
    long = receipt(Receipt("tombstone--1", "IND", 0, 0, many))
    assert len(long) > MOST_BYTES
    assert read(long, "IND") is None
    assert read(receipt(Receipt("tombstone--1", "IND", 0, 0, many[:1_000])), "IND") is not None

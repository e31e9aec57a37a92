"""Masks: sets of parties in places that an order gives."""

from __future__ import annotations

import pytest

from noroshi.pact.masks import WORD_BITS, Masks, join, places, split, word_of
from noroshi.words.party import Parties, Party

UNION = Party("EU", "union", "", "")
STATE = Party("FRA", "state", "", "", member=("EU",))
AGENCY = Party("FRA.CERT", "agency", "", "", below="FRA")
DESK = Party("FRA.CERT.SEA", "agency", "", "", below="FRA.CERT")
PARTIES = Parties((UNION, STATE, AGENCY, DESK))


def numbered(count: int) -> Parties:
    return Parties(tuple(Party(f"X{n:03}", "state", "", "") for n in range(count)))


def test_who_is_below_is_in_and_members_are_not() -> None:
    masks = Masks(PARTIES)
    assert masks.everyone == 0b1111
    assert masks.below("FRA") == 0b1110
    assert masks.below("EU") == masks.bit("EU") == 0b0001
    assert masks.of(("EU", "FRA.CERT")) == 0b1101
    assert masks.below("ZZZ") == masks.of(("ZZZ",)) == masks.of(()) == 0
    assert masks.codes(0b1010) == ("FRA", "FRA.CERT.SEA")


def test_an_order_of_its_own_leaves_the_places_of_others_empty() -> None:
    masks = Masks(PARTIES, ("OLD", "FRA.CERT", "FRA.CERT.SEA", "FRA", "EU"))
    assert masks.everyone == 0b11110
    assert masks.below("FRA") == 0b01110
    assert masks.below("OLD") == 0
    assert masks.codes(0b00011) == ("OLD", "FRA.CERT")


@pytest.mark.parametrize(
    ("order", "problem"),
    [(("EU", "FRA"), r"without a place in masks: FRA\.CERT, FRA\.CERT\.SEA"),
     ((*PARTIES.order, "EU"), "two places")],
    ids=["no place", "two places"],
)  # fmt: skip
def test_a_wrong_order_is_refused(order: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Masks(PARTIES, order)


@pytest.mark.parametrize(
    ("count", "words"), [(1, 1), (62, 1), (63, 1), (64, 2), (126, 2), (127, 3)]
)
def test_words_hold_63_each(count: int, words: int) -> None:
    masks = Masks(numbered(count))
    assert masks.words == words
    found = split(masks.everyone, masks.words)
    assert len(found) == words
    assert all(0 < word < 2**WORD_BITS for word in found)
    assert join(found) == masks.everyone
    word, bit = word_of(count - 1)
    assert (word, split(1 << count - 1, words)[word]) == (words - 1, bit)


def test_no_words_at_all_is_one_word() -> None:
    assert Masks(Parties(())).words == 1
    assert split(0, 1) == (0,)


def test_a_mask_is_never_cut() -> None:
    assert split(2**126 - 1, 2) == (2**63 - 1, 2**63 - 1)
    with pytest.raises(ValueError, match="127 places in 2 words"):
        split(2**126, 2)


def test_places_are_the_bits_that_are_set() -> None:
    assert list(places(0)) == []
    assert list(places(2**200 | 0b1001)) == [0, 3, 200]

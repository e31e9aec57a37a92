"""The algebra of labels, and the TLP and PAP chains."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.label import (
    ClassMark,
    Label,
    Pap,
    Strand,
    Tlp,
    highest_tlp,
    join,
    label,
    tlp_marking_id,
    without_expired,
)

codes = st.sampled_from(["EU", "FRA", "JPN", "KOR", "USA"])
some_codes = st.sets(codes).map(lambda found: tuple(sorted(found)))
marks = st.builds(ClassMark, codes, st.sampled_from(["unclassified", "restricted"]))
strands = st.builds(
    Strand,
    originator=codes,
    pillar=st.sampled_from(["cyber", "maritime"]),
    kind=st.sampled_from(["malware", "encounter"]),
    tlp=st.sampled_from(Tlp),
    classes=st.sets(marks, max_size=2).map(lambda found: tuple(sorted(found))),
    pap=st.none() | st.sampled_from(Pap),
    only=st.none() | some_codes,
    denied=some_codes,
    orcon=st.booleans(),
    expires=st.none() | st.integers(0, 2**53),
)
labels = st.lists(strands, min_size=1, max_size=4).map(lambda found: label(*found))


@given(labels, labels, labels)
def test_join_is_commutative_associative_and_idempotent(a: Label, b: Label, c: Label) -> None:
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c)) == join(a, b, c)
    assert join(a, a) == join(a) == a
    assert join(a, b).key() == join(b, a).key()


@given(labels, labels)
def test_join_keeps_every_strand_and_adds_none(a: Label, b: Label) -> None:
    assert set(join(a, b).strands) == {*a.strands, *b.strands}
    assert len(set(join(a, b).strands)) == len(join(a, b).strands)


@given(labels)
def test_a_label_reads_back_with_its_key(held: Label) -> None:
    read = msgspec.json.decode(msgspec.json.encode(held), type=Label)
    assert read == held
    assert read.key() == held.key()


@given(strands, strands)
def test_strands_share_a_key_exactly_when_they_are_equal(one: Strand, other: Strand) -> None:
    assert (one.key() == other.key()) == (one == other)


@given(labels)
def test_the_highest_tlp_is_no_lower_than_any_strand(held: Label) -> None:
    order = ["clear", "green", "amber", "amber+strict", "red"]
    assert highest_tlp(held).value == max((s.tlp.value for s in held.strands), key=order.index)


@given(labels, labels, st.integers(0, 2**53))
def test_what_is_left_of_a_join_is_the_join_of_what_is_left(a: Label, b: Label, at: int) -> None:
    left = [each for each in (without_expired(a, at), without_expired(b, at)) if each is not None]
    assert without_expired(join(a, b), at) == (join(*left) if left else None)


@given(labels, st.integers(0, 2**53))
def test_what_has_ended_is_left_out_and_nothing_else(held: Label, at: int) -> None:
    left = without_expired(held, at)
    ended = {each for each in held.strands if each.expires is not None and each.expires <= at}
    assert ({*left.strands} if left else set()) == {*held.strands} - ended
    assert left is None or without_expired(left, at) == left


def test_the_chains_rank_in_the_order_that_first_publishes() -> None:
    assert [tlp.value for tlp in sorted(Tlp, key=lambda tlp: tlp.rank)] == [
        *("clear", "green", "amber", "amber+strict", "red")
    ]
    assert [pap.value for pap in sorted(Pap, key=lambda pap: pap.rank)] == [
        *("clear", "green", "amber", "red")
    ]


def test_unsaid_is_red() -> None:
    assert Strand("JPN", "cyber", "malware").tlp is Tlp.RED


def test_real_and_exercise_strands_never_join() -> None:
    real = label(Strand("JPN", "cyber", "malware"))
    played = label(Strand("JPN", "cyber", "malware", exercise="brisk-heron"))
    with pytest.raises(ValueError, match="never join"):
        join(real, played)


def test_a_label_has_a_strand_and_sorted_unique_parts() -> None:
    one, two = sorted((Strand("JPN", "a", "b"), Strand("EU", "a", "b")), key=msgspec.json.encode)
    with pytest.raises(ValueError, match="at least one"):
        Label(())
    for wrong in ((two, one), (one, one)):
        with pytest.raises(ValueError, match="not sorted and unique"):
            Label(wrong)
    for name in ("denied", "handling", "only"):
        for wrong in (("JPN", "EU"), ("EU", "EU")):
            with pytest.raises(ValueError, match="not sorted and unique"):
                Strand("JPN", "cyber", "malware", **{name: wrong})


def test_an_unknown_key_of_a_strand_is_refused() -> None:
    text = '{"originator":"JPN","pillar":"cyber","kind":"malware","ceiling":"red"}'
    with pytest.raises(msgspec.ValidationError, match="ceiling"):
        msgspec.json.decode(text, type=Strand)


def test_marking_ids_are_five_different_ones() -> None:
    pairs = itertools.combinations(Tlp, 2)
    assert all(tlp_marking_id(one) != tlp_marking_id(other) for one, other in pairs)


@pytest.mark.shared
def test_marking_ids_are_those_that_oasis_publishes(shared: Path) -> None:
    path = shared / "data/cyber/oasis/extensions/tlp2.json"
    published = {
        extension["tlp_2_0"]: found["id"]
        for found in json.loads(path.read_text("utf-8"))["objects"]
        for extension in found["extensions"].values()
    }
    assert {tlp.value: tlp_marking_id(tlp) for tlp in Tlp} == published

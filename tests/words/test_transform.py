"""The algebra of transforms: union is a join, weaker its strict order."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.transform import (
    Identity,
    Position,
    Source,
    Text,
    Time,
    Transform,
    describe,
    strength,
    union,
    weaker,
)

transforms = st.one_of(
    st.sampled_from([100, 1_000, 10_000, 100_000]).map(Position),
    st.sampled_from(["min", "h", "day", "month", "year"]).map(Time),
    st.sampled_from(["class", "none"]).map(Source),
    st.just(Identity()),
    st.just(Text()),
)
sets = st.lists(transforms, max_size=6).map(tuple)


@given(sets, sets, sets)
def test_union_is_commutative_associative_and_idempotent(
    a: tuple[Transform, ...], b: tuple[Transform, ...], c: tuple[Transform, ...]
) -> None:
    assert union(a, b) == union(b, a)
    assert union(union(a, b), c) == union(a, union(b, c)) == union(a, b, c)
    assert union(a, a) == union(a) == union(union(a)) == union(a, ())


@given(sets, sets)
def test_union_keeps_the_strictest_of_each_kind(
    a: tuple[Transform, ...], b: tuple[Transform, ...]
) -> None:
    for kind in (Position, Time, Source, Identity, Text):
        asked = [each for each in (*a, *b) if isinstance(each, kind)]
        kept = [each for each in union(a, b) if isinstance(each, kind)]
        assert kept == ([max(asked, key=strength)] if asked else [])


@given(sets, sets, sets)
def test_weaker_is_a_strict_partial_order(
    a: tuple[Transform, ...], b: tuple[Transform, ...], c: tuple[Transform, ...]
) -> None:
    assert not weaker(a, a)
    assert not (weaker(a, b) and weaker(b, a))
    if weaker(a, b) and weaker(b, c):
        assert weaker(a, c)


@given(sets, sets)
def test_each_part_is_no_stronger_than_the_union(
    a: tuple[Transform, ...], b: tuple[Transform, ...]
) -> None:
    both = union(a, b)
    assert weaker(a, both) or union(a) == both
    assert not weaker(both, a)


def test_repeats_and_order_do_not_make_a_set_weaker() -> None:
    assert not weaker((Position(1), Position(2)), (Position(2),))
    assert not weaker((Text(), Identity()), (Identity(), Text()))
    assert weaker((), (Text(),))
    assert weaker((Position(1_000),), (Position(10_000), Text()))
    assert not weaker((Position(10_000),), (Position(1_000), Text()))


@given(transforms)
def test_every_transform_reads_back_and_has_words(transform: Transform) -> None:
    encoded = msgspec.json.encode(transform)
    assert msgspec.json.decode(encoded, type=Transform) == transform
    assert describe(transform)


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (Position(10_000), "position to 10 km"),
        (Position(1_500), "position to 1.5 km"),
        (Position(500), "position to 500 m"),
        (Time("h"), "time to the hour"),
        (Time("day"), "time to the day"),
        (Source("class"), "source to its class"),
        (Source("none"), "source removed"),
        (Identity(), "identity removed"),
        (Text(), "free text removed"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_words_for_people(transform: Transform, words: str) -> None:
    assert describe(transform) == words


def test_an_unknown_transform_is_refused_not_dropped() -> None:
    for text in ('{"kind":"blur"}', '{"kind":"text","to":"x"}', '{"kind":"time","to":"week"}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(text, type=Transform)

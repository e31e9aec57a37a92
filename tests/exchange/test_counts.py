"""Counts beside what was withheld: told where they tell nothing of it, else withheld as well."""

from __future__ import annotations

from typing import Any

import graphs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from japan import LINK, NOW, A, B, C, Node, body

from noroshi.exchange.counts import FLOOR, bound, tells, untelling
from noroshi.exchange.variants import left, redacted
from noroshi.words.label import Tlp
from noroshi.words.stix import FindingBody
from noroshi.words.time import HOUR, Span
from noroshi.words.transform import Identity, Position, Source, Without

SEEN = "sighting--11111111-1111-4111-8111-111111111111"
DATA = "observed-data--11111111-1111-4111-8111-111111111111"


@pytest.fixture
def three(node: Node) -> Node:
    """Two objects that the EU may have, and one that it may not."""
    for oid in (A, B):
        node.put(oid)
    node.put(C, tlp=Tlp.RED)
    return node


def seen(node: Node, oid: str) -> dict[str, Any] | None:
    return next((body(each) for each in node.see() if each.oid == oid), None)


@pytest.mark.parametrize(
    ("count", "places", "told"),
    [
        (2, [A, B], True),
        (2, [A, C], False),
        (3, [A, C], False),
        (1, [A, C], True),
        (0, [C], True),
        (1, [C], False),
        (2, [C], False),
        (3, [C], True),
        (4, [A, C], True),
        (50, [A, C], True),
        ("2", [A, C], False),
    ],
    ids=str,
)
def test_a_sighting(three: Node, count: int, places: list[str], told: bool) -> None:
    three.put(SEEN, {"sighting_of_ref": A, "where_sighted_refs": places, "count": count})
    found = seen(three, SEEN)
    assert found is not None
    assert found.get("where_sighted_refs", []) == [each for each in places if each != C]
    assert ("count" in found) is told


@pytest.mark.parametrize(
    ("number", "members", "goes"),
    [
        (1, [A, C], True),
        (2, [A, B], True),
        (2, [A, C], False),
        (3, [A, C], False),
        (4, [A, C], True),
        (4, [A, B, C], False),
        (5, [A, B, C], True),
        (500, [A, C], True),
        (3, [A], True),
    ],
    ids=str,
)
def test_observed_data_goes_whole_or_not_where_its_number_tells(
    three: Node, number: int, members: list[str], goes: bool
) -> None:
    times = {"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z"}
    three.put(DATA, {**times, "number_observed": number, "object_refs": members})
    three.put(LINK, {"relationship_type": "x", "source_ref": DATA, "target_ref": A})
    found = seen(three, DATA)
    assert (found is not None) is goes
    assert (seen(three, LINK) is not None) is goes
    if found is not None:
        assert found["object_refs"] == [each for each in members if each != C]
        assert found["number_observed"] == number


def test_counts_of_what_a_transform_removes() -> None:
    raw = msgspec.json.encode(
        {"sighting_of_ref": A, "where_sighted_refs": [A, B], "count": 2, "type": "sighting"}
    )
    tags = {"count": "plain", "sighting_of_ref": "plain", "where_sighted_refs": "source"}
    kind = msgspec.structs.replace(graphs.STIX, tags=tags)
    after = left(raw, "sighting", (Source("none"),), kind)
    assert after is not None
    assert {*msgspec.json.decode(after)} == {"type", "sighting_of_ref"}
    untouched = left(raw, "sighting", (Position(1000),), kind)
    assert untouched is not None
    assert msgspec.json.decode(untouched)["count"] == 2


def test_a_part_that_goes_takes_the_number_with_it() -> None:
    times = {"first_observed": "x", "last_observed": "x", "type": "observed-data"}
    raw = msgspec.json.encode({**times, "object_refs": [A, B], "number_observed": 2})
    gone = (Without(("object_refs.[0]",), ()),)
    assert left(raw, "observed-data", gone, None) is None
    many = raw.replace(b'"number_observed":2', b'"number_observed":9')
    assert left(many, "observed-data", gone, None) is not None


@pytest.mark.parametrize("vessels", [0, 1, 2, 3, 40])
def test_how_many_subjects_is_told_with_them_or_from_the_floor_on(vessels: int) -> None:
    kind = msgspec.structs.replace(graphs.KIND, tags={"vessels": "count", "hours": "plain"})
    found = FindingBody(
        kind="stop",
        span=Span(NOW, NOW + HOUR),
        subjects=("mmsi:431000001",),
        measures={"vessels": vessels, "hours": 1.5},
    )
    assert redacted(found, (Position(1000),), kind, "JPN").measures == found.measures
    hidden = redacted(found, (Identity(),), kind, "JPN").measures
    assert ("vessels" in hidden) is (vessels == 0 or vessels >= FLOOR)
    assert hidden["hours"] == 1.5


@given(st.integers(0, 12), st.lists(st.booleans(), min_size=1, max_size=6))
def test_no_count_leaves_one_or_two_for_what_was_taken_out(count: int, shown: list[bool]) -> None:
    """Oracle: whoever subtracts what is shown from what is told gets nothing below the floor."""
    ids_ = [f"{n}" for n in range(len(shown))]
    before = {"count": count, "where_sighted_refs": ids_}
    after = {
        **before,
        "where_sighted_refs": [n for n, stays in zip(ids_, shown, strict=True) if stays],
    }
    raws = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in after.items()}
    told = untelling("sighting", msgspec.json.encode(before), raws)
    hidden = count - sum(shown)
    assert ("count" in told) is (all(shown) or hidden <= 0 or hidden >= FLOOR)
    if "count" not in told:
        assert tells(count, sum(shown))
    number = {"number_observed": count, "object_refs": ids_}
    some = bound("observed-data", number)
    assert bool(some) is any(0 < count - n < FLOOR for n in range(1, len(ids_)))

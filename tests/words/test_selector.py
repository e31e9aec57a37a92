"""Selectors of STIX 2.1 as they are written, and strands that speak of what they select."""

from __future__ import annotations

import msgspec
import pytest

from noroshi.words.label import Label, Strand, Tlp, apart, highest_tlp, join, label, whole
from noroshi.words.selector import (
    Unremovable,
    covers,
    moved,
    outermost,
    parsed,
    resolves,
    without,
    written,
)

GREEN = Strand("JPN", "cyber", "malware", Tlp.GREEN)
RED = msgspec.structs.replace(GREEN, tlp=Tlp.RED, parts=("name",))


@pytest.mark.parametrize(
    ("selector", "path"),
    [
        ("description", ("description",)),
        ("external_references.[0].url", ("external_references", 0, "url")),
        ("hashes.SHA-256", ("hashes", "SHA-256")),
        ("objects.0.value", ("objects", "0", "value")),
        ("x.[0].[12]", ("x", 0, 12)),
    ],
    ids=str,
)
def test_a_selector_is_a_path(selector: str, path: tuple[str | int, ...]) -> None:
    assert parsed(selector) == path
    assert written(path) == selector


@pytest.mark.parametrize(
    "selector",
    ["", ".", "a.", "[0]", "a.[-1]", "a.[01]", "a[0]", "a..b", "a b", "é", "a.[9999999999]"],
)
def test_what_is_no_selector(selector: str) -> None:
    with pytest.raises(ValueError, match="selector"):
        parsed(selector)


@pytest.mark.parametrize(
    ("path", "there"),
    [(("a",), True), (("a", 1), True), (("a", 2), False), (("a", "1"), False), (("b",), False)],
    ids=str,
)
def test_whether_something_is_there(path: tuple[str | int, ...], there: bool) -> None:
    assert resolves({"a": [1, 2]}, path) is there


def test_below_and_outermost() -> None:
    assert covers(("a",), ("a", 0))
    assert not covers(("a", 0), ("a",))
    assert not covers(("a",), ("ab",))
    assert outermost([("a",), ("a", 0), ("b", 1)]) == {("a",), ("b", 1)}


def test_those_behind_move_up_once() -> None:
    gone = [("a", 0), ("a", 0, "b"), ("a", 2), ("c",)]
    assert moved(("a", 1, "x"), gone) == ("a", 0, "x")
    assert moved(("a", 3), gone) == ("a", 1)
    assert moved(("a", 2, "x"), gone) is None
    assert moved(("b", 3), gone) == ("b", 3)


def test_the_object_itself_is_left_alone() -> None:
    found = {"a": [{"b": 1}, {"b": 2}]}
    assert without(found, [("a", 0)]) == {"a": [{"b": 2}]}
    assert found == {"a": [{"b": 1}, {"b": 2}]}
    assert without(found, [("a",)]) == {}
    with pytest.raises(Unremovable, match=r"element of a"):
        without(found, [("a", 0, "b")])


def test_a_strand_of_parts_beside_one_of_the_whole() -> None:
    both = label(GREEN, RED)
    assert apart(both) == ((GREEN,), (RED,))
    assert highest_tlp(both) is Tlp.GREEN
    assert whole(both) == label(GREEN, msgspec.structs.replace(RED, parts=()))


def test_what_is_derived_has_none_of_the_parts() -> None:
    both = label(GREEN, RED)
    assert join(both) == join(both, both) == join(join(both), label(GREEN)) == whole(both)
    assert highest_tlp(join(both)) is Tlp.RED


def test_parts_alone_speak_of_the_whole() -> None:
    assert apart(Label((RED,))) == ((RED,), ())
    assert highest_tlp(Label((RED,))) is Tlp.RED


def test_a_strand_without_parts_reads_and_writes_as_it_did() -> None:
    assert b"parts" not in msgspec.json.encode(GREEN)
    assert msgspec.json.decode(msgspec.json.encode(RED), type=Strand) == RED
    with pytest.raises(ValueError, match="parts is not sorted"):
        msgspec.structs.replace(RED, parts=("b", "a"))

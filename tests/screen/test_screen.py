"""Screening: spellings of one name meet, others do not, and every score says why."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.screen import Listed, Wanted, entries, hits, name
from noroshi.screen.listed import Unread
from noroshi.screen.names import latin
from noroshi.screen.score import distance, likeness, scored

# Spellings of one made-up name; none is a real company's.
SAME = {
    "Cyrillic": ("Ромашка ООО", "Romashka LLC"),
    "Cyrillic, another system": ("Жёлтый Щит", "Zheltyy Shchit"),
    "Ukrainian": ("Південний Вітер", "Pivdennyi Viter"),
    "Greek": ("Γαλάζιο Κύμα ΑΕ", "Galazio Kyma AE"),
    "Japanese kana": ("カモメ カイウン", "Kamome Kaiun"),
    "accents": ("Société Générale d'Étoiles SARL", "Societe Generale d'Etoiles"),
    "order of words": ("Blue Heron Shipping", "Shipping Blue Heron"),
    "legal form": ("Blue Heron Shipping Ltd.", "BLUE HERON SHIPPING LIMITED"),
    "one letter": ("Blue Heron Shipping", "Blue Heron Shiping"),
    "two words for one": ("Blueheron Shipping", "Blue Heron Shipping"),
    "full width": ("ＢＬＵＥ　ＨＥＲＯＮ", "Blue Heron"),
    "dotted": ("B.H.S. Marine", "BHS Marine"),
}
OTHER = {
    "another word": ("Blue Heron Shipping", "Blue Falcon Shipping"),
    "only the legal form": ("Acme LLC", "Zenith LLC"),
    "half of it": ("Blue Heron Shipping and Drilling", "Blue Heron"),
    "short words": ("Abe Co", "Ade Co"),
    "nothing": ("!!!", "???"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same(one: str, other: str) -> None:
    score, text = likeness(name(one), name(other))
    assert score >= 0.85, text
    assert repr(one) in text


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_another(one: str, other: str) -> None:
    score, text = likeness(name(one), name(other))
    assert score < 0.85, text


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_a_measure(one: str, other: str) -> None:
    a, b = name(one), name(other)
    score, text = likeness(a, b)
    assert 0 <= score <= 1
    assert score == likeness(b, a)[0]
    assert text
    if a.words:
        assert likeness(a, a)[0] == 1


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_like_its_definition(one: str, other: str) -> None:
    def plain(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        return min(plain(a[1:], b) + 1, plain(a, b[1:]) + 1, plain(a[1:], b[1:]) + (a[0] != b[0]))

    assert distance(one, other) == plain(one, other)


@given(st.text(max_size=50))
def test_latin_is_latin(text: str) -> None:
    found = latin(text)
    assert all(each in "abcdefghijklmnopqrstuvwxyz0123456789 " for each in found)
    assert latin(found) == found


def entity(**properties: list[str]) -> bytes:
    return json.dumps({"id": "e1", "schema": "Company", "properties": properties}).encode()


ROMASHKA = entity(
    name=["Ромашка ООО"], weakAlias=["Daisy"], country=["ru"], registrationNumber=["12-345"],
    topics=["sanction"],
)  # fmt: skip


def one(line: bytes = ROMASHKA) -> Listed:
    (found,) = entries([line], "list.json")
    assert isinstance(found, Listed)
    return found


def test_a_hit_says_what_it_rests_on() -> None:
    (hit,) = hits(Wanted("Romashka", country="RU"), [one()])
    assert (hit.score, hit.entry, hit.topics, hit.where) == (
        0.99,
        "e1",
        ("sanction",),
        "list.json:1",
    ) or (hit.score == 1.0)
    assert [each.feature for each in hit.reasons] == ["name"]
    assert "without ooo" in hit.reasons[0].text
    elsewhere = scored(Wanted("Romashka", country="FR"), [name("Romashka")], one())
    assert [each.feature for each in elsewhere.reasons] == ["name", "other_country"]
    assert round(sum(each.change for each in elsewhere.reasons), 3) == elsewhere.score
    registered = scored(Wanted("X", ids=("12345",)), [name("X")], one())
    assert (registered.score, registered.reasons[-1].feature) == (1.0, "same_id")
    weak = scored(Wanted("Daisy"), [name("Daisy")], one())
    assert weak.score == 0.9
    assert "weak alias" in weak.reasons[0].text


BAD = {
    "no JSON": b"{",
    "another thing": b"[1, 2]",
    "no id": b'{"schema": "Company", "properties": {}}',
    "an id that is a number": b'{"id": 1, "schema": "Company", "properties": {}}',
    "not UTF-8": b'{"id": "\xff", "schema": "x", "properties": {}}',
    "nested without end": b"[" * 100_000,
    "a line without end": b"x" * (5 << 20),
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_a_line_that_is_no_entry_is_named_and_the_rest_is_read(line: bytes) -> None:
    found = list(entries([line, b"", b"  \n", ROMASHKA], "list.json"))
    assert isinstance(found[0], Unread)
    assert found[0].where == "list.json:1"
    assert [each.where for each in found[1:]] == ["list.json:4"]


def test_what_is_odd_in_an_entry_is_left_out() -> None:
    odd = (
        b'{"id": "e", "schema": "X", "properties": {"name": ["a", 1, null, " "], "country": "ru"}}'
    )
    assert one(odd).names == ("a",)
    assert one(odd).countries == ()
    assert list(entries([b'{"id": "e", "schema": "X", "properties": {}}'], "x")) == []


def test_hits_are_in_order_and_independent_of_the_order_of_the_list() -> None:
    lines = [entity(name=[each]) for each in ("Blue Heron", "Blue Heron Shipping", "Blue Herons")]
    listed = [each for i, line in enumerate(lines) for each in entries([line], f"{i}")]
    found = [each for each in listed if isinstance(each, Listed)]
    one_way = hits(Wanted("Blue Heron"), found)
    assert [each.score for each in one_way] == sorted(
        (each.score for each in one_way), reverse=True
    )
    assert {each.caption for each in hits(Wanted("Blue Heron"), found[::-1])} == {
        each.caption for each in one_way
    }

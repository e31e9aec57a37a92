"""Names in text: found in every language, whole, and shown as they stand."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.picture.correlate import correlate
from noroshi.picture.gazetteer import Gazetteer, about, fold
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import read_stream
from noroshi.words.asset import Asset, AssetEdge, AssetGraph

GRAPH = AssetGraph(
    (
        Asset("cable:link", "cable", "Balticconnector Link", name_ja="バルト海リンク",
              aliases=("Östersjölänken", "Lien baltique")),
        Asset("operator:o", "operator", "Elisa", identifiers=("asn:719", "domain:elisa.example")),
        Asset("cable:ena", "cable", "Ena"),
    ),
    (AssetEdge("cable:link", "operator:o", "operated_by"),),
)  # fmt: skip
FOUND = Gazetteer(GRAPH)


@pytest.mark.parametrize(
    ("text", "tokens", "words"),
    [
        ("Anchor damage at the balticconnector  link", [], []),
        ("Anchor damage at the BALTICCONNECTOR LINK!", ["cable:link"], ["BALTICCONNECTOR LINK"]),
        ("日本はバルト海リンクの切断を非難", ["JPN", "cable:link"], ["日本", "バルト海リンク"]),
        ("バルト海リンクスの話", [], []),  # katakana goes on: another word
        ("L’ancre a endommagé le Lien baltique, dit la Finlande", ["cable:link", "FIN"],
         ["Lien baltique", "Finlande"]),
        ("Ein Angriff auf Östersjölänken in Deutschland", ["cable:link", "DEU"],
         ["Östersjölänken", "Deutschland"]),
        ("ÖSTERSJÖLÄNKEN".replace("Ö", "O\u0308"), ["cable:link"],
         ["ÖSTERSJÖLÄNKEN".replace("Ö", "O\u0308")]),
        ("Ｅｌｉｓａ と AS719 と elisa.example", ["operator:o"] * 3,
         ["Ｅｌｉｓａ", "AS719", "elisa.example"]),
        ("the arena and Elisabeth", [], []),
        ("il a eu un accident", [], []),
        ("the EU said", ["EU"], ["EU"]),
    ],
    ids=["two spaces", "capitals", "Japanese", "longer katakana", "French", "German", "decomposed",
         "full width and identifiers", "parts of words", "a word like a name", "capitals only"],
)  # fmt: skip
def test_names_are_found_whole_and_shown_as_they_stand(
    text: str, tokens: list[str], words: list[str]
) -> None:
    found = [each for each in FOUND.find(text) if each.token]
    assert [each.token for each in found] == tokens
    assert [each.words for each in found] == words
    assert all(text[each.start : each.end] == each.words for each in found)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("the anchor of a ship", "maritime"), ("le câble a été sectionné", "operator"),
        ("Ransomware im Netz", "cyber"), ("ケーブルが切断された", "operator"),
        ("통신 장애", "operator"), ("人工衛星への妨害電波", "space"),
    ],
)  # fmt: skip
def test_topics_say_which_desk_may_have_seen_it(text: str, domain: str) -> None:
    assert domain in about(FOUND.find(text))


@given(st.text(st.sampled_from("ab éÉ ÅａＡßー船ア"), max_size=12))
def test_places_of_folded_text_lead_back(text: str) -> None:
    folded, places = fold(text)
    assert len(folded) == len(places)
    assert places == sorted(places)
    assert all(0 <= each < len(text) for each in places)


LETTERS = st.text(st.sampled_from("abc -."), max_size=30)


@given(LETTERS, st.lists(st.text(st.sampled_from("abc"), min_size=2, max_size=4), max_size=5))
def test_words_are_those_that_a_regular_expression_finds(text: str, names: list[str]) -> None:
    assets = tuple(Asset(f"cable:{n}", "cable", name) for n, name in enumerate(names))
    found = {(m.start, m.end) for m in Gazetteer(AssetGraph(assets), ()).find(text)}
    pattern = "|".join(sorted({re.escape(each) for each in names}, key=len, reverse=True))
    wanted = re.finditer(rf"(?<![a-c])(?:{pattern})(?![a-c])", text) if names else ()
    assert found == {m.span() for m in wanted}


def stream(text: str, domain: str = "maritime", **more: object) -> list[bytes]:
    lines = [
        {"id": "old", "domain": "space", "t0": "2025-01-01T00:00:00Z", "assets": ["x"]},
        {"id": "a", "domain": domain, "t0": "2026-03-01T02:00:00Z", "assets": ["cable:link"],
         "reliability": "B", "source": "ais"},
        {"id": "b", "domain": "information", "t0": "2026-03-01T09:00:00Z", "text": text,
         "reliability": "B", "source": "posts", **more},
    ]  # fmt: skip
    return [json.dumps(each).encode() for each in lines]


@pytest.mark.parametrize(
    ("text", "domain", "links"),
    [
        ("A ship has cut Lien baltique", "maritime", True),
        ("船がバルト海リンクを見る", "maritime", False),  # 船 alone is too short to be a topic
        ("タンカーがバルト海リンクを切断", "maritime", True),
        ("Lien baltique is a fine name", "maritime", False),
        ("Hackers at Elisa", "maritime", False),
        ("Hackers at Elisa", "cyber", True),
        ("A ship off Finlande", "maritime", False),
    ],
    ids=["named", "topic too short", "Japanese", "no topic", "another topic", "operator", "party"],
)
def test_a_text_links_by_target_and_topic(text: str, domain: str, links: bool) -> None:
    picture = correlate(read_stream(stream(text, domain), "s", GRAPH), GRAPH, load_priors())
    assert bool(picture.incidents) is links
    if links:
        (incident,) = picture.incidents
        assert any("its text says “" in part.why for part in incident.parts)


def test_what_a_line_names_itself_goes_before_its_text() -> None:
    read = read_stream(stream("A ship has cut Lien baltique", targets=["x"]), "s", GRAPH)
    assert (read.said, read.about) == ({}, None)

"""The desk itself: its kinds, its empty state, its lack of settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from noroshi.desks.cyber import desk
from noroshi.desks.registry import desks
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Context, Desk, detect
from noroshi.words.errors import BadInput


def test_an_empty_state_finds_nothing_and_keeps_its_version() -> None:
    held: Desk = desk
    context = Context("JPN", AssetGraph(), held.kinds, held.parameters({}), "0" * 64)
    assert list(detect(held, context, [])) == []
    state = held.start(context)
    again = held.load(held.dump(state), context)
    assert again is not None
    assert held.dump(again) == held.dump(state)
    assert held.load(b"0", context) is None


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(BadInput, match=r"\[desk.cyber\].*speed"):
        desk.parameters({"speed": 1})


def test_the_desk_is_installed_as_any_other() -> None:
    assert desks()["cyber"] is desk


def test_what_says_who_where_and_in_what_words_is_tagged_so() -> None:
    tags = desk.kinds["stix"].tags
    expected = {
        "description": "text",
        "created_by_ref": "source",
        "external_references": "source",
        "latitude": "position",
        "first_seen": "time",
        "pattern": "identity",
        "created": "plain",
    }
    assert {key: tags[key] for key in expected} == expected
    assert not {"extensions", "granular_markings"} & set(tags)


@pytest.mark.shared
def test_every_property_of_attack_for_ics_is_classified_or_dropped_on_purpose(shared: Path) -> None:
    path = shared / "data/cyber/attack/ics-attack-18.1.stix21.json"
    found = {key for each in json.loads(path.read_text("utf-8"))["objects"] for key in each}
    assert found - set(desk.kinds["stix"].tags) == {"x_mitre_contents"}

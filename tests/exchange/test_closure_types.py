"""What each type of STIX object loses with a reference to something withheld, word by word."""

from __future__ import annotations

from typing import Any

import pytest
from japan import NOW, A, B, C, Node, body

from noroshi.words import ids
from noroshi.words.label import Tlp

TIMES = {"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z"}
SHOWN = (A, B)

STRIPPED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "who made it": ("malware", {"created_by_ref": C}, {}),
    "members of a report": ("report", {"object_refs": [A, C, B]}, {"object_refs": [A, B]}),
    "members of a grouping": ("grouping", {"object_refs": [C, A]}, {"object_refs": [A]}),
    "what a note is about": ("note", {"object_refs": [A, C]}, {"object_refs": [A]}),
    "what an opinion is about": ("opinion", {"object_refs": [C, B]}, {"object_refs": [B]}),
    "what was observed": (
        "observed-data",
        {**TIMES, "number_observed": 1, "object_refs": [A, C]},
        {**TIMES, "number_observed": 1, "object_refs": [A]},
    ),
    "where it was sighted": (
        "sighting",
        {"sighting_of_ref": A, "where_sighted_refs": [C], "observed_data_refs": [B, C]},
        {"sighting_of_ref": A, "observed_data_refs": [B]},
    ),
    "samples": ("malware", {"sample_refs": [C, A]}, {"sample_refs": [A]}),
    "where traffic came from": (
        "network-traffic",
        {"src_ref": C, "dst_ref": A},
        {"dst_ref": A},
    ),
    "deep inside": (
        "malware",
        {"x_deep": [{"some_ref": C, "n": 1}, {"more_refs": [C, A]}]},
        {"x_deep": [{"n": 1}, {"more_refs": [A]}]},
    ),
    "the marking of a part": (
        "malware",
        {"granular_markings": [{"marking_ref": C, "selectors": ["name"]}]},
        {},
    ),
}

WITHHELD: dict[str, tuple[str, dict[str, Any]]] = {
    "a link from it": ("relationship", {"source_ref": C, "target_ref": A}),
    "a link to it": ("relationship", {"source_ref": A, "target_ref": C}),
    "its sighting": ("sighting", {"sighting_of_ref": C}),
    "its translation": ("language-content", {"object_ref": C, "contents": {"ja": {"name": "x"}}}),
    "a report of nothing else": ("report", {"object_refs": [C]}),
    "a grouping of nothing else": ("grouping", {"object_refs": [C]}),
    "a note about nothing else": ("note", {"object_refs": [C]}),
    "an opinion about nothing else": ("opinion", {"object_refs": [C]}),
    "its observation": ("observed-data", {**TIMES, "number_observed": 9, "object_refs": [C]}),
    "traffic of nothing else": ("network-traffic", {"src_ref": C}),
    "an address in words": ("malware", {"description": f"as {C}"}),
    "a pattern that names it": ("indicator", {"pattern": f"[x:id = '{C}']"}),
}


@pytest.fixture
def three(node: Node) -> Node:
    """Two objects that the EU may have, and one that it may not."""
    for oid in SHOWN:
        node.put(oid)
    node.put(C, tlp=Tlp.RED)
    return node


def other(type_: str) -> str:
    return f"{type_}--22222222-2222-4222-8222-222222222222"


@pytest.mark.parametrize("case", STRIPPED)
def test_what_names_it_goes_without_the_name(three: Node, case: str) -> None:
    type_, properties, kept = STRIPPED[case]
    three.put(other(type_), {"name": "n", **properties})
    found = {each.oid: each for each in three.see()}
    assert {*found} == {*SHOWN, other(type_)}
    told = body(found[other(type_)])
    common = {"type", "spec_version", "id", "created", "modified", "name"}
    assert {name: value for name, value in told.items() if name not in common} == kept
    assert C.encode() not in b"".join(each.body for each in found.values())
    assert found[other(type_)].oversion == NOW


@pytest.mark.parametrize("case", WITHHELD)
def test_what_is_nothing_without_it_is_withheld(three: Node, case: str) -> None:
    type_, properties = WITHHELD[case]
    three.put(other(type_), {"name": "n", **properties})
    assert sorted(three.ids()) == sorted(SHOWN)


@pytest.mark.parametrize("case", [*STRIPPED, *WITHHELD])
def test_all_of_it_goes_where_all_of_it_may(three: Node, case: str) -> None:
    type_, properties = {**WITHHELD, **STRIPPED}[case][:2]
    three.put(C, {"name": "c", "is_family": True}, at=NOW + 1000)
    three.put(other(type_), {"name": "n", **properties}, at=NOW + 1000)
    found = {each.oid: each for each in three.see(at=NOW + 1000)}
    told = body(found[other(type_)])
    assert {name: told[name] for name in properties} == properties


def test_a_translation_goes_with_its_object_and_comes_back_with_it(three: Node) -> None:
    told = {"object_ref": A, "contents": {"ja": {"name": "名"}}}
    three.put(other("language-content"), told)
    assert other("language-content") in three.ids()
    three.put(A, {"name": "again", "is_family": True}, at=NOW + 1000, tlp=Tlp.RED)
    assert other("language-content") in three.ids(at=NOW + 1000)  # of the version that may go
    three.store.withdraw(A, at=NOW + 2000)
    assert other("language-content") not in three.ids(at=NOW + 2000)


def test_a_party_is_named_to_everybody(three: Node) -> None:
    ours = ids.identity_id("JPN")
    three.put(other("report"), {"name": "n", "object_refs": [A, C], "created_by_ref": ours})
    found = next(each for each in three.see() if each.oid == other("report"))
    assert body(found)["created_by_ref"] == ours

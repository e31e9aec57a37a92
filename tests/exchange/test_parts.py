"""Marked parts of a record, case by case: what goes, what is left, and what nobody is told."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from japan import NOW, A, B, Node, body
from marked import AMBER, GREEN, LAW, RED, malware, marked, put

from noroshi.exchange.parts import parting, taken_out, understated
from noroshi.words import ids
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.time import SECOND, format_instant
from noroshi.words.transform import Without


@pytest.fixture
def cyber(node: Node) -> Node:
    node.law(LAW)
    return node


def test_a_marked_part_goes_only_to_who_may_have_it(cyber: Node) -> None:
    found = malware(
        description="token",
        name="n",
        granular_markings=[
            *marked(("description", AMBER), ("name", GREEN)),
            {"lang": "en", "selectors": ["description", "name"]},
        ],
    )
    put(cyber, found)
    (whole,) = cyber.see("EU")
    assert whole.oid == A
    assert body(whole) == found
    assert [(each.tlp, each.parts) for each in whole.label.strands] == [
        (Tlp.AMBER, ("description",)),
        (Tlp.GREEN, ()),
    ]
    assert whole.tlp is Tlp.GREEN  # what the rest of the object is marked with
    (part,) = cyber.see("AUS")
    assert part.oid != A
    assert part.oid.startswith("malware--")
    told = body(part)
    assert told.pop("created_by_ref") == ids.identity_id("JPN")
    assert {*told} == {*found} - {"description"}
    assert told["granular_markings"] == [
        {"marking_ref": GREEN, "selectors": ["name"]},
        {"lang": "en", "selectors": ["name"]},
    ]
    assert [(each.tlp, each.parts) for each in part.label.strands] == [(Tlp.GREEN, ())]
    assert b"token" not in msgspec.json.encode((part.label, part.grants))


CASES: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, Any] | None]] = {
    "an element of a list": (
        {"aliases": ["a", "b", "c"]},
        ("aliases.[0]",),
        {"aliases": ["b", "c"]},
    ),
    "the last element takes the list with it": ({"aliases": ["a"]}, ("aliases.[0]",), {}),
    "every element": ({"aliases": ["a", "b"]}, ("aliases.[0]", "aliases.[1]"), {}),
    "a list and an element of it": (
        {"aliases": ["a", "b"], "x": 1},
        ("aliases", "aliases.[1]"),
        {"x": 1},
    ),
    "below an element": (
        {"x_list": [{"a": 1, "b": 2}, {"a": 3}]},
        ("x_list.[0].a",),
        {"x_list": [{"b": 2}, {"a": 3}]},
    ),
    "a key in capitals": (
        {"hashes": {"SHA-256": "x", "MD5": "y"}},
        ("hashes.SHA-256",),
        {"hashes": {"MD5": "y"}},
    ),
    "a table that is left empty": ({"hashes": {"MD5": "y"}, "x": 1}, ("hashes.MD5",), {"x": 1}),
    "an element that others would follow": (
        {"x_list": [{"a": 1}, {"a": 3}]},
        ("x_list.[0].a",),
        None,
    ),
    "nothing there": ({"x": 1}, ("y",), None),
    "past the end": ({"x": ["a"]}, ("x.[1]",), None),
    "a name where a list is": ({"x": ["a"]}, ("x.a",), None),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_left_of_an_object(case: str) -> None:
    found, selectors, left = CASES[case]
    made = taken_out(json.dumps(found).encode(), Without(tuple(sorted(selectors)), ()))
    assert (None if made is None else json.loads(made)) == left


def test_what_is_left_is_selected_anew() -> None:
    found = {
        "x": ["a", "b", "c", "d"],
        "y": {"z": [1]},
        "granular_markings": [
            {"marking_ref": RED, "selectors": ["x.[0]", "x.[2]"]},
            {"marking_ref": AMBER, "selectors": ["x.[1]", "x.[3]", "y.z"]},
            {"lang": "ja", "selectors": ["x.[2]", "x"]},
        ],
    }
    made = taken_out(json.dumps(found).encode(), Without(("x.[0]", "x.[2]"), ()))
    assert made is not None
    assert json.loads(made) == {
        "x": ["b", "d"],
        "y": {"z": [1]},
        "granular_markings": [
            {"marking_ref": AMBER, "selectors": ["x.[0]", "x.[1]", "y.z"]},
            {"lang": "ja", "selectors": ["x"]},
        ],
    }


def test_bytes_of_other_properties_stay_as_they_were() -> None:
    raw = b'{"n": 1.50, "s": "\\u0041", "description": "d"}'
    assert taken_out(raw, Without(("description",), ())) == b'{"n":1.50,"s":"\\u0041"}'


def test_a_required_property_withholds_the_object(cyber: Node) -> None:
    put(cyber, malware(name="n", granular_markings=marked(("is_family", RED))))
    put(cyber, malware(B, name="n", granular_markings=marked(("name", RED))))
    (only,) = cyber.see()
    assert body(only)["is_family"] is False
    assert "name" not in body(only)


def test_a_reference_in_a_part_that_goes_is_needed_no_more(cyber: Node) -> None:
    put(cyber, malware(B, object_marking_refs=[RED], name="hidden"))
    linked = malware(
        description=f"see {B}",
        x_seen_ref=B,
        granular_markings=marked(("description", RED), ("x_seen_ref", RED)),
    )
    put(cyber, linked)
    (only,) = cyber.see()
    assert not {"description", "x_seen_ref", "granular_markings"} & {*body(only)}
    assert B.encode() not in only.body
    put(cyber, malware(description=f"see {B}", modified=format_instant(NOW)))
    assert len(cyber.see(at=NOW + SECOND)) == 1  # a version that names it does not go


def test_a_link_follows_the_object_without_its_part(cyber: Node) -> None:
    put(cyber, malware(name="n", granular_markings=marked(("name", AMBER))), malware(B))
    cyber.link(A, B, object_marking_refs=[GREEN])
    cyber.put(
        "language-content--11111111-1111-4111-8111-111111111111",
        {"object_ref": A, "contents": {"ja": {"name": "token"}}},
        labelled=label(Strand("JPN", "cyber", "language-content", Tlp.GREEN)),
    )
    for party, moved_ in (("EU", False), ("AUS", True)):
        held = {each.otype: body(each) for each in cyber.see(party) if each.oid != B}
        assert (held["malware"]["id"] != A) is moved_
        # A translation says again what was taken out: it goes with the whole object only.
        assert ("language-content" in held) is not moved_
        assert "token" not in json.dumps(held) or not moved_


def test_one_variant_has_its_versions_under_one_id(cyber: Node) -> None:
    put(cyber, malware(aliases=["a", "b"], granular_markings=marked(("aliases.[0]", RED))))
    (first,) = cyber.see()
    again = malware(
        aliases=["a", "b", "c"],
        modified=format_instant(NOW),
        granular_markings=marked(("aliases.[1]", RED)),
    )
    put(cyber, again, at=NOW + SECOND)
    newest, oldest = cyber.views.object("EU", first.oid, NOW + SECOND)
    assert body(oldest)["aliases"] == ["b"]
    assert body(newest)["aliases"] == ["a", "c"]
    assert newest.oversion > oldest.oversion
    assert newest.oid == first.oid


def test_parts_under_a_transform_speak_of_the_whole(cyber: Node) -> None:
    cyber.law(LAW.replace('onward = "none"', 'onward = "none"\ntransform = [{ kind = "text" }]'))
    found = malware(
        name="n", x_more="token", description="d", granular_markings=marked(("name", AMBER))
    )
    put(cyber, found)
    (whole,) = cyber.see("EU")
    assert [each.parts for each in whole.label.strands] == [(), ()]
    assert whole.tlp is Tlp.AMBER
    assert {"name"} <= {*body(whole)}
    assert not {"granular_markings", "description", "x_more"} & {*body(whole)}
    (part,) = cyber.see("AUS")
    assert not {"name", "granular_markings", "description", "x_more"} & {*body(part)}
    assert len(part.label.strands) == 1


def test_the_strands_that_went_are_told_to_nobody() -> None:
    shut = Strand("JPN", "cyber", "malware", Tlp.RED, parts=("a", "b.[1]"))
    moved_part = parting([shut])
    assert moved_part.paths == ("a", "b.[1]")
    assert parting([msgspec.structs.replace(shut, parts=("c",))]).terms == moved_part.terms


@pytest.mark.parametrize("name", ["granular_markings", "granul\\u0061r_markings"])
def test_a_marking_above_the_label_is_seen_however_its_name_is_written(name: str) -> None:
    red = json.dumps([{"marking_ref": RED, "selectors": ["name"]}])
    raw = f'{{"name": "x", "{name}": {red}}}'.encode()
    green = label(Strand("JPN", "cyber", "malware", Tlp.GREEN))
    assert understated(raw, green)
    assert not understated(raw.replace(RED.encode(), GREEN.encode()), green)
    assert not understated(b'{"name": "x"}', green)

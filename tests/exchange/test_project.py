"""What goes out in place of a record: variants, references that follow them, and what falls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from japan import LINK, NOW, REPORT, A, B, C, Node, body

from noroshi.exchange.variants import variant_id
from noroshi.exchange.views import Refreshed
from noroshi.words import ids
from noroshi.words.label import Tlp
from noroshi.words.origin import EXTENSION
from noroshi.words.record import Hop
from noroshi.words.time import DAY, HOUR, SECOND
from noroshi.words.transform import Position


def test_an_amendment_turns_the_record_into_a_variant_and_back(node: Node) -> None:
    node.put(A, {"name": "n", "is_family": False, "x_secret": "hidden"})
    node.see()
    node.law('transform = [{ kind = "position", cell_m = 10000 }]')
    served = node.see(at=NOW + SECOND)
    made = variant_id(node.keys.derive("variants"), A, (Position(10_000),))
    assert {each.oid for each in served if each.otype == "malware"} == {made}
    stone = next(each for each in served if each.otype == "tombstone")
    assert body(stone)["withdrawn_id"] == A
    variant = next(each for each in served if each.oid == made)
    assert b"hidden" not in variant.body
    assert A.encode() not in variant.body
    assert body(variant)["created_by_ref"] == ids.identity_id("JPN")
    assert variant.grants[0].transforms == (Position(10_000),)
    node.law("")
    kinds = {each.oid: each.otype for each in node.see(at=NOW + HOUR)}
    assert kinds.pop(A) == "malware"
    assert set(kinds.values()) == {"tombstone"}


def test_two_parties_get_the_same_variant(node: Node) -> None:
    node.law('transform = [{ kind = "source", to = "class" }]')
    node.put(A)
    node.put(B)
    node.link(A, B)
    one = {each.oid: each.body for each in node.see("EU")}
    other = {each.oid: each.body for each in node.see("AUS", NOW + DAY)}
    assert one == other
    assert len(one) == 3


def test_versions_of_a_variant_follow_each_other(node: Node) -> None:
    node.law('transform = [{ kind = "source", to = "class" }]')
    node.put(A)
    (first,) = node.see()
    node.put(A, {"name": "renamed", "is_family": True}, at=NOW + SECOND)
    newest, oldest = node.views.object("EU", first.oid, NOW + SECOND)
    assert oldest == first
    assert newest.oversion > oldest.oversion
    assert body(newest)["created"] == body(oldest)["created"]
    assert body(newest)["name"] == "renamed"


def test_references_follow_a_variant(node: Node) -> None:
    node.put(A)
    node.put(B, tlp=Tlp.AMBER)
    node.link(A, B)
    node.put(REPORT, {"name": "r", "object_refs": [A, B, LINK]})
    node.law(
        """kinds = ["none"]
        [[release]]
        id = "R2"
        basis = "model"
        pillars = ["maritime"]
        max_tlp = "green"
        onward = "none"
        [[release]]
        id = "R3"
        basis = "model"
        pillars = ["maritime"]
        max_tlp = "amber"
        onward = "none"
        transform = [{ kind = "source", to = "class" }]
        """
    )
    served = {each.otype: body(each) for each in node.see() if each.oid != A}
    variant = served["malware"]["id"]
    assert variant != B
    assert served["relationship"]["target_ref"] == variant
    assert served["relationship"]["source_ref"] == A
    assert served["relationship"]["id"] != LINK
    assert served["report"]["object_refs"] == [A, variant, served["relationship"]["id"]]
    text = json.dumps(served)
    assert B not in text
    assert LINK not in text


def test_a_relationship_waits_for_its_ends(node: Node) -> None:
    node.link(A, B)
    node.put(A)
    assert node.ids() == [A]
    node.put(B)
    assert sorted(node.ids(at=NOW + SECOND)) == sorted([A, B, LINK])


def test_what_falls_takes_what_needs_it(node: Node) -> None:
    node.put(A, expires=NOW + HOUR)
    node.put(B)
    node.link(A, B)
    assert len(node.see()) == 3
    served = node.see(at=NOW + HOUR)
    gone = {body(each)["withdrawn_id"] for each in served if each.otype == "tombstone"}
    assert gone == {A, LINK}
    assert [each.oid for each in served if each.otype != "tombstone"] == [B]


def test_a_report_shows_the_members_that_may_be_shown(node: Node) -> None:
    node.put(A)
    node.put(B, not_before=NOW + HOUR)
    node.put(REPORT, {"name": "r", "object_refs": [A, B], "created_by_ref": C})
    report = next(each for each in node.see() if each.oid == REPORT)
    assert body(report)["object_refs"] == [A]
    assert "created_by_ref" not in body(report)
    assert node.views.refresh("EU", NOW + HOUR) == Refreshed(entered=1, changed=1)
    report = next(each for each in node.see(at=NOW + HOUR) if each.oid == REPORT)
    assert body(report)["object_refs"] == [A, B]
    assert report.oversion == NOW


@pytest.mark.parametrize(
    "properties",
    [
        {"name": f"seen with {B}"},
        {"name": f"seen with {B.upper()}"},
        {"name": "n", f"x_{B}": 1},
        {"name": "n", "external_references": [{"source_name": "x", "external_id": B}]},
    ],
    ids=["text", "capitals", "key", "external id"],
)
def test_what_names_a_withheld_object_is_withheld(node: Node, properties: dict[str, Any]) -> None:
    node.put(A, {**properties, "is_family": False})
    assert node.ids() == [A]  # the node holds no such object: the name tells nothing
    node.put(B, tlp=Tlp.RED)
    served = node.see(at=NOW + SECOND)
    assert [each.otype for each in served] == ["tombstone"]
    assert B.encode() not in served[0].body


def test_what_was_read_as_stix_2_0_goes_as_2_1_with_the_hash_of_what_came(node: Node) -> None:
    node.put(A, {"name": "m", "spec_version": "2.0", "labels": ["worm"]})
    node.put(B, {"name": "n", "spec_version": "2.0"}, hops=(Hop("AUS", NOW, "AUS"),), owner="AUS")
    (served,) = [each for each in node.see() if each.oid == A]
    made, held = body(served), node.store.record(A)
    assert held is not None
    assert json.loads(held.raw)["spec_version"] == "2.0"
    assert (served.spec_version, made["spec_version"], made["is_family"]) == ("2.1", "2.1", True)
    assert made["malware_types"] == ["worm"]
    assert made["extensions"][EXTENSION]["sha256"] == held.sha256
    node.link(A, B)
    node.put(REPORT, {"name": "r", "published": "2026-01-01T00:00:00Z", "spec_version": "2.0",
                      "object_refs": [A, C]})  # fmt: skip
    again = {each.otype: body(each) for each in node.see(at=NOW + SECOND)}
    assert again["report"]["object_refs"] == [A]
    assert EXTENSION not in again["report"].get("extensions", {})

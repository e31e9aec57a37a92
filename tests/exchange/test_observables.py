"""Observed-data of STIX 2.0 go with the observables that they hold, which go with nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stix2
from japan import NOW as AT
from japan import A, Node, body

from noroshi.desks.registry import desks
from noroshi.exchange.views import Views
from noroshi.words import ids
from noroshi.words.label import Tlp
from noroshi.words.origin import EXTENSION
from noroshi.words.record import Hop
from noroshi.words.time import HOUR, SECOND

ONE, OTHER = (f"observed-data--{n}1111111-1111-4111-8111-111111111111" for n in range(2))
STAMP = "2026-02-01T00:00:00Z"
ADDRESS = {"type": "ipv4-addr", "value": "198.51.100.7"}
NAME = {"type": "domain-name", "value": "a.test", "resolves_to_refs": ["0"]}
PAIR = {"0": ADDRESS, "1": NAME}


def seen(objects: dict[str, Any] = PAIR, **more: Any) -> dict[str, Any]:
    dates = {"first_observed": STAMP, "last_observed": STAMP}
    return {"spec_version": "2.0", **dates, "number_observed": 9, "objects": objects, **more}


def shown(node: Node, at: int = AT, party: str = "EU") -> dict[str, dict[str, Any]]:
    served = node.see(party, at)
    return {each.oid: body(each) for each in served if each.otype != "tombstone"}


def types(found: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(each["type"] for each in found.values())


def test_the_observables_go_before_and_every_reference_leads_to_one(node: Node) -> None:
    node.put(ONE, seen())
    served = node.see()
    assert [each.otype for each in served] == ["ipv4-addr", "domain-name", "observed-data"]
    assert {each.spec_version for each in served} == {"2.1"}
    address, name, root = (body(each) for each in served)
    assert root["object_refs"] == [address["id"], name["id"]]
    assert name["resolves_to_refs"] == [address["id"]]
    for each in (address, name, root):
        known = each is not root
        stix2.parse(each, version="2.1", allow_custom=not known)  # pyright: ignore[reportUnknownMemberType]
    held = node.store.record(ONE)
    assert held is not None
    assert root["extensions"][EXTENSION]["sha256"] == held.sha256
    assert json.loads(held.raw)["objects"] == PAIR


def test_of_what_is_withheld_no_observable_goes(node: Node) -> None:
    node.put(ONE, seen(), tlp=Tlp.RED)
    assert node.see() == []
    node.put(OTHER, seen({"0": ADDRESS}))
    assert types(shown(node, AT + SECOND)) == ["ipv4-addr", "observed-data"]


def test_they_leave_with_the_last_that_holds_them(node: Node) -> None:
    node.put(ONE, seen(), expires=AT + HOUR)
    node.put(OTHER, seen({"0": ADDRESS}), expires=AT + 2 * HOUR)
    assert types(shown(node)) == ["domain-name", "ipv4-addr", *["observed-data"] * 2]
    assert types(shown(node, AT + HOUR)) == ["ipv4-addr", "observed-data"]
    assert shown(node, AT + 2 * HOUR) == {}
    gone = {body(each)["withdrawn_id"].partition("--")[0] for each in node.see(at=AT + 2 * HOUR)}
    assert gone == {"observed-data", "domain-name", "ipv4-addr"}


def test_a_recall_takes_them_back(node: Node) -> None:
    node.put(ONE, seen())
    assert len(shown(node)) == 3
    assert node.store.withdraw(ONE, at=AT + SECOND)
    assert shown(node, AT + HOUR) == {}
    assert len([each for each in node.see(at=AT + HOUR) if each.otype == "tombstone"]) == 3


def test_of_one_observable_told_in_two_ways_the_last_stands(node: Node) -> None:
    node.put(ONE, seen({"0": ADDRESS}))
    address = next(oid for oid in shown(node) if oid.startswith("ipv4-addr"))
    node.put(OTHER, seen({"0": {**ADDRESS, "x_seen": 1}}))
    found = shown(node, AT + SECOND)
    assert types(found) == ["ipv4-addr", "observed-data", "observed-data"]
    assert [each["object_refs"] for each in found.values() if "object_refs" in each] == [
        [address],
        [address],
    ]
    assert found[address]["x_seen"] == 1


def test_an_object_of_the_same_id_that_is_withheld_is_not_told(node: Node) -> None:
    node.put(ONE, seen({"0": ADDRESS}))
    own = next(oid for oid in shown(node) if oid.startswith("ipv4-addr"))
    raw = {**ADDRESS, "x_secret": "hidden"}
    node.put(own, raw, at=AT + SECOND, tlp=Tlp.RED)
    found = shown(node, AT + HOUR)
    assert types(found) == ["ipv4-addr", "observed-data"]
    assert "hidden" not in json.dumps(found)


@pytest.fixture
def cyber(node: Node) -> Node:
    """The node with the kinds of the desk itself."""
    node.views = Views(node.store, node.policy, desks()["cyber"].kinds, "JPN", node.keys)
    return node


def test_where_identities_are_removed_no_observable_is_made(cyber: Node) -> None:
    node = cyber
    node.law('transform = [{ kind = "identity" }]')
    node.put(ONE, seen())
    (root,) = shown(node).values()
    assert (root["type"], root["number_observed"]) == ("observed-data", 9)
    assert "198.51.100.7" not in json.dumps(root)


def test_a_variant_has_its_observables_too(cyber: Node) -> None:
    node = cyber
    node.law('transform = [{ kind = "source", to = "class" }]')
    node.put(ONE, seen(created_by_ref=A.replace("malware", "identity")))
    found = shown(node)
    assert types(found) == ["domain-name", "ipv4-addr", "observed-data"]
    (root,) = [each for each in found.values() if each["type"] == "observed-data"]
    assert root["id"] != ONE
    assert set(root["object_refs"]) == found.keys() - {root["id"]}
    assert EXTENSION not in root.get("extensions", {})


def test_what_passes_through_stays_as_it_came(node: Node) -> None:
    node.put(ONE, seen(created_by_ref=ids.identity_id("AUS")), owner="AUS",
             hops=(Hop("AUS", AT, "AUS"),))  # fmt: skip
    assert all("objects" in each for each in shown(node).values())

"""The pact room over HTTP: the same answers as the library's, and no path by way of a browser."""

from __future__ import annotations

import pytest
from lookout import LATER, Looker

from noroshi.node.node import Node
from noroshi.pact.network import network


def test_the_room_holds_the_law_layer_by_layer(browser: Looker, shared_node: Node) -> None:
    room = browser.enter("viewer").ask("pact")
    _, policy = shared_node.policy()
    assert {each["id"] for each in room["agreements"]} == {each.id for each in policy.agreements}
    states = {each["id"]: each["state"] for each in room["agreements"]}
    assert states["eu-jpn-sdp"] == "in force"
    assert states["eu-jpn-sia"] == "negotiating, not signed"
    counted = {each["layer"]: each["ties"] for each in room["layers"]}
    assert counted == {each.layer: each.ties for each in network(policy, LATER)}
    for layer, ties in counted.items():
        drawn = {tuple(sorted(each[1:3])) for each in room["ties"] if each[0] == layer}
        assert len(drawn) == ties


def test_an_agreement_opens_with_text_and_promises(browser: Looker) -> None:
    page = browser.enter("viewer").ask("pact/agreement", id="eu-jpn-sdp")
    assert 'id = "eu-jpn-sdp"' in page["text"]
    assert len(page["sha256"]) == 64
    assert page["agreement"]["model"] == page["agreement"]["clauses"]
    assert page["promises"]


def test_a_party_that_leaves_ends_its_agreements(browser: Looker) -> None:
    found = browser.enter("analyst").ask("pact/suppose", without="USA")
    assert [each["id"] for each in found["legal"]["ends"]] == ["tisa-2014"]
    joined = browser.ask("pact/suppose", **{"with": "IND"})
    assert joined["word"] == "with"


def test_what_is_drawn_of_a_what_if_is_what_ends_and_begins(browser: Looker) -> None:
    room = browser.enter("analyst").ask("pact", set="web")
    ties = {tuple(each) for each in room["ties"]}
    out = browser.ask("pact/moved", set="web", without="USA")
    gone = {tuple(each) for each in out["gone"]}
    assert out["come"] == []
    assert gone == {each for each in ties if "USA" in each[1:3] or each[3] == "tisa-2014"}
    joined = browser.ask("pact/moved", set="web", into="eu-jpn-sdp", **{"with": "IND"})
    come = {tuple(each) for each in joined["come"]}
    assert joined["gone"] == []
    assert {each[1:] for each in come} == {
        ("EU", "IND", "eu-jpn-sdp"),
        ("IND", "JPN", "eu-jpn-sdp"),
    }
    assert not come & ties
    same = browser.ask("pact/moved", set="law", other="files")
    assert same == {"gone": [], "come": []}


def test_the_law_and_its_own_files_decide_alike(browser: Looker) -> None:
    found = browser.enter("analyst").ask("pact/diff", set="law", other="files")
    assert found["report"]["changes"] == []
    gone = browser.ask("pact/diff", set="law", other="law", without="EU")
    assert gone["report"]["changes"]


@pytest.mark.parametrize("name", ["/etc", "HEAD~1", "../eu", "agreements", "-x"])
@pytest.mark.parametrize(
    "path", ["pact", "pact/diff", "pact/moved", "pact/agreement", "pact/suppose"]
)
def test_a_browser_names_no_path_and_no_revision(browser: Looker, name: str, path: str) -> None:
    browser.enter("analyst")
    query = {"set": name, "other": name, "id": "x", "without": "USA"}
    answer = browser.get(f"/console/api/{path}", params=query)
    assert answer.status_code == 409
    assert "no set" in answer.json()["error"]

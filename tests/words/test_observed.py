"""Observed-data of STIX 2.0 as 2.1: ids, names and references as the stix2 library has them."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st
from stix2.v21 import OBJ_MAP_OBSERVABLE  # pyright: ignore[reportUnknownVariableType, reportAttributeAccessIssue]

from noroshi.words import ids
from noroshi.words.observed import CONTRIBUTING, expanded
from noroshi.words.upgrade import became, named, upgraded

ID = "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf"
STAMP = "2016-04-06T19:58:16.123Z"
MARKED = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
EVERY: dict[str, dict[str, Any]] = {
    "0": {"type": "ipv4-addr", "value": "198.51.100.7", "resolves_to_refs": ["1"]},
    "1": {"type": "mac-addr", "value": "d2:fb:49:24:37:18"},
    "2": {"type": "domain-name", "value": "a.test", "resolves_to_refs": ["0"]},
    "3": {"type": "email-addr", "value": "a@a.test", "belongs_to_ref": "4"},
    "4": {"type": "user-account", "user_id": "a", "password_last_changed": STAMP,
          "extensions": {"unix-account-ext": {"gid": 7}}},
    "5": {"type": "email-message", "is_multipart": True, "from_ref": "3", "to_refs": ["3"],
          "subject": "s", "additional_header_fields": {"X-Mailer": "m"},
          "body_multipart": [{"content_type": "text/plain", "body_raw_ref": "6"}]},
    "6": {"type": "artifact", "mime_type": "image/jpeg", "payload_bin": "iVBORw0KGgo="},
    "7": {"type": "file", "hashes": {"SHA-256": "a" * 64, "ssdeep": "3:abc:def"}, "name": "f",
          "created": STAMP, "accessed": STAMP, "parent_directory_ref": "8", "content_ref": "6",
          "extensions": {"windows-pebinary-ext": {
              "pe_type": "exe", "optional_header": {"hashes": {"MD5": "b" * 32}},
              "sections": [{"name": "n", "entropy": 0.061, "hashes": {"ssdeep": "3:a:b"}}]}}},
    "8": {"type": "directory", "path": "/é", "modified": STAMP, "contains_refs": ["7"]},
    "9": {"type": "network-traffic", "start": STAMP, "src_ref": "0", "dst_ref": "2",
          "src_port": 24678, "protocols": ["tcp", "http"], "extensions": {"http-request-ext": {
              "request_method": "get", "request_value": "/", "message_body_data_ref": "6",
              "request_header": {"Host": "a.test", "X_ref": "1"}}}},
    "10": {"type": "process", "pid": 1, "created": STAMP, "binary_ref": "7", "parent_ref": "11"},
    "11": {"type": "process", "pid": 2, "child_refs": ["10"], "creator_user_ref": "4"},
    "12": {"type": "windows-registry-key", "key": "hkey", "modified": STAMP,
           "values": [{"name": "n", "data": "d", "data_type": "REG_SZ"}]},
    "13": {"type": "software", "name": "s", "version": "1"},
    "14": {"type": "url", "value": "https://a.test/"},
    "15": {"type": "autonomous-system", "number": 64500},
    "16": {"type": "mutex", "name": "m"},
    "17": {"type": "x509-certificate", "serial_number": "36:f7"},
    "18": {"type": "ipv6-addr", "value": "2001:db8::1"},
}  # fmt: skip


def observed(objects: dict[str, Any], **more: Any) -> bytes:
    common = {"type": "observed-data", "id": ID, "created": STAMP, "modified": STAMP}
    seen = {"first_observed": STAMP, "last_observed": STAMP, "number_observed": 5}
    return json.dumps({**common, **seen, "objects": objects, **more}).encode()


def made_of(objects: dict[str, Any], **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    found = expanded(observed(objects, **more))
    assert found is not None
    return json.loads(found[0]), [json.loads(each) for each in found[1]]


def as_the_library_has_it(root: dict[str, Any], made: list[dict[str, Any]]) -> None:
    """The library reads them, gives the same ids, and every reference leads to one of them."""
    for each in (root, *made):
        stix2.parse(each, version="2.1")  # pyright: ignore[reportUnknownMemberType]
    for each in made:
        if any(name in each for name in CONTRIBUTING[each["type"]]):
            rest = {name: value for name, value in each.items() if name != "id"}
            assert OBJ_MAP_OBSERVABLE[each["type"]](**rest)["id"] == each["id"]
    assert root["object_refs"] == [each["id"] for each in made]
    assert refs_in(made) <= set(root["object_refs"])


def refs_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set[str]().union(*map(refs_in, cast("list[Any]", value)))
    if not isinstance(value, dict):
        return set()
    found = cast("dict[str, Any]", value)
    named = [each for name, each in found.items() if name.endswith(("_ref", "_refs"))]
    ids_in = re.findall(r"[a-z0-9-]+--[0-9a-f-]{36}", json.dumps(named))
    return set(ids_in).union(*map(refs_in, found.values()))


def test_every_kind_of_observable() -> None:
    root, made = made_of(EVERY)
    as_the_library_has_it(root, made)
    assert {each["type"] for each in made} == set(CONTRIBUTING)
    assert "objects" not in root
    by = {each["type"]: each for each in made}
    assert by["file"]["ctime"] == by["file"]["atime"] == STAMP
    assert by["file"]["hashes"]["SSDEEP"] == "3:abc:def"
    assert by["directory"]["contains_refs"] == [by["file"]["id"]]
    assert by["directory"]["mtime"] == by["user-account"]["credential_last_changed"] == STAMP
    assert by["windows-registry-key"]["modified_time"] == STAMP
    assert by["email-message"]["additional_header_fields"] == {"X-Mailer": ["m"]}
    header = by["network-traffic"]["extensions"]["http-request-ext"]["request_header"]
    assert header == {"Host": ["a.test"], "X_ref": ["1"]}
    one, other = (each for each in made if each["type"] == "process")
    assert (one["created_time"], one["image_ref"]) == (STAMP, by["file"]["id"])
    assert (one["parent_ref"], other["child_refs"]) == (other["id"], [one["id"]])


HASHES = {"MD5": "a" * 32, "SHA-1": "a" * 40, "SHA-256": "a" * 64, "SHA-512": "a" * 128}
WORDS = st.text('aé\U0001f600\ue000"\\', min_size=1)


@st.composite
def plain(draw: st.DrawFn) -> dict[str, Any]:
    match draw(st.integers(0, 3)):
        case 0:
            return {"type": "domain-name", "value": f"{draw(st.sampled_from('abc'))}.test"}
        case 1:
            return {"type": "mutex", "name": draw(WORDS)}
        case 2:
            names = draw(st.sets(st.sampled_from(sorted(HASHES)), min_size=1))
            return {"type": "file", "hashes": {each: HASHES[each] for each in sorted(names)}}
        case _:
            section = {"name": "s", "entropy": draw(st.floats(0, 1e25))}
            held = {"windows-pebinary-ext": {"pe_type": "exe", "sections": [section]}}
            return {"type": "file", "name": draw(WORDS), "extensions": held}


@st.composite
def numbered(draw: st.DrawFn) -> dict[str, Any]:
    found = {str(n): each for n, each in enumerate(draw(st.lists(plain(), max_size=4)))}
    for n, each in found.items():
        if "hashes" in each:
            each["name"] = n  # or two of one MD5 would gainsay each other
    names = [n for n, each in found.items() if each["type"] == "domain-name"]
    for _ in range(draw(st.integers(0, 3)) if names else 0):
        ends = draw(st.lists(st.sampled_from(names), min_size=2, max_size=2))
        found[str(len(found))] = {
            "type": "network-traffic", "protocols": draw(st.lists(st.sampled_from(["tcp", "udp"]),
            min_size=1)), "src_ref": ends[0], "dst_ref": ends[1],
        }  # fmt: skip
    return found


@given(numbered().filter(bool))
def test_ids_and_references_are_those_of_the_library(objects: dict[str, Any]) -> None:
    root, made = made_of(objects)
    as_the_library_has_it(root, made)
    assert len(made) <= len(objects)


def test_observables_are_under_the_markings_of_what_held_them() -> None:
    root, made = made_of({"0": EVERY["1"]}, object_marking_refs=[MARKED])
    assert [each["object_marking_refs"] for each in (root, *made)] == [[MARKED]] * 2


def test_what_2_1_has_no_name_for_stays_under_another() -> None:
    _, (process, file) = made_of({
        "0": {"type": "process", "name": "p", "arguments": ["-x"]},
        "1": {"type": "file", "name": "f", "is_encrypted": True},
    })  # fmt: skip
    assert (process["x_name"], process["x_arguments"], file["x_is_encrypted"]) == (
        "p",
        ["-x"],
        True,
    )


def nested(depth: int) -> dict[str, Any]:
    """An archive in an archive, and so on."""
    inner = {"archive-ext": {"contains_refs": ["1"]}}
    files = {str(n): {"type": "file", "name": f"f{n}", "extensions": json.loads(
        json.dumps(inner).replace('"1"', f'"{n + 1}"'))} for n in range(depth - 1)}  # fmt: skip
    return {**files, str(depth - 1): {"type": "file", "name": "last"}}


def test_ids_are_made_of_one_another_so_far() -> None:
    root, made = made_of(nested(16))
    as_the_library_has_it(root, made)
    assert len(made) == 16


@pytest.mark.parametrize(
    ("objects", "more"),
    [
        ({"0": EVERY["1"]}, {"spec_version": "2.1"}),
        ({"0": {**EVERY["2"], "resolves_to_refs": ["7"]}}, {}),
        ({"0": {"type": "domain-name", "value": "a.test", "resolves_to_refs": "0"}}, {}),
        ({"0": {"type": "malware", "name": "m"}}, {}),
        ({"0": {**EVERY["1"], "id": "mac-addr--1"}}, {}),
        ({"0": {"type": "file", "created": STAMP, "ctime": STAMP}}, {}),
        ({"0": EVERY["1"], "1": {**EVERY["1"], "x_seen": 1}, "2": {**EVERY["1"], "x_seen": 2}}, {}),
        ({"0": {"type": "directory", "path": "/"}, "1": {"type": "file", "name": "a",
          "extensions": {"archive-ext": {"contains_refs": ["1"]}}}}, {}),
        ({"0": EVERY["1"]}, {"granular_markings": [
            {"marking_ref": MARKED, "selectors": ["objects.0.value"]}]}),
        (nested(17), {}),
        ({"0": 7}, {}),
        ({}, {}),
        ([], {}),
    ],
    ids=["of 2.1", "no such number", "no list", "no observable", "an id", "named twice",
         "two things", "itself", "a part marked", "too far", "a number", "none", "a list"],
)  # fmt: skip
def test_what_cannot_be_said_without_a_loss_stays(objects: Any, more: dict[str, Any]) -> None:
    assert expanded(observed(objects, **more)) is None


def test_what_it_became_is_known_by_its_bytes() -> None:
    raw = observed(EVERY)
    new = named(upgraded(raw) or b"", "JPN", ids.sha256(raw))
    assert became(raw, new)
    assert not became(raw, new.replace(b'"number_observed":5', b'"number_observed":6'))

"""References found and taken out, against a plain scan of the text for ids."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.refs import Refs, projected, refs_of, tail, tails_in
from noroshi.words.ids import INCIDENT_EXTENSION, canonical

A, B, C, OWN = (
    f"{kind}--0000000{n}-0000-4000-8000-00000000000{n}"
    for n, kind in enumerate(("malware", "identity", "note", "report"), 1)
)
ID = re.compile(r"[a-z][a-z0-9-]*--[0-9a-f]{8}-[0-9a-f-]{27}")


def raw(**properties: Any) -> bytes:
    return json.dumps({"id": OWN, **properties}).encode()


@pytest.mark.parametrize(
    ("object_", "expected"),
    [
        (
            {"type": "relationship", "source_ref": A, "target_ref": B, "created_by_ref": C},
            Refs(required=frozenset({A, B}), optional=frozenset({C})),
        ),
        (
            {"type": "sighting", "sighting_of_ref": A, "where_sighted_refs": [B, C]},
            Refs(required=frozenset({A}), optional=frozenset({B, C})),
        ),
        ({"type": "report", "object_refs": [A, B]}, Refs(some=(frozenset({A, B}),))),
        ({"type": "report", "object_refs": []}, Refs(some=(frozenset(),))),
        ({"type": "x-new", "nested": [{"deep_ref": A}]}, Refs(optional=frozenset({A}))),
        (
            {"type": "language-content", "object_ref": A},
            Refs(required=frozenset({A}), named=frozenset({tail(A)})),
        ),
        (
            {"type": "network-traffic", "src_ref": A, "dst_ref": B, "protocols": ["tcp"]},
            Refs(some=(frozenset({A, B}),)),
        ),
        ({"type": "malware", "description": f"see {A.upper()}."}, Refs(named=frozenset({tail(A)}))),
        ({"type": "malware", f"x_{A}": 1}, Refs(named=frozenset({tail(A)}))),
        ({"type": "malware", "description": f"I am {OWN}"}, Refs(named=frozenset({tail(OWN)}))),
        ({"type": "observed-data", "objects": {"0": {"parent_ref": "1"}}}, Refs()),
        ({"type": "event", "x": {"replaced_by": A}}, Refs(soft=frozenset({A}))),
        ({"type": "event", "strange_ref": 5, "others_refs": [None, {"at_ref": A}]}, None),
    ],
    ids=lambda case: case["type"] + "/" + "-".join(case) if isinstance(case, dict) else "",
)
def test_references(object_: dict[str, Any], expected: Refs | None) -> None:
    found = refs_of(raw(**object_))
    assert found == (expected or Refs(optional=frozenset({A})))


@pytest.mark.parametrize(
    "text",
    [
        f'{{"id":"{OWN}","type":"report","source_ref":"{A}","source_ref":"{B}"}}',
        f'{{"id":"{OWN}","type":"report","name":"{A}","name":"plain"}}',
    ],
    ids=["reference", "text"],
)
def test_what_a_duplicate_property_hides_is_named(text: str) -> None:
    assert tail(A) in refs_of(text.encode()).named


def test_an_escaped_id_is_named() -> None:
    escaped = "".join(f"\\u{ord(each):04x}" for each in A)
    assert tail(A) in refs_of(f'{{"id":"{OWN}","description":"{escaped}"}}'.encode()).named


def test_untouched_properties_keep_their_bytes() -> None:
    body = b'{"id":"%b", "n": 1.50, "x":{"b":1, "a":2e3},"created_by_ref":"%b"}' % (
        OWN.encode(),
        A.encode(),
    )
    kept = projected(body, lambda ref: None)
    assert {name: bytes(value) for name, value in kept.items()} == {
        "id": f'"{OWN}"'.encode(),
        "n": b"1.50",
        "x": b'{"b":1, "a":2e3}',
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"object_refs": [A, B]}, {"object_refs": [B]}),
        ({"where_sighted_refs": [A]}, {}),
        ({"x": {"a_ref": A, "b": 1}}, {"x": {"b": 1}}),
        ({"x": [{"a_ref": A}, {"b_ref": B}]}, {"x": [{}, {"b_ref": B}]}),
        (
            {"granular_markings": [{"marking_ref": A, "selectors": ["name"]}]},
            {},
        ),
        (
            {"granular_markings": [{"lang": "ja", "selectors": ["name"]}]},
            {"granular_markings": [{"lang": "ja", "selectors": ["name"]}]},
        ),
        ({"x": {"replaced_by": A}}, {"x": {}}),
        ({"a_ref": None, "b_ref": "0"}, {"a_ref": None, "b_ref": "0"}),
    ],
    ids=["member", "last one", "nested", "in a list", "marking", "language", "soft", "no ids"],
)
def test_taken_out(before: dict[str, Any], after: dict[str, Any]) -> None:
    kept = projected(raw(**before), lambda ref: None if ref == A else ref)
    assert json.loads(msgspec.json.encode(kept)) == {"id": OWN, **after}


values = st.recursive(
    st.sampled_from([A, B, C, "text", f"see {A}", 7, None]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a_ref", "b_refs", "name", "replaced_by"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["x_ref", "x_refs", "object_refs", "text", "deep"]), values))
def test_without_its_references_an_object_shows_only_what_it_names(object_: dict[str, Any]) -> None:
    body = raw(type="report", **object_)
    refs = refs_of(body)
    left = msgspec.json.encode(projected(body, lambda ref: None))
    assert set(ID.findall(body.decode())) >= refs.all
    assert tails_in(left) - {tail(OWN)} <= refs.named
    renamed = msgspec.json.encode(projected(body, lambda ref: ref.replace("-0000-", "-1111-")))
    assert tails_in(renamed) - {tail(OWN)} <= refs.named | {
        tail(ref.replace("-0000-", "-1111-")) for ref in refs.all
    }


def test_an_incident_needs_all_its_events() -> None:
    event = "event--11111111-1111-4111-8111-111111111111"
    core = {"extension_type": "property-extension", "event_refs": [event]}
    found = refs_of(canonical({"type": "incident", "extensions": {INCIDENT_EXTENSION: core}}))
    assert found.required == {event}
    odd = refs_of(canonical({"type": "incident", "extensions": {INCIDENT_EXTENSION: [1]}}))
    assert odd.required == frozenset()

"""TLP markings put into objects, and the public definitions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.taxii.marking import PUBLIC, marked
from noroshi.words.label import Tlp, tlp_marking_id

GREEN, RED = tlp_marking_id(Tlp.GREEN), tlp_marking_id(Tlp.RED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"id":"a"}', b'{"id":"a","object_marking_refs":["%s"]}' % GREEN.encode()),
        (b'{"object_marking_refs":["%s"]}' % GREEN.encode(), None),
        (b'{ "object_marking_refs" : [ "x", "%s" ] }' % GREEN.encode(), None),
        (
            b'{"object_marking_refs":["%s"],"n":1.50}' % RED.encode(),
            b'{"object_marking_refs":["%s","%s"],"n":1.50}' % (RED.encode(), GREEN.encode()),
        ),
        (
            b'{"external_references":[{"external_id":"%s"}]}' % GREEN.encode(),
            b'{"external_references":[{"external_id":"%s"}],"object_marking_refs":["%s"]}'
            % (GREEN.encode(), GREEN.encode()),
        ),
        (
            b'{"object_marking_refs":null}',
            b'{"object_marking_refs":["%s"]}' % GREEN.encode(),
        ),
        (
            b'{"a":"\\u3042","b":[1,  2],"c":1e400}',
            b'{"a":"\\u3042","b":[1,  2],"c":1e400,"object_marking_refs":["%s"]}' % GREEN.encode(),
        ),
        (
            b'{"a":{"object_marking_refs":["%s"]},"n":1}\n' % GREEN.encode(),
            b'{"a":{"object_marking_refs":["%s"]},"n":1,"object_marking_refs":["%s"]}'
            % (GREEN.encode(), GREEN.encode()),
        ),
        (
            b'{"a":{"object_marking_refs":["x"]}, "object_marking_refs" : ["x"]}',
            b'{"a":{"object_marking_refs":["x"]},"object_marking_refs":["x","%s"]}'
            % GREEN.encode(),
        ),
        (
            b'{"a":{"object_marking_refs":["x"]},"object\\u005fmarking_refs":["x"]}',
            b'{"a":{"object_marking_refs":["x"]},"object_marking_refs":["x","%s"]}'
            % GREEN.encode(),
        ),
        (
            b'{"object_marking_refs":["]","x"]}',
            b'{"object_marking_refs":["]","x","%s"]}' % GREEN.encode(),
        ),
        (
            b'{"object_marking_refs" : [ ], "n":1}',
            b'{"object_marking_refs" : [ "%s"], "n":1}' % GREEN.encode(),
        ),
        (
            b'{"a":{}, "object_marking_refs":["x"],"n":1} ',
            b'{"a":{}, "object_marking_refs":["x","%s"],"n":1} ' % GREEN.encode(),
        ),
        (
            b'{"n":1, "object_marking_refs":["x"],"a":{}}',
            b'{"n":1, "object_marking_refs":["x","%s"],"a":{}}' % GREEN.encode(),
        ),
        (
            b'{"a":{}, "object_marking_refs":["x"], "b":{}}',
            b'{"a":{}, "object_marking_refs":["x","%s"], "b":{}}' % GREEN.encode(),
        ),
        (
            b'{"a":[{"object_marking_refs":["x"],"b":1}]}',
            b'{"a":[{"object_marking_refs":["x"],"b":1}],"object_marking_refs":["%s"]}'
            % GREEN.encode(),
        ),
        (
            b'{"object_marking_refs":7,"a":["%s"]}' % GREEN.encode(),
            b'{"object_marking_refs":["%s"],"a":["%s"]}' % (GREEN.encode(), GREEN.encode()),
        ),
        (b"{}", b'{"object_marking_refs":["%s"]}' % GREEN.encode()),
    ],
    ids=[
        "none",
        "there",
        "there-spaced",
        "another",
        "elsewhere",
        "null",
        "bytes-kept",
        "nested",
        "nested too",
        "spelt otherwise",
        "bracket",
        "empty",
        "alone behind",
        "alone before",
        "amid",
        "within",
        "number",
        "nothing",
    ],
)
def test_marked(before: bytes, after: bytes | None) -> None:
    assert marked(before, Tlp.GREEN) == (before if after is None else after)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
refs = st.lists(st.sampled_from([GREEN, RED, "x"]), max_size=3)


@given(
    st.dictionaries(st.text(max_size=4), values, max_size=4), st.none() | refs, st.sampled_from(Tlp)
)
def test_only_the_marking_is_added(thing: dict[str, Any], refs: list[str] | None, tlp: Tlp) -> None:
    if refs is not None:
        thing["object_marking_refs"] = refs
    after = json.loads(marked(json.dumps(thing).encode(), tlp))
    assert tlp_marking_id(tlp) in after["object_marking_refs"]
    assert after["object_marking_refs"][: len(refs or [])] == (refs or [])
    assert {**after, "object_marking_refs": 0} == {**thing, "object_marking_refs": 0}
    assert marked(marked(json.dumps(thing).encode(), tlp), tlp) == marked(
        json.dumps(thing).encode(), tlp
    )


@pytest.mark.shared
def test_the_public_definitions_are_oasis_s(shared: Path) -> None:
    bundle = json.loads((shared / "data/cyber/oasis/extensions/tlp2.json").read_text())
    theirs = {
        each["id"]: each for each in bundle["objects"] if each["type"] == "marking-definition"
    }
    assert {oid: json.loads(raw) for oid, raw in PUBLIC.items()} == theirs

"""Granular markings: which parts of an object each of them speaks of."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

import pytest
from bundles import (
    AT,
    RED1,
    WHITE1,
    declared,
    granular,
    malware,
    parts_of,
)

from noroshi.desks.cyber import desk
from noroshi.words.desk import Source
from noroshi.words.label import (
    Tlp,
    tlp_marking_id,
)
from noroshi.words.record import Record

MARKED_PARTS: dict[str, tuple[dict[str, Any], dict[tuple[str, ...], Tlp | None]]] = {
    "a part": ({"selectors": ["name"]}, {(): Tlp.GREEN, ("name",): Tlp.RED}),
    "several": (
        {"selectors": ["name", "aliases.[1]"]},
        {(): Tlp.GREEN, ("aliases.[1]", "name"): Tlp.RED},
    ),
    "a marking that is not there": (
        {"marking_ref": f"marking-definition--{uuid.UUID(int=1)}", "selectors": ["name"]},
        {(): Tlp.GREEN, ("name",): None},
    ),
    "a lower one": (
        {"marking_ref": WHITE1, "selectors": ["name"]},
        {(): Tlp.GREEN},
    ),
    "a language": ({"marking_ref": None, "lang": "ja", "selectors": ["name"]}, {(): Tlp.GREEN}),
    "a language and a marking": (
        {"lang": "ja", "selectors": ["name"]},
        {(): Tlp.GREEN, ("name",): Tlp.RED},
    ),
    "what makes a reference one": (
        {"selectors": ["external_references.[0].source_name"]},
        {(): Tlp.GREEN, ("external_references.[0]",): Tlp.RED},
    ),
    "all that a reference has": (
        {"selectors": ["external_references.[0].url"]},
        {(): Tlp.GREEN, ("external_references.[0]",): Tlp.RED},
    ),
    "one of two that a reference has": (
        {"selectors": ["external_references.[1].url"]},
        {(): Tlp.GREEN, ("external_references.[1].url",): Tlp.RED},
    ),
    "every element": (
        {"selectors": ["aliases.[0]", "aliases.[1]"]},
        {(): Tlp.GREEN, ("aliases", "aliases.[0]", "aliases.[1]"): Tlp.RED},
    ),
    "a property of an extension": (
        {"selectors": ["extensions.e.secret"]},
        {(): Tlp.GREEN, ("extensions.e.secret",): Tlp.RED},
    ),
    "what says that it is an extension": (
        {"selectors": ["extensions.e.extension_type"]},
        {(): Tlp.RED},
    ),
    "what an object is": ({"selectors": ["name", "id"]}, {(): Tlp.RED}),
    "its own markings": ({"selectors": ["object_marking_refs.[0]"]}, {(): Tlp.RED}),
    "nothing that is there": ({"selectors": ["name", "nam"]}, {(): Tlp.RED}),
    "past the end of a list": ({"selectors": ["aliases.[2]"]}, {(): Tlp.RED}),
    "no selector": ({"selectors": ["name", "aliases[0]"]}, {(): Tlp.RED}),
    "no selectors": ({"selectors": []}, {(): Tlp.RED}),
    "selectors that are no list": ({"selectors": "name"}, {(): Tlp.RED}),
    "neither language nor marking": (
        {"marking_ref": None, "selectors": ["name"]},
        {(): Tlp.GREEN, ("name",): None},
    ),
}


@pytest.mark.parametrize("case", MARKED_PARTS)
def test_a_granular_marking_speaks_of_its_parts_or_of_the_whole(case: str) -> None:
    marking_, expected = MARKED_PARTS[case]
    found = malware(
        name="n",
        aliases=["a", "b"],
        external_references=[
            {"source_name": "s", "url": "https://example.org"},
            {"source_name": "s", "url": "https://example.org", "description": "d"},
        ],
        extensions={"e": {"extension_type": "property-extension", "secret": 1}},
        object_marking_refs=[tlp_marking_id(Tlp.GREEN)],
        granular_markings=[
            {k: v for k, v in {"marking_ref": RED1, **marking_}.items() if v is not None}
        ],
    )
    assert parts_of(found) == expected


def test_two_markings_of_one_part_are_two_strands() -> None:
    both = malware(**granular(tlp_marking_id(Tlp.AMBER), tlp_marking_id(Tlp.RED)))
    data = json.dumps(both).encode()
    source = Source("b", "b", AT, "0", declared(Tlp.GREEN), "JPN", "C", lambda: io.BytesIO(data))
    (record,) = desk.read(source)
    assert isinstance(record, Record)
    assert {(each.tlp, each.parts) for each in record.label.strands} == {
        (Tlp.GREEN, ()),
        (Tlp.AMBER, ("is_family",)),
        (Tlp.RED, ("is_family",)),
    }

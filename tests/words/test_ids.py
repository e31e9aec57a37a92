"""Canonical JSON, UUIDv5 over it, and what is a STIX id."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words import ids
from noroshi.words.label import Strand, Tlp

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_canonical_reads_back_sorted_and_without_white_space(value: Any) -> None:
    data = ids.canonical(value)

    def in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key.encode() for key, _ in pairs]
        assert keys == sorted(keys)
        return dict(pairs)

    assert json.loads(data, object_pairs_hook=in_order) == value
    again = json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":"))
    assert len(again.encode()) <= len(data) + again.count("\\") * 6


@given(st.dictionaries(st.text(max_size=4), json_values, max_size=5), st.randoms())
def test_canonical_does_not_depend_on_the_order_of_keys(table: dict[str, Any], random: Any) -> None:
    keys = list(table)
    random.shuffle(keys)
    assert ids.canonical({key: table[key] for key in keys}) == ids.canonical(table)


def test_canonical_sorts_the_fields_of_a_struct() -> None:
    data = ids.canonical(Strand("JPN", "cyber", "malware", Tlp.GREEN))
    assert data == b'{"kind":"malware","originator":"JPN","pillar":"cyber","tlp":"green"}'


@given(json_values, st.uuids())
def test_uuid5_is_the_standard_one_over_canonical_json(value: Any, space: uuid.UUID) -> None:
    digest = hashlib.sha1(space.bytes + ids.canonical(value)).digest()
    expected = uuid.UUID(bytes=digest[:16], version=5)
    assert ids.uuid5(value, space) == str(expected)


def test_observable_ids_agree_with_the_published_example() -> None:
    assert ids.uuid5({"value": "10.0.0.1"}, ids.SCO_NAMESPACE) == str(
        uuid.uuid5(ids.SCO_NAMESPACE, '{"value":"10.0.0.1"}')
    )


@given(st.uuids(), st.from_regex(r"[a-z][a-z0-9-]{1,40}[a-z0-9]", fullmatch=True))
def test_every_type_and_uuid_is_a_stix_id(value: uuid.UUID, kind: str) -> None:
    assert ids.is_stix_id(f"{kind}--{value}")
    assert ids.is_stix_id(f"{kind}--{str(value).upper()}")


@given(st.text(alphabet="0123456789abcdefABCDEFg-\n ", min_size=30, max_size=40))
def test_what_follows_the_type_is_a_uuid_by_the_standard_librarys_reading(text: str) -> None:
    def standard() -> bool:
        try:
            return str(uuid.UUID(text)) == text.lower()
        except ValueError:
            return False

    assert ids.is_stix_id("malware--" + text) == standard()


UUID = "2a4c2b1e-6b0b-4d0e-9a3d-0d3f0e7a1c55"


@pytest.mark.parametrize(
    "wrong",
    [
        UUID,
        f"malware-{UUID}",
        f"--{UUID}",
        f"ab--{UUID}",
        f"Malware--{UUID}",
        f"9lives--{UUID}",
        f"mal_ware--{UUID}",
        f"malware---{UUID}",
        f"{'m' * 251}--{UUID}",
        f"malware--{UUID}\n",
        f" malware--{UUID}",
        f"malware--{UUID.replace('-', '')}",
        f"malware--{{{UUID}}}",
        None,
        17,
        f"malware--{UUID}".encode(),
    ],
    ids=repr,
)
def test_what_is_no_stix_id(wrong: object) -> None:
    assert not ids.is_stix_id(wrong)


def test_a_party_has_one_identity_everywhere() -> None:
    assert ids.identity_id("JPN") == "identity--" + str(
        uuid.uuid5(ids.NAMESPACE, '["party","JPN"]')
    )
    assert ids.is_stix_id(ids.identity_id("EU"))


def test_our_fixed_names_never_change() -> None:
    """They are published (docs/stix.md) and stand in what others hold."""
    assert str(ids.NAMESPACE) == "6f1d6f0e-3b0c-5d1e-9d5a-1a7a6c8e4b21"
    for name, published in (("finding", ids.FINDING_EXTENSION), ("vessel", ids.VESSEL_EXTENSION)):
        assert f"extension-definition--{uuid.uuid5(ids.NAMESPACE, name)}" == published

"""Strict JSON, read the fast way and the slow."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber import check

PARTS = (
    *('{}[],:" ', "\n", '"a"', '"b"', r'"\u0061"', '"é"', r'"\""', r'"\/"', r"\u", '"a":'),
    *(r'{"a":1,"a":"\u003a"}', r'{"\u003A":1,"\u003a":1}', '":"'),
    *("1", "1.0", "1e2", "-0", "01", "9" * 30, "NaN", "true", '{"a":1}', '{"a":1,"a":2}'),
)
TEXTS = st.lists(st.sampled_from([*"{}[],:", *PARTS]), max_size=12).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
WRITTEN = st.builds(json.dumps, VALUES, indent=st.sampled_from([None, 2]),
                    ensure_ascii=st.booleans())  # fmt: skip


@given(TEXTS | WRITTEN)
def test_what_is_plain_is_strict_json(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    if check._plain(raw) is not None:  # pyright: ignore[reportPrivateUsage]
        check._strict.decode(raw.decode())  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "raw",
    [
        *(rb'{"a": 1, "\u0061": 2}', b'{"b": [{"a": 1, "a": 1}]}', b'{"a": "\xff"}', b'{"a": 1}}'),
        *(rb'{"a": 1, "a": "\u003a"}', rb'{"a": 1, "a": "\u003A"}'),
    ],
    ids=["escaped", "deep", "no UTF-8", "more behind", "a colon in its place", "in capitals"],
)
def test_what_is_not_strict_is_refused(raw: bytes) -> None:
    with pytest.raises(check.Unacceptable):
        check.strictly(raw)


def test_objects_with_nothing_odd_are_read_once() -> None:
    raw = rb'{ "a": ["\u00e9", 1.50, {"b": null, "c": "d:\"e\""}] }'
    assert check.strictly(raw) == {"a": ["é", 1.5, {"b": None, "c": 'd:"e"'}]}

"""Strict JSON, read the fast way and the slow."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber import check

PARTS = (
    *('{}[],:" ', "\n", '"a"', '"b"', r'"\u0061"', '"é"', r'"\""', r'"\/"', r"\u", '"a":'),
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
    if check._plain(raw):  # pyright: ignore[reportPrivateUsage]
        check._strict.decode(raw.decode())  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "raw",
    [rb'{"a": 1, "\u0061": 2}', b'{"b": [{"a": 1, "a": 1}]}', b'{"a": "\xff"}', b'{"a": 1}}'],
    ids=["escaped", "deep", "no UTF-8", "more behind"],
)
def test_what_is_not_strict_is_refused(raw: bytes) -> None:
    with pytest.raises(check.Unacceptable):
        check.strictly(raw)


def test_objects_with_nothing_odd_are_read_once() -> None:
    assert check._plain(b'{\n "a": ["\xc3\xa9", 1.5, {"b": null}]\n}')  # pyright: ignore[reportPrivateUsage]

"""Depth is told alike for JSON of any shape, and what stands in strings does not count."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.nesting import MAX_DEPTH, too_deep

JSON = st.recursive(
    st.none() | st.integers() | st.text('[]{}"\\é\n'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('[{"\\'), inner, max_size=3)
    ),
    max_leaves=12,
)


def depth(value: Any) -> int:
    """Levels by following the parsed value."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(JSON, st.integers(0, 6), st.booleans())
def test_it_says_what_following_the_value_says(value: Any, limit: int, plain: bool) -> None:
    raw = json.dumps(value, ensure_ascii=plain).encode()
    assert too_deep(raw, limit) == (depth(value) > limit)


@pytest.mark.parametrize(
    ("raw", "deep"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, False),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), True),
        (b"[" * 1_000_000, True),
        (b'{"a":' * 1_000_000, True),
        (b'{"a":"' + b"[" * 1_000_000, False),
        (b'["\\"' + b"[" * 1000 + b'"]', False),
        (b"[{}," * 30 + b"[[],{}]" * 1000 + b"]" * 30, False),
    ],
    ids=["at the limit", "above it", "a million", "objects", "a string cut", "escaped", "wide"],
)
def test_bombs_and_wide_documents(raw: bytes, deep: bool) -> None:
    assert too_deep(raw) is deep

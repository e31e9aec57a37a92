"""Blocks read at once: the same findings as line by line, whatever is in them."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.feeds.stream import blocks, in_threads
from noroshi.picture.bulk import read_block
from noroshi.picture.stream import Stream, read_blocks, read_stream

PLAIN: dict[str, Any] = {
    "id": "a", "domain": "sea", "kind": "k", "t0": "2026-03-01T02:00:00Z",
    "t1": "2026-03-01T02:10:00.5Z", "precision": "min", "lat": 59.9, "lon": 190, "radius": 500,
    "assets": ["x", "y", "x"], "targets": [], "source": "s", "lineage": "", "reliability": "b1",
    "credibility": 9, "more": {"of": ["theirs"]},
}  # fmt: skip
ODD: list[tuple[str, Any]] = [
    ("id", "ß船"), ("id", ""), ("id", 7), ("domain", " Maritime "), ("domain", " "),
    ("kind", None), ("t0", "2026-03"), ("t0", 1e9), ("t0", "2026-03-01T11:00:00+09:00"),
    ("t0", "2026-02-30T00:00:00Z"), ("t0", "9999-01-01T00:00:00Z"), ("t0", None),
    ("t1", None), ("t1", "2025-01-01T00:00:00Z"), ("t1", "2026-04-15T00:00:00Z"),
    ("t1", "2029-01-01T00:00:00Z"), ("precision", "month"), ("precision", "day"),
    ("precision", "fortnight"), ("precision", ""), ("precision", None), ("lat", None), ("lat", 91),
    ("lat", "5"), ("lat", float("nan")), ("lon", 361), ("lon", -180), ("radius", None),
    ("radius", -1), ("assets", None), ("assets", ["y"]), ("assets", [None]), ("assets", "x"),
    ("targets", ["z", "x"]),
    ("source", None), ("lineage", "l"), ("lineage", None), ("reliability", None),
    ("reliability", "Z"), ("credibility", 2), ("credibility", None), ("credibility", 2.5),
    ("text", "a ship at Link"), ("text", None),
]  # fmt: skip
RAW = (
    b"", b"{", b"[1]", b" ", b'{"id":"a"}{"id":"b"}', b'{"id":"\xff"}', b"\r", b"null", b"}",
    b"\x00",
    b'{"id":"a","domain":"d","t0":"2026-03-01T02:00:00Z"}{"id":"b",', b'{"id":"a","id":"b"}',
    b'"domain":"d","t0":"2026-03-01T02:00:00Z"}', b'{"id":"\xed\xa0\x80"}', b'{"id":"\\udc00"}',
    b'{"id":"a","domain":"d","t0":"2026-03-01T02:00:00Z"} ', b'{"of":{"a":[{}]},"id":"c"',
)  # fmt: skip


def same(a: Stream, b: Stream) -> None:
    for name in Stream.__struct_fields__:
        one, other = getattr(a, name), getattr(b, name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other, err_msg=name)
        elif name == "rejected":
            assert sorted(one) == sorted(other)
        elif name != "ids":
            assert one == other, name
    assert list(a.ids) == list(b.ids)
    assert [a.lineage.tolist().index(n) for n in a.lineage.tolist()] == [
        b.lineage.tolist().index(n) for n in b.lineage.tolist()
    ]


line = st.builds(
    lambda number, odd: json.dumps(PLAIN | {"id": f"f{number}"} | dict(odd)).encode(),
    st.integers(0, 6), st.lists(st.sampled_from(ODD), max_size=2),
)  # fmt: skip
lines = st.lists(st.one_of(line, line, line, st.sampled_from(RAW)), max_size=8)


@settings(max_examples=150)
@given(lines, st.sampled_from([64, 400, 1 << 20]), st.booleans())
def test_blocks_and_lines_give_the_same(many: list[bytes], size: int, ended: bool) -> None:
    data = b"\n".join(many) + b"\n" * ended
    read = read_blocks(blocks(io.BytesIO(data), size), "s")
    same(read, read_stream(data.split(b"\n"), "s"))


@pytest.mark.parametrize(("key", "value"), ODD, ids=[f"{k}={v!r}" for k, v in ODD])
def test_each_odd_value_reads_alike(key: str, value: Any) -> None:
    data = b"\n".join(json.dumps(PLAIN | {"id": n} | odd).encode() + b"" for n, odd in (
        ("p", {}), ("q", {key: value}), ("r", {}),
    )) + b"\n"  # fmt: skip
    same(read_blocks([data], "s"), read_stream(data.split(b"\n"), "s"))


def test_a_plain_block_is_read_at_once() -> None:
    assert read_block(json.dumps(PLAIN).encode() + b"\n") is not None
    assert read_block(json.dumps(PLAIN | {"id": ""}).encode() + b"\n") is None


def test_threads_read_what_one_does() -> None:
    data = b"".join(json.dumps(PLAIN | {"id": f"f{n}"}).encode() + b"\n" for n in range(3_000))
    many = list(blocks(io.BytesIO(data + b"odd\n"), 50_000))
    same(read_blocks(many, "s", None, in_threads), read_blocks(many, "s"))

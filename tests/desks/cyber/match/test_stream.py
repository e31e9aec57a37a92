"""Logs that are torn, packed, endless or in another encoding: what can be read is read."""

from __future__ import annotations

import gzip
import io
from typing import IO, cast

import pytest

from noroshi.desks.cyber.match import stream as streaming
from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.stream import blocks, unpacked

DATA = b"".join(b"line %d of a log\r\n" % number for number in range(2000))


def read(data: bytes) -> tuple[bytes, Tally]:
    tally = Tally()
    held = unpacked(io.BytesIO(data))
    return b"".join(block for _, block in blocks(held, tally)), tally


@pytest.mark.parametrize(
    "packed",
    [
        DATA,
        gzip.compress(DATA),
        gzip.compress(DATA[:99]) + gzip.compress(DATA[99:]),
        gzip.compress(DATA) + bytes(512),
    ],
    ids=["plain", "gzip", "two members", "padded"],
)
def test_a_packed_log_is_the_log(packed: bytes) -> None:
    assert read(packed) == (DATA, Tally())


def test_of_a_log_that_is_cut_short_all_before_the_cut_is_read() -> None:
    many = b"".join(b"%d %d\n" % (n, n * n % 7919) for n in range(90_000))
    whole = gzip.compress(many)
    got, tally = read(whole[: len(whole) // 2])
    assert many.startswith(got)
    assert len(got) > len(many) // 4
    (skipped,) = tally.skipped
    assert skipped.start == len(got)
    assert "the rest cannot be read" in skipped.reason


def test_what_follows_the_gzip_data_is_told() -> None:
    got, tally = read(gzip.compress(DATA) + b"not gzip")
    assert got == DATA
    assert list(tally.reasons) == [
        "the rest cannot be read: what follows the gzip data is something else"
    ]


class Endless(io.RawIOBase):
    """A log of 100 MB without a line end, between two lines, that is nowhere as a whole."""

    def __init__(self) -> None:
        self.parts = [b"before\n", *[b"x" * 1_000_000] * 100, b"\nafter\n", b""]

    def read(self, size: int = -1) -> bytes:
        return self.parts.pop(0)


def test_a_line_of_100_mb_is_passed_over_and_told() -> None:
    tally = Tally()
    read = list(blocks(cast("IO[bytes]", Endless()), tally))
    assert read == [(0, b"before\n"), (100_000_008, b"after\n")]
    assert [(each.start, each.length) for each in tally.skipped] == [(7, 100_000_001)]


def test_utf_16_is_told_and_not_searched() -> None:
    data = "198.51.100.1\n".encode("utf-16")
    got, tally = read(data)
    assert got == b""
    assert [(each.start, each.length) for each in tally.skipped] == [(0, len(data))]


def test_every_cut_into_blocks_gives_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"a\n\nbb\r\nccc\x00\n" + b"d" * 9
    for size in range(1, 12):
        monkeypatch.setattr(streaming, "BLOCK", size)
        parts = list(blocks(io.BytesIO(data), Tally()))
        assert b"".join(block for _, block in parts) == data
        assert all(data[start:].startswith(block) for start, block in parts)
        assert all(block.endswith(b"\n") for _, block in parts[:-1])

"""Logs that are torn, packed, endless or in another encoding: what can be read is read."""

from __future__ import annotations

import io
from typing import IO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber.match import stream as streaming
from noroshi.desks.cyber.match.entry import Tally
from noroshi.desks.cyber.match.stream import Places, blocks, plain


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


UNITS = st.lists(st.sampled_from(["a", "\n", "é", "\ud83d", "\ude00", "😀", "\r\n"]), max_size=20)


@given(UNITS, st.sampled_from(["utf-16-le", "utf-16-be"]), st.booleans())
def test_utf_16_is_read_as_utf_8_and_its_places_are_its_own(
    units: list[str], encoding: str, torn: bool
) -> None:
    mark = "\ufeff".encode(encoding)
    data = mark + "".join(units).encode(encoding, "surrogatepass") + b"\n" * torn
    tally, end_of_it = Tally(), 2
    for start, block in blocks(io.BytesIO(data), tally):
        places = Places(start, block, tally.encoding)
        for at in (0, *(n + 1 for n, byte in enumerate(block) if byte == 10)):
            end = block.find(b"\n", at)
            line = places.raw(block[at : len(block) if end < 0 else end])
            assert data[places.of(at) :].startswith(line)
            assert plain(line, encoding) in block
        end_of_it = places.of(len(block))
    assert tally.encoding == encoding
    left = len(data) - end_of_it  # half a unit, or half a pair of them
    assert [(each.start, each.length) for each in tally.skipped] == [(end_of_it, left)] * (left > 0)
    assert left < 4


def test_utf_32_is_told_and_not_searched() -> None:
    data, tally = "198.51.100.1\n".encode("utf-32"), Tally()
    assert list(blocks(io.BytesIO(data), tally)) == []
    assert [(each.start, each.length) for each in tally.skipped] == [(0, len(data))]


def test_every_cut_into_blocks_gives_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"a\n\nbb\r\nccc\x00\n" + b"d" * 9
    for size in range(1, 12):
        monkeypatch.setattr(streaming, "BLOCK", size)
        parts = list(blocks(io.BytesIO(data), Tally()))
        assert b"".join(block for _, block in parts) == data
        assert all(data[start:].startswith(block) for start, block in parts)
        assert all(block.endswith(b"\n") for _, block in parts[:-1])

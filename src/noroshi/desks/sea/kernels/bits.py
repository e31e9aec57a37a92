"""Six-bit payloads: characters to words of 60 bits, and fields out of them (ITU-R M.1371)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from noroshi.desks.sea.kernels.jit import generic, inner, int64, uint64
from noroshi.desks.sea.kernels.layout import WORD_BITS, Memory

BAD: Final = 64
_CODES: Final = np.arange(256)
SIX: Final = np.where(
    (_CODES >= 48) & (_CODES < 88), _CODES - 48,
    np.where((_CODES >= 96) & (_CODES < 120), _CODES - 56, BAD),
).astype(np.uint8)  # fmt: skip
"""Six bits of each of the 64 characters of the armour (IEC 61162-1); `BAD` for any other byte."""

CHARACTERS: Final = WORD_BITS // 6
FULL: Final = WORD_BITS - 6


@generic
def unarmour(text: Any, start: int, size: int, x: Memory) -> int:
    """`size` characters from `start` as left-aligned words, a zero word after them; 0 where
    one is no armour."""
    bad: Any = np.uint8(0)
    place = start
    for word in range(size // CHARACTERS):
        value = uint64(0)
        for _ in range(CHARACTERS):
            six = SIX[text[place]]
            place += 1
            bad |= six
            value = (value << uint64(6)) | uint64(six)
        x.words[word] = value
    value, left = uint64(0), size % CHARACTERS
    for _ in range(left):
        six = SIX[text[place]]
        place += 1
        bad |= six
        value = (value << uint64(6)) | uint64(six)
    last = size // CHARACTERS
    x.words[last] = value << uint64(6 * (CHARACTERS - left))
    x.words[last + 1] = uint64(0)
    return int(bad < BAD)


@inner
def unsigned(x: Memory, start: int, width: int) -> int:
    """The field of `width` ≤ 32 bits from bit `start`, all of which are there."""
    word = start // WORD_BITS
    after = WORD_BITS - (start - word * WORD_BITS) - width
    mask = (uint64(1) << uint64(width)) - uint64(1)
    if after >= 0:
        return int64((x.words[word] >> uint64(after)) & mask)
    high = x.words[word] << uint64(-after)
    return int64((high | (x.words[word + 1] >> uint64(WORD_BITS + after))) & mask)


@inner
def signed(x: Memory, start: int, width: int) -> int:
    """The same in two's complement."""
    value = unsigned(x, start, width)
    return value - ((value >> (width - 1)) << width)


@inner
def available(x: Memory, bits: int, start: int, width: int) -> int:
    """As many bits of an unsigned field as there are before `bits`, as pyais reads what is cut."""
    width = min(width, bits - start)
    return unsigned(x, start, width) if width > 0 else 0


@generic
def letters(x: Memory, bits: int, start: int, many: int, out: Any) -> None:
    """Text of `many` six-bit letters (M.1371 table 47) up to the first `@`, without blanks around
    it, padded with zero bytes."""
    size, begun = 0, False
    for index in range(many):
        six = available(x, bits, start + 6 * index, 6)
        if six == 0:
            break
        letter = six + 64 if six < 32 else six
        if begun or letter != 32:
            begun = True
            out[size] = letter
            size += 1
    while size > 0 and out[size - 1] == 32:
        size -= 1
    for index in range(size, many):
        out[index] = 0

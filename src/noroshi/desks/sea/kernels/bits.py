"""Six-bit payloads: characters to words of 48 bits, and fields out of them (ITU-R M.1371)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from noroshi.desks.sea.kernels.jit import generic, inlined, inner, int64, uint64
from noroshi.desks.sea.kernels.layout import WORD_BITS, Key, Memory
from noroshi.desks.sea.kernels.text import EACH, HIGH, eight

BAD: Final = 64
_CODES: Final = np.arange(256)
SIX: Final = np.where(
    (_CODES >= 48) & (_CODES < 88), _CODES - 48,
    np.where((_CODES >= 96) & (_CODES < 120), _CODES - 56, BAD),
).astype(np.uint8)  # fmt: skip
"""Six bits of each of the 64 characters of the armour (IEC 61162-1); `BAD` for any other byte."""

FIVE: Final = 5
"""Letters in one field of 30 bits."""

CHARACTERS: Final = WORD_BITS // 6
"""Of one word: eight, as many as are looked at in one go."""

FROM_48: Final = uint64(128 - 48) * EACH
FROM_88: Final = uint64(128 - 88) * EACH
FROM_96: Final = uint64(128 - 96) * EACH
FROM_120: Final = uint64(128 - 120) * EACH
"""Added to bytes below 128, these set the high bit of those from the number on."""

ZEROS: Final = uint64(48) * EACH
BYTES: Final = uint64(0x003F003F003F003F)
TWOS: Final = uint64(0x00000FFF00000FFF)
FOURS: Final = uint64(0xFFFFFF)


@inlined
def strangers(eight: Key) -> Key:
    """Eight bytes of which those that are no armour, and only those, have the high bit."""
    inside = (eight + FROM_48) & ~((eight + FROM_88) & ~(eight + FROM_96)) & ~(eight + FROM_120)
    return (eight | ~inside) & HIGH


@inlined
def packed(eight: Key) -> Key:
    """48 bits of eight characters that are armour."""
    six = eight - ZEROS - (((eight + FROM_96) & HIGH) >> uint64(4))
    twelve = ((six >> uint64(2)) & (BYTES << uint64(6))) | (six & BYTES)
    many = ((twelve >> uint64(4)) & (TWOS << uint64(12))) | (twelve & TWOS)
    return ((many >> uint64(32)) << uint64(24)) | (many & FOURS)


@generic
def unarmour(text: Any, start: int, size: int, x: Memory) -> int:
    """`size` characters from `start` as left-aligned words, a zero word after them; 0 where
    one is no armour."""
    bad: Any = np.uint8(0)
    odd = uint64(0)
    place = start
    for word in range(size // CHARACTERS):
        these = eight(text, place)
        odd |= strangers(these)
        x.words[word] = packed(these)
        place += CHARACTERS
    value, left = uint64(0), size % CHARACTERS
    for _ in range(left):
        six = SIX[text[place]]
        place += 1
        bad |= six
        value = (value << uint64(6)) | uint64(six)
    last = size // CHARACTERS
    x.words[last] = value << uint64(6 * (CHARACTERS - left))
    x.words[last + 1] = uint64(0)
    return int(odd == uint64(0) and bad < BAD)


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
    size, begun, five = 0, False, 0
    for index in range(many):
        # Five letters are read at once, where they are all there.
        place = start + 6 * index
        if index % FIVE == 0:
            five = unsigned(x, place, 6 * FIVE) if place + 6 * FIVE <= bits else -1
        if five >= 0:
            six = (five >> (6 * (FIVE - 1 - index % FIVE))) & 63
        else:
            six = available(x, bits, place, 6)
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

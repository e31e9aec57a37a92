"""IPv6 addresses as they stand in text (RFC 4291 §2.2): eight groups, or fewer with one gap."""

from __future__ import annotations

import numpy as np

from noroshi.desks.cyber.match.kernels.jit import (
    Keys,
    Text,
    compiled,
    inlined,
    inner,
    int64,
    uint64,
)

COLON = 58
DOT = 46

HEX = np.full(256, 16, dtype=np.int64)
"""The value of each hexadecimal digit; 16 for any other byte."""
HEX[48:58] = np.arange(10)
HEX[65:71] = HEX[97:103] = np.arange(10, 16)

WORD = np.zeros(256, dtype=np.uint8)
"""Bytes that names, addresses and hashes are made of."""
WORD[48:58] = WORD[65:91] = WORD[97:123] = WORD[128:] = 1
for _each in b".-_@+":
    WORD[_each] = 1


@inner
def quad(text: Text, start: int, end: int) -> int:
    """The IPv4 address that [start, end) is, or -1. Leading zeros are none, as some read them as
    octal."""
    if end - start < 7 or end - start > 15:
        return -1
    value = number = digits = dots = 0
    for place in range(start, end):
        byte = int64(text[place])
        if byte == DOT:
            if digits == 0:
                return -1
            value = value << 8 | number
            number = digits = 0
            dots += 1
        elif 48 <= byte <= 57:
            if digits > 0 and number == 0:
                return -1
            number = number * 10 + byte - 48
            digits += 1
            if number > 255:
                return -1
        else:
            return -1
    return value << 8 | number if dots == 3 and digits > 0 else -1


@inlined
def word_end(text: Text, at: int, size: int) -> int:
    """Where the word that starts at `at` ends."""
    while at < size and WORD[text[at]]:
        at += 1
    return at


@inlined
def undotted(text: Text, start: int, end: int) -> int:
    """The end of a word without the full stops after it."""
    while end > start and text[end - 1] == DOT:
        end -= 1
    return end


@inner
def group(text: Text, start: int, end: int) -> int:
    """The value of up to four hexadecimal digits, or -1."""
    if end == start or end - start > 4:
        return -1
    value = 0
    for place in range(start, end):
        digit = int64(HEX[text[place]])
        if digit > 15:
            return -1
        value = value << 4 | digit
    return value


@compiled
def six(text: Text, at: int, size: int, out: Keys) -> int:
    """Reads as many groups as there are from `at`, which is a group's start or a gap's. Returns
    where to read on. `out` is then the high and the low half, whether it is an address (1 or 0),
    and where that ended; `out[4:]` are the groups."""
    many, gap, wrong, place, ended = 0, -1, False, at, at
    while True:
        if place + 1 < size and text[place] == COLON and text[place + 1] == COLON:
            wrong = wrong or gap >= 0
            gap = many
            place += 2
            ended = place
        whole = word_end(text, place, size)
        if whole == place:
            break
        end = undotted(text, place, whole)
        value = group(text, place, end)
        if value < 0:
            address = quad(text, place, end)
            # Any other word that touches it: what stands here is something else.
            wrong = wrong or address < 0 or many > 6
            if address >= 0 and many <= 6:
                out[4 + many] = uint64(address >> 16)
                out[5 + many] = uint64(address & 0xFFFF)
                many += 2
                ended = end
            break
        if many < 8:
            out[4 + many] = uint64(value)
        many += 1
        place = whole
        ended = end
        if whole != end or place >= size or text[place] != COLON:
            break
        if place + 1 < size and text[place + 1] != COLON:
            place += 1
            if not WORD[text[place]]:
                break
    fits = many == 8 if gap < 0 else many < 8
    out[2] = uint64(1) if fits and not wrong else uint64(0)
    out[3] = uint64(ended)
    if out[2]:
        out[0] = out[1] = uint64(0)
        for number in range(8):
            after = number - (8 - many)
            chosen = number if gap < 0 or number < gap else after if after >= gap else -1
            value = out[4 + chosen] if chosen >= 0 else uint64(0)
            half = 0 if number < 4 else 1
            out[half] = out[half] << uint64(16) | value
    return max(place, at + 1)

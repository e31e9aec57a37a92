"""The usual sentence: of one part, with nothing after its checksum, read in one pass.

`!ttVDM,1,1,S,C,payload,f*hh` and a line end, S and C being a character or nothing. Anything else is
left to `scan.sentence`, which reads this one in the same way, but slower.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from noroshi.desks.sea.kernels.bits import CHARACTERS, ZEROS, packed, strangers
from noroshi.desks.sea.kernels.clock import own_time
from noroshi.desks.sea.kernels.jit import inlined, int64, uint64
from noroshi.desks.sea.kernels.layout import LONGEST_PAYLOAD, Key, Memory, Text
from noroshi.desks.sea.kernels.messages import message
from noroshi.desks.sea.kernels.tags import clear
from noroshi.desks.sea.kernels.text import COMMA, EACH, NEWLINE, RETURN, STAR, eight, folded

HEAD: Final = 11
"""Characters before the sequence id."""

LONGEST: Final = HEAD + 4 + LONGEST_PAYLOAD + 8 + CHARACTERS
ONE: Final = 49
FIRST: Final = 48
"""Neither a comma nor a star nor a control character is this or above."""

HEADING: Final = uint64(0x210000_56444D_2C_31)
HEADING_BITS: Final = uint64(0xFF0000_FFFFFD_FF_FF)
"""`!ttVDM,1` as one number, and its bits that matter: the talker is open, and `O` is `M` but for
one bit."""

V_D_AND_COMMA: Final = 86 ^ 68 ^ COMMA
"""What the fixed characters of the head do to the checksum: V, D, five commas, and twice 1."""

HEX: Final = np.full(256, 256)
"""The value of each hexadecimal digit, and too much for any other byte."""
HEX[48:58] = np.arange(10)
HEX[65:71] = HEX[97:103] = np.arange(10, 16)


@inlined
def headed(text: Text, at: int) -> bool:
    """Whether the characters from `at` are `!ttVDM,1,1,`."""
    return (
        (eight(text, at) & HEADING_BITS) == HEADING
        and text[at + 1] >= FIRST
        and text[at + 2] >= FIRST
        and text[at + 8] == COMMA
        and text[at + 9] == ONE
        and text[at + 10] == COMMA
    )


@inlined
def onwards(odd: Key) -> Key:
    """All bits of the bytes from the first on whose high bit is set in `odd`."""
    odd |= odd >> uint64(8)
    odd |= odd >> uint64(16)
    odd |= odd >> uint64(32)
    return (odd >> uint64(7)) * uint64(255)


@inlined
def how_many(bytes_: Key) -> int:
    """How many of eight bytes have all bits set, of which the others have none."""
    return int64(((bytes_ & EACH) * EACH) >> uint64(56))


@inlined
def matched(text: Text, at: int, size: int, x: Memory) -> int:
    """Where the line after the usual sentence at `at` begins, its payload being in `x.words` and
    its size, fill bits and checksum beside it; -1 where it is anything else."""
    if at < 0 or size - at < LONGEST or not headed(text, at):
        return -1
    checksum = text[at + 1] ^ text[at + 2] ^ text[at + 5] ^ V_D_AND_COMMA
    place = at + HEAD
    for _ in range(2):
        if text[place] != COMMA:
            if text[place] < FIRST:
                return -1
            checksum ^= text[place]
            place += 1
        if text[place] != COMMA:
            return -1
        place += 1
    start, word, mixed = place, 0, uint64(0)
    these = eight(text, place)
    odd = strangers(these)
    while odd == uint64(0) and word < LONGEST_PAYLOAD // CHARACTERS:
        mixed ^= these
        x.words[word] = packed(these)
        place += CHARACTERS
        word += 1
        these = eight(text, place)
        odd = strangers(these)
    rest = onwards(odd)
    mixed ^= these & ~rest
    x.words[word] = packed((these & ~rest) | (ZEROS & rest))
    x.words[word + 1] = uint64(0)
    place += CHARACTERS - how_many(rest)
    many = place - start
    fill = text[place + 1] - 48
    if text[place] != COMMA or not 0 <= fill <= 5 or text[place + 2] != STAR:
        return -1
    checksum ^= folded(mixed) ^ COMMA ^ text[place + 1]
    if HEX[text[place + 3]] * 16 + HEX[text[place + 4]] != checksum:
        return -1
    place += 6 if text[place + 5] == RETURN else 5
    if text[place] != NEWLINE or many > LONGEST_PAYLOAD:
        return -1
    x.size, x.fill, x.checksum = many, fill, checksum
    return place + 1


@inlined
def taken(x: Memory) -> None:
    """Takes the sentence that was matched, as the line in hand."""
    if not x.pending:
        clear(x)
    x.pending = 0
    x.line_sound = x.sound
    x.start, x.end, x.t, x.dated = x.line_start, x.line_end, 0, 0
    x.heard_by = x.spelt
    if x.has_t or x.has_group or x.announced:
        x.dated, x.t = own_time(x, x.group, x.has_group, x.has_t, x.tag_t, x.checksum, -1)
    message(1, x.size, x.fill, x)

"""The usual sentence: of one part, with nothing after its checksum, read in one pass.

`!ttVDM,1,1,,C,payload,f*hh` and a line end. Anything else is left to `scan.sentence`, which reads
this one in the same way, but slower.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from noroshi.desks.sea.kernels.bits import BAD, CHARACTERS, SIX
from noroshi.desks.sea.kernels.clock import own_time
from noroshi.desks.sea.kernels.jit import inlined, uint64
from noroshi.desks.sea.kernels.layout import LONGEST_PAYLOAD, Memory, Text
from noroshi.desks.sea.kernels.messages import message
from noroshi.desks.sea.kernels.tags import clear
from noroshi.desks.sea.kernels.text import BANG, COMMA, NEWLINE, RETURN, STAR

HEAD: Final = 14
"""Characters before the payload."""

LONGEST: Final = HEAD + LONGEST_PAYLOAD + 8
ONE: Final = 49
FIRST: Final = 48
"""Neither a comma nor a star nor a control character is this or above."""

V_D_AND_COMMA: Final = 86 ^ 68 ^ COMMA
"""What the fixed characters of the head do to the checksum: V, D, five commas, and twice 1."""

HEX: Final = np.full(256, 256)
"""The value of each hexadecimal digit, and too much for any other byte."""
HEX[48:58] = np.arange(10)
HEX[65:71] = HEX[97:103] = np.arange(10, 16)


@inlined
def headed(text: Text, at: int) -> bool:
    """Whether the characters from `at` are `!ttVDM,1,1,,C,`."""
    return (
        text[at] == BANG
        and text[at + 1] >= FIRST
        and text[at + 2] >= FIRST
        and text[at + 3] == 86
        and text[at + 4] == 68
        and (text[at + 5] == 77 or text[at + 5] == 79)
        and text[at + 6] == COMMA
        and text[at + 7] == ONE
        and text[at + 8] == COMMA
        and text[at + 9] == ONE
        and text[at + 10] == COMMA
        and text[at + 11] == COMMA
        and text[at + 12] >= FIRST
        and text[at + 13] == COMMA
    )


@inlined
def matched(text: Text, at: int, size: int, x: Memory) -> int:
    """Where the line after the usual sentence at `at` begins, its payload being in `x.words` and
    its size, fill bits and checksum beside it; -1 where it is anything else."""
    if at < 0 or size - at < LONGEST or not headed(text, at):
        return -1
    checksum = text[at + 1] ^ text[at + 2] ^ text[at + 5] ^ text[at + 12] ^ V_D_AND_COMMA
    place = at + HEAD
    value, word, held, many = uint64(0), 0, 0, 0
    while many <= LONGEST_PAYLOAD:
        six = SIX[text[place]]
        if six == BAD:
            break
        checksum ^= text[place]
        value = (value << uint64(6)) | uint64(six)
        place += 1
        many += 1
        held += 1
        if held == CHARACTERS:
            x.words[word] = value
            value, held = uint64(0), 0
            word += 1
    fill = text[place + 1] - 48
    if text[place] != COMMA or not 0 <= fill <= 5 or text[place + 2] != STAR:
        return -1
    checksum ^= COMMA ^ text[place + 1]
    if HEX[text[place + 3]] * 16 + HEX[text[place + 4]] != checksum:
        return -1
    place += 6 if text[place + 5] == RETURN else 5
    if text[place] != NEWLINE or many > LONGEST_PAYLOAD:
        return -1
    x.words[word] = value << uint64(6 * (CHARACTERS - held))
    x.words[word + 1] = uint64(0)
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
    if x.has_t or x.has_group or x.announced:
        x.dated, x.t = own_time(x, x.group, x.has_group, x.has_t, x.tag_t, x.checksum, -1)
    message(1, x.size, x.fill, x)

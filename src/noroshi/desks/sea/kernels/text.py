"""Bytes of a line: numbers, hexadecimals, times and hashes. Mirrors `sentence`, byte for byte."""

from __future__ import annotations

from typing import Any, Final

from noroshi.desks.sea.kernels.jit import inlined, inner, int64, uint64, within
from noroshi.desks.sea.kernels.layout import Key, Text
from noroshi.desks.sea.sentence import SPELT
from noroshi.desks.sea.stamps import EARLIEST, LATEST

FNV_START: Final = uint64(0xCBF29CE484222325)
FNV_PRIME: Final = uint64(0x100000001B3)
END: Final = uint64(0x100)
OF_STATION: Final = uint64(0x200)
"""Marks of a hash that no byte can be; plus 1 `OF_STATION` is of a group."""
NONE: Final = -1
COMMA: Final = 44
STAR: Final = 42
BANG: Final = 33
NEWLINE: Final = 10
RETURN: Final = 13
NEVER: Final = -(2**63)
EACH: Final = uint64(0x0101010101010101)
HIGH: Final = uint64(0x8080808080808080)
"""A one in each of eight bytes, and their high bits."""


@within
def eight(text: Any, at: int) -> Key:
    """The eight bytes from `at` as one number, the first the highest: one load (`test_kernels`)."""
    p = uint64(at)
    return (
        (uint64(text[p]) << uint64(56))
        | (uint64(text[p + uint64(1)]) << uint64(48))
        | (uint64(text[p + uint64(2)]) << uint64(40))
        | (uint64(text[p + uint64(3)]) << uint64(32))
        | (uint64(text[p + uint64(4)]) << uint64(24))
        | (uint64(text[p + uint64(5)]) << uint64(16))
        | (uint64(text[p + uint64(6)]) << uint64(8))
        | uint64(text[p + uint64(7)])
    )


@inlined
def folded(eight: Key) -> int:
    """Exclusive or of eight bytes."""
    eight ^= eight >> uint64(32)
    eight ^= eight >> uint64(16)
    return int64((eight ^ (eight >> uint64(8))) & uint64(0xFF))


@inner
def is_space(code: int) -> bool:
    """Whether `bytes.strip` takes it away."""
    return code == 32 or 9 <= code <= 13


@inner
def is_digit(code: int) -> bool:
    """0 to 9."""
    return 48 <= code <= 57


@inner
def is_word(code: int) -> bool:
    """A letter, a digit or an underscore."""
    return 65 <= code <= 90 or 97 <= code <= 122 or code == 95 or is_digit(code)


@inlined
def find(text: Text, code: int, start: int, end: int) -> int:
    """The first place of `code` in [start, end), or `end`."""
    while start < end and text[start] != code:
        start += 1
    return start


@inner
def find_far(text: Text, code: int, start: int, end: int) -> int:
    """The same, where it is likely to be far: eight bytes at once (one of them is zero: Mycroft,
    "Hacker's Delight" 6-1)."""
    same = uint64(code) * EACH
    while start + 8 <= end:
        these = eight(text, start) ^ same
        if (these - EACH) & ~these & HIGH:
            break
        start += 8
    return find(text, code, start, end)


@inner
def nibble(code: int) -> int:
    """The value of a hexadecimal digit, or -1."""
    if 48 <= code <= 57:
        return code - 48
    if 65 <= code <= 70:
        return code - 55
    if 97 <= code <= 102:
        return code - 87
    return NONE


@inner
def hexadecimal(text: Text, start: int, end: int) -> int:
    """The value of the first two digits of [start, end), or -1."""
    if end - start < 2:
        return NONE
    high, low = nibble(text[start]), nibble(text[start + 1])
    return NONE if high < 0 or low < 0 else high * 16 + low


@inner
def number(text: Text, start: int, end: int, longest: int) -> int:
    """The value of a field of 1 to `longest` digits and nothing else, or -1."""
    if not 0 < end - start <= longest:
        return NONE
    value = 0
    for place in range(start, end):
        if not is_digit(text[place]):
            return NONE
        value = value * 10 + (text[place] - 48)
    return value


@inner
def epoch(text: Text, start: int, end: int) -> int:
    """µs UTC of ten digits (seconds) or thirteen (milliseconds), or -1."""
    size = end - start
    if size not in (10, 13):
        return NONE
    value = number(text, start, end, 13)
    if value < 0:
        return NONE
    at = value * (1_000_000 if size == 10 else 1_000)
    return at if EARLIEST <= at < LATEST else NONE


@inner
def exclusive_or(text: Text, start: int, end: int) -> int:
    """The checksum of [start, end)."""
    value = uint64(0)
    while start + 8 <= end:
        value ^= eight(text, start)
        start += 8
    for place in range(start, end):
        value ^= uint64(text[place])
    return folded(value)


@inlined
def marked(so_far: Key, mark: Key) -> Key:
    """FNV-1a of one more mark, a byte or something that no byte is."""
    return (so_far ^ mark) * FNV_PRIME


@inner
def hashed(text: Text, start: int, end: int, so_far: Key) -> Key:
    """FNV-1a, 64 bits, of [start, end) and an end mark, going on from `so_far`."""
    for place in range(start, end):
        so_far = marked(so_far, uint64(text[place]))
    return marked(so_far, END)


@inner
def spelt(text: Text, start: int, end: int) -> Key:
    """`sentence.spelt` of [start, end)."""
    value = uint64(0)
    for place in range(max(start, end - SPELT), end):
        code = int64(text[place])
        if is_digit(code):
            code -= 47
        elif 65 <= code <= 90:
            code -= 54
        elif 97 <= code <= 122:
            code -= 86
        elif code == 45 or code == 95:
            code = 37 if code == 45 else 38
        else:
            code = 39
        value = value * uint64(40) + uint64(code)
    return value


@inner
def month_days(year: int, month: int) -> int:
    """How many days a month of the Gregorian calendar has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@inner
def instant(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """µs UTC since 1970 of a date that the calendar has in the years 1 to 9999, or the least
    int64. Days after Howard Hinnant, "chrono-compatible low-level date algorithms"."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and hour < 24 and minute < 60 and second < 60):
        return NEVER
    if not 1 <= day <= month_days(year, month):
        return NEVER
    shifted = year - 1 if month <= 2 else year
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return (days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000

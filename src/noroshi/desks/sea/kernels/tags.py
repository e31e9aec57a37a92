"""Tag blocks and `$PGHP` lines. Mirrors `sentence.split_tag` and `sentence.pghp`."""

from __future__ import annotations

from typing import Final

from noroshi.desks.sea.kernels.clock import announce
from noroshi.desks.sea.kernels.jit import inner, uint64
from noroshi.desks.sea.kernels.layout import Memory, Text
from noroshi.desks.sea.kernels.text import (
    COMMA,
    FNV_START,
    NEVER,
    STAR,
    epoch,
    exclusive_or,
    find,
    hashed,
    hexadecimal,
    instant,
    is_digit,
    is_word,
    number,
    spelt,
)
from noroshi.desks.sea.sentence import STATION_FIELD
from noroshi.desks.sea.stamps import EARLIEST, LATEST

BACKSLASH: Final = 92
COLON: Final = 58
MS_FIELD: Final = 8
"""Of a `$PGHP` line: the milliseconds, which come last of the time."""
DASH: Final = 45


@inner
def clear(x: Memory) -> None:
    """No tag block waits."""
    x.pending = x.has_station = x.has_group = x.has_t = 0
    x.tag_t, x.sound, x.spelt = 0, 1, uint64(0)


@inner
def group_of(text: Text, start: int, end: int, x: Memory) -> None:
    """`sentence-sentences-id`."""
    first = find(text, DASH, start, end)
    second = find(text, DASH, first + 1, end)
    if first == end or second == end or find(text, DASH, second + 1, end) != end:
        return
    if number(text, first + 1, second, end) >= 0:
        x.group, x.has_group = hashed(text, second + 1, end, FNV_START), 1


@inner
def old_group(text: Text, start: int, end: int, x: Memory) -> None:
    """`nGm:id`, as older receivers write groups."""
    if end - start < 5 or text[start + 1] != 71 or text[start + 3] != COLON:
        return
    if not (is_digit(text[start]) and is_digit(text[start + 2])):
        return
    for place in range(start + 4, end):
        if not is_word(text[place]):
            return
    x.group, x.has_group = hashed(text, start + 4, end, FNV_START), 1


@inner
def block(text: Text, start: int, end: int, x: Memory) -> None:
    """One tag block between its backslashes, merged with what waits; the later wins."""
    if not x.pending:
        clear(x)
        x.pending = 1
    body = find(text, STAR, start, end)
    if hexadecimal(text, body + 1, end) != exclusive_or(text, start, body):
        x.sound = 0
    has_t, t, station = 0, 0, -1
    station_end, at = -1, start
    while at <= body:
        stop = find(text, COMMA, at, body)
        if stop - at >= 1:
            key = text[at]
            alone = stop - at == 1 or text[at + 1] == COLON
            value = min(at + 2, stop)
            if alone and key == 115:
                station, station_end = value, stop
            elif alone and key == 99:
                t = epoch(text, value, stop)
                has_t = 1 if t >= 0 else 0
            elif alone and key == 103:
                group_of(text, value, stop, x)
            else:
                old_group(text, at, stop, x)
        at = stop + 1
    if station_end > station:
        x.station, x.has_station = hashed(text, station, station_end, FNV_START), 1
        x.spelt = spelt(text, station, station_end)
    if has_t:
        x.tag_t, x.has_t = t, 1


@inner
def split_tag(text: Text, at: int, end: int, x: Memory) -> int:
    """Takes the tag blocks from `at` on into `x`; where the rest begins."""
    while at < end and text[at] == BACKSLASH:
        while at < end and text[at] == BACKSLASH:
            at += 1
        closed = find(text, BACKSLASH, at, end)
        if closed == end:
            return at
        block(text, at, closed, x)
        at = closed + 1
    return at


@inner
def is_pghp(text: Text, at: int, end: int) -> bool:
    """Whether a line begins `$PGHP,`."""
    return (
        end - at >= 6
        and text[at + 1] == 80
        and text[at + 2] == 71
        and text[at + 3] == 72
        and text[at + 4] == 80
        and text[at + 5] == COMMA
    )


@inner
def field(text: Text, at: int, end: int) -> tuple[int, int]:
    """(the number in the field at `at`, or -1, and where the next field begins)."""
    if at > end:
        return -1, at
    stop = find(text, COMMA, at, end)
    return number(text, at, stop, 4), stop + 1


@inner
def pghp(text: Text, start: int, end: int, x: Memory) -> None:
    """`$PGHP,1,y,m,d,h,min,s,ms,…,cc*hh` into the announcements, unless it is damaged."""
    body = find(text, STAR, start, end)
    at = find(text, COMMA, start, body) + 1
    at = find(text, COMMA, at, body) + 1
    year, at = field(text, at, body)
    month, at = field(text, at, body)
    day, at = field(text, at, body)
    hour, at = field(text, at, body)
    minute, at = field(text, at, body)
    second, at = field(text, at, body)
    last = at
    ms, at = field(text, at, body)
    if min(year, month, day, hour, minute, second, ms) < 0:
        return
    t = instant(year, month, day, hour, minute, second)
    if t == NEVER:
        return
    t += ms * 1_000
    if not EARLIEST <= t < LATEST:
        return
    nth, station = MS_FIELD, uint64(0)
    while at <= body:
        stop = find(text, COMMA, at, body)
        nth += 1
        if nth == STATION_FIELD and stop < body:
            station = spelt(text, at, stop)
        last, at = at, stop + 1
    announce(x, t, hexadecimal(text, last, body), station)

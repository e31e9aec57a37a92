"""The decoder's entry point: a chunk of a log to rows, one line after the other. Mirrors
`nmea.Reader`."""

from __future__ import annotations

from typing import Final

from noroshi.desks.sea.kernels.bits import unarmour
from noroshi.desks.sea.kernels.clock import own_time
from noroshi.desks.sea.kernels.jit import compiled, inner, uint64
from noroshi.desks.sea.kernels.layout import (
    BATCH,
    LINE,
    LONGEST_LINE,
    LONGEST_PAYLOAD,
    SLOTS,
    Key,
    Memory,
    Text,
)
from noroshi.desks.sea.kernels.messages import message, reject
from noroshi.desks.sea.kernels.one import matched, taken
from noroshi.desks.sea.kernels.parts import add, expire, joined, lose
from noroshi.desks.sea.kernels.tags import clear, is_pghp, pghp, split_tag
from noroshi.desks.sea.kernels.text import (
    BANG,
    COMMA,
    FNV_START,
    NEWLINE,
    OF_STATION,
    STAR,
    epoch,
    exclusive_or,
    find,
    find_far,
    hashed,
    hexadecimal,
    is_digit,
    is_space,
    is_word,
    marked,
    spelt,
)

HASH: Final = 35
DOLLAR: Final = 36


@inner
def is_spoken(text: Text, start: int, end: int) -> bool:
    """Whether a first field ends in VDM or VDO."""
    return (
        end - start >= 3
        and text[end - 3] == 86
        and text[end - 2] == 68
        and (text[end - 1] == 77 or text[end - 1] == 79)
    )


@inner
def digit(text: Text, start: int, end: int) -> int:
    """The value of a field of one digit, or -1."""
    return text[start] - 48 if end - start == 1 and is_digit(text[start]) else -1


@inner
def fill_bits(text: Text, start: int, end: int) -> int:
    """The value of a field of digits, if large then 9; 0 for anything else."""
    value = 0
    for place in range(start, end):
        if not is_digit(text[place]):
            return 0
        value = min(9, value * 10 + text[place] - 48)
    return value


@inner
def suffix(text: Text, start: int, end: int) -> int:
    """The last field after the checksum that is an epoch, as µs UTC; or -1."""
    stop = end
    while stop > start:
        begin = stop
        while begin > start and text[begin - 1] != COMMA:
            begin -= 1
        first, last = begin, stop
        while last > first and is_space(text[last - 1]):
            last -= 1
        while first < last and is_space(text[first]):
            first += 1
        t = epoch(text, first, last)
        if t >= 0:
            return t
        stop = begin - 1
    return -1


@inner
def receiver(text: Text, start: int, end: int) -> Key:
    """The first field after the checksum that is `r` or `b` and a station's name, spelt; or 0."""
    at = start
    while at <= end:
        stop = find(text, COMMA, at, end)
        first = text[at] if stop - at > 1 else 0
        if first == 98 or first == 66 or first == 114 or first == 82:
            named = at + 1
            while named < stop and is_word(text[named]):
                named += 1
            if named == stop:
                return spelt(text, at, stop)
        at = stop + 1
    return uint64(0)


@inner
def fields(text: Text, at: int, star: int, end: int, checksum: int, x: Memory) -> bool:
    """A VDM or VDO sentence whose checksum is right; False where its fields are wrong."""
    talker = find(text, COMMA, at, star)
    count = find(text, COMMA, talker + 1, star)
    number = find(text, COMMA, count + 1, star)
    sequence = find(text, COMMA, number + 1, star)
    channel = find(text, COMMA, sequence + 1, star)
    payload = find_far(text, COMMA, channel + 1, star)
    if payload >= star:
        return False
    many, part = digit(text, talker + 1, count), digit(text, count + 1, number)
    size = payload - channel - 1
    fill = fill_bits(text, payload + 1, find(text, COMMA, payload + 1, star))
    if not 1 <= part <= many or size > LONGEST_PAYLOAD or fill > 5:
        return False
    said = suffix(text, star + 3, end)
    x.heard_by = x.spelt
    has_t, t = own_time(x, x.group, x.has_group, x.has_t, x.tag_t, checksum, said)
    if x.heard_by == uint64(0) and star + 3 < end:
        x.heard_by = receiver(text, star + 3, end)
    if many == 1:
        x.start, x.end = x.line_start, x.line_end
        x.t, x.dated = t, has_t
        message(unarmour(text, channel + 1, size, x), size, fill, x)
        return True
    key = x.group if x.has_group else x.station
    if not x.has_group and not x.has_station:
        key = hashed(text, at, talker - 3, FNV_START)
    key = marked(key, OF_STATION + uint64(x.has_group))
    key = marked(hashed(text, number + 1, channel, key), uint64(many))
    slot = add(key, part - 1, many, fill, text, channel + 1, size, t, has_t, x)
    if slot >= 0:
        one = x.waiting[slot]
        x.start, x.end = one.start, one.end
        x.t, x.dated = one.t, one.has_t
        size = joined(slot, x)
        message(unarmour(x.whole, 0, size, x), size, one.fill[many - 1], x)
    return True


@inner
def sentence(text: Text, at: int, end: int, x: Memory) -> None:
    """What follows the tag blocks."""
    if not x.pending:
        clear(x)
    x.pending = 0
    x.line_sound = x.sound
    if text[at] == DOLLAR:
        if is_pghp(text, at, end):
            pghp(text, at, end, x)
        return
    at = find(text, BANG, at, end) + 1
    star = find_far(text, STAR, at, end)
    spoken = at <= end and is_spoken(text, at, find(text, COMMA, at, star))
    if at <= end and end - star < 3 and not spoken:
        return
    checksum = exclusive_or(text, at, star)
    fine = at <= end and end - star >= 3 and hexadecimal(text, star + 1, end) == checksum
    if not fine or (spoken and not fields(text, at, star, end, checksum, x)):
        reject(x, LINE, 0, 0)


@inner
def line(text: Text, at: int, stop: int, size: int, patience: int, x: Memory) -> None:
    """One line up to `stop`, its end included, of a text of `size`."""
    end = stop
    while end > at and is_space(text[end - 1]):
        end -= 1
    while at < end and is_space(text[at]):
        at += 1
    if at == end or text[at] == HASH:
        return
    at = split_tag(text, at, end, x)
    if at < end:
        if matched(text, at, size, x) == stop:
            taken(x)
        else:
            sentence(text, at, end, x)
    expire(patience, x)


@compiled
def scan(text: Text, size: int, base: int, final: int, patience: int, memory: Memory) -> int:
    """Reads lines of `text[:size]`, whose first byte is byte `base` of the source, until one is
    not complete or a table of rows is full; how many bytes were read. `final`: nothing follows."""
    x = memory[0]
    at = 0
    while at < size:
        if x.positions >= BATCH or x.messages >= BATCH or x.statics >= BATCH:
            break
        if x.rejected >= SLOTS:
            break
        stop = matched(text, at, size, x)
        usual = stop >= 0
        if not usual:
            limit = min(size, at + LONGEST_LINE)
            stop = find_far(text, NEWLINE, at, limit)
            if stop < limit:
                stop += 1
            elif limit - at < LONGEST_LINE and not final:
                break
        x.line += 1
        x.line_start, x.line_end = base + at, base + stop
        if usual:
            taken(x)
            expire(patience, x)
        else:
            line(text, at, stop, size, patience, x)
        at = stop
    return at


@compiled
def close(memory: Memory) -> None:
    """The input has ended: what still waits is lost."""
    x = memory[0]
    while x.first >= 0 and x.rejected < 2 * SLOTS:
        lose(x.first, x)

"""Parts of long messages brought together in a table of fixed size. Mirrors `fragments`."""

from __future__ import annotations

from typing import Final

from noroshi.desks.sea.fragments import SWAPPED, SWEEP
from noroshi.desks.sea.kernels.jit import inlined, inner, int64, uint64
from noroshi.desks.sea.kernels.layout import (
    CHAINS,
    LONGEST_PAYLOAD,
    LONGEST_WHOLE,
    LOST,
    Key,
    Memory,
    Text,
)

FREE: Final = 0
WAITS: Final = 1
DONE: Final = 2
NOTHING: Final = -1
INCOMPLETE: Final = -1


@inner
def find_slot(key: Key, wanted: int, x: Memory) -> int:
    """The slot of `key` in this state, or -1."""
    slot = x.heads[int64(key & uint64(CHAINS - 1))] - 1
    while slot >= 0:
        if x.waiting[slot].key == key and x.waiting[slot].state == wanted:
            return slot
        slot = x.waiting[slot].chain
    return NOTHING


@inner
def unlink(slot: int, x: Memory) -> None:
    """Take a slot out of the list of those that wait."""
    before, after = x.waiting[slot].before, x.waiting[slot].after
    if before < 0:
        x.first = after
    else:
        x.waiting[before].after = after
    if after < 0:
        x.last = before
    else:
        x.waiting[after].before = before


@inner
def release(slot: int, x: Memory) -> None:
    """Forget a slot."""
    one = x.waiting[slot]
    if one.state == WAITS:
        unlink(slot, x)
    one.state = FREE
    head = int64(one.key & uint64(CHAINS - 1))
    at, before = x.heads[head] - 1, NOTHING
    while at != slot:
        at, before = x.waiting[at].chain, at
    if before < 0:
        x.heads[head] = one.chain + 1
    else:
        x.waiting[before].chain = one.chain
    x.free[x.unused] = slot
    x.unused += 1


@inner
def take_slot(key: Key, count: int, t: int, has_t: int, x: Memory) -> int:
    """A new slot for the line in hand, the youngest of those that wait."""
    x.unused -= 1
    slot = int64(x.free[x.unused])
    x.most = max(x.most, slot + 1)
    head = int64(key & uint64(CHAINS - 1))
    one = x.waiting[slot]
    one.key, one.line, one.start, one.end = key, x.line, x.line_start, x.line_end
    one.t, one.has_t, one.state, one.count, one.mask = t, has_t, WAITS, count, 0
    one.chain, one.before, one.after = x.heads[head] - 1, x.last, NOTHING
    x.heads[head] = slot + 1
    if x.last < 0:
        x.first = slot
    else:
        x.waiting[x.last].after = slot
    x.last = slot
    return slot


@inner
def differs(slot: int, number: int, fill: int, text: Text, at: int, size: int, x: Memory) -> bool:
    """Whether the part held under this number is another than the one in hand."""
    if x.waiting[slot].size[number] != size or x.waiting[slot].fill[number] != fill:
        return True
    place = slot * LONGEST_WHOLE + number * LONGEST_PAYLOAD
    for each in range(size):
        if x.payloads[place + each] != text[at + each]:
            return True
    return False


@inner
def lose(slot: int, x: Memory) -> None:
    """Give up a message whose parts never came."""
    one = x.waiting[slot]
    out = x.reject[x.rejected]
    x.rejected += 1
    out.code, out.first, out.second = LOST, one.mask, one.count
    out.start, out.end = one.start, one.end
    release(slot, x)


@inner
def add(
    key: Key, number: int, count: int, fill: int, text: Text, at: int, size: int, t: int,
    has_t: int, x: Memory,
) -> int:  # fmt: skip
    """Takes part `number` (from 0) of `count`; the slot of the message that it completes, or -1."""
    slot, done = find_slot(key, WAITS, x), find_slot(key, DONE, x)
    if done >= 0 and slot < 0 and not differs(done, number, fill, text, at, size, x):
        return INCOMPLETE
    held = slot >= 0 and x.waiting[slot].mask >> number & 1
    late = (
        slot >= 0 and x.waiting[slot].mask >> number > 1 and x.line - x.waiting[slot].line > SWAPPED
    )
    if late or (held and differs(slot, number, fill, text, at, size, x)):
        lose(slot, x)
        slot = NOTHING
    if slot < 0:
        slot = take_slot(key, count, t, has_t, x)
    one = x.waiting[slot]
    one.mask |= 1 << number
    one.fill[number], one.size[number] = fill, size
    place = slot * LONGEST_WHOLE + number * LONGEST_PAYLOAD
    for each in range(size):
        x.payloads[uint64(place + each)] = text[uint64(at + each)]
    one.end = max(one.end, x.line_end)
    if not one.has_t:
        one.t, one.has_t = t, has_t
    if one.mask != (1 << count) - 1:
        return INCOMPLETE
    if done >= 0:
        release(done, x)
    unlink(slot, x)
    one.state = DONE
    return slot


@inner
def joined(slot: int, x: Memory) -> int:
    """The parts of a complete message one after the other in `x.whole`; how many characters."""
    size = 0
    for number in range(x.waiting[slot].count):
        place = slot * LONGEST_WHOLE + number * LONGEST_PAYLOAD
        for each in range(x.waiting[slot].size[number]):
            x.whole[uint64(size + each)] = x.payloads[uint64(place + each)]
        size += x.waiting[slot].size[number]
    return size


@inlined
def expire(patience: int, x: Memory) -> None:
    """Give up what has waited for more than `patience` lines, looking once in a while."""
    line = x.line
    if line - x.swept < SWEEP:
        return
    x.swept = line
    while x.first >= 0 and line - x.waiting[x.first].line > patience:
        lose(x.first, x)
    for slot in range(x.most):
        if x.waiting[slot].state == DONE and line - x.waiting[slot].line > patience:
            release(slot, x)

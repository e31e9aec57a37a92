"""What may be known of a word, an address or a path, looked up, and its place noted."""

from __future__ import annotations

from typing import Final

import numpy as np

from noroshi.desks.cyber.match.kernels.jit import (
    Ints,
    Key,
    Keys,
    Numbers,
    Text,
    inlined,
    inner,
    int64,
    uint64,
)
from noroshi.desks.cyber.match.kernels.six import DOT
from noroshi.desks.cyber.match.kernels.table import (
    LOWER,
    PATHS,
    found,
    four,
    may_hold,
    mixed,
    onwards,
    sixth,
)

AT: Final = 64

LONGEST_NAME: Final = 320
"""Bytes of a name or an e-mail address that are looked at (RFC 1035 §2.3.4, RFC 5321 §4.5.3)."""

LONGEST_PATH: Final = 2048
"""Bytes of a path that is looked for."""

PATH_ENDS = np.zeros(256, dtype=np.uint8)
PATH_ENDS[:33] = 1
for _each in b"\"'<>\\`":
    PATH_ENDS[_each] = 1
"""Where a path ends."""


@inlined
def hit(out: Ints, many: int, line: int, start: int, end: int, number: int) -> int:
    """One more place, where there is room for it."""
    if many * 4 + 4 <= len(out):
        out[many * 4] = line
        out[many * 4 + 1] = start
        out[many * 4 + 2] = end
        out[many * 4 + 3] = number
    return many + 1


@inlined
def looked(
    key: Key,
    line: int,
    start: int,
    end: int,
    bits: Keys,
    hashes: Keys,
    numbers: Numbers,
    out: Ints,
    many: int,
) -> int:
    """One more place where the key is known."""
    if may_hold(bits, key):
        number = found(hashes, numbers, key)
        if number >= 0:
            many = hit(out, many, line, start, end, number)
    return many


@inner
def names(
    text: Text,
    start: int,
    end: int,
    line: int,
    bits: Keys,
    hashes: Keys,
    numbers: Numbers,
    out: Ints,
    many: int,
    host: Keys,
) -> int:
    """Looks up a word from each label on, and with `@` as a whole. `host[0]` becomes the hash of
    what follows an `@`, else of the whole."""
    key = uint64(0)
    low = max(start, end - LONGEST_NAME)
    at_seen = False
    for place in range(end - 1, low - 1, -1):
        byte = int64(text[place])
        if byte in (DOT, AT):
            if not at_seen:
                made = mixed(key)
                many = looked(made, line, place + 1, end, bits, hashes, numbers, out, many)
                if byte == AT:
                    host[0] = made
            at_seen = at_seen or byte == AT
        key = onwards(key, int64(LOWER[byte]))
    made = mixed(key)
    if not at_seen:
        host[0] = made
    if low == start:
        many = looked(made, line, start, end, bits, hashes, numbers, out, many)
    return many


@inner
def fours(
    address: int,
    start: int,
    end: int,
    line: int,
    lengths: Numbers,
    bits: Keys,
    hashes: Keys,
    numbers: Numbers,
    out: Ints,
    many: int,
) -> int:
    """Looks up an IPv4 address by every length of prefix that is known."""
    for at in range(len(lengths)):
        length = int64(lengths[at])
        key = four(uint64(address >> (32 - length) << (32 - length)), length)
        many = looked(key, line, start, end, bits, hashes, numbers, out, many)
    return many


@inner
def sixes(
    halves: Keys,
    start: int,
    end: int,
    line: int,
    lengths: Numbers,
    bits: Keys,
    hashes: Keys,
    numbers: Numbers,
    out: Ints,
    many: int,
) -> int:
    """The same for IPv6."""
    for at in range(len(lengths)):
        length = int64(lengths[at])
        high, low = halves[0], halves[1]
        if length == 0:
            high = uint64(0)
        elif length < 64:
            high = high >> uint64(64 - length) << uint64(64 - length)
        if length <= 64:
            low = uint64(0)
        elif length < 128:
            low = low >> uint64(128 - length) << uint64(128 - length)
        key = sixth(high, low, length)
        many = looked(key, line, start, end, bits, hashes, numbers, out, many)
    return many


@inner
def path_end(text: Text, at: int, size: int, key: Keys) -> int:
    """Where the path from `at` ends; `key[0]` becomes its hash, and 0 of a path that is longer
    than any that is looked for."""
    made = PATHS
    until = min(size, at + LONGEST_PATH + 1)
    while at < until and not PATH_ENDS[text[at]]:
        made = onwards(made, int64(text[at]))
        at += 1
    key[0] = mixed(made) if at < until or until == size else uint64(0)
    return at

"""Keys by hash: an open table of 64-bit hashes, behind one bit for each hash that might be there.

A hash is a polynomial over the bytes, from the last to the first, so that all endings of a name are
hashed in one pass; then mixed (the finaliser of MurmurHash3). Whoever finds a hash compares the
text.
"""

from __future__ import annotations

import numpy as np

from noroshi.desks.cyber.match.kernels.jit import (
    Ints,
    Key,
    Keys,
    Numbers,
    Text,
    compiled,
    inlined,
    int64,
    uint64,
)

FACTOR = uint64(0x9E3779B97F4A7C15)
PATHS = uint64(0xC2B2AE3D27D4EB4F)
SIXES = uint64(0x165667B19E3779F9)

LOWER = np.arange(256, dtype=np.uint8)
LOWER[65:91] += 32
"""ASCII capitals as small letters."""


@inlined
def mixed(key: Key) -> Key:
    """All bits of the key depend on all of it, and it is not 0, which marks an empty place."""
    key ^= key >> uint64(33)
    key *= uint64(0xFF51AFD7ED558CCD)
    key ^= key >> uint64(33)
    key *= uint64(0xC4CEB9FE1A85EC53)
    key ^= key >> uint64(33)
    return key | uint64(1)


@inlined
def onwards(key: Key, byte: int) -> Key:
    """The hash of a text with one byte more before it."""
    return (key + uint64(byte) + uint64(1)) * FACTOR


@inlined
def hashed(text: Text, start: int, end: int) -> Key:
    """The key of a text, in small letters."""
    key = uint64(0)
    for place in range(end - 1, start - 1, -1):
        key = onwards(key, int64(LOWER[text[place]]))
    return mixed(key)


@inlined
def four(address: Key, length: int) -> Key:
    """The key of an IPv4 prefix: the address with its host bits cleared, and its length."""
    return mixed(address * FACTOR ^ uint64(length + 1))


@inlined
def sixth(high: Key, low: Key, length: int) -> Key:
    """The key of an IPv6 prefix."""
    return mixed(mixed(high ^ SIXES) * FACTOR ^ mixed(low) ^ uint64(length + 1))


@inlined
def paired(host: Key, path: Key) -> Key:
    """The key of a host with a path."""
    return mixed(host * FACTOR ^ path)


@inlined
def may_hold(bits: Keys, key: Key) -> bool:
    """Whether the key could be in the table; the number of bits is a power of two."""
    place = (key >> uint64(20)) & uint64(len(bits) * 64 - 1)
    return (bits[int64(place >> uint64(6))] >> (place & uint64(63))) & uint64(1) != uint64(0)


@inlined
def found(hashes: Keys, numbers: Numbers, key: Key) -> int:
    """The number of the key, or -1."""
    size = len(hashes) - 1
    place = int64(key >> uint64(1)) & size
    while hashes[place] != uint64(0):
        if hashes[place] == key:
            return numbers[place]
        place = (place + 1) & size
    return -1


@compiled
def mark(bits: Keys, keys: Keys) -> None:
    """Set the bits of keys."""
    for key in keys:
        place = (key >> uint64(20)) & uint64(len(bits) * 64 - 1)
        bits[int64(place >> uint64(6))] |= uint64(1) << (place & uint64(63))


@compiled
def put(hashes: Keys, numbers: Numbers, keys: Keys, given: Numbers, fresh: int) -> int:
    """Put keys into the table. `given` becomes the number of each: that of an equal key before it,
    else the next from `fresh` on. Returns how many numbers there are then."""
    size = len(hashes) - 1
    for at in range(len(keys)):
        key = keys[at]
        place = int64(key >> uint64(1)) & size
        while hashes[place] != uint64(0) and hashes[place] != key:
            place = (place + 1) & size
        if hashes[place] == uint64(0):
            hashes[place] = key
            numbers[place] = fresh
            fresh += 1
        given[at] = numbers[place]
    return fresh


@compiled
def look(hashes: Keys, numbers: Numbers, keys: Keys, given: Numbers) -> None:
    """The number of each key, or -1."""
    for at in range(len(keys)):
        given[at] = found(hashes, numbers, keys[at])


@compiled
def hash_texts(text: Text, ends: Ints, keys: Keys) -> None:
    """The key of each text, in small letters; they stand one after the other."""
    start = 0
    for at in range(len(ends)):
        keys[at] = hashed(text, start, ends[at])
        start = ends[at]


@compiled
def hash_paths(text: Text, ends: Ints, keys: Keys) -> None:
    """The key of each path, as it is written."""
    start = 0
    for at in range(len(ends)):
        key = PATHS
        for place in range(start, ends[at]):
            key = onwards(key, int64(text[place]))
        keys[at] = mixed(key)
        start = ends[at]


@compiled
def pair(hosts: Keys, paths: Keys, keys: Keys) -> None:
    """The key of each host with its path."""
    for at in range(len(keys)):
        keys[at] = paired(hosts[at], paths[at])


@compiled
def prefixes(highs: Keys, lows: Keys, lengths: Numbers, version: int, keys: Keys) -> None:
    """The key of each prefix of one IP version; of IPv4 the address stands in `lows`."""
    for at in range(len(keys)):
        if version == 4:
            keys[at] = four(lows[at], int64(lengths[at]))
        else:
            keys[at] = sixth(highs[at], lows[at], int64(lengths[at]))

"""Lines gone through once: words, addresses and paths in them, and which of these are known.

A *word* is a run of letters, digits, `.-_@+` and bytes above 127. A word with dots is looked up
whole and from each label on; an address as its prefixes; a run of hexadecimal digits as a hash; a
path (from `/` to a space, quote or angle bracket) with every host of its line.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from noroshi.desks.cyber.match.kernels.finds import AT, fours, hit, looked, names, path_end, sixes
from noroshi.desks.cyber.match.kernels.jit import (
    Ints,
    Keys,
    Numbers,
    Text,
    compiled,
    int64,
    uint64,
)
from noroshi.desks.cyber.match.kernels.six import (
    COLON,
    DOT,
    HEX,
    WORD,
    quad,
    six,
    undotted,
)
from noroshi.desks.cyber.match.kernels.table import (
    hashed,
    may_hold,
    paired,
)

PLAIN: Final = 0
JSON: Final = 1
ZEEK: Final = 2
"""How a backslash is understood: not at all, as JSON's, as that of Zeek's tables."""

ESCAPED: Final = -1
HEADING: Final = -2
OVERFLOWED: Final = -3
"""In place of a key's number: a line to be read in full whatever stands on it, one that starts with
`#`, and one on which more was found than there is room for (it is then the only one)."""

MOST: Final = 64
"""Hosts and paths of a line that are kept to be paired; a line with more is read in full."""

NEWLINE, SLASH, BACKSLASH = 10, 47, 92
LINES, FOUND = 0, 1
"""What `counts` counts: all lines that were gone through, and the places in `out`."""

HASHES = np.zeros(256, dtype=np.uint8)
for _each in (32, 40, 56, 64, 96, 128):
    HASHES[_each] = 1
"""Lengths of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 in hexadecimal."""


@compiled
def scan(
    text: Text,
    begin: int,
    escapes: int,
    fours_: Numbers,
    sixes_: Numbers,
    urls: int,
    bits: Keys,
    hashes: Keys,
    numbers: Numbers,
    warned: Numbers,
    last: Ints,
    held: Ints,
    out: Ints,
    memory: Keys,
    counts: Ints,
) -> int:
    """Goes through the lines of `text` from `begin`, each ended by a newline but for the last.

    Places go to `out`, four numbers each: start of the line, start and end of what was found, and
    the number of the key. A line on which all that was found is `warned` of is only counted, in
    `held` by key. Returns where to go on, which is before the end when `out` is full; `counts`
    says how many places there are.
    """
    size = len(text)
    hosts, paths, spans = memory[32:96], memory[96:160], memory[160:288]
    key = memory[20:21]
    host = memory[21:22]
    many = place = 0
    place = begin
    while place < size:
        line = place
        first = many
        host_many = path_many = 0
        full = False
        touching = -1  # where a host or its port ended
        path_until = -1
        if escapes == ZEEK and text[place] == 35:
            many = hit(out, many, line, place, place, HEADING)
        while place < size:
            byte = int64(text[place])
            if WORD[byte]:
                start = place
                digits = hexed = True
                dots = 0
                marked = -1
                while WORD[byte]:
                    if HEX[byte] > 9:
                        if byte == DOT:
                            dots += 1
                            hexed = False
                        else:
                            digits = False
                            if byte == AT:
                                marked = place
                            hexed = hexed and HEX[byte] < 16
                    place += 1
                    if place >= size:
                        break
                    byte = int64(text[place])
                if byte == COLON and place < size and hexed and place - start <= 4:
                    onward = six(text, start, size, memory)
                    if memory[2]:
                        ended = int64(memory[3])
                        many = sixes(
                            memory, start, ended, line, sixes_, bits, hashes, numbers, out, many
                        )
                    if onward > place:
                        place = onward
                        continue
                if dots > 0:
                    end = undotted(text, start, place) if text[place - 1] == DOT else place
                    # A word of digits has no `@`: it is an address or nothing.
                    low = marked + 1 if marked >= 0 else start
                    address = quad(text, low, end) if dots >= 3 else -1
                    if address >= 0:
                        many = fours(
                            address, low, end, line, fours_, bits, hashes, numbers, out, many
                        )
                    if not digits:
                        many = names(text, start, end, line, bits, hashes, numbers, out, many, host)
                    elif address >= 0 and urls:
                        host[0] = hashed(text, start, end)
                    if urls and (not digits or address >= 0):
                        touching = place
                        if host_many < MOST:
                            hosts[host_many] = host[0]
                            host_many += 1
                        else:
                            full = True
                elif hexed and place - start < 256 and HASHES[place - start]:
                    made = hashed(text, start, place)
                    many = looked(made, line, start, place, bits, hashes, numbers, out, many)
                elif (
                    digits and touching >= 0 and touching == start - 1 and text[start - 1] == COLON
                ):
                    touching = place
                continue
            if byte == NEWLINE:
                break
            if byte == SLASH and urls and (place >= path_until or touching == place):
                doubled = place + 1 < size and text[place + 1] == SLASH
                after = place > line and text[place - 1] == SLASH
                if not doubled and not after:
                    path_until = path_end(text, place, size, key)
                    if key[0] != uint64(0) and may_hold(bits, key[0]):
                        if touching == place:
                            made = paired(host[0], key[0])
                            many = looked(
                                made, line, place, path_until, bits, hashes, numbers, out, many
                            )
                        if path_many < MOST:
                            paths[path_many] = key[0]
                            spans[path_many * 2] = uint64(place)
                            spans[path_many * 2 + 1] = uint64(path_until)
                            path_many += 1
                        else:
                            full = True
            elif byte == COLON:
                if place + 1 < size and text[place + 1] == COLON:
                    onward = six(text, place, size, memory)
                    if memory[2]:
                        ended = int64(memory[3])
                        many = sixes(
                            memory, place, ended, line, sixes_, bits, hashes, numbers, out, many
                        )
                    place = max(onward, place + 1)
                    continue
            elif byte == BACKSLASH and escapes != PLAIN and place + 1 < size:
                following = int64(text[place + 1])
                if escapes == JSON:
                    full = full or following == 117 or following == SLASH  # u
                    place += 1 if following != NEWLINE else 0
                elif following == 120:  # x
                    full = True
            place += 1
        for at in range(path_many):
            for other in range(host_many):
                made = paired(hosts[other], paths[at])
                start, end = int64(spans[at * 2]), int64(spans[at * 2 + 1])
                many = looked(made, line, start, end, bits, hashes, numbers, out, many)
        if full:
            many = hit(out, many, line, line, line, ESCAPED)
        if many * 4 > len(out):
            if first > 0:
                counts[FOUND] = first
                return line
            counts[LINES] += 1
            counts[FOUND] = hit(out, 0, line, line, line, OVERFLOWED)
            return place + 1
        counts[LINES] += 1
        for at in range(first, many):
            number = out[at * 4 + 3]
            if number < 0 or warned[number] < 0:
                break
        else:
            for at in range(first, many):
                number = out[at * 4 + 3]
                if last[number] != counts[LINES]:
                    last[number] = counts[LINES]
                    held[number] += 1
            many = first
        place += 1
    counts[FOUND] = many
    return size

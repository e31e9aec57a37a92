"""Lines gone through once: words, addresses and paths in them, and which of these are known.

A *word* is a run of letters, digits, `.-_@+` and bytes above 127. A word with dots is looked up
whole and from each label on; an address as its prefixes; a run of hexadecimal digits as a hash; a
path (from `/` to a space, quote or angle bracket) with every host of its line.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from noroshi.desks.cyber.match.kernels.jit import (
    Ints,
    Key,
    Keys,
    Numbers,
    Text,
    compiled,
    inlined,
    inner,
    int64,
    uint64,
)
from noroshi.desks.cyber.match.kernels.six import (
    COLON,
    DOT,
    HEX,
    WORD,
    group,
    quad,
    six,
    undotted,
)
from noroshi.desks.cyber.match.kernels.table import (
    LOWER,
    PATHS,
    found,
    four,
    may_hold,
    mixed,
    onwards,
    paired,
    sixth,
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

LONGEST_NAME: Final = 320
"""Bytes of a name or an e-mail address that are looked at (RFC 1035 §2.3.4, RFC 5321 §4.5.3)."""

LONGEST_PATH: Final = 2048
"""Bytes of a path that is looked for."""

MOST: Final = 64
"""Hosts and paths of a line that are kept to be paired; a line with more is read in full."""

NEWLINE, SLASH, BACKSLASH, AT = 10, 47, 92, 64
LINES, READ, WARNED = 0, 1, 2
"""What `counts` counts: lines, bytes, and matches that a warning list held back."""

PATH_ENDS = np.zeros(256, dtype=np.uint8)
PATH_ENDS[:33] = 1
for _each in b"\"'<>\\`":
    PATH_ENDS[_each] = 1
"""Where a path ends."""

HASHES = np.zeros(256, dtype=np.uint8)
for _each in (32, 40, 56, 64, 96, 128):
    HASHES[_each] = 1
"""Lengths of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 in hexadecimal."""


@inlined
def hit(out: Ints, many: int, line: int, start: int, end: int, number: int) -> int:
    """One more place, where there is room for it."""
    if many * 4 + 4 <= len(out):
        out[many * 4] = line
        out[many * 4 + 1] = start
        out[many * 4 + 2] = end
        out[many * 4 + 3] = number
    return many + 1


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
        if byte == DOT or byte == AT:  # noqa: SIM109 - as compiled code has it
            if not at_seen:
                made = mixed(key)
                if may_hold(bits, made):
                    number = found(hashes, numbers, made)
                    if number >= 0:
                        many = hit(out, many, line, place + 1, end, number)
                if byte == AT:
                    host[0] = made
            at_seen = at_seen or byte == AT
        key = onwards(key, int64(LOWER[byte]))
    made = mixed(key)
    if not at_seen:
        host[0] = made
    if low == start and may_hold(bits, made):
        number = found(hashes, numbers, made)
        if number >= 0:
            many = hit(out, many, line, start, end, number)
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
        if may_hold(bits, key):
            number = found(hashes, numbers, key)
            if number >= 0:
                many = hit(out, many, line, start, end, number)
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
        if may_hold(bits, key):
            number = found(hashes, numbers, key)
            if number >= 0:
                many = hit(out, many, line, start, end, number)
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
    `held` by key. Returns where to go on, which is before the end when `out` is full; `counts[3]`
    is how many places there are.
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
                    if digits:
                        if dots >= 3:
                            address = quad(text, start, end)
                            if address >= 0:
                                many = fours(
                                    address,
                                    start,
                                    end,
                                    line,
                                    fours_,
                                    bits,
                                    hashes,
                                    numbers,
                                    out,
                                    many,
                                )
                                if urls:
                                    made = uint64(0)
                                    for back in range(end - 1, start - 1, -1):
                                        made = onwards(made, int64(text[back]))
                                    host[0] = mixed(made)
                                    touching = place
                                    if host_many < MOST:
                                        hosts[host_many] = host[0]
                                        host_many += 1
                                    else:
                                        full = True
                    else:
                        if marked >= 0:
                            address = quad(text, marked + 1, end)
                            if address >= 0:
                                many = fours(
                                    address,
                                    marked + 1,
                                    end,
                                    line,
                                    fours_,
                                    bits,
                                    hashes,
                                    numbers,
                                    out,
                                    many,
                                )
                        many = names(text, start, end, line, bits, hashes, numbers, out, many, host)
                        if urls:
                            touching = place
                            if host_many < MOST:
                                hosts[host_many] = host[0]
                                host_many += 1
                            else:
                                full = True
                elif hexed and place - start < 256 and HASHES[place - start]:
                    made = uint64(0)
                    for back in range(place - 1, start - 1, -1):
                        made = onwards(made, int64(LOWER[text[back]]))
                    made = mixed(made)
                    if may_hold(bits, made):
                        number = found(hashes, numbers, made)
                        if number >= 0:
                            many = hit(out, many, line, start, place, number)
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
                            number = found(hashes, numbers, paired(host[0], key[0]))
                            if number >= 0:
                                many = hit(out, many, line, place, path_until, number)
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
                if may_hold(bits, made):
                    number = found(hashes, numbers, made)
                    if number >= 0:
                        start, end = int64(spans[at * 2]), int64(spans[at * 2 + 1])
                        many = hit(out, many, line, start, end, number)
        if full:
            many = hit(out, many, line, line, line, ESCAPED)
        if many * 4 > len(out):
            if first > 0:
                counts[3] = first
                return line
            counts[LINES] += 1
            counts[3] = hit(out, 0, line, line, line, OVERFLOWED)
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
    counts[3] = many
    return size


__all__ = ["ESCAPED", "HEADING", "JSON", "MOST", "PLAIN", "ZEEK", "Key", "group", "scan"]

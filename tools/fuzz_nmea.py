"""Random and bitten lines through the compiled decoder and its twin, which must say the same.

    python tools/fuzz_nmea.py --lines 1000000

Lines are real ones of the packaged samples and messages of random bits, in every dialect; most are
bitten somewhere, and of those some get a right checksum again. Each log of 5,000 lines is read by
both, the compiled one in pieces cut anywhere, and every index is checked. The first log that they
read differently is written beside, and the run fails.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import hashlib
import importlib.resources
import io
import operator
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("NUMBA_BOUNDSCHECK", "1")

SAMPLES = ("amsa-20120127.nmea.gz", "exactearth-tagblock.nmea.gz")
LOG = 5_000
CODES = b"0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
SIZES = {5: 71, 19: 52, 21: 46, 27: 16, 24: 28}
"""Characters of a message, where not 28."""

WRAPS = (
    b"\\s:rEV,c:1449309600*00\\%s",
    b"\\c:1449309601123*41\\%s",
    b"\\\\c:1449309601*00\\\\%s",
    b"\\g:1-2-7,n:3,t:a b*11\\%s",
    b"\\1G2:77*5B\\%s",
    b"%s,rABC,s26938,d-096,T12.3,x5,1449309600",
    b"%s,1449309600123",
    b"$PGHP,1,2015,12,5,10,0,0,5,219,,2190048,1,23*00\n%s",
    b" x: %s ",
    b"\\c:1449309600*00\\\n%s",
    b"#%s",
)


MARKS = b",*!\\$:-0129AVDMG\n"


def real() -> list[bytes]:
    """Lines of the packaged samples."""
    folder = importlib.resources.files("noroshi") / "data" / "samples"
    return [
        line
        for name in SAMPLES
        for line in gzip.decompress((folder / name).read_bytes()).splitlines()
    ]


def summed(line: bytes) -> bytes:
    """The line with a checksum that is right, where it has one."""
    begin, star = line.find(b"!"), line.find(b"*", line.find(b"!") + 1)
    if begin < 0 or star < 0:
        return line
    check = functools.reduce(operator.xor, line[begin + 1 : star], 0)
    return line[: star + 1] + b"%02X" % check + line[star + 3 :]


def made(draw: random.Random) -> bytes:
    """A message of random bits: of any type, now and then too short or too long, or a part."""
    kind = draw.randrange(64) if draw.random() < 0.05 else draw.randrange(29)
    size = SIZES.get(kind, 28) + draw.choice((0, 0, 0, 0, -1, -2, 1, 5, -9))
    payload = CODES[kind : kind + 1] + bytes(draw.choices(CODES, k=max(0, size - 1)))
    parts = draw.choice((1, 1, 1, 1, 2, 2, 3))
    if parts == 1:
        return summed(b"!AIVDM,1,1,,A,%s,%d*00" % (payload, draw.randrange(7)))
    part, sequence, channel = draw.randint(1, parts), draw.randrange(10), draw.choice((b"A", b"B"))
    fields = (parts, part, sequence, channel, payload, draw.randrange(3))
    return summed(b"!AIVDM,%d,%d,%d,%s,%s,%d*00" % fields)


def bitten(line: bytes, draw: random.Random) -> bytes:
    """The line with a few bytes changed, taken out or put in."""
    out = bytearray(line)
    for _ in range(draw.randint(1, 3)):
        place, taken = draw.randint(0, len(out)), draw.randint(0, 2)
        put = draw.randbytes(draw.randint(0, 2)), bytes(draw.choices(MARKS, k=1))
        out[place : place + taken] = draw.choice(put)
    return bytes(out)


def log(lines: list[bytes], draw: random.Random) -> bytes:
    """Lines of one log."""
    out: list[bytes] = []
    for _ in range(LOG):
        line = draw.choice(lines) if draw.random() < 0.6 else made(draw)
        if draw.random() < 0.3:
            line = draw.choice(WRAPS).replace(b"%s", line)
        if draw.random() < 0.6:
            line = bitten(line, draw)
            line = summed(line) if draw.random() < 0.3 else line
        out.append(line)
    return draw.choice((b"\n", b"\r\n")).join(out)


def source(data: bytes) -> Any:
    """`data` as a source."""
    from noroshi.words.desk import Source
    from noroshi.words.label import Label, Strand

    label, digest = Label((Strand("JPN", "maritime", "*"),)), hashlib.sha256(data).hexdigest()
    return Source("log", "log", 0, digest, label, "JPN", "B", lambda: io.BytesIO(data))


def told(items: Any) -> tuple[dict[str, bytes], list[Any]]:
    """What a reader yields, comparable: columns end to end as bytes, and what was rejected."""
    from noroshi.words.desk import Columns

    columns: dict[str, bytes] = {}
    rejected: list[Any] = []
    for item in items:
        if not isinstance(item, Columns):
            rejected.append(item)
            continue
        for name, values in item.arrays.items():
            key = f"{item.kind}.{name}"
            plain = repr(values.tolist()).encode()[1:-1] + b"," if len(values) else b""
            columns[key] = columns.get(key, b"") + plain
    return columns, rejected


def compared(data: bytes, draw: random.Random) -> bool:
    """Whether both read the same."""
    from noroshi.desks.sea import decode, nmea, read

    whole = source(data)
    decoder = decode.Decoder(whole, read.PATIENCE)
    cuts = [0, *sorted(draw.randrange(len(data)) for _ in range(draw.randrange(6))), len(data)]
    items: list[Any] = []
    for start, end in zip(cuts, cuts[1:]):  # noqa: B905, RUF007
        items += decoder.feed(data[start:end])
    items += [*decoder.feed(b"", final=True), *decoder.take()]
    return told(items) == told(nmea.read(whole, 1 << 20, read.PATIENCE))


def main() -> int:
    """Run; 1 where they differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    lines, done, began = real(), 0, time.monotonic()
    while done < chosen.lines:
        draw = random.Random(chosen.seed * 1_000_003 + done)  # noqa: S311
        data = log(lines, draw)
        if not compared(data, draw):
            path = Path(f"differs-{chosen.seed}-{done}.nmea")
            path.write_bytes(data)
            print(f"\nread differently: {path}")
            return 1
        done += LOG
        sys.stderr.write(f"\r{done:,} lines, {time.monotonic() - began:,.0f} s")
    print(f"\n{done:,} lines read alike, seed {chosen.seed}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

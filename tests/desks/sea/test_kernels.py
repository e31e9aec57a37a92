"""The compiled decoder is its twin in plain Python: to the last row, place and reason."""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import itertools
import operator
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyais
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import nmea, read
from noroshi.desks.sea.kernels import jit
from noroshi.words import compiling
from noroshi.words.desk import Columns

pytestmark = pytest.mark.skipif(not compiling.usable(), reason="nothing is compiled")

KINDS = ("position", "static", "message")
SAMPLES = ("amsa-20120127.nmea.gz", "exactearth-tagblock.nmea.gz")


def decoder(scene, data: bytes):
    from noroshi.desks.sea import decode

    return decode.Decoder(scene.source(data), read.PATIENCE)


def told(scene, items):
    """(rows of each kind, what was rejected) of a reader's items."""
    items = list(items)
    columns = [item for item in items if isinstance(item, Columns)]
    rows = {kind: scene.rows(columns, kind) for kind in KINDS}
    return rows, [item for item in items if not isinstance(item, Columns)]


def compiled(scene, data: bytes, cuts=()):
    """By the kernels, fed in the pieces that `cuts` make."""
    one = decoder(scene, data)
    ends = [0, *sorted(cuts), len(data)]
    items = [item for a, b in itertools.pairwise(ends) for item in one.feed(data[a:b])]
    return told(scene, [*items, *one.feed(b"", final=True), *one.take()])


def plain(scene, data: bytes):
    """By the twin."""
    return told(scene, nmea.read(scene.source(data), read.BATCH, read.PATIENCE))


def agree(one, other) -> None:
    (rows, rejected), (others, other_rejected) = one, other
    assert rejected == other_rejected
    for kind in KINDS:
        assert rows[kind].keys() == others[kind].keys(), kind
        for name, values in rows[kind].items():
            np.testing.assert_array_equal(values, others[kind][name], f"{kind}.{name}")


def sample(name: str) -> bytes:
    folder = importlib.resources.files("noroshi") / "data" / "samples"
    return gzip.decompress((folder / name).read_bytes())


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_read_as_by_the_twin(scene, name):
    data = sample(name)
    rows, _ = found = compiled(scene, data)
    assert len(rows["position"]["t"]) > 150
    agree(found, plain(scene, data))


LINES = 10_000


@pytest.mark.shared
def test_every_real_log_is_read_as_by_the_twin(scene, shared):
    logs = sorted((shared / "data/sea/nmea").iterdir())
    assert len(logs) >= 15
    for path in logs:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        data = b"".join(data.splitlines(keepends=True)[-LINES:])
        agree(compiled(scene, data), plain(scene, data))


def sentence(payload: str, fill: int = 0, *fields: str) -> bytes:
    head = fields or ("AIVDM", "1", "1", "", "A")
    body = ",".join((*head, payload, str(fill))).encode("latin-1")
    return b"!%s*%02X" % (body, functools.reduce(operator.xor, body))


CODES = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"


def armoured(bits: int, size: int) -> tuple[str, int]:
    """`size` bits as characters, and the fill bits."""
    fill = -size % 6
    value = bits << fill
    count = (size + fill) // 6
    return "".join(CODES[value >> 6 * (count - 1 - n) & 63] for n in range(count)), fill


TYPED = {1: 168, 4: 168, 5: 424, 9: 168, 11: 168, 18: 168, 19: 312, 21: 272, 24: 168, 27: 96}


@pytest.mark.parametrize("kind", range(32))
def test_messages_of_random_bits_are_read_as_by_the_twin(scene, kind):
    draw = random.Random(kind)
    lines = []
    for _ in range(60):
        size = max(1, TYPED.get(kind, 100) + draw.choice([0, 0, 0, -2, 2, -8, -29, -80, 60]))
        bits = draw.getrandbits(size)
        if size > 6:
            bits = kind << size - 6 | bits & (1 << size - 6) - 1
        lines.append(sentence(*armoured(bits, size)))
    data = b"\n".join(lines)
    agree(compiled(scene, data), plain(scene, data))


BODY = {"mmsi": 257000001, "lon": 10.0, "lat": 56.0, "speed": 7.0, "course": 90.0}
PLACES = [(180.0, 0.0), (-180.0, 0.0), (181.0, 91.0), (10.0, 91.0), (179.999999, -90.0)]
EDGES = [
    *({"lon": lon, "lat": lat} for lon, lat in PLACES),
    *({"speed": speed} for speed in (0.0, 102.1, 102.2, 102.3)),
    *({"course": course} for course in (0.0, 359.9, 360.0, 409.5)),
    *({"heading": heading} for heading in (0, 359, 360, 511)),
    *({"turn": turn} for turn in (-128, -127, -126, -3, 0, 3, 126, 127)),
    *({"status": status} for status in (0, 14, 15)),
    {"accuracy": True, "second": 63},
]


def test_every_edge_is_read_as_by_the_twin(scene):
    lines = [
        line.encode()
        for kind in (1, 2, 3, 18)
        for edge in EDGES
        for line in pyais.encode_dict({"type": kind} | BODY | edge)
    ]
    data = b"\n".join(lines)
    rows, _ = found = compiled(scene, data)
    assert np.isnan(rows["position"]["turn"]).any()
    agree(found, plain(scene, data))


HEADS = (
    "AIVDM,1,1,,",
    "BSVDO,1,1,,A",
    "ABVDM,1,1,7,B",
    "!IVDM,1,1,7,",
    "A0VDM,1,1,77,B",
    "AIVDM,1,1,*,A",
)


@pytest.mark.parametrize("size", range(25))
def test_sizes_and_heads_and_every_byte_are_read_as_by_the_twin(scene, size):
    """Payloads are read eight characters at a time: every remainder, and every byte in every place
    of eight, with the checksum right as it would be if the byte was meant."""
    draw = random.Random(size)
    lines = []
    for head in HEADS:
        for _ in range(4):
            payload = "1" + "".join(draw.choices(CODES, k=27 + size))
            lines.append(sentence(payload, draw.randrange(6), *head.split(",")))
    for byte in range(256):
        body = bytearray(lines[draw.randrange(len(lines))])
        body[draw.randrange(body.index(b"*"))] = byte
        star = body.index(b"*")
        check = functools.reduce(operator.xor, body[1:star], 0)
        lines.append(bytes(body[: star + 1]) + b"%02X" % check)
    data = b"\n".join(lines) + b"\n" + b"#" * 600
    agree(compiled(scene, data), plain(scene, data))


def test_eight_bytes_are_one_load():
    """What reading eight characters at once is for, looked up in the machine's code."""
    import numba

    from noroshi.desks.sea.kernels import text

    eight = numba.njit("uint64(uint8[::1], int64)", error_model="numpy")(text.eight.py_func)
    assert eight(np.frombuffer(b"-ABCDEFGH-", np.uint8).copy(), 1) == int(b"ABCDEFGH".hex(), 16)
    (code,) = eight.inspect_asm().values()
    first = code.split(".Lfunc_end0")[0]
    assert "eight" in first
    assert not re.search(r"\b(movzb\w*|movb|ldrb)\b", first), first


REAL = [line for name in SAMPLES for line in sample(name).splitlines()[:400]]
STAMP = 1_449_309_600
WRAPS = (
    "%s",
    "\\s:x,c:1449309600*00\\%s",
    "\\\\c:1449309601123*00\\\\%s",
    "\\c:x,s:,g:1-2-7\\%s",
    "\\1G2:77*5B\\%s",
    "\\g:1-2-7,n:3,t:a b*11\\%s,1449309600",
    "$PGHP,1,2015,12,5,10,0,0,5,219,,2190048,1,23*00\r\n%s",
    "%s,rABC,s26938,d-096,T12.3,x5,1449309600",
    "%s , 1449309600123 ",
    " syslog: %s",
    "\\c:1449309600*00\\\n%s",
    "# %s",
    "%s\n\n",
    "!%s",
)


@st.composite
def logs(draw) -> bytes:
    """Real lines in every dialect, some of them bitten."""
    out = []
    for _ in range(draw(st.integers(1, 25))):
        line = bytearray(draw(st.sampled_from(REAL)))
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
            place = draw(st.integers(0, max(0, len(line) - 1)))
            line[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
        wrap = draw(st.sampled_from(WRAPS)).encode()
        out.append(wrap.replace(b"%s", bytes(line)))
    return b"\n".join(out)


@settings(max_examples=3 * settings().max_examples)
@given(data=logs(), cuts=st.data())
def test_bitten_lines_are_read_as_by_the_twin_however_they_are_cut(scene, data, cuts):
    pieces = cuts.draw(st.lists(st.integers(0, len(data)), max_size=5))
    agree(compiled(scene, data, pieces), plain(scene, data))


def test_long_lines_and_noise_are_cut_as_by_the_twin(scene):
    line = REAL[0]
    noise = random.Random(1).randbytes(30_000).replace(b"\n", b"")
    data = b"\n".join(
        [line, noise, line, b" " * 5_000 + line, line + b"," * 4_090, line, b"!" * 99]
    )
    agree(compiled(scene, data, [7_000, 9_000]), plain(scene, data))


def test_many_parts_that_never_find_the_rest(scene):
    lines = [
        sentence("5" * 40, 0, "AIVDM", str(2 + n % 8), "1", str(n % 10), f"{n % 971}")
        for n in range(7_000)
    ]
    data = b"\n".join(lines)
    _, rejected = found = compiled(scene, data)
    assert len(rejected) == 7_000
    agree(found, plain(scene, data))


ALIKE = {
    "a group and a talker": (
        b"\\g:1-2-7,n:3,t:a b*11\\" + sentence("0b", 1, "AIVDM", "3", "3", "3", "A"),
        sentence(";P", 2, "7VDM", "3", "2", "4", "A"),
    ),
    "a byte as an end": (
        sentence("0b", 0, "a\xffbVDM", "2", "1", "c", "A"),
        sentence(";P", 0, "aVDM", "2", "2", "b\xffc", "A"),
    ),
}
"""Parts of two messages, whose keys a weak hash would take for one."""


@pytest.mark.parametrize("lines", ALIKE.values(), ids=ALIKE)
def test_parts_of_other_messages_are_not_joined(scene, lines):
    data = b"\n".join(lines)
    _, rejected = found = compiled(scene, data)
    assert len(rejected) == 2
    agree(found, plain(scene, data))


def test_groups_beyond_those_remembered(scene):
    lines = [
        b"\\g:%d-2-%d%s*00\\" % (part, group, b",c:%d" % (STAMP + group) if part == 1 else b"")
        + REAL[group % 100]
        for group in range(2_500)
        for part in (1, 2)
    ]
    data = b"\n".join(lines)
    agree(compiled(scene, data), plain(scene, data))


@pytest.mark.parametrize("cut", [0, 1, 1_000, 33_333, 33_334, 60_000])
def test_a_decoder_goes_on_from_what_was_dumped(scene, cut):
    data = sample(SAMPLES[0])[:70_000] + b"\n" + sample(SAMPLES[1])
    one = decoder(scene, data)
    items = [*one.feed(data[:cut]), *one.take()]
    two = type(one).load(scene.source(data), read.PATIENCE, one.dump())
    items += [*two.feed(data[cut:]), *two.feed(b"", final=True), *two.take()]
    agree(told(scene, items), plain(scene, data))


@pytest.mark.parametrize("data", [b"", b"x", b"\x94\xa1a\x01\xc4\x00\xc4\x00"])
def test_what_no_decoder_dumped_is_not_taken_up(scene, data):
    kind = type(decoder(scene, b""))
    assert kind.load(scene.source(b""), read.PATIENCE, data) is None


def test_a_dump_of_other_kernels_is_not_taken_up(scene, monkeypatch):
    one = decoder(scene, b"")
    dumped = one.dump()
    monkeypatch.setattr(type(jit.KERNELS), "digest", lambda self: "other")
    assert type(one).load(scene.source(b""), read.PATIENCE, dumped) is None


@pytest.mark.slow
def test_many_random_and_bitten_lines():
    tool = Path(__file__).resolve().parents[3] / "tools" / "fuzz_nmea.py"
    found = [
        subprocess.Popen([sys.executable, str(tool), "--lines", "200000", "--seed", str(seed)])
        for seed in (1, 2)
    ]
    assert [each.wait() for each in found] == [0, 0]


def test_the_cache_is_named_by_all_sources(tmp_path):
    code = (
        "from noroshi.desks.sea.kernels import jit, scan; import numba, os, pathlib;"
        "folder = pathlib.Path(numba.config.CACHE_DIR);"
        "assert folder.name == f'sea-{jit.KERNELS.digest()[:16]}-fast', folder;"
        "print(sum(1 for each in folder.rglob('*.nbi')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=110, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0

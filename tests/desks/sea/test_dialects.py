"""Every type of message, every talker, and lengths that are really sent, by both readers."""

from __future__ import annotations

import functools
import itertools
import operator

import pyais
import pytest

from noroshi.desks.sea import nmea, payload, read
from noroshi.words import compiling
from noroshi.words.desk import Columns

CODES = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"


def sentences(bits: str, talker: str = "AIVDM") -> list[bytes]:
    """A message of these bits, in parts of up to 56 characters."""
    fill = -len(bits) % 6
    bits += "0" * fill
    text = "".join(CODES[int(bits[n : n + 6], 2)] for n in range(0, len(bits), 6))
    parts = [text[n : n + 56] for n in range(0, len(text), 56)]
    sequence = "" if len(parts) == 1 else "7"
    bodies = [
        f"{talker},{len(parts)},{n},{sequence},A,{part},{fill if n == len(parts) else 0}".encode()
        for n, part in enumerate(parts, 1)
    ]
    return [b"!%s*%02X" % (each, functools.reduce(operator.xor, each)) for each in bodies]


def readers():
    from noroshi.desks.sea import decode

    plain = lambda source: nmea.read(source, read.BATCH, read.PATIENCE)  # noqa: E731
    compiled = lambda source: decode.read(source, read.PATIENCE)  # noqa: E731
    return [plain, compiled] if compiling.usable() else [plain]


def both(scene, lines: list[bytes]) -> list[dict]:
    """The rows by kind of each reader, which reject nothing."""
    found = []
    for each in readers():
        items = list(each(scene.source(b"\n".join(lines))))
        assert [item for item in items if not isinstance(item, Columns)] == []
        kinds = {item.kind for item in items}
        found.append({kind: scene.rows(items, kind) for kind in kinds})
    return found


MMSI = 257_000_001
HEAD = {kind: f"{kind:06b}00{MMSI:030b}" for kind in range(1, 29)}
KINDS = {
    **{kind: {"position"} for kind in (1, 2, 3, 9, 18, 27)}, 19: {"position", "static"},
    5: {"static"}, 24: {"static"},
}  # fmt: skip
SIZES = {5: 424, 19: 312, 27: 96, 21: 272}


@pytest.mark.parametrize("kind", range(1, 29))
def test_every_type_is_read(scene, kind):
    lines = sentences(HEAD[kind].ljust(SIZES.get(kind, 168), "0"))
    for rows in both(scene, lines):
        assert set(rows) == KINDS.get(kind, {"message"})
        assert all(each["mmsi"].tolist() == [MMSI] for each in rows.values())
        assert all(each["type"].tolist() == [kind] for each in rows.values() if "type" in each)


@pytest.mark.parametrize("kind", sorted({*range(1, 28)} - {24}))
def test_every_field_of_every_type_is_told_by_pyais_names(kind):
    (line, *_) = lines = sentences(HEAD[kind].ljust(SIZES.get(kind, 168), "0"))
    whole = b"".join(each.split(b",")[5] for each in lines)
    assert (
        payload.message(whole, int(lines[-1].split(b",")[6][:1])) == pyais.decode(*lines).asdict()
    ), line


@pytest.mark.parametrize(
    "talker", [a + b for a, b in itertools.product(("AI", "BS", "AB", "AN", "XX"), ("VDM", "VDO"))]
)
def test_every_talker_is_heard(scene, talker):
    (one,) = sentences(HEAD[1].ljust(168, "0"), talker)
    two = sentences(HEAD[5].ljust(424, "0"), talker)
    for rows in both(scene, [one, *two]):
        assert rows["position"]["mmsi"].tolist() == rows["static"]["mmsi"].tolist() == [MMSI]


NAME = "".join(f"{ord(letter) - 64:06b}" for letter in "NOROSHI")


@pytest.mark.parametrize("size", [420, 422, 424, 426])
def test_static_data_of_any_length_in_use(scene, size):
    bits = (HEAD[5] + "00" + "0" * 30 + "0" * 42 + NAME).ljust(size, "0")
    for rows in both(scene, sentences(bits)):
        assert rows["static"]["name"].tolist() == ["NOROSHI"]


@pytest.mark.parametrize("size", [160, 168])
def test_static_data_of_class_b_of_either_length(scene, size):
    for rows in both(scene, sentences((HEAD[24] + "00" + NAME).ljust(size, "0"))):
        assert rows["static"]["name"].tolist() == ["NOROSHI"]

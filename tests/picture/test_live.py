"""Findings that keep coming: in any order and any pieces, the same incidents."""

from __future__ import annotations

import json
import random
import threading
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.feeds.stream import growing
from noroshi.picture.correlate import told
from noroshi.picture.join import ready
from noroshi.picture.live import Live
from noroshi.picture.plant import World, plant
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import read_stream

PRIORS = load_priors()
PLANTED = plant(World(cables=15, days=100, campaigns=6, decoys=2, seed=4))
LINES = [msgspec.json.encode(each) + b"\n" for each in PLANTED.lines]


@settings(max_examples=8)
@given(st.integers(0, 1000), st.integers(1, 5), st.booleans())
def test_order_and_pieces_change_nothing(seed: int, pieces: int, repeated: bool) -> None:
    shuffled = LINES.copy()
    random.Random(seed).shuffle(shuffled)
    shuffled += shuffled[:20] * repeated
    live = Live("s", PLANTED.graph, PRIORS, shifts=20)
    size = -(-len(shuffled) // pieces)
    for start in range(0, len(shuffled), size):
        live.add(b"".join(shuffled[start : start + size]))
        picture = live.look()
    assert live.known is not None
    field = ready(read_stream(LINES, "s"), PLANTED.graph, PRIORS)
    assert picture.incidents == told(field, live.known).incidents
    assert picture.incidents


def test_what_is_told_is_what_changed_and_adds_up() -> None:
    live = Live("s", PLANTED.graph, PRIORS, shifts=20, budget=20)
    held: dict[str, frozenset[str]] = {}
    ends = 0
    for start in range(0, len(LINES), 20):
        live.add(b"".join(LINES[start : start + 20]))
        picture = live.look()
        for each in live.changes(picture):
            ends += each.what == "ended"
            assert (each.incident.id in held) == (each.what != "new")
            if each.what == "ended":
                del held[each.incident.id]
            else:
                held[each.incident.id] = frozenset(each.incident.findings)
        assert sorted(map(sorted, held.values())) == sorted(
            sorted(each.findings) for each in picture.incidents
        )
    assert ends
    assert not live.changes(live.look())


def test_the_oldest_go_first() -> None:
    live = Live("s", PLANTED.graph, PRIORS, shifts=20, most=50)
    live.add(b"".join(LINES))
    stream = live.look().field.stream
    whole = read_stream(LINES, "s")
    assert list(stream.ids) == list(whole.ids)[-50:]
    live.add(b"odd\n" + LINES[0])
    assert len(live.look().field.stream) == 50


def test_chance_is_asked_anew_beside_after_a_day() -> None:
    at = [0.0]
    live = Live("s", PLANTED.graph, PRIORS, shifts=20, clock=lambda: at[0])
    live.add(b"".join(LINES))
    live.look()
    first = live.known
    live.look()
    assert live.known is first
    at[0] = 90_000.0
    live.look()
    if live._beside is not None:
        live._beside.join()
    assert live.known is not first


def test_a_file_that_grows_is_read_in_whole_lines(tmp_path: Path) -> None:
    path, stop = tmp_path / "s.jsonl", threading.Event()
    path.write_bytes(b"a\nb")
    read = growing(path, stop, 0.01)
    assert next(read) == b"a\n"
    with path.open("ab") as file:
        file.write(b"c\n" + json.dumps({"d": 1}).encode() + b"\ne")
    assert next(read) == b'bc\n{"d": 1}\n'
    path.write_bytes(b"x\n")
    assert next(read) == b"x\n"
    stop.set()
    assert list(read) == []

"""Findings that keep coming: in any order and any pieces, the same incidents."""

from __future__ import annotations

import json
import random
import threading
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.feeds.stream import growing
from noroshi.picture.correlate import told
from noroshi.picture.held import Held
from noroshi.picture.join import ready
from noroshi.picture.live import Live
from noroshi.picture.plant import Planted, World, plant
from noroshi.picture.priors import load_priors
from noroshi.picture.score import Incident
from noroshi.picture.stream import Stream, read_stream

PRIORS = load_priors()
PLANTED = plant(World(cables=15, days=100, campaigns=6, decoys=2, seed=4))
LINES = [msgspec.json.encode(each) + b"\n" for each in PLANTED.lines]


CROWDED = plant(World(cables=3, days=40, campaigns=4, decoys=1, busy=10, seed=7))
SILENT = plant(World(cables=15, days=500, campaigns=6, decoys=2, busy=0.1, seed=8))
TEXTS = ("hackers at Operator 1", "a ship over Cable 3", "")


def in_one_go(live: Live) -> tuple[Incident, ...]:
    """What is joined of all that `live` holds at once, against the same background and chance."""
    assert live.held
    assert live.known
    field = live.held.field
    whole = ready(field.stream, live.graph, PRIORS, None, live.held.background)
    return told(whole, live.known, live.budget).incidents


def lines_of(planted: Planted, seed: int, places: bool) -> list[bytes]:
    """The planted lines out of order, some twice and with another end, of a text alone or of a
    domain that comes late; without places, so that few keys are shared by many."""
    draw = random.Random(seed)
    lines = [dict(each) for each in planted.lines]
    draw.shuffle(lines)
    for n, each in enumerate(lines):
        if draw.random() < 0.1:
            each |= {"text": draw.choice(TEXTS), "targets": [], "assets": []}
        if not places:
            each.pop("lat", None)
        if n > len(lines) // 2 and draw.random() < 0.05:
            each["domain"] = "space"
        if draw.random() < 0.3:
            each["t0"] = each["t0"][:14] + "00:00Z"  # many at one time
            each["t1"] = None
        if draw.random() < 0.1:
            each["assets"] = [f"port:{draw.randrange(6)}"]
    lines += [each | {"t1": None} for each in draw.sample(lines, 20)]
    return [msgspec.json.encode(each) + b"\n" for each in lines]


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from([CROWDED, SILENT]), st.integers(0, 1000), st.integers(8, 40),
    st.sampled_from([60, 400_000]), st.booleans(),
)  # fmt: skip
def test_what_is_held_is_joined_as_in_one_go(
    planted: Planted, seed: int, size: int, most: int, places: bool
) -> None:
    lines = lines_of(planted, seed, places)
    live = Live("s", planted.graph, PRIORS, shifts=20, most=most, budget=30)
    for start in range(0, len(lines), size):
        live.add(b"".join(lines[start : start + size]))
        live.look()
        live._asked_of = 10**6  # the background stays as it was at first
    assert live.look().incidents == in_one_go(live)
    assert live.held
    held, stream = live.held, live.held.field.stream
    assert len(stream) <= most + most // 16
    afresh = Held(stream, planted.graph, held.on, PRIORS, held.background)
    np.testing.assert_array_equal(held.score, afresh.score)
    np.testing.assert_array_equal(held.silent, afresh.silent)
    for name in ("partner", "best", "own"):
        np.testing.assert_array_equal(held.table[name], afresh.table[name])


def test_order_and_pieces_change_nothing() -> None:
    found: list[tuple[Incident, ...]] = []
    for pieces in (1, 3, 7):
        shuffled = LINES.copy()
        random.Random(pieces).shuffle(shuffled)
        live = Live("s", PLANTED.graph, PRIORS, shifts=20)
        size = -(-len(shuffled) // pieces)
        for start in range(0, len(shuffled), size):
            live.add(b"".join(shuffled[start : start + size]))
            live.look()
        assert live.held
        live.held = live._begun(live.held.field.stream)  # the background of all of it
        live.known = live._ask(live.held.field)
        found.append(live.look().incidents)
    assert found[0] == found[1] == found[2]
    assert found[0]


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
    more = [json.dumps({"id": f"n{n}", "domain": "sea", "t0": "2027-01-01"}) for n in range(4)]
    live.add(b"odd\n" + "\n".join(more).encode() + b"\n")
    look = live.look()
    assert len(look.field.stream) == 50
    assert (look.bad, len(look.rejected)) == (1, 1)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.integers(8, 40), st.sampled_from([60, 400_000]))
def test_what_comes_while_all_is_joined_afresh_is_not_lost(seed: int, size: int, most: int) -> None:
    """A day goes by in the middle; what is joined beside is ready only some batches later."""
    lines, at, gate = lines_of(CROWDED, seed, True), [0.0], threading.Event()
    lines = [each for each in lines if b'"space"' not in each]
    live = Live(
        "s", CROWDED.graph, PRIORS, shifts=20, most=most, budget=30, clock=lambda: at[0]
    )  # fmt: skip
    whole = live._renew

    def slow(renewed: Any, stream: Stream) -> None:
        gate.wait()
        whole(renewed, stream)

    live._renew = slow
    batches = [b"".join(lines[start : start + size]) for start in range(0, len(lines), size)]
    for n, batch in enumerate(batches):
        live.add(batch)
        live.look()
        live._asked_of = 10**6
        if n == len(batches) // 3:
            assert live.held
            first, at[0] = live.held, 90_000.0
        elif n == 2 * len(batches) // 3:
            assert live._beside
            assert live.held is first
            gate.set()
            live._beside.join()
    look = live.look()
    assert live.held
    assert live.held is not first
    assert live.held.background.until > 0
    assert look.incidents == in_one_go(live)
    old = Live("s", CROWDED.graph, PRIORS, shifts=20, most=most)
    for batch in batches:
        old.add(batch)
        old.look()
        old._asked_of = 10**6
    assert old.held
    # Of a few more than `most` it may drop them at another moment.
    assert list(live.held.field.stream.ids)[-most:] == list(old.held.field.stream.ids)[-most:]
    afresh = Held(live.held.field.stream, CROWDED.graph, live.held.on, PRIORS, live.held.background)
    np.testing.assert_array_equal(live.held.score, afresh.score)


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

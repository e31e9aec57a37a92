"""Marked parts of a record: no byte of one reaches a party that may not have it.

Random objects, random granular markings, read by the cyber desk as a source would be; two parties
with different ceilings poll several times while records come. The oracle is a walk down the object
of the test's own, and a search of everything served for tokens planted in each leaf.
"""

from __future__ import annotations

import json
import random
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from japan import NOW, Node, body
from marked import AMBER, CEILING, GREEN, LAW, LEVEL, malware, marked, put

from noroshi.exchange.parts import taken_out
from noroshi.exchange.sign import Keys
from noroshi.store import Store
from noroshi.words.selector import moved, parsed
from noroshi.words.time import HOUR, format_instant
from noroshi.words.transform import Without

# Random objects. Every leaf holds a token that stands nowhere else.


class Leaves:
    """Draws values, and remembers which token stands where."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.at: dict[tuple[str | int, ...], str] = {}

    def leaf(self, path: tuple[str | int, ...]) -> str:
        self.at[path] = f"tok{self.rng.getrandbits(60):015x}"
        return self.at[path]

    def value(self, path: tuple[str | int, ...], depth: int = 0) -> Any:
        sort = self.rng.random()
        if depth > 2 or sort < 0.4:
            return self.leaf(path)
        if sort < 0.7:
            return [self.value((*path, n), depth + 1) for n in range(self.rng.randint(1, 4))]
        names = self.rng.sample(["a-b", "SHA-256", "x_c", "0"], self.rng.randint(1, 3))
        return {name: self.value((*path, name), depth + 1) for name in names}


def paths_of(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        below = [paths_of(each, (*at, name)) for name, each in value.items()]
    elif isinstance(value, list):
        below = [paths_of(each, (*at, n)) for n, each in enumerate(value)]
    else:
        return [at]
    return [at, *(path for each in below for path in each)]


def selector(path: tuple[str | int, ...]) -> str:
    return ".".join(f"[{each}]" if isinstance(each, int) else each for each in path)


class Made:
    """A random object with random markings; `hidden[party]` are tokens it may not have."""

    def __init__(self, rng: random.Random, oid: str, others: list[str], at: int) -> None:
        leaves = Leaves(rng)
        names = ["name", "description", "aliases", "x_deep", "external_references", "x_other"]
        self.object = malware(oid, modified=format_instant(at))
        for name in names:
            if name != "external_references":
                self.object[name] = leaves.value((name,))
        self.object["external_references"] = [
            {
                "source_name": leaves.leaf(("external_references", n, "source_name")),
                "url": leaves.leaf(("external_references", n, "url")),
            }
            for n in range(2)
        ]
        if others and rng.random() < 0.6:
            self.object["x_refs"] = rng.sample(others, min(2, len(others)))
        whole = rng.choice([GREEN, GREEN, AMBER])
        self.object["object_marking_refs"] = [whole]
        choices = [path for path in paths_of({n: self.object[n] for n in names}) if path]
        pairs = [(rng.choice(choices), rng.choice([*LEVEL])) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.1:
            pairs.append((("x_absent",), rng.choice([*LEVEL])))  # fails closed on the whole
        self.object["granular_markings"] = marked(*((selector(p), ref) for p, ref in pairs))
        self.whole = max(
            LEVEL[whole], *(LEVEL[ref] for path, ref in pairs if path == ("x_absent",)), 0
        )
        self.pairs, self.tokens = pairs, leaves.at

    def hidden(self, ceiling: int) -> set[str]:
        """The tokens that a party with this ceiling may not have, by walking down the object."""
        out: set[str] = set()

        def walk(value: Any, at: tuple[str | int, ...], shut: bool) -> None:
            shut = shut or any(path == at and LEVEL[ref] > ceiling for path, ref in self.pairs)
            if isinstance(value, dict):
                for name, each in value.items():
                    walk(each, (*at, name), shut)
            elif isinstance(value, list):
                for n, each in enumerate(value):
                    walk(each, (*at, n), shut)
            elif shut and at in self.tokens:
                out.add(self.tokens[at])

        walk(self.object, (), self.whole > ceiling)
        return out


def check_selected(told: dict[str, Any], parts: set[str]) -> None:
    """Every part that a label speaks of is there."""
    for each in parts:
        at: Any = told
        for step in parsed(each):
            at = at[step]


@pytest.mark.parametrize("deep", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_no_byte_of_a_part_reaches_who_may_not_have_it(keys: Keys, deep: bool) -> None:
    @given(st.integers(0, 2**48))
    @settings(max_examples=120 if deep else 10)
    def walk(seed: int) -> None:
        with TemporaryDirectory() as folder, Store.open(Path(folder) / "n.db", create=True) as held:
            polls(Node(held, keys), random.Random(seed))

    walk()


def polls(node: Node, rng: random.Random) -> None:
    node.law(LAW)
    made: list[Made] = []
    oids: list[str] = []
    for step in range(3):
        at = NOW + step * HOUR
        again = rng.sample(oids, min(1, len(oids)))
        new = [f"malware--{uuid.UUID(int=rng.getrandbits(128), version=4)}" for _ in range(3)]
        for oid in (*again, *new):
            made.append(Made(rng, oid, [each for each in oids if each != oid], at))
            put(node, made[-1].object, at=at)
        oids += new
        for party, ceiling in CEILING.items():
            served = node.see(party, at)
            seen = b"".join(each.body for each in served)
            seen += b"".join(msgspec.json.encode((each.label, each.grants)) for each in served)
            for each in made:
                assert not [token for token in each.hidden(ceiling) if token.encode() in seen]
                complete(each, ceiling, seen)
            for each in served:
                check_selected(body(each), {p for s in each.label.strands for p in s.parts})


def complete(each: Made, ceiling: int, seen: bytes) -> None:
    """What is hidden by whole properties only leaves all the rest, so silence cannot pass."""
    shut = [path for path, ref in each.pairs if LEVEL[ref] > ceiling]
    plain = all(len(path) == 1 for path in shut) and each.whole <= ceiling
    if plain and "x_refs" not in each.object:
        shown = {*each.tokens.values()} - each.hidden(ceiling)
        assert all(token.encode() in seen for token in shown)


@given(st.integers(0, 2**48))
@settings(max_examples=100)
def test_selectors_lead_to_the_same_after_others_went(seed: int) -> None:
    rng = random.Random(seed)
    leaves = Leaves(rng)
    found = {name: leaves.value((name,)) for name in ("aa", "bb")}
    gone = rng.sample([p for p in paths_of(found) if p], 1)
    left = taken_out(json.dumps(found).encode(), Without(tuple(map(selector, gone)), ()))
    if left is None:
        return
    for path, token in leaves.at.items():
        to = moved(path, gone)
        assert (to is None) == (path[: len(gone[0])] == gone[0])
        if to is not None:
            at: Any = json.loads(left)
            for step in to:
                at = at[step]
            assert at == token

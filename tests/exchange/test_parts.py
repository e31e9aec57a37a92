"""Marked parts of a record: no byte of one reaches a party that may not have it.

Random objects, random granular markings, read by the cyber desk as a source would be; two parties
with different ceilings poll several times while records and the law change. The oracle is a
recursive redactor of its own, and a search of everything served for tokens planted in each leaf.
"""

from __future__ import annotations

import io
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
from japan import NOW, A, B, Node, body

from noroshi.desks.cyber import desk
from noroshi.exchange.parts import parting, taken_out
from noroshi.exchange.sign import Keys
from noroshi.store import Store
from noroshi.words import ids
from noroshi.words.desk import Source
from noroshi.words.label import Strand, Tlp, label, tlp_marking_id
from noroshi.words.record import Record
from noroshi.words.selector import moved, parsed
from noroshi.words.time import DAY, HOUR, SECOND, format_instant
from noroshi.words.transform import Without

STAMP = format_instant(NOW - DAY)
RED, AMBER, GREEN = (tlp_marking_id(each) for each in (Tlp.RED, Tlp.AMBER, Tlp.GREEN))
UNKNOWN = "marking-definition--99999999-9999-4999-8999-999999999999"
LEVEL = {GREEN: 1, AMBER: 2, RED: 4, UNKNOWN: 9}
CEILING = {"EU": 2, "AUS": 1}
LAW = """
kinds = ["none"]
[[release]]
id = "A"
basis = "model"
pillars = ["cyber"]
to = ["EU", "JPN"]
max_tlp = "amber"
onward = "none"
[[release]]
id = "G"
basis = "model"
pillars = ["cyber"]
to = ["AUS"]
max_tlp = "green"
onward = "none"
"""


def malware(oid: str = A, **more: Any) -> dict[str, Any]:
    common = {"type": "malware", "spec_version": "2.1", "id": oid, "is_family": False}
    return {**common, "created": STAMP, "modified": STAMP, "object_marking_refs": [GREEN], **more}


def marked(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"marking_ref": ref, "selectors": [selector]} for selector, ref in pairs]


def put(node: Node, *objects: dict[str, Any], at: int = NOW) -> None:
    """`objects` as one source, read by the desk."""
    data = json.dumps({"type": "bundle", "objects": objects}).encode()
    default = label(Strand("JPN", "cyber", "*", Tlp.GREEN))
    source = Source("s", "s", at, ids.sha256(data), default, "JPN", "C", lambda: io.BytesIO(data))
    records = list(desk.read(source))
    assert all(isinstance(each, Record) for each in records)
    node.store.put([each for each in records if isinstance(each, Record)], at=at)


@pytest.fixture
def cyber(node: Node) -> Node:
    node.law(LAW)
    return node


def test_a_marked_part_goes_only_to_who_may_have_it(cyber: Node) -> None:
    found = malware(
        description="token",
        name="n",
        granular_markings=[
            *marked(("description", AMBER), ("name", GREEN)),
            {"lang": "en", "selectors": ["description", "name"]},
        ],
    )
    put(cyber, found)
    (whole,) = cyber.see("EU")
    assert whole.oid == A
    assert body(whole) == found
    assert [(each.tlp, each.parts) for each in whole.label.strands] == [
        (Tlp.AMBER, ("description",)),
        (Tlp.GREEN, ()),
    ]
    assert whole.tlp is Tlp.GREEN  # what the rest of the object is marked with
    (part,) = cyber.see("AUS")
    assert part.oid != A
    assert part.oid.startswith("malware--")
    told = body(part)
    assert told.pop("created_by_ref") == ids.identity_id("JPN")
    assert {*told} == {*found} - {"description"}
    assert told["granular_markings"] == [
        {"marking_ref": GREEN, "selectors": ["name"]},
        {"lang": "en", "selectors": ["name"]},
    ]
    assert [(each.tlp, each.parts) for each in part.label.strands] == [(Tlp.GREEN, ())]
    assert b"token" not in msgspec.json.encode((part.label, part.grants))


CASES: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, Any] | None]] = {
    "an element of a list": (
        {"aliases": ["a", "b", "c"]},
        ("aliases.[0]",),
        {"aliases": ["b", "c"]},
    ),
    "the last element takes the list with it": ({"aliases": ["a"]}, ("aliases.[0]",), {}),
    "every element": ({"aliases": ["a", "b"]}, ("aliases.[0]", "aliases.[1]"), {}),
    "a list and an element of it": (
        {"aliases": ["a", "b"], "x": 1},
        ("aliases", "aliases.[1]"),
        {"x": 1},
    ),
    "below an element": (
        {"x_list": [{"a": 1, "b": 2}, {"a": 3}]},
        ("x_list.[0].a",),
        {"x_list": [{"b": 2}, {"a": 3}]},
    ),
    "a key in capitals": (
        {"hashes": {"SHA-256": "x", "MD5": "y"}},
        ("hashes.SHA-256",),
        {"hashes": {"MD5": "y"}},
    ),
    "a table that is left empty": ({"hashes": {"MD5": "y"}, "x": 1}, ("hashes.MD5",), {"x": 1}),
    "an element that others would follow": (
        {"x_list": [{"a": 1}, {"a": 3}]},
        ("x_list.[0].a",),
        None,
    ),
    "nothing there": ({"x": 1}, ("y",), None),
    "past the end": ({"x": ["a"]}, ("x.[1]",), None),
    "a name where a list is": ({"x": ["a"]}, ("x.a",), None),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_left_of_an_object(case: str) -> None:
    found, selectors, left = CASES[case]
    made = taken_out(json.dumps(found).encode(), Without(tuple(sorted(selectors)), ()))
    assert (None if made is None else json.loads(made)) == left


def test_what_is_left_is_selected_anew() -> None:
    found = {
        "x": ["a", "b", "c", "d"],
        "y": {"z": [1]},
        "granular_markings": [
            {"marking_ref": RED, "selectors": ["x.[0]", "x.[2]"]},
            {"marking_ref": AMBER, "selectors": ["x.[1]", "x.[3]", "y.z"]},
            {"lang": "ja", "selectors": ["x.[2]", "x"]},
        ],
    }
    made = taken_out(json.dumps(found).encode(), Without(("x.[0]", "x.[2]"), ()))
    assert made is not None
    assert json.loads(made) == {
        "x": ["b", "d"],
        "y": {"z": [1]},
        "granular_markings": [
            {"marking_ref": AMBER, "selectors": ["x.[0]", "x.[1]", "y.z"]},
            {"lang": "ja", "selectors": ["x"]},
        ],
    }


def test_bytes_of_other_properties_stay_as_they_were() -> None:
    raw = b'{"n": 1.50, "s": "\\u0041", "description": "d"}'
    assert taken_out(raw, Without(("description",), ())) == b'{"n":1.50,"s":"\\u0041"}'


def test_a_required_property_withholds_the_object(cyber: Node) -> None:
    put(cyber, malware(name="n", granular_markings=marked(("is_family", RED))))
    put(cyber, malware(B, name="n", granular_markings=marked(("name", RED))))
    (only,) = cyber.see()
    assert body(only)["is_family"] is False
    assert "name" not in body(only)


def test_a_reference_in_a_part_that_goes_is_needed_no_more(cyber: Node) -> None:
    put(cyber, malware(B, object_marking_refs=[RED], name="hidden"))
    linked = malware(
        description=f"see {B}",
        x_seen_ref=B,
        granular_markings=marked(("description", RED), ("x_seen_ref", RED)),
    )
    put(cyber, linked)
    (only,) = cyber.see()
    assert not {"description", "x_seen_ref", "granular_markings"} & {*body(only)}
    assert B.encode() not in only.body
    put(cyber, malware(description=f"see {B}", modified=format_instant(NOW)))
    assert len(cyber.see(at=NOW + SECOND)) == 1  # a version that names it does not go


def test_a_link_follows_the_object_without_its_part(cyber: Node) -> None:
    put(cyber, malware(name="n", granular_markings=marked(("name", AMBER))), malware(B))
    cyber.link(A, B, object_marking_refs=[GREEN])
    cyber.put(
        "language-content--11111111-1111-4111-8111-111111111111",
        {"object_ref": A, "contents": {"ja": {"name": "token"}}},
        labelled=label(Strand("JPN", "cyber", "language-content", Tlp.GREEN)),
    )
    for party, moved_ in (("EU", False), ("AUS", True)):
        held = {each.otype: body(each) for each in cyber.see(party) if each.oid != B}
        assert (held["malware"]["id"] != A) is moved_
        # A translation says again what was taken out: it goes with the whole object only.
        assert ("language-content" in held) is not moved_
        assert "token" not in json.dumps(held) or not moved_


def test_one_variant_has_its_versions_under_one_id(cyber: Node) -> None:
    put(cyber, malware(aliases=["a", "b"], granular_markings=marked(("aliases.[0]", RED))))
    (first,) = cyber.see()
    again = malware(
        aliases=["a", "b", "c"],
        modified=format_instant(NOW),
        granular_markings=marked(("aliases.[1]", RED)),
    )
    put(cyber, again, at=NOW + SECOND)
    newest, oldest = cyber.views.object("EU", first.oid, NOW + SECOND)
    assert body(oldest)["aliases"] == ["b"]
    assert body(newest)["aliases"] == ["a", "c"]
    assert newest.oversion > oldest.oversion
    assert newest.oid == first.oid


def test_parts_under_a_transform_speak_of_the_whole(cyber: Node) -> None:
    cyber.law(LAW.replace('onward = "none"', 'onward = "none"\ntransform = [{ kind = "text" }]'))
    found = malware(
        name="n", x_more="token", description="d", granular_markings=marked(("name", AMBER))
    )
    put(cyber, found)
    (whole,) = cyber.see("EU")
    assert [each.parts for each in whole.label.strands] == [(), ()]
    assert whole.tlp is Tlp.AMBER
    assert {"name"} <= {*body(whole)}
    assert not {"granular_markings", "description", "x_more"} & {*body(whole)}
    (part,) = cyber.see("AUS")
    assert not {"name", "granular_markings", "description", "x_more"} & {*body(part)}
    assert len(part.label.strands) == 1


def test_the_strands_that_went_are_told_to_nobody() -> None:
    shut = Strand("JPN", "cyber", "malware", Tlp.RED, parts=("a", "b.[1]"))
    moved_part = parting([shut])
    assert moved_part.paths == ("a", "b.[1]")
    assert parting([msgspec.structs.replace(shut, parts=("c",))]).terms == moved_part.terms


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

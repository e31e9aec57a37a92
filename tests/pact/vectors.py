"""Three worlds of vectors: agreements, grants, consents and labels, with who receives what.

    python tests/pact/vectors.py        # writes tests/pact/vectors/*.json anew

Any other implementation of the decision can be tested with them. A case holds for the acts
`receive` and `pass_on`; a party that is not listed in `released` receives nothing. Instants are RFC
3339; agreements are the tables of their files.
"""

from __future__ import annotations

import importlib.resources
import json
import random
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parent))

import worlds
from naive import World

from noroshi.pact.decide import decide
from noroshi.pact.format import Agreement, File
from noroshi.pact.policy import Policy
from noroshi.words.grant import Consent, Grant, sealed
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, label
from noroshi.words.party import Parties, Party, packaged_parties
from noroshi.words.time import format_instant, parse_instant

FOLDER = Path(__file__).with_name("vectors")
CASES = 40
SEEDS = {"clauses": 20261, "grants": 20263}
BUNDLED = ("eu-jpn-sdp", "fra-jpn-isa", "jpn-aus-isa", "jpn-kor-gsomia", "tisa-2014")


class Case(msgspec.Struct, frozen=True):
    """A question about every party at once."""

    label: int
    holder: str
    at: str
    record: str | None
    made: str | None
    released: dict[str, dict[str, Any]]


class Vectors(msgspec.Struct, frozen=True):
    """One file."""

    format: str
    parties: tuple[Party, ...]
    agreements: tuple[dict[str, Any], ...]
    grants: tuple[Grant, ...]
    consents: tuple[Consent, ...]
    labels: tuple[Label, ...]
    cases: tuple[Case, ...]


def read(name: str) -> Vectors:
    return msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=Vectors)


def instant(text: str | None) -> int | None:
    return None if text is None else parse_instant(text)


def world_of(vectors: Vectors) -> World:
    parties = Parties(vectors.parties)
    agreements = tuple(agreement(each) for each in vectors.agreements)
    return World(agreements, parties, {g.id: g for g in vectors.grants}, vectors.consents)


def agreement(file: dict[str, Any]) -> Agreement:
    raw = canonical(file)
    return Agreement(msgspec.convert(file, File), sha256(raw), raw)


def policy_of(world: World) -> Policy:
    return Policy(world.agreements, world.parties, world.grants, world.consents)


def files(world: World) -> list[dict[str, Any]]:
    return [json.loads(each.raw) for each in world.agreements]


def drawn(rng: random.Random, held: bool) -> World:
    """A random world with at least three agreements, two grants and two consents."""
    while True:
        world = worlds.world(rng.getrandbits(64))
        if len(world.agreements) > 2 and len(world.grants) > 1 + held and len(world.consents) > 1:
            return world


def bundled(rng: random.Random) -> World:
    """The agreements that come with noroshi among all parties of the packaged registry."""
    folder = importlib.resources.files("noroshi.data").joinpath("agreements")
    read = [tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8")) for name in BUNDLED]
    held = [agreement(json.loads(json.dumps(each, default=str))) for each in read]
    grants = [
        sealed(Grant("", giver, clause, "", recipients, onward, keep="protect"))
        for giver, clause, recipients, onward in (
            ("USA", "tisa-2014/R1", ("JPN", "KOR"), "parties"),
            ("JPN", "eu-jpn-sdp/R1", ("EU",), "originator_consent"),
            ("KOR", "jpn-kor-gsomia/R1", ("JPN",), "none"),
        )
    ]
    return World(tuple(held), packaged_parties(), {g.id: g for g in grants}, ())


def asked(rng: random.Random, world: World, held: bool) -> tuple[str, Label]:
    """(holder, label): of an originator itself, or of a holder of grants."""
    if held and rng.random() < 0.5:
        grant = rng.choice(list(world.grants.values()))
        strand = worlds.strand(rng, world, grant.originator, None, grant)
        return rng.choice(grant.recipients), label(strand)
    holder = rng.choice(sorted({code for each in world.agreements for code in each.parties}))
    return holder, worlds.label_of(rng, world, holder)


def answers(world: World, policy: Policy, each: Label, holder: str, at: int, record, made):
    """By party, how the label is released to it."""
    found: dict[str, dict[str, Any]] = {}
    for party in world.parties.order:
        release = decide(policy, each, holder, party, at, record=record, made=made)
        if release.permitted:
            found[party] = {
                "transforms": msgspec.to_builtins(release.transforms),
                "clauses": list(release.clauses),
            }
    return found


def case(rng: random.Random, world: World, policy: Policy, held: bool) -> tuple[Label, Case]:
    """One question. `label` is still to be numbered."""
    holder, each = asked(rng, world, held)
    at, when = worlds.instant(rng), rng.choice((None, worlds.instant(rng)))
    record = rng.choice((None, "r1", "r2"))
    stamp = None if when is None else format_instant(when)
    found = answers(world, policy, each, holder, at, record, when)
    return each, Case(0, holder, format_instant(at), record, stamp, found)


def telling(case: Case) -> bool:
    """Whether somebody receives what is neither its own nor public."""
    clauses = {clause for each in case.released.values() for clause in each["clauses"]}
    return bool(clauses - {"own", "public/CLEAR"})


def vectors(world: World, rng: random.Random, held: bool) -> Vectors:
    """Cases of which three in four are telling."""
    policy = policy_of(world)
    found: list[tuple[Label, Case]] = []
    while len(found) < CASES:
        each = case(rng, world, policy, held)
        if telling(each[1]) or len(found) % 4 == 0:
            found.append(each)
    labels = list(dict.fromkeys(each for each, _ in found))
    return Vectors(
        "pact-vectors/1",
        tuple(world.parties.get(code) for code in world.parties.order),
        tuple(files(world)),
        tuple(world.grants.values()),
        world.consents,
        tuple(labels),
        tuple(msgspec.structs.replace(one, label=labels.index(each)) for each, one in found),
    )


def made(name: str) -> bytes:
    """The file of this name: one line for each agreement, grant, consent, label and case."""
    rng = random.Random(SEEDS.get(name, 20264))
    held = name != "clauses"
    world = bundled(rng) if name == "bundled" else drawn(rng, held)
    fields = msgspec.to_builtins(vectors(world, rng, held))
    lines = [
        f"{json.dumps(key)}: {json.dumps(value)}"
        if isinstance(value, str)
        else f"{json.dumps(key)}: [\n"
        + ",\n".join(json.dumps(each, ensure_ascii=False, sort_keys=True) for each in value)
        + "\n]"
        for key, value in fields.items()
    ]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


NAMES = (*SEEDS, "bundled")

if __name__ == "__main__":
    for each in NAMES:
        (FOLDER / f"{each}.json").write_bytes(made(each))

"""Proof of no-leak over 200 agreements, 60 parties and six date breaks.

The world is drawn with a fixed seed: parties in twos to nines, ceilings, onward rules, kinds,
transforms, levels of classification, limits that name parties, hubs, exits and accessions. The
wrong rule, by which a holder answers from its own agreements, must leak in it, or the proof would
show nothing.
"""

from __future__ import annotations

import json
import random
from typing import Final, get_args

from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import rate
from noroshi.pact.format import Agreement, Pillar
from noroshi.pact.laundering import launder
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.pact.prove import prove
from noroshi.words.party import Parties, Party, packaged_parties

ONWARD: Final = ("none", "parties", "parties", *("originator_consent",) * 2, "free")
SEED: Final = 2026
AGREEMENTS: Final = 200
PARTIES: Final = 60
CELLS: Final = 256_455
"""Classes of strands in this world, each visited for all sixty parties at once."""
AT: Final = 1_780_272_000_000_000
"""1 June 2026, when the wrong rule is tried."""
PILLARS: Final[tuple[str, ...]] = get_args(Pillar)[:6]
DAYS: Final = tuple(f"20{year}-01-01" for year in range(24, 30))
"""Six days on which something starts, ends, joins or leaves."""


def registry() -> Parties:
    """Sixty states, in the order of the packaged registry."""
    packaged = packaged_parties()
    states = [each for each in packaged.order if packaged.get(each).kind == "state"]
    made = [f"P{chr(65 + i // 10)}{i % 10}" for i in range(PARTIES - len(states))]
    return Parties(tuple(Party(code, "state", code, code) for code in (*states, *made)[:PARTIES]))


def world(draw: random.Random, count: int = AGREEMENTS) -> tuple[tuple[Agreement, ...], Parties]:
    """The agreements, as read from files."""
    parties = registry()
    return (
        tuple(
            load(_toml(draw, f"a{i}", parties).encode(), f"a{i}.toml", parties)
            for i in range(count)
        ),
        parties,
    )


def _toml(draw: random.Random, name: str, parties: Parties) -> str:
    codes = draw.sample(parties.order, draw.randint(3, 10))
    inside, later = codes[:-1], codes[-1]
    levels = draw.random() < 0.2
    head = f"""\
format = "pact/1"
[agreement]
id = "{name}"
title = "{name}"
form = "treaty"
class = "isa"
parties = {json.dumps(inside)}
in_force = {draw.choice(DAYS[:4]) if draw.random() < 0.3 else "2020-01-01"}
{f'hub = "{inside[0]}"' if draw.random() < 0.05 else ""}
"""
    blocks = [head, *(_release(draw, i, inside, levels) for i in range(draw.choice((1, 1, 2))))]
    if draw.random() < 0.3:
        named = f", recipients = {json.dumps(draw.sample(parties.order, 2))}"
        blocks.append(
            '[[prohibit]]\nid = "X"\nbasis = "model"\n'
            f'when = {{ tlp_min = "amber"{named if draw.random() < 0.5 else ", orcon = true"} }}'
        )
    if levels:
        row = ", ".join(f'{{ scheme = "{code}", level = "secret" }}' for code in inside[:3])
        blocks.append(f'[[equivalence]]\nbasis = "model"\nlevels = [{row}]')
    if draw.random() < 0.1:
        reach = "true" if draw.random() < 0.5 else "false"
        blocks.append(
            f'[[joins]]\nid = "J"\nbasis = "model"\nmode = "open"\nreach_back = {reach}\n'
            f'joined = [{{ party = "{later}", in_force = {draw.choice(DAYS)} }}]'
        )
    if draw.random() < 0.2:
        blocks.append(
            f"[exit]\nleft = [{{ party = '{inside[-1]}', effective = {draw.choice(DAYS)} }}]"
        )
    return "\n".join(blocks)


def _release(draw: random.Random, number: int, inside: list[str], levels: bool) -> str:
    return f"""\
[[release]]
id = "R{number}"
basis = "model"
pillars = {json.dumps(draw.sample(PILLARS, 3))}
max_tlp = "{draw.choice(("green", "amber", "amber+strict", "red"))}"
onward = "{draw.choice(ONWARD)}"
{'kinds = ["report"]' if draw.random() < 0.2 else ""}
{'transform = [{ kind = "source", to = "class" }]' if draw.random() < 0.3 else ""}
{f'max_class = {{ scheme = "{inside[0]}", level = "secret" }}' if levels else ""}
"""


def proved(quick: bool) -> Measured:
    """Proofs per second of CPU time. Raises `AssertionError` where a strand leaks, where the wrong
    rule would not leak, or where other cells than `CELLS` were visited."""
    agreements, parties = world(random.Random(SEED))  # noqa: S311 — a repeatable world
    policy = Policy(agreements, parties)
    found = prove(policy)
    if not found.holds or found.cells != CELLS:
        raise AssertionError(f"{found.leaking} of {found.cells} cells leak, {CELLS} were expected")
    if launder(policy, AT).holds:
        raise AssertionError("the wrong rule leaks nothing here")

    def work() -> int:
        prove(policy)
        return 1

    return Measured(tuple(rate(work, 0.1) for _ in range(1 if quick else 7)))


CASES: Final = (Case(f"no leak, {CELLS:,} cells", "proof", "proofs/s", 0.0, "", proved, 1.0),)

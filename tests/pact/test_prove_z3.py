"""A solver's opinion: z3 answers the same questions, put to it as formulas from the files alone.

Five parties, so that a way of four hops is as long as any. Skipped where z3 is not installed
(`pip install -e '.[proof]'`).
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from making import PARTIES

from noroshi.pact.laundering import launder
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.pact.prove import prove
from noroshi.words.label import Tlp
from noroshi.words.time import parse_partial, starts

z3: Any = pytest.importorskip("z3")

CODES = ("AUT", "BEL", "CYP", "CZE", "DNK")
PILLARS = ("maritime", "cyber", "space")
YEARS = ("2024", "2025", "2026")
TEXT = """
format = "pact/1"
[agreement]
id = "{id}"
title = "{id}"
form = "treaty"
class = "isa"
parties = [{parties}]
in_force = {year}-01-01
[[release]]
id = "R"
basis = "model"
pillars = [{pillars}]
max_tlp = "{tlp}"
onward = "{onward}"
"""


def _world(seed: int):
    draw = random.Random(seed)

    def several(values, low, high):
        return ", ".join(
            f'"{each}"' for each in sorted(draw.sample(values, draw.randint(low, high)))
        )

    return tuple(
        load(
            TEXT.format(
                id=f"a{i}", parties=several(CODES, 2, 3), pillars=several(PILLARS, 1, 2),
                year=draw.choice(YEARS), tlp=draw.choice(("green", "amber", "amber+strict")),
                onward=draw.choice(("none", "parties", "originator_consent")),
            ).encode(),
            f"a{i}.toml", PARTIES,
        )
        for i in range(draw.randint(3, 7))
    )  # fmt: skip


class Asked:
    """One strand of no particular kind: pillar, level (not CLEAR, which is public) and year."""

    def __init__(self, agreements) -> None:
        self.agreements = agreements
        self.pillar, self.tlp, self.year = z3.Ints("pillar tlp year")
        self.bounds = z3.And(
            self.pillar >= 0, self.pillar < len(PILLARS),
            self.tlp >= Tlp.GREEN.rank, self.tlp < Tlp.RED.rank,
            self.year >= 2023, self.year <= 2027,
        )  # fmt: skip

    def covers(self, agreement):
        (clause,) = agreement.file.release
        pillars = [self.pillar == PILLARS.index(each) for each in clause.pillars]
        begins = int(agreement.head.in_force[:4])
        assert starts(parse_partial(agreement.head.in_force)) > 0
        return z3.And(z3.Or(*pillars), self.tlp <= clause.max_tlp.rank, self.year >= begins)

    def releases(self, one, other):
        both = [each for each in self.agreements if {one, other} <= {*each.parties}]
        return z3.Or(*(self.covers(each) for each in both)) if both else z3.BoolVal(False)

    def reaches(self, originator, step):
        """By party, whether it holds a strand of the originator after four hops."""
        held = {code: z3.BoolVal(code == originator) for code in CODES}
        for _ in range(len(CODES) - 1):
            held = {
                code: z3.Or(
                    held[code],
                    *(z3.And(held[via], step(via, code)) for via in CODES if via != code),
                )
                for code in CODES
            }
        return held

    def leaks(self, held, meant):
        found = set()
        for third in CODES:
            solver = z3.Solver()
            solver.add(self.bounds, held[third], z3.Not(meant(third)))
            if solver.check() == z3.sat:
                found.add(third)
        return found


@pytest.mark.parametrize("seed", range(12))
def test_z3_finds_the_pairs_that_the_wrong_rule_leaks_between(seed: int) -> None:
    agreements = _world(seed)
    asked = Asked(agreements)
    expected = set()
    for originator in CODES:
        held = asked.reaches(originator, asked.releases)

        def meant(third, originator=originator):
            return z3.BoolVal(True) if third == originator else asked.releases(originator, third)

        expected |= {(originator, third) for third in asked.leaks(held, meant)}
    assert {*launder(Policy(agreements, PARTIES)).pairs} == expected


@pytest.mark.parametrize("seed", range(12))
def test_z3_finds_no_leak_by_grants_either(seed: int) -> None:
    agreements = _world(seed)
    asked = Asked(agreements)
    for originator, agreement in itertools.product(CODES, agreements):
        if originator in agreement.parties:
            (clause,) = agreement.file.release
            onward = clause.onward == "parties"

            def step(via, code, originator=originator, agreement=agreement, onward=onward):
                """By a grant of this agreement: its originator gives, its recipients pass on."""
                inside = {via, code} <= {*agreement.parties} and code != originator
                may = inside and (via == originator or onward)
                return asked.covers(agreement) if may else z3.BoolVal(False)

            def meant(third, originator=originator):
                return (
                    z3.BoolVal(True) if third == originator else asked.releases(originator, third)
                )

            assert asked.leaks(asked.reaches(originator, step), meant) == set()
    assert prove(Policy(agreements, PARTIES)).holds

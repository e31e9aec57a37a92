"""The plan of a run: what operators do at which node and when, and what goes wrong meanwhile.

All of it follows from the seed alone. So does what must be true in the end: `reference.py` reads
the plan and nothing of what the nodes wrote.
"""

from __future__ import annotations

import itertools
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

CODES = ("JPN", "FRA", "IND", "AUS", "GBR")
SPACE = uuid.UUID("6f2b0c5e-6a57-5d6e-9d0a-9a9d1c4c6a11")
EPOCH = "2026-01-01T00:00:"

Kind = Literal[
    "ingest", "revise", "recall", "lift", "amend", "backup", "restore", "kill", "cut", "heal"
]
WEIGHTS: dict[Kind, int] = {
    "ingest": 6,
    "revise": 3,
    "recall": 4,
    "lift": 1,
    "amend": 3,
    "backup": 2,
    "restore": 1,
    "kill": 3,
    "cut": 3,
}


@dataclass(frozen=True)
class Law:
    """What one party's own agreements say: who is in `ring` and up to which TLP malware passes
    there, from hand to hand; who is in `close`, where tools go to its parties and no further."""

    ring: tuple[str, ...]
    ring_tlp: Literal["green", "amber"]
    close: tuple[str, ...]


@dataclass
class Made:
    """A record: who made it, of which type, under which TLP, and how often it was revised."""

    id: str
    party: str
    type: Literal["malware", "tool"]
    tlp: Literal["green", "amber"]
    versions: int = 1
    recalled: bool = False

    def body(self, version: int) -> dict[str, Any]:
        """The STIX object of version number `version`, from 1 on."""
        more = {"is_family": False} if self.type == "malware" else {}
        return {
            "type": self.type,
            "spec_version": "2.1",
            "id": self.id,
            "created": f"{EPOCH}00.000Z",
            "modified": f"{EPOCH}{version:02}.000Z",
            "name": f"sample {self.id[-6:]} version {version}",
            **more,
        }


@dataclass(frozen=True)
class Step:
    """`kind` at `node`, `at` seconds after the start. `ids` are the records meant, `law` the new
    law, `other` the far end of a link, `seconds` how long the node stays down."""

    at: float
    kind: Kind
    node: str
    ids: tuple[str, ...] = ()
    version: int = 1
    tlp: str = "green"
    law: Law | None = None
    other: str = ""
    seconds: float = 0.0


@dataclass
class Plan:
    """Nodes, who is whose neighbour, the steps in order, and what they come to."""

    parties: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    steps: list[Step] = field(default_factory=list)
    made: dict[str, Made] = field(default_factory=dict)
    law: dict[str, Law] = field(default_factory=dict)
    first_law: dict[str, Law] = field(default_factory=dict)

    def neighbours(self, party: str) -> tuple[str, ...]:
        """Who has a link to the party."""
        return tuple(b if a == party else a for a, b in self.links if party in (a, b))


def bundle(objects: list[dict[str, Any]]) -> bytes:
    """The objects as a STIX bundle."""
    named = uuid.uuid5(SPACE, json.dumps(objects))
    return json.dumps({"type": "bundle", "id": f"bundle--{named}", "objects": objects}).encode()


def draw(seed: int, count: int, seconds: float, pace: float) -> Plan:
    """A plan for `count` nodes: one step every `pace` seconds or so, for `seconds`.

    The nodes stand in a row, so that records go from hand to hand, with one link across, so that
    some come on two ways.
    """
    dice = random.Random(seed)  # noqa: S311 — a plan, not a secret
    parties = CODES[:count]
    links = [*itertools.pairwise(parties)]
    if count > 2:
        links.append((parties[0], parties[2]))
    plan = Plan(parties, tuple(links))
    for party in parties:
        near = tuple(sorted({party, *plan.neighbours(party)}))
        plan.law[party] = plan.first_law[party] = Law(tuple(sorted(parties)), "green", near)
    for party in parties:
        plan.steps.append(_ingest(dice, plan, party, 0.0))
    saved: set[str] = set()
    at, cut, kinds = 0.0, dict[tuple[str, str], float](), [*WEIGHTS]
    while (at := at + dice.expovariate(1 / pace)) < seconds:
        for link, until in [*cut.items()]:
            if until <= at:
                plan.steps.append(Step(until, "heal", link[0], other=link[1]))
                del cut[link]
        kind = dice.choices(kinds, [WEIGHTS[each] for each in kinds])[0]
        step = _step(dice, plan, kind, dice.choice(parties), at, saved, cut)
        if step is not None:
            plan.steps.append(step)
    plan.steps += [Step(max(until, at), "heal", a, other=b) for (a, b), until in cut.items()]
    plan.steps.sort(key=lambda step: step.at)
    return plan


def _step(
    dice: random.Random,
    plan: Plan,
    kind: Kind,
    party: str,
    at: float,
    saved: set[str],
    cut: dict[tuple[str, str], float],
) -> Step | None:
    """A step of this kind, and its effect on the plan; None where there is nothing to do it to."""
    own = [each for each in plan.made.values() if each.party == party]
    live = [each for each in own if not each.recalled]
    gone = [each for each in own if each.recalled]
    if kind == "ingest":
        return _ingest(dice, plan, party, at)
    if kind == "revise" and live:
        made = dice.choice(live)
        made.versions += 1
        return Step(at, kind, party, (made.id,), made.versions, made.tlp)
    if kind == "recall" and live:
        chosen = dice.sample(live, min(len(live), dice.randint(1, 3)))
        for each in chosen:
            each.recalled = True
        return Step(at, kind, party, tuple(each.id for each in chosen))
    if kind == "lift" and gone:
        made = dice.choice(gone)
        made.recalled = False
        return Step(at, kind, party, (made.id,))
    if kind == "amend":
        plan.law[party] = _amended(dice, plan, party)
        return Step(at, kind, party, law=plan.law[party])
    if kind == "backup":
        saved.add(party)
        return Step(at, kind, party)
    if kind == "restore" and party in saved:
        return Step(at, kind, party)
    if kind == "kill":
        return Step(at, kind, party, seconds=dice.uniform(0, 4))
    if kind == "cut":
        link = dice.choice(plan.links)
        if link not in cut:
            cut[link] = at + dice.uniform(2, 12)
            return Step(at, kind, link[0], other=link[1])
    return None


def _ingest(dice: random.Random, plan: Plan, party: str, at: float) -> Step:
    tlp = dice.choice(("green", "amber"))
    ids: list[str] = []
    for _ in range(dice.randint(2, 12)):
        kind = dice.choice(("malware", "malware", "tool"))
        name = f"{kind}--{uuid.uuid5(SPACE, f'{len(plan.made)}')}"
        plan.made[name] = Made(name, party, kind, tlp)
        ids.append(name)
    return Step(at, "ingest", party, tuple(ids), tlp=tlp)


def _amended(dice: random.Random, plan: Plan, party: str) -> Law:
    """Another law of the party: one member in or out, or another ceiling."""
    law = plan.law[party]
    others = [each for each in plan.parties if each != party]
    what = dice.choice(("ring", "ring", "tlp", "close"))
    if what == "tlp":
        return Law(law.ring, "amber" if law.ring_tlp == "green" else "green", law.close)
    toggled = dice.choice(others)
    held = {*(law.ring if what == "ring" else law.close)} ^ {toggled}
    kept = tuple(sorted(held | {party}))
    if what == "ring":
        return Law(kept, law.ring_tlp, law.close)
    return Law(law.ring, law.ring_tlp, kept)


LAW = """\
format = "pact/1"
[agreement]
id = "ring"
title = "Samples, from hand to hand"
form = "arrangement"
class = "arrangement"
parties = [{ring}]
signed = 2020-01-01
in_force = 2020-01-01
[[release]]
id = "R1"
basis = "model"
kinds = ["malware"]
pillars = ["cyber"]
max_tlp = "{tlp}"
onward = "parties"
[exit]
keep = "protect"
"""

CLOSE = """\
format = "pact/1"
[agreement]
id = "close"
title = "Tools, and no further"
form = "arrangement"
class = "arrangement"
parties = [{close}]
signed = 2020-01-01
in_force = 2020-01-01
[[release]]
id = "R1"
basis = "model"
kinds = ["tool"]
pillars = ["cyber"]
max_tlp = "amber"
onward = "none"
[exit]
keep = "protect"
"""


def files(law: Law) -> dict[str, str]:
    """The agreement files that say this law; an agreement of one party is none."""
    found: dict[str, str] = {}
    if len(law.ring) > 1:
        found["ring.toml"] = LAW.format(ring=_codes(law.ring), tlp=law.ring_tlp)
    if len(law.close) > 1:
        found["close.toml"] = CLOSE.format(close=_codes(law.close))
    return found


def _codes(parties: tuple[str, ...]) -> str:
    return ", ".join(f'"{each}"' for each in parties)

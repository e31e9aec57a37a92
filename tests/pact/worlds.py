"""Random worlds: a small registry, agreements of every clause kind, grants, consents, labels.

Drawn from a seeded generator, so that a world is its seed. Codes, levels and days are few on
purpose: conditions have to meet.
"""

from __future__ import annotations

import random

import msgspec
from naive import World

from noroshi.pact.format import Agreement, File
from noroshi.words.grant import Consent, Grant, Selector, sealed
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import ClassMark, Label, Pap, Strand, Tlp, join, label
from noroshi.words.party import Parties, Party
from noroshi.words.time import DAY, parse_instant

PARTIES = Parties(
    (
        Party("EU", "union", "", ""),
        Party("FRA", "state", "", "", member=("EU",)),
        Party("DEU", "state", "", "", member=("EU",)),
        Party("JPN", "state", "", ""),
        Party("KOR", "state", "", ""),
        Party("USA", "state", "", ""),
        Party("JPN.JCG", "agency", "", "", below="JPN"),
        Party("EU.EEAS", "agency", "", "", below="EU"),
        Party("USA.DOD", "agency", "", "", below="USA"),
        Party("USA.DOD.NAVY", "agency", "", "", below="USA.DOD"),
    )
)
CODES = PARTIES.order
LEGAL = ("EU", "FRA", "JPN", "KOR", "USA", "JPN.JCG")
PILLARS = ("maritime", "cyber")
KINDS = ("stop", "encounter")
DAYS = tuple(f"2026-01-{day:02}" for day in range(1, 13))
NOON = parse_instant("2026-01-01T12:00:00Z")
LEVELS = {scheme: (f"{scheme.lower()}1", f"{scheme.lower()}2") for scheme in ("JPN", "EU", "USA")}
PROMISES = ("eyes", "iep:permitted_actions=none", "iep:provider_attribution=must", "limdis")
TAGS = (
    *PROMISES,
    "control:5A002",
    "control:5A002.a",
    "control:ML1",
    "control:ML15",
    "iep:permitted_actions=internally-visible-actions",
    "iep:provider_attribution=may",
    "iep:provider_attribution=must-not",
)
TRANSFORMS = (
    {"kind": "position", "cell_m": 1000},
    {"kind": "position", "cell_m": 10000},
    {"kind": "source", "to": "class"},
    {"kind": "text"},
)


def some(rng: random.Random, values, low=0, high=None):
    """A sorted sample of `values`."""
    count = rng.randint(low, min(len(values), high or len(values)))
    return sorted(rng.sample(list(values), count))


def maybe(rng: random.Random, chance, make):
    return make() if rng.random() < chance else None


def given(**fields):
    return {name.rstrip("_"): value for name, value in fields.items() if value is not None}


def world(seed: int) -> World:
    """The world of `seed`."""
    rng = random.Random(seed)
    names = [f"a{i}" for i in range(rng.randint(1, 4))]
    agreements = tuple(agreement(rng, name, names) for name in names)
    grants = [grant(rng, agreements) for _ in range(rng.randint(0, 5))]
    consents = tuple(consent(rng, grants) for _ in range(rng.randint(0, 4)))
    return World(agreements, PARTIES, {each.id: each for each in grants}, consents)


def agreement(rng: random.Random, name: str, names: list[str]) -> Agreement:
    parties = rng.sample(LEGAL, rng.randint(2, 4))
    outside = [code for code in LEGAL if code not in parties]
    hub = maybe(rng, 0.2, lambda: rng.choice(parties))
    head = given(
        id=name,
        title=name,
        form="treaty",
        class_="isa",
        parties=parties,
        signed="2025-12-01",
        in_force=maybe(rng, 0.9, lambda: rng.choice((*DAYS[:4], *DAYS[:4], "2026-01", "2025"))),
        provisional=maybe(rng, 0.15, lambda: rng.choice(DAYS[:5])),
        hub=hub,
        depends_on=[each for each in names if each != name and rng.random() < 0.1],
        supersedes=[each for each in names if each != name and rng.random() < 0.1],
    )
    joins = [
        given(
            id="J",
            basis="model",
            mode="open",
            reach_back=rng.random() < 0.5,
            joined=[{"party": rng.choice(outside), "in_force": rng.choice(DAYS[:6])}],
        )
    ]
    table = [
        {
            "basis": "model",
            "levels": [
                {"scheme": scheme, "level": LEVELS[scheme][i]} for scheme in some(rng, LEVELS, 2)
            ],
        }
        for i in range(2)
    ]
    known = [level for row in table for level in row["levels"]]
    file = {
        "format": "pact/1",
        "agreement": head,
        "release": [release(rng, i, parties, known) for i in range(rng.randint(1, 3))],
        "prohibit": [limit(rng, f"X{i}") for i in range(rng.choice((0, 0, 1)))],
        "require": [
            {**limit(rng, f"Q{i}"), "transform": [rng.choice(TRANSFORMS)]}
            for i in range(rng.choice((0, 0, 1)))
        ],
        "joins": joins if rng.random() < 0.3 else [],
        "exit": given(
            keep=rng.choice(("protect", "until")),
            terminated=maybe(rng, 0.2, lambda: rng.choice((*DAYS[4:], "2026-02", "2026"))),
            left=[
                {"party": code, "effective": rng.choice(DAYS[3:])}
                for code in parties
                if rng.random() < 0.15
            ],
        ),
        "equivalence": table,
    }
    raw = canonical(file)
    return Agreement(msgspec.convert(file, File), sha256(raw), raw)


def release(rng: random.Random, i: int, parties, known):
    ceilings = rng.sample(known, rng.randint(1, 2))
    unclassified = {"scheme": "any", "level": "unclassified"}
    return given(
        id=f"R{i}",
        basis="model",
        pillars=some(rng, PILLARS, 1),
        kinds=maybe(rng, 0.2, lambda: some(rng, KINDS, 1)),
        from_=maybe(rng, 0.15, lambda: some(rng, parties, 1)),
        to=maybe(rng, 0.15, lambda: some(rng, (*parties, "USA.DOD", "EU.EEAS"), 1)),
        bodies=maybe(rng, 0.2, lambda: {"USA": ["USA.DOD"], "EU": ["EU.EEAS"], "JPN": ["JPN.JCG"]}),
        max_tlp=rng.choice(("green", "amber", "amber+strict", "red")),
        max_pap=rng.choice(("clear", "amber", "red", "red")),
        max_class=rng.choice((unclassified, ceilings, ceilings)),
        onward=rng.choice(("none", "parties", "parties", "originator_consent", "free")),
        transform=rng.sample(TRANSFORMS, rng.choice((0, 0, 1, 2))),
        expires=maybe(rng, 0.4, lambda: rng.choice(("P3D", "P30D", "PT6H"))),
        keep=maybe(rng, 0.2, lambda: rng.choice(("protect", "until"))),
        approval=maybe(rng, 0.15, lambda: "each"),
        licence=maybe(rng, 0.2, lambda: some(rng, ("CC-BY", "non_redistributable"), 1)),
        handling=maybe(rng, 0.4, lambda: some(rng, PROMISES, 1)) or [],
        control=maybe(rng, 0.3, lambda: some(rng, ("5", "5A002", "ML1"), 1)) or [],
        personal=rng.random() < 0.4,
    )


def limit(rng: random.Random, name: str):
    when = given(
        pillars=maybe(rng, 0.2, lambda: some(rng, PILLARS, 1)),
        kinds=maybe(rng, 0.3, lambda: some(rng, KINDS, 1)),
        tlp_min=maybe(rng, 0.3, lambda: rng.choice(("green", "amber"))),
        orcon=maybe(rng, 0.2, lambda: rng.random() < 0.6),
        not_in=maybe(rng, 0.2, lambda: "only"),
        personal=maybe(rng, 0.1, lambda: True),
        licence=maybe(rng, 0.1, lambda: ["CC-BY"]),
        handling=maybe(rng, 0.1, lambda: [rng.choice(TAGS)]),
        control=maybe(rng, 0.1, lambda: [rng.choice(("5A002", "ML"))]),
        exercise=maybe(rng, 0.1, lambda: True),
        recipients=maybe(rng, 0.5, lambda: some(rng, CODES, 1, 2)),
    )
    return {"id": name, "basis": "model", "when": when or {"personal": True}}


def grant(rng: random.Random, agreements) -> Grant:
    of = rng.choice(agreements)
    clause = rng.choice((f"{of.id}/R0", f"{of.id}/R0", "public/CLEAR", "elsewhere/R1"))
    return sealed(
        Grant(
            id="",
            originator=rng.choice(CODES),
            clause=clause,
            agreement_set="",
            recipients=tuple(some(rng, CODES, 1, 4)),
            onward=rng.choice(("none", "parties", "parties", "originator_consent", "free")),
            until=maybe(rng, 0.4, lambda: instant(rng)),
            keep=rng.choice(("protect", "until")),
        )
    )


def consent(rng: random.Random, grants) -> Consent:
    selector = Selector(
        record=maybe(rng, 0.3, lambda: "r1"),
        grant=maybe(rng, 0.4, lambda: rng.choice(grants).id) if grants else None,
        pillar=maybe(rng, 0.5, lambda: rng.choice(PILLARS)),
        kind=maybe(rng, 0.2, lambda: rng.choice(KINDS)),
    )
    return sealed(
        Consent("", rng.choice(CODES), selector, rng.choice(CODES), until=instant(rng) + 3 * DAY)
    )


def strand(rng: random.Random, made: World, originator, exercise=None, held=None) -> Strand:
    """A strand; most of its terms are open, so that each condition gets its turn to decide."""
    marks = [
        ClassMark(scheme, rng.choice((*LEVELS[scheme], "unclassified")))
        for scheme in some(rng, LEVELS, 1, 2)
    ]
    tlp = rng.choice((Tlp.CLEAR, Tlp.GREEN, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED))
    return Strand(
        originator=originator,
        pillar=rng.choice((*PILLARS, "maritime")),
        kind=rng.choice(KINDS),
        tlp=tlp,
        classes=tuple(marks) if rng.random() < 0.25 else (),
        pap=maybe(rng, 0.2, lambda: rng.choice(list(Pap))),
        only=maybe(
            rng,
            0.9 if tlp is Tlp.RED else 0.12,
            lambda: tuple(some(rng, CODES, rng.choice((0, 4, 6)))),
        ),
        denied=tuple(some(rng, (*CODES, "ZZZ"), 0, 2)) if rng.random() < 0.12 else (),
        orcon=rng.random() < 0.12,
        handling=tuple(some(rng, TAGS, 1, 2)) if rng.random() < 0.2 else (),
        exercise=exercise,
        not_before=maybe(rng, 0.05, lambda: instant(rng)),
        expires=maybe(rng, 0.1, lambda: instant(rng)),
        licence=maybe(rng, 0.12, lambda: rng.choice(("CC-BY", "non_redistributable"))),
        personal=rng.random() < 0.08,
        grant=None if held is None else held.id,
    )


def label_of(rng: random.Random, made: World, originator: str | None = None) -> Label:
    """One to three strands: of `originator`, or each of its own and mostly under a grant."""
    exercise = maybe(rng, 0.1, lambda: "NOROSHI-26")
    strands: list[Strand] = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        held = None
        if made.grants and (originator is None or rng.random() < 0.1):
            held = maybe(rng, 0.9, lambda: rng.choice(list(made.grants.values())))
        of = originator or (held.originator if held and rng.random() < 0.95 else rng.choice(CODES))
        strands.append(strand(rng, made, of, exercise, held))
    return label(*strands)


def fused(rng: random.Random, made: World) -> Label:
    """Strands of a holder and of others whose grants it holds."""
    own, others = label_of(rng, made, "JPN"), label_of(rng, made)
    same = own.strands[0].exercise == others.strands[0].exercise
    return join(own, others) if same else own


def instant(rng: random.Random) -> int:
    return NOON + rng.randint(-2, 45) * DAY // 2

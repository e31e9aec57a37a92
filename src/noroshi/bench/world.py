"""Ten agreements among thirty parties, as agreement files and as Cedar policies that say the same.

The shape is that of a comparison of policy engines: pillars, TLP ceilings, named recipients,
denied parties, prohibitions. Drawn with a fixed seed, so every run meets the same world.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any, Final, get_args

import msgspec

from noroshi.pact.format import Pillar
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.party import Parties

AGREEMENTS: Final = 10
PARTIES: Final = 30
AT: Final = 1_770_000_000_000_000
"""4 February 2026, when every agreement of the world is in force."""

PILLARS: Final[tuple[str, ...]] = get_args(Pillar)[:6]
SHARED: Final = (Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED)


class Terms(msgspec.Struct, frozen=True):
    """One agreement of the world: who, about what, how high, and what it prohibits."""

    id: str
    parties: tuple[str, ...]
    pillars: tuple[str, ...]
    max_tlp: Tlp
    prohibited: str


class Question(msgspec.Struct, frozen=True):
    """May `party` receive what `label` marks, from its originator?"""

    label: Label
    party: str

    @property
    def strand(self) -> Strand:
        """The one strand of the label."""
        return self.label.strands[0]


def states(parties: Parties) -> tuple[str, ...]:
    """The first thirty states of the registry."""
    return tuple(code for code in parties.order if parties.get(code).kind == "state")[:PARTIES]


def agreements(codes: Sequence[str], draw: random.Random) -> list[Terms]:
    """The agreements, each among five to twelve parties."""
    return [
        Terms(
            id=f"a{number}",
            parties=tuple(sorted(draw.sample(codes, draw.randint(5, 12)))),
            pillars=tuple(sorted(draw.sample(PILLARS, 3))),
            max_tlp=draw.choice(SHARED),
            prohibited=draw.choice(PILLARS),
        )
        for number in range(AGREEMENTS)
    ]


def questions(
    codes: Sequence[str], count: int, draw: random.Random, originator: str | None = None
) -> list[Question]:
    """Labels of one strand, of `originator` or of anyone, asked about for one party each."""
    return [_question(codes, draw, originator) for _ in range(count)]


def _question(codes: Sequence[str], draw: random.Random, originator: str | None) -> Question:
    some = tuple(sorted(draw.sample(codes, draw.randint(1, 8))))
    strand = Strand(
        originator=originator or draw.choice(codes),
        pillar=draw.choice(PILLARS),
        kind="report",
        tlp=draw.choice(SHARED),
        only=some if draw.random() < 0.4 else None,
        denied=tuple(sorted(draw.sample(codes, 2))) if draw.random() < 0.2 else (),
        orcon=draw.random() < 0.3,
    )
    return Question(label(strand), draw.choice(codes))


def toml(terms: Terms) -> bytes:
    """The agreement as a file. JSON's strings and arrays are TOML's as well."""
    return f"""\
format = "pact/1"
[agreement]
id = {json.dumps(terms.id)}
title = "Agreement {terms.id}"
form = "arrangement"
class = "arrangement"
parties = {json.dumps(terms.parties)}
signed = 2020-01-01
in_force = 2020-01-01
[[release]]
id = "R"
basis = "model"
pillars = {json.dumps(terms.pillars)}
max_tlp = "{terms.max_tlp.value}"
[[prohibit]]
id = "P"
basis = "model"
when = {{ pillars = [{json.dumps(terms.prohibited)}], orcon = true }}
""".encode()


def cedar(terms: Sequence[Terms]) -> str:
    """The same agreements as Cedar policies, with the rules that hold for all of them."""
    own = "permit(principal, action, resource) when { resource.originator == principal };"
    return "\n".join([own, *(_permit(each) for each in terms), *(_forbid(each) for each in terms)])


def _permit(terms: Terms) -> str:
    group = f'Agreement::"{terms.id}"'
    return f"""
permit(principal in {group}, action, resource) when {{
  resource.originator in {group} &&
  {json.dumps(terms.pillars)}.contains(resource.pillar) &&
  resource.tlp <= {terms.max_tlp.rank} &&
  (!resource.restricted || resource.only.contains(principal)) &&
  (resource.restricted || resource.tlp < {Tlp.RED.rank}) &&
  !resource.denied.contains(principal)
}};"""


def _forbid(terms: Terms) -> str:
    return f"""
forbid(principal, action, resource) when {{
  resource.originator in Agreement::"{terms.id}" && resource.originator != principal &&
  resource.pillar == {json.dumps(terms.prohibited)} && resource.orcon
}};"""


def entities(codes: Sequence[str], terms: Sequence[Terms], asked: Sequence[Question]) -> str:
    """Parties as members of their agreements, and one resource for each question."""
    members: list[dict[str, Any]] = [
        {
            "uid": _party(code),
            "attrs": {},
            "parents": [
                {"type": "Agreement", "id": each.id} for each in terms if code in each.parties
            ],
        }
        for code in codes
    ]
    resources = [_resource(number, question) for number, question in enumerate(asked)]
    return json.dumps(members + resources)


def _resource(number: int, question: Question) -> dict[str, Any]:
    strand = question.strand
    attributes = {
        "originator": {"__entity": _party(strand.originator)},
        "pillar": strand.pillar,
        "tlp": strand.tlp.rank,
        "restricted": strand.only is not None,
        "only": [{"__entity": _party(code)} for code in strand.only or ()],
        "denied": [{"__entity": _party(code)} for code in strand.denied],
        "orcon": strand.orcon,
    }
    return {"uid": {"type": "Record", "id": f"r{number}"}, "attrs": attributes, "parents": []}


def requests(asked: Sequence[Question]) -> list[dict[str, Any]]:
    """The questions as Cedar requests."""
    return [
        {
            "principal": _party(question.party),
            "action": {"type": "Action", "id": "receive"},
            "resource": {"type": "Record", "id": f"r{number}"},
        }
        for number, question in enumerate(asked)
    ]


def plain_terms(codes: Sequence[str], terms: Sequence[Terms]) -> list[dict[str, Any]]:
    """The agreements in numbers, for a peer that knows no codes."""
    return [
        {
            "parties": [codes.index(code) for code in each.parties],
            "pillars": [PILLARS.index(pillar) for pillar in each.pillars],
            "max_tlp": each.max_tlp.rank,
            "prohibited": PILLARS.index(each.prohibited),
        }
        for each in terms
    ]


def plain_questions(codes: Sequence[str], asked: Sequence[Question]) -> list[list[int | bool]]:
    """Per question: originator, party, pillar, TLP; then restricted, named, denied, orcon."""
    return [
        [
            codes.index(strand.originator),
            codes.index(question.party),
            PILLARS.index(strand.pillar),
            strand.tlp.rank,
            strand.only is not None,
            question.party in (strand.only or ()),
            question.party in strand.denied,
            strand.orcon,
        ]
        for question in asked
        for strand in question.label.strands
    ]


def _party(code: str) -> dict[str, str]:
    return {"type": "Party", "id": code}

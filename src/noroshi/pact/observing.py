"""Observing: whether a finding or a record could show a commitment kept, by the rule that the
agreement file states, and that rule in words.

What the rule recognises is a candidate. Whether it *was* the promised exercise or port call is for
a person to say: a ship in port is not yet a port call under the partnership.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from noroshi.pact.promised import Observe
from noroshi.words.flag import flag
from noroshi.words.party import Parties

Measure = int | float | str


class Seen(msgspec.Struct, frozen=True):
    """What a rule looks at: a finding, or a record of a STIX type (no subjects, no measures)."""

    kind: str
    owner: str
    pillar: str = ""
    subjects: tuple[str, ...] = ()
    measures: Mapping[str, Measure] = {}


class Tested(msgspec.Struct, frozen=True):
    """One condition of a rule: what it wants, what was found, and whether that meets it."""

    condition: str
    wanted: str
    found: str
    met: bool


def conditions(observe: Observe, seen: Seen, parties: Parties) -> tuple[Tested, ...]:
    """Every condition of the rule against `seen`; a candidate meets all."""
    subjects = set(seen.subjects)
    rows = [Tested("kind", " or ".join(observe.kinds), seen.kind, seen.kind in observe.kinds)]
    if observe.pillars and seen.pillar:
        met = seen.pillar in observe.pillars
        rows.append(Tested("pillar", " or ".join(observe.pillars), seen.pillar, met))
    if observe.owners:
        met = parties.is_in(seen.owner, observe.owners)
        rows.append(Tested("made by", " or ".join(observe.owners), seen.owner, met))
    if observe.subjects_min > 1:
        enough = len(subjects) >= observe.subjects_min
        rows.append(
            Tested("subjects", f"{observe.subjects_min} or more", str(len(subjects)), enough)
        )
    if observe.flags:
        flags = {found for each in subjects if (found := flag(each)) is not None}
        shown = ", ".join(sorted(flags)) or "none known"
        rows += [
            Tested("flag", code, shown, bool(flags & _flying(code, parties)))
            for code in observe.flags
        ]
    for name, allowed in observe.measures.items():
        value = seen.measures.get(name)
        wanted = " or ".join(str(each) for each in allowed)
        rows.append(Tested(name, wanted, _told(value), value in allowed))
    for name, least in observe.least.items():
        value = seen.measures.get(name)
        enough = isinstance(value, int | float) and value >= least
        rows.append(Tested(name, f"at least {least:g}", _told(value), enough))
    return tuple(rows)


def recognised(observe: Observe, seen: Seen, parties: Parties) -> bool:
    """Whether `seen` meets every condition of the rule."""
    return seen.kind in observe.kinds and all(
        each.met for each in conditions(observe, seen, parties)
    )


def rule(observe: Observe) -> str:
    """The rule as a sentence."""
    parts = [f"a record of kind {' or '.join(observe.kinds)}"]
    if observe.pillars:
        parts.append(f"in the pillar {' or '.join(observe.pillars)}")
    if observe.owners:
        parts.append(f"made by {' or '.join(observe.owners)}")
    if observe.subjects_min > 1:
        parts.append(f"about {observe.subjects_min} subjects or more")
    if observe.flags:
        parts.append(
            f"with a ship of each of {', '.join(observe.flags)}, by the digits of its MMSI"
        )
    parts += [
        f"{name} being {' or '.join(map(str, allowed))}"
        for name, allowed in observe.measures.items()
    ]
    parts += [f"{name} at least {least:g}" for name, least in observe.least.items()]
    return ", ".join(parts)


def _flying(code: str, parties: Parties) -> set[str]:
    """The states whose flag counts as the party's: its own, or its members'."""
    return {code, *parties.members(code)}


def _told(value: Measure | None) -> str:
    return "not measured" if value is None else str(value)

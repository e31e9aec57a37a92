"""Competing hypotheses beside an incident: each item of evidence is consistent, inconsistent or
neutral with each of them, by rule (after Heuer, Analysis of Competing Hypotheses, 1999).

What is consistent with everything tells nothing apart, so hypotheses are ordered by how little
speaks against them. A person may overrule a mark with a reason; both stay to be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

import msgspec
import numpy as np

from noroshi.picture.join import Field
from noroshi.picture.lines import Array
from noroshi.picture.priors import NEITHER
from noroshi.picture.score import Incident
from noroshi.picture.stream import Stream
from noroshi.words.time import DAY, HOUR
from noroshi.words.told import Told, together, told

Mark = Literal["consistent", "inconsistent", "neutral"]
HYPOTHESES: Final = {
    "campaign": "one actor did all of it",
    "coincidence": "the findings have nothing to do with one another",
    "accident": "a mishap or the weather, and its consequences",
    "common cause": "one event behind all of it that was aimed at nothing here: an outage, news",
    "benign coordination": "planned and announced: an exercise, maintenance",
}
TEXTS: Final = {
    "chance": "chance gives {n} like it a month",
    "fewer": "chance gives fewer than {n} like it a month",
    "before": "was spoken of {n} h before it happened",
    "after": "was spoken of {n} h after it happened",
    "usual": "{n} {kind} elsewhere within a day, {usual} are usual",
    "two ways": "something physical and something in a network",
    "overruled": "{by}, instead of {mark}: {reason}",
}
"""What an item may say, by which its other languages are found."""
RARE: Final = 0.1
USUAL: Final = 1.0
"""Chance incidents a month: below the first chance hardly does it, from the second on it does."""
ELSEWHERE: Final = 3
"""So many more than expected at other assets are a pattern."""


class Item(msgspec.Struct, frozen=True):
    """One item of evidence: what was seen, and its mark for every hypothesis. `shows` are findings
    beyond the incident's own that it rests on. `told`, and `before` with `instead`, are `seen` and
    `overruled` for who says them in another language: of several persons the last one counts."""

    evidence: str
    seen: str
    marks: dict[str, Mark]
    overruled: dict[str, str] = {}
    shows: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    instead: dict[str, Told] = {}
    before: dict[str, tuple[Told, ...]] = {}


class Standing(msgspec.Struct, frozen=True):
    """A hypothesis and how many items speak for it and against it."""

    hypothesis: str
    meaning: str
    consistent: int
    inconsistent: int


class Overrule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's mark in place of the rule's, and why. It is about the incident of this id, or
    about any with at least two of these findings."""

    incident: str
    evidence: str
    hypothesis: str
    mark: Mark
    reason: str
    by: str
    findings: tuple[str, ...] = ()

    def about(self, incident: str, findings: frozenset[str]) -> bool:
        """Whether it speaks of this incident."""
        return self.incident == incident or len(findings.intersection(self.findings)) >= 2


class Weighing(msgspec.Struct, frozen=True):
    """The items, and the hypotheses with the least against them first."""

    items: tuple[Item, ...]
    standings: tuple[Standing, ...]


def compare(
    field: Field, incident: Incident, rows: Mapping[str, int], overrules: Iterable[Overrule] = ()
) -> Weighing:
    """Every rule over one incident, and what a person says instead. `rows` are the places of
    findings in the stream by id."""
    members = _Members(field, incident, rows)
    items = [item for rule in RULES for item in rule(members)]
    held = frozenset(incident.findings)
    of = [each for each in overrules if each.about(incident.id, held)]
    items = [_overruled(item, of) for item in items]
    standings = [
        Standing(
            name,
            meaning,
            sum(item.marks.get(name) == "consistent" for item in items),
            sum(item.marks.get(name) == "inconsistent" for item in items),
        )
        for name, meaning in HYPOTHESES.items()
    ]
    standings.sort(key=lambda each: (each.inconsistent, -each.consistent))
    return Weighing(tuple(items), tuple(standings))


def _overruled(item: Item, overrules: list[Overrule]) -> Item:
    """The item as people overruled it, one after the other; the last one counts."""
    marks, said = dict(item.marks), dict[str, list[Told]]()
    for each in overrules:
        if each.evidence == item.evidence and each.hypothesis in HYPOTHESES:
            before = marks.get(each.hypothesis, "neutral")
            marks[each.hypothesis] = each.mark
            said.setdefault(each.hypothesis, []).append(
                told(TEXTS["overruled"], by=each.by, mark=before, reason=each.reason)
            )
    if not said:
        return item
    english = {name: together(tuple(each)) for name, each in said.items()}
    return msgspec.structs.replace(
        item, marks=marks, overruled=english,
        instead={name: each[-1] for name, each in said.items()},
        before={name: tuple(each[:-1]) for name, each in said.items() if len(each) > 1},
    )  # fmt: skip


def _item(evidence: str, seen: Told, marks: dict[str, Mark], shows: tuple[str, ...] = ()) -> Item:
    return Item(evidence, seen.said(), marks, shows=shows, told=(seen,))


class _Members:
    """The findings of an incident with their rows."""

    def __init__(self, field: Field, incident: Incident, rows: Mapping[str, int]) -> None:
        self.field, self.stream, self.incident = field, field.stream, incident
        self.rows = sorted((rows[each] for each in incident.findings), key=self.begun)

    def begun(self, row: int) -> int:
        """When the finding began, µs UTC."""
        return int(self.stream.t0[row])

    def domain(self, row: int) -> str:
        """The domain of the finding."""
        return self.stream.domains[int(self.stream.domain[row])]

    def kind(self, row: int) -> str:
        """The kind of the finding, with its domain."""
        return self.stream.kinds[int(self.stream.kind[row])]


def _marks(**given: Mark) -> dict[str, Mark]:
    marks: dict[str, Mark] = dict.fromkeys(HYPOTHESES, "neutral")
    for name, mark in given.items():
        marks[name.replace("_", " ")] = mark
    return marks


def by_chance(members: _Members) -> list[Item]:
    """Chance seldom gives such an incident: coincidence does not explain it."""
    expected = members.incident.chance
    if expected is None:
        return []
    seen = told(TEXTS["chance"], n=f"{expected:.2g}")
    if not expected and members.incident.chance_interval:
        seen = told(TEXTS["fewer"], n=f"{members.incident.chance_interval[1]:.2g}")
    if expected < RARE:
        return [_item("chance", seen, _marks(coincidence="inconsistent", campaign="consistent"))]
    if expected >= USUAL:
        return [_item("chance", seen, _marks(coincidence="consistent"))]
    return [_item("chance", seen, _marks())]


def in_order(members: _Members) -> list[Item]:
    """What was said before it happened was not said because of it."""
    said = [row for row in members.rows if members.domain(row) == "information"]
    done = [row for row in members.rows if members.domain(row) not in NEITHER]
    if not said or not done:
        return []
    gap = members.begun(said[0]) - members.begun(done[0])
    if gap < -HOUR:
        marks = _marks(
            accident="inconsistent", campaign="consistent", benign_coordination="consistent"
        )
        return [_item("order", told(TEXTS["before"], n=f"{-gap / HOUR:.0f}"), marks)]
    marks = _marks(campaign="consistent", accident="consistent", common_cause="consistent")
    return [_item("order", told(TEXTS["after"], n=f"{max(gap, 0) / HOUR:.0f}"), marks)]


def elsewhere(members: _Members) -> list[Item]:
    """The weather, an outage or news are not at one asset alone: were the same kinds reported at
    others meanwhile, more than usual?"""
    found: list[Item] = []
    for row in members.rows:
        others, expected = _others(members, row)
        many = len(others)
        kind = members.kind(row)
        seen = told(TEXTS["usual"], n=str(many), kind=kind, usual=f"{expected:.1f}")
        name = f"elsewhere: {kind}"
        if many >= expected + ELSEWHERE and many >= 2 * expected:
            marks = _marks(accident="consistent", common_cause="consistent")
        elif many <= expected:
            marks = _marks(common_cause="inconsistent", campaign="consistent")
        else:
            marks = _marks()
        found.append(_item(name, seen, marks, tuple(others)))
    return found


def _others(members: _Members, row: int) -> tuple[list[str], float]:
    """Findings of the same kind within a day that share no asset, and how many are usual."""
    stream = members.stream
    begun = members.begun(row)
    low, high = np.searchsorted(stream.t0, [begun - DAY, begun + DAY]).tolist()
    other = stream.kind[low:high] == stream.kind[row]
    other[row - low] = False
    own = np.array(_assets(stream, row), np.int32)
    for at, named in ((stream.asset_at, stream.asset), (stream.target_at, stream.target)):
        first = int(at[low])
        hits = np.flatnonzero(np.isin(named[first : int(at[high])], own)) + first
        other[np.searchsorted(at, hits, "right") - 1 - low] = False
    whole = int((stream.kind == stream.kind[row]).sum())
    rows = np.flatnonzero(other) + low
    return _ids(stream, rows), whole * 2 / members.field.rates.days


def _assets(stream: Stream, row: int) -> list[int]:
    return [
        *stream.asset[stream.asset_at[row] : stream.asset_at[row + 1]].tolist(),
        *stream.target[stream.target_at[row] : stream.target_at[row + 1]].tolist(),
    ]


def _ids(stream: Stream, rows: Array) -> list[str]:
    if isinstance(stream.ids, np.ndarray):
        return stream.ids[rows].tolist()
    return [stream.ids[row] for row in rows.tolist()]


def silences(members: _Members) -> list[Item]:
    """A desk that was listening and has nothing to say for it: of a campaign it would rather have
    reported something."""
    return [
        Item(
            f"silence: {part.why.split()[0]}",
            part.why,
            _marks(campaign="inconsistent"),
            told=part.told,
        )
        for part in members.incident.parts
        if part.what == "silence"
    ]


def two_aimed(members: _Members) -> list[Item]:
    """Somebody who does something to a network, and something physical there: a mishap does one of
    the two."""
    domains = {members.domain(row) for row in members.rows}
    if "cyber" not in domains or not domains.difference(NEITHER):
        return []
    marks = _marks(accident="inconsistent", campaign="consistent")
    return [_item("two ways", told(TEXTS["two ways"]), marks)]


RULES: Final[tuple[Callable[[_Members], list[Item]], ...]] = (
    by_chance, in_order, two_aimed, elsewhere, silences,
)  # fmt: skip

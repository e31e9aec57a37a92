"""What the types cannot say of commitments: cadences, and rules by which one is recognised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from noroshi.pact.cadence import occurrence, step
from noroshi.pact.format import File, dated
from noroshi.pact.lines import Path
from noroshi.pact.policy import Policy
from noroshi.pact.promised import Commitment, Observe
from noroshi.pact.shape import Problem, nearest
from noroshi.words.flag import flies
from noroshi.words.kind import Kind
from noroshi.words.party import Parties

STIX_KINDS: Final = (
    "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident",
    "indicator", "infrastructure", "intrusion-set", "location", "malware", "malware-analysis",
    "note", "observed-data", "opinion", "report", "threat-actor", "tool", "vulnerability",
)  # fmt: skip
"""The domain objects of STIX 2.1 (section 4): records that no desk makes."""


def promised(file: File, parties: Parties) -> Iterator[Problem]:
    """Problems of the commitments of a file that has the right shape."""
    for i, each in enumerate(file.commitment):
        path: Path = ("commitment", i)
        yield from _cadence(each, path)
        if each.observe is not None:
            yield from _rule(each, each.observe, (*path, "observe"), parties)


def _cadence(each: Commitment, path: Path) -> Iterator[Problem]:
    by = None
    if each.every is not None:
        try:
            by = step(each.every)
        except ValueError:
            yield Problem((*path, "every"), "wrong value", each.every, "a day or longer")
    try:
        since, due = dated(each.since), dated(each.due)
    except ValueError:
        return  # reported with the dates
    if since is not None and due is not None and due.t1 <= since.t0:
        expected = f"not before {each.since}"
        yield Problem((*path, "due"), "due before it began", each.due, expected)
    again = None if due is None or by is None else occurrence(due, by, 1)
    if due is not None and again is not None and again.t0 < due.t1:
        text = "due more often than its date is known"
        yield Problem((*path, "due"), text, f"{each.due}, every {each.every}", "a finer date")


def _rule(each: Commitment, rule: Observe, path: Path, parties: Parties) -> Iterator[Problem]:
    for j, pillar in enumerate(rule.pillars):
        if each.pillars and pillar not in each.pillars:
            wanted = "one of " + ", ".join(each.pillars)
            yield Problem((*path, "pillars", j), "not a pillar of the commitment", pillar, wanted)
    for name, allowed in rule.measures.items():
        if not allowed:
            yield Problem((*path, "measures", name), "no value", "[]", "the values that count")
    for j, code in enumerate(rule.flags):
        if code in parties and not any(map(flies, (code, *parties.members(code)))):
            hint = "name states, or a union that has members"
            yield Problem((*path, "flags", j), "no ship flies its flag", code, None, hint)


def unobservable(
    policy: Policy, kinds: Mapping[str, Kind]
) -> Iterator[tuple[str, Path, Literal["observe"], str]]:
    """Rules that nothing here can ever meet: kinds that no desk finds, measures that none of the
    kinds declares."""
    for agreement in policy.agreements:
        for i, each in enumerate(agreement.file.commitment):
            if each.observe is None:
                continue
            name, path = f"{agreement.id}/{each.id}", ("commitment", i, "observe")
            known = (*kinds, *STIX_KINDS)
            for kind in each.observe.kinds:
                if kind not in known:
                    hint = nearest(kind, known)
                    text = f"no desk here finds {kind}, nor is it a STIX type"
                    yield name, path, "observe", f"{text}; {hint}" if hint else text
            units = {
                unit for kind in each.observe.kinds if kind in kinds for unit in kinds[kind].units
            }
            for measure in (*each.observe.measures, *each.observe.least):
                if measure not in units:
                    hint = nearest(measure, tuple(units))
                    text = f"{' or '.join(each.observe.kinds)} does not measure {measure}"
                    yield name, path, "observe", f"{text}; {hint}" if hint else text

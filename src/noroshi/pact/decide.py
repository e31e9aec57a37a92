"""Decide: may this party receive, keep, or be passed this record? Deny by default.

The reference decision of the design ("The pact as code"). Every strand must be permitted. Where
the holder is a strand's originator, a release clause of an agreement must bind both; where it is
not, only the grant under which the strand was received counts. The near misses come out of the
same checks that decide.
"""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.pact.emergency import standing
from noroshi.pact.format import When
from noroshi.pact.onward import keeps, passes_on
from noroshi.pact.passage import NOT_REDISTRIBUTABLE, Passage, failure
from noroshi.pact.policy import Limit, Policy
from noroshi.pact.terms import Asked, consented, denied, expired, gate
from noroshi.words.handling import controlled, demanding, listed
from noroshi.words.label import UNCLASSIFIED, Label, Pap, Strand, Tlp
from noroshi.words.release import Act, Miss, Release, miss
from noroshi.words.told import told
from noroshi.words.transform import Transform, union, weaker

OWN: Final = "own"
"""The clause id of a party's own strand."""

PUBLIC: Final = "public/CLEAR"
"""The clause id of the built-in clause for what is public."""


class Passed(msgspec.Struct, frozen=True, gc=False):
    """How a strand passes: the clause and what it demands."""

    clause: str
    transforms: tuple[Transform, ...]


def decide(
    policy: Policy,
    label: Label,
    holder: str,
    party: str,
    at: int,
    act: Act = "receive",
    *,
    record: str | None = None,
    made: int | None = None,
) -> Release:
    """The release of a record with `label`, held by `holder`, to `party` at `at` (µs UTC).

    `keep` asks about the holder itself, so `party` is the holder. `record` is the record's id:
    without it, a consent for a single record does not count. `made` is when the record was made:
    without it, a party that joined later without `reach_back` receives nothing.
    """
    asked = Asked(holder, party, at, record, made)
    judge = _keep if act == "keep" else _pass
    if len(label.strands) == 1:
        found = judge(policy, label.strands[0], asked)
        if isinstance(found, list):
            return Release("withheld", misses=tuple(found))
        verdict = "partial" if found.transforms else "released"
        return Release(verdict, found.transforms, (found.clause,))
    clauses: list[str] = []
    demanded: list[tuple[Transform, ...]] = []
    misses: list[Miss] = []
    for strand in label.strands:
        found = judge(policy, strand, asked)
        if isinstance(found, Passed):
            clauses.append(found.clause)
            if found.transforms:
                demanded.append(found.transforms)
        else:
            misses += found
    if len(clauses) < len(label.strands):
        return Release("withheld", misses=tuple(misses))
    if demanded:
        return Release("partial", union(*demanded), tuple(clauses))
    return Release("released", (), tuple(clauses))


def demands(policy: Policy, strand: Strand, asked: Asked) -> tuple[Transform, ...]:
    """Transforms that `[[require]]` blocks add to any release of `strand`."""
    _, requirements = policy.limits(strand.originator, strand.pillar, _agreement(policy, strand))
    return union(*(each.transforms for each in _applying(policy, requirements, strand, asked)))


def limited(
    policy: Policy, strand: Strand, asked: Asked, transforms: tuple[Transform, ...]
) -> bool:
    """Whether a prohibition keeps `strand` from the party, or a requirement asks more than
    `transforms` for it."""
    prohibitions, _ = policy.limits(strand.originator, strand.pillar, _agreement(policy, strand))
    if _applying(policy, prohibitions, strand, asked):
        return True
    return union(transforms, demands(policy, strand, asked)) != transforms


def _pass(policy: Policy, strand: Strand, asked: Asked) -> Passed | list[Miss]:
    if strand.originator in policy.parties.line(asked.party):
        return _OWN
    shut = gate(policy, strand, asked.party, asked.at)
    if shut is not None:
        return [miss("strand", *shut)]
    prohibitions, requirements = policy.limits(
        strand.originator, strand.pillar, _agreement(policy, strand)
    )
    if prohibitions:
        matched = _applying(policy, prohibitions, strand, asked)
        if matched:
            return [Miss(each.id, "prohibited", asked.party, "never") for each in matched]
    if asked.holder == strand.originator:
        found = _by_clause(policy, strand, asked)
    else:
        refused = passes_on(policy, strand, asked)
        found = [refused] if refused else Passed(policy.grants[strand.grant or ""].clause, ())
    if requirements and isinstance(found, Passed):
        return Passed(found.clause, union(found.transforms, demands(policy, strand, asked)))
    return found


def _keep(policy: Policy, strand: Strand, asked: Asked) -> Passed | list[Miss]:
    # Named recipients and embargo say who may receive; keeping follows the grant.
    if asked.party != asked.holder:
        only = told("only {party} itself", party=asked.holder)
        return [miss("strand", "keep", asked.party, only)]
    if strand.originator in policy.parties.line(asked.holder):
        return _OWN
    shut = denied(policy, strand, asked.holder) or expired(strand, asked.at)
    if shut is not None:
        return [miss("strand", *shut)]
    refused = keeps(policy, strand, asked)
    return [refused] if refused else Passed(policy.grants[strand.grant or ""].clause, ())


def _by_clause(policy: Policy, strand: Strand, asked: Asked) -> Passed | list[Miss]:
    if is_public(strand) and asked.party in policy.parties:
        return _PUBLIC
    agreed = bool(policy.consents) and consented(policy, strand, asked.party, asked)
    passed: list[Passage] = []
    misses: list[Miss] = []
    for each in policy.passages(strand.originator, asked.party, strand.pillar):
        failed = failure(each, strand, asked.at, asked.made, agreed)
        if failed is None:
            if not each.transforms:
                return Passed(each.id, ())
            passed.append(each)
        else:
            misses.append(miss(each.id, *failed))
    if not passed:
        urgent = standing(policy, strand, asked)
        return misses if urgent is None else Passed(urgent.clause, ())
    for each in passed:
        if not any(weaker(other.transforms, each.transforms) for other in passed):
            return Passed(each.id, each.transforms)
    raise AssertionError("a finite order has a least element")


def is_public(strand: Strand) -> bool:
    """Whether the built-in clause `public/CLEAR` covers the strand: public by its own marking, and
    no other term of it says otherwise."""
    return (
        strand.tlp is Tlp.CLEAR
        and strand.only is None
        and not strand.orcon
        and not strand.personal
        and not any(map(demanding, strand.handling))
        and strand.pap in (None, Pap.CLEAR)
        and strand.licence != NOT_REDISTRIBUTABLE
        and all(mark.level == UNCLASSIFIED for mark in strand.classes)
    )


def _agreement(policy: Policy, strand: Strand) -> str | None:
    """The agreement under which the strand was received."""
    grant = policy.grants.get(strand.grant) if strand.grant is not None else None
    return None if grant is None else grant.clause.partition("/")[0]


def _applying(
    policy: Policy, limits: tuple[Limit, ...], strand: Strand, asked: Asked
) -> list[Limit]:
    at, party = asked.at, asked.party
    found: list[Limit] = []
    for each in limits:
        start, end = each.window
        if start <= at < end and matches(policy, each.when, strand, party):
            found.append(each)
    return found


def matches(policy: Policy, when: When, strand: Strand, party: str) -> bool:
    """Whether every field given in `when` matches."""
    return (
        (when.pillars is None or strand.pillar in when.pillars)
        and (when.kinds is None or strand.kind in when.kinds)
        and (when.orcon is None or strand.orcon == when.orcon)
        and (when.personal is None or strand.personal == when.personal)
        and (when.licence is None or strand.licence in when.licence)
        and (when.handling is None or any(tag in when.handling for tag in strand.handling))
        and (
            when.control is None
            or any(listed(code, when.control) for code in controlled(strand.handling))
        )
        and (when.exercise is None or (strand.exercise is not None) == when.exercise)
        and (when.tlp_min is None or strand.tlp.rank >= when.tlp_min.rank)
        and (when.recipients is None or policy.parties.is_in(party, when.recipients))
        and (
            when.not_in is None
            or strand.only is None
            or not policy.parties.is_in(party, strand.only)
        )
    )


_OWN: Final = Passed(OWN, ())
_PUBLIC: Final = Passed(PUBLIC, ())

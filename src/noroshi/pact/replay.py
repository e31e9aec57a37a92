"""Replay: cells of a proof gone through with the decision and the grants themselves.

The proof counts with masks. So that it speaks of the code that runs, a spread of its cells is made
into strands and taken through `decide` and `granted`, hop by hop, by holders who know no agreement
(those pass on most). A way that the masks did not foresee is a `Difference`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from noroshi.pact.decide import OWN, PUBLIC, decide
from noroshi.pact.grants import granted
from noroshi.pact.masks import Masks
from noroshi.pact.passing import direct, held, outgoing
from noroshi.pact.policy import Policy
from noroshi.pact.questions import Group, Question, groups, questions
from noroshi.words.label import Label, Strand
from noroshi.words.label import label as labelled
from noroshi.words.time import FOREVER


class Difference(msgspec.Struct, frozen=True):
    """`strand` of one originator at `at`: the parties that masks and code disagree about."""

    at: int
    strand: Strand
    what: str
    parties: tuple[str, ...]


class Replayed(msgspec.Struct, frozen=True):
    """How many cells were gone through, in how many decisions, and where the two differ."""

    cells: int
    decisions: int
    differences: tuple[Difference, ...]


class _Run:
    def __init__(self, policy: Policy) -> None:
        self.policy, self.masks = policy, Masks(policy.parties)
        self.cells = self.decisions = 0
        self.differences: list[Difference] = []

    def asked(self, policy: Policy, label: Label, holder: str, party: str, **about: Any) -> Any:
        self.decisions += 1
        return decide(policy, label, holder, party, **about)


def replay(policy: Policy, limit: int) -> Replayed:
    """At most `limit` cells of `policy`, spread evenly over all groups; the same ones each time."""
    run = _Run(policy)
    known = {group.key: group for group in groups(policy, run.masks)}
    share = max(1, limit // max(1, len(known)))
    every = max(1, len(known) // max(1, limit))
    for number, group in enumerate(known.values()):
        if number % every == 0:
            for question, bits in _spread(group, run.masks, share):
                _cell(run, group, question, bits)
    return Replayed(run.cells, run.decisions, tuple(run.differences))


def _spread(group: Group, masks: Masks, share: int) -> list[tuple[Question, int]]:
    """`share` cells of a group, of which some clause covers each."""
    found = [
        (question, bits)
        for question in _ungranted(group, masks)
        for bits in question.found.found
        if not question.found.flags(bits)[1]
        and any(way.direct and bits >> i & 1 for i, way in enumerate(question.ways))
    ]
    return found[:: max(1, len(found) // share)][:share]


def _ungranted(group: Group, masks: Masks) -> Iterator[Question]:
    """Questions about strands that stand under no grant before their release, as made-up ones do:
    of those that differ in grants alone, the first (see `questions`)."""
    seen: set[tuple[object, ...]] = set()
    for question in questions(group, masks):
        key = (question.made, question.record, question.marks, id(question.found))
        if key not in seen:
            seen.add(key)
            yield question


def strand_of(policy: Policy, question: Question, bits: int) -> Strand:
    """One strand of the class."""
    terms: dict[str, Any] = {**question.found.terms(bits), "classes": question.marks}
    if terms["only"] is not None:
        terms["only"] = tuple(sorted(policy.parties.order))
    return Strand(originator=question.originator, pillar=question.pillar, **terms)


def _cell(run: _Run, group: Group, question: Question, bits: int) -> None:
    policy, masks = run.policy, run.masks
    strand = strand_of(policy, question, bits)
    _, public, shut = question.found.flags(bits)
    if public or group.at == -FOREVER:
        return
    run.cells += 1
    ground = question.ground(bits)
    ways = [way for i, way in enumerate(question.ways) if bits >> i & 1]
    about = {"at": group.at, "record": question.record, "made": question.made}
    given: dict[str, list[str]] = {}
    for party in policy.parties.order:
        release = run.asked(policy, labelled(strand), group.originator, party, **about)
        if release.permitted and release.clauses[0] not in (OWN, PUBLIC):
            given.setdefault(release.clauses[0], []).append(party)
    wanted = 0
    for way in () if shut else ways:
        wanted |= direct(ground, way)
    got = sum(masks.bit(party) for parties in given.values() for party in parties)
    _compare(run, group, strand, "released by the originator", wanted ^ got)
    for clause, parties in given.items():
        way = next(each for each in ways if each.lane.id == clause)
        first = next(each for each in outgoing(ground, way) if each.given & masks.bit(parties[0]))
        everybody = held(ground, first)
        for kept in (None, *_kept_out(masks, everybody, parties)):
            mask = everybody & ~(0 if kept is None else masks.below(kept))
            reached = _hops(run, group, question, strand, parties[0], kept)
            what = "held after hops" if kept is None else f"held though {kept} is denied"
            _compare(run, group, strand, what, reached & ~mask & ~ground.own)


def _kept_out(masks: Masks, mask: int, parties: list[str]) -> tuple[str, ...]:
    """One party to deny that would have the strand otherwise, besides the first that has it."""
    return tuple(code for code in masks.codes(mask) if code not in parties[:1])[-1:]


def _hops(
    run: _Run, group: Group, question: Question, strand: Strand, first: str, kept: str | None
) -> int:
    """Who holds a strand that the originator released to `first`, after any number of hops."""
    label = labelled(strand if kept is None else msgspec.structs.replace(strand, denied=(kept,)))
    about = {"at": group.at, "record": question.record, "made": question.made}
    release = run.asked(run.policy, label, group.originator, first, **about)
    if not release.permitted:
        return 0
    received, grants = granted(
        run.policy, label, group.originator, first, group.at, release, made=question.made
    )
    bare = Policy((), run.policy.parties, {each.id: each for each in grants}, run.policy.consents)
    found, front = {first}, [(first, received)]
    for holder, label_there in front:
        for party in _others(run.policy, holder, found):
            passed = run.asked(bare, label_there, holder, party, act="pass_on", **about)
            if passed.permitted:
                found.add(party)
                there, _ = granted(
                    bare, label_there, holder, party, group.at, passed, made=question.made
                )
                front.append((party, there))
    return sum(map(run.masks.bit, found))


def _others(policy: Policy, holder: str, found: set[str]) -> Iterator[str]:
    """Everybody outside the holder; what happens inside a party is no hop."""
    for party in policy.parties.order:
        if party not in found and holder not in policy.parties.line(party):
            yield party


def _compare(run: _Run, group: Group, strand: Strand, what: str, mask: int) -> None:
    if mask:
        run.differences.append(Difference(group.at, strand, what, run.masks.codes(mask)))

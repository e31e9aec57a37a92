"""Duties: whether what the parties owe one another can be met by what their clauses permit.

A duty is about the strands that its condition speaks of, up to the marking of its floor, and about
every party of its agreement. It is met where a clause releases them with no more redacted than the
floor allows. A duty that a prohibition forbids is never resolved: it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from noroshi.pact.format import Duty
from noroshi.pact.lines import Path
from noroshi.pact.masks import Masks
from noroshi.pact.passing import Limiting, demanding
from noroshi.pact.policy import Policy
from noroshi.pact.questions import Group, Question, groups, questions
from noroshi.words.label import Tlp
from noroshi.words.transform import Transform, union


def duties(policy: Policy, masks: Masks) -> Iterator[tuple[str, Path, Literal["duty"], str]]:
    """(duty, its path, "duty", what stands against it) for all agreements in force at some time."""
    for agreement in policy.agreements:
        window = policy.windows[agreement.id]
        for i, duty in enumerate(agreement.file.duty if window.start < window.end else ()):
            name = f"{agreement.id}/{duty.id}"
            for text in _against(_Owed(policy, masks, agreement.id, duty)):
                yield name, ("duty", i), "duty", text


class _Owed:
    """One duty, and what is found about it: how often met, and which prohibitions forbid it."""

    def __init__(self, policy: Policy, masks: Masks, agreement: str, duty: Duty) -> None:
        self.policy, self.masks, self.agreement, self.duty = policy, masks, agreement, duty
        floor = duty.floor
        self.most = Tlp.RED if floor is None else floor.tlp
        self.redacted: tuple[Transform, ...] | None = (
            None if floor is None else union(floor.transform)
        )
        self.met = self.redacts_more = False
        self.forbidden: dict[str, set[str]] = {}


def _against(owed: _Owed) -> Iterator[str]:
    bounds = owed.policy.bounds[owed.agreement]
    known: set[tuple[object, ...]] = set()
    for group in groups(owed.policy, owed.masks):
        bound = [code for code, of in bounds.items() if group.at in of.window]
        if group.originator in bound and group.key not in known:
            known.add(group.key)
            _ask(owed, group, [code for code in bound if code != group.originator])
    for limit, parties in sorted(owed.forbidden.items()):
        yield f"{limit} forbids to {', '.join(sorted(parties))} some of what is owed"
    if not owed.met:
        more = owed.redacts_more
        yield (
            "only with more redacted than its floor allows" if more else "no clause can satisfy it"
        )


def _ask(owed: _Owed, group: Group, others: list[str]) -> None:
    pillars = owed.duty.when.pillars
    if pillars is not None and group.pillar not in pillars:
        return
    marker = Limiting("", owed.duty.when, 0, ())
    for question in questions(group._replace(limits=(*group.limits, marker)), owed.masks):
        if question.marks or question.made is not None or question.record is not None:
            continue
        mine = 1 << (question.found.clauses + len(group.limits))
        for bits in question.found.found:
            _, _, shut = question.found.flags(bits)
            tlp = question.found.terms(bits)["tlp"]
            if bits & mine and not shut and tlp.rank <= owed.most.rank:
                _weigh(owed, question, group, bits, others)


def _weigh(owed: _Owed, question: Question, group: Group, bits: int, others: list[str]) -> None:
    ground, masks = question.ground(bits), owed.masks
    recipients = owed.duty.when.recipients
    wanted = sum(masks.bit(code) for code in others)
    if recipients is not None:
        wanted &= masks.of(recipients)
    for i, limit in enumerate(group.limits):
        hit = limit.meant & wanted
        if bits >> (question.found.clauses + i) & 1 and not limit.transforms and hit:
            owed.forbidden.setdefault(limit.id, set()).update(masks.codes(hit))
    for i, way in enumerate(question.ways):
        if bits >> i & 1 and way.direct & ground.room & wanted:
            allowed = owed.redacted
            transforms = way.lane.transforms
            fits = allowed is None or union(allowed, transforms) == allowed
            open_to = way.direct & ground.room & wanted
            if fits and (allowed is None or open_to & ~demanding(ground, allowed)):
                owed.met = True
            else:
                owed.redacts_more = True

"""Duties: whether what the parties owe one another can be met by what their clauses permit.

A duty is about the strands that its condition speaks of, up to the marking of its floor, and about
every party of its agreement (with a hub, what goes to it and comes from it). It is met where a
clause releases some of them with no more redacted than the floor allows. A duty that a prohibition
forbids is never resolved: it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from noroshi.pact.format import Duty
from noroshi.pact.lines import Path
from noroshi.pact.masks import Masks
from noroshi.pact.passing import Limiting, demanding
from noroshi.pact.policy import Policy
from noroshi.pact.questions import Group, Question, groups, questions, stretches
from noroshi.words.label import Tlp
from noroshi.words.time import format_instant
from noroshi.words.transform import Transform, union


def duties(
    policy: Policy, masks: Masks, now: int
) -> Iterator[tuple[str, Path, Literal["duty"], str]]:
    """(duty, its path, "duty", what stands against it) from `now` (µs UTC) on."""
    for agreement in policy.agreements:
        window = policy.windows[agreement.id]
        lasts = max(window.start, now) < window.end
        for i, duty in enumerate(agreement.file.duty if lasts else ()):
            name = f"{agreement.id}/{duty.id}"
            for text in _against(_Owed(policy, masks, agreement.id, duty), now):
                yield name, ("duty", i), "duty", text


class _Owed:
    """One duty, and what is found about it: by stretch and originator who can be given what is
    owed, and who only with more redacted; and which prohibitions forbid it."""

    def __init__(self, policy: Policy, masks: Masks, agreement: str, duty: Duty) -> None:
        self.policy, self.masks, self.agreement, self.duty = policy, masks, agreement, duty
        self.hub = policy.by_id[agreement].head.hub
        floor = duty.floor
        self.most = Tlp.RED if floor is None else floor.tlp
        self.redacted: tuple[Transform, ...] | None = (
            None if floor is None else union(floor.transform)
        )
        self.met: dict[tuple[int, str], int] = {}
        self.more: dict[tuple[int, str], int] = {}
        self.forbidden: dict[str, set[str]] = {}

    def others(self, originator: str, at: int) -> int:
        """To whom `originator` owes at `at`; nobody where it is not bound then."""
        bounds = self.policy.bounds[self.agreement]
        bound = [code for code, of in bounds.items() if at in of.window]
        if originator not in bound:
            return 0
        found = sum(
            self.masks.bit(code)
            for code in bound
            if code != originator and self.hub in (None, code, originator)
        )
        recipients = self.duty.when.recipients
        return found if recipients is None else found & self.masks.of(recipients)


def _against(owed: _Owed, now: int) -> Iterator[str]:
    starts = [at for at in stretches(owed.policy) if at > now]
    coming = [max(at for at in stretches(owed.policy) if at <= now), *starts]
    known: dict[tuple[object, ...], tuple[int, int]] = {}
    for group in groups(owed.policy, owed.masks):
        wanted = owed.others(group.originator, group.at) if group.at in coming else 0
        if wanted:
            found = known.get((wanted, *group.key))
            if found is None:
                found = known[wanted, *group.key] = _ask(owed, group, wanted)
            key = (group.at, group.originator)
            owed.met[key] = owed.met.get(key, 0) | found[0]
            owed.more[key] = owed.more.get(key, 0) | found[1]
    for limit, parties in sorted(owed.forbidden.items()):
        yield f"{limit} forbids to {', '.join(sorted(parties))} some of what is owed"
    if not any(owed.met.values()):
        more = any(owed.more.values())
        yield (
            "only with more redacted than its floor allows" if more else "no clause can satisfy it"
        )
        return
    for originator in owed.policy.bounds[owed.agreement]:
        yield from _unmet(owed, originator, coming, now)


def _unmet(owed: _Owed, originator: str, coming: list[int], now: int) -> Iterator[str]:
    """To whom an originator cannot give what it owes, from when on."""
    said = 0
    for at in coming:
        key = (at, originator)
        left = owed.others(originator, at) & ~owed.met.get(key, 0) & ~said
        said |= left
        since = f" from {format_instant(at)[:10]}" if at > now else ""
        for text, mask in (
            ("only with more redacted than its floor allows", left & owed.more.get(key, 0)),
            ("no clause can satisfy it", left & ~owed.more.get(key, 0)),
        ):
            if mask:
                yield f"{originator} to {', '.join(owed.masks.codes(mask))}{since}: {text}"


def _ask(owed: _Owed, group: Group, wanted: int) -> tuple[int, int]:
    """(who of `wanted` can be given some of what is owed, who only with more redacted)."""
    met = more = 0
    pillars = owed.duty.when.pillars
    if pillars is not None and group.pillar not in pillars:
        return met, more
    marker = Limiting("", owed.duty.when, 0, ())
    for question in questions(group._replace(limits=(*group.limits, marker)), owed.masks):
        if question.marks or question.made is not None or question.record is not None:
            continue
        mine = 1 << (question.found.clauses + len(group.limits))
        for bits in question.found.found:
            _, _, shut = question.found.flags(bits)
            tlp = question.found.terms(bits)["tlp"]
            if bits & mine and not shut and tlp.rank <= owed.most.rank:
                found = _weigh(owed, question, group, bits, wanted)
                met, more = met | found[0], more | found[1]
    return met, more


def _weigh(
    owed: _Owed, question: Question, group: Group, bits: int, wanted: int
) -> tuple[int, int]:
    ground, masks = question.ground(bits), owed.masks
    met = more = 0
    for i, limit in enumerate(group.limits):
        hit = limit.meant & wanted
        if bits >> (question.found.clauses + i) & 1 and not limit.transforms and hit:
            owed.forbidden.setdefault(limit.id, set()).update(masks.codes(hit))
    for i, way in enumerate(question.ways):
        open_to = way.direct & ground.room & wanted
        if bits >> i & 1 and open_to:
            allowed, transforms = owed.redacted, way.lane.transforms
            fits = 0
            if allowed is None:
                fits = open_to
            elif union(allowed, transforms) == allowed:
                fits = open_to & ~demanding(ground, allowed)
            met, more = met | fits, more | open_to & ~fits
    return met, more

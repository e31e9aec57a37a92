"""Conflicts: what agreements say that cannot be meant, or that a person should look at.

Each `Remark` names its clause and where it stands. None of them changes a decision: a duty that a
prohibition forbids stays forbidden, and is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from noroshi.pact.calendar import entry
from noroshi.pact.check_promises import unobservable
from noroshi.pact.duties import duties
from noroshi.pact.format import Agreement
from noroshi.pact.ical import spelt
from noroshi.pact.lanes import equivalents
from noroshi.pact.lines import Path, line_index, line_of
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.pact.questions import Question, groups, questions, stretches
from noroshi.pact.standing import standing
from noroshi.pact.ways import Part, least
from noroshi.words.kind import Kind

RemarkKind = Literal[
    "shadowed", "unreachable", "duty", "asymmetric", "unprotected", "consent", "reference",
    "commitment", "observe", "standing", "date", "approval",
]  # fmt: skip


class Remark(msgspec.Struct, frozen=True, order=True):
    """Something to look at: `clause` (`eu-jpn-sdp/R1`), `where` (file and line), and in words."""

    where: str
    clause: str
    kind: RemarkKind
    text: str


def remarks(
    policy: Policy,
    now: int,
    files: Mapping[str, str] | None = None,
    kinds: Mapping[str, Kind] | None = None,
) -> tuple[Remark, ...]:
    """Everything to look at in a policy at `now` (µs UTC). `files`: by agreement, the name of its
    file (its id when not given). `kinds`: what desks can find, if rules are to be held to it."""
    masks = Masks(policy.parties)
    found = [
        *_unused(policy, masks),
        *duties(policy, masks, now),
        *_asymmetric(policy, masks),
        *_unprotected(policy, masks),
        *_consents(policy, masks),
        *_references(policy, now),
        *_commitments(policy, now),
        *(unobservable(policy, kinds) if kinds is not None else ()),
        *standing(policy, now),
    ]
    places = {each.id: line_index(_text(each)) for each in policy.agreements if each.raw}
    named = (
        Remark(_where(policy, clause, path, files or {}, places), clause, kind, text)
        for clause, path, kind, text in found
    )
    return tuple(sorted(named, key=_place))


def _place(remark: Remark) -> tuple[str, int, Remark]:
    """Files in order, and in each the lines as numbers."""
    name, _, line = remark.where.rpartition(":")
    return name, int(line) if line.isdigit() else 0, remark


Found = tuple[str, Path, RemarkKind, str]
"""(clause, its path in the file, kind, text)."""


def _text(agreement: Agreement) -> str:
    return agreement.raw.decode("utf-8").replace("\r\n", "\n")


def _where(
    policy: Policy,
    clause: str,
    path: Path,
    files: Mapping[str, str],
    places: Mapping[str, dict[Path, int]],
) -> str:
    name = clause.partition("/")[0]
    if name not in policy.by_id:
        return "consents"
    return f"{files.get(name, name)}:{line_of(places.get(name, {}), path)}"


def _unused(policy: Policy, masks: Masks) -> Iterator[Found]:
    """Release clauses of agreements in force at some time that never decide: none of their strands
    ever passes, or another clause always comes before."""
    used: set[str] = set()
    beaten: dict[str, set[str]] = {}
    seen: set[tuple[object, ...]] = set()
    for group in groups(policy, masks):
        if group.key not in seen:
            seen.add(group.key)
            for question in questions(group, masks):
                _use(question, used, beaten)
    for agreement in policy.agreements:
        window = policy.windows[agreement.id]
        for i, clause in enumerate(agreement.file.release if window.start < window.end else ()):
            name = f"{agreement.id}/{clause.id}"
            if name not in used:
                others = ", ".join(sorted(beaten.get(name, ())))
                kind: RemarkKind = "shadowed" if others else "unreachable"
                text = (
                    f"never decides: where it could, {others} comes first"
                    if others
                    else "no strand can ever pass by it"
                )
                yield name, ("release", i), kind, text


def _use(question: Question, used: set[str], beaten: dict[str, set[str]]) -> None:
    for bits in question.found.found:
        _, public, shut = question.found.flags(bits)
        ways = [way for i, way in enumerate(question.ways) if bits >> i & 1]
        if public or shut or all(way.lane.id in used for way in ways):
            continue
        room = question.ground(bits).room
        # A consent opens all clauses that want one to its recipient, or there is none: of clauses
        # that pass, no other set is possible.
        for passing in (ways, [way for way in ways if way.lane.clause.approval is None]):
            parts = [Part(w.direct & room, w.lane.id, w.lane.transforms) for w in passing]
            decided = list(least(parts))
            used |= {part.clause for part in decided}
            for part in parts:
                ahead = {each.clause for each in decided if each.mask & part.mask}
                beaten.setdefault(part.clause, set()).update(ahead - {part.clause})


def _asymmetric(policy: Policy, masks: Masks) -> Iterator[Found]:
    """Clauses by which one legal party releases to another that releases nothing of the pillar to
    it, by any clause, in the last stretch of time."""
    last = stretches(policy)[-1]
    given: dict[tuple[str, str], dict[str, list[str]]] = {}
    legal = {code for of in policy.bounds.values() for code in of}
    for group in groups(policy, masks):
        if group.at == last and group.originator in legal:
            for lane in group.lanes:
                for _, direct, _ in lane.reach:
                    for code in masks.codes(direct):
                        if code in legal:
                            pair = given.setdefault((group.originator, code), {})
                            pair.setdefault(group.pillar, []).append(lane.id)
    for (one, other), pillars in sorted(given.items()):
        back = given.get((other, one), {})
        by_clause: dict[str, list[str]] = {}
        for pillar in sorted(set(pillars) - set(back)):
            for clause in pillars[pillar]:
                by_clause.setdefault(clause, []).append(pillar)
        for clause, only in by_clause.items():
            yield (
                clause, _path(policy, clause), "asymmetric",
                f"{one} releases {', '.join(only)} to {other}, which releases none of it to {one}",
            )  # fmt: skip


def _unprotected(policy: Policy, masks: Masks) -> Iterator[Found]:
    """Clauses that let what needs protection go on freely, to parties of no agreement."""
    for agreement in policy.agreements:
        for i, clause in enumerate(agreement.file.release):
            if clause.onward == "free":
                what = [
                    *(["classified"] if equivalents(agreement, clause, masks) else []),
                    *(["personal"] if clause.personal else []),
                    *(["controlled"] if clause.control else []),
                ]
                if what:
                    data = " and ".join(what)
                    text = f"{data} data may go on freely, to parties that need not protect it"
                    yield f"{agreement.id}/{clause.id}", ("release", i), "unprotected", text


def _consents(policy: Policy, masks: Masks) -> Iterator[Found]:
    """Consents to what a prohibition of the same originator forbids."""
    seen: set[tuple[str, str]] = set()
    for group in groups(policy, masks):
        for consent in group.consents:
            named = masks.of((consent.recipient,))
            for limit in group.limits:
                if limit.when.recipients is not None and not limit.transforms:
                    key = (consent.id, limit.id)
                    if named & limit.meant and key not in seen:
                        seen.add(key)
                        text = f"{limit.id} prohibits what it consents to for {consent.recipient}"
                        yield consent.id, (), "consent", text


def _references(policy: Policy, now: int) -> Iterator[Found]:
    """Agreements that others rest on and that ended, and cited commitments that are no more."""
    for agreement in policy.agreements:
        for i, name in enumerate(agreement.head.depends_on):
            path: Path = ("agreement", "depends_on", i)
            if name not in policy.by_id:
                text = f"depends on {name}, which this set does not hold and so does not check"
                yield agreement.id, path, "reference", text
            elif policy.windows[name].end <= now:
                yield agreement.id, path, "reference", f"depends on {name}, which has ended"
        status = {each.id: each.status for each in agreement.file.commitment}
        for name in ("release", "prohibit", "require", "duty", "joins"):
            for i, clause in enumerate(getattr(agreement.file, name)):
                for j, cited in enumerate(clause.cites):
                    if status.get(cited) == "superseded":
                        at: Path = (name, i, "cites", j)
                        yield (
                            f"{agreement.id}/{clause.id}",
                            at,
                            "reference",
                            f"{cited} is superseded",
                        )


def _commitments(policy: Policy, now: int) -> Iterator[Found]:
    """Commitments that nobody leads, and those whose time has passed."""
    for agreement in policy.agreements:
        window = policy.windows[agreement.id]
        for i, each in enumerate(agreement.file.commitment if now in window else ()):
            name, path = f"{agreement.id}/{each.id}", ("commitment", i)
            if each.status in ("done", "superseded"):
                continue
            found = entry(agreement, window, each, (), now)
            if found.without:
                yield name, path, "commitment", f"no lead for {', '.join(found.without)}"
            if found.status == "overdue" and found.next is not None:
                again = f", every {each.every}" if each.every else ""
                text = (
                    f"due {spelt(found.next.due)}{again}, and the file names nothing that kept it"
                )
                yield name, path, "commitment", text


def _path(policy: Policy, clause: str) -> Path:
    name, _, wanted = clause.partition("/")
    clauses = policy.by_id[name].file.release
    return ("release", next(i for i, each in enumerate(clauses) if each.id == wanted))

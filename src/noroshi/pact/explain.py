"""Explain: one decision in words, in full for the owner and with nothing given away otherwise.

The recipient's text for what is withheld and for what does not exist is the same text.
"""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.pact.decide import OWN, PUBLIC
from noroshi.pact.emergency import named
from noroshi.pact.policy import Policy
from noroshi.pact.vocabulary import Basis
from noroshi.words.label import Label
from noroshi.words.release import Miss, Release
from noroshi.words.time import format_instant
from noroshi.words.told import LIST, Told, told
from noroshi.words.transform import Without, described

NOTHING = "There is no such record."
UNCOVERED = "No clause of an agreement covers it, and what is not permitted is denied."

_BASIS: dict[Basis, str] = {
    "text": "the agreement says so",
    "practice": "established practice",
    "model": "our reading: the text holds no such rule",
}


def explained(policy: Policy, label: Label, release: Release, party: str) -> tuple[Told, ...]:
    """For the owner's lawyer, line by line: verdict, clauses with their basis or near misses, and
    the agreements that this rests on."""
    head = {
        "released": told("Released to {party} as it is.", party=party),
        "partial": told(
            "Released to {party} in part: {changes}.", party=party, changes=_changes(release)
        ),
        "withheld": told("Withheld from {party}.", party=party),
    }[release.verdict]
    if release.permitted:
        lines = [
            told(
                "{originator}, {kind}, TLP {tlp}: by {clause} ({why})",
                originator=strand.originator, kind=f"{strand.pillar}/{strand.kind}",
                tlp=strand.tlp.value, clause=clause, why=_why(policy, clause),
            )
            for strand, clause in zip(label.strands, release.clauses, strict=True)
        ]  # fmt: skip
    else:
        lines = [missed(each) for each in release.misses] or [Told(UNCOVERED)]
    return (head, *lines, told("Agreement set {set}.", set=policy.set_sha256[:12]))


def owner(policy: Policy, label: Label, release: Release, party: str) -> str:
    """The same in English."""
    return text(explained(policy, label, release, party))


def text(lines: Sequence[Told]) -> str:
    """Lines in English, all but the first moved in."""
    return "\n  ".join(each.said() for each in lines)


def missed(miss: Miss) -> Told:
    """A near miss in a line."""
    return told("{clause}: {condition} is {found}; allowed: {allowed}", **_parts(miss))


def nearest(release: Release) -> Told:
    """The nearest miss in one line; deny by default where nothing came near."""
    if not release.misses:
        return Told("no clause covers it")
    parts = _parts(release.misses[0])
    return told("{clause}: {condition} is {found}, allowed {allowed}", **parts)


def _parts(miss: Miss) -> dict[str, str | Told | tuple[Told, ...]]:
    found, allowed = miss.told or (_value(miss, miss.found), _value(miss, miss.allowed))
    condition = Told(miss.condition)
    return {"clause": miss.clause, "condition": condition, "found": found, "allowed": allowed}


def _value(miss: Miss, text: str) -> tuple[Told, ...]:
    """What is one word or a list of them: kinds are called by their names."""
    if miss.condition == "kind":
        return tuple(told("{kind}", kind=each) for each in text.split(LIST))
    return (Told(text),)


def recipient(release: Release | None) -> str:
    """What the recipient reads, in English."""
    return heard(release).said()


def heard(release: Release | None) -> Told:
    """One line for the recipient; None for a record that does not exist. Nothing tells of a part
    that it may not have."""
    if release is None or not release.permitted:
        return Told(NOTHING)
    clauses = ", ".join(dict.fromkeys(release.clauses))
    asked = _changes(release, parts=False)
    if asked:
        said = "Released to you in part ({changes}) by {clauses}."
        return told(said, changes=asked, clauses=clauses)
    return told("Released to you by {clauses}.", clauses=clauses)


def _changes(release: Release, *, parts: bool = True) -> tuple[Told, ...]:
    """What is different; `parts` says whether marked parts that went are spoken of."""
    return tuple(
        described(each) for each in release.transforms if parts or not isinstance(each, Without)
    )


def _why(policy: Policy, clause: str) -> Told:
    if clause == OWN:
        return Told("its own")
    if clause == PUBLIC:
        return Told("public by its own marking")
    urgent = named(policy, clause)
    if urgent is not None:
        said = "past the clauses, in an emergency, by {by} until {end}: {why}"
        return told(said, by=urgent.by, end=format_instant(urgent.until), why=urgent.why)
    name, _, wanted = clause.partition("/")
    agreement = policy.by_id.get(name)
    if agreement is None:
        return Told("the grant it was received under")
    for each in agreement.file.release:
        if each.id == wanted:
            basis = Told(_BASIS[each.basis])
            return told("{agreement}; {basis}", agreement=Told(agreement.title), basis=basis)
    return Told(agreement.title)

"""Explain: one decision in words, in full for the owner and with nothing given away otherwise.

The recipient's text for what is withheld and for what does not exist is the same text.
"""

from __future__ import annotations

from noroshi.pact.decide import OWN, PUBLIC
from noroshi.pact.emergency import named
from noroshi.pact.policy import Policy
from noroshi.pact.vocabulary import Basis
from noroshi.words.label import Label
from noroshi.words.release import Release
from noroshi.words.time import format_instant
from noroshi.words.transform import Without, describe

NOTHING = "There is no such record."

_BASIS: dict[Basis, str] = {
    "text": "the agreement says so",
    "practice": "established practice",
    "model": "our reading: the text holds no such rule",
}


def owner(policy: Policy, label: Label, release: Release, party: str) -> str:
    """Several lines for the owner's lawyer: verdict, clauses with their basis, near misses."""
    head = {
        "released": f"Released to {party} as it is.",
        "partial": f"Released to {party} in part: {_changes(release)}.",
        "withheld": f"Withheld from {party}.",
    }[release.verdict]
    if release.permitted:
        lines = [
            f"  {strand.originator}, {strand.pillar}/{strand.kind}, TLP {strand.tlp.value}: "
            f"by {clause} ({_why(policy, clause)})"
            for strand, clause in zip(label.strands, release.clauses, strict=True)
        ]
    else:
        lines = [
            f"  {each.clause}: {each.condition} is {each.found}; allowed: {each.allowed}"
            for each in release.misses
        ] or ["  No clause of an agreement covers it, and what is not permitted is denied."]
    return "\n".join([head, *lines, f"  Agreement set {policy.set_sha256[:12]}."])


def recipient(release: Release | None) -> str:
    """One line for the recipient; None for a record that does not exist. Nothing tells of a part
    that it may not have."""
    if release is None or not release.permitted:
        return NOTHING
    clauses = ", ".join(dict.fromkeys(release.clauses))
    asked = _changes(release, parts=False)
    if asked:
        return f"Released to you in part ({asked}) by {clauses}."
    return f"Released to you by {clauses}."


def _changes(release: Release, *, parts: bool = True) -> str:
    """What is different; `parts` says whether marked parts that went are spoken of."""
    return ", ".join(
        describe(each) for each in release.transforms if parts or not isinstance(each, Without)
    )


def _why(policy: Policy, clause: str) -> str:
    if clause == OWN:
        return "its own"
    if clause == PUBLIC:
        return "public by its own marking"
    urgent = named(policy, clause)
    if urgent is not None:
        end = format_instant(urgent.until)
        return f"past the clauses, in an emergency, by {urgent.by} until {end}: {urgent.why}"
    name, _, wanted = clause.partition("/")
    agreement = policy.by_id.get(name)
    if agreement is None:
        return "the grant it was received under"
    for each in agreement.file.release:
        if each.id == wanted:
            return f"{agreement.title}; {_BASIS[each.basis]}"
    return agreement.title

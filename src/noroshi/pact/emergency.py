"""Emergency releases: the one way past the clauses, and how narrow it is.

What it stands in for is a permission that nobody gave: no agreement, no clause that covers this
pillar, kind, marking or recipient, a consent that did not come. What somebody said against it, it
never overrides: a prohibition, a requirement, the record's own terms, another originator's word.
Nor does it give what the recipient has no duty to protect: classified and controlled matter,
personal data, what may not be passed on by its licence, what is TLP RED.
"""

from __future__ import annotations

from noroshi.pact.passage import NOT_REDISTRIBUTABLE, Failure
from noroshi.pact.policy import Policy
from noroshi.pact.terms import Asked
from noroshi.words.emergency import PREFIX, Emergency
from noroshi.words.handling import unmet
from noroshi.words.label import UNCLASSIFIED, Strand, Tlp


def barred(strand: Strand) -> Failure | None:
    """What of the strand no emergency overrides; None where it may be given."""
    if strand.tlp is Tlp.RED:
        return "tlp", strand.tlp.value, "≤ amber+strict"
    for mark in strand.classes:
        if mark.level != UNCLASSIFIED:
            return "class", f"{mark.scheme} {mark.level}", UNCLASSIFIED
    if strand.licence == NOT_REDISTRIBUTABLE:
        return "licence", strand.licence, "one that lets it be passed on"
    if strand.personal:
        return "personal", "personal data", "no personal data"
    tags = unmet(strand.handling, (), ())
    if tags:
        return "handling", ", ".join(tags), "nothing that the recipient did not promise"
    if strand.exercise is not None:
        return "exercise", strand.exercise, "real data"
    return None


def standing(policy: Policy, strand: Strand, asked: Asked) -> Emergency | None:
    """The emergency under which the holder, whose own strand it is, may give it now."""
    if asked.record is None or barred(strand) is not None:
        return None
    for each in policy.emergencies:
        same = each.record == asked.record and each.party == asked.party
        if same and each.since <= asked.at < each.until:
            return each
    return None


def named(policy: Policy, clause: str) -> Emergency | None:
    """The emergency that this word in the place of a clause means."""
    name = clause.removeprefix(PREFIX)
    return next((each for each in policy.emergencies if each.id == name), None)

"""Onward: what a holder that is not the originator may do, by the grant alone.

The holder's own agreements never count: answering from them is the laundering bug. Where the
policy holds the agreement of the grant, its end, exits and hub can close the way, never open it.
"""

from __future__ import annotations

from noroshi.pact.policy import Policy
from noroshi.pact.terms import Asked, consented
from noroshi.words.grant import Grant
from noroshi.words.label import Strand
from noroshi.words.release import Miss, miss
from noroshi.words.time import format_instant
from noroshi.words.told import Told, told


def passes_on(policy: Policy, strand: Strand, asked: Asked) -> Miss | None:
    """Why the holder may not pass the strand to the party; None when it may."""
    grant = _grant(policy, strand)
    if isinstance(grant, Miss):
        return grant
    closed = _closed(policy, grant, asked) or _not_entitled(policy, strand, grant, asked)
    if closed is not None:
        return closed
    if not _live(grant, asked.at):
        return _expired(grant, asked.at)
    if grant.onward == "none":
        return Miss(grant.clause, "onward", "none", "the holder alone")
    agreed = consented(policy, strand, asked.party, asked)
    if strand.orcon and not agreed:
        return miss(grant.clause, "orcon", "no consent", _consent(strand))
    if grant.onward == "parties" and not policy.parties.is_in(asked.party, grant.recipients):
        return Miss(grant.clause, "onward", asked.party, ", ".join(grant.recipients))
    if grant.onward == "originator_consent" and not agreed:
        return miss(grant.clause, "onward", "no consent", _consent(strand))
    return None


def keeps(policy: Policy, strand: Strand, asked: Asked) -> Miss | None:
    """Why the holder may no longer keep the strand; None when it may."""
    grant = _grant(policy, strand)
    if isinstance(grant, Miss):
        return grant
    refused = _not_entitled(policy, strand, grant, asked)
    if refused is not None or grant.keep == "protect":
        return refused
    if not _live(grant, asked.at):
        return _expired(grant, asked.at)
    return _ended(policy, grant, (asked.holder,), asked.at)


def _consent(strand: Strand) -> Told:
    return told("consent of {party}", party=strand.originator)


def _grant(policy: Policy, strand: Strand) -> Grant | Miss:
    grant = policy.grants.get(strand.grant) if strand.grant is not None else None
    if grant is None:
        return Miss("grant", "grant", strand.grant or "none", "a grant that this node holds")
    if grant.originator != strand.originator:
        return Miss("grant", "originator", grant.originator, strand.originator)
    return grant


def _not_entitled(policy: Policy, strand: Strand, grant: Grant, asked: Asked) -> Miss | None:
    if grant.onward == "free" or policy.parties.is_in(asked.holder, grant.recipients):
        return None
    if consented(policy, strand, asked.holder, asked):
        return None
    return Miss(grant.clause, "holder", asked.holder, ", ".join(grant.recipients))


def _closed(policy: Policy, grant: Grant, asked: Asked) -> Miss | None:
    """The end of the grant's agreement, of a party's place in it, or a way around its hub."""
    involved = (grant.originator, asked.holder, asked.party)
    ended = _ended(policy, grant, involved, asked.at)
    if ended is not None:
        return ended
    agreement = policy.by_id.get(grant.clause.partition("/")[0])
    hub = None if agreement is None else agreement.head.hub
    if hub is None or hub in (
        *policy.parties.line(asked.holder),
        *policy.parties.line(asked.party),
    ):
        return None
    way = told("{a} to {b}", a=asked.holder, b=asked.party)
    return miss(grant.clause, "hub", way, told("only through {hub}", hub=hub))


def _ended(policy: Policy, grant: Grant, codes: tuple[str, ...], at: int) -> Miss | None:
    name = grant.clause.partition("/")[0]
    window = policy.windows.get(name)
    if window is None:
        return None
    if at >= window.end:
        return Miss(grant.clause, "in_force", "ended", "in force")
    for code in codes:
        spans = [bound.window for _, bound in policy.legal(name, code)]
        if spans and all(at >= span.end for span in spans):
            left = told("{party} has left", party=code)
            return miss(grant.clause, "bound", left, "a party that is bound")
    return None


def _live(grant: Grant, at: int) -> bool:
    return grant.until is None or at < grant.until


def _expired(grant: Grant, at: int) -> Miss:
    until = "" if grant.until is None else format_instant(grant.until)
    return miss(grant.clause, "until", format_instant(at), told("before {when}", when=until))

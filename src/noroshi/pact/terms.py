"""Terms of a strand that hold whoever shares it, and the originator's consents."""

from __future__ import annotations

import msgspec

from noroshi.pact.passage import Failure
from noroshi.pact.policy import Policy
from noroshi.words.grant import Selector
from noroshi.words.label import Strand, Tlp
from noroshi.words.time import format_instant
from noroshi.words.told import told


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What a decision is about, besides the strand."""

    holder: str
    party: str
    at: int
    record: str | None = None
    made: int | None = None


def gate(policy: Policy, strand: Strand, party: str, at: int) -> Failure | None:
    """The first of the strand's own terms that keeps it from `party` at `at`: that it came by its
    hands, denied codes (one that the registry does not know withholds from all), named recipients,
    RED, embargo, expiry."""
    if party in strand.via:
        found = told("it came by the hands of {party}", party=party)
        return "via", found, "not back to where it came from"
    if strand.denied:
        refused = denied(policy, strand, party)
        if refused is not None:
            return refused
    only = strand.only
    if only is None:
        if strand.tlp is Tlp.RED:
            return "only", "red without named recipients", "red with named recipients"
    elif party not in only and not policy.parties.is_in(party, only):
        alone = told("{party} alone", party=strand.originator)
        return "only", party, ", ".join(only) or alone
    if strand.not_before is not None and at < strand.not_before:
        since = told("from {when}", when=format_instant(strand.not_before))
        return "not_before", format_instant(at), since
    return None if strand.expires is None else expired(strand, at)


def denied(policy: Policy, strand: Strand, party: str) -> Failure | None:
    """Whether the strand denies `party` or what it is below, or a code that nobody here knows."""
    for code in strand.denied:
        if code not in policy.parties:
            found = told("unknown code {code}", code=code)
            return "denied", found, "codes of the party registry"
        if code in policy.parties.line(party):
            return "denied", party, told("not {party}", party=code)
    return None


def expired(strand: Strand, at: int) -> Failure | None:
    """Whether the strand has ended by `at`."""
    if strand.expires is not None and at >= strand.expires:
        before = told("before {when}", when=format_instant(strand.expires))
        return "expires", format_instant(at), before
    return None


def consented(policy: Policy, strand: Strand, party: str, asked: Asked) -> bool:
    """Whether a consent of the originator, valid at the time asked, names this strand and `party`
    (or what it is below)."""
    line = policy.parties.line(party)
    return any(
        each.recipient in line and each.until > asked.at and selects(each.selector, strand, asked)
        for each in policy.consents_of(strand.originator)
    )


def selects(selector: Selector, strand: Strand, asked: Asked) -> bool:
    """Whether every field given in the selector matches; a selector without any matches nothing."""
    pairs = (
        (selector.record, asked.record),
        (selector.grant, strand.grant),
        (selector.pillar, strand.pillar),
        (selector.kind, strand.kind),
    )
    given = [(wanted, found) for wanted, found in pairs if wanted is not None]
    return bool(given) and all(wanted == found for wanted, found in given)

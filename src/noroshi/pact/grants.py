"""Grants: the label and the terms that travel with a record once its release is decided.

The recipient's label is projected: it keeps what binds the recipient and names nobody else who
was denied or chosen. Where leaving out a denied code could open a way to that party, the label
closes the way for all (`only = ()`), so that a projection never permits more than the original.
"""

from __future__ import annotations

import msgspec

from noroshi.pact.decide import OWN, PUBLIC, demands, limited
from noroshi.pact.emergency import named
from noroshi.pact.format import ReleaseClause
from noroshi.pact.passage import Passage, failure
from noroshi.pact.policy import Policy
from noroshi.pact.terms import Asked, consented, gate
from noroshi.words.grant import Grant, Onward, sealed
from noroshi.words.label import Label, Strand
from noroshi.words.label import label as joined
from noroshi.words.release import Release
from noroshi.words.time import DAY, floor
from noroshi.words.transform import Transform, union


def granted(
    policy: Policy,
    label: Label,
    holder: str,
    party: str,
    at: int,
    release: Release,
    *,
    made: int | None = None,
) -> tuple[Label, tuple[Grant, ...]]:
    """(the label as `party` holds it, the grants it refers to) of a permitted `release`.

    Where the holder is the originator a new grant is sealed, unsigned; elsewhere the grant under
    which the holder received the strand goes along as it is. Equal terms make equal grants: `until`
    counts from the start of the day. Raises `ValueError` for a release that is not permitted.
    """
    if not release.permitted or len(release.clauses) != len(label.strands):
        raise ValueError(f"not a release of this label: {release.verdict}, {release.clauses}")
    asked = Asked(holder, party, at, None, made)
    strands: list[Strand] = []
    grants: dict[str, Grant] = {}
    for strand, clause in zip(label.strands, release.clauses, strict=True):
        grant = _terms(policy, strand, clause, asked)
        if grant is not None:
            grants[grant.id] = grant
        strands.append(projected(policy, strand, party, grant))
    return joined(*strands), tuple(grants[key] for key in sorted(grants))


def projected(policy: Policy, strand: Strand, party: str, grant: Grant | None) -> Strand:
    """`strand` as `party` holds it under `grant` (None: it is the party's own)."""
    parties = policy.parties
    others = grant.recipients if grant is not None and grant.onward == "parties" else ()

    def known(code: str) -> bool:
        return code in others or code in parties.line(party) or party in parties.line(code)

    hidden = [code for code in strand.denied if not known(code)]
    only = strand.only
    if only is not None:
        named = {code for code in only if known(code)}
        only = tuple(sorted(named | {code for code in others if parties.is_in(code, only)}))
    if any(_reachable(policy, code, grant) for code in hidden):
        only = ()
    return msgspec.structs.replace(
        strand,
        only=only,
        denied=tuple(code for code in strand.denied if known(code)),
        not_before=strand.not_before if grant is None else None,
        grant=None if grant is None else grant.id,
    )


def _reachable(policy: Policy, code: str, grant: Grant | None) -> bool:
    """Whether what is released under `grant` could ever be passed on to `code`."""
    if grant is None or grant.onward in ("free", "originator_consent"):
        return True
    return grant.onward == "parties" and policy.parties.is_in(code, grant.recipients)


def _terms(policy: Policy, strand: Strand, clause: str, asked: Asked) -> Grant | None:
    if clause == OWN:
        return None
    if asked.holder != strand.originator:
        return policy.grants[strand.grant or ""]
    demanded = demands(policy, strand, asked)
    if clause == PUBLIC:
        return sealed(
            Grant(
                id="",
                originator=strand.originator,
                clause=PUBLIC,
                agreement_set=policy.set_sha256,
                recipients=(asked.party,),
                onward="free",
                until=strand.expires,
                transforms=demanded,
                keep="protect",
            )
        )
    urgent = named(policy, clause)
    if urgent is not None:
        return sealed(
            Grant(
                id="",
                originator=strand.originator,
                clause=clause,
                agreement_set=policy.set_sha256,
                recipients=(asked.party,),
                onward="none",
                until=min(urgent.until, strand.expires or urgent.until),
                transforms=demanded,
                keep="until",
            )
        )
    found = _passage(policy, strand, clause, asked.party, asked)
    if found is None:
        raise ValueError(f"{clause} does not release this strand to {asked.party}")
    transforms = union(found.transforms, demanded)
    shut = _shut(policy, strand, asked, transforms)
    return sealed(
        Grant(
            id="",
            originator=strand.originator,
            clause=clause,
            agreement_set=policy.set_sha256,
            recipients=_recipients(policy, strand, found, asked, shut),
            onward=_onward(found, shut),
            until=_until(strand, found, asked.at),
            transforms=transforms,
            keep=found.keep,
        )
    )


def _onward(passage: Passage, shut: frozenset[str]) -> Onward:
    """A grant cannot say "freely, but not to these", nor "freely, after a consent each": where a
    clause means that, each further party is asked for."""
    if passage.onward == "free" and (shut or passage.each):
        return "originator_consent"
    return passage.onward


def _shut(
    policy: Policy, strand: Strand, asked: Asked, transforms: tuple[Transform, ...]
) -> frozenset[str]:
    """Parties that a limit of the originator keeps from the strand as it goes out here.

    A holder need not know the agreement of the limit, so the grant itself must leave them out.
    """
    limits = policy.limits(strand.originator, strand.pillar, None)
    if all(each.when.recipients is None for kind in limits for each in kind):
        return frozenset()  # what is about no party in particular was met for this one
    return frozenset(
        code
        for code in policy.parties.order
        if strand.originator not in policy.parties.line(code)
        and limited(policy, strand, msgspec.structs.replace(asked, party=code), transforms)
    )


def _passage(
    policy: Policy, strand: Strand, clause: str, party: str, asked: Asked, *, hub: bool = True
) -> Passage | None:
    """The passage of `clause` that is open to `party`; `hub=False` looks past the hub."""
    for each in policy.passages(strand.originator, party, strand.pillar):
        if each.id == clause:
            if not hub and each.barred is not None and each.barred[0] == "hub":
                each = msgspec.structs.replace(each, barred=None)
            # That a consent was there is what the release has already found.
            if failure(each, strand, asked.at, asked.made, consented=True) is None:
                return each
    return None


def _until(strand: Strand, passage: Passage, at: int) -> int | None:
    ends = [] if strand.expires is None else [strand.expires]
    if passage.expires is not None:
        start = floor(at, "day") if passage.expires >= DAY else floor(at, "min")
        ends.append(start + passage.expires)
    return min(ends, default=None)


def _recipients(
    policy: Policy, strand: Strand, passage: Passage, asked: Asked, shut: frozenset[str]
) -> tuple[str, ...]:
    """All who may hold the strand: the party and, with `onward = "parties"`, every other party of
    the agreement that the clause covers and neither the label nor a limit keeps out."""
    found = {asked.party}

    def names(code: str) -> bool:
        """Whether naming `code` would let in somebody who is shut out."""
        return any(code in policy.parties.line(each) for each in shut)

    if passage.onward == "parties" and not names(asked.party):
        agreement = policy.by_id[passage.agreement]
        clause = next(
            each for each in agreement.file.release if f"{agreement.id}/{each.id}" == passage.id
        )
        for code, bound in policy.bounds[agreement.id].items():
            if code not in policy.parties.line(strand.originator) and asked.at in bound.window:
                found |= {
                    each
                    for each in _bodies(policy, clause, code)
                    if not names(each) and _reaches(policy, strand, passage, each, asked)
                }
    return tuple(sorted(found))


def _bodies(policy: Policy, clause: ReleaseClause, code: str) -> set[str]:
    """The codes through which legal party `code` receives under `clause`."""
    bodies = set(clause.bodies.get(code, (code,)))
    if clause.to is None:
        return bodies
    inside = {each for each in bodies if policy.parties.is_in(each, clause.to)}
    return inside | {
        each for each in clause.to if policy.parties.is_in(each, tuple(bodies)) and each != code
    }


def _reaches(policy: Policy, strand: Strand, passage: Passage, code: str, asked: Asked) -> bool:
    if gate(policy, strand, code, asked.at) is not None:
        return False
    if any(code in policy.parties.line(each) for each in strand.denied):
        return False  # an agency below it is denied: naming it would let the agency in
    if passage.each and not consented(policy, strand, code, asked):
        return False  # item by item: a consent for one party is none for another
    return _passage(policy, strand, passage.id, code, asked, hub=False) is not None

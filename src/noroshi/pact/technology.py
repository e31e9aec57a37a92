"""Technology: may this item go there, and who could have it next? Permit, licence or prohibited.

An item is a record with control-list codes, and the decision about it is `decide`: `[[transfer]]`
clauses, rights of programmes and `[[embargo]]` are put into the agreements as release clauses and
prohibitions that fit this item, and nothing is decided here. A licence is a consent; re-export is
passing on under the grant. What several own is a record of several strands, so every owner counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec

from noroshi.pact.decide import OWN, decide
from noroshi.pact.format import Agreement, Prohibition, ReleaseClause, When, dated
from noroshi.pact.policy import Policy
from noroshi.pact.technical import Embargo, Programme, Right, Transfer
from noroshi.pact.transfer import TransferFile
from noroshi.words.errors import Refused
from noroshi.words.grant import Consent, Grant, Selector, sealed
from noroshi.words.handling import CONTROL
from noroshi.words.label import Pap, Strand, Tlp, label
from noroshi.words.release import Miss
from noroshi.words.time import ends

Answer = Literal["permit", "licence", "prohibited"]
ITEM: Final = "item"
"""The kind of a strand that is an item."""

PILLAR: Final = "industry"
_RANK: Final[dict[Answer, int]] = {"permit": 0, "licence": 1, "prohibited": 2}


class Leg(msgspec.Struct, frozen=True):
    """One way of one owner's part: from whom to whom, by which clause, who must license it, and
    what stood in the way."""

    owner: str
    sender: str
    to: str
    answer: Answer
    clause: str | None = None
    licence_of: tuple[str, ...] = ()
    misses: tuple[Miss, ...] = ()


class Answered(msgspec.Struct, frozen=True):
    """The answer about an item, as its least permitted leg, and about each re-export asked."""

    answer: Answer
    legs: tuple[Leg, ...]
    reexport: tuple[Leg, ...]
    agreement_set: str


def answer(policy: Policy, file: TransferFile, at: int) -> Answered:
    """What the agreements of `policy` say of the item at `at` (µs UTC). Raises `Refused` for a
    right or a clause that they do not hold."""
    sending = file.transfer
    owned = _owned(policy, file)
    fitted = fit(policy, file)
    strands = [_strand(file, owner, kind, codes) for owner, kind, codes in owned]
    legs: list[Leg] = []
    further: list[Leg] = []
    for strand in strands:
        leg, grant = _first(fitted, file, strand, at)
        legs.append(leg)
        further += [_next(fitted, strand, grant, leg, third, at) for third in sending.reexport]
    worst = max(legs, key=lambda each: _RANK[each.answer])
    return Answered(worst.answer, tuple(legs), tuple(further), policy.set_sha256)


def fit(policy: Policy, file: TransferFile) -> Policy:
    """The same agreements, with the clauses about items that fit this item as release clauses and
    prohibitions, and with the licences of the file as consents."""
    return Policy(
        [_fitted(each, file) for each in policy.agreements],
        policy.parties,
        policy.grants,
        (*policy.consents, *_consents(file)),
    )


def _fitted(agreement: Agreement, file: TransferFile) -> Agreement:
    of, sending = agreement.file, file.transfer
    clauses = [
        _clause(each)
        for each in of.transfer
        if (each.forms is None or sending.form in each.forms)
        and (each.end_use is None or sending.end_use in each.end_use)
    ]
    for programme in of.programme:
        for right in (*programme.background, *programme.foreground):
            if sending.end_use in right.end_use:
                clauses += _of_right(agreement, programme, right)
    never = [
        Prohibition(each.id, each.basis, _when(each))
        for each in of.embargo
        if (each.when.forms is None or sending.form in each.when.forms)
        and (each.when.end_use is None or sending.end_use in each.when.end_use)
    ]
    fitted = msgspec.structs.replace(
        of, release=(*of.release, *clauses), prohibit=(*of.prohibit, *never)
    )
    return msgspec.structs.replace(agreement, file=fitted)


def _clause(each: Transfer) -> ReleaseClause:
    return ReleaseClause(
        id=each.id, basis=each.basis, pillars=(PILLAR,), max_tlp=Tlp.AMBER, kinds=(ITEM,),
        from_=each.from_, to=each.to, max_pap=Pap.CLEAR, onward=each.onward, expires=each.expires,
        keep="protect", approval=each.approval, control=each.control,
    )  # fmt: skip


def _of_right(agreement: Agreement, programme: Programme, right: Right) -> Iterator[ReleaseClause]:
    """By a right its owners release it to the partners; it counts for strands of this right."""
    name = f"{programme.id}.{right.id}"
    yield ReleaseClause(
        id=name, basis=programme.basis, pillars=(PILLAR,), max_tlp=Tlp.AMBER,
        kinds=(f"{agreement.id}/{name}",), from_=right.owners, to=right.partners,
        onward=right.onward, keep="protect", control=right.control,
    )  # fmt: skip


def _when(each: Embargo) -> When:
    return When(pillars=(PILLAR,), control=each.when.control, recipients=each.when.recipients)


def _consents(file: TransferFile) -> Iterator[Consent]:
    for each in file.licence:
        until = dated(each.until)
        if until is not None:
            chosen = Selector(pillar=PILLAR)
            yield sealed(Consent("", each.by, chosen, each.to, ends(until)))


def _owned(policy: Policy, file: TransferFile) -> list[tuple[str, str, tuple[str, ...]]]:
    """(owner, kind of strand, control codes) of each part of the item."""
    sending = file.transfer
    if sending.right is None:
        return [(sending.originator or sending.from_, ITEM, sending.control)]
    _, _, right = find_right(policy, sending.right)
    return [(owner, sending.right, right.control) for owner in right.owners]


def find_right(policy: Policy, name: str) -> tuple[Agreement, Programme, Right]:
    """The right of a programme such as `gcap/P1.F1`; `Refused` with what there is."""
    known = {
        f"{agreement.id}/{programme.id}.{right.id}": (agreement, programme, right)
        for agreement in policy.agreements
        for programme in agreement.file.programme
        for right in (*programme.background, *programme.foreground)
    }
    if name not in known:
        shown = ", ".join(known) or "none; noroshi pact take gcap brings one"
        raise Refused(f"no right {name!r} in the law of this node\nHint: there are {shown}")
    return known[name]


def _strand(file: TransferFile, owner: str, kind: str, codes: Iterable[str]) -> Strand:
    # An item has no TLP. It is taken as AMBER, which is what agreements without a secrecy clause
    # reach, so that the clauses about items alone decide.
    tags = tuple(sorted(CONTROL + code for code in codes))
    return Strand(originator=owner, pillar=PILLAR, kind=kind, tlp=Tlp.AMBER, handling=tags)


def _first(policy: Policy, file: TransferFile, strand: Strand, at: int) -> tuple[Leg, Grant | None]:
    """The item from its sender to its destination: released by its owner, or passed on. A partner
    has every part of a right from its owner directly, whoever sends it."""
    sending = file.transfer
    sender, to, owner = sending.from_, sending.to, strand.originator
    if owner == sender or sending.right is not None:
        leg = _asked(policy, strand, owner, to, at)
        if owner == sender and leg.answer == "prohibited" and sending.right is not None:
            leg = _own_third(policy, sending.right, leg, at)
            return leg, _grant(policy, strand, sending.right, to, at)
        if owner == sender or leg.answer == "permit":
            leg = msgspec.structs.replace(leg, sender=sender)
            return leg, _grant(policy, strand, leg.clause, to, at)
    under = sending.received_under or sending.right or ""
    grant = _grant(policy, strand, under, sender, at)
    if grant is None:
        text = f"{sender} has it by no clause here"
        missed = (Miss(under, "received_under", text, "a clause by which its owner released it"),)
        return Leg(owner, sender, to, "prohibited", misses=missed), None
    return _asked(_with(policy, grant), _under(strand, grant), sender, to, at), grant


def _next(
    policy: Policy, strand: Strand, grant: Grant | None, leg: Leg, third: str, at: int
) -> Leg:
    """The item from its destination on to a third: passed on under the grant it came with, or had
    from its owner directly where a programme gives it to the third as well."""
    direct = _asked(policy, strand, strand.originator, third, at)
    if leg.clause == OWN or (strand.kind != ITEM and direct.answer == "permit"):
        return msgspec.structs.replace(direct, sender=leg.to)
    if grant is None or leg.answer == "prohibited":
        missed = (Miss(leg.clause or "none", "leg", "does not get there", "a first leg"),)
        return Leg(leg.owner, leg.to, third, "prohibited", misses=missed)
    held = sealed(
        msgspec.structs.replace(grant, recipients=tuple(sorted({*grant.recipients, leg.to})))
    )
    return _asked(_with(policy, held), _under(strand, held), leg.to, third, at)


def _asked(policy: Policy, strand: Strand, sender: str, to: str, at: int) -> Leg:
    act = "receive" if sender == strand.originator else "pass_on"
    found = decide(policy, label(strand), sender, to, at, act)
    if found.permitted:
        return Leg(strand.originator, sender, to, "permit", found.clauses[0])
    if any(each.condition == "prohibited" for each in found.misses):
        return Leg(strand.originator, sender, to, "prohibited", misses=found.misses)
    lacking = [each for each in found.misses if each.found == "no consent"]
    if lacking:
        needed = (strand.originator,)
        return Leg(
            strand.originator, sender, to, "licence", lacking[0].clause, needed, found.misses
        )
    return Leg(strand.originator, sender, to, "prohibited", misses=found.misses)


def _own_third(policy: Policy, name: str, leg: Leg, at: int) -> Leg:
    """An owner's own part, for one that is no partner: its own licence opens it, where the
    programme says that owners may agree to a third. A prohibition stays."""
    agreement, programme, _ = find_right(policy, name)
    clause = f"{agreement.id}/{programme.id}"
    if programme.third != "owners" or at not in policy.windows[agreement.id]:
        return leg
    if any(each.condition == "prohibited" for each in leg.misses):
        return leg
    given = any(
        each.until > at and each.recipient in policy.parties.line(leg.to)
        for each in policy.consents_of(leg.owner)
        if each.selector.pillar == PILLAR or each.selector.kind == name
    )
    if given:
        return Leg(leg.owner, leg.sender, leg.to, "permit", clause)
    return Leg(leg.owner, leg.sender, leg.to, "licence", clause, (leg.owner,), leg.misses)


def _grant(
    policy: Policy, strand: Strand, clause: str | None, holder: str, at: int
) -> Grant | None:
    """The grant under which `holder` has a strand by `clause`; None for a clause that there is not
    or that had not begun to grant by `at`."""
    name, _, wanted = (clause or "").partition("/")
    agreement = policy.by_id.get(name)
    if agreement is None or not policy.legal(name, strand.originator):
        return None
    if at < policy.windows[name].start:
        return None
    for each in agreement.file.release:
        if each.id == wanted and PILLAR in each.pillars:
            recipients = [code for code in policy.bounds[name] if code != strand.originator]
            grant = Grant(
                "", strand.originator, clause or "", policy.set_sha256,
                tuple(sorted({*recipients, holder})), each.onward, keep="protect",
            )  # fmt: skip
            return sealed(grant)
    return None


def _with(policy: Policy, grant: Grant) -> Policy:
    return Policy(
        policy.agreements, policy.parties, {**policy.grants, grant.id: grant}, policy.consents
    )


def _under(strand: Strand, grant: Grant) -> Strand:
    return msgspec.structs.replace(strand, grant=grant.id)

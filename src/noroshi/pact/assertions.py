"""Assertions: what an agreement says of itself that must never, or must always, be so.

An `[[assert]]` block is run like a unit test against the whole set of agreements: its strand goes
from an originator to a party at an instant, and the decision is compared with what was asserted.
Every case that the block leaves open is tried, so `never` speaks of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.pact.asking import OTHER
from noroshi.pact.decide import decide
from noroshi.pact.format import Agreement, Assertion
from noroshi.pact.policy import Policy
from noroshi.pact.questions import stretches
from noroshi.words.handling import CONTROL
from noroshi.words.label import ClassMark, Strand, Tlp
from noroshi.words.label import label as labelled
from noroshi.words.time import FOREVER, ends, parse_partial, starts


class Tried(msgspec.Struct, frozen=True):
    """One assertion run: `cases` decisions, and the first that went against it."""

    id: str
    passed: bool
    cases: int
    text: str


def run(policy: Policy) -> tuple[Tried, ...]:
    """Every assertion of every agreement of the set, in order."""
    return tuple(
        _try(policy, agreement, each)
        for agreement in policy.agreements
        for each in agreement.file.assert_
    )


def _try(policy: Policy, agreement: Agreement, assertion: Assertion) -> Tried:
    name = f"{agreement.id}/{assertion.id}"
    cases = 0
    for strand, party, at in _cases(policy, agreement, assertion):
        cases += 1
        release = decide(policy, labelled(strand), strand.originator, party, at, made=at)
        through = assertion.by is None or any(
            clause.partition("/")[0] == assertion.by for clause in release.clauses
        )
        if (release.permitted and through) != (assertion.say == "always"):
            by = f"by {', '.join(release.clauses)}" if release.permitted else "withheld"
            text = (
                f"{strand.originator} to {party}, {strand.pillar}/{strand.kind}, "
                f"TLP {strand.tlp.value}, {_day(at)}: {by}"
            )
            return Tried(name, False, cases, text)
    return Tried(name, cases > 0, cases, assertion.note if cases else "no case of it can occur")


def _day(at: int) -> str:
    from noroshi.words.time import format_instant

    return format_instant(at)[:10]


def _cases(
    policy: Policy, agreement: Agreement, assertion: Assertion
) -> Iterator[tuple[Strand, str, int]]:
    originators = (assertion.from_,) if assertion.from_ else agreement.parties
    parties = (assertion.party,) if assertion.party else agreement.parties
    for at in _instants(policy, assertion):
        for originator in originators:
            for party in parties:
                if originator not in policy.parties.line(party):
                    for strand in _strands(policy, agreement, assertion, originator, party):
                        yield strand, party, at


def _instants(policy: Policy, assertion: Assertion) -> tuple[int, ...]:
    """One instant of every stretch in which the assertion holds: `at`, or from `since` to before
    `until`, whose last instant is always among them."""
    if assertion.at is not None:
        return (starts(parse_partial(assertion.at)),)
    since = -FOREVER if assertion.since is None else starts(parse_partial(assertion.since))
    until = FOREVER if assertion.until is None else ends(parse_partial(assertion.until))
    first = (since,) if since > -FOREVER else ()
    inner = (each for each in stretches(policy) if since < each < until)
    last = (until - 1,) if since < until < FOREVER else ()
    return tuple(sorted({*(first if since < until else ()), *inner, *last}))


def _strands(
    policy: Policy, agreement: Agreement, assertion: Assertion, originator: str, party: str
) -> Iterator[Strand]:
    when = assertion.when
    clauses = [each for of in policy.agreements for each in of.file.release]
    pillars = when.pillars or tuple(sorted({each for of in clauses for each in of.pillars}))
    kinds = when.kinds or (
        *sorted({each for of in clauses for each in of.kinds or ()}), OTHER,
    )  # fmt: skip
    tlps = (when.tlp,) if when.tlp is not None else tuple(Tlp)
    for pillar in pillars:
        for kind in kinds:
            for tlp in tlps:
                named = when.named if when.named is not None else tlp is Tlp.RED
                yield Strand(
                    originator=originator,
                    pillar=pillar,
                    kind=kind,
                    tlp=tlp,
                    pap=when.pap,
                    classes=tuple(
                        sorted(ClassMark(each.scheme, each.level) for each in when.classes)
                    ),
                    only=(party,) if named else None,
                    orcon=when.orcon,
                    personal=when.personal,
                    licence=when.licence,
                    handling=tuple(
                        sorted({*when.handling, *(CONTROL + code for code in when.control)})
                    ),
                )

"""Permitting: may this act happen, under which agreement, and what is missing? Deny by default.

An act asks for one thing or several (entry, exercise, supply) between its host and each guest, and
may happen only if each is permitted. A permit clause is gone through condition by condition; the
answer and its explanation are those same rows. A condition that fails cannot be mended by asking;
one that is missing can. Each thing asked may be permitted by another clause, of another agreement.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from noroshi.pact.act import ActFile
from noroshi.pact.format import Agreement, dated
from noroshi.pact.ical import spelt
from noroshi.pact.permits import Act, Aspect, Permit
from noroshi.pact.policy import Policy
from noroshi.pact.windows import Window, state
from noroshi.words.time import DAY, FOREVER, Span, format_instant, parse_duration, starts

Verdict = Literal["permitted", "missing", "denied"]
_RANK: dict[Verdict, int] = {"permitted": 0, "missing": 1, "denied": 2}


class Term(msgspec.Struct, frozen=True):
    """One condition of a clause: what was found, what it wants, and whether that is so."""

    condition: str
    found: str
    wanted: str
    state: Literal["met", "missing", "failed"] = "met"


class Way(msgspec.Struct, frozen=True):
    """A clause gone through, as far as its first condition that failed."""

    clause: str
    basis: str
    terms: tuple[Term, ...]

    @property
    def failed(self) -> Term | None:
        """The condition that closes this way; None where nothing worse than missing is."""
        return next((each for each in self.terms if each.state == "failed"), None)

    @property
    def missing(self) -> tuple[Term, ...]:
        """What somebody can still bring."""
        return tuple(each for each in self.terms if each.state == "missing")


class Asked(msgspec.Struct, frozen=True):
    """One thing asked between host and guest, and what came of it: the clause that counts, or
    every way that was tried, or the prohibitions."""

    aspect: Aspect
    host: str
    guest: str
    verdict: Verdict
    way: Way | None = None
    tried: tuple[Way, ...] = ()
    forbidden: tuple[str, ...] = ()


class Permission(msgspec.Struct, frozen=True):
    """The answer about a whole act: as its least permitted part."""

    verdict: Verdict
    asked: tuple[Asked, ...]
    agreement_set: str


def permit(policy: Policy, act: ActFile, now: int) -> Permission:
    """Whether `act` may happen by the agreements of `policy`, as things stand at `now` (µs UTC)."""
    asked = tuple(
        _ask(policy, act, aspect, guest, now) for guest in act.act.guests for aspect in act.aspects
    )
    worst = max(asked, key=lambda each: _RANK[each.verdict])
    return Permission(worst.verdict, asked, policy.set_sha256)


def _ask(policy: Policy, act: ActFile, aspect: Aspect, guest: str, now: int) -> Asked:
    host = act.act.host
    lines = policy.parties.line
    if host in lines(guest) or guest in lines(host):
        return Asked(aspect, host, guest, "permitted", Way("own", "text", ()))
    forbidden = tuple(_forbidden(policy, act, aspect, guest))
    if forbidden:
        return Asked(aspect, host, guest, "denied", forbidden=forbidden)
    ways = tuple(_ways(policy, act, aspect, guest, now))
    open_ = [each for each in ways if each.failed is None]
    if not open_:
        return Asked(aspect, host, guest, "denied", tried=ways)
    best = min(open_, key=lambda each: len(each.missing))
    verdict: Verdict = "missing" if best.missing else "permitted"
    return Asked(aspect, host, guest, verdict, best, tuple(each for each in ways if each != best))


def _forbidden(policy: Policy, act: ActFile, aspect: Aspect, guest: str) -> Iterator[str]:
    """Prohibitions of agreements that bind host or guest at some time of the act."""
    for agreement in policy.agreements:
        windows = [
            bound.window
            for code in (act.act.host, guest)
            for _, bound in policy.legal(agreement.id, code)
        ]
        if any(each.start < act.span.t1 and act.span.t0 < each.end for each in windows):
            for clause in agreement.file.forbid:
                if _matches(policy, clause.when, act, aspect, guest):
                    yield f"{agreement.id}/{clause.id}"


def _matches(policy: Policy, when: Act, act: ActFile, aspect: Aspect, guest: str) -> bool:
    is_in = policy.parties.is_in
    return (
        (when.acts is None or aspect in when.acts)
        and (when.host is None or is_in(act.act.host, when.host))
        and (when.guest is None or is_in(guest, when.guest))
        and (when.purposes is None or act.act.purpose in when.purposes)
        and (when.supplies is None or any(each in when.supplies for each in act.supplies))
    )


def _ways(policy: Policy, act: ActFile, aspect: Aspect, guest: str, now: int) -> Iterator[Way]:
    """Every permit clause of an agreement of the host that covers `aspect`, gone through for the
    guest: as a party to it, or as a third where the clause lets thirds in."""
    for agreement in policy.agreements:
        hosts = policy.legal(agreement.id, act.act.host)
        guests = policy.legal(agreement.id, guest)
        for clause in agreement.file.permit if hosts else ():
            if aspect not in clause.acts:
                continue
            name = f"{agreement.id}/{clause.id}"
            if guests:
                window = _meet(hosts[0][1].window, guests[0][1].window)
                third: tuple[Term, ...] = ()
            elif clause.third == "mutual_consent" and _partner(policy, agreement, act, guest):
                window = hosts[0][1].window
                third = tuple(_consents(policy, agreement, act, guest, now))
            else:
                continue
            checked = (*_terms(policy, agreement, clause, act, aspect, guest, window, now), *third)
            yield Way(name, clause.basis, _until_failed(checked))


def _partner(policy: Policy, agreement: Agreement, act: ActFile, third: str) -> bool:
    """Whether some other guest is a party: a third joins two, and does not stand for the second."""
    return any(policy.legal(agreement.id, guest) for guest in act.act.guests if guest != third)


def _meet(one: Window, other: Window) -> Window:
    return Window(max(one.start, other.start), min(one.end, other.end))


def _until_failed(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    for i, each in enumerate(terms):
        if each.state == "failed":
            return terms[: i + 1]
    return terms


def _terms(
    policy: Policy, agreement: Agreement, clause: Permit, act: ActFile, aspect: Aspect,
    guest: str, window: Window, now: int,
) -> Iterator[Term]:  # fmt: skip
    span, plan = act.span, act.act
    yield _in_force(policy, agreement, window, span)
    yield from _sides(policy, clause, plan.host, guest)
    if clause.purposes is not None:
        yield _held(
            "purpose", plan.purpose, ", ".join(clause.purposes), plan.purpose in clause.purposes
        )
    if aspect == "supply":
        more = [each for each in act.supplies if each not in clause.supplies]
        yield _held(
            "supplies", ", ".join(act.supplies), ", ".join(clause.supplies) or "none", not more
        )
    yield from _limits(policy, clause, act, guest)
    if clause.request is not None:
        yield _requested(policy, clause.request, act, now)
    for who in dict.fromkeys(clause.clearance):
        code = plan.host if who == "host" else guest if who == "guest" else who
        yield _cleared(policy, act, code, now)


def _held(condition: str, found: str, wanted: str, met: bool) -> Term:
    return Term(condition, found, wanted, "met" if met else "failed")


def _in_force(policy: Policy, agreement: Agreement, window: Window, span: Span) -> Term:
    wanted = f"in force for both {_days(span)}"
    if window.start <= span.t0 and span.t1 <= window.end:
        return Term("in_force", state(agreement, policy.windows[agreement.id], span.t0), wanted)
    own = policy.windows[agreement.id]
    if window.start >= FOREVER or window.start >= window.end:
        found = state(agreement, own, span.t0)
    elif span.t0 < window.start:
        found = f"from {format_instant(window.start)[:10]} on"
    else:
        found = f"until {format_instant(window.end)[:10]}"
    return Term("in_force", found, wanted, "failed")


def _sides(policy: Policy, clause: Permit, host: str, guest: str) -> Iterator[Term]:
    for condition, codes, code in (("host", clause.host, host), ("guest", clause.guest, guest)):
        if codes is not None:
            yield _held(condition, code, ", ".join(codes), policy.parties.is_in(code, codes))


def _limits(policy: Policy, clause: Permit, act: ActFile, guest: str) -> Iterator[Term]:
    ships = sum(_kin(policy, guest, each.party) for each in act.ship)
    days = -(-(act.span.t1 - act.span.t0) // DAY)
    if clause.ships_max is not None:
        wanted = f"at most {clause.ships_max}"
        if not act.ship:
            yield Term("ships", "not said", wanted, "missing")
        else:
            yield _held("ships", str(ships), wanted, ships <= clause.ships_max)
    if clause.days_max is not None:
        yield _held("days", str(days), f"at most {clause.days_max}", days <= clause.days_max)
    if clause.persons_max is not None:
        persons, wanted = act.act.persons, f"at most {clause.persons_max}"
        if persons is None:
            yield Term("persons", "not said", wanted, "missing")
        else:
            yield _held("persons", str(persons), wanted, persons <= clause.persons_max)


def _requested(policy: Policy, lead: str, act: ActFile, now: int) -> Term:
    """A request of a guest counts from the latest reading of its date; none can come any more once
    its last day has passed."""
    last = act.span.t0 - parse_duration(lead)
    wanted = f"asked by {format_instant(last - 1)[:10]}, {lead} before"
    asked = None if act.request is None else dated(act.request.on)
    guests = act.act.guests
    if act.request is None or asked is None:
        late = now >= last
        return Term("request", "nobody asked", wanted, "failed" if late else "missing")
    if not any(_kin(policy, code, act.request.by) for code in guests):
        return Term("request", f"{act.request.by} asked", "a guest asks", "failed")
    found = f"{act.request.by} asked {spelt(asked)}"
    if starts(asked) > now:
        return Term("request", f"{found}, which lies ahead", wanted, "missing")
    return _held("request", found, wanted, asked.t1 <= last)


def _cleared(policy: Policy, act: ActFile, code: str, now: int) -> Term:
    """The last word of the party by now counts. A date known in part is a yes from its latest
    reading on, and a no from its earliest."""
    wanted = f"cleared by {code}"
    said = [
        (on, each)
        for each in act.clearance
        if _kin(policy, code, each.party) and (on := dated(each.on)) is not None
        if (on.t0 if each.refused else starts(on)) <= now
    ]
    if not said:
        return Term("clearance", "nothing said", wanted, "missing")
    on, last = max(said, key=lambda one: (one[0].t1, one[1].refused))
    told = f"{last.party} {'refused' if last.refused else 'cleared'} it {spelt(on)}"
    if last.refused:
        return Term("clearance", told, wanted, "failed")
    until = dated(last.until)
    if until is not None and until.t0 < act.span.t1 - DAY:
        return Term("clearance", f"{told}, until {spelt(until)}", f"{wanted} to the end", "missing")
    return Term("clearance", told, wanted)


def _consents(
    policy: Policy, agreement: Agreement, act: ActFile, third: str, now: int
) -> Iterator[Term]:
    """Each party of the agreement that takes part agrees to the third."""
    taking = (act.act.host, *act.act.guests)
    for code in agreement.parties:
        if not any(_kin(policy, code, each) for each in taking):
            continue
        given = any(
            _kin(policy, code, each.party)
            and each.third in policy.parties.line(third)
            and (on := dated(each.on)) is not None
            and starts(on) <= now
            for each in act.consent
        )
        found, wanted = ("given" if given else "not given"), f"{code} agrees that {third} joins"
        yield Term("third", found, wanted, "met" if given else "missing")


def _kin(policy: Policy, one: str, other: str) -> bool:
    """Whether both are, or are below, one party: its foreign ministry speaks for its navy."""
    return policy.parties.line(one)[-1] == policy.parties.line(other)[-1]


def _days(span: Span) -> str:
    return f"{format_instant(span.t0)[:10]} to {format_instant(span.t1 - 1)[:10]}"

"""Telling: the rows of a diff in plain sentences, grouped by what changed and by clause.

Every telling ends with the clauses that are our model and not text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from noroshi.pact.changes import NO_TERM, Change, Strands, Term
from noroshi.pact.decide import PUBLIC
from noroshi.pact.diff import KINDS, How, Kind
from noroshi.pact.policy import Policy
from noroshi.pact.web import based, resting
from noroshi.words.label import Tlp
from noroshi.words.time import parse_duration
from noroshi.words.transform import describe

HEADS: Final[dict[Kind, str]] = {
    "gained": "Becomes visible",
    "lost": "Is no longer visible",
    "less": "Goes with less redacted",
    "more": "Goes with more redacted",
    "other": "Goes with something else redacted",
    "terms": "Goes as before, on other terms",
    "clause": "Goes as before, under another clause",
}
BASIS: Final = {"text": "text", "practice": "practice", "model": "our model"}
_ONWARD: Final = {
    "none": "not to be passed on",
    "parties": "may go on to the other parties",
    "originator_consent": "may go on with consent",
    "free": "may go on freely",
}


MANY: Final = 12
"""More clauses of ours than these are not listed one by one, if fewer are left to be named."""

_USUAL: Final = ("kind", "only", "consent")


def told(changes: Sequence[Change], before: Policy, after: Policy) -> Iterator[str]:
    """The lines of a report about `changes`."""
    bases = {**dict(_bases(before)), **dict(_bases(after))}
    for kind in KINDS:
        rows = [each for each in changes if each.kind == kind]
        if rows:
            yield f"{HEADS[kind]}:"
            yield from _clauses(rows, bases)
    if not changes:
        yield "Nothing is decided differently."
    yield from model(before, after, clauses_of(changes))


def model(before: Policy, after: Policy, clauses: Iterable[str]) -> Iterator[str]:
    """The line that says which of `clauses` are our model and not text."""
    named = sorted({*clauses} - {PUBLIC})
    if named:
        yield ours({*resting(before, named), *resting(after, named)}, named)


def ours(model: Iterable[str], clauses: Iterable[str]) -> str:
    """Which of `clauses` are our model; where nearly all of many are, which are not."""
    found, all_of = sorted({*model}), sorted({*clauses})
    rest = [each for each in all_of if each not in found]
    if not found:
        return f"None of these {len(all_of)} clauses is our model."
    if len(found) > MANY and len(rest) < len(found):
        others = f" but {', '.join(rest)}" if rest else ""
        return f"Our model and not text: all {len(all_of)} clauses{others}"
    return f"Our model and not text ({len(found)} of {len(all_of)} clauses): {', '.join(found)}"


def clauses_of(changes: Iterable[Change]) -> set[str]:
    """The clauses that changes rest on."""
    return {
        clause
        for each in changes
        for clause in (
            *(how.clause for how in (each.before, each.after) if how is not None),
            *each.because,
        )
    }


def _bases(policy: Policy) -> Iterator[tuple[str, str]]:
    for agreement in policy.agreements:
        yield from based(agreement)


def _clauses(rows: list[Change], bases: dict[str, str]) -> Iterator[str]:
    groups: dict[tuple[How | None, How | None, tuple[str, ...]], list[Change]] = {}
    for row in rows:
        groups.setdefault((row.before, row.after, row.because), []).append(row)
    for (one, other, because), those in groups.items():
        limits = ", ".join(f"{each} ({BASIS[bases[each]]})" for each in because)
        yield f"  {_by(one, other, bases)}{f'; because of {limits}' if limits else ''}"
        for who, pillars, text in _merged(those):
            yield f"    {who}: {', '.join(pillars)}"
            yield f"      {text}"


def _by(before: How | None, after: How | None, bases: dict[str, str]) -> str:
    if before is None or after is None:
        how = before or after
        assert how is not None
        return f"by {_clause(how, bases)}: {_redacted(how)}, {_terms(how)}"
    if before.clause == after.clause:
        head = f"by {_clause(after, bases)}"
    else:
        head = f"by {_clause(after, bases)}, before by {_clause(before, bases)}"
    if before.transforms != after.transforms:
        return f"{head}: {_redacted(after)}, before: {_redacted(before)}"
    return f"{head}: {_terms(after)}, before: {_terms(before)}"


def _clause(how: How, bases: dict[str, str]) -> str:
    if how.clause == PUBLIC:
        return f"{PUBLIC} (public by its own marking)"
    return f"{how.clause} ({BASIS[bases[how.clause]]})"


def _redacted(how: How) -> str:
    return ", ".join(describe(each) for each in how.transforms) or "as it is"


def _terms(how: How) -> str:
    lasting = "" if how.expires is None else f", for {_duration(how.expires)}"
    return f"{_ONWARD[how.onward]}{lasting}"


def _duration(text: str) -> str:
    days, rest = divmod(parse_duration(text), 86_400_000_000)
    return text if rest else f"{days} days"


_Flow = tuple[str, tuple[str, ...]]


def _merged(rows: list[Change]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """(`EU ↔ JPN`, pillars, strands): who gives alike to the same is said in one line."""
    of_flow: dict[tuple[_Flow, str], set[str]] = {}
    for row in rows:
        of_flow.setdefault(((row.by, row.to), said(row.strands)), set()).update(row.pillars)
    alike: dict[tuple[tuple[str, ...], str], list[_Flow]] = {}
    for (flow, text), pillars in of_flow.items():
        alike.setdefault((tuple(sorted(pillars)), text), []).append(flow)
    for (pillars, text), flows in alike.items():
        for who in _ways(flows):
            yield who, pillars, text


def _ways(flows: list[_Flow]) -> Iterator[str]:
    circles: dict[frozenset[str], set[str]] = {}
    for by, to in flows:
        circles.setdefault(frozenset({by, *to}), set()).add(by)
    whole = {
        circle for circle, givers in circles.items() if len(circle) > 2 and {*circle} == givers
    }
    yield from (f"among {', '.join(sorted(circle))}" for circle in whole)
    yield from _one_way([(by, to) for by, to in flows if frozenset({by, *to}) not in whole])


def _one_way(flows: list[_Flow]) -> Iterator[str]:
    given: dict[tuple[str, ...], list[str]] = {}
    for by, to in flows:
        given.setdefault(to, []).append(by)
    ways = {tuple(sorted(by)): tuple(sorted(to)) for to, by in given.items()}
    done: set[tuple[str, ...]] = set()
    for by, to in ways.items():
        both = ways.get(to) == by
        if by not in done:
            yield f"{', '.join(by)} {'↔' if both else '→'} {', '.join(to)}"
        if both:
            done |= {by, to}


def said(strands: Strands) -> str:
    """`TLP GREEN to AMBER+STRICT; also: PAP AMBER; under originator control (TLP GREEN)`.

    Said is what changes besides the plain strand, and which kinds do not. Kinds that change as all
    others do, named recipients and a consent that is not needed are not worth a word; nor is CLEAR,
    which is public unless another term of the strand says otherwise."""
    plain = _shared(dict(strands).get(NO_TERM, ()))
    rest: dict[tuple[Tlp, ...], list[str]] = {}
    for term, tlps in strands:
        usual = term == NO_TERM or (term.field in _USUAL and _shared(tlps) == plain)
        if tlps and not (plain and usual):
            rest.setdefault(_shared(tlps) or tlps, []).append(_term(term))
    others = [
        ", ".join(terms) + ("" if tlps == plain else f" ({_tlps(tlps)})")
        for tlps, terms in rest.items()
    ]
    without = [_term(term) for term, tlps in strands if not tlps]
    parts = [
        _tlps(plain) if plain else "",
        f"{'also' if plain else 'only'}: {'; '.join(others)}" if others else "",
        f"not: {', '.join(without)}" if without else "",
    ]
    return "; ".join(each for each in parts if each)


def _shared(tlps: tuple[Tlp, ...]) -> tuple[Tlp, ...]:
    return tuple(each for each in tlps if each is not Tlp.CLEAR)


def _tlps(tlps: tuple[Tlp, ...]) -> str:
    names = [each.value.upper() for each in tlps if each is not Tlp.RED]
    if len(names) > 2 and tlps[-1].rank - tlps[0].rank == len(tlps) - 1:
        names = [f"{names[0]} to {names[-1]}"]
    named = ["RED to those it names"] if Tlp.RED in tlps else []
    return f"TLP {', '.join([*names, *named])}"


def _term(term: Term) -> str:
    value: Any = term.value
    match term.field:
        case "several":
            return " and ".join(_term(each) for each in value) or "any"
        case "kind":
            return f"kind {value}"
        case "pap":
            return f"PAP {value.value.upper()}"
        case "orcon":
            return "under originator control"
        case "personal":
            return "personal data"
        case "licence":
            return f"licence {value}"
        case "handling":
            return f"handling {', '.join(value)}"
        case "exercise":
            return "exercise data"
        case "only":
            return "named recipients"
        case "made":
            return f"made from {value} on"
        case "marks":
            return f"classified {value}"
        case _:
            return "what its originator consents to, item by item"

"""Changes: the cases of a diff gathered into rows that a person can read and a machine can use.

A row is about one originator, some recipients and pillars, and one way in which strands went
before and go now. Which strands those are is said from the plain one out: the TLPs at which a
strand without further terms changes, then each further term with which it changes as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from noroshi.pact.abstract import Answers
from noroshi.pact.asking import OTHER
from noroshi.pact.diff import Case, Compared, Difference, How, Kind, kind
from noroshi.pact.masks import Masks
from noroshi.words.label import Tlp
from noroshi.words.time import format_instant

PLAIN: Final[Mapping[str, Any]] = {
    "kind": OTHER, "pap": None, "orcon": False, "personal": False, "licence": None,
    "handling": (), "exercise": None, "only": None,
}  # fmt: skip
"""A strand without further terms. RED is plain with recipients that it names: without them it goes
nowhere."""


class Term(NamedTuple):
    """A term that a strand has besides its TLP; `field` is empty for none."""

    field: str = ""
    value: Any = None


NO_TERM: Final = Term()
Strands = tuple[tuple[Term, tuple[Tlp, ...]], ...]
"""Each term with the TLPs at which strands with it change; no TLP for a kind that does not change
where others do."""


class Change(msgspec.Struct, frozen=True):
    """`to`: codes that stand for all below them. `because`: prohibitions and requirements that now
    speak of such strands, or no longer do. `strands`: see `Strands`. `classes`: how many classes of
    strands change like this."""

    kind: Kind
    by: str = msgspec.field(name="from")
    to: tuple[str, ...]
    pillars: tuple[str, ...]
    before: How | None
    after: How | None
    because: tuple[str, ...]
    strands: Strands
    classes: int


_Key = tuple[Kind, tuple[str, ...], How | None, How | None, tuple[str, ...]]
_Rows = dict[tuple[str, _Key, Strands], list[tuple[str, int]]]


def changes(compared: Iterable[Compared], masks: Masks) -> tuple[Change, ...]:
    """The rows of a diff: by kind and clause, then originator. What holds for an agency as for the
    party that it is below is said once."""
    rows: _Rows = {}
    known: dict[int, list[tuple[_Key, Strands, int]]] = {}
    held: list[Compared] = []  # what is held keeps its id
    for each in compared:
        held.append(each)
        found = known.get(id(each.cases))
        if found is None:
            found = known[id(each.cases)] = list(_rows(each, masks))
        for key, strands, classes in found:
            at = (each.pair.originator, key, strands)
            rows.setdefault(at, []).append((each.pair.pillar, classes))
    return tuple(sorted(_said(rows, masks), key=_order))


def _said(rows: _Rows, masks: Masks) -> Iterator[Change]:
    for (by, key, strands), pillars in rows.items():
        if not _inherited(by, key, strands, pillars, rows, masks):
            names = tuple(sorted(pillar for pillar, _ in pillars))
            classes = sum(count for _, count in pillars)
            yield Change(key[0], by, key[1], names, *key[2:], strands, classes)


def _inherited(
    by: str,
    key: _Key,
    strands: Strands,
    pillars: list[tuple[str, int]],
    rows: _Rows,
    masks: Masks,
) -> bool:
    above = masks.parties.line(by)[1:]
    return any(rows.get((each, key, strands)) == pillars for each in above)


def _order(change: Change) -> Any:
    clause = change.after or change.before
    assert clause is not None
    return change.kind, clause.clause, change.by, change.to, change.pillars


def _rows(compared: Compared, masks: Masks) -> Iterator[tuple[_Key, Strands, int]]:
    found: dict[_Key, dict[Term, list[Tlp]]] = {}
    count: dict[_Key, int] = {}
    first: dict[_Key, Case] = {}
    for case in compared.cases:
        for mask, before, after in case.found:
            key = _key(compared, case, (mask, before, after), masks)
            count[key] = count.get(key, 0) + 1
            first.setdefault(key, case)
    kinds: set[Term] = set()
    for term, tlp, case in plainly(compared):
        kinds |= {term} if term.field == "kind" else set()
        for mask, before, after in case.found:
            key = _key(compared, case, (mask, before, after), masks)
            found.setdefault(key, {}).setdefault(term, []).append(tlp)
    for key, classes in count.items():
        strands = found.get(key) or _only(compared, first[key])
        if NO_TERM in strands:
            strands |= {term: [] for term in sorted(kinds - strands.keys())}
        yield key, tuple((term, tuple(tlps)) for term, tlps in strands.items()), classes


def _key(compared: Compared, case: Case, found: Difference, masks: Masks) -> _Key:
    mask, before, after = found
    pair, said = compared.pair, case.bits >> compared.plain.clauses
    one, other = ({*places} for places in (pair.limits_before, pair.limits_after))
    because = tuple(
        limit.id
        for place, limit in enumerate(pair.limits)
        if said >> place & 1 and (place in one) != (place in other) and limit.meant & mask
    )
    return kind(before, after), highest(mask, masks), before, after, because


def highest(mask: int, masks: Masks) -> tuple[str, ...]:
    """The codes of `mask` without those below another of them."""
    codes = masks.codes(mask)
    line = masks.parties.line
    return tuple(each for each in codes if not any(up in codes for up in line(each)[1:]))


def plainly(compared: Compared) -> Iterator[tuple[Term, Tlp, Case]]:
    """Strands with one further term or none, at every TLP, each with the case that it is in; terms
    that no clause or limit asks about are left out."""
    said, plain = compared.said, compared.plain
    rest = (1 << (plain.clauses + plain.limits)) - 1
    index: dict[tuple[Any, ...], dict[int, Case]] = {}
    for case in compared.cases:
        index.setdefault((case.made, case.marks, case.agreed), {})[case.bits] = case
    for (made, marks, agreed), cases in index.items():
        outer = [*_outer(made, marks, agreed)]
        if len(outer) > 1:
            continue
        terms = _terms(said, rest) if not outer else [NO_TERM]
        for term in terms:
            for tlp in Tlp:
                bits = _bits(said, tlp, term)
                if marks:
                    bits &= ~(2 << (plain.clauses + plain.limits))
                case = cases.get(bits)
                if case is not None:
                    yield (outer[0] if outer else term), tlp, case


def _outer(made: int | None, marks: tuple[Any, ...], agreed: bool) -> Iterator[Term]:
    if made is not None:
        yield Term("made", format_instant(made)[:10])
    if marks:
        yield Term("marks", " and ".join(f"{each.scheme} {each.level}" for each in marks))
    if agreed:
        yield Term("consent", True)


def _terms(said: Answers, rest: int) -> Iterator[Term]:
    yield NO_TERM
    for field, default in PLAIN.items():
        usual = said[field][default] & rest
        for value, answer in said[field].items():
            if value != default and answer & rest != usual:
                yield Term(field, value)


def _bits(said: Answers, tlp: Tlp, term: Term) -> int:
    bits = said["tlp"][tlp]
    for field, default in PLAIN.items():
        value = term.value if field == term.field else default
        if field == "only" and tlp is Tlp.RED:
            value = "everyone"
        bits &= said[field][value]
    return bits


def _only(compared: Compared, case: Case) -> dict[Term, list[Tlp]]:
    """What no plain strand shows: one strand of the class, with all its terms."""
    public = 2 << (compared.plain.clauses + compared.plain.limits)
    known = case.bits in compared.plain.found
    values = compared.plain.terms(case.bits if known else case.bits | public)
    terms = [
        *_outer(case.made, case.marks, case.agreed),
        *(Term(name, values[name]) for name, usual in PLAIN.items() if values[name] != usual),
    ]
    return {Term("several", tuple(terms)): [values["tlp"]]}

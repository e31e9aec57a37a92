"""Passage: one release clause between two legal parties, made ready to test strands against.

The conditions stand in one order, and the first that fails is what the owner reads: decision and
explanation are the same code.
"""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.pact.format import Agreement, ReleaseClause
from noroshi.pact.windows import Bound, Window, state
from noroshi.words.grant import Keep, Onward
from noroshi.words.handling import CONTROL, controlled, unmet
from noroshi.words.label import UNCLASSIFIED, ClassMark, Pap, Strand, Tlp
from noroshi.words.time import FOREVER, format_instant, parse_duration
from noroshi.words.told import Told, told
from noroshi.words.transform import Transform, union

Failure = tuple[str, str | Told, str | Told]
"""(condition, what was found, what the clause allows)."""

NOT_REDISTRIBUTABLE: Final = "non_redistributable"
"""The licence that passes only where a clause lists it."""


class Passage(msgspec.Struct, frozen=True):
    """`barred` is a condition that fails for these two parties whatever the strand."""

    id: str
    agreement: str
    basis: str
    state: tuple[Agreement, Window]
    window: Window
    made_from: int | None
    barred: Failure | None
    kinds: frozenset[str] | None
    tlps: tuple[Tlp, ...]
    max_tlp: Tlp
    paps: tuple[Pap, ...]
    max_pap: Pap
    marks: frozenset[ClassMark]
    handling: frozenset[str]
    control: tuple[str, ...]
    licences: frozenset[str] | None
    personal: bool
    each: bool
    onward: Onward
    transforms: tuple[Transform, ...]
    expires: int | None
    keep: Keep


def passage(
    agreement: Agreement,
    window: Window,
    clause: ReleaseClause,
    pair: tuple[str, str],
    bounds: tuple[Bound, Bound],
    line: tuple[tuple[str, ...], tuple[str, ...]],
) -> Passage:
    """The clause between legal parties `pair`, for an originator and a party whose lines (each
    with what it is below) are `line`."""
    (one, other), (originator, party) = bounds, line
    made = [each for each in (one.made_from, other.made_from) if each is not None]
    return Passage(
        id=f"{agreement.id}/{clause.id}",
        agreement=agreement.id,
        basis=clause.basis,
        state=(agreement, window),
        window=Window(
            max(one.window.start, other.window.start), min(one.window.end, other.window.end)
        ),
        made_from=max(made) if made else None,
        barred=_barred(agreement, clause, pair, originator, party),
        kinds=None if clause.kinds is None else frozenset(clause.kinds),
        tlps=tuple(each for each in Tlp if each.rank <= clause.max_tlp.rank),
        max_tlp=clause.max_tlp,
        paps=tuple(each for each in Pap if each.rank <= clause.max_pap.rank),
        max_pap=clause.max_pap,
        marks=_marks(agreement, clause, party),
        handling=frozenset(clause.handling),
        control=clause.control,
        licences=None if clause.licence is None else frozenset(clause.licence),
        personal=clause.personal,
        each=clause.approval == "each",
        onward=clause.onward,
        transforms=union(clause.transform),
        expires=None if clause.expires is None else parse_duration(clause.expires),
        keep=clause.keep or agreement.file.exit.keep,
    )


def failure(
    passage: Passage, strand: Strand, at: int, made: int | None, consented: bool
) -> Failure | None:
    """The first condition of the clause that `strand` fails at `at`; None when it passes.

    `made`: when the record was made, if known; `consented`: whether a consent of the originator
    names this strand and recipient.
    """
    if passage.barred is not None:
        return passage.barred
    if not passage.window.start <= at < passage.window.end:
        return _not_bound(passage, at)
    if passage.kinds is not None and strand.kind not in passage.kinds:
        return "kind", strand.kind, _listed(passage.kinds)
    if strand.tlp not in passage.tlps:
        return "tlp", strand.tlp.value, f"≤ {passage.max_tlp.value}"
    if strand.pap is not None and strand.pap not in passage.paps:
        return "pap", strand.pap.value, f"≤ {passage.max_pap.value}"
    for mark in strand.classes:
        if mark.level != UNCLASSIFIED and mark not in passage.marks:
            return "class", f"{mark.scheme} {mark.level}", _levels(passage.marks)
    if strand.handling and not passage.handling.issuperset(strand.handling):
        refused = _unmet(passage, strand)
        if refused is not None:
            return refused
    if strand.licence is not None and not _licensed(passage, strand.licence):
        return "licence", strand.licence, _licences(passage)
    if strand.personal and not passage.personal:
        return "personal", "personal data", "no personal data"
    if passage.made_from is not None and (made is None or made < passage.made_from):
        found = "made at an unknown time" if made is None else told("made {when}", when=_when(made))
        return "joined", found, told("made from {when} on", when=_when(passage.made_from))
    if passage.each and not consented:
        return "approval", "no consent", "the originator's consent, item by item"
    return None


def _unmet(passage: Passage, strand: Strand) -> Failure | None:
    tags = unmet(strand.handling, passage.handling, passage.control)
    others = [tag for tag in tags if not tag.startswith(CONTROL)]
    if others:
        return "handling", ", ".join(others), _listed(passage.handling)
    if tags:
        return "control", ", ".join(controlled(tags)), _listed(frozenset(passage.control))
    return None


def _licensed(passage: Passage, licence: str) -> bool:
    if passage.licences is None:
        return licence != NOT_REDISTRIBUTABLE
    return licence in passage.licences


def _licences(passage: Passage) -> str:
    return "what may be redistributed" if passage.licences is None else _listed(passage.licences)


def _when(at: int) -> str | Told:
    """The instant, also where one stands for all that are before or after every date."""
    if -FOREVER < at < FOREVER:
        return format_instant(at)
    return Told("before any date" if at < 0 else "after any date")


def _not_bound(passage: Passage, at: int) -> Failure:
    agreement, window = passage.state
    if at in window:
        return "bound", "a party that has left or not yet joined", "both parties bound"
    return "in_force", state(agreement, window, at), "in force"


def _barred(
    agreement: Agreement,
    clause: ReleaseClause,
    pair: tuple[str, str],
    originator: tuple[str, ...],
    party: tuple[str, ...],
) -> Failure | None:
    hub = agreement.head.hub
    if hub is not None and hub not in pair:
        return "hub", told("{a} to {b}", a=pair[0], b=pair[1]), told("only through {hub}", hub=hub)
    if clause.from_ is not None and not any(code in clause.from_ for code in originator):
        return "from", originator[0], _listed(frozenset(clause.from_))
    if clause.to is not None and not any(code in clause.to for code in party):
        return "to", party[0], _listed(frozenset(clause.to))
    bodies = clause.bodies.get(pair[1])
    if bodies is not None and not any(code in bodies for code in party):
        return "bodies", party[0], _listed(frozenset(bodies))
    return None


def _marks(
    agreement: Agreement, clause: ReleaseClause, party: tuple[str, ...]
) -> frozenset[ClassMark]:
    """Marks above unclassified that pass: rows of the agreement's table up to a ceiling, where the
    recipient has a level of its own (missing equivalence: deny)."""
    ceilings = {(each.scheme, each.level) for each in clause.ceilings}
    rows = [
        {(each.scheme, each.level) for each in row.levels} for row in agreement.file.equivalence
    ]
    top = max((i for i, row in enumerate(rows) if row & ceilings), default=-1)
    return frozenset(
        ClassMark(scheme, level)
        for row in rows[: top + 1]
        if any(scheme in party for scheme, _ in row)
        for scheme, level in row
    )


def _levels(marks: frozenset[ClassMark]) -> str:
    return "unclassified" + "".join(f", {each.scheme} {each.level}" for each in sorted(marks))


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values)) or "none"

"""The label of each object of a source, from its markings and the source's declared default.

Unmarked takes the source's default, which is never CLEAR. A link between two objects is at least
as restricted as both: that they are linked is something said about each of them. A granular marking
makes strands of its own, which speak of the parts that it selects.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from noroshi.desks.cyber.check import ENDS, MARKING, Parts
from noroshi.desks.cyber.demand import SILENT, WITHHELD, Terms, strictest
from noroshi.desks.cyber.granular import decoded
from noroshi.desks.cyber.granular import parts as selected_parts
from noroshi.desks.cyber.terms import BUILT_IN, defined, explained, said
from noroshi.words.errors import BadInput
from noroshi.words.label import Label, Strand, Tlp, highest_tlp, label

Marked = tuple[tuple[Terms, tuple[str, ...]], ...]
"""Terms, and selectors of the parts of an object that stand under them."""


def checked_default(declared: Label, where: str) -> Label:
    """`declared`, fit to be a source's default label; `BadInput` naming `where` for TLP CLEAR."""
    if any(strand.tlp is Tlp.CLEAR for strand in declared.strands):
        raise BadInput(
            where,
            "a default label of TLP CLEAR",
            expected="green, amber, amber+strict or red",
            hint="only a source marks its objects clear; unmarked is never public",
        )
    return declared


def labeller(
    objects: Sequence[tuple[Parts, bytes]], declared: Label
) -> Callable[[Parts, bytes], Label]:
    """What gives each of `objects` (all of one source, with their bytes) its label.

    Marking-definitions are found wherever they stand. Of an end that has several versions here,
    all count; an end that is not in the source cannot be known and adds nothing.
    """
    known = known_markings((parts.id, raw) for parts, raw in objects if parts.type == MARKING)
    default = highest_tlp(declared)

    @functools.cache
    def of_marks(refs: tuple[str, ...], labels: tuple[str, ...]) -> Terms:
        return of_object(refs, labels, known, default)

    @functools.cache
    def made(kind: str, terms: Terms, marked: Marked) -> Label:
        return labelled(declared, kind, terms, marked)

    def own(parts: Parts, raw: bytes) -> tuple[Terms, Marked]:
        terms = of_marks(parts.object_marking_refs, parts.labels)
        return of_parts(terms, parts, raw, known) if parts.granular_markings else (terms, ())

    linking = (parts for parts, _ in objects if parts.type in ENDS)
    of_end = {end.lower(): SILENT for parts in linking for end in parts.ends()}
    for parts, raw in objects:
        end = parts.id.lower()  # a UUID in upper case still names the same object
        if end in of_end:
            of_end[end] = strictest(of_end[end], own(parts, raw)[0])

    plain: dict[tuple[str, int], Label] = {}

    def label_of(parts: Parts, raw: bytes) -> Label:
        terms, marked = own(parts, raw)
        others: list[Terms] = []
        if parts.type in ENDS:
            ends = [of_end[end.lower()] for end in parts.ends()]
            others = [each for each in ends if each is not terms and each is not SILENT]
        if parts.granular_markings or others:
            return made(parts.type, strictest(terms, *others), marked)
        # Nearly always: `of_marks` keeps its terms, so that which they are says what they are.
        key = (parts.type, id(terms))
        found = plain.get(key)
        if found is None:
            found = plain[key] = made(parts.type, terms, marked)
        return found

    return label_of


def of_object(
    refs: Sequence[str], labels: Sequence[str], known: Mapping[str, Terms], default: Tlp
) -> Terms:
    """The terms of one object as a whole: its markings and its labels, else `default`."""
    whole = strictest(*(known.get(ref, WITHHELD) for ref in refs), *(said(text) for text in labels))
    return whole if whole.tlp is not None else msgspec.structs.replace(whole, tlp=default)


def of_parts(
    whole: Terms, parts: Parts, raw: bytes, known: Mapping[str, Terms]
) -> tuple[Terms, Marked]:
    """The terms of what no granular marking takes apart, and each of the others with its parts.

    A granular marking adds to `whole` and never lowers it; one that cannot be kept to a part adds
    to the whole.
    """
    found = decoded(raw)
    marked: dict[Terms, set[str]] = {}
    for each in parts.granular_markings:
        if not each.marks:
            continue
        terms = known.get(each.marking_ref or "", WITHHELD)
        selected = selected_parts(found, each.selectors)
        if selected:
            marked.setdefault(terms, set()).update(selected)
        else:
            whole = strictest(whole, terms)
    return whole, tuple((terms, tuple(sorted(held))) for terms, held in marked.items())


def known_markings(definitions: Iterable[tuple[str, bytes]]) -> dict[str, Terms]:
    """Terms by marking id. A bundle cannot redefine what is built in; of two definitions of one
    id in a bundle both are kept."""
    known: dict[str, Terms] = {}
    for marking, raw in definitions:
        known[marking] = strictest(known.get(marking, SILENT), defined(raw))
    return {**known, **BUILT_IN}


def unread(parts: Parts, raw: bytes) -> str | None:
    """Why what the marking-definition `raw` marks is withheld, where it is because it could not be
    understood; None for any other object, and for a marking that is built in."""
    if parts.type != MARKING or parts.id in BUILT_IN:
        return None
    reasons = explained(raw)[1]
    return f"{'; '.join(reasons)}: all that it marks is withheld" if reasons else None


def labelled(source: Label, kind: str, terms: Terms, marked: Marked = ()) -> Label:
    """The label of an object of type `kind` under `terms`, with parts `marked` besides.

    The TLP is what the terms say, be it above or below the source's default. Everything else that
    the source declares stays, and the terms add to it. A part under no more than the rest is none.
    """
    strands = [_under(strand, kind, terms) for strand in source.strands]
    parts: dict[Strand, set[str]] = {}
    for other, selectors in marked:
        for strand, rest in zip(source.strands, strands, strict=True):
            stricter = _under(strand, kind, strictest(terms, other))
            if stricter != rest:
                parts.setdefault(stricter, set()).update(selectors)
    apart = (
        msgspec.structs.replace(strand, parts=tuple(sorted(selectors)))
        for strand, selectors in parts.items()
    )
    return label(*strands, *apart)


def _under(strand: Strand, kind: str, terms: Terms) -> Strand:
    declared = Terms(
        only=strand.only,
        handling=strand.handling,
        not_before=strand.not_before,
        expires=strand.expires,
        pap=strand.pap if terms.pap is None else None,
        classes=strand.classes,
        denied=strand.denied,
        orcon=strand.orcon,
        personal=strand.personal,
    )
    both = strictest(declared, terms)
    return msgspec.structs.replace(
        strand,
        pillar="cyber",
        kind=kind,
        tlp=both.tlp or strand.tlp,
        pap=both.pap,
        only=both.only,
        handling=both.handling,
        not_before=both.not_before,
        expires=both.expires,
        classes=both.classes,
        denied=both.denied,
        orcon=both.orcon,
        personal=both.personal,
    )

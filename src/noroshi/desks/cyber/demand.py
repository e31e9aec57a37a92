"""Terms: what one or several markings demand of who wants what they mark."""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.words.label import ClassMark, Pap, Tlp


class Terms(msgspec.Struct, frozen=True):
    """What markings demand. None: they do not speak of it. `only=()` is the originator alone."""

    tlp: Tlp | None = None
    pap: Pap | None = None
    only: tuple[str, ...] | None = None
    handling: tuple[str, ...] = ()
    not_before: int | None = None
    expires: int | None = None
    classes: tuple[ClassMark, ...] = ()
    denied: tuple[str, ...] = ()
    orcon: bool = False
    personal: bool = False


SILENT: Final = Terms()
WITHHELD: Final = Terms(tlp=Tlp.RED, only=())


def strictest(*all_terms: Terms) -> Terms:
    """What satisfies all of them (commutative, associative, idempotent; `SILENT` is neutral)."""
    held = SILENT
    for each in all_terms:
        if each in (held, SILENT):
            continue
        held = each if held == SILENT else _both(held, each)
    return held


def _both(one: Terms, other: Terms) -> Terms:
    return Terms(
        tlp=max((t for t in (one.tlp, other.tlp) if t), key=lambda t: t.rank, default=None),
        pap=max((p for p in (one.pap, other.pap) if p), key=lambda p: p.rank, default=None),
        only=_in_both(one.only, other.only),
        handling=tuple(sorted({*one.handling, *other.handling})),
        not_before=_greater(one.not_before, other.not_before),
        expires=_lesser(one.expires, other.expires),
        classes=tuple(sorted({*one.classes, *other.classes})),
        denied=tuple(sorted({*one.denied, *other.denied})),
        orcon=one.orcon or other.orcon,
        personal=one.personal or other.personal,
    )


def _in_both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Who is in both: an agency where one names it and the other the state that it is below."""
    if one is None or other is None:
        return other if one is None else one
    inside = {each for each in one if _within(each, other)}
    return tuple(sorted(inside | {each for each in other if _within(each, one)}))


def _within(code: str, codes: tuple[str, ...]) -> bool:
    return any(code == each or code.startswith(f"{each}.") for each in codes)


def _greater(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _lesser(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)

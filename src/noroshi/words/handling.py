"""Handling: the tags of a strand that are registered, and what a promise to honour one covers.

Most tags mean what two parties agreed on, and match only themselves. Two families have an order:

`control:5A002.a` — the record is or describes an item of an export control list. Codes are nested
(EU 2021/821 Annex I and the Wassenaar list: `5A002`; munitions: `ML15`; MTCR: `MTCR-1.A`), so a
code that is named covers itself and what stands below it.

`iep:encrypt_in_transit=must` — a statement of the FIRST Information Exchange Policy 2.0 (JSON
specification of 6 November 2019). Who honours the stricter value honours the milder ones, and the
mildest asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

CONTROL: Final = "control:"
"""Starts a tag that holds a control-list code."""

IEP: Final = "iep:"
"""Starts a tag that holds a statement of an Information Exchange Policy."""

STATEMENTS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "permitted_actions": (
        (
            "externally-visible-direct-actions",
            "externally-visible-indirect-actions",
            "internally-visible-actions",
            "contact-for-instruction",
            "none",
        ),
    ),
    "affected_party_notifications": (("may", "must-not"),),
    "provider_attribution": (("may", "must"), ("may", "must-not")),
    "encrypt_in_transit": (("may", "must"),),
    "unmodified_resale": (("may", "must-not"),),
}
"""By statement its chains of values, each from the mildest to the strictest. To be named and to be
left unnamed are both strict, and neither covers the other."""

_CHAINS: Final = tuple(
    tuple(f"{IEP}{name}={value}" for value in chain)
    for name, chains in STATEMENTS.items()
    for chain in chains
)
_RANKS: Final = tuple({tag: rank for rank, tag in enumerate(chain)} for chain in _CHAINS)
_MILDEST: Final = frozenset(chain[0] for chain in _CHAINS)
REGISTERED: Final = frozenset(tag for chain in _CHAINS for tag in chain)
"""Every statement with every value."""


def demanding(tag: str) -> bool:
    """Whether a tag asks anything of who receives; one that nobody registered always does."""
    return tag not in _MILDEST


def alike(tag: str) -> tuple[str, ...]:
    """The registered tags of the same statement, with any value; none for other tags."""
    statement = tag.partition("=")[0]
    return tuple(
        dict.fromkeys(
            each for chain in _CHAINS for each in chain if each.partition("=")[0] == statement
        )
    )


def honours(promised: str, tag: str) -> bool:
    """Whether who honours `promised` honours `tag` too (reflexive, transitive, antisymmetric)."""
    return promised == tag or any(
        promised in ranks and tag in ranks and ranks[tag] < ranks[promised] for ranks in _RANKS
    )


def controlled(tags: Iterable[str]) -> tuple[str, ...]:
    """The control-list codes among `tags`."""
    return tuple(tag.removeprefix(CONTROL) for tag in tags if tag.startswith(CONTROL))


def listed(code: str, names: Iterable[str]) -> bool:
    """Whether `code` is, or stands below, one of `names`: `5A002.a` below `5A002`, `5A` and `5`,
    but `ML15` not below `ML1`. A name ends where letters, digits and signs change over."""
    return any(
        code.startswith(name)
        and (len(code) == len(name) or _sort(code[len(name)]) != _sort(name[-1]))
        for name in names
        if name
    )


def unmet(tags: Iterable[str], honoured: Iterable[str], control: Iterable[str]) -> tuple[str, ...]:
    """The `tags` that neither ask for nothing nor are covered: by `honoured`, or for codes of
    control lists by the names in `control`."""
    return tuple(
        tag
        for tag in tags
        if demanding(tag)
        and not (
            listed(tag.removeprefix(CONTROL), control)
            if tag.startswith(CONTROL)
            else any(honours(each, tag) for each in honoured)
        )
    )


def _sort(character: str) -> int:
    return 1 if character.isdigit() else 2 if character.isalpha() else 3

"""What a collection holds for one caller: its objects, a page of them, and what was asked for.

`Content` is all that the TAXII server needs of a collection. A partner's view of the agreements is
one; a plain collection of the operator is another.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from noroshi.store.rows import EVERY, Match
from noroshi.words.grant import Grant
from noroshi.words.label import Label, Tlp
from noroshi.words.time import to_datetime

__all__ = ["EVERY", "Content", "Match", "Page", "Served", "stamp"]


def stamp(at: int) -> str:
    """µs UTC as TAXII writes its own dates: always six fraction digits (TAXII 2.1 §1.4), so that
    their order as text is their order in time."""
    return f"{to_datetime(at).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


class Served(msgspec.Struct, frozen=True, gc=False):
    """One version of one object as the caller may have it.

    `n` and `entered_at` (µs UTC) are of the caller's journal and strictly increase together;
    `oversion` is µs UTC. `body` is the object's JSON bytes, `label` and `grants` what the caller
    holds it under, `tlp` the marking that a reader without labels has to see; what is in a plain
    collection has none of them. `dated` is false where the version is the date of entry.
    """

    n: int
    oid: str
    oversion: int
    otype: str
    spec_version: str
    entered_at: int
    body: bytes
    label: Label | None = None
    grants: tuple[Grant, ...] = ()
    tlp: Tlp | None = None
    dated: bool = True


class Page(msgspec.Struct, frozen=True):
    """Entries in order of `n`. `more` says that others follow the last one; it is never true of a
    page without entries."""

    entries: tuple[Served, ...]
    more: bool = False


class Content(Protocol):
    """What one collection holds, per calling party; `now` is µs UTC. Without `disclose` the caller
    only asks what an answer would be like and gets no body: nothing is accounted for."""

    def page(
        self,
        party: str,
        now: int,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int = 1000,
        match: Match = ...,
        disclose: bool = True,
    ) -> Page:
        """At most `limit` matching entries with `n > after_n` and `entered_at > added_after`."""
        ...

    def object(
        self, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        """Every version of one object that the party may have, newest first; empty when none."""
        ...

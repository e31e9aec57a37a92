"""`[[feed]]`: what is read, how it is labelled where it is unmarked, and how often."""

from __future__ import annotations

from datetime import date

import msgspec

from noroshi.config.secret import Secret
from noroshi.feeds.address import check_polled, is_polled
from noroshi.feeds.live import check_live, is_live
from noroshi.words.errors import BadInput
from noroshi.words.finding import Reliability
from noroshi.words.label import ClassMark, Pap, Tlp
from noroshi.words.time import parse_duration


class FeedLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The declared default of what a feed leaves unmarked. TLP CLEAR is not a default. `expires`:
    the day from which the source may no longer be used."""

    tlp: Tlp
    pap: Pap | None = None
    classes: tuple[ClassMark, ...] = ()
    only: tuple[str, ...] | None = None
    orcon: bool = False
    licence: str | None = None
    personal: bool = False
    handling: tuple[str, ...] = ()
    expires: date | None = None

    def __post_init__(self) -> None:
        if self.tlp is Tlp.CLEAR:
            raise ValueError("a default label is never TLP CLEAR: only a source marks itself clear")


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[feed]]`: a file name pattern, its desk (else by content), lineage, label, reliability.

    `every` (ISO 8601 duration) makes `noroshi work` read it again; without it `ingest` alone does.
    Of a live feed (`feeds.live`) it is how often what came is looked at, of a polled one
    (`feeds.polled`) how often it is asked, with `user` and `password`.
    """

    uri: str
    label: FeedLabel
    desk: str | None = None
    lineage: str | None = None
    every: str | None = None
    reliability: Reliability = "F"
    user: str | None = None
    password: Secret | None = None

    def __post_init__(self) -> None:
        check_every(self.every)
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if is_polled(self.uri):
            try:
                check_polled(self.uri)
            except BadInput as problem:
                raise ValueError(problem.text()) from None
        if is_live(self.uri):
            try:
                check_live(self.uri)
            except BadInput as problem:
                raise ValueError(problem.text()) from None


def check_every(text: str | None) -> None:
    """Raise `ValueError` for a duration that is none."""
    if text is not None and not parse_duration(text):
        raise ValueError(f"every = {text!r} is no time at all")

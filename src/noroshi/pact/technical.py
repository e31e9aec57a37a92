"""Technical: the blocks of an agreement file about equipment and technology, and about programmes
that parties develop together."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from noroshi.pact.vocabulary import Basis, Block, ClauseId, Code, ControlCode, Duration
from noroshi.words.grant import Onward

ItemForm = Literal["goods", "software", "technology"]
EndUse = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]*$", description='an end use such as "coast_guard"')
]
Codes = Annotated[
    tuple[ControlCode, ...], Meta(min_length=1, description="at least one control-list code")
]


class Transfer(Block, frozen=True, rename={"from_": "from"}):
    """`[[transfer]]`: items that may go from one party to another, and by which rule on from there.
    With `approval` each takes a licence. `onward` is the rule for re-export."""

    id: ClauseId
    basis: Basis
    control: Codes
    forms: tuple[ItemForm, ...] | None = None
    from_: tuple[Code, ...] | None = None
    to: tuple[Code, ...] | None = None
    end_use: tuple[EndUse, ...] | None = None
    approval: Literal["each"] | None = None
    onward: Onward = "none"
    expires: Duration | None = None
    cites: tuple[str, ...] = ()
    note: str = ""


class Item(Block, frozen=True):
    """A condition on an item; every field given must match, and one is."""

    control: tuple[ControlCode, ...] | None = None
    forms: tuple[ItemForm, ...] | None = None
    end_use: tuple[EndUse, ...] | None = None
    recipients: tuple[Code, ...] | None = None


class Embargo(Block, frozen=True):
    """`[[embargo]]`: wins over every transfer clause and consent, for what a party originates."""

    id: ClauseId
    basis: Basis
    when: Item
    cites: tuple[str, ...] = ()
    note: str = ""


class Right(Block, frozen=True):
    """What a programme rests on or brings forth. One owner: background it came with, which
    `partners` may use for `end_use`; several: foreground that they made together."""

    id: ClauseId
    owners: Annotated[tuple[Code, ...], Meta(min_length=1, description="at least one owner")]
    what: str
    control: Codes
    partners: tuple[Code, ...] | None = None
    end_use: tuple[EndUse, ...] = ("programme",)
    onward: Literal["none", "parties", "originator_consent"] = "originator_consent"
    note: str = ""


class Programme(Block, frozen=True):
    """`[[programme]]`: a development of several parties. `workshare` is in per cent; `third` says
    whether what they own may leave them at all: with the consent of every owner, or never."""

    id: ClauseId
    basis: Basis
    title: str
    workshare: dict[Code, float] = {}  # noqa: RUF012 - msgspec copies it
    background: tuple[Right, ...] = ()
    foreground: tuple[Right, ...] = ()
    third: Literal["none", "owners"] = "none"
    cites: tuple[str, ...] = ()
    note: str = ""

"""Transfer: an item that somebody would send, as its file says it (`transfer/1`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from noroshi.pact.lines import Path
from noroshi.pact.reading import Problem, check_dates, nearest
from noroshi.pact.technical import EndUse, ItemForm
from noroshi.pact.vocabulary import Block, ClauseId, Code, ControlCode, Date
from noroshi.words.party import Parties


class Sending(Block, frozen=True, rename={"from_": "from"}):
    """`[transfer]`: `from` holds the item and would send it `to`. Where another originated it,
    `originator` says who, and `received_under` by which clause `from` has it. `right` names what of
    a programme it is (`gcap/P1.F1`). `reexport` asks who could have it next."""

    id: ClauseId
    item: str
    from_: Code
    to: Code
    end_use: EndUse
    control: tuple[ControlCode, ...] = ()
    form: ItemForm = "goods"
    originator: Code | None = None
    received_under: str | None = None
    right: str | None = None
    reexport: tuple[Code, ...] = ()
    note: str = ""


class EndUser(Block, frozen=True):
    """`[end_user]`: who would have it in the end. `ids` are registrations of any kind."""

    name: Annotated[str, Meta(min_length=1, description="a name")]
    aliases: tuple[str, ...] = ()
    country: str | None = None
    ids: tuple[str, ...] = ()


class Licence(Block, frozen=True):
    """`[[licence]]`: a party's yes to this item for one recipient, until then."""

    by: Code
    to: Code
    until: Date
    ref: str = ""


class TransferFile(Block, frozen=True):
    """A whole transfer file."""

    format: Literal["transfer/1"]
    transfer: Sending
    end_user: EndUser | None = None
    licence: tuple[Licence, ...] = ()


def problems_of(file: TransferFile, raw: dict[str, Any], parties: Parties) -> Iterator[Problem]:
    """What the types of a transfer file cannot say."""
    yield from check_dates(raw, ("until",))
    sending = file.transfer
    for path, code in _codes(file):
        if code not in parties:
            hint = nearest(code, parties.order) or "add it with [[party]] in node.toml"
            yield Problem(path, "unknown party", code, "a code of the party registry", hint)
    if sending.to == sending.from_:
        yield Problem(("transfer", "to"), "goes nowhere", sending.to)
    other = sending.originator is not None and sending.originator != sending.from_
    if sending.right is None:
        if not sending.control:
            hint = 'control = [] of an item on no list cannot be asked; name a code such as "ML10"'
            yield Problem(("transfer", "control"), "no control-list code", None, None, hint)
        if other != (sending.received_under is not None):
            text = "originator and received_under go together"
            yield Problem(("transfer",), text, None, "both, or neither")
    elif sending.control or other or sending.received_under is not None:
        text = "a right of a programme says itself what it is and whose"
        yield Problem(("transfer", "right"), text, sending.right, "no control, no originator")


def _codes(file: TransferFile) -> Iterator[tuple[Path, str]]:
    sending = file.transfer
    yield ("transfer", "from"), sending.from_
    yield ("transfer", "to"), sending.to
    if sending.originator is not None:
        yield ("transfer", "originator"), sending.originator
    for i, code in enumerate(sending.reexport):
        yield ("transfer", "reexport", i), code
    for i, each in enumerate(file.licence):
        yield ("licence", i, "by"), each.by
        yield ("licence", i, "to"), each.to

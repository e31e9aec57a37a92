"""The agreement format `pact/1`: one TOML file per agreement, these types its exact keys.

Dates may be partial (`"2024-11"`), durations are ISO 8601. Every clause says its `basis`: the
`text` of the agreement, `practice`, or `model` (our reading). An unknown key is an error.
docs/pact.md explains each key; `load` reads a file and `check` says what types cannot.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from noroshi.pact.permits import Forbid, Permit
from noroshi.pact.promised import Commitment
from noroshi.pact.technical import Embargo, Programme, Transfer
from noroshi.pact.vocabulary import (
    AgreementId,
    Basis,
    Block,
    Class,
    ClauseId,
    Code,
    ControlCode,
    Date,
    Duration,
    Form,
    Layer,
    Pillar,
)
from noroshi.words.grant import Keep, Onward
from noroshi.words.label import UNCLASSIFIED, Pap, Tlp
from noroshi.words.time import Span, parse_partial
from noroshi.words.transform import Transform

Tags = tuple[tuple[str, ...] | None, tuple[str, ...] | None]


class Doc(Block, frozen=True):
    """A document that the agreement or our reading of it rests on."""

    ref: str
    para: str = ""
    url: str = ""
    note: str = ""


class Head(Block, frozen=True, rename={"cls": "class"}):
    """`[agreement]`. Neither signed nor in force: negotiating. Both states grant nothing."""

    id: AgreementId
    title: str
    form: Form
    cls: Class
    parties: Annotated[tuple[Code, ...], Meta(min_length=2, description="two parties or more")]
    signed: Date | None = None
    in_force: Date | None = None
    provisional: Date | None = None
    review: Duration | None = None
    depends_on: tuple[AgreementId, ...] = ()
    supersedes: tuple[AgreementId, ...] = ()
    hub: Code | None = None
    layer: Layer | None = None
    docs: tuple[Doc, ...] = ()
    note: str = ""


class Ceiling(Block, frozen=True):
    """The highest `level` of a classification `scheme`; scheme `any` names only the bottom."""

    scheme: str
    level: str


class ReleaseClause(Block, frozen=True, rename={"from_": "from"}):
    """`[[release]]`: what a party may receive of another's strands, and on which terms."""

    id: ClauseId
    basis: Basis
    pillars: Annotated[tuple[Pillar, ...], Meta(min_length=1, description="at least one pillar")]
    max_tlp: Tlp
    kinds: tuple[str, ...] | None = None
    from_: tuple[Code, ...] | None = None
    to: tuple[Code, ...] | None = None
    bodies: dict[Code, tuple[Code, ...]] = {}  # noqa: RUF012 - msgspec copies it
    max_pap: Pap = Pap.CLEAR
    max_class: Ceiling | tuple[Ceiling, ...] = Ceiling("any", UNCLASSIFIED)
    onward: Onward = "none"
    transform: tuple[Transform, ...] = ()
    expires: Duration | None = None
    keep: Keep | None = None
    approval: Literal["each"] | None = None
    licence: tuple[str, ...] | None = None
    handling: tuple[str, ...] = ()
    control: tuple[ControlCode, ...] = ()
    personal: bool = False
    cites: tuple[str, ...] = ()
    note: str = ""

    @property
    def tags(self) -> Tags:
        """(handling tags that are honoured, control-list codes that pass)."""
        return self.handling, self.control

    @property
    def ceilings(self) -> tuple[Ceiling, ...]:
        """`max_class`, whether one was written or several."""
        return (self.max_class,) if isinstance(self.max_class, Ceiling) else self.max_class


class When(Block, frozen=True):
    """A condition on a strand and its recipient; every field given must match."""

    pillars: tuple[Pillar, ...] | None = None
    kinds: tuple[str, ...] | None = None
    tlp_min: Tlp | None = None
    orcon: bool | None = None
    not_in: Literal["only"] | None = None
    personal: bool | None = None
    licence: tuple[str, ...] | None = None
    handling: tuple[str, ...] | None = None
    control: tuple[ControlCode, ...] | None = None
    exercise: bool | None = None
    recipients: tuple[Code, ...] | None = None

    @property
    def tags(self) -> Tags:
        """(handling tags, control-list codes) of which a strand must have one each, if given."""
        return self.handling, self.control


class Prohibition(Block, frozen=True):
    """`[[prohibit]]`: wins over every permission, for strands that stand under this agreement."""

    id: ClauseId
    basis: Basis
    when: When
    cites: tuple[str, ...] = ()
    note: str = ""


class Requirement(Block, frozen=True):
    """`[[require]]`: transforms that every release of such a strand undergoes."""

    id: ClauseId
    basis: Basis
    transform: Annotated[tuple[Transform, ...], Meta(min_length=1, description="a transform")]
    when: When = When()
    cites: tuple[str, ...] = ()
    note: str = ""


class Floor(Block, frozen=True):
    """The least that a duty asks for: this much marking, after these transforms."""

    tlp: Tlp
    transform: tuple[Transform, ...] = ()


class Duty(Block, frozen=True):
    """`[[duty]]`: a duty to share, within a time. Never implied by a release, never one itself."""

    id: ClauseId
    basis: Basis
    when: When
    within: Duration
    floor: Floor | None = None
    cites: tuple[str, ...] = ()
    note: str = ""


class Joined(Block, frozen=True):
    """A party that came in later."""

    party: Code
    in_force: Date


class Joining(Block, frozen=True):
    """`[[joins]]`: who else may come in and how; `reach_back` opens records made before."""

    id: ClauseId
    basis: Basis
    mode: Literal["mutual_consent", "invitation", "open"]
    pillars: tuple[Pillar, ...] = ()
    reach_back: bool = False
    joined: tuple[Joined, ...] = ()
    cites: tuple[str, ...] = ()
    note: str = ""


class Left(Block, frozen=True):
    """A party that left."""

    party: Code
    effective: Date


class Exit(Block, frozen=True):
    """`[exit]`: notice, what becomes of data already received, who left, and the end of all."""

    notice: Duration | None = None
    keep: Keep = "until"
    left: tuple[Left, ...] = ()
    terminated: Date | None = None
    note: str = ""


class Equivalence(Block, frozen=True):
    """`[[equivalence]]`: levels that protect alike. Rows rise from the lowest to the highest."""

    basis: Basis
    levels: Annotated[tuple[Ceiling, ...], Meta(min_length=2, description="two levels or more")]
    note: str = ""


class Marked(Block, frozen=True):
    """The strands that an assertion is about. What is left out is tried in every form (pillars,
    kinds, tlp), or is not there (the rest); `named`: the party is among its named recipients."""

    pillars: tuple[Pillar, ...] = ()
    kinds: tuple[str, ...] = ()
    tlp: Tlp | None = None
    pap: Pap | None = None
    classes: tuple[Ceiling, ...] = ()
    orcon: bool = False
    personal: bool = False
    licence: str | None = None
    handling: tuple[str, ...] = ()
    control: tuple[ControlCode, ...] = ()
    named: bool | None = None


class Assertion(Block, frozen=True, rename={"from_": "from"}):
    """`[[assert]]`: what must `never` or `always` be released, checked by `noroshi pact test`."""

    id: ClauseId
    say: Literal["never", "always"]
    when: Marked = Marked()
    from_: Code | None = None
    party: Code | None = None
    by: AgreementId | None = None
    at: Date | None = None
    since: Date | None = None
    until: Date | None = None
    note: str = ""


class File(Block, frozen=True, rename={"assert_": "assert"}):
    """A whole agreement file."""

    format: Literal["pact/1"]
    agreement: Head
    release: tuple[ReleaseClause, ...] = ()
    prohibit: tuple[Prohibition, ...] = ()
    require: tuple[Requirement, ...] = ()
    duty: tuple[Duty, ...] = ()
    joins: tuple[Joining, ...] = ()
    permit: tuple[Permit, ...] = ()
    forbid: tuple[Forbid, ...] = ()
    transfer: tuple[Transfer, ...] = ()
    embargo: tuple[Embargo, ...] = ()
    programme: tuple[Programme, ...] = ()
    exit: Exit = Exit()
    equivalence: tuple[Equivalence, ...] = ()
    commitment: tuple[Commitment, ...] = ()
    assert_: tuple[Assertion, ...] = ()


class Agreement(msgspec.Struct, frozen=True):
    """An agreement as read: its file, and the bytes and hash that name it."""

    file: File
    sha256: str
    raw: bytes

    @property
    def head(self) -> Head:
        """`[agreement]`."""
        return self.file.agreement

    @property
    def id(self) -> str:
        """Such as `eu-jpn-sdp`; a clause is `eu-jpn-sdp/R1`."""
        return self.head.id

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.head.title

    @property
    def parties(self) -> tuple[str, ...]:
        """The legal parties it was made between."""
        return self.head.parties


def dated(text: str | None) -> Span | None:
    """A date of the file as the interval of its readings."""
    return None if text is None else parse_partial(text)

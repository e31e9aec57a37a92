"""Promised: the blocks of an agreement file that say what its parties will do, and what shows it.

A commitment says what was promised, who leads it and when it is due. `observe` is the rule by which
a finding or a record is linked to it, for a person to confirm. `kept` are the times at which it was
kept, as far as public sources say so.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from noroshi.pact.vocabulary import Block, ClauseId, Code, CommitmentKind, Date, Duration, Pillar


class Observe(Block, frozen=True):
    """Findings or records that could show a commitment kept, and what they leave open (`note`)."""

    kinds: Annotated[tuple[str, ...], Meta(min_length=1, description="at least one kind")]
    note: str = ""
    pillars: tuple[Pillar, ...] = ()
    owners: tuple[Code, ...] = ()
    flags: tuple[Code, ...] = ()
    subjects_min: Annotated[int, Meta(ge=1)] = 1
    measures: dict[str, tuple[int | float | str, ...]] = {}  # noqa: RUF012 - msgspec copies it
    least: dict[str, int | float] = {}  # noqa: RUF012 - msgspec copies it


class Done(Block, frozen=True):
    """A time at which a commitment was kept, and the source that says so."""

    on: Date
    cites: Annotated[tuple[str, ...], Meta(min_length=1, description="at least one source")]
    note: str = ""


class Commitment(Block, frozen=True):
    """`[[commitment]]`: what was promised, in our words; `lead` names an office per party. No
    pillars: all of them."""

    id: ClauseId
    kind: CommitmentKind
    text: str
    pillars: tuple[Pillar, ...] = ()
    lead: dict[Code, str] = {}  # noqa: RUF012 - msgspec copies it
    since: Date | None = None
    every: Duration | None = None
    due: Date | None = None
    status: Literal["standing", "operating", "negotiating", "launched", "done", "superseded"] = (
        "standing"
    )
    resources: str = ""
    cites: tuple[str, ...] = ()
    observe: Observe | None = None
    kept: tuple[Done, ...] = ()
    note: str = ""

"""Web: agreements as a list that can be counted — by kind, form, layer, party and date.

Two dates matter and are never mixed: *signed* by a day, and *in force* on it. A date known in part
counts from its latest reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from noroshi.pact.format import Agreement, dated
from noroshi.pact.policy import Policy
from noroshi.pact.vocabulary import Class, Form, Layer
from noroshi.pact.windows import state

LAYERS: Final[Mapping[Class, Layer]] = {
    "alliance": "alliance",
    "isa": "information",
    "raa": "visiting_forces",
    "sofa": "visiting_forces",
    "vfa": "visiting_forces",
    "acsa": "logistics",
    "dett": "technology",
    "programme": "technology",
    "sdp": "political",
    "fpa": "political",
    "dca": "political",
    "framework": "political",
    "arrangement": "political",
    "dialogue": "political",
    "declaration": "political",
}
"""The layer of a class. A regime ties nearly everybody to everybody, and an internal agreement a
union to its own members: they stand in no layer."""


class Listed(msgspec.Struct, frozen=True):
    """An agreement as a row: `model` counts the clauses that are our reading and not text."""

    id: str
    title: str
    form: str
    cls: str = msgspec.field(name="class")
    layer: str | None
    parties: tuple[str, ...]
    signed: str | None
    in_force: str | None
    state: str
    clauses: int
    model: int


class Wanted(msgspec.Struct, frozen=True):
    """Which agreements: every field given must match. Instants are µs UTC."""

    cls: Class | None = None
    form: Form | None = None
    layer: Layer | None = None
    party: str | None = None
    signed_by: int | None = None
    in_force_at: int | None = None


def layer_of(agreement: Agreement) -> Layer | None:
    """The layer that the file names, else that of its class."""
    return agreement.head.layer or LAYERS.get(agreement.head.cls)


def signed_by(agreement: Agreement, at: int) -> bool:
    """Whether it was signed before `at`, in every reading of its date."""
    found = dated(agreement.head.signed)
    return found is not None and found.t1 <= at


def select(policy: Policy, wanted: Wanted, now: int) -> tuple[Listed, ...]:
    """The agreements of the set that match, by id, with their state at `now`."""
    return tuple(
        listed(policy, each, now) for each in policy.agreements if _matches(policy, each, wanted)
    )


def _matches(policy: Policy, agreement: Agreement, wanted: Wanted) -> bool:
    head = agreement.head
    return (
        wanted.cls in (None, head.cls)
        and wanted.form in (None, head.form)
        and wanted.layer in (None, layer_of(agreement))
        and (wanted.party is None or wanted.party in policy.bounds[agreement.id])
        and (wanted.signed_by is None or signed_by(agreement, wanted.signed_by))
        and (wanted.in_force_at is None or wanted.in_force_at in policy.windows[agreement.id])
    )


def listed(policy: Policy, agreement: Agreement, now: int) -> Listed:
    """The row of one agreement."""
    head = agreement.head
    bases = [basis for _, basis in based(agreement)]
    return Listed(
        id=head.id,
        title=head.title,
        form=head.form,
        cls=head.cls,
        layer=layer_of(agreement),
        parties=tuple(policy.bounds[agreement.id]),
        signed=head.signed,
        in_force=head.in_force,
        state=state(agreement, policy.windows[agreement.id], now),
        clauses=len(bases),
        model=bases.count("model"),
    )


def partners(rows: Iterable[Listed], party: str) -> tuple[str, ...]:
    """The other parties of agreements of `party`, each once, by code."""
    return tuple(sorted({code for row in rows for code in row.parties} - {party}))


def based(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """(clause id, basis) of every clause that has a basis."""
    file = agreement.file
    for each in (*file.release, *file.prohibit, *file.require, *file.duty, *file.joins):
        yield f"{agreement.id}/{each.id}", each.basis


def resting(policy: Policy, clauses: Iterable[str]) -> tuple[str, ...]:
    """Those of `clauses` that are our model and not text, sorted: every report names them."""
    wanted = {*clauses}
    agreements = {clause.partition("/")[0] for clause in wanted} & policy.by_id.keys()
    return tuple(
        sorted(
            clause
            for name in agreements
            for clause, basis in based(policy.by_id[name])
            if clause in wanted and basis == "model"
        )
    )

"""The pact room: agreements as a network by layer, one agreement, two sets compared, a what-if."""

from __future__ import annotations

import msgspec

from noroshi.node.calendar import Row, lines, row
from noroshi.node.comparing import Supposed, sides
from noroshi.node.node import Node
from noroshi.node.sets import FILES, LAW, WEB, Sets
from noroshi.node.suppose import suppose
from noroshi.pact.network import Measures, network, pairs
from noroshi.pact.picturing import Supposition
from noroshi.pact.policy import Policy
from noroshi.pact.report import Report, report
from noroshi.pact.report import lines as told
from noroshi.pact.web import based, layer_of
from noroshi.pact.windows import state
from noroshi.words.errors import Refused

NAMED = (LAW, FILES, WEB)
"""The sets that a browser may name: no paths and no revisions."""


class Listed(msgspec.Struct, frozen=True):
    """An agreement in the list. `state` is in force, signed, negotiating, …"""

    id: str
    title: str
    form: str
    cls: str
    layer: str | None
    parties: tuple[str, ...]
    state: str
    signed: str | None
    in_force: str | None
    clauses: int
    model: int


class Room(msgspec.Struct, frozen=True):
    """All agreements of a set, measured layer by layer; `ties` are (layer, a, b, agreement)."""

    set: str
    agreements: tuple[Listed, ...]
    layers: tuple[Measures, ...]
    ties: tuple[tuple[str, str, str, str], ...]


class Moves(msgspec.Struct, frozen=True):
    """Ties that end and ties that begin between two sets; each is (layer, a, b, agreement)."""

    gone: tuple[tuple[str, str, str, str], ...]
    come: tuple[tuple[str, str, str, str], ...]


class Page(msgspec.Struct, frozen=True):
    """One agreement: its head, its text and hash, and what is promised in it."""

    agreement: Listed
    sha256: str
    docs: tuple[dict[str, str], ...]
    text: str
    promises: tuple[Row, ...]


class Compared(msgspec.Struct, frozen=True):
    """A diff, and the same in lines for people."""

    report: Report
    lines: tuple[str, ...]


def room(node: Node, name: str, at: int) -> Room:
    """The set called `name` (law, files, web) at `at`. Raises `Refused`, `BadInput`."""
    with _sets(node, name) as sets:
        policy = sets.named(name, at)
    found = network(policy, at)
    ties = _ties(policy, at)
    listed = tuple(_listed(policy, each.id, at) for each in policy.agreements)
    return Room(name, listed, found, tuple(ties))


def moved(node: Node, one: str, other: str, supposed: Supposed, now: int) -> Moves:
    """Which ties end, and which begin, from the set `one` to `other`, supposing something of it."""
    with _sets(node, one, other) as sets:
        (before, at), (after, then), _ = sides(sets, (one, other), [], supposed, now)
        held, had = set(_ties(before, at)), set(_ties(after, then))
    return Moves(tuple(sorted(held - had)), tuple(sorted(had - held)))


def _ties(policy: Policy, at: int) -> list[tuple[str, str, str, str]]:
    return [
        (layer.layer, a, b, agreement.id)
        for layer in network(policy, at)
        for agreement in policy.agreements
        if agreement.id in layer.agreements
        for a, b in pairs(policy, agreement, at)
    ]


def page(node: Node, name: str, id: str, at: int) -> Page:
    """One agreement of the set `name`. Raises `Refused` where there is none."""
    with _sets(node, name) as sets:
        policy = sets.named(name, at)
    found = next((each for each in policy.agreements if each.id == id), None)
    if found is None:
        raise Refused(f"no agreement {id!r} in {name}")
    promised = tuple(row(each) for each in lines(node, at) if each.entry.id.startswith(f"{id}/"))
    docs = tuple(
        {"ref": each.ref, "para": each.para, "note": each.note} for each in found.head.docs
    )
    text = found.raw.decode("utf-8", "replace")
    return Page(_listed(policy, id, at), found.sha256, docs, text, promised)


def compared(node: Node, one: str, other: str, supposed: Supposed, now: int) -> Compared:
    """What would be decided differently."""
    with _sets(node, one, other) as sets:
        before, after, names = sides(sets, (one, other), [], supposed, now)
        found = report(before, after, names)
        return Compared(found, tuple(told(found, before, after)))


def supposed(
    node: Node, name: str, party: str, into: tuple[str, ...], *, without: bool, at: int
) -> Supposition:
    """A party leaves, or comes in."""
    with _sets(node, name) as sets:
        return suppose(sets, name, party, into, without=without, at=at)


def _sets(node: Node, *names: str) -> Sets:
    for each in names:
        if each not in NAMED:
            raise Refused(f"no set {each!r}: expected one of {', '.join(NAMED)}")
    return Sets(node.settings.folder)


def _listed(policy: Policy, id: str, at: int) -> Listed:
    found = next(each for each in policy.agreements if each.id == id)
    head = found.head
    rows = tuple(based(found))
    return Listed(
        id=id,
        title=head.title,
        form=head.form,
        cls=head.cls,
        layer=layer_of(found),
        parties=head.parties,
        state=state(found, policy.windows[id], at),
        signed=None if head.signed is None else str(head.signed),
        in_force=None if head.in_force is None else str(head.in_force),
        clauses=len(rows),
        model=sum(basis == "model" for _, basis in rows),
    )

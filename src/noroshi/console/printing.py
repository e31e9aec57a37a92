"""What is printed: the report on a finding or an incident, as somebody's picture has it, as PDF."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from noroshi.console import seen
from noroshi.console.beside import PAPER, said
from noroshi.console.detail import detail
from noroshi.console.paper import Document, printed
from noroshi.console.report import (
    LANGUAGES,
    Head,
    Incident,
    Stream,
    Weighing,
    finding_report,
    incident_report,
)  # fmt: skip
from noroshi.console.seen import Mark, one
from noroshi.node.node import Node
from noroshi.store import IncidentRow
from noroshi.words.errors import Refused
from noroshi.words.label import highest_tlp


class _Joined(Incident, frozen=True, kw_only=True):
    """An incident with the hypotheses beside it."""

    hypotheses: Weighing


class _Found(Stream, frozen=True):
    """What `noroshi picture --json` prints."""

    incidents: tuple[_Joined, ...]


class _Shown(msgspec.Struct, frozen=True):
    """An incident as the store keeps what was told of it."""

    incident: Incident
    weighing: Weighing


def head(node: Node, language: str, party: str | None, user: str, now: int) -> Head:
    """Who prints. Raises `Refused` for a language that there is not, `UnknownParty`."""
    if language not in LANGUAGES:
        raise Refused(f"no report in {language!r}: expected one of {', '.join(LANGUAGES)}")
    name = node.settings.config.node.name or node.parties.get(node.party).en
    whose = node.party if party is None else node.parties.get(party).code
    return Head(language, node.party, name, user, whose, now, node.exercise)


def pdf(node: Node, document: Document) -> bytes:
    """The document as PDF, in the node's font where it names one."""
    return printed(document, _font(node))


def pdf_beside(node: Node, document: Document) -> bytes:
    """The same made in another process: what makes it loads what computes."""
    font = _font(node)
    words = [sys.executable, "-m", PAPER, *([] if font is None else [str(font)])]
    return said(words, PAPER, msgspec.json.encode(document))


def _font(node: Node) -> Path | None:
    font = node.settings.config.console.font
    return None if font is None else Path(node.settings.folder, font)


def finding(node: Node, id: str, by: Head) -> Document:
    """The report on a finding. `Refused` where there is none, or it is not in that picture."""
    party = None if by.whose == node.party else by.whose
    told = detail(node, id, party, now=by.at)
    if told.body is None:
        raise Refused(f"{by.whose} does not receive {id}: there is nothing to print for it")
    told = msgspec.structs.replace(told, id=_called(node, id, told.verdict, party))
    return finding_report(told, highest_tlp(one(node, id, party, now=by.at).record.label), by)


def _called(node: Node, id: str, verdict: str, party: str | None) -> str:
    """What whose picture it is calls the finding: of one that goes in part the id of the variant,
    if it has one by now, and never ours."""
    if party is None or verdict == "released":
        return id
    shown = (each.shown for each in node.store.whereabouts(id, node.public) if each.party == party)
    return next((oid for ids in shown for oid in ids if oid.startswith("event--")), "–")


def incident(node: Node, picture: bytes, start: str, by: Head) -> Document:
    """The report on the incident that `start` begins, of what `noroshi picture --json` printed for
    whose picture it is. Raises `Refused` unless there is exactly one."""
    found = msgspec.json.decode(picture, type=_Found)
    fit = [each for each in found.incidents if each.id.startswith(start)]
    if len(fit) != 1:
        raise Refused(f"{len(fit)} incidents of {by.whose} begin with {start!r}")
    return incident_report(fit[0], fit[0].hypotheses, marks(node, fit[0].findings, by), by, found)


def in_our_names(node: Node, picture: bytes) -> Any:
    """A party's picture with the findings under our ids."""
    found = msgspec.json.decode(picture)
    for each in found["incidents"]:
        each["findings"] = [node.store.made_of(oid) or oid for oid in each["findings"]]
        for part in each["parts"]:
            if oid := part.get("finding"):
                part["finding"] = node.store.made_of(oid) or oid
    return found


def kept(node: Node, row: IncidentRow, by: Head) -> Document:
    """The report on an incident as it was when the node last looked."""
    told = msgspec.json.decode(row.shown, type=_Shown)
    known = marks(node, told.incident.findings, by)
    return incident_report(told.incident, told.weighing, known, by)


def marks(node: Node, ids: tuple[str, ...], by: Head) -> tuple[Mark, ...]:
    """These findings, which may go under the ids of variants, as they are in that picture, under
    the ids that were asked for."""
    found: list[Mark] = []
    for each in ids:
        row = node.store.finding(node.store.made_of(each) or each)
        rows = [] if row is None else [row]
        told = seen.told(node, rows, by.whose, now=by.at, at=None, known=None)
        found += (msgspec.structs.replace(seen.mark(it), id=each) for it in told)
    return tuple(found)

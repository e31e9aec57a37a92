"""Feedback on the wire: plain STIX that any tool reads, with a thread so that answers find back.

A sighting, an opinion, or a note about the object as its recipient has it. Each hop says it in its
own name to who gave it the object, and answers go back the same way; who spoke first goes along
only where that party lets its name be known.
"""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import msgspec

from noroshi.words import ids
from noroshi.words.time import format_instant, parse_instant

EXTENSION: Final = "extension-definition--" + ids.uuid5(["extension", "feedback"])
TYPES: Final = frozenset({"sighting", "opinion", "note"})
LONGEST: Final = 4_000
"""Characters of what is said."""

Kind = Literal["sighting", "opinion", "false-positive", "question", "answer"]
Opinion = Literal["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"]
"""STIX 2.1 §10.17, opinion-enum."""

_THREAD: Final = 36
"""Characters of a UUID, which names a thread."""

OPINIONS: Final[tuple[str, ...]] = get_args(Opinion)


class Said(msgspec.Struct, frozen=True):
    """`party` says `note` about the object `about`, at `at`, and asks for an answer by `due` (µs
    UTC). `asked_by` is who said it first, where it may be known."""

    thread: str
    party: str
    kind: Kind
    about: str
    note: str
    at: int
    due: int | None = None
    opinion: Opinion | None = None
    asked_by: str | None = None


class _Extension(msgspec.Struct):
    thread: str
    kind: Kind
    due: str | None = None
    asked_by: str | None = None


class _Wire(msgspec.Struct):
    type: str
    created_by_ref: str
    created: str
    extensions: dict[str, msgspec.Raw]
    sighting_of_ref: str = ""
    object_refs: tuple[str, ...] = ()
    opinion: Opinion | None = None
    explanation: str = ""
    content: str = ""
    description: str = ""


_wire = msgspec.json.Decoder(_Wire)
_extension = msgspec.json.Decoder(_Extension)


def feedback(said: Said) -> tuple[str, bytes]:
    """The object that says it: its id and bytes."""
    moment = format_instant(said.at)
    type_ = {"sighting": "sighting", "opinion": "opinion", "false-positive": "opinion"}.get(
        said.kind, "note"
    )
    oid = f"{type_}--{ids.uuid5(['feedback', said.thread, said.party, said.kind, said.at])}"
    extension: dict[str, Any] = {
        "extension_type": "property-extension",
        "thread": said.thread,
        "kind": said.kind,
    }
    if said.due is not None:
        extension["due"] = format_instant(said.due)
    if said.asked_by is not None:
        extension["asked_by"] = said.asked_by
    object_: dict[str, Any] = {
        "type": type_,
        "spec_version": "2.1",
        "id": oid,
        "created_by_ref": ids.identity_id(said.party),
        "created": moment,
        "modified": moment,
        **_content(type_, said),
        "extensions": {EXTENSION: extension},
    }
    return oid, ids.canonical(object_)


def _content(type_: str, said: Said) -> dict[str, Any]:
    """What of STIX 2.1 says it: a note has to have a text (§4.12), the others may (§4.13, §5.2)."""
    if type_ == "sighting":
        told = {"description": said.note} if said.note else {}
        return {"sighting_of_ref": said.about, **told}
    if type_ == "opinion":
        told = {"explanation": said.note} if said.note else {}
        opinion = said.opinion or "strongly-disagree"
        return {"object_refs": [said.about], "opinion": opinion, **told}
    return {"object_refs": [said.about], "content": said.note}


def is_feedback(type: str, raw: bytes) -> bool:
    """Whether the object is feedback, whatever it is worth."""
    return type in TYPES and EXTENSION.encode() in raw


def read(raw: bytes, party: str) -> Said | None:
    """What `raw`, which came from `party`, says; None where it does not read, or speaks in the
    name of another."""
    try:
        found = _wire.decode(raw)
        if found.created_by_ref != ids.identity_id(party) or EXTENSION not in found.extensions:
            return None
        extension = _extension.decode(found.extensions[EXTENSION])
        note = found.content or found.explanation or found.description
        about = found.sighting_of_ref or next(iter(found.object_refs), "")
        if not about or len(note) > LONGEST or not 0 < len(extension.thread) <= _THREAD:
            return None
        return Said(
            extension.thread,
            party,
            extension.kind,
            about,
            note,
            parse_instant(found.created),
            None if extension.due is None else parse_instant(extension.due),
            found.opinion,
            extension.asked_by,
        )
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None

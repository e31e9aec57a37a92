"""The shape in which the OASIS reference server, medallion, keeps its data: one JSON file.

API roots by path, and in each the collections with their objects and manifest, and the statuses.
What stands under a name that begins with a slash is about the server itself and is left out.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from noroshi.exchange.collections import Item
from noroshi.words.errors import BadInput
from noroshi.words.time import parse_instant


class Row(msgspec.Struct):
    """When a version of an object was added."""

    id: str
    date_added: str
    version: str | None = None


class FileCollection(msgspec.Struct):
    """A collection, its rights being those of everybody."""

    id: str
    title: str
    can_read: bool
    can_write: bool
    alias: str | None = None
    description: str | None = None
    objects: list[msgspec.Raw] = []
    manifest: list[Row] = []


class Information(msgspec.Struct):
    """What an API root says of itself."""

    title: str
    description: str | None = None
    max_content_length: int | None = None


class FileStatus(msgspec.Struct):
    """A status; what it counts follows from its lists."""

    id: str
    request_timestamp: str
    successes: list[Item] = []
    failures: list[Item] = []
    pendings: list[Item] = []


class FileRoot(msgspec.Struct):
    """An API root."""

    information: Information
    collections: list[FileCollection] = []
    status: list[FileStatus] = []


Roots = dict[str, FileRoot]


def read(path: Path) -> Roots:
    """The API roots of a file by path. Raises `BadInput` naming what is wrong and where."""
    try:
        parts = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
        return {
            name: msgspec.json.decode(raw, type=FileRoot)
            for name, raw in parts.items()
            if not name.startswith("/")
        }
    except OSError as problem:
        raise BadInput(str(path), f"cannot be read: {problem.strerror}") from problem
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        expected = '{"ROOT": {"information": {…}, "collections": […], "status": […]}}'
        raise BadInput(str(path), "no TAXII data", found=str(problem), expected=expected) from None


def instant(text: str | None) -> int | None:
    """An instant in µs UTC; None where there is none that can be read."""
    try:
        return None if text is None else parse_instant(text)
    except ValueError:
        return None

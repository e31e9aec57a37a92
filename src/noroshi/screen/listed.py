"""Listed: entries of a list in the FollowTheMoney format, one JSON object a line, read as a stream.

The format is that of followthemoney.tech: `id`, `schema`, and `properties` of lists of texts. Only
what is compared is read. A line that is none is returned with its place and reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

NAMES: Final = ("name", "alias", "previousName", "weakAlias")
IDS: Final = (
    "registrationNumber", "idNumber", "taxNumber", "leiCode", "ogrnCode", "innCode", "imoNumber",
    "mmsi", "callSign", "dunsCode", "swiftBic",
)  # fmt: skip
COUNTRIES: Final = ("country", "jurisdiction", "mainCountry", "flag")
LINE_MAX: Final = 4 << 20
"""Bytes of one line; a longer one is no entry of a list."""


class Listed(msgspec.Struct, frozen=True):
    """An entry: its names (of which `weak` are said to be weak), registrations, countries as ISO
    alpha-2 in lower case, and topics such as `sanction`. `where` is file and line."""

    id: str
    schema: str
    caption: str
    names: tuple[str, ...]
    weak: tuple[str, ...]
    ids: tuple[str, ...]
    countries: tuple[str, ...]
    topics: tuple[str, ...]
    where: str


class Unread(msgspec.Struct, frozen=True):
    """A line that is no entry, and why."""

    where: str
    reason: str


class _Entity(msgspec.Struct):
    """An entity as far as it is read; other keys are left alone, as the format wants it."""

    id: str
    schema: str
    properties: dict[str, Any]
    caption: str = ""


_decoder = msgspec.json.Decoder(_Entity)


def entries(lines: Iterable[bytes], source: str) -> Iterator[Listed | Unread]:
    """Every entry with a name or a registration of the list, and every line that cannot be read."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            found = _entry(line, f"{source}:{number}")
            if found is not None:
                yield found


def _entry(line: bytes, where: str) -> Listed | Unread | None:
    if len(line) > LINE_MAX:
        return Unread(where, f"a line of {len(line):,} bytes; at most {LINE_MAX:,} are an entry")
    try:
        entity = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        return Unread(where, f"no FollowTheMoney entity: {problem}")
    names = _texts(entity, NAMES)
    ids = _texts(entity, IDS)
    if not names and not ids:
        return None
    return Listed(
        id=entity.id,
        schema=entity.schema,
        caption=entity.caption or (names[0] if names else entity.id),
        names=names,
        weak=_texts(entity, ("weakAlias",)),
        ids=ids,
        countries=tuple(each.casefold() for each in _texts(entity, COUNTRIES)),
        topics=_texts(entity, ("topics",)),
        where=where,
    )


def _texts(entity: _Entity, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The texts of these properties, each once, in order; what is no text is left out."""
    found: dict[str, None] = {}
    for key in keys:
        values = entity.properties.get(key)
        for value in values if isinstance(values, list) else ():  # pyright: ignore[reportUnknownVariableType]
            if isinstance(value, str) and value.strip():
                found[value] = None
    return tuple(found)

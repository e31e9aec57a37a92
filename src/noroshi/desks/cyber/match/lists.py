"""Warning lists: what is so common that seeing it is no finding (the JSON of MISP's warninglists).

A list says which kinds of values it is of; a value is on it as the list's type says: the same text
(`string`), a name or one below it (`hostname`), an address in a range (`cidr`), a text within it
(`substring`, `regex`). A URL is on a list of names only if it is the host's own page: a file on a
well-known host is not well known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from noroshi.desks.cyber.match.entry import EntryKind
from noroshi.words.errors import BadInput

_ATTRIBUTES: Final[dict[EntryKind, tuple[str, ...]]] = {
    "ip": ("ip-src", "ip-dst", "ip-src|port", "ip-dst|port"),
    "domain": ("domain", "hostname", "hostname|port"),
    "url": ("url", "uri"),
    "email": (
        *("email", "email-src", "email-dst", "whois-registrant-email"),
        *("target-email", "dns-soa-email"),
    ),
    "hash": ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"),
}
KINDS: Final[dict[str, EntryKind]] = {
    name: kind for kind, names in _ATTRIBUTES.items() for name in names
}
"""MISP's attribute types, and the kind of entry that each is; those with a file's name before the
hash are the hash, and a name with an address is both."""


class WarningList(msgspec.Struct, frozen=True):
    """One list. `kinds` are the kinds of entries that it is of."""

    name: str
    type: Literal["string", "hostname", "cidr", "substring", "regex"]
    values: tuple[str, ...]
    kinds: frozenset[EntryKind]


class _File(msgspec.Struct):
    name: str
    type: Literal["string", "hostname", "cidr", "substring", "regex"]
    list: tuple[str, ...]
    description: str = ""
    version: int = 0
    matching_attributes: tuple[str, ...] = ()


_file = msgspec.json.Decoder(_File)


def read(data: bytes, where: str) -> WarningList:
    """A list from its JSON. One that names no attributes is of all kinds. Raises `BadInput` naming
    `where`."""
    try:
        file = _file.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BadInput(
            where,
            "not a warning list",
            found=str(problem),
            expected="JSON with `name`, `type` and `list`, as in misp-warninglists",
        ) from problem
    return WarningList(file.name, file.type, file.list, _kinds(file.matching_attributes))


def _kinds(attributes: Iterable[str]) -> frozenset[EntryKind]:
    named = [each.removeprefix("filename|") for each in attributes]
    if not named:
        return frozenset(_ATTRIBUTES)
    both: tuple[EntryKind, ...] = ("domain", "ip") if "domain|ip" in named else ()
    return frozenset[EntryKind]((*both, *(KINDS[each] for each in named if each in KINDS)))

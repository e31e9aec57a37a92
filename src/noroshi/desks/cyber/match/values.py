"""Values of indicators as they are looked for: one way to write each, or why it is not looked for.

What would match a great part of everything is refused here: ranges wider than /8 of IPv4 or /19 of
IPv6, names of a single label, words that are too short.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

WIDEST: Final = {4: 8, 6: 19}
"""The shortest prefix of each IP version that is taken. Shorter ones hold whole regions of the
address space: no registry gives one out."""
LONGEST_NAME: Final = 253
LONGEST_EMAIL: Final = 320
LONGEST_PATH: Final = 2048
SHORTEST_WORD: Final = 3
LONGEST_WORD: Final = 1024
HASH_LENGTHS: Final = (32, 40, 56, 64, 96, 128)

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_HASH = re.compile(r"[0-9a-f]+")
_EMAIL = re.compile(r"[a-z0-9._+-]+@[^@\s]+")
_PLAIN = re.compile(r"""[^\x00-\x1f\x7f\\"/]+""")


class Unfit(ValueError):
    """Why a value is not looked for."""


class Net(msgspec.Struct, frozen=True):
    """An address or a range."""

    version: Literal[4, 6]
    address: int
    length: int


class Web(msgspec.Struct, frozen=True):
    """A URL as far as logs show it: its host, and its path with query."""

    host: str
    path: str


Value = Net | Web | str


def net(text: str, widest: Mapping[int, int] = WIDEST) -> Net:
    """An IPv4 or IPv6 address or CIDR range, its host bits cleared; IPv4 in IPv6 is IPv4."""
    try:
        network = ipaddress.ip_network(text.strip().strip("[]"), strict=False)
    except ValueError as problem:
        raise Unfit("not an IP address or CIDR range") from problem
    address, length = int(network.network_address), network.prefixlen
    version: Literal[4, 6] = 4 if network.version == 4 else 6
    if version == 6 and length >= 96 and address >> 32 == 0xFFFF:
        version, address, length = 4, address & 0xFFFFFFFF, length - 96
    if length < widest[version]:
        raise Unfit(f"a range as wide as /{length}; at least /{widest[version]} is looked for")
    return Net(version, address, length)


def domain(text: str) -> str:
    """A name in small letters, its labels in ASCII (IDNA), without `*.` before or a dot after."""
    name = text.strip().lower().removeprefix("*.").rstrip(".")
    try:
        name = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError as problem:
        raise Unfit(f"not a domain name: {problem}") from problem
    labels = name.split(".")
    if not name or len(name) > LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise Unfit("not a domain name")
    if labels[-1].isdigit():
        raise Unfit("an address, or part of one, is no domain name")
    if len(labels) < 2:
        raise Unfit("a name of a single label is everything below it")
    return name


def email(text: str) -> str:
    """An address in small letters."""
    address = text.strip().lower().removeprefix("mailto:")
    if not _EMAIL.fullmatch(address) or len(address) > LONGEST_EMAIL:
        raise Unfit("not an e-mail address")
    local, _, host = address.partition("@")
    return f"{local}@{domain(host)}"


def digest(text: str) -> str:
    """A hash in small letters."""
    value = text.strip().lower()
    if not _HASH.fullmatch(value) or len(value) not in HASH_LENGTHS:
        raise Unfit("not a hash of a known length in hexadecimal")
    if len(set(value)) == 1:
        raise Unfit("a hash of one digit repeated is nobody's")
    return value


def web(text: str) -> Web:
    """A URL's host and path; one without a scheme is taken for the rest of one."""
    value = text.strip()
    try:
        parts = urlsplit(value if "://" in value else f"//{value}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError as problem:
        raise Unfit(f"not a URL: {problem}") from problem
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if len(path.encode()) > LONGEST_PATH or any(each <= " " or each in "\"'<>\\`" for each in path):
        raise Unfit("a URL with characters that end one, or too long")
    if path.startswith("//"):
        raise Unfit("a URL whose path begins with two slashes cannot be told from a host")
    try:
        return Web(str(ipaddress.IPv4Address(host)), path)
    except ValueError:
        return Web(domain(host), path)


def word(text: str) -> str:
    """A word, and it has a run of characters that every format writes as they are."""
    value = text.strip().lower()
    if not len(needle(value)) >= SHORTEST_WORD or len(value) > LONGEST_WORD:
        raise Unfit(f"a word of fewer than {SHORTEST_WORD} plain characters, or too long")
    return value


def needle(value: str) -> str:
    """The longest run of a word that no format escapes."""
    return max(plain_runs(value), key=len, default="")


def plain_runs(value: str) -> list[str]:
    """The runs of a text that no format escapes."""
    return _PLAIN.findall(value)


def shown(value: Value) -> str:
    """A value as text; equal texts of one kind are equal values."""
    if isinstance(value, Net):
        kind = ipaddress.IPv4Address if value.version == 4 else ipaddress.IPv6Address
        return f"{kind(value.address)}/{value.length}"
    return f"{value.host}{value.path}" if isinstance(value, Web) else value

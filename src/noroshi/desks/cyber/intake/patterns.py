"""Single values to STIX patterns (STIX 2.1 §9), and which kind of value a bare string is.

A value that would match everything, or nothing that a log can hold, is refused with its reason.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from noroshi.desks.cyber.match.values import WIDEST

_HOST = re.compile(r"(?=.{4,253}\Z)(?:[\w](?:[\w-]{0,61}[\w])?\.)+[^\W\d_][\w-]{0,61}\.?")
_URL = re.compile(r"(?:h(?:tt|xx)ps?|ftp)://[^\s/?#]+[^\s]*", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>]+@((?:[\w-]+\.)+[^\W\d_][\w-]*)")
_HEX = re.compile(r"[0-9a-fA-F]+")
_DEFANGED: Final = (("[.]", "."), ("(.)", "."), ("[:]", ":"), ("[@]", "@"), ("[dot]", "."))
HASHES: Final = {
    32: "MD5",
    40: "SHA-1",
    56: "SHA-224",
    64: "SHA-256",
    96: "SHA-384",
    128: "SHA-512",
}
"""By number of hex digits. SHA-224 and SHA-384 are outside STIX's vocabulary but allowed."""

LONGEST: Final = 4096


def refanged(text: str) -> str:
    """`text` as it was before somebody made it unclickable (`hxxp://evil[.]example`)."""
    plain = text.strip().strip('"').strip()
    for sign, meant in _DEFANGED:
        plain = plain.replace(sign, meant)
    return "http" + plain[4:] if plain[:4].lower() == "hxxp" else plain


def kind_of(value: str) -> str | None:
    """`ip`, `domain`, `url`, `hash` or `email`; None for a string that is none of them."""
    if not value or len(value) > LONGEST:
        return None
    if _URL.fullmatch(value):
        return "url"
    if _network(value) is not None:
        return "ip"
    if _HEX.fullmatch(value) and len(value) in HASHES:
        return "hash"
    if _EMAIL.fullmatch(value):
        return "email"
    return "domain" if _HOST.fullmatch(value) else None


def _network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None


def quoted(value: str) -> str:
    """A string literal of a pattern (STIX 2.1 §9.2)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def address(value: str) -> str:
    """An address, or a range in CIDR. Raises `ValueError` for a range of nearly everything."""
    found = _network(value)
    if found is None:
        raise ValueError(f"not an address or range: {value!r}")
    if found.prefixlen < WIDEST[found.version]:
        raise ValueError(
            f"{value} is no indicator: it holds {found.num_addresses:,} addresses; "
            f"at least /{WIDEST[found.version]} is expected"
        )
    if found.prefixlen == found.max_prefixlen:
        if found.network_address.is_unspecified:
            raise ValueError(f"{value} is the unspecified address: it names no host")
        plain = found.network_address.compressed
    else:
        plain = found.compressed
    return f"ipv{found.version}-addr:value = {quoted(plain)}"


def domain(value: str) -> str:
    """A host or domain name, in lower case without the dot at its end."""
    plain = value.rstrip(".").lower()
    if not _HOST.fullmatch(plain):
        raise ValueError(f"not a domain name of two labels or more: {value!r}")
    return f"domain-name:value = {quoted(plain)}"


def url(value: str) -> str:
    """A URL as it stands."""
    if not _URL.fullmatch(value) and not re.fullmatch(r"/?[^\s]{4,}", value):
        raise ValueError(f"not a URL: {value!r}")
    return f"url:value = {quoted(value)}"


def digest(value: str, name: str | None = None) -> str:
    """A file's hash, by its length or by its name. Hash names with a hyphen are quoted (§9.7)."""
    plain = value.lower()
    known = name or HASHES.get(len(plain))
    if known is None or not _HEX.fullmatch(plain) or HASHES.get(len(plain)) != known:
        raise ValueError(f"not the hex digits of a {name or 'hash'}: {value!r}")
    shown = quoted(known) if "-" in known else known
    return f"file:hashes.{shown} = {quoted(plain)}"


def email(value: str) -> str:
    """An address of mail, as an account; where it is a sender the caller says so."""
    if not _EMAIL.fullmatch(value):
        raise ValueError(f"not an address of mail: {value!r}")
    return f"email-addr:value = {quoted(value.lower())}"


BY_KIND: Final[dict[str, Callable[[str], str]]] = {
    "ip": address, "domain": domain, "url": url, "hash": digest, "email": email,
}  # fmt: skip


def pattern_of(value: str, kind: str | None = None) -> str:
    """The comparison that `value` is looked for by, without brackets. Raises `ValueError` saying
    what was found, for what is no value of `kind` or of any."""
    known = kind or kind_of(value)
    if not value:
        raise ValueError("an empty value would match anything")
    if known is None:
        raise ValueError(f"neither address, domain, URL, hash nor mail: {value[:80]!r}")
    return BY_KIND[known](value)

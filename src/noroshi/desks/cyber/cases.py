"""Cases to plant in logs: touches of what is looked for, and look-alikes that must stay silent.

Each is drawn by a seed: values, hosts, times. A case says what intelligence there was, what the
sensors saw, and what is to be found of it. Nobody's names and addresses: `.test`, `.example`, and
addresses of 45.0.0.0/8 drawn by chance.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

import msgspec

from noroshi.desks.cyber.written import Event, Shape
from noroshi.words.time import DAY, HOUR, MINUTE

GRID: Final = ("network:grid", ("192.0.2.20", "192.0.2.77", "192.0.2.140"), "grid.example")
TELECOM: Final = ("network:telecom", ("198.51.100.5", "198.51.100.9"), "telecom.example")
OURS: Final = (GRID, TELECOM)
"""(asset, hosts, domain) of what is declared (`assets`)."""

LISTED: Final = "8.8.8.8"
SHARED: Final = "pages.example"


class Case(msgspec.Struct, frozen=True):
    """`pattern` is what the indicator looks for, `valid` from and until when (µs UTC), `listed`
    what of it stands on a warning list. `asset` is None where nothing is to be found."""

    pattern: str
    events: tuple[Event, ...]
    asset: str | None
    valid: tuple[int, int | None]
    listed: tuple[str, ...] = ()
    revoked: bool = False


Draw = random.Random


def address(draw: Draw) -> str:
    """An address that is nobody's here."""
    return f"45.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(2, 250)}"


def name(draw: Draw) -> str:
    """A name of two labels."""
    return f"{draw.choice(_WORDS)}{draw.randrange(10**6)}.test"


_WORDS: Final = ("update", "cdn", "login", "files", "mail")


def equals(kind: str, value: str) -> str:
    """The STIX pattern that names a value."""
    return f"[{kind} = '{value}']"


def _touch(
    shape: Shape,
    at: int,
    draw: Draw,
    pattern: str,
    other: str,
    *,
    found: bool = True,
    since: int | None = None,
    until: int | None = None,
    listed: tuple[str, ...] = (),
    revoked: bool = False,
    ours: str = "",
    **more: str | int,
) -> Case:
    """One to five events within two hours, which do not pass midnight."""
    asset, hosts, domain = draw.choice(OURS)
    here = ours or (f"www.{domain}" if shape in ("visit", "mail") else draw.choice(hosts))
    first = min(at, at // DAY * DAY + 21 * HOUR)
    events = tuple(
        msgspec.convert(
            {"shape": shape, "at": first + n * draw.randrange(MINUTE, 20 * MINUTE), "ours": here,
             "other": other, **more},
            Event,
        )
        for n in range(draw.randrange(1, 6))
    )  # fmt: skip
    valid = (first - 30 * DAY if since is None else since, until)
    return Case(pattern, events, asset if found else None, valid, listed, revoked)


def _connection(at: int, draw: Draw) -> Case:
    value = address(draw)
    return _touch("connection", at, draw, equals("ipv4-addr:value", value), value)


def _within_a_range(at: int, draw: Draw) -> Case:
    value = address(draw)
    net = value.rpartition(".")[0] + ".0/24"
    return _touch("connection", at, draw, equals("ipv4-addr:value", net), value)


def _ipv6(at: int, draw: Draw) -> Case:
    number = draw.randrange(1, 65536)
    pattern = equals("ipv6-addr:value", f"2001:db8:bad::{number:x}")
    return _touch("connection", at, draw, pattern, f"2001:0DB8:0BAD:0:0:0:0:{number:04X}")


def _query(at: int, draw: Draw) -> Case:
    value = name(draw)
    return _touch("query", at, draw, equals("domain-name:value", value), value)


def _request(at: int, draw: Draw) -> Case:
    host, path = name(draw), f"/p/{draw.randrange(10**6)}.php?id=7"
    pattern = equals("url:value", f"http://{host}{path}")
    return _touch("request", at, draw, pattern, host, path=path)


def _visit(at: int, draw: Draw) -> Case:
    value = address(draw)
    return _touch("visit", at, draw, equals("ipv4-addr:value", value), value, path="/wp-login.php")


def _file(at: int, draw: Draw) -> Case:
    digest = f"{draw.getrandbits(256):064x}"
    pattern = equals("file:hashes.'SHA-256'", digest)
    return _touch("file", at, draw, pattern, "files.example", digest=digest, path="/setup.exe")


def _mail(at: int, draw: Draw) -> Case:
    value = f"billing{draw.randrange(10**6)}@{name(draw)}"
    return _touch("mail", at, draw, equals("email-addr:value", value), value.upper())


def _either(at: int, draw: Draw) -> Case:
    first, second = address(draw), address(draw)
    pattern = f"[ipv4-addr:value IN ('{first}', '{second}')]"
    return _touch("connection", at, draw, pattern, second)


def _at_a_port(at: int, draw: Draw) -> Case:
    value = address(draw)
    pattern = f"[network-traffic:dst_ref.value = '{value}' AND network-traffic:dst_port = 8443]"
    return _touch("connection", at, draw, pattern, value, port=8443)


def _told_later(at: int, draw: Draw) -> Case:
    """The indicator was written 60 days after it was seen here."""
    value = address(draw)
    pattern = equals("ipv4-addr:value", value)
    return _touch("connection", at, draw, pattern, value, since=at + 60 * DAY)


def _on_a_list(at: int, draw: Draw) -> Case:
    pattern = equals("ipv4-addr:value", LISTED)
    return _touch("connection", at, draw, pattern, LISTED, found=False, listed=(LISTED,))


def _private(at: int, draw: Draw) -> Case:
    value = f"10.{draw.randrange(256)}.{draw.randrange(256)}.7"
    pattern = equals("ipv4-addr:value", value)
    return _touch("connection", at, draw, pattern, value, found=False, listed=("10.0.0.0/8",))


def _expired(at: int, draw: Draw) -> Case:
    value = name(draw)
    pattern = equals("domain-name:value", value)
    day = at // DAY * DAY
    return _touch("query", at, draw, pattern, value, found=False, since=day - 99 * DAY, until=day)


def _too_early(at: int, draw: Draw) -> Case:
    value = address(draw)
    pattern = equals("ipv4-addr:value", value)
    return _touch("connection", at, draw, pattern, value, found=False, since=at + 100 * DAY)


def _revoked(at: int, draw: Draw) -> Case:
    value = address(draw)
    pattern = equals("ipv4-addr:value", value)
    return _touch("connection", at, draw, pattern, value, found=False, revoked=True)


def _neighbour(at: int, draw: Draw) -> Case:
    """Another customer of a host that many share, and the host itself."""
    pattern = equals("domain-name:value", f"bad{draw.randrange(10**6)}.{SHARED}")
    other = draw.choice((SHARED, f"shop{draw.randrange(10**6)}.{SHARED}"))
    return _touch("query", at, draw, pattern, other, found=False)


def _longer_name(at: int, draw: Draw) -> Case:
    value = name(draw)
    pattern = equals("domain-name:value", value)
    other = draw.choice((f"not{value}", f"{value}.example"))
    return _touch("query", at, draw, pattern, other, found=False)


def _longer_number(at: int, draw: Draw) -> Case:
    value = address(draw)
    other = draw.choice((value[1:] if value[1] != "." else value + "1", f"1{value}"))
    pattern = equals("ipv4-addr:value", value)
    return _touch("connection", at, draw, pattern, other, found=False)


def _other_page(at: int, draw: Draw) -> Case:
    host = name(draw)
    pattern = equals("url:value", f"http://{host}/a/{draw.randrange(10**6)}")
    return _touch("request", at, draw, pattern, host, found=False, path="/a/index.html")


def _other_port(at: int, draw: Draw) -> Case:
    value = address(draw)
    pattern = f"[network-traffic:dst_ref.value = '{value}' AND network-traffic:dst_port = 8443]"
    return _touch("connection", at, draw, pattern, value, found=False)


def _searched_for(at: int, draw: Draw) -> Case:
    """Somebody came by way of a search engine that was asked for the name."""
    value = name(draw)
    pattern = equals("domain-name:value", value)
    came = f"https://search.example/find?q={value}&hl=en"
    visitor = f"110.{draw.randrange(256)}.{draw.randrange(256)}.9"
    return _touch("visit", at, draw, pattern, visitor, found=False, referrer=came)


def _elsewhere(at: int, draw: Draw) -> Case:
    """At a host that nobody declares."""
    value = address(draw)
    pattern = equals("ipv4-addr:value", value)
    return _touch("connection", at, draw, pattern, value, found=False, ours="172.16.0.5")


def _ours_itself(at: int, draw: Draw) -> Case:
    """What is looked for is a host of ours: it is named, and nothing was seen to touch it."""
    host = GRID[1][0]
    pattern = equals("ipv4-addr:value", host)
    return _touch("connection", at, draw, pattern, "45.0.0.1", found=False, ours=host)


TOUCHES: Final[dict[str, Callable[[int, Draw], Case]]] = {
    "connection": _connection, "within_a_range": _within_a_range, "ipv6": _ipv6,
    "query": _query, "request": _request, "visit": _visit, "file": _file, "mail": _mail,
    "either_value": _either, "at_a_port": _at_a_port, "told_later": _told_later,
}  # fmt: skip
ALIKES: Final[dict[str, Callable[[int, Draw], Case]]] = {
    "on_a_list": _on_a_list, "private": _private, "expired": _expired, "too_early": _too_early,
    "revoked": _revoked, "neighbour": _neighbour, "longer_name": _longer_name,
    "longer_number": _longer_number, "other_page": _other_page, "other_port": _other_port,
    "searched_for": _searched_for, "elsewhere": _elsewhere, "ours_itself": _ours_itself,
}  # fmt: skip
CASES: Final = TOUCHES | ALIKES

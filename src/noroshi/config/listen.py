"""Where a node listens: ADDRESS:PORT, and off loopback only with TLS."""

from __future__ import annotations

import ipaddress
import socket

from noroshi.words.errors import BadConfig

_HINT = (
    'set [serve] tls = { cert = "…", key = "…" } in node.toml, '
    "or listen on 127.0.0.1, [::1] or localhost"
)


def check_listen(where: str, listen: str, *, tls: bool) -> None:
    """Raise `BadConfig` where `listen` is no ADDRESS:PORT, or is off loopback without TLS. No name
    is looked up: of all names only localhost is taken for loopback, until it is bound."""
    host, _, port = listen.rpartition(":")
    if not tls and not is_loopback(host or listen):
        raise _refusal(where, f"serve.listen = {listen!r}")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise BadConfig(where, "no such address", found=listen, expected="ADDRESS:PORT")


def is_loopback(host: str) -> bool:
    """Whether this is an address of the machine itself, IPv6 in brackets or not, or localhost."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback


def resolve(where: str, listen: str, *, tls: bool) -> tuple[socket.AddressFamily, str, int]:
    """(family, address, port) to bind. The address is a number, so that what is bound is what was
    looked at. Raises `BadConfig` for a name that leads nowhere, or without TLS off loopback."""
    host, _, port = listen.rpartition(":")
    try:
        found = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as problem:
        raise BadConfig(where, f"no such address: {problem}", found=listen) from problem
    # Of a name with both, IPv4: that is what clients that know one protocol know.
    found.sort(key=lambda each: each[0] != socket.AF_INET)
    family, _, _, _, (address, number, *_) = found[0]
    if not tls:
        elsewhere = [str(each[4][0]) for each in found if not is_loopback(str(each[4][0]))]
        if elsewhere:
            raise _refusal(where, f"serve.listen = {listen!r}, which is {elsewhere[0]}")
    return family, str(address), int(number)


def _refusal(where: str, found: str) -> BadConfig:
    problem = "refusing to listen off loopback without TLS"
    return BadConfig(where, problem, found=found, hint=_HINT)

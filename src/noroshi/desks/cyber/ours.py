"""Whose an address, a name, a number or a product is: the assets that declare it, nearest first.

A host counts before a range, a longer range before a shorter, a deeper domain before its parent.
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.asset import AssetGraph

Range = ipaddress.IPv4Network | ipaddress.IPv6Network

_TOKEN: Final = re.compile(
    r"(?<![\w.-])(?:(?<!:)[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\d+(?:\.\d+){3})?"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?:[\w](?:[\w-]{0,61}[\w])?\.)+[A-Za-z][\w-]{0,61})(?![\w-]|\.\w)"
)
"""Addresses and names in a line of any format."""

MOST_TOKENS: Final = 512
"""Of a line: more is no line of a log that names hosts."""


class Ours:
    """What the assets of a node declare, to be asked for single values."""

    def __init__(self, graph: AssetGraph) -> None:
        self._ranges: dict[tuple[int, int], dict[int, list[str]]] = defaultdict(dict)
        self._below: dict[str, list[str]] = defaultdict(list)
        self._systems: dict[int, list[str]] = defaultdict(list)
        self._products: dict[str, list[str]] = defaultdict(list)
        self._called: dict[str, list[str]] = defaultdict(list)
        for name, asset in sorted(graph.assets.items()):
            titles = {asset.name, asset.owner or "", asset.name_ja or "", *asset.aliases}
            for title in sorted(titles - {""}):
                self._called[title.casefold()].append(name)
            for identifier in asset.identifiers:
                self._declare(name, *identifier.split(":", 1))
        self._lengths = sorted(self._ranges, reverse=True)

    def _declare(self, name: str, scheme: str, value: str) -> None:
        if scheme in ("ip", "net"):
            found = _range(value)
            assert found is not None, f"{name}: {value} was checked when it was loaded"
            held = self._ranges[found.version, found.prefixlen]
            held.setdefault(int(found.network_address), []).append(name)
        elif scheme == "domain":
            self._below[value].append(name)
        elif scheme == "asn":
            self._systems[int(value)].append(name)
        elif scheme == "product":
            self._products[value.casefold()].append(name)

    @property
    def empty(self) -> bool:
        """Whether no asset declares anything of networks."""
        return not (self._ranges or self._below or self._systems or self._products)

    def of(self, value: str) -> tuple[str, ...]:
        """The assets whose this address, range, name, URL, mail address or AS number is. A range is
        also theirs of whom it holds a host or a range."""
        found = _range(value)
        if found is not None:
            return self._of_range(found)
        host = host_of(value)
        found = _range(host)
        return self.of_name(host) if found is None else self._of_range(found)

    def of_name(self, name: str) -> tuple[str, ...]:
        """The assets whose this host or domain is."""
        plain = name.rstrip(".").lower()
        labels = plain.split(".")
        for start in range(len(labels)):
            held = self._below.get(".".join(labels[start:]))
            if held:
                return tuple(held)
        return ()

    def of_system(self, number: int) -> tuple[str, ...]:
        """The assets whose this autonomous system is."""
        return tuple(self._systems.get(number, ()))

    def of_product(self, product: str) -> tuple[str, ...]:
        """The assets that run this `vendor:product`."""
        return tuple(self._products.get(product.casefold(), ()))

    def called(self, name: str) -> tuple[str, ...]:
        """The assets that go by this name, or are run by who does."""
        return tuple(self._called.get(name.casefold().strip(), ()))

    def in_line(self, line: bytes) -> Iterator[tuple[str, str]]:
        """(value, asset) of what a line of a log names of ours, each pair once, in order."""
        text = line.decode("utf-8", "replace")
        seen: set[tuple[str, str]] = set()
        for number, token in enumerate(_TOKEN.finditer(text)):
            if number >= MOST_TOKENS:
                return
            for asset in self.of(token[0]):
                if (token[0], asset) not in seen:
                    seen.add((token[0], asset))
                    yield token[0], asset

    def _of_range(self, found: Range) -> tuple[str, ...]:
        bits = found.max_prefixlen
        address = int(found.network_address)
        inside: list[str] = []
        for version, length in self._lengths:
            if version != found.version:
                continue
            held = self._ranges[version, length]
            if length <= found.prefixlen:
                names = held.get(address >> (bits - length) << (bits - length) if length else 0)
                if names:
                    return tuple(names)
            elif found.prefixlen < bits:
                inside += [
                    each
                    for start, names in held.items()
                    if start >> (bits - found.prefixlen) == address >> (bits - found.prefixlen)
                    for each in names
                ]
        return tuple(sorted(set(inside)))


def _range(text: str) -> Range | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def host_of(value: str) -> str:
    """The host of a URL or of an address of mail; else the value itself."""
    rest = value.partition("://")[2] or value
    rest = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if rest.startswith("["):
        return rest[1:].partition("]")[0]
    return rest.partition(":")[0] if rest.count(":") == 1 else rest

"""The network between the nodes, which can be cut and healed pair by pair.

`Namespaces`: a network namespace for each node, joined by a bridge in one more, so that nothing
touches the machine's own network. A cut is a route that leads nowhere, at both ends. `Loopback`,
where namespaces are not to be had: each node at an address of its own in 127/8, and for each pair
and direction a proxy that can be cut.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Protocol

PORT = 8440


class Wire(Protocol):
    """A network of `parties`. `url` is where `to` answers for `party`; `inside` is put before a
    command to run it where `party` is."""

    name: str

    def listen(self, party: str) -> str: ...
    def url(self, party: str, to: str) -> str: ...
    def inside(self, party: str) -> list[str]: ...
    def cut(self, one: str, other: str) -> None: ...
    def heal(self, one: str, other: str) -> None: ...
    def addresses(self, party: str) -> list[str]: ...
    def cleaning(self) -> list[list[str]]: ...
    def close(self) -> None: ...


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


class Namespaces:
    """Network namespaces on a bridge in a namespace of its own."""

    name = "network namespaces"

    def __init__(self, parties: tuple[str, ...]) -> None:
        self._parties = parties
        self._middle = f"noroshi{os.getpid()}"
        self._cut: set[frozenset[str]] = set()
        try:
            _run("ip", "netns", "add", self._middle)
            _run("ip", "-n", self._middle, "link", "add", "bridge", "type", "bridge")
            _run("ip", "-n", self._middle, "link", "set", "bridge", "up")
            for party in parties:
                self._join(party)
        except (OSError, FileNotFoundError):
            for command in self.cleaning():
                subprocess.run(command, capture_output=True, check=False)  # noqa: S603
            raise

    def _join(self, party: str) -> None:
        own, end = self._space(party), f"to{party.lower()}"
        _run("ip", "netns", "add", own)
        peer = ["type", "veth", "peer", "name", "eth0", "netns", own]
        _run("ip", "-n", self._middle, "link", "add", end, *peer)
        _run("ip", "-n", self._middle, "link", "set", end, "master", "bridge", "up")
        _run("ip", "-n", own, "link", "set", "lo", "up")
        _run("ip", "-n", own, "address", "add", f"{self._address(party)}/24", "dev", "eth0")
        _run("ip", "-n", own, "link", "set", "eth0", "up")

    def _space(self, party: str) -> str:
        return f"{self._middle}{party.lower()}"

    def _address(self, party: str) -> str:
        return f"10.77.0.{self._parties.index(party) + 1}"

    def listen(self, party: str) -> str:
        return f"{self._address(party)}:{PORT}"

    def url(self, party: str, to: str) -> str:
        return f"https://{self.listen(to)}/taxii2/"

    def inside(self, party: str) -> list[str]:
        return ["ip", "netns", "exec", self._space(party)]

    def addresses(self, party: str) -> list[str]:
        return [self._address(party)]

    def cut(self, one: str, other: str) -> None:
        pair = frozenset((one, other))
        if pair not in self._cut:
            self._cut.add(pair)
            self._routes("add", one, other)

    def heal(self, one: str, other: str) -> None:
        pair = frozenset((one, other))
        if pair in self._cut:
            self._cut.remove(pair)
            self._routes("del", one, other)

    def _routes(self, verb: str, one: str, other: str) -> None:
        for here, there in ((one, other), (other, one)):
            nowhere = ["unreachable", f"{self._address(there)}/32"]
            _run("ip", "-n", self._space(here), "route", verb, *nowhere)

    def cleaning(self) -> list[list[str]]:
        spaces = [self._middle, *map(self._space, self._parties)]
        return [["ip", "netns", "del", each] for each in spaces]

    def close(self) -> None:
        """The namespaces go with the guard."""


class Loopback:
    """Addresses in 127/8 and a proxy between each two of them."""

    name = "loopback, with a proxy between each two nodes"

    def __init__(self, parties: tuple[str, ...]) -> None:
        self._parties = parties
        self._net = f"127.{77 + os.getpid() % 150}.{os.getpid() // 150 % 250}"
        command = [sys.executable, str(Path(__file__).with_name("proxy.py"))]
        for one in parties:
            for other in parties:
                if one != other:
                    ends = f"{self._between(one, other)}:{PORT}={self.listen(other)}"
                    command.append(ends)
        pipe = subprocess.PIPE
        self._proxy = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603
        if self._proxy.stdout is None or self._proxy.stdout.readline() != "ready\n":
            raise OSError("the proxies did not start")

    def _number(self, party: str) -> int:
        return self._parties.index(party) + 1

    def _address(self, party: str) -> str:
        return f"{self._net}.{self._number(party)}"

    def _between(self, party: str, to: str) -> str:
        return f"{self._net}.{10 * self._number(party) + self._number(to)}"

    def listen(self, party: str) -> str:
        return f"{self._address(party)}:{PORT}"

    def url(self, party: str, to: str) -> str:
        return f"https://{self._between(party, to)}:{PORT}/taxii2/"

    def inside(self, party: str) -> list[str]:
        return []

    def addresses(self, party: str) -> list[str]:
        others = [each for each in self._parties if each != party]
        return [self._address(party), *(self._between(each, party) for each in others)]

    def cut(self, one: str, other: str) -> None:
        self._tell("cut", one, other)

    def heal(self, one: str, other: str) -> None:
        self._tell("heal", one, other)

    def _tell(self, verb: str, one: str, other: str) -> None:
        for here, there in ((one, other), (other, one)):
            if self._proxy.stdin is not None:
                self._proxy.stdin.write(f"{verb} {self._between(here, there)}:{PORT}\n")
                self._proxy.stdin.flush()

    def cleaning(self) -> list[list[str]]:
        return []

    def close(self) -> None:
        if self._proxy.stdin is not None:
            self._proxy.stdin.close()
        self._proxy.wait()


def wire(parties: tuple[str, ...], *, loopback: bool) -> Wire:
    """Namespaces where they are to be had and wanted, else loopback."""
    if not loopback and shutil.which("ip"):
        try:
            return Namespaces(parties)
        except OSError as problem:
            print(f"no network namespaces here ({problem}); on loopback instead", flush=True)
    return Loopback(parties)

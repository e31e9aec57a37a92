"""Nodes that know one another, each answering HTTP in a thread: for tests of what passes on."""

from __future__ import annotations

import contextlib
import queue
import re
import threading
from collections.abc import Generator, Sequence
from pathlib import Path

import argon2

from noroshi.exchange.credentials import hash_password
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.serve import serve
from noroshi.node.setup import init

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a password of the tests"

LAW = """\
format = "pact/1"
[agreement]
id = "chain"
title = "What the tests agree on"
form = "arrangement"
class = "arrangement"
parties = [{parties}]
signed = 2020-01-01
in_force = 2020-01-01
[[release]]
id = "R1"
basis = "model"
pillars = ["maritime", "cyber"]
max_tlp = "amber"
onward = "{onward}"
[exit]
keep = "protect"
"""


class Web:
    """Folders of nodes by party; `served` lets some of them answer."""

    def __init__(self, folder: Path, parties: Sequence[str], onward: str = "parties") -> None:
        self.folders = {party: folder / party.lower() for party in parties}
        law = LAW.format(parties=", ".join(f'"{each}"' for each in parties), onward=onward)
        for party, home in self.folders.items():
            init(home, party, listen="127.0.0.1:0")
            (home / "agreements" / "chain.toml").write_text(law, "utf-8")
            (home / "hash").write_text(hash_password(PASSWORD, CHEAP), "utf-8")
            (home / "password").write_text(PASSWORD, "utf-8")
        keys = {party: self._key(party) for party in parties}
        for party, home in self.folders.items():
            with (home / "node.toml").open("a", encoding="utf-8") as file:
                for other in parties:
                    if other != party:
                        file.write(_peer(other, keys[other]))
            with Node.open(home) as node:
                load_law(node, clock())

    def _key(self, party: str) -> str:
        with Node.open(self.folders[party]) as node:
            return node.keys.public_hex

    @contextlib.contextmanager
    def open(self, party: str) -> Generator[Node]:
        with Node.open(self.folders[party]) as node:
            yield node

    @contextlib.contextmanager
    def serving(self, *parties: str) -> Generator[None]:
        """These answer, and the others know where."""
        with contextlib.ExitStack() as stack:
            for party in parties:
                url = stack.enter_context(self._answering(party))
                for other, home in self.folders.items():
                    if other != party:
                        _tell(home, party, other, url)
            yield

    @contextlib.contextmanager
    def _answering(self, party: str) -> Generator[str]:
        stop, told = threading.Event(), queue.Queue[str]()

        def run() -> None:
            with Node.open(self.folders[party]) as node:
                serve(node, told.put, stop)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield told.get(timeout=20)
        finally:
            stop.set()
            thread.join()


def _peer(party: str, key: str) -> str:
    return f"""
[[peer]] # {party}
party = "{party}"
public_key = "{key}"
account = "{party.lower()}"
account_hash = {{ file = "hash" }}
"""


def _tell(home: Path, party: str, own: str, url: str) -> None:
    """Put where `party` answers into the configuration of `own`, in place of where it did."""
    file = home / "node.toml"
    there = re.sub(
        rf"(?m)(^\[\[peer\]\] # {party}\n)url = .*\nuser = .*\npassword = .*\n",
        r"\1",
        file.read_text("utf-8"),
    )
    login = f'url = "{url}"\nuser = "{own.lower()}"\npassword = {{ file = "password" }}\n'
    mark = f"[[peer]] # {party}\n"
    file.write_text(there.replace(mark, mark + login), "utf-8")

"""A real node with one partner, made for a measurement and served as a process of its own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

import msgspec

from noroshi.bench.attack import bundle, objects
from noroshi.bench.http import Access, Client
from noroshi.exchange.accounts import hash_password, new_password
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.setup import init

START_S: Final = 60
AGREEMENT: Final = b"""\
format = "pact/1"
[agreement]
id = "bench"
title = "What the benchmark releases"
form = "arrangement"
class = "arrangement"
parties = ["EU", "JPN"]
signed = 2020-01-01
in_force = 2020-01-01
[[release]]
id = "R"
basis = "model"
pillars = ["cyber"]
max_tlp = "amber"
"""
SETTINGS: Final = """
[[feed]]
uri = "attack.json"
label = { tlp = "green" }

[[peer]]
party = "EU"
account = "eu"
account_hash = { file = "eu.hash" }
"""


class _Collections(msgspec.Struct):
    collections: list[dict[str, object]]


class _Discovery(msgspec.Struct):
    api_roots: list[str]


def make(folder: Path) -> str:
    """A node of JPN holding ATT&CK for ICS, which one agreement releases to the EU. The password
    of the EU's account."""
    password = new_password()
    init(folder, "JPN", listen="127.0.0.1:0")
    for bundled in (folder / "agreements").glob("*.toml"):
        bundled.unlink()
    (folder / "agreements" / "bench.toml").write_bytes(AGREEMENT)
    (folder / "eu.hash").write_text(hash_password(password), "utf-8")
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    (folder / "attack.json").write_bytes(bundle(objects()))
    with Node.open(folder) as node:
        load_law(node, clock())
        ingest(node, [folder / "attack.json"], clock)
    return password


@contextlib.contextmanager
def node() -> Generator[Access, None, None]:
    """The running node's view for the EU, by the EU's account."""
    with tempfile.TemporaryDirectory() as name:
        password = make(Path(name))
        with _process(Path(name)) as port:
            with Client(port, "eu", password) as client:
                path = _view(client)
            yield Access(port, "eu", password, path)


@contextlib.contextmanager
def _process(folder: Path) -> Generator[int, None, None]:
    command = [sys.executable, "-m", "noroshi", "serve", "--no-worker", "--node", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    alarm = threading.Timer(START_S, process.kill)
    alarm.start()
    try:
        line = process.stdout.readline()
        alarm.cancel()
        if " serves " not in line:
            raise OSError(f"the node did not start: {line!r}")
        yield int(line.rsplit(":", 1)[1].split("/")[0])
    finally:
        alarm.cancel()
        process.terminate()
        process.wait()
        process.stdout.close()


def _view(client: Client) -> str:
    """The path that discovery leads to, as any client finds it."""
    discovery = msgspec.json.decode(client.get("/taxii2/"), type=_Discovery)
    root = "/" + discovery.api_roots[0].rstrip("/").rsplit("/", 1)[1] + "/"
    found = msgspec.json.decode(client.get(f"{root}collections/"), type=_Collections)
    return f"{root}collections/{found.collections[0]['id']}/objects/"

"""A real node with one partner, made for a measurement and served as a process of its own.

Beside the partner's view it has plain collections that the partner may write to, for additions.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Final

import msgspec

from noroshi.bench.attack import bundle, objects
from noroshi.bench.http import Access, Client
from noroshi.exchange.credentials import hash_password, new_password
from noroshi.exchange.taxii.service import VIEW
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.setup import init

START_S: Final = 60
COLLECTIONS: Final = 8
TRANSFORMED: Final = """\
transform = [{ kind = "position", cell_m = 10000 }, { kind = "source", to = "class" }]
"""
"""What makes a variant of every object: another id, another creator, and fewer properties."""

AGREEMENT: Final = """\
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
PLAIN: Final = """
[[collection]]
id = "{id}"
alias = "into{n}"
title = "Additions, {n}"
rights = {{ eu = "rw" }}
"""


class _Collections(msgspec.Struct):
    collections: list[dict[str, object]]


class _Discovery(msgspec.Struct):
    api_roots: list[str]


def make(folder: Path, terms: str) -> str:
    """A node of JPN holding ATT&CK for ICS, which one agreement releases to the EU, on `terms`
    that stand in its clause. The password of the EU's account."""
    password = new_password()
    init(folder, "JPN", listen="127.0.0.1:0")
    for bundled in (folder / "agreements").glob("*.toml"):
        bundled.unlink()
    (folder / "agreements" / "bench.toml").write_text(AGREEMENT + terms, "utf-8")
    (folder / "eu.hash").write_text(hash_password(password), "utf-8")
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
        for n in range(COLLECTIONS):
            file.write(PLAIN.format(n=n, id=uuid.UUID(int=n, version=4)))
    (folder / "attack.json").write_bytes(bundle(objects()))
    with Node.open(folder) as node:
        load_law(node, clock())
        ingest(node, [folder / "attack.json"], clock)
    return password


@contextlib.contextmanager
def node(terms: str = "") -> Generator[Access, None, None]:
    """The running node's view for the EU, by the EU's account."""
    with tempfile.TemporaryDirectory() as name:
        password = make(Path(name), terms)
        with process(Path(name)) as (port, pid):
            with Client(port, "eu", password) as client:
                path = view(client)
            yield Access(port, "eu", password, path, pid=pid)


@contextlib.contextmanager
def process(folder: Path, *, worker: bool = False) -> Generator[tuple[int, int], None, None]:
    """The port of the node in `folder`, and the process that serves it meanwhile; with a `worker`
    another one brings views up to date."""
    command = [sys.executable, "-m", "noroshi", "serve", "--node", str(folder)]
    command += [] if worker else ["--no-worker"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    alarm = threading.Timer(START_S, running.kill)
    alarm.start()
    try:
        line = running.stdout.readline()
        alarm.cancel()
        if " serves " not in line:
            raise OSError(f"the node did not start: {line!r}")
        yield int(line.rsplit(":", 1)[1].split("/")[0]), running.pid
    finally:
        alarm.cancel()
        running.terminate()
        running.wait()
        running.stdout.close()


def into(access: Access, n: int) -> Access:
    """The node's plain collection number `n` of COLLECTIONS, by the same account."""
    return msgspec.structs.replace(access, path=f"/api/collections/into{n}/objects/")


def view(client: Client) -> str:
    """The path that discovery leads to, as any client finds it."""
    discovery = msgspec.json.decode(client.get("/taxii2/"), type=_Discovery)
    root = "/" + discovery.api_roots[0].rstrip("/").rsplit("/", 1)[1] + "/"
    found = msgspec.json.decode(client.get(f"{root}collections/"), type=_Collections)
    (view,) = (each["id"] for each in found.collections if each.get("alias") == VIEW)
    return f"{root}collections/{view}/objects/"

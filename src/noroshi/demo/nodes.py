"""The demo's two nodes: made, introduced to one another, and run as processes."""

from __future__ import annotations

import contextlib
import importlib.resources
import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final

from noroshi.exchange.credentials import hash_password, new_password
from noroshi.exchange.sign import Keys
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.setup import init
from noroshi.words.errors import Refused

FEEDS: Final = """
# A commercial track feed: whatever leaves is coarse.
[[feed]]
uri = "suez-202103.csv.gz"
label = { tlp = "amber" }
lineage = "VesselsValue tracks, March 2021"
reliability = "B"

# An open research feed.
[[feed]]
uri = "gfw-201801.csv.gz"
label = { tlp = "green" }
lineage = "Global Fishing Watch tracks, January 2018"
reliability = "B"

# A feed that its owner lends to this node's party alone.
[[feed]]
uri = "gfw-204814000.jsonl.gz"
label = { tlp = "amber+strict" }
lineage = "Global Fishing Watch satellite AIS, August 2014"
reliability = "B"

# A shore log as it comes, noise and all.
[[feed]]
uri = "*.nmea.gz"
label = { tlp = "amber" }
lineage = "AMSA and exactEarth logs, 2012"
reliability = "C"

# Public threat intelligence; MITRE asks for its notice, not for secrecy.
[[feed]]
uri = "ics-attack-18.1.json.gz"
label = { tlp = "green" }
lineage = "MITRE ATT&CK for ICS 18.1"
reliability = "A"
"""


def samples(folder: Path) -> list[Path]:
    """The package's sample files, copied to `folder`, in name order."""
    folder.mkdir(parents=True, exist_ok=True)
    bundled = importlib.resources.files("noroshi.data").joinpath("samples")
    for entry in bundled.iterdir():
        if entry.name.endswith(".gz"):
            (folder / entry.name).write_bytes(entry.read_bytes())
    return sorted(folder.iterdir())


def introduce(folder: Path, feeds: str = FEEDS, exercise: str | None = None) -> tuple[Path, Path]:
    """Make the nodes of Japan and of the EU in `folder`, for what is real or for an exercise, with
    one account for the EU at Japan, and Japan's `feeds`."""
    japan, union = folder / "jpn", folder / "eu"
    password = new_password()
    for node, party, name in ((japan, "JPN", "Japan"), (union, "EU", "European Union")):
        told = f"EXERCISE {exercise}: {name}" if exercise else ""
        init(node, party, name=told, listen="127.0.0.1:0")
        if exercise:
            _append(node, f'\n[exercise]\nallowed = "{exercise}"\n')
        with Node.open(node) as opened:
            load_law(opened, clock())
    _secret(japan, "eu.hash", hash_password(password))
    _secret(union, "jpn.password", password)
    account = ('account = "eu"', 'account_hash = { file = "secrets/eu.hash" }')
    _append(japan, feeds + _peer("EU", union, *account))
    return japan, union


def connect(japan: Path, union: Path, url: str) -> None:
    """Tell the EU's node where Japan's answers."""
    login = ('user = "eu"', 'password = { file = "secrets/jpn.password" }')
    _append(union, _peer("JPN", japan, f"url = {json.dumps(url)}", *login))


@contextlib.contextmanager
def serving(node: Path) -> Generator[str]:
    """The node of this folder as a process of its own; its address once it answers."""
    command = [sys.executable, "-m", "noroshi", "serve", "--node", str(node), "--with-parent"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603
    try:
        line = process.stdout.readline() if process.stdout else ""
        if " serves " not in line:
            raise Refused(f"the node in {node} did not start (exit code {process.wait()})")
        yield line.rpartition(" serves ")[2].strip()
    finally:
        process.terminate()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def _peer(party: str, folder: Path, *lines: str) -> str:
    key = Keys.load(folder / "data" / "keys").public_hex
    body = "\n".join(lines)
    return f'\n[[peer]]\nparty = "{party}"\npublic_key = "{key}"\n{body}\n'


def _secret(node: Path, name: str, value: str) -> None:
    folder = node / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(value, "utf-8")


def _append(node: Path, text: str) -> None:
    with (node / "node.toml").open("a", encoding="utf-8") as file:
        file.write(text)

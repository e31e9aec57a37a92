"""Signed exchange between two real nodes: out of one's store, over HTTP, into the other's.

The giver decides about each object, signs the pages and writes its ledger; the other checks grants,
signatures and proofs, stores the objects and notes what came. What
counts is the CPU time of each process, so that one core carries so much one way, and of both
together, as if they shared one. Views are brought up to date beside it, by the worker.
"""

from __future__ import annotations

import functools
import json
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec

from noroshi.bench import serving
from noroshi.bench.attack import bundle, objects
from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import cpu_of
from noroshi.exchange.credentials import hash_password, new_password
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.push import push
from noroshi.node.setup import init
from noroshi.node.sync import sync

COPIES: Final = 6
REPEATS: Final = 3
TARGET: Final = 5_000
"""Each side; one after the other on one core, two sides at the target come to half of it."""
FEED: Final = '\n[[feed]]\nuri = "attack.json"\nlabel = { tlp = "green" }\n'


def _made(folder: Path, party: str) -> Path:
    """A node under the agreement of the benchmark."""
    home = folder / party.lower()
    init(home, party, listen="127.0.0.1:0")
    for bundled in (home / "agreements").glob("*.toml"):
        bundled.unlink()
    (home / "agreements" / "bench.toml").write_text(serving.AGREEMENT, "utf-8")
    return home


def _introduced(folder: Path, copies: int) -> tuple[Path, Path]:
    """Japan with the objects and the EU, each with an account at the other."""
    homes = japan, union = _made(folder, "JPN"), _made(folder, "EU")
    keys: list[str] = []
    for home in homes:
        with Node.open(home) as node:
            load_law(node, clock())
            keys.append(node.keys.public_hex)
    password = new_password()
    for home, other, key in ((japan, "EU", keys[1]), (union, "JPN", keys[0])):
        (home / "hash").write_text(hash_password(password), "utf-8")
        (home / "password").write_text(password, "utf-8")
        with (home / "node.toml").open("a", encoding="utf-8") as file:
            file.write(FEED + _peer(other, key))
    (japan / "attack.json").write_bytes(bundle(objects(copies)))
    with Node.open(japan) as node:
        ingest(node, [japan / "attack.json"], clock)
        node.views().refresh("EU", clock())
    return japan, union


def _peer(party: str, key: str) -> str:
    return (
        f'\n[[peer]]\nparty = "{party}"\npublic_key = "{key}"\naccount = "{party.lower()}"\n'
        'account_hash = { file = "hash" }\n'
    )


def _reach(home: Path, own: str, port: int) -> None:
    """Tell the node where its one peer answers."""
    file = home / "node.toml"
    url = json.dumps(f"http://127.0.0.1:{port}/taxii2/")
    login = f'url = {url}\nuser = "{own.lower()}"\npassword = {{ file = "password" }}\n'
    file.write_text(file.read_text("utf-8") + login, "utf-8")


class _Spent(msgspec.Struct):
    """Objects that went over, and the CPU seconds of who gave and who took them, by repeat."""

    objects: list[int] = []
    gave: list[float] = []
    took: list[float] = []


def _once(pushing: bool, copies: int, spent: _Spent) -> None:
    """One exchange: the other node serves in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="noroshi-bench-") as name:
        japan, union = _introduced(Path(name), copies)
        served, acting, own = (union, japan, "JPN") if pushing else (japan, union, "EU")
        with serving.process(served, worker=True) as (port, pid):
            _reach(acting, own, port)
            with Node.open(acting) as node:
                both, mine = cpu_of(pid), time.process_time
                began, mine_began = both(), mine()
                spent.objects.append(_pushed(node) if pushing else _pulled(node))
                here = mine() - mine_began
                there = both() - began - here
        spent.gave.append(here if pushing else there)
        spent.took.append(there if pushing else here)


@functools.cache
def _spent(pushing: bool, quick: bool) -> _Spent:
    spent = _Spent()
    for _ in range(1 if quick else REPEATS):
        _once(pushing, 1 if quick else COPIES, spent)
    return spent


def _pulled(node: Node) -> int:
    """`noroshi sync` at the EU, out of Japan's view."""
    report = sync(node, "JPN", clock)
    if report.refused or not report.stored:
        raise AssertionError(f"{report.stored} stored, refused: {report.reasons}")
    return report.stored


def _pushed(node: Node) -> int:
    """`noroshi push` at Japan, into the inbox of the EU."""
    pushed = push(node, "EU", clock)
    if pushed.refused or not pushed.taken:
        raise AssertionError(f"{pushed.taken} taken, {pushed.refused} refused")
    return pushed.taken


def _rate(pushing: bool, side: str, quick: bool) -> Measured:
    spent = _spent(pushing, quick)
    cost = {
        "given": spent.gave,
        "taken": spent.took,
        "both": [one + other for one, other in zip(spent.gave, spent.took, strict=True)],
    }[side]
    return Measured(tuple(n / each for n, each in zip(spent.objects, cost, strict=True)))


def _case(pushing: bool, side: str, least: float) -> Case:
    way = "pushed" if pushing else "pulled"
    run = functools.partial(_rate, pushing, side)
    name = f"signed {way}, {'both sides' if side == 'both' else side}"
    return Case(name, "signed", "objects/s", 0, "", run, least=least)


CASES: Final = tuple(
    _case(pushing, side, TARGET) for pushing in (False, True) for side in ("given", "taken", "both")
)

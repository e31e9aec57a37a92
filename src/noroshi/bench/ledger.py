"""The ledger: how fast all of it is verified, with the trees over what each partner received."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Final

from noroshi.bench.case import Case, Measured
from noroshi.node.ledger import head, verify
from noroshi.node.node import Node
from noroshi.node.setup import init
from noroshi.words.ids import sha256, uuid5
from noroshi.words.time import DAY

ROWS: Final = 1_000_000
QUICK: Final = 20_000
PAGE: Final = 1_000
PARTIES: Final = ("EU", "FRA", "USA", "IND")
AT: Final = 1_770_000_000_000_000
REPEATS: Final = 3
TARGET: Final = ROWS / 30
"""1,000,000 disclosures in 30 s."""


def filled(node: Node, rows: int) -> None:
    """Give the node a ledger of so many rows, page by page to one party after the other, each with
    a head that was signed."""
    with node.store.write():
        for page in range(rows // PAGE):
            party = PARTIES[page % len(PARTIES)]
            objects = [
                (f"malware--{uuid5(n)}", AT + n, ("eu-jpn-sdp/R1",), sha256(b"%d" % n))
                for n in range(page * PAGE, (page + 1) * PAGE)
            ]
            node.store.disclose(party, objects, at=AT + page)
            if page % 16 < len(PARTIES):
                head(node, party, AT + page)


def _quiet(name: str, done: int, size: int) -> None:
    """Progress that nobody looks at."""


def _verified(quick: bool) -> Measured:
    """Chain, trees and signed heads of a whole ledger."""
    rows = QUICK if quick else ROWS
    rates: list[float] = []
    with tempfile.TemporaryDirectory(prefix="noroshi-bench-") as folder:
        home = Path(folder) / "jpn"
        init(home, "JPN")
        with Node.open(home) as node:
            filled(node, rows)
            for _ in range(1 if quick else REPEATS):
                start = time.perf_counter()
                found = verify(node, _quiet)
                rates.append(found.rows / (time.perf_counter() - start))
    return Measured(tuple(rates))


def _headed(quick: bool) -> Measured:
    """Heads signed of a ledger that grows by one page each time."""
    rows, rounds = (QUICK, 5) if quick else (ROWS // 10, 50)
    with tempfile.TemporaryDirectory(prefix="noroshi-bench-") as folder:
        home = Path(folder) / "jpn"
        init(home, "JPN")
        with Node.open(home) as node:
            filled(node, rows)
            spent = 0.0
            for n in range(rounds):
                row = (f"tool--{uuid5(n)}", AT, (), sha256(b"%d" % n))
                node.store.disclose("EU", [row], at=AT + DAY)
                start = time.perf_counter()
                head(node, "EU", AT + DAY)
                spent += time.perf_counter() - start
    return Measured((rounds / spent,))


CASES: Final = (
    Case("ledger verified", "ledger", "rows/s", 0, "", _verified, least=TARGET),
    Case("ledger heads signed", "ledger", "heads/s", 0, "", _headed, least=50),
)

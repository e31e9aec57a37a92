"""Chaos: real nodes, links cut and healed, processes killed, stores put back from backups.

    python tools/chaos --seconds 600 --nodes 4 --seed 1

Three to five nodes exchange over mutual TLS, each in a network namespace of its own (on loopback
with proxies where those are not to be had, or with --loopback). Operators ingest, revise, recall,
lift, amend agreements and back up; links are cut and healed, nodes and commands killed with
`kill -9`, and some nodes put back from a backup: by a plan that follows from the seed. Once all is
healed and quiet, every node must hold exactly what the plan comes to, decided anew by
`reference.py`; nothing acknowledged may be lost, nothing be there twice, and every recall must be
confirmed or listed. Prints counts; ends with 1 and names the differences where there are any.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import verdict
from guard import Guard
from nodes import make
from plan import draw
from running import Run
from wire import wire

QUIET_S = 6.0
"""So long everything must stay as it should be before it is believed to."""


def _say(text: str) -> None:
    print(text, flush=True)


def _arguments() -> argparse.Namespace:
    said = argparse.ArgumentParser(prog="chaos", description=(__doc__ or "").splitlines()[0])
    said.add_argument("--seconds", type=float, default=600.0, help="how long things go wrong")
    said.add_argument("--settle", type=float, default=180.0, help="longest wait for a change")
    said.add_argument("--nodes", type=int, default=4, choices=(3, 4, 5))
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--pace", type=float, default=1.5, help="seconds between steps, on average")
    said.add_argument("--loopback", action="store_true", help="no namespaces, also where they are")
    said.add_argument("--keep", action="store_true", help="leave the folder with the nodes")
    return said.parse_args()


def main() -> int:
    """One run; the exit code."""
    given = _arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(2))
    plan = draw(given.seed, given.nodes, given.seconds, given.pace)
    root = Path(tempfile.mkdtemp(prefix="noroshi-chaos-"))
    network = wire(plan.parties, loopback=given.loopback)
    guard = Guard(root, network.cleaning(), keep=given.keep)
    try:
        _say(f"{given.nodes} nodes in {network.name}; {len(plan.steps)} steps of seed {given.seed}")
        dice = random.Random(given.seed)  # noqa: S311
        modes = {party: dice.choice(("pull", "both")) for party in plan.parties}
        run = Run(plan, make(plan, root, network, guard.end, modes), network)
        run.carry_out(_say, given.settle)
        took = _settle(run, given.settle)
        wrong = _judge(run, took)
        if given.keep:
            _say(f"kept: {root}")
        return 1 if wrong else 0
    finally:
        network.close()
        guard.done()


def _settle(run: Run, longest: float) -> float:
    """Wait until all is as it should be and stays so, or nothing has changed for `longest` seconds;
    how long that took."""
    began = moved = time.monotonic()
    since: float | None = None
    before: list[str] = []
    while time.monotonic() - moved < longest:
        run.keep_up()
        open_ = [*verdict.differences(run), f"{verdict.Recalls(run).listed} listed"]
        if open_ != before:
            before, moved = open_, time.monotonic()
        if open_ != ["0 listed"]:
            since = None
        elif since is None:
            since = time.monotonic()
        elif time.monotonic() - since >= QUIET_S:
            return since - began
        time.sleep(1.0)
    return time.monotonic() - began


def _judge(run: Run, took: float) -> list[str]:
    """Print counts and what is wrong; the latter."""
    recalls = verdict.Recalls(run)
    kinds, untrue = verdict.reconciled(run)
    wrong = [
        *run.wrong,
        *verdict.differences(run),
        *verdict.doubled(run),
        *verdict.bytes_differ(run),
        *recalls.wrong,
        *verdict.ledgers(run),
        *untrue,
    ]
    for name, count in sorted(run.counts.items()):
        _say(f"  {count:6}  {name}")
    _say(f"  {len(run.plan.made):6}  records made")
    for party in run.plan.parties:
        _say(f"  {len(verdict.held(run, party)):6}  records live at {party}")
    _say(f"  {recalls.records:6}  records taken back in the end")
    _say(f"  {recalls.confirmed:6}  confirmations by parties that had them")
    _say(f"  {recalls.listed:6}  parties listed as not having confirmed")
    for kind, count in sorted(kinds.items()):
        _say(f"  {count:6}  ledgers reconciled: {kind}")
    _say(f"quiet after {took:.0f} s; {len(wrong)} differences")
    for each in wrong:
        _say(f"  {each}")
    return wrong


sys.exit(main())

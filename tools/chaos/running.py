"""Carrying a plan out: at each node one thing after the other, again where it was killed, until it
is acknowledged. What a step amounts to at a node is written as what its operator would type.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path

from nodes import PARTLY, Command, Node
from plan import Plan, Step, bundle
from wire import Wire

Doing = Generator[tuple[str, ...] | None, Command | None]
"""What an operator does: commands, each answered once it is acknowledged; None is a pause."""


class Operator:
    """Who works at one node. `counts` is shared by all."""

    def __init__(self, node: Node, run: Run) -> None:
        self.node, self.run = node, run
        self.due: deque[Step] = deque()
        self._doing: Doing | None = None
        self._command: Command | None = None
        self._again: tuple[str, ...] | None = None
        self.up_at: float | None = 0.0
        self.stopped = False
        self.recalled_at: dict[str, float] = {}
        self.saved: list[tuple[float, Path]] = []
        self.files: list[tuple[Path, str]] = []

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be done here."""
        return not self.due and self._doing is None

    def kill(self, until: float) -> None:
        """End all of the node's processes; the node comes up again at `until`."""
        if self._command is not None and self._command.poll() is None:
            self._command.kill()
            self.run.counts["commands killed"] += 1
        self.node.kill()
        self.up_at = until
        self.run.counts["nodes killed"] += 1

    def turn(self, now: float) -> None:
        """Look after the node, and go on with what is being done."""
        if self.stopped:
            pass
        elif self.up_at is not None and now >= self.up_at:
            self.node.start()
            self.up_at = None
        elif self.up_at is None and not self.node.running:
            said = self.node.tail(40).replace("\n", " / ")
            ended = f"the node ended by itself, with {self.node.code}"
            self.run.wrong.append(f"{self.node.party}: {ended}: {said}")
            self.node.start()
        if self._command is not None:
            self._look()
        elif self._again is not None:
            self._command = self.node.do(*self._again)
        elif self._doing is not None:
            self._go_on(None)
        elif self.due:
            self._doing = self._done(self.due.popleft())
            self._go_on(None)

    def _look(self) -> None:
        command = self._command
        code = None if command is None else command.poll()
        if command is None or code is None:
            return
        self._command = None
        if code < 0:
            return  # killed: the same again
        if code not in (0, PARTLY):
            self.run.failed(self.node.party, command, code)
            if self.run.counts["commands that failed"] < 50:
                return
        self._again = None
        self.run.counts["commands acknowledged"] += 1
        self._go_on(command)

    def _go_on(self, done: Command | None) -> None:
        if self._doing is None:
            return
        try:
            wanted = self._doing.send(done)
        except StopIteration:
            self._doing = None
            self.run.ended += 1
            return
        if wanted is not None:
            self._again = wanted
            self._command = self.node.do(*wanted)

    def _done(self, step: Step) -> Doing:
        self.run.counts[step.kind] += 1
        return {
            "ingest": self._ingest,
            "revise": self._ingest,
            "recall": self._recall,
            "lift": self._lift,
            "amend": self._amend,
            "backup": self._backup,
            "restore": self._restore,
        }[step.kind](step)

    def _ingest(self, step: Step) -> Doing:
        made = [self.run.plan.made[each] for each in step.ids]
        file = self.node.sources / f"{len(self.files):04}.json"
        file.write_bytes(bundle([each.body(step.version) for each in made]))
        self.files.append((file, made[0].tlp))
        yield "ingest", str(file), "--tlp", made[0].tlp
        self.run.counts["objects ingested"] += len(made)

    def _recall(self, step: Step) -> Doing:
        yield "recall", *step.ids, "--why", "the plan says so", "--within", "PT1S"
        self.recalled_at |= dict.fromkeys(step.ids, time.time())

    def _lift(self, step: Step) -> Doing:
        yield "recall", *step.ids, "--lift"
        for each in step.ids:
            self.recalled_at.pop(each, None)

    def _amend(self, step: Step) -> Doing:
        if step.law is not None:
            self.node.legislate(step.law)
        yield "pact", "load"

    def _backup(self, step: Step) -> Doing:
        began, number = time.time(), 0
        while (file := self.node.root / f"{self.node.party}-{len(self.saved)}-{number}").exists():
            number += 1
        yield "backup", str(file)
        self.saved.append((began, file))

    def _restore(self, step: Step) -> Doing:
        """Back to the latest backup; then the operator reads again what the sources still have,
        and takes back again what no partner can have been told. The rest the node must know
        again by itself."""
        if not self.saved:
            return
        while self.run.restoring is not None:
            yield None
        self.run.restoring = self.node.party
        self.stopped = True
        self.node.kill()
        saved_at, file = self.saved[-1]
        yield "restore", str(file), "--replace"
        # A restore that was killed once it was done, and done again, is the same.
        for old in (self.node.folder / "data").glob("node.db.*"):
            old.unlink()
        since = [each for each, at in self.recalled_at.items() if at >= saved_at]
        forgotten = [each for each in since if not self.run.told(self.node.party, each)]
        self.run.counts["recalls left to partners to remember"] += len(since) - len(forgotten)
        for tlp in sorted({each for _, each in self.files}):
            yield "ingest", *(str(file) for file, of in self.files if of == tlp), "--tlp", tlp
        if forgotten:
            yield "recall", *forgotten, "--why", "the plan says so", "--within", "PT1S"
        self.stopped, self.up_at = False, 0.0
        while True:
            asked = yield "resync", "--json"
            told = json.loads(asked.said) if asked is not None else {"shut": True, "parties": []}
            if not told["shut"]:
                break
            for each in told["parties"]:
                if each["state"] == "answered" and self.run.unknown_law(self.node.party, each):
                    # Under a law that was amended since: the operator knows, the node cannot.
                    why = "the law in the folder is newer"
                    yield "resync", "--let-go", each["party"], "--why", why
            until = time.monotonic() + 1
            while time.monotonic() < until:
                yield None
        lifted = sorted(self.run.gone(self.node.party) - self.recalled_at.keys())
        if lifted:
            yield "recall", *lifted, "--lift"
        self.run.restoring = None
        self.run.counts["restores done"] += 1


class Run:
    """All operators, the links, and the time."""

    def __init__(self, plan: Plan, nodes: dict[str, Node], wire: Wire) -> None:
        self.plan, self.nodes, self.wire = plan, nodes, wire
        self.counts: Counter = Counter()
        self.wrong: list[str] = []
        self.ended = 0
        self.restoring: str | None = None
        self.operators = {party: Operator(node, self) for party, node in nodes.items()}

    def carry_out(self, tell: Callable[[str], None], patience: float) -> None:
        """Every step when it is due, until all is done and acknowledged. After the last step, when
        no step has come to its end for `patience` seconds, what is left is given up and named:
        how long all of it takes is the machine's affair."""
        began = time.monotonic()
        steps = deque(self.plan.steps)
        said = moved = 0.0
        ended = -1
        while steps or not all(each.idle for each in self.operators.values()):
            now = time.monotonic() - began
            if steps or self.ended != ended:
                ended, moved = self.ended, now
            elif now - moved > patience:
                self._give_up()
                break
            while steps and steps[0].at <= now:
                self._begin(steps.popleft(), now)
            for each in self.operators.values():
                each.turn(now)
            if now - said >= 10:
                said = now
                waiting = sum(len(each.due) for each in self.operators.values())
                tell(f"{now:5.0f} s  {len(steps)} steps to come, {waiting} waiting")
            time.sleep(0.05)
        for each in self.operators.values():
            each.up_at = 0.0 if each.up_at is not None else None

    def _give_up(self) -> None:
        for party, each in self.operators.items():
            if not each.idle:
                doing = f" in {each.node.tail(1)!r}" if self.restoring == party else ""
                told = f"{len(each.due)} steps were not begun, and one not finished{doing}"
                self.wrong.append(f"{party}: {told}")

    def keep_up(self) -> None:
        """Look after the nodes while nothing more is done."""
        for each in self.operators.values():
            each.turn(float("inf"))

    def _begin(self, step: Step, now: float) -> None:
        if step.kind in ("cut", "heal"):
            getattr(self.wire, step.kind)(step.node, step.other)
            self.counts[f"links {step.kind}"] += 1
        elif step.kind == "kill":
            self.operators[step.node].kill(now + step.seconds)
        else:
            self.operators[step.node].due.append(step)

    def failed(self, party: str, command: Command, code: int) -> None:
        """Keep that a command ended with an error."""
        self.counts["commands that failed"] += 1
        said = command.said.strip().splitlines()[-6:]
        told = f"{party}: noroshi {' '.join(command.arguments[:3])} … ended with {code}: "
        self.wrong.append(told + " / ".join(said))

    def told(self, party: str, id: str) -> bool:
        """Whether a neighbour carried out a withdrawal of this record by `party`."""
        sql = "SELECT 1 FROM withdrawal WHERE party = ? AND id = ? AND recalled"
        near = self.plan.neighbours(party)
        return any(rows(self.nodes[each].folder, sql, party, id) for each in near)

    def unknown_law(self, party: str, told: dict[str, object]) -> bool:
        """Whether a partner was served last under a law that the node does not know any more."""
        sql = "SELECT 1 FROM agreement_set WHERE set_sha256 = ?"
        return told["law"] is not None and not rows(self.nodes[party].folder, sql, told["law"])

    def gone(self, party: str) -> set[str]:
        """What the party made and is a tombstone at its node."""
        sql = "SELECT id FROM record WHERE status = 'tombstone'"
        found = {str(row[0]) for row in rows(self.nodes[party].folder, sql)}
        return {
            each for each in found if each in self.plan.made and self.plan.made[each].party == party
        }


class Counter(dict[str, int]):
    """Counts by name."""

    def __missing__(self, name: str) -> int:
        return 0


def rows(folder: Path, sql: str, *arguments: object) -> list[tuple[object, ...]]:
    """Rows of a node's store, read as any program could."""
    where = f"file:{folder / 'data' / 'node.db'}?mode=ro"
    connection = sqlite3.connect(where, uri=True, timeout=30)
    try:
        return connection.execute(sql, arguments).fetchall()
    finally:
        connection.close()

"""What the nodes hold, beside what they must hold: read from their stores with SQL alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from plan import Made, Plan
from reference import expected
from running import Run, rows

LIVE = "SELECT id, version, sha256 FROM record WHERE status = 'live'"
SHOWN = "SELECT party, oid, count(*) FROM view_current GROUP BY party, oid, oversion"
SERVED = "SELECT party, id, version, body_sha256, count(*) FROM ledger GROUP BY 1, 2, 3, 4"
NEVER_CAME = ("only in ours", "only in theirs")
US = 1_000_000
FIRST = 1_767_225_600 * US
"""2026-01-01 in µs UTC, when every object of a run was made."""


def versions(plan: Plan, id: str) -> dict[int, str]:
    """The versions that the maker gave the object, with a hash of what each says."""
    made = plan.made[id]
    return {FIRST + n * US: said(made.body(n)) for n in range(1, made.versions + 1)}


def said(body: dict[str, Any]) -> str:
    """A hash of what an object says, however it is written."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def held(run: Run, party: str) -> dict[str, list[int]]:
    """The ids of the run that live at the node, each with the numbers of its versions."""
    found: dict[str, list[int]] = {}
    for name, version, _ in rows(run.nodes[party].folder, LIVE):
        if name in run.plan.made:
            found.setdefault(str(name), []).append((int(str(version)) - FIRST) // US)
    return {name: sorted(numbers) for name, numbers in found.items()}


def differences(run: Run) -> list[str]:
    """Every difference between what nodes hold and what they must."""
    return [each for party in run.plan.parties for each in _node(run, party)]


def _node(run: Run, party: str) -> Iterator[str]:
    wanted, found = expected(run.plan)[party], held(run, party)
    for name in sorted(wanted.keys() | found.keys()):
        made = run.plan.made[name]
        of = f"{party}: {name} of {made.party}"
        if name not in found:
            yield f"{of} is missing{'' if made.party != party else ': acknowledged and lost'}"
        elif name not in wanted:
            yield f"{of} is held and {'was taken back' if made.recalled else 'was not released'}"
        elif found[name] != wanted[name]:
            yield f"{of} is held as versions {found[name]}, not {wanted[name]}"


def doubled(run: Run) -> list[str]:
    """Objects that a node holds, shows or accounts for twice, or as its maker never made them."""
    found: list[str] = []
    for party, node in run.nodes.items():
        for name, version, _ in rows(node.folder, LIVE):
            if name in run.plan.made and int(str(version)) not in versions(run.plan, str(name)):
                found.append(f"{party}: {name} has a version {version} that nobody made")
        for other, name, count in rows(node.folder, SHOWN):
            if int(str(count)) > 1:
                found.append(f"{party}: shows {name} to {other} {count} times")
        for other, name, _, _, count in rows(node.folder, SERVED):
            if int(str(count)) > 1:
                found.append(f"{party}: accounts for {name} to {other} {count} times")
    return found


def bytes_differ(run: Run) -> list[str]:
    """Objects that say something else than their maker's file."""
    sql = "SELECT r.id, r.version, b.bytes FROM record r JOIN blob b USING (sha256)"
    found: list[str] = []
    for party, node in run.nodes.items():
        for name, version, raw in rows(node.folder, f"{sql} WHERE r.status = 'live'"):
            if name not in run.plan.made:
                continue
            wanted = versions(run.plan, str(name)).get(int(str(version)))
            if wanted != said(json.loads(bytes(raw))):  # type: ignore[arg-type]
                found.append(f"{party}: {name} {version} has other bytes than its maker's")
    return found


class Recalls:
    """How far the recalls in force are, and what is wrong with what makers say of them."""

    def __init__(self, run: Run) -> None:
        self.records = self.confirmed = self.listed = 0
        self.wrong: list[str] = []
        for party in run.plan.parties:
            self._of(run, party)

    def _of(self, run: Run, party: str) -> None:
        told = json.loads(_said(run, party, "recalls", "--json"))
        rows_ = {each["id"]: each for each in told if not each.get("lifted")}
        for made in run.plan.made.values():
            if made.party == party and made.recalled:
                self.records += 1
                self._one(run, made, rows_.get(made.id))

    def _one(self, run: Run, made: Made, row: dict[str, Any] | None) -> None:
        if row is None:
            self.wrong.append(f"{made.party}: the recall of {made.id} is lost")
            return
        states = dict(_steps(row["parties"]))
        self.confirmed += sum(each == "confirmed" for each in states.values())
        self.listed += sum(each != "confirmed" for each in states.values())
        for party, node in run.nodes.items():
            if party == made.party:
                continue
            had = rows(node.folder, "SELECT status FROM record WHERE id = ?", made.id)
            if any(each[0] == "live" for each in had) and states.get(party) == "confirmed":
                self.wrong.append(f"{party}: confirmed that {made.id} is gone, and holds it")
            if had and party not in states:
                self.wrong.append(f"{made.party}: {party} had {made.id}, and no recall lists it")


def _steps(parties: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for each in parties:
        yield each["party"], each["state"]
        yield from _steps(each.get("onward", []))


def _said(run: Run, party: str, *arguments: str) -> str:
    return run.nodes[party].must(*arguments).said


def reconciled(run: Run) -> tuple[dict[str, int], list[str]]:
    """How neighbours' ledgers differ by kind, and what of it cannot be: what was handed over in an
    answer that never came, or forgotten with a store, is no fault."""
    kinds: dict[str, int] = {"pairs that say the same": 0}
    wrong: list[str] = []
    for party in run.plan.parties:
        for other in run.plan.neighbours(party):
            file = run.nodes[party].root / f"{other}-{party}.statement"
            run.nodes[other].must("ledger", "statement", party, "--to", str(file))
            told = ("ledger", "reconcile", other, "--file", str(file), "--json")
            command = run.nodes[party].must(*told)
            try:
                found = json.loads(command.said)
            except ValueError:
                wrong.append(f"{party} and {other}: {command.said.strip()}")
                continue
            wrong += [f"{party} and {other}: {each}" for each in found["problems"]]
            kinds["pairs that say the same"] += not found["differences"]
            for each in found["differences"]:
                kinds[each["kind"]] = kinds.get(each["kind"], 0) + 1
                never = each["kind"] in NEVER_CAME and each["why"].endswith("never came here")
                never |= each["kind"] in NEVER_CAME and each["why"].endswith(
                    "says that it never came"
                )
                if each["kind"] != "forgotten" and not never:
                    wrong.append(f"{party} and {other}: {each}")
    return kinds, wrong


def ledgers(run: Run) -> list[str]:
    """Ledgers that are not whole."""
    found: list[str] = []
    for party, node in run.nodes.items():
        command = node.must("ledger", "verify")
        if command.poll() != 0:
            found.append(f"{party}: {command.said.strip()}")
    return found


__all__ = ["Recalls", "bytes_differ", "differences", "doubled", "held", "ledgers", "reconciled"]

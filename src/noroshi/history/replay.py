"""Replay: a desk over all that is kept of some time, by any engine, to one list of findings.

What a task has found stays until the replay has ended, so one that was stopped goes on where it
was. The findings are the same for every engine, for any number of shards, and for one run over all
rows at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from noroshi.history.engine import Engine
from noroshi.history.plan import Plan
from noroshi.history.work import Task, blocks, found, work
from noroshi.words.finding import Finding

Progress = Callable[[str, int, int], None]
"""Called with what is done, how many tasks of it are done and how many there are."""

STAGES = (("days", "thin"), ("ships", "shard"), ("meetings", "meet"))
"""What people read, and the tasks it has. Each stage needs the one before."""


class Replayed(msgspec.Struct):
    """What was replayed, and the findings. `resumed` tasks had been done before."""

    positions: int
    days: int
    shards: int
    tasks: int
    resumed: int
    findings: list[Finding]


def tasks(plan: Plan, what: str) -> list[Task]:
    """All tasks of a stage; none where there is nothing to replay."""
    numbers: Sequence[int] = range(len(plan.bounds)) if what == "shard" else plan.days
    if what == "meet" and plan.days:
        numbers = [*blocks(plan)]
    return [Task(what, number) for number in numbers] if plan.days else []


def replay(
    plan: Plan, engine: Engine, desk: Any, progress: Progress = lambda name, done, many: None
) -> Replayed:
    """Do what of `plan` is not done, and gather what was found, by start.

    Raises `BadInput` naming a file that cannot be read. What was done stays until `forget`.
    """
    resumed = 0
    for name, what in STAGES:
        every = tasks(plan, what)
        left = [each for each in every if not _done(plan, each)]
        resumed += len(every) - len(left)
        done = len(every) - len(left)
        progress(name, done, len(every))
        for _ in engine.run(work, plan, left):
            done += 1
            progress(name, done, len(every))
    return Replayed(
        plan.positions, len(plan.days), len(plan.bounds),
        sum(len(tasks(plan, what)) for _, what in STAGES), resumed, _gathered(plan, desk),
    )  # fmt: skip


def forget(plan: Plan) -> None:
    """Remove what the tasks left."""
    shutil.rmtree(plan.work, ignore_errors=True)


def _done(plan: Plan, task: Task) -> bool:
    from noroshi.history.thin import day_file

    if task.what == "thin":
        return day_file(plan.work, "ends", task.number).exists()
    return found(plan, task) is not None


def _gathered(plan: Plan, desk: Any) -> list[Finding]:
    """All findings. A desk that judges some among all of them does so now (`joined`)."""
    every: list[Finding] = []
    for what in ("shard", "meet"):
        for task in tasks(plan, what):
            every += found(plan, task) or []
    joined = getattr(desk, "joined", None)
    if joined is not None:
        every = joined(every, plan.context)
    return sorted(every, key=lambda each: (each.span.t0, each.id))

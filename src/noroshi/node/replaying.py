"""Replay in a node: its desk over its own history, with the parameters and assets of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from noroshi.desks.registry import desks
from noroshi.history.engine import Engine
from noroshi.history.partition import Told
from noroshi.history.plan import ROWS, Plan, make_plan
from noroshi.history.replay import Progress, forget, replay
from noroshi.node.alone import alone
from noroshi.node.contexts import context_of
from noroshi.node.findings import Settled, settle
from noroshi.node.node import Node
from noroshi.words.errors import BadInput
from noroshi.words.finding import Finding
from noroshi.words.stix import FindingBody
from noroshi.words.time import FOREVER, MINUTE

DESK = "sea"
"""The one desk whose columns are kept in bulk."""


class ReplayReport(msgspec.Struct):
    """What was replayed, what was found by kind, and how the node's findings moved, if they did."""

    folder: str
    positions: int
    days: int
    shards: int
    tasks: int
    resumed: int
    found: dict[str, int]
    stored: Settled | None = None


def plan_of(
    node: Node, folder: Path | None, since: int | None, until: int | None, now: int,
    rows: int = ROWS,
) -> Plan:  # fmt: skip
    """What is to be done over `folder`, the node's own history when none, in [since, until).
    Sources that may no longer be used are left out. Raises `BadInput` where nothing is there."""
    desk = desks()[DESK]
    where = folder or node.settings.history
    context = msgspec.structs.replace(context_of(node, desk), known=None)
    # what is replayed goes to other processes, and a node does not
    grain = getattr(desk, "grain")(context.parameters)  # noqa: B009 — of desks with bulk alone
    plan = make_plan(
        where, DESK, desk.version, context, grain,
        -FOREVER if since is None else since, FOREVER if until is None else until, rows,
        lambda told: _may(told, now),
    )  # fmt: skip
    if not plan.days:
        raise BadInput(
            str(where), "no positions in this time", hint="noroshi sea stored says what there is"
        )
    return plan


def run(
    node: Node, plan: Plan, engine: Engine, now: Callable[[], int], *, store: bool,
    progress: Progress, take: Callable[[list[Finding]], None] = lambda found: None,
) -> ReplayReport:  # fmt: skip
    """Do `plan`, hand the findings to `take`, and with `store` make them the node's: what other
    parameters or another version of the desk found in the same positions is taken back.

    Stopped at any point, it goes on where it was when it is run again.
    """
    desk = desks()[DESK]
    done = replay(plan, engine, desk, progress)
    take(done.findings)
    report = ReplayReport(
        str(plan.folder), done.positions, done.days, done.shards, done.tasks, done.resumed,
        dict(sorted(Counter(each.kind for each in done.findings).items())),
    )  # fmt: skip
    if store:
        with alone(node.settings.data, lambda: None), node.store.write():
            kept = [each for each in done.findings if desk.kinds[each.kind].shard != "none"]
            report.stored = settle(
                node, desk, plan.context.params_sha256, kept, now(), BULK,
                seen=lambda body: _seen(plan, body),
            )  # fmt: skip
    forget(plan)
    return report


BULK = ("subject", "cell")
"""How kinds are sharded that are found in what is kept; reports of outages are not."""


def _seen(plan: Plan, body: FindingBody) -> bool:
    """Whether what a finding rests on is among what was replayed, as far as it tells: positions of
    all its sources within its span, and of some of them about its beginning and its end. (Times of
    positions are told to the minute at the coarsest; what is coarser stays.)"""
    t0, t1 = body.span.t0, body.span.t1
    spans = [plan.seen.get(each, ()) for each in body.sources]
    every = [each for some in spans for each in some]
    return (
        all(any(low < t1 and t0 <= high for low, high in some) for some in spans)
        and any(low <= t0 <= high for low, high in every)
        and any(low < t1 <= high + MINUTE for low, high in every)
    )


def _may(told: Told, now: int) -> bool:
    given = [each.expires for each in told.label.strands if each.expires is not None]
    return not given or now < min(given)

"""Tasks: raised once for each cause, done by a person with a reason, or settled by themselves.

Why a task is there may name what a partner must not know: which prohibition, whose consent. It
stays in this node's store, and no part of it is ever sent.
"""

from __future__ import annotations

import msgspec

from noroshi.store import Note, Store, Task
from noroshi.words import ids
from noroshi.words.errors import Refused
from noroshi.words.time import format_instant

REVIEW = "review"
"""The kind of task that only a review closes: see `noroshi release`."""


class Listed(msgspec.Struct, frozen=True):
    """A task as people see it; `notes` are what was done about it: (when, who, what, why)."""

    id: str
    state: str
    kind: str
    title: str
    why: str
    record: str | None
    party: str | None
    raised: str
    due: str
    assignee: str | None
    closed: str | None
    notes: tuple[tuple[str, str, str, str], ...]


def about(
    kind: str,
    key: str,
    title: str,
    why: str,
    *,
    now: int,
    due: int,
    record: str | None = None,
    party: str | None = None,
) -> Task:
    """A task of this kind about `key`: equal ones have one id."""
    name = ids.sha256(ids.canonical([kind, key]))[:8]
    return Task(name, kind, key, title, why, record, party, now, due)


def listed(store: Store, now: int, *, every: bool = False) -> tuple[Listed, ...]:
    """Open tasks, overdue first and then by when they are due; or `every` task, oldest first."""
    return tuple(_listed(store, each, now) for each in store.tasks(every=every))


def assign(store: Store, start: str, to: str, *, who: str, why: str, now: int) -> Task:
    """Make `to` answer for an open task. Raises `Refused`."""
    found = one(store, start)
    if found.closed is not None:
        raise Refused(f"task {found.id} is closed already")
    if not to.strip():
        raise Refused("a task is assigned to somebody")
    store.assign_task(found.id, to.strip(), who=who, why=why.strip(), at=now)
    return found


def done(store: Store, start: str, *, who: str, why: str, now: int) -> Task:
    """Close an open task, with a reason. Raises `Refused`, also for one that needs a review."""
    found = one(store, start)
    if not why.strip():
        raise Refused("a task is closed with a reason: somebody will ask")
    if found.kind == REVIEW:
        raise Refused(
            f"task {found.id} is the review of an emergency release\n"
            f"Hint: noroshi release review {found.key} closes it"
        )
    if not store.close_task(found.id, who=who, did="done", why=why.strip(), at=now):
        raise Refused(f"task {found.id} is closed already")
    return found


def one(store: Store, start: str) -> Task:
    """The task whose id begins so; `Refused` unless it is exactly one."""
    found = [each for each in store.tasks(every=True) if each.id.startswith(start)]
    if len(found) != 1:
        raise Refused(
            f"{len(found)} tasks begin with {start!r}\nHint: noroshi task list shows them"
        )
    return found[0]


def _listed(store: Store, task: Task, now: int) -> Listed:
    state = "closed" if task.closed is not None else "overdue" if now >= task.due else "open"
    return Listed(
        task.id,
        state,
        task.kind,
        task.title,
        task.why,
        task.record,
        task.party,
        format_instant(task.raised),
        format_instant(task.due),
        task.assignee,
        None if task.closed is None else format_instant(task.closed),
        tuple(map(_told, store.task_notes(task.id))),
    )


def _told(note: Note) -> tuple[str, str, str, str]:
    return format_instant(note.at), note.who, note.did, note.why

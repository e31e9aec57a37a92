"""Tasks, debts and calls, in either store."""

from __future__ import annotations

from noroshi.store import Call, Owed, Store, Task

TASK = Task("aa", "test", "one", "to do", "because", None, "EU", 1, 9)
OWED = Owed("x/D1", "EU", "malware--1", 5, 1, 10, 20)


def topics(store: Store) -> list[str]:
    return [each.key for each in store.events(0, 100, ("task.changed",))]


def test_a_task_is_raised_once_and_changed_by_what_is_new(store: Store) -> None:
    assert store.raise_task(TASK)
    assert not store.raise_task(TASK)
    later = Task("aa", "test", "one", "to do", "for another reason", None, "EU", 2, 9)
    assert store.raise_task(later)
    (held,) = store.tasks()
    assert (held.why, held.raised) == ("for another reason", 1)
    assert topics(store) == ["aa", "aa"]


def test_a_closed_task_comes_up_again_only_where_that_is_meant(store: Store) -> None:
    store.raise_task(TASK)
    assert store.close_task("aa", who="me", did="done", why="it was", at=3)
    assert not store.close_task("aa", who="me", did="done", why="twice", at=4)
    assert not store.raise_task(TASK)
    assert (store.tasks(), len(store.tasks(every=True))) == ((), 1)
    assert store.raise_task(TASK, again=True)
    assert [each.id for each in store.tasks()] == ["aa"]
    assert [each.did for each in store.task_notes("aa")] == ["done"]


def test_what_is_owed_keeps_its_due_until_it_is_met(store: Store) -> None:
    store.owe(OWED)
    store.owe(OWED._replace(version=4, due=1))  # an older version changes nothing
    store.owe(OWED._replace(version=6, seq=2, since=15, due=25))
    assert store.owed("EU") == (OWED._replace(version=6, seq=2),)
    assert not store.meet(OWED, "pushed", at=16)  # of that version nothing is owed any more
    assert store.meet(OWED._replace(version=6), "pushed", at=17)
    assert store.owed() == ()
    store.owe(OWED._replace(version=7, seq=3, since=30, due=40))
    (held,) = store.owed()
    assert (held.since, held.due, held.met, held.how) == (30, 40, None, None)
    assert store.every_owed() == (held,)


def test_a_call_is_remembered_until_it_is_forgotten(store: Store) -> None:
    assert store.call("EU", "pull") == Call("EU", "pull")
    call = Call("EU", "pull", 2, 3, 4, 1, 9, "gone")
    store.put_call(call)
    store.put_call(Call("EU", "push", ok=8))
    assert store.call("EU", "pull") == call
    store.drop_calls("EU")
    assert store.call("EU", "pull") == Call("EU", "pull") != call

"""What every engine keeps to, Ray's by a stand-in with the few names of Ray that it uses."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from noroshi.history.engine import STARTS, Ray, Serial
from noroshi.words.errors import BadInput, Refused

ADDRESS = "192.0.2.7:6379"


class TaskError(Exception):
    def __init__(self, cause: Exception) -> None:
        super().__init__("a task raised")
        self.cause = cause


class Lost(Exception):
    pass


class StandIn:
    """Ray in this process: a task is done when its answer is fetched, the newest first."""

    def __init__(self, fails: list[Exception] | None = None, cpus: int = 3) -> None:
        self.fails, self.cpus = fails or [], cpus
        self.up = False
        self.begun: list[dict[str, Any]] = []
        self.ended, self.most, self.running = 0, 0, dict[object, Any]()
        self.cancelled: list[object] = []
        self.exceptions = SimpleNamespace(RayTaskError=TaskError, RayError=Lost)

    def is_initialized(self) -> bool:
        return self.up

    def init(self, **where: Any) -> None:
        self.begun.append(where)
        if self.fails:
            raise self.fails.pop(0)
        self.up = True

    def shutdown(self) -> None:
        self.up = False
        self.ended += 1

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": float(self.cpus)}

    def put(self, value: Any) -> Any:
        return ("held", value)

    def remote(self, **options: Any) -> Any:
        def of(function: Any) -> Any:
            def begin(held: Any, task: Any) -> object:
                reference = object()
                self.running[reference] = function, held[1], task
                self.most = max(self.most, len(self.running))
                return reference

            return SimpleNamespace(remote=begin)

        return of

    def wait(self, references: list[object], *, num_returns: int) -> Any:
        return references[-num_returns:], references[:-num_returns]

    def get(self, reference: object) -> Any:
        function, shared, task = self.running.pop(reference)
        try:
            return function(shared, task)
        except Lost:
            raise
        except Exception as problem:
            raise TaskError(problem) from problem

    def cancel(self, reference: object) -> None:
        self.cancelled.append(reference)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    def made(*fails: Exception) -> StandIn:
        here = StandIn(list(fails))
        monkeypatch.setitem(sys.modules, "ray", here)
        for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_USAGE_STATS_ENABLED",
                     "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"):  # fmt: skip
            monkeypatch.setenv(name, "0")
        return here

    return made


def times(shared: int, task: int) -> int:
    return shared * task


def refuse(shared: int, task: int) -> int:
    raise BadInput("a file", "torn")


def vanish(shared: int, task: int) -> int:
    raise Lost("the worker died\nand more")


def test_it_answers_as_the_serial_one_does(stand_in) -> None:
    here, by = stand_in(), Ray(2)
    assert sorted(by.run(times, 7, range(20))) == [*Serial().run(times, 7, range(20))]
    assert here.most == 4
    by.close()
    assert (len(here.begun), here.ended, here.cancelled) == (1, 1, [])
    assert here.begun[0]["num_cpus"] == 2
    assert here.begun[0]["include_dashboard"] is False


def test_of_another_cluster_it_uses_what_that_has_and_leaves_it_up(stand_in) -> None:
    here, by = stand_in(), Ray(None, ADDRESS)
    assert len([*by.run(times, 7, range(20))]) == 20
    assert here.most == 2 * here.cpus
    assert here.begun[0]["address"] == ADDRESS
    assert "num_cpus" not in here.begun[0]


def test_a_cluster_that_was_there_before_is_not_ended(stand_in) -> None:
    here, by = stand_in(), Ray(2)
    here.up = True
    assert [*by.run(times, 7, [3])] == [(3, 21)]
    by.close()
    assert (here.begun, here.ended) == ([], 0)


def test_what_a_task_raises_is_raised(stand_in) -> None:
    stand_in()
    with pytest.raises(BadInput, match="torn"):
        [*Ray(2).run(refuse, 7, range(3))]


def test_a_worker_that_died_is_refused_and_the_others_are_cancelled(stand_in) -> None:
    here = stand_in()
    with pytest.raises(Refused, match=r"^Ray: the worker died$"):
        [*Ray(2).run(vanish, 7, range(9))]
    assert len(here.cancelled) == 3


def test_who_stops_asking_begins_nothing_more(stand_in) -> None:
    here, by = stand_in(), Ray(2)
    asked = by.run(times, 7, range(20))
    next(asked)
    asked.close()
    assert len(here.cancelled) == 3


def test_a_cluster_that_does_not_come_up_is_begun_again(stand_in) -> None:
    late = [Exception("The current node timed out during startup.") for _ in range(STARTS)]
    here = stand_in(*late[1:])
    assert [*Ray(2).run(times, 7, [3])] == [(3, 21)]
    assert (len(here.begun), here.ended) == (STARTS, STARTS - 1)
    here = stand_in(*late)
    with pytest.raises(Refused, match="does not start: The current node timed out"):
        [*Ray(2).run(times, 7, [3])]
    assert len(here.begun) == STARTS


@pytest.mark.parametrize("problem", [ConnectionError("nobody there"), ValueError("no address")])
def test_what_another_try_does_not_mend_is_tried_once(stand_in, problem: Exception) -> None:
    here = stand_in(problem)
    with pytest.raises(Refused, match=str(problem)):
        [*Ray(2, ADDRESS).run(times, 7, [3])]
    assert len(here.begun) == 1


def test_without_tasks_nothing_is_begun(stand_in) -> None:
    here = stand_in()
    assert [*Ray(2).run(times, 7, [])] == []
    assert here.begun == []

"""Engines: one function over many tasks, in this process, in several, or on Ray.

A task is small and its answer too; what they share goes to each process once. Answers come as they
are ready, in any order. When the caller stops asking, what has not begun never begins.
"""

from __future__ import annotations

import importlib
import os
import secrets
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal, Protocol, TypeVar, get_args

from noroshi.words.errors import BadInput, Refused

Name = Literal["serial", "processes", "ray"]
NAMES: Final[tuple[str, ...]] = get_args(Name)

S = TypeVar("S")
T = TypeVar("T")
A = TypeVar("A")

STARTS: Final = 3
"""So often a cluster of our own is begun. Its raylet ends itself where its agents are not up within
15 s (ray-project/ray#65983), which a busy machine misses that has not read their files yet; the
next try finds them in memory."""


class Engine(Protocol):
    """`run(function, shared, tasks)`: (task, function(shared, task)) of each."""

    def run(
        self, function: Callable[[S, T], A], shared: S, tasks: Sequence[T]
    ) -> Iterator[tuple[T, A]]:
        """Raises what the function raises, and `Refused` where a worker died."""
        ...

    def close(self) -> None:
        """End what was begun for it."""
        ...


class Serial:
    """One after the other, here."""

    def run(
        self, function: Callable[[S, T], A], shared: S, tasks: Sequence[T]
    ) -> Iterator[tuple[T, A]]:
        """In the order of the tasks."""
        for task in tasks:
            yield task, function(shared, task)

    def close(self) -> None:
        """Nothing was begun."""


class Processes:
    """In `workers` processes of this machine."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(
        self, function: Callable[[S, T], A], shared: S, tasks: Sequence[T]
    ) -> Iterator[tuple[T, A]]:
        """Workers are started afresh, so that they hold nothing of this process but `shared`."""
        import multiprocessing
        from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
        from concurrent.futures.process import BrokenProcessPool

        if not tasks:
            return
        pool = ProcessPoolExecutor(
            min(self.workers, len(tasks)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(function, shared),
        )
        try:
            left = list(reversed(tasks))
            running: dict[Future[Any], T] = {}
            while left or running:
                while left and len(running) < 2 * self.workers:
                    task = left.pop()
                    running[pool.submit(_call, task)] = task
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    yield running.pop(each), each.result()
        except BrokenProcessPool:
            raise Refused(
                "a worker was killed, perhaps for want of memory\n"
                "Hint: fewer --workers; what is done stays done, the same command goes on"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Each run ends its own processes."""


_given: tuple[Callable[[Any, Any], Any], Any] | None = None


def _start(function: Callable[[Any, Any], Any], shared: Any) -> None:
    global _given
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller ends us, once
    _given = function, shared


def _call(task: Any) -> Any:
    if _given is None:
        raise AssertionError("a worker that was not started")
    function, shared = _given
    return function(shared, task)


class Ray:
    """On Ray: at `address`, where every node has the same files, else `workers` of this machine.

    Ray's core alone: no dashboard, no usage statistics. A cluster of our own asks for a token that
    only it knows; of another one, tokens and TLS are set as Ray's own documents say
    (`RAY_AUTH_MODE`, `RAY_AUTH_TOKEN_PATH`, `RAY_USE_TLS`).
    """

    def __init__(self, workers: int | None, address: str | None = None) -> None:
        self.workers, self.address = workers, address
        self._ray: Any = None
        self._ours = False

    def run(
        self, function: Callable[[S, T], A], shared: S, tasks: Sequence[T]
    ) -> Iterator[tuple[T, A]]:
        """Raises `Refused` where Ray is not installed, does not start, or lost a worker twice."""
        if not tasks:
            return
        ray = self._up()
        remote = ray.remote(max_retries=1, num_cpus=1)(function)
        held = ray.put(shared)
        left = list(reversed(tasks))
        running: dict[Any, T] = {}
        workers = self.workers or int(ray.cluster_resources().get("CPU", 1))
        try:
            while left or running:
                while left and len(running) < 2 * workers:
                    task = left.pop()
                    running[remote.remote(held, task)] = task
                done, _ = ray.wait(list(running), num_returns=1)
                for each in done:
                    yield running.pop(each), _answer(ray, each)
        finally:
            for each in running:
                ray.cancel(each)

    def _up(self) -> Any:
        if self._ray is None:
            self._ray, self._ours = _started(self.workers, self.address)
        return self._ray

    def close(self) -> None:
        """Leave the cluster; end it where it is our own."""
        if self._ray is not None and self._ours:
            self._ray.shutdown()
        self._ray = None


def _answer(ray: Any, reference: Any) -> Any:
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as problem:
        cause = getattr(problem, "cause", None)
        raise (cause if isinstance(cause, Exception) else problem) from None
    except ray.exceptions.RayError as problem:
        raise Refused(f"Ray: {_line(problem)}") from problem


def _line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]


def _started(workers: int | None, address: str | None) -> tuple[Any, bool]:
    """Ray, and whether it was begun here. It reads its token once, when it is first imported."""
    given = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    if address is None:
        given |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    for name, value in given.items():
        os.environ.setdefault(name, value)
    try:
        ray: Any = importlib.import_module("ray")  # an extra: not everywhere to be looked at
    except ImportError:
        raise Refused("Ray is not installed\nHint: pip install 'noroshi[ray]'") from None
    if ray.is_initialized():
        return ray, False
    where: dict[str, Any] = {"address": address}
    if address is None:
        where = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": 100 << 20}
    for tries in range(1, STARTS + 1):
        try:
            ray.init(log_to_driver=False, configure_logging=False, **where)
        except Exception as problem:
            ray.shutdown()
            # it raises no class of its own where a node does not come up
            if type(problem) is Exception and address is None and tries < STARTS:
                continue
            raise Refused(
                f"Ray does not start: {_line(problem)}\n"
                "Hint: its logs say why (session_latest/logs in its temporary folder); "
                "--engine processes finds the same"
            ) from problem
        return ray, True
    raise AssertionError("the last try returns or raises")


def engine(name: str, workers: int | None = None, address: str | None = None) -> Engine:
    """The engine of that name, with as many workers as there are processors unless told: of this
    machine, or of the cluster at `address`.

    Raises `BadInput` for another name.
    """
    many = workers or os.cpu_count() or 1
    if name == "serial":
        return Serial()
    if name == "processes":
        return Processes(many)
    if name == "ray":
        return Ray(workers if address else many, address)
    raise BadInput("--engine", "no such engine", found=name, expected=", ".join(NAMES))

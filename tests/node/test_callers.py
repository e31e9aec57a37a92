"""Callers that are slow: at a pace they may take long, below it their connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from noroshi.node import callers
from noroshi.node.callers import LOOP, Callers, Connection

GRACE, PACE = 10.0, 1_000


class Loop:
    """A loop whose clock is moved by hand."""

    def __init__(self) -> None:
        self.now, self._due = 0.0, []
        self._count = itertools.count()

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, act: Callable[..., None], *args: Any) -> Timer:
        return self.call_at(self.now + delay, act, *args)

    def call_at(self, when: float, act: Callable[..., None], *args: Any) -> Timer:
        timer = Timer(when, act, args)
        heapq.heappush(self._due, (when, next(self._count), timer))
        return timer

    def to(self, now: float) -> None:
        """Let the clock go on to `now`."""
        while self._due and self._due[0][0] <= now:
            self.now, _, timer = heapq.heappop(self._due)
            timer.run()
        self.now = now


class Timer:
    def __init__(self, when: float, act: Callable[..., None], args: tuple[Any, ...]) -> None:
        self._when, self._act, self._args, self._cancelled = when, act, args, False

    def when(self) -> float:
        return self._when

    def cancel(self) -> None:
        self._cancelled = True

    def run(self) -> None:
        if not self._cancelled:
            self._act(*self._args)


class Line:
    """A transport: `left` bytes of what was written are not read yet."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        self.address, self.left, self.ended = address, 0, False

    def get_extra_info(self, name: str) -> tuple[str, int]:
        assert name == "peername"
        return self.address, 1

    def get_write_buffer_size(self) -> int:
        return self.left

    def abort(self) -> None:
        self.ended = True


class Server(asyncio.Protocol):
    """What stands for uvicorn's protocol: the test says when a head is whole."""

    def __init__(self) -> None:
        self.app: Any = answer

    def data_received(self, data: bytes) -> None:
        self.came = data


async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    while (await receive()).get("more_body", False):
        pass


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    made = Loop()
    # For this module alone: other threads have running loops of their own.
    monkeypatch.setattr(callers, "asyncio", SimpleNamespace(get_running_loop=lambda: made))
    return made


def opened(shared: Callers, line: Line) -> Any:
    connection: Any = shared.over(Server)()
    connection.connection_made(line)
    return connection


def asked(connection: Connection, *parts: bool) -> None:
    """A request whose head is whole, with a body in so many parts, and its answer."""
    messages = iter(parts or (False,))

    async def receive() -> dict[str, Any]:
        return {"more_body": next(messages)}

    running = connection.app({}, receive, None)
    with pytest.raises(StopIteration):
        running.send(None)


@pytest.fixture
def shared(loop: Loop) -> Callers:
    return Callers(grace_s=GRACE, pace=PACE, most=4)


def test_a_head_that_never_ends(loop: Loop, shared: Callers) -> None:
    line = Line()
    connection = opened(shared, line)
    for second in range(1, 10):
        loop.to(second)
        connection.data_received(b"X")
    assert not line.ended
    loop.to(10.01)
    assert line.ended
    assert not shared.waiting


def test_nothing_at_all(loop: Loop, shared: Callers) -> None:
    line = Line()
    opened(shared, line)
    loop.to(9.9)
    assert not line.ended
    loop.to(10)
    assert line.ended


def test_a_long_body_at_a_pace_may_take_its_time(loop: Loop, shared: Callers) -> None:
    line = Line()
    connection = opened(shared, line)
    for second in range(60):
        loop.to(second)
        connection.data_received(b"X" * PACE)
    assert not line.ended
    loop.to(80)
    assert line.ended


def test_while_it_is_answered_nobody_waits_for_the_caller(loop: Loop, shared: Callers) -> None:
    line = Line()
    connection = opened(shared, line)

    async def slowly(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        assert not shared.waiting
        loop.to(1_000)
        connection.data_received(b"the next request")
        loop.to(2_000)

    connection.app = connection._heard(slowly)
    asked(connection)
    assert not line.ended
    connection.data_received(b"the rest of it")
    loop.to(2_009)
    assert not line.ended
    loop.to(2_011)
    assert line.ended


def test_an_idle_connection_is_left_to_uvicorn(loop: Loop, shared: Callers) -> None:
    line = Line()
    asked(opened(shared, line), True, True, False)
    loop.to(1_000)
    assert not line.ended
    assert not shared.waiting


@pytest.mark.parametrize(
    ("read", "ends"), [(0, 20), (PACE // 2, 20), (PACE, None), (5 * PACE, None)], ids=str
)
def test_an_answer_is_read_at_a_pace(
    loop: Loop, shared: Callers, read: int, ends: int | None
) -> None:
    line = Line()
    connection = opened(shared, line)
    line.left = 100 * PACE
    asked(connection)
    assert connection in shared.waiting
    for second in range(1, 200):
        line.left = max(0, line.left - read)
        loop.to(second)
        assert line.ended is (ends is not None and second >= min(ends, GRACE))
        if line.ended:
            return
    assert not shared.waiting


def test_the_last_bytes_are_to_be_read_too(loop: Loop, shared: Callers) -> None:
    line = Line()
    line.left = 1
    asked(opened(shared, line))
    loop.to(9)
    assert not line.ended
    loop.to(10)
    assert line.ended


def test_where_many_wait_the_most_crowded_address_makes_room(loop: Loop, shared: Callers) -> None:
    alone, *crowd = Line("192.0.2.2"), *(Line() for _ in range(3))
    for line in (alone, *crowd):
        opened(shared, line)
    newest = Line("192.0.2.3")
    opened(shared, newest)
    assert [line.ended for line in (alone, *crowd, newest)] == [False, True, False, False, False]
    assert len(shared.waiting) == 4


def test_who_goes_makes_room_too(loop: Loop, shared: Callers) -> None:
    lines = [Line() for _ in range(4)]
    connections = [opened(shared, line) for line in lines]
    connections[1].connection_lost(None)
    opened(shared, Line())
    assert not any(line.ended for line in lines)


async def whole(scope: Any, receive: Any, send: Any) -> None:
    """A real application: reads what comes, and answers a lot."""
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 20_000_000})


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        HEAD,
        HEAD + b"Content-Length: 10\r\n\r\n12345",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        HEAD + b"\r\n",
    ],
    ids=["nothing", "a line", "a head", "a body", "chunks", "an answer that nobody reads"],
)
def test_uvicorn_ends_who_does_not_go_on(sent: bytes) -> None:
    async def run() -> bytes:
        config = uvicorn.Config(
            whole,
            port=0,
            lifespan="off",
            log_level="error",
            http=Callers(grace_s=0.05).over(AutoHTTPProtocol),
            loop=LOOP,
            timeout_keep_alive=600,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0)
        (port,) = {each.getsockname()[1] for one in server.servers for each in one.sockets}
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(sent)
        while not server.server_state.connections:
            await asyncio.sleep(0)
        while server.server_state.connections:
            await asyncio.sleep(0)
        got = b""
        with contextlib.suppress(ConnectionResetError):
            got = await reader.read()
        writer.close()
        server.should_exit = True
        await serving
        return got

    assert len(asyncio.run(run(), debug=False)) < 20_000_000


def test_the_loop_gives_a_handshake_no_longer() -> None:
    """asyncio would wait a minute for it."""
    loop = callers.Loop()
    given: dict[str, Any] = {}

    async def create(self: Any, *args: Any, **options: Any) -> None:
        given.update(options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asyncio.SelectorEventLoop, "create_server", create)
        loop.run_until_complete(loop.create_server(None, ssl=object()))
        assert given["ssl_handshake_timeout"] == callers.GRACE_S
        given.clear()
        loop.run_until_complete(loop.create_server(None, ssl=None))
        assert "ssl_handshake_timeout" not in given
    loop.close()


def test_who_is_gone_before_the_answer_ends_is_not_waited_for(loop: Loop, shared: Callers) -> None:
    line = Line()
    connection = opened(shared, line)
    line.left = 5
    connection.connection_lost(None)
    asked(connection)
    assert shared.waiting == {}

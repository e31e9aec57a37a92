"""A real uvicorn, and the service of the tests as fixtures."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from taxii_process import Running, running_suite
from taxii_world import NOW, FakeViews, ask, make_service, thing

from noroshi.exchange.taxii import asgi
from noroshi.exchange.taxii.message import Response
from noroshi.exchange.taxii.service import Service
from noroshi.words.time import SECOND


class Server:
    """A uvicorn in a thread on a free port; what it serves can be exchanged between tests."""

    def __init__(self) -> None:
        self.service: Service | None = None
        # asyncio turns Nagle's delay off (40 ms a request) only where the protocol is named.
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen()
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.service is not None
        await asgi.app(self.service, lambda: NOW + 3600 * SECOND)(scope, receive, send)


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    server = Server()
    config = uvicorn.Config(server, log_level="warning", lifespan="off", ws="none")
    web = uvicorn.Server(config)
    # The socket listens already, so a client that is early waits for its answer.
    thread = threading.Thread(target=lambda: asyncio.run(web.serve([server.socket])))
    thread.start()
    yield server
    web.should_exit = True
    thread.join()


@pytest.fixture
def views() -> FakeViews:
    return FakeViews()


@pytest.fixture
def fake() -> Callable[[], FakeViews]:
    return FakeViews


@pytest.fixture
def make() -> Callable[..., Service]:
    return make_service


@pytest.fixture
def service(views: FakeViews) -> Service:
    return make_service(views)


@pytest.fixture(name="ask")
def ask_fixture() -> Callable[..., Response]:
    return ask


@pytest.fixture
def stix() -> Callable[..., dict[str, Any]]:
    return thing


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A node in a process of its own, for the whole run: nobody may depend on what others add."""
    with running_suite(tmp_path_factory.mktemp("suite")) as made:
        yield made

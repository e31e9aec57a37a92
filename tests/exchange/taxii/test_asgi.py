"""The ASGI edge: raw paths, bodies cut short, faults, and the life of the server."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import Any

import httpx2
import pytest

from noroshi.exchange.taxii import asgi

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "GET",
    "path": "/taxii2/",
    "raw_path": b"/taxii2/",
    "query_string": b"",
    "headers": [],
}


def call(
    service: Any, scope: dict[str, Any], messages: list[dict[str, Any]], clock: Any = lambda: 0
) -> tuple[list[Any], int]:
    """What the application sent, and how many messages it took."""
    sent: list[Any] = []
    left = iter(messages)
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return next(left)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(asgi.app(service, clock)(scope, receive, send))
    return sent, taken


def test_raw_paths_reach_the_handler_through_uvicorn(
    running: Any, service: Any, views: Any
) -> None:
    running.service = service
    views.add({"type": "identity", "id": "identity--a/b%2Fc"})
    with socket.create_connection(running.socket.getsockname()) as raw:
        raw.sendall(
            b"GET /api/collections/view/objects/identity--a%2Fb%252Fc/ HTTP/1.1\r\n"
            b"Host: x\r\nAuthorization: Basic Ym9iOmNvcnJlY3QgaG9yc2U=\r\nConnection: close\r\n\r\n"
        )
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"identity--a/b%2Fc"' in answer


def test_without_a_raw_path_the_decoded_one_is_encoded_again(service: Any) -> None:
    scope = {**SCOPE, "path": "/taxii2/", "raw_path": None}
    sent, _ = call(service, scope, [{"type": "http.request"}])
    assert sent[0]["status"] == 401


def test_a_body_is_read_no_further_than_the_limit(service: Any) -> None:
    part = {"type": "http.request", "body": b"x" * 400, "more_body": True}
    sent, taken = call(service, {**SCOPE, "method": "POST"}, [part] * 100)
    assert taken == 3
    assert sent[0]["status"] == 401  # who comes before how much


def test_a_client_that_leaves_gets_no_answer(service: Any) -> None:
    sent, _ = call(service, SCOPE, [{"type": "http.disconnect"}])
    assert sent == []


def test_repeated_headers_are_one_list(service: Any, running: Any) -> None:
    running.service = service
    accept = [("accept", "text/html"), ("accept", "application/taxii+json")]
    auth = ("bob", "correct horse")
    assert httpx2.get(f"{running.url}/taxii2/", headers=accept, auth=auth).status_code == 200
    assert httpx2.get(f"{running.url}/taxii2/", headers=accept[:1], auth=auth).status_code == 406


def test_a_fault_of_ours_is_a_500_that_tells_nothing(
    service: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def clock() -> int:
        raise RuntimeError("the disk with the secret name is full")

    with caplog.at_level(logging.CRITICAL + 1, logger="noroshi"):
        sent, _ = call(service, SCOPE, [{"type": "http.request"}], clock)
    assert sent[0]["status"] == 500
    assert dict(sent[0]["headers"])[b"content-type"] == b"application/taxii+json;version=2.1"
    assert json.loads(sent[1]["body"])["http_status"] == "500"
    assert b"disk" not in sent[1]["body"]


def test_lifespan_is_answered(service: Any) -> None:
    sent, _ = call(
        service, {"type": "lifespan"}, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    )
    assert [each["type"] for each in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_other_protocols_are_refused(service: Any) -> None:
    with pytest.raises(ValueError, match="websocket"):
        call(service, {"type": "websocket"}, [])

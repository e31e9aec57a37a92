"""The handler behind a web server: a plain ASGI 3 callable, no framework.

A framework would decode the path, add media types of its own and route by patterns; TAXII ids are
opaque and its headers exact. Each request runs in a worker thread: SQLite and Argon2id block, both
release the interpreter's lock while they do, and the store keeps one connection a thread. Who is
calling is found out before, so that a flood of guessed passwords takes no thread from anybody.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import quote

from noroshi.exchange.accounts import Unproved
from noroshi.exchange.card import MEDIA_TYPE, PATH
from noroshi.exchange.credentials import Presented, presented
from noroshi.exchange.taxii.handler import refuse, respond
from noroshi.exchange.taxii.message import Problem, Request, Response
from noroshi.exchange.taxii.service import Service
from noroshi.exchange.turns import TooMany, Turns

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_AGAIN: Final = (("retry-after", "1"),)
_OWN: Final = "Too many passwords from your address are being checked; tokens do not wait."
_OTHERS: Final = "Too many passwords are being checked; tokens do not wait."

_log = logging.getLogger(__name__)


def app(
    service: Service,
    clock: Callable[[], int],
    turns: Turns | None = None,
    card: Callable[[], bytes] | None = None,
) -> Application:
    """An ASGI application that serves `service`; `clock` gives µs UTC. Passwords that have to be
    computed take `turns`, which stand in front of all applications of one server. `card` makes
    what the node says of itself to anybody."""
    waiting = turns or Turns()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http" and card is not None and scope["path"] == PATH:
            await _send(send, await asyncio.to_thread(_card, scope["method"], card))
        elif scope["type"] == "http":
            body = await _body(receive, service.max_content_length)
            if body is not None:
                request = _request(scope, body)
                address = str((scope.get("client") or ("",))[0])
                await _send(send, await _respond(service, request, clock, waiting, address))
        else:
            raise ValueError(f"TAXII is HTTP only, not {scope['type']}")

    return application


async def _respond(
    service: Service, request: Request, clock: Callable[[], int], turns: Turns, address: str
) -> Response:
    try:
        now = clock()
        sent = request.headers.get("authorization", "")
        account = service.accounts.recall(sent, now, request.certificate)
        if isinstance(account, Unproved):
            account = await turns.prove(service.accounts, account, now, address)
        return await asyncio.to_thread(respond, service, request, account, now)
    except TooMany as problem:
        status, text = (429, _OWN) if problem.own else (503, _OTHERS)
        return refuse(Problem(status, text, headers=_AGAIN), request)
    except Exception:
        # The one place where a fault of ours becomes an answer; its text stays in our log.
        _log.exception("TAXII request failed: %s %s", request.method, request.path)
        return refuse(Problem(500, "The server failed; the error id is in its log."), request)


def _card(method: str, card: Callable[[], bytes]) -> Response:
    if method not in ("GET", "HEAD"):
        return Response(405, (("allow", "GET, HEAD"), ("content-length", "0")), b"")
    body = card()
    headers = (
        ("content-type", MEDIA_TYPE),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
    )
    return Response(200, headers, body if method == "GET" else b"")


def _request(scope: Scope, body: bytes) -> Request:
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    headers: dict[str, str] = {}
    for key, value in scope["headers"]:
        name, text = key.decode("latin-1").lower(), value.decode("latin-1")
        # RFC 9110 §5.3: repeated fields are one list.
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    query: bytes = scope.get("query_string", b"")
    method: str = scope["method"]
    return Request(
        method, raw.decode("latin-1"), query.decode("latin-1"), headers, body, _certificate(scope)
    )


def _certificate(scope: Scope) -> Presented | None:
    """The client's certificate, as the ASGI TLS extension 0.3 gives it: in PEM, its own first."""
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain") or ()
    return next((presented(ssl.PEM_cert_to_DER_cert(each)) for each in chain), None)


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The body, cut one byte past `limit`; None when the client went away."""
    parts: list[bytes] = []
    size = 0
    while size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if not message.get("more_body", False):
            break
    return b"".join(parts)[: limit + 1]


async def _send(send: Send, response: Response) -> None:
    headers = [(name.encode(), value.encode()) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

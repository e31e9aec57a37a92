"""The console as an ASGI application in front of another: what is under `/console/` is its own.

`/` leads to the page. Everything else goes on to `behind`, which answers TAXII.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from threading import Event
from typing import Any, Final

import argon2
import httpx2
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from noroshi.console import answers, files, oidc, signing
from noroshi.console.desk import Desk
from noroshi.console.doors import Asked, Denied, door, let_in, refusal
from noroshi.exchange.taxii.asgi import Application, Receive, Scope, Send
from noroshi.node.node import Node

ROOT: Final = "/console"
LOOK_S: Final = 1.0
"""How often events of the store are looked for while somebody is connected."""
BEAT_S: Final = 15.0
TOPICS: Final = (
    "finding.changed", "record.status", "epoch.changed", "view.changed", "incident.changed",
    "task.changed",
)  # fmt: skip


def console(
    behind: Application, node: Node, clock: Callable[[], int], *, secure: bool,
    hasher: argon2.PasswordHasher | None = None, stop: Event | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> Application:  # fmt: skip
    """`behind` with the console of `node` before it; `secure`: all of it stands behind TLS. Streams
    end with `stop`: a server that ends waits for them."""
    desk = Desk(node, clock, secure=secure, hasher=hasher, stop=stop, transport=transport)
    page = Starlette(routes=routes(desk))

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        own = path == "/" or path == ROOT or path.startswith(f"{ROOT}/")
        if scope["type"] == "http" and own:
            await page(scope, receive, _guarded(send))  # pyright: ignore[reportArgumentType]
        else:
            await behind(scope, receive, send)

    return application


def routes(desk: Desk) -> list[Route]:
    """Every route, with the least role that may use it."""
    api = f"{ROOT}/api"

    def get(path: str, role: Any, answer: Any) -> Route:
        return Route(f"{api}/{path}", door(desk, role, answer), methods=["GET"])

    def post(path: str, role: Any, answer: Any) -> Route:
        return Route(f"{api}/{path}", door(desk, role, answer, changes=True), methods=["POST"])

    return [
        Route("/", _to_page, methods=["GET"]),
        Route(ROOT, _to_page, methods=["GET"]),
        Route(f"{api}/session", signing.sign_in(desk), methods=["POST"]),
        get("session", "viewer", _about),
        post("session/end", "viewer", _signed_out),
        Route(f"{api}/oidc", oidc.offered(desk), methods=["GET"]),
        Route(f"{ROOT}/oidc/begin", oidc.begin(desk), methods=["GET"]),
        Route(f"{ROOT}/oidc/back", oidc.back(desk), methods=["GET"]),
        Route(f"{api}/events", _events(desk), methods=["GET"]),
        *(get(path, role, answer) for path, role, answer in answers.ASKED),
        *(post(path, role, answer) for path, role, answer in answers.DONE),
        Route(f"{ROOT}/{{name:path}}", _file, methods=["GET", "HEAD"]),
    ]


def _about(asked: Asked) -> Any:
    return signing.about(asked.desk, asked.session)


def _signed_out(asked: Asked) -> Response:
    found = signing.sign_out(asked)
    asked.desk.sessions.drop(asked.session)
    return found


async def _to_page(request: Request) -> Response:
    return RedirectResponse(f"{ROOT}/", 307)


async def _file(request: Request) -> Response:
    name = request.path_params["name"] or "index.html"
    if not files.built() and name == "index.html":
        return Response(files.MISSING, 503, media_type="text/html")
    found = await asyncio.to_thread(files.file, name)
    if found is None:
        return refusal(404, "There is no such file.")
    keep = "public, max-age=31536000, immutable" if found.lasting else "no-cache"
    headers = {"cache-control": keep, "vary": "accept-encoding"}
    body = found.packed
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
    else:
        body = await asyncio.to_thread(gzip.decompress, body)
    return Response(body, 200, headers, found.media)


def _events(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        try:
            let_in(desk, request, "viewer", changes=False)
        except Denied as problem:
            return refusal(problem.status, problem.text)
        sent = request.headers.get("last-event-id") or request.query_params.get("after") or ""
        after = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else None

        def lives() -> bool:
            if desk.stop.is_set():
                return False
            try:
                let_in(desk, request, "viewer", changes=False)
            except Denied:
                return False
            return True

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        stream = changes(desk.node, after, lives)
        return StreamingResponse(stream, 200, headers, "text/event-stream")

    return route


async def changes(
    node: Node, after: int | None, lives: Callable[[], bool], look_s: float = LOOK_S
) -> AsyncGenerator[bytes]:
    """Server-sent events (WHATWG HTML §9.2): for each round in which something changed one event
    with how much of which topic, its id the number of the last; a comment where nothing did. Ids
    and counts only: what it is the page asks for, and is then decided. Ends with the session."""
    if after is None:
        after = await asyncio.to_thread(node.store.last_event)
    yield f"retry: 3000\nid: {after}\ndata: {{}}\n\n".encode()
    quiet = 0.0
    while await asyncio.to_thread(lives):
        found = await asyncio.to_thread(node.store.events, after, 10_000, TOPICS)
        if found:
            after, quiet = found[-1].n, 0.0
            told = msgspec.json.encode(Counter(each.topic for each in found)).decode()
            yield f"id: {after}\ndata: {told}\n\n".encode()
        elif quiet >= BEAT_S:
            quiet = 0.0
            yield b": still here\n\n"
        await asyncio.sleep(look_s)
        quiet += look_s


def _guarded(send: Send) -> Send:
    """`send` with the headers that keep the page to itself on every answer."""
    own = [(name.encode(), value.encode()) for name, value in files.HEADERS.items()]

    async def guarded(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *own]}
        await send(message)

    return guarded

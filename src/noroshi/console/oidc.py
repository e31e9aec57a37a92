"""Signing in by an identity provider, beside the node's own users.

A sign-in begins here and comes back to the same browser: what was begun is known by its state,
once, for ten minutes, and only together with a cookie of its own, so that nobody can have another
signed in as themselves. Where people are sent is what is configured; no request says it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from noroshi.console import users
from noroshi.console.begun import LASTS
from noroshi.console.desk import Desk
from noroshi.console.doors import cookie, json
from noroshi.console.provider import Person, Provider
from noroshi.console.sessions import LONGEST
from noroshi.words.errors import Refused
from noroshi.words.ids import sha256
from noroshi.words.time import SECOND

HOME: Final = "/console/"
REFUSED: Final = "/console/#refused"
WAY: Final = "/console/oidc/"


def offered(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """The route that says whether there is a provider, and what it is called."""

    async def route(request: Request) -> Response:
        return json({"name": desk.provider.config.name if desk.provider else None})

    return route


def begin(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """The route that leads to the provider."""

    async def route(request: Request) -> Response:
        provider = desk.provider
        if provider is None:
            return RedirectResponse(HOME, 303)
        state, browser, nonce, verifier = desk.begun.begin(desk.clock())
        try:
            where = await run_in_threadpool(provider.leads_to, state, nonce, verifier)
        except Refused as problem:
            return await _refused(desk, str(problem))
        found = RedirectResponse(where, 303, {"cache-control": "no-store"})
        # Lax: the provider's page is another site, and leads back here.
        found.set_cookie(
            _cookie(desk), browser, max_age=LASTS // SECOND, path=WAY,
            secure=desk.secure, httponly=True, samesite="lax",
        )  # fmt: skip
        return found

    return route


def back(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """The route that people come back to."""

    async def route(request: Request) -> Response:
        if desk.provider is None:
            return RedirectResponse(HOME, 303)
        try:
            person = await _person(desk, desk.provider, request)
        except Refused as problem:
            return await _refused(desk, str(problem))
        now = desk.clock()
        user = users.User(named(person), person.role, "", now, person.subject)
        about = {"issuer": desk.provider.config.issuer, "called": person.called, "role": user.role}
        await run_in_threadpool(desk.acts.add, user.name, "sign_in", about, now)
        secret, _ = desk.sessions.begin(user, now)
        found = RedirectResponse(HOME, 303, {"cache-control": "no-store"})
        found.set_cookie(
            cookie(desk), secret, max_age=LONGEST // SECOND, path="/", secure=desk.secure,
            httponly=True, samesite="strict",
        )  # fmt: skip
        found.delete_cookie(_cookie(desk), WAY, secure=desk.secure, httponly=True)
        return found

    return route


async def _person(desk: Desk, provider: Provider, request: Request) -> Person:
    query = request.query_params
    held = desk.begun.back(
        query.get("state", ""), request.cookies.get(_cookie(desk), ""), desk.clock()
    )
    if held is None:
        raise Refused("nobody here began this sign-in, or too long ago")
    if query.get("iss", provider.config.issuer) != provider.config.issuer:
        # RFC 9207: the answer of another provider.
        raise Refused("another provider answers")
    if "error" in query or not query.get("code"):
        raise Refused(f"the provider says {query.get('error', 'nothing')[:60]!r}")
    return await run_in_threadpool(provider.person, query["code"], *held)


def named(person: Person) -> str:
    """What the person is called here: by what the provider alone gives, never by what they chose,
    and like none of the node's own users, in whose names there is no colon."""
    plain = person.subject.isascii() and person.subject.isprintable()
    short = person.subject if plain and len(person.subject) <= 64 else sha256(
        person.subject.encode()
    )[:32]  # fmt: skip
    return f"oidc:{short}"


async def _refused(desk: Desk, why: str) -> Response:
    """Back to the page, which says that it was refused; why stands in the journal alone."""
    await run_in_threadpool(desk.acts.add, "oidc", "refused", {"why": why[:300]}, desk.clock())
    return RedirectResponse(REFUSED, 303, {"cache-control": "no-store"})


def _cookie(desk: Desk) -> str:
    return "__Secure-noroshi-oidc" if desk.secure else "noroshi-oidc"

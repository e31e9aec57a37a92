"""Signing in and out: by password, or by a link that works once."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from noroshi import __version__
from noroshi.console import users
from noroshi.console.desk import Desk
from noroshi.console.doors import Asked, Denied, cookie, decoded, from_here, json, limited, refusal
from noroshi.console.sessions import LONGEST, Session
from noroshi.desks.registry import kinds
from noroshi.exchange.accounts import Account, Unproved
from noroshi.exchange.turns import TooMany
from noroshi.words.errors import Refused
from noroshi.words.time import SECOND


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """A name and a password, or the token of a link."""

    name: str = ""
    password: str = ""
    token: str = ""


def sign_in(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """The route that begins a session."""

    async def route(request: Request) -> Response:
        try:
            from_here(request)
            login = decoded(await limited(request), Login)
            user = await _user(desk, login, str(request.client.host if request.client else ""))
        except Denied as problem:
            return refusal(problem.status, problem.text)
        except TooMany:
            return refusal(429, "Too many passwords are being checked; try again in a second.")
        now = desk.clock()
        if user is None:
            who = login.name[:64] if login.name else "link"
            await run_in_threadpool(desk.acts.add, who, "refused", {}, now)
            return refusal(403, "Wrong name or password, or a link that was used or is too old.")
        await run_in_threadpool(desk.acts.add, user.name, "sign_in", {}, now)
        secret, session = desk.sessions.begin(user, now)
        found = json(await run_in_threadpool(about, desk, session))
        found.set_cookie(
            cookie(desk), secret, max_age=LONGEST // SECOND, path="/", secure=desk.secure,
            httponly=True, samesite="strict",
        )  # fmt: skip
        return found

    return route


async def _user(desk: Desk, login: Login, address: str) -> users.User | None:
    if login.token:
        return await run_in_threadpool(users.redeem, desk.node.settings, login.token, desk.clock())
    file = desk.users()
    sent = base64.b64encode(f"{login.name}:{login.password}".encode()).decode()
    found = desk.accounts.recall(f"Basic {sent}", desk.clock())
    if isinstance(found, Unproved):
        found = await desk.turns.prove(desk.accounts, found, desk.clock(), address)
    if not isinstance(found, Account):
        return None
    return next((each for each in file.users if each.name == found.name), None)


def sign_out(asked: Asked) -> Any:
    """End the session; nothing of it is left in the browser. Who came by an identity provider is
    told where to end it there too, where the provider can be asked."""
    asked.note("sign_out")
    provider = asked.desk.provider
    if provider is not None and asked.session.user.subject:
        with contextlib.suppress(Refused):
            if where := provider.leave():
                return json({"leave": where})
    return Response(status_code=204)


def about(desk: Desk, session: Session) -> dict[str, Any]:
    """What the page has to know once: who is signed in, whose node this is, and the words."""
    node = desk.node
    party = node.parties.get(node.party)
    agreed = sorted(
        {each for a in node.policy(at=desk.clock())[1].agreements for each in a.parties}
    )
    return {
        "user": session.user.name,
        "role": session.role,
        "csrf": session.csrf,
        "party": node.party,
        "name": node.settings.config.node.name or party.en,
        "exercise": node.exercise,
        "version": __version__,
        "parties": [
            {"code": each, "en": node.parties.get(each).en, "ja": node.parties.get(each).ja}
            for each in agreed
        ],
        "peers": [each.party for each in node.settings.config.peer],
        "kinds": {
            name: {"en": each.en, "ja": each.ja, "desk": each.desk, "pillar": each.pillar}
            for name, each in kinds().items()
        },
    }

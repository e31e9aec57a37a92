"""A server with plain collections in a real store, for two accounts and at a real uvicorn."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from taxii2client.v21 import Collection as TaxiiCollection
from taxii_world import CHEAP, HASHES, PARTIES, PASSWORDS, FakeViews, thing

from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.collections import Plain, Statuses
from noroshi.exchange.taxii.service import Collection, Rights, Root, Service, view_collection
from noroshi.store import Store

MEDIA = "application/taxii+json;version=2.1"
BOTH, READ, WRITE = Rights(True, True), Rights(read=True), Rights(write=True)
IDS = {
    name: f"0c0ffee0-0000-4000-8000-00000000000{n}"
    for n, name in enumerate(("open", "drop", "given", "closed", "small"), 1)
}
RIGHTS = {
    "open": {"bob": BOTH, "carol": READ},
    "drop": {"bob": WRITE, "carol": BOTH},
    "given": {"bob": READ, "carol": BOTH},
    "closed": {"carol": BOTH},
    "small": {"*": BOTH},
}
"""What bob and carol may do, by the alias of a collection."""


def service(store: Store, views: Any = None, *, page_cap: int = 1000) -> Service:
    """Two roots: `api` with a view and four collections, `small` with one and short bodies."""
    accounts = [Account(name, PARTIES[name], (HASHES[name],)) for name in PASSWORDS]

    def made(name: str, root: str) -> Collection:
        plain = Plain(store, root, IDS[name])
        return Collection(
            id=IDS[name],
            title=f"Collection {name}",
            content=plain,
            alias=name,
            plain=plain,
            rights=RIGHTS[name],
            page_cap=2 if name == "small" else None,
        )

    view = view_collection("JPN", views or FakeViews())
    first = tuple(made(name, "api") for name in IDS if name != "small")
    roots = (
        Root("api", "Test root", (view, *first), statuses=Statuses(store, "api")),
        Root(
            "small",
            "Small root",
            (made("small", "small"),),
            description="Short bodies",
            statuses=Statuses(store, "small"),
            max_content_length=600,
        ),
    )
    return Service(
        "Test server",
        roots,
        Accounts(accounts, CHEAP),
        b"s" * 32,
        description="For tests",
        contact="nobody",
        page_cap=page_cap,
        max_content_length=100_000,
    )


class World:
    """The running server, its store, and short ways to ask it."""

    def __init__(self, running: Any, folder: Path, **more: Any) -> None:
        self.running, self.store = running, Store.open(folder / "node.db", create=True)
        self.views = FakeViews()
        running.service = service(self.store, self.views, **more)
        self.url: str = running.url
        self.http = httpx2.Client(base_url=self.url, headers={"accept": MEDIA})

    def close(self) -> None:
        self.http.close()
        self.store.close()

    def restart(self) -> None:
        """As after the process was started again: nothing in memory is left."""
        self.running.service = service(self.store, self.views)

    def ask(self, method: str, path: str, user: str | None = "bob", **more: Any) -> httpx2.Response:
        auth = None if user is None else (user, PASSWORDS[user])
        return self.http.request(method, path, auth=auth, **more)

    def get(self, path: str, user: str = "bob", **query: Any) -> Any:
        """The JSON of a 200 answer; match fields are given as `match_type=…`."""
        named = {f"match[{k[6:]}]" if k.startswith("match_") else k: v for k, v in query.items()}
        answer = self.ask("GET", path, user, params=named)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(
        self, name: str, *things: Any, user: str = "bob", root: str = "api", **headers: str
    ) -> httpx2.Response:
        sent = {"content-type": MEDIA, **{k.replace("_", "-"): v for k, v in headers.items()}}
        body = things[0] if isinstance(things[0], bytes) else envelope(*things)
        path = f"/{root}/collections/{name}/objects/"
        return self.ask("POST", path, user, content=body, headers=sent)

    def add(self, name: str, *things: Any, user: str = "bob", root: str = "api") -> Any:
        """The status of a request that was taken."""
        answer = self.post(name, *things, user=user, root=root)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def ids(self, name: str = "open", user: str = "bob", **query: Any) -> list[str]:
        got = self.get(f"/api/collections/{name}/objects/", user, **query)
        return [each["id"] for each in got.get("objects", [])]


def envelope(*things: Any) -> bytes:
    return json.dumps({"objects": list(things)}).encode()


POINTS: dict[str, Callable[[World], None]] = {}
OPEN = "/api/collections/open"


def point(name: str) -> Callable[[Callable[[World], None]], None]:
    def kept(check: Callable[[World], None]) -> None:
        assert name not in POINTS
        POINTS[name] = check

    return kept


def client(world: World, name: str = "open", user: str = "bob") -> TaxiiCollection:
    url = f"{world.url}/api/collections/{IDS[name]}/"
    return TaxiiCollection(url, user=user, password=PASSWORDS[user])


def indicators(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [thing("indicator", n) for n in range(first, first + count)]


def stamps(answer: httpx2.Response) -> tuple[str | None, str | None]:
    names = ("x-taxii-date-added-first", "x-taxii-date-added-last")
    return answer.headers.get(names[0]), answer.headers.get(names[1])

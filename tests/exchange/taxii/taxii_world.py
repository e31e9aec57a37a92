"""A service to test against: a journal in memory, two partners, and STIX objects by number."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import argon2

from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.credentials import Password, hash_password
from noroshi.exchange.served import Match, Page, Served
from noroshi.exchange.taxii.handler import handle
from noroshi.exchange.taxii.message import Request, Response
from noroshi.exchange.taxii.service import Collection, Rights, Root, Service, view_collection
from noroshi.words.grant import Grant
from noroshi.words.label import Label, Strand, Tlp, highest_tlp, label
from noroshi.words.time import parse_instant

LATEST = Match()
READ = Rights(read=True)
NOW = parse_instant("2026-03-01T00:00:00Z")
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORDS = {"bob": "correct horse", "carol": "battery staple"}
PARTIES = {"bob": "EU", "carol": "AUS"}
HASHES = {name: Password(hash_password(each, CHEAP)) for name, each in PASSWORDS.items()}


class FakeViews:
    """Each party's journal as a plain list; filters by going through all of it."""

    def __init__(self) -> None:
        self.journal: dict[str, list[Served]] = {}
        self.lock = threading.Lock()

    def add(
        self,
        thing: dict[str, Any] | bytes,
        party: str = "EU",
        *,
        gap: int = 1,
        held: Label | None = None,
        grants: tuple[Grant, ...] = (),
    ) -> Served:
        """One more entry, `gap` µs after the one before; the object as a dict or as bytes."""
        body = thing if isinstance(thing, bytes) else json.dumps(thing).encode()
        head = json.loads(body)
        strands = held or label(Strand("JPN", "cyber", head["type"], Tlp.GREEN))
        with self.lock:
            journal = self.journal.setdefault(party, [])
            entered = (journal[-1].entered_at if journal else NOW) + gap
            stamp = head.get("modified") or head.get("created")
            served = Served(
                n=(journal[-1].n if journal else 0) + 1,
                oid=head["id"],
                oversion=parse_instant(stamp) if stamp else entered,
                otype=head["type"],
                spec_version=head.get("spec_version", "2.1"),
                entered_at=entered,
                body=body,
                label=strands,
                grants=grants,
                tlp=highest_tlp(strands),
            )
            journal.append(served)
        return served

    def page(
        self,
        party: str,
        now: int,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int = 1000,
        match: Match = LATEST,
        disclose: bool = True,
    ) -> Page:
        with self.lock:
            journal = list(self.journal.get(party, []))
        found = [
            each
            for each in journal
            if self._matches(each, [other for other in journal if other.oid == each.oid], match)
            and each.n > after_n
            and (added_after is None or each.entered_at > added_after)
        ]
        return Page(tuple(found[:limit]), len(found) > limit)

    def object(
        self, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        with self.lock:
            held = [each for each in self.journal.get(party, []) if each.oid == oid]
        return tuple(sorted(held, key=lambda each: -each.oversion))

    @staticmethod
    def _matches(each: Served, siblings: list[Served], match: Match) -> bool:
        if match.id and each.oid not in match.id:
            return False
        if match.type and each.otype not in match.type:
            return False
        newest = max(other.spec_version for other in siblings)
        specs = match.spec_version or (newest,)
        versions = sorted(other.oversion for other in siblings if other.spec_version in specs)
        if each.spec_version not in specs:
            return False
        ends = {"first": versions[0], "last": versions[-1], "all": each.oversion}
        return any(each.oversion == ends.get(v, v) for v in match.version or ("last",))


def make_service(views: Any, *, page_cap: int = 1000, secret: bytes = b"s" * 32) -> Service:
    """Two partners, one view collection, and a second collection that only AUS may read."""
    accounts = [Account(name, PARTIES[name], (HASHES[name],)) for name in PASSWORDS]
    ours = Collection(
        "0c0ffee0-0000-5000-8000-000000000001", "Ours", views, "ours", None, None, {"carol": READ}
    )
    root = Root("api", "Test root", (view_collection("JPN", views), ours))
    return Service(
        "Test server",
        (root,),
        Accounts(accounts, CHEAP),
        secret,
        page_cap=page_cap,
        max_content_length=1000,
    )


def basic(name: str = "bob", password: str | None = None) -> str:
    text = f"{name}:{PASSWORDS.get(name, '') if password is None else password}"
    return "Basic " + base64.b64encode(text.encode()).decode()


def ask(
    service: Service,
    path: str,
    query: str = "",
    *,
    method: str = "GET",
    user: str | None = "bob",
    now: int = NOW,
    body: bytes = b"",
    **headers: str,
) -> Response:
    """What the handler answers to `user` (None: without credentials)."""
    sent = {"accept": "application/taxii+json;version=2.1"}
    if user is not None:
        sent["authorization"] = basic(user)
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return handle(service, Request(method, path, query, sent, body), now)


def thing(kind: str, n: int, version: int | None = 0, **more: Any) -> dict[str, Any]:
    """A valid STIX 2.1 object: the `n`-th of its kind, in its `version`-th version."""
    oid = f"{kind}--{n:08x}-0000-4000-8000-000000000000"
    at = "2026-01-01T00:00:{:02d}.000Z"
    made: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": oid}
    if kind == "ipv4-addr":
        return made | {"value": f"10.0.0.{n}"} | more
    made |= {"created": at.format(0), "modified": at.format(version or 0)}
    if kind == "indicator":
        made |= {
            "pattern": f"[ipv4-addr:value = '10.0.0.{n}']",
            "pattern_type": "stix",
            "valid_from": at.format(0),
        }
    if kind == "malware":
        made |= {"is_family": False, "name": f"m{n}"}
    if kind == "identity":
        made |= {"name": f"who {n}"}
    return made | more

"""A node of Japan with planted findings under four labels, and people of every role."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import argon2
import msgspec
from starlette.testclient import TestClient

from noroshi.console import users
from noroshi.console.app import console
from noroshi.console.users import ROLES
from noroshi.desks.registry import desks
from noroshi.exchange.credentials import hash_password
from noroshi.node.findings import settle
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.setup import init
from noroshi.pact.explain import text
from noroshi.words.evidence import Evidence, Row
from noroshi.words.finding import Finding, finding_ids
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp
from noroshi.words.place import Place
from noroshi.words.time import HOUR, Span
from noroshi.words.told import Told

NOW = 1_780_000_000_000_000
"""2026-05-28, µs UTC."""
LATER = NOW + HOUR
PASSWORD = "a password of the tests"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202egnp.exe"
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
LABELS = (Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED)


class Clock:
    """Time that moves by one second at each reading."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def __call__(self) -> int:
        self.at += 1_000_000
        return self.at


def finding(
    n: int, kind: str, tlp: Tlp, subject: str = "", asset: str = "port:wpi-61210",
    lineage: str = "a lineage",
) -> Finding:  # fmt: skip
    """A planted finding, the n-th: an hour each, along 35° N."""
    subject = subject or f"mmsi:43100{n:04}"
    desk = desks()["sea"]
    span = Span(NOW - (n + 2) * HOUR, NOW - (n + 1) * HOUR)
    name, observation = finding_ids(
        "JPN", f"sea/{kind}", desk.kinds[kind], (subject,), span.t0, str(n)
    )
    strand = Strand("JPN", "maritime", "source", tlp)
    return Finding(
        id=name,
        observation=observation,
        version=0,
        owner="JPN",
        kind=kind,
        span=span,
        place=Place(139.0 + n / 7, 35.0123, 250.0),
        subjects=(subject,),
        assets=(asset,),
        measures={"duration_h": 1.0, "port": "Yokohama"},
        evidence=(
            Evidence("tracks.csv", lineage, NOW, sha256(b"tracks"), Row(n), Label((strand,))),
        ),
        detector=f"sea/{kind}",
        detector_version=desk.version,
        params_sha256="0" * 64,
        reliability="B",
        credibility=2,
    )


def planted(folder: Path, clock: Clock, many: int = 12, more: str = "") -> list[Finding]:
    """Make the node, its people, and `many` findings, the last of them of a hostile subject."""
    init(folder, "JPN", listen="127.0.0.1:0")
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    kinds = ("stop", "port_visit")
    made = [finding(n, kinds[n % 2], LABELS[n // 2 % 4]) for n in range(many)]
    made.append(finding(many, "stop", Tlp.GREEN, f"mmsi:{HOSTILE}"))
    with Node.open(folder) as node:
        load_law(node, clock())
        with node.store.write():
            settle(node, desks()["sea"], "0" * 64, made, clock())
        for role in ROLES:
            users.put(node.settings, role, role, None, clock())
        _passwords(node)
    return made


def _passwords(node: Node) -> None:
    """One password for all, hashed once and cheaply: tests sign in often."""
    cheap = hash_password(PASSWORD, CHEAP)
    path = node.settings.data / users.USERS
    file = json.loads(path.read_text("utf-8"))
    for each in file["users"]:
        each["argon2"] = cheap
    path.write_text(json.dumps(file), "utf-8")


def english(told: Any) -> str:
    """Sentences as the API gives them, in English: one, or several as lines."""
    each = told if isinstance(told, list) else [told]
    return text(msgspec.convert(each, list[Told]))


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """What answers where the console does not."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"behind"})


class Looker(TestClient):
    """A browser of the tests, perhaps signed in."""

    def enter(self, role: str) -> Looker:
        body = {"name": role, "password": PASSWORD}
        answer = self.post("/console/api/session", json=body)
        assert answer.status_code == 200, answer.text
        self.headers["x-noroshi-csrf"] = answer.json()["csrf"]
        return self

    def ask(self, path: str, **query: str) -> Any:
        answer = self.get(f"/console/api/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tell(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.post(f"/console/api/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


def looker(node: Node, clock: Clock) -> Looker:
    """A browser at the console of the node."""
    app = console(behind, node, clock, secure=False, hasher=CHEAP)
    return Looker(app, base_url="http://127.0.0.1:8440", follow_redirects=False)

"""A node in a process of its own, with plain collections filled from a file by `taxii load`."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from noroshi.bench.http import Access
from noroshi.bench.serving import process
from noroshi.node.collections import load
from noroshi.node.node import clock
from noroshi.node.setup import init

ACCOUNT, PASSWORD = "suite", "correct horse battery"
IDS = {
    name: f"0c0ffee0-0000-4000-8000-0000000001{n:02d}"
    for n, name in enumerate(("many", "add", "write", "read", "hidden", "busy"))
}
RIGHTS = {
    "many": (True, True),
    "add": (True, True),
    "write": (False, True),
    "read": (True, False),
    "hidden": (False, False),
    "busy": (True, True),
}
"""What the file gives to everybody, by the name that is the collection's title."""

KINDS = ("indicator", "malware", "tool", "campaign")


class Running(msgspec.Struct, frozen=True):
    """The process' port, and where each collection is."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def path(self, name: str, rest: str = "objects/") -> str:
        return f"/suite/collections/{IDS[name]}/{rest}"

    def access(self, name: str) -> Access:
        return Access(self.port, ACCOUNT, PASSWORD, self.path(name))


def made(kind: str, n: int, version: int = 0, spec: str = "2.1") -> dict[str, Any]:
    """The `n`-th object of a kind in one of its versions (seconds after its creation)."""
    at = "2026-01-01T00:{:02d}:{:02d}.000Z".format
    object_: dict[str, Any] = {
        "type": kind,
        "id": f"{kind}--{n:08x}-0000-4000-8000-000000000000",
        "created": at(0, 0),
        "modified": at(version // 60, version % 60),
        "name": f"{kind} {n} version {version}",
    }
    if spec == "2.1":
        object_["spec_version"] = "2.1"
    if kind == "indicator":
        object_ |= {"pattern": "[url:value = 'x']", "valid_from": at(0, 0)}
        object_ |= {"pattern_type": "stix"} if spec == "2.1" else {"labels": ["benign"]}
    if kind == "malware":
        object_ |= {"is_family": False} if spec == "2.1" else {"labels": ["worm"]}
    return object_


def content() -> dict[str, Any]:
    """The file: many objects in several versions and two specifications, in one API root."""
    things = [made(kind, n, version) for n in range(9) for kind in KINDS for version in (0, 5, 9)]
    things += [made("malware", n, 3, "2.0") for n in range(3)]
    rows = [
        {
            "id": each["id"],
            "version": each["modified"],
            "date_added": f"2026-02-01T00:00:00.{n:06}Z",
        }
        for n, each in enumerate(things)
    ]
    collections = [
        {
            "id": IDS[name],
            "title": name,
            "description": f"Collection {name}",
            "can_read": read,
            "can_write": write,
            "objects": things if name in ("many", "read", "hidden") else [],
            "manifest": rows if name in ("many", "read", "hidden") else [],
        }
        for name, (read, write) in RIGHTS.items()
    ]
    told = {
        "id": "2d086da7-4bdc-4f91-900e-d77486753710",
        "status": "pending",
        "request_timestamp": "2026-02-01T00:00:00Z",
        "pendings": [{"id": things[0]["id"], "version": things[0]["modified"]}],
    }
    information = {"title": "Suite", "description": "For suites", "max_content_length": 9_765_625}
    return {
        "/discovery": {"title": "A server"},
        "suite": {"information": information, "status": [told], "collections": collections},
    }


@contextmanager
def served(folder: Path, file: Path) -> Generator[tuple[int, int], None, None]:
    """The port and the process of a node that was filled from `file`, for ACCOUNT."""
    node, password = folder / "node", folder / "password"
    password.write_text(PASSWORD, "utf-8")
    init(node, "JPN", listen="127.0.0.1:0")
    load(node, file, ACCOUNT, password, clock())
    with process(node) as (port, pid):
        yield port, pid


@contextmanager
def running_suite(folder: Path) -> Generator[Running, None, None]:
    """The node filled from `content`."""
    file = folder / "data.json"
    file.write_text(json.dumps(content()), "utf-8")
    with served(folder, file) as (port, pid):
        yield Running(port, pid)

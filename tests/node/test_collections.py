"""Plain collections of a node: declared, filled from a file, served beside the view."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from noroshi.config import load_settings
from noroshi.exchange.taxii.handler import handle
from noroshi.exchange.taxii.message import Request, Response
from noroshi.node.collections import load
from noroshi.node.node import Node, clock
from noroshi.node.serve import service
from noroshi.node.setup import init
from noroshi.words.errors import BadConfig, BadInput

MEDIA = "application/taxii+json;version=2.1"
ID = "0c0ffee0-0000-4000-8000-000000000001"
MALWARE = "malware--11111111-1111-4111-8111-111111111111"


def version(n: int, **more: Any) -> dict[str, Any]:
    at = f"2017-01-0{n}T00:00:00.000Z"
    made = {"type": "malware", "spec_version": "2.1", "id": MALWARE, "created": at, "modified": at}
    return made | {"name": f"m{n}"} | more


def row(n: int, date: str) -> dict[str, str]:
    at = f"2017-01-0{n}T00:00:00.000Z"
    return {"id": MALWARE, "date_added": date, "version": at, "media_type": "application/stix+json"}


def data(**more: Any) -> dict[str, Any]:
    """A file with one root, one collection and one status."""
    collection = {
        "id": ID,
        "title": 'Some "quoted" title\n',
        "can_read": True,
        "can_write": True,
        "media_types": [],
        "objects": [version(2), version(1), version(3), {"type": "malware"}],
        # Two share a date; the third has one that is yet to come.
        "manifest": [
            row(1, "2018-01-01T00:00:00Z"),
            row(2, "2018-01-01T00:00:00Z"),
            row(3, "2999-01-01T00:00:00Z"),
        ],
    }
    item = {"id": MALWARE, "version": "2017-01-01T00:00:00.000Z"}
    told = {
        "id": "2d086da7-4bdc-4f91-900e-d77486753710",
        "status": "pending",
        "request_timestamp": "2016-11-02T12:34:34.123456Z",
        "pending_count": 1,
        "pendings": [item],
    }
    root = {
        "information": {"title": "Trust", "versions": [], "max_content_length": 9765625},
        "status": [told],
        "collections": [collection | more],
    }
    return {"/discovery": {"title": "T"}, "trust": root}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "jpn"
    init(made, "JPN", listen="127.0.0.1:0")
    return made


def file(folder: Path, content: Any) -> Path:
    path = folder.parent / "data.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def ask(node: Node, path: str, password: str, method: str = "GET", query: str = "") -> Response:
    import base64

    proof = base64.b64encode(f"suite:{password}".encode()).decode()
    headers = {"authorization": f"Basic {proof}", "accept": MEDIA}
    return handle(service(node), Request(method, path, query, headers), clock())


def test_a_file_is_declared_filled_and_served(folder: Path) -> None:
    before = clock()
    loaded = load(folder, file(folder, data()), "suite", None, before)
    assert (loaded.roots, loaded.collections, loaded.added, loaded.statuses) == (1, 1, 3, 1)
    assert loaded.refused == [f"{ID}: objects[3]: id: expected type--UUID"]
    assert loaded.password
    secret = folder / "data" / "accounts.json"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    with Node.open(folder) as node:
        got = json.loads(
            ask(
                node,
                f"/trust/collections/{ID}/manifest/",
                loaded.password,
                query="match[version]=all",
            ).body
        )
        dates = [each["date_added"] for each in got["objects"]]
        assert dates[:2] == ["2018-01-01T00:00:00.000000Z", "2018-01-01T00:00:00.000001Z"]
        assert dates[2] < "2999"
        made = json.loads(
            ask(node, "/trust/status/2d086da7-4bdc-4f91-900e-d77486753710/", loaded.password).body
        )
        assert (made["status"], made["total_count"], made["pending_count"]) == ("pending", 1, 1)
        root = json.loads(ask(node, "/trust/", loaded.password).body)
        assert (root["title"], root["max_content_length"]) == ("Trust", 9765625)
        # An account of no party has no view, and what was added is no record of the node.
        assert ask(node, "/api/collections/", loaded.password).status == 404
        assert json.loads(ask(node, "/taxii2/", loaded.password).body)["api_roots"] == ["/trust/"]
        assert node.store.record(MALWARE) is None
        assert node.store.counts()["record"] == 0


def test_loading_again_adds_what_is_new_and_declares_nothing_twice(folder: Path) -> None:
    load(folder, file(folder, data()), "suite", None, clock())
    declared = (folder / "node.toml").read_bytes()
    changed = data()
    changed["trust"]["collections"][0]["objects"].append(version(4))
    loaded = load(folder, file(folder, changed), "suite", None, clock())
    assert (loaded.added, loaded.known, loaded.password) == (1, 3, None)
    assert (folder / "node.toml").read_bytes() == declared


def test_a_password_may_be_given(folder: Path) -> None:
    given = folder.parent / "password"
    given.write_text("Password1\n", "utf-8")
    assert load(folder, file(folder, data()), "suite", given, clock()).password is None
    with Node.open(folder) as node:
        assert ask(node, "/taxii2/", "Password1").status == 200
        assert ask(node, "/taxii2/", "password1").status == 401


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "no TAXII data"),
        ({"trust": {}}, "information"),
        ({"trust": {"information": {"title": 5}}}, "title"),
        (data(can_read="yes"), "can_read"),
    ],
    ids=["list", "no information", "title", "rights"],
)
def test_a_file_of_another_shape_changes_nothing(folder: Path, content: Any, says: str) -> None:
    before = (folder / "node.toml").read_bytes()
    with pytest.raises(BadInput, match=says):
        load(folder, file(folder, content), "suite", None, clock())
    assert (folder / "node.toml").read_bytes() == before


def test_what_would_be_no_configuration_changes_nothing(folder: Path) -> None:
    before = (folder / "node.toml").read_bytes()
    with pytest.raises(BadConfig, match="UUID"):
        load(folder, file(folder, data(id="not a UUID")), "suite", None, clock())
    with pytest.raises(BadInput, match="no name for an account"):
        load(folder, file(folder, data()), "../suite", None, clock())
    assert (folder / "node.toml").read_bytes() == before
    assert load_settings(folder).config.account == ()


@pytest.mark.shared
def test_the_reference_servers_own_data_is_served(folder: Path, shared: Path) -> None:
    path = shared / "data/cyber/oasis/taxii/medallion_default_data.json"
    loaded = load(folder, path, "suite", None, clock())
    assert (loaded.roots, loaded.collections, loaded.added, loaded.statuses) == (3, 5, 8, 2)
    assert loaded.refused == []
    assert loaded.password
    theirs = json.loads(path.read_bytes())["trustgroup1"]
    with Node.open(folder) as node:
        found = json.loads(ask(node, "/trustgroup1/collections/", loaded.password).body)
        rights = {
            each["id"]: (each["can_read"], each["can_write"]) for each in found["collections"]
        }
        assert rights == {
            each["id"]: (each["can_read"], each["can_write"])
            for each in theirs["collections"]
            if each["can_read"] or each["can_write"]
        }
        high = next(each for each in theirs["collections"] if each["objects"])
        query = "match[version]=all&match[spec_version]=2.0,2.1"
        base = f"/trustgroup1/collections/{high['id']}"
        rows = json.loads(ask(node, f"{base}/manifest/", loaded.password, query=query).body)
        dates = {(each["id"], each["version"]): each["date_added"] for each in rows["objects"]}
        wanted = {(each["id"], each["version"]): each["date_added"] for each in high["manifest"]}
        assert dates.keys() == wanted.keys()
        # Two share a date there; a date is nobody's twice here.
        assert sum(dates[key] != wanted[key] for key in wanted) == 1
        things = json.loads(ask(node, f"{base}/objects/", loaded.password, query=query).body)
        assert sorted(map(json.dumps, things["objects"])) == sorted(
            map(json.dumps, high["objects"])
        )

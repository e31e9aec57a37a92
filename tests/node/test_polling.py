"""Polled feeds: whole, resumed where it broke off, and only what is new."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from noroshi.config import load_settings
from noroshi.exchange.taxii.fetch import Patience
from noroshi.exchange.taxii.message import MEDIA_TYPE
from noroshi.feeds.polled import Way, poll
from noroshi.node.node import Node
from noroshi.node.polling import Polled, look, polled_feeds
from noroshi.words.errors import BadConfig, BadInput

AT_ONCE = Patience(attempts=1, page=2, sleep=lambda _: None)
TAXII = "taxii+https://cti.example/api/collections/a1/"
MISP = "https://misp.example/feed/manifest.json"
KEV = "https://kev.example/known.json"
FEEDS = "".join(
    f'[[feed]]\nuri = "{uri}"\nlabel = {{ tlp = "green" }}\nlineage = "{name}"\n'
    for name, uri in (("taxii", TAXII), ("misp", MISP), ("kev", KEV))
)


def malware(n: int) -> dict[str, Any]:
    return {"type": "malware", "spec_version": "2.1", "is_family": False, "name": f"M{n}",
            "id": f"malware--5a1b0c4e-7c64-4b3c-9d4e-{n:012d}",
            "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}  # fmt: skip


class Server:
    """A collection of objects, two a page, that may fail; and files by their path."""

    def __init__(self) -> None:
        self.objects: list[bytes] = []
        self.files: dict[str, bytes] = {}
        self.fail_at: str | None = None
        self.asked: list[str] = []

    def client(self) -> httpx2.Client:
        return httpx2.Client(transport=httpx2.MockTransport(self.answer))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        query = request.url.query.decode()
        self.asked.append(request.url.path + ("?" + query if query else ""))
        if self.fail_at and self.fail_at in self.asked[-1]:
            return httpx2.Response(500)
        if request.url.path.endswith("/objects/"):
            return self.page(dict(request.url.params))
        body = self.files.get(request.url.path)
        if body is None:
            return httpx2.Response(404)
        tag = f'"{hash(body)}"'
        if request.headers.get("if-none-match") == tag:
            return httpx2.Response(304)
        return httpx2.Response(200, content=body, headers={"etag": tag})

    def page(self, asked: dict[str, str]) -> httpx2.Response:
        start = int(asked.get("next") or asked.get("added_after", "x.000")[-4:-1].strip("."))
        some = self.objects[start : start + 2]
        end = start + len(some)
        body = b'{"objects":[' + b",".join(some) + b"]" if some else b"{"
        more = end < len(self.objects)
        body += b',"more":true,"next":"%d"}' % end if more else b"}"
        dated = {"x-taxii-date-added-last": f"2026-01-01T00:00:00.{end:03d}Z"} if some else {}
        return httpx2.Response(200, content=body, headers={"content-type": MEDIA_TYPE, **dated})


@pytest.fixture
def server() -> Server:
    found = Server()
    found.objects = [json.dumps(malware(n), indent=1).encode() for n in range(5)]
    return found


def polled(folder: Path, uri: str, server: Server, clock: Callable[[], int]) -> Polled:
    with Node.open(folder) as node, server.client() as http:
        (feed,) = polled_feeds(node, [uri])
        return look(node, feed, clock, AT_ONCE, Way(http, None, AT_ONCE))


def test_a_collection_is_read_to_its_end_and_then_only_what_is_new(
    make: Callable[..., Path], clock: Callable[[], int], server: Server
) -> None:
    folder = make(more=FEEDS)
    first = polled(folder, TAXII, server, clock)
    assert (first.problem, first.files) == (None, 3)
    with Node.open(folder) as node:
        held = node.store.record(malware(3)["id"])
    assert held is not None
    assert held.raw == server.objects[3]
    assert held.label.strands[0].tlp.value == "green"
    assert polled(folder, TAXII, server, clock).files == 0
    server.objects.append(json.dumps(malware(9)).encode())
    again = polled(folder, TAXII, server, clock)
    assert [each.records for each in again.report.sources] == [1]


def test_what_broke_off_goes_on_where_it_was(
    make: Callable[..., Path], clock: Callable[[], int], server: Server
) -> None:
    folder = make(more=FEEDS)
    server.fail_at = "next=4"
    first = polled(folder, TAXII, server, clock)
    assert first.files == 2
    assert "HTTP 500" in str(first.problem)
    server.fail_at = None
    server.asked.clear()
    second = polled(folder, TAXII, server, clock)
    assert (second.problem, second.files) == (None, 1)
    assert len(server.asked) == 1


def test_a_page_that_was_written_and_not_noted_comes_once(tmp_path: Path, server: Server) -> None:
    """As after a kill between the two."""
    way = Way(server.client(), None, AT_ONCE)
    reading = poll(TAXII, tmp_path, way)
    first = next(reading)
    (tmp_path / "state.json").unlink()
    again = list(poll(TAXII, tmp_path, way))
    assert again[0].name == first.name
    assert len(list(tmp_path.glob("page-*"))) == 3


def test_of_a_misp_feed_the_events_that_changed(
    make: Callable[..., Path], clock: Callable[[], int], server: Server
) -> None:
    folder = make(more=FEEDS)
    ids = [f"5a1b0c4e-7c64-4b3c-9d4e-00000000000{n}" for n in range(3)]

    def publish(*stamps: int) -> None:
        manifest = {}
        for name, stamp in zip(ids, stamps, strict=True):
            told = {"info": f"E {stamp}", "date": "2026-01-20", "timestamp": str(stamp)}
            manifest[name] = told
            event = {"Event": {**told, "uuid": name, "Attribute": []}}
            server.files[f"/feed/{name}.json"] = json.dumps(event).encode()
        server.files["/feed/manifest.json"] = json.dumps(manifest).encode()

    publish(1_769_000_001, 1_769_000_002, 1_769_000_003)
    assert polled(folder, MISP, server, clock).files == 3
    publish(1_769_000_001, 1_769_000_009, 1_769_000_003)
    server.asked.clear()
    again = polled(folder, MISP, server, clock)
    assert (again.problem, again.files) == (None, 1)
    assert server.asked == ["/feed/manifest.json", f"/feed/{ids[1]}.json"]
    with Node.open(folder) as node:
        assert len(node.store.versions(f"report--{ids[1]}")) == 2


def test_an_entry_of_a_manifest_that_is_none_stops_no_other(
    make: Callable[..., Path], clock: Callable[[], int], server: Server
) -> None:
    name = "5a1b0c4e-7c64-4b3c-9d4e-000000000001"
    told = {"info": "E", "date": "2026-01-20", "timestamp": "1769000001"}
    event = {"Event": {**told, "uuid": name, "Attribute": []}}
    server.files[f"/feed/{name}.json"] = json.dumps(event).encode()
    server.files["/feed/manifest.json"] = json.dumps(
        {name.replace("01", "02"): None, name: told, "x": ["y"]}
    ).encode()
    found = polled(make(more=FEEDS), MISP, server, clock)
    assert (found.problem, found.files) == (None, 1)


def test_a_file_is_fetched_again_only_when_it_changed(
    make: Callable[..., Path], clock: Callable[[], int], server: Server
) -> None:
    folder = make(more=FEEDS)
    entry = {
        "cveID": "CVE-2026-0001",
        "vendorProject": "a",
        "product": "b",
        "dateAdded": "2026-01-01",
    }
    server.files["/known.json"] = json.dumps(
        {"catalogVersion": "1", "vulnerabilities": [entry]}
    ).encode()
    assert polled(folder, KEV, server, clock).report.sources[0].records == 1
    assert polled(folder, KEV, server, clock).files == 0
    server.files["/known.json"] += b"\n"
    assert polled(folder, KEV, server, clock).report.sources[0].known == 1


@pytest.mark.parametrize("answer", [b"[]", b"{", b'{"a": 1}'])
def test_a_manifest_that_is_none_is_said(
    make: Callable[..., Path], clock: Callable[[], int], server: Server, answer: bytes
) -> None:
    server.files["/feed/manifest.json"] = answer
    found = polled(make(more=FEEDS), MISP, server, clock)
    assert "manifest of a MISP feed" in str(found.problem)
    assert found.files == 0


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://cti.example/a.json", "not over TLS"),
        ("https://a:b@cti.example/a.json", "without a password"),
        ("taxii+https:///x", "no address"),
    ],
)
def test_an_address_that_is_not_safe_is_refused(
    make: Callable[..., Path], uri: str, reason: str
) -> None:
    folder = make()
    with (folder / "node.toml").open("a") as file:
        file.write(f'[[feed]]\nuri = "{uri}"\nlabel = {{ tlp = "green" }}\n')
    with pytest.raises(BadConfig, match=reason):
        load_settings(folder)


def test_what_comes_by_itself_has_to_be_declared(make: Callable[..., Path]) -> None:
    with Node.open(make(more=FEEDS)) as node, pytest.raises(BadInput, match="no such feed"):
        polled_feeds(node, ["https://other.example/"])

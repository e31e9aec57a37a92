"""What the TAXII cases count, and who proves who it is how."""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from contextlib import contextmanager
from typing import Any

import pytest

from noroshi.bench import serving, taxii
from noroshi.bench.attack import dated, objects
from noroshi.bench.http import Access, Client
from noroshi.bench.measure import cpu_of
from noroshi.bench.peer import PeerMissing
from noroshi.words.stix import head


class Server:
    """In place of an access: answers what it is told, and remembers what it was sent."""

    path = "/objects/"

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = [json.dumps(each).encode() for each in answers]
        self.got: list[tuple[str, bytes]] = []

    @contextmanager
    def client(self) -> Any:
        yield self

    def post(self, path: str, body: bytes) -> bytes:
        self.got.append((path, body))
        return self.answers[len(self.got) - 1]


def complete(count: int) -> dict[str, Any]:
    return {"status": "complete", "success_count": count}


def test_additions_count_where_all_are_complete() -> None:
    server: Any = Server(complete(3), complete(2))
    assert taxii.adds(server, [b"a", b"b"], 5) > 0
    assert server.got == [("/objects/", b"a"), ("/objects/", b"b")]


@pytest.mark.parametrize(
    "second",
    [complete(1), {"status": "pending", "success_count": 2}],
    ids=["one failed", "not yet"],
)
def test_additions_that_are_not_complete_are_no_figure(second: dict[str, Any]) -> None:
    server: Any = Server(complete(3), second)
    with pytest.raises(OSError, match="of 5 objects were added"):
        taxii.adds(server, [b"a", b"b"], 5)


def test_a_peer_gets_exactly_a_page() -> None:
    with (
        pytest.raises(AssertionError, match="served 1 of 1000"),
        taxii.holding("medallion", b'{"objects":[{}]}'),
    ):
        pass  # fmt: skip


def test_a_token_stands_in_for_name_and_password() -> None:
    def proof(access: Access) -> str:
        with access.client() as client:
            assert isinstance(client, Client)
            return client._headers["Authorization"]

    basic = base64.b64encode(b"a:b").decode()
    assert proof(Access(1, "a", "b", "/")) == f"Basic {basic}"
    assert proof(Access(1, "a", "b", "/", "t")) == "Bearer t"


def test_dated_objects_leave_out_only_those_without_a_date() -> None:
    left = {head(raw).id for raw in objects()} - {head(raw).id for raw in dated()}
    assert [each.partition("--")[0] for each in left] == ["marking-definition"]


def test_a_peer_that_refuses_the_objects_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    page = json.dumps({"objects": [{}] * taxii.PAGE}).encode()

    @contextmanager
    def started(environment: str, script: str) -> Any:
        assert (environment, script) == ("opentaxii", "opentaxii_server")
        yield type("Peer", (), {"hello": {"port": 1, "path": "/", "token": "t"}})

    monkeypatch.setattr(taxii, "started", started)
    with pytest.raises(PeerMissing, match="OpenTAXII"), taxii.holding("OpenTAXII", page):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux'")
def test_cpu_time_is_that_of_both() -> None:
    """Of this process twice: within two ticks of the system's clock."""
    clock = cpu_of(os.getpid())
    before, alone = clock(), time.process_time()
    while time.process_time() - alone < 0.1:
        pass
    spent, alone = clock() - before, time.process_time() - alone
    assert 2 * alone - 0.03 <= spent <= 2 * alone + 0.03


@pytest.mark.parametrize("pid", [None, 2**30])
def test_without_a_process_to_ask_it_is_the_wall_clock(pid: int | None) -> None:
    assert cpu_of(pid) is time.perf_counter


@pytest.mark.slow
@pytest.mark.parametrize("terms", ["", serving.TRANSFORMED], ids=["whole", "variants"])
def test_the_node_of_the_bench_serves_and_takes(terms: str) -> None:
    with serving.node(terms) as access:
        with access.client() as client:
            page = json.loads(client.get(f"{access.path}?limit=50"))["objects"]
        known = {head(raw).id for raw in objects()}
        assert len(page) == 50
        assert all((each["id"] in known) is (terms == "") for each in page)
        for n in range(serving.COLLECTIONS):
            assert taxii.adds(serving.into(access, n), [taxii.envelope(dated()[:20])], 20) > 0

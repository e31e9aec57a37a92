"""Two nodes in two processes: what is released arrives, and what is ended is taken back."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stix2
import taxii2client.v21 as taxii

from noroshi.demo.nodes import connect, introduce, serving
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.overview import overview
from noroshi.node.sync import sync

Suez = tuple[bytes, list[bytes]]


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory, suez: Suez) -> tuple[Path, Path]:
    """Japan with findings and indicators, and the EU, introduced to one another."""
    folder = tmp_path_factory.mktemp("met")
    japan, union = introduce(folder)
    feed = folder / "suez-202103.csv.gz"
    feed.write_bytes(suez[0] + b"".join(suez[1][:2500]))
    with Node.open(japan) as node:
        ingest(node, [feed], clock)
    return japan, union


@pytest.fixture(scope="module")
def served(met: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Japan's node, running as a process."""
    japan = shutil.copytree(met[0], tmp_path_factory.mktemp("served") / "jpn")
    with serving(japan) as url:
        yield url


@pytest.fixture
def nodes(met: tuple[Path, Path], served: str, tmp_path: Path) -> tuple[Path, Path]:
    """Japan's node as it was before it served, and the EU's, which knows where it answers."""
    japan, union = (shutil.copytree(each, tmp_path / each.name) for each in met)
    connect(japan, union, served)
    return japan, union


def held(folder: Path) -> dict[str, str]:
    """Live records of a node by id, with their kind."""
    with Node.open(folder) as node:
        rows = node.store.cells_since(0, 10**6)
    return {row.id: row.kind for row in rows if row.status == "live"}


def test_a_plain_client_reads_the_view_and_sees_its_marking(
    nodes: tuple[Path, Path], served: str
) -> None:
    password = (nodes[1] / "secrets" / "jpn.password").read_text()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = taxii.Server(served, user="eu", password=password)
        (collection,) = (each for each in server.api_roots[0].collections if each.alias == "view")
        objects: list[dict[str, object]] = []
        for page in taxii.as_pages(collection.get_objects, per_request=100):
            objects += page.get("objects", [])
        source = stix2.TAXIICollectionSource(collection)
        events = source.query([stix2.Filter("type", "=", "event")])
        collection.close()
    with Node.open(nodes[0]) as node:
        decided = overview(node, "EU", clock())
    assert len(events) == decided.partial == len([o for o in objects if o["type"] == "event"]) > 20
    assert all("object_marking_refs" in each for each in objects if each["type"] == "event")


def test_wrong_credentials_read_nothing(served: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = taxii.Server(served, user="eu", password="wrong")
        with pytest.raises(Exception, match="401"):
            _ = server.api_roots
        server.close()


def test_a_second_pull_brings_nothing_new(nodes: tuple[Path, Path]) -> None:
    with Node.open(nodes[1]) as node:
        first = sync(node, "JPN", clock)
        again = sync(node, "JPN", clock)
    assert first.refused == again.refused == again.objects == 0
    assert first.stored == len(held(nodes[1])) > 100


def test_what_a_new_law_ends_is_taken_back_and_what_it_allows_again_returns(
    met: tuple[Path, Path], tmp_path: Path
) -> None:
    japan, union = (shutil.copytree(each, tmp_path / each.name) for each in met)
    with serving(japan) as url:
        connect(japan, union, url)
        given_and_taken(japan, union)


def given_and_taken(japan: Path, union: Path) -> None:
    with Node.open(union) as node:
        sync(node, "JPN", clock)
    before = held(union)
    assert "stop" in before.values()
    file = japan / "agreements" / "eu-jpn-sdp.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('pillars = ["maritime", "hybrid"]', 'pillars = ["hybrid"]'))
    with Node.open(japan) as node:
        assert load_law(node, clock()).changed
    with Node.open(union) as node:
        report = sync(node, "JPN", clock)
        assert report.withdrawn >= list(before.values()).count("stop")
        assert not node.store.findings(kind="stop")
    assert "stop" not in held(union).values()
    file.write_text(text)
    with Node.open(japan) as node:
        load_law(node, clock())
    with Node.open(union) as node:
        sync(node, "JPN", clock)
    after = held(union)
    assert {key for key, kind in after.items() if kind == "stop"} == {
        key for key, kind in before.items() if kind == "stop"
    }


def test_what_nobody_we_know_signed_is_not_kept(nodes: tuple[Path, Path]) -> None:
    union = nodes[1]
    config = union / "node.toml"
    text = config.read_text("utf-8")
    key = text.split('public_key = "')[1].split('"')[0]
    config.write_text(text.replace(key, "00" * 32))
    with Node.open(union) as node:
        report = sync(node, "JPN", clock)
    assert report.stored == 0
    assert report.refused > 100
    assert list(report.reasons) == ["no key of JPN that counts signed it"]


def test_the_worker_brings_the_view_up_to_date_by_itself(
    nodes: tuple[Path, Path], wait: Callable[[Callable[[], bool]], None]
) -> None:
    with serving(nodes[0]), Node.open(nodes[0]) as node:
        wait(lambda: node.store.view_state("EU").seq > 0)
        assert json.loads(node.store.view_page("EU", limit=1)[0].body)["id"]

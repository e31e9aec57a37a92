"""Public clients read us unmodified: taxii2-client, and stix2's data source on top of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2 import Filter, TAXIICollectionSource
from stix2.datastore.filters import apply_common_filters
from taxii2client.v21 import Collection, Server, as_pages

from noroshi.exchange.served import Page
from noroshi.exchange.taxii.client import Cursor, discover, open_client, pull
from noroshi.words.label import Tlp, tlp_marking_id
from noroshi.words.stix import split

KINDS = ("indicator", "malware", "identity", "ipv4-addr")


@pytest.fixture
def collection(running: Any, service: Any) -> Iterator[Collection]:
    running.service = service
    with Server(f"{running.url}/taxii2/", user="bob", password="correct horse") as server:
        yield server.default.collections[0]


def test_server_root_and_collection_are_read(running: Any, service: Any) -> None:
    running.service = service
    with Server(f"{running.url}/taxii2/", user="bob", password="correct horse") as server:
        root = server.default
        assert (server.title, root.title) == ("Test server", "Test root")
        assert root.versions == ["application/taxii+json;version=2.1"]
        assert root.max_content_length == 1000
        (collection,) = root.collections
        assert (collection.alias, collection.can_read, collection.can_write) == (
            "view",
            True,
            False,
        )


def newest(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without TAXII's filters: of each object what has no later version, in the order given."""
    return [
        one
        for one in things
        if not any(
            other["id"] == one["id"] and other.get("modified", "") > one.get("modified", "")
            for other in things
        )
    ]


worlds = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 3)),
    unique=True,
    max_size=40,
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "type": st.lists(st.sampled_from((*KINDS, "tool")), min_size=1, max_size=2),
        "id": st.lists(
            st.builds(
                "{}--{:08x}-0000-4000-8000-000000000000".format,
                st.sampled_from(KINDS),
                st.integers(0, 6),
            ),
            min_size=1,
            max_size=3,
        ),
    },
)


def filled(fake: Any, stix: Any, world: list[tuple[str, int, int]]) -> tuple[Any, list[Any]]:
    """A journal with the things of `world`, and the plain list of them."""
    views, things = fake(), list[Any]()
    for kind, n, version in world:
        made = stix(kind, n, version)
        if made not in things:  # an address has one version only
            things.append(made)
            views.add(made, gap=1 + n * 700)
    return views, things


@given(world=worlds, asked=filters, limit=st.integers(1, 12), cap=st.integers(1, 12))
@settings(max_examples=25)
def test_every_page_by_page_read_is_what_stix2_selects(
    running: Any,
    fake: Any,
    make: Any,
    stix: Any,
    world: list[Any],
    asked: dict[str, Any],
    limit: int,
    cap: int,
) -> None:
    views, things = filled(fake, stix, world)
    running.service = make(views, page_cap=cap)
    url = f"{running.url}/api/collections/{running.service.roots[0].collections[0].id}/"
    with Collection(url, user="bob", password="correct horse") as collection:
        pages = list(as_pages(collection.get_objects, per_request=limit, **asked))
        rows = list(as_pages(collection.get_manifest, per_request=limit, **asked))
    read = [each for page in pages for each in page.get("objects", [])]
    wanted = apply_common_filters(
        newest(things), [Filter(name, "in", values) for name, values in asked.items()]
    )
    assert [(each["id"], each.get("modified")) for each in read] == [
        (each["id"], each.get("modified")) for each in wanted
    ]
    assert all(len(page["objects"]) <= min(limit, cap) for page in pages if page)
    assert [row["id"] for page in rows for row in page.get("objects", [])] == [
        each["id"] for each in read
    ]


@given(world=worlds, version=st.sampled_from(["first", "last", "all", "first,last"]))
@settings(max_examples=20)
def test_versions_are_the_ones_asked_for(
    running: Any, fake: Any, make: Any, stix: Any, world: list[Any], version: str
) -> None:
    views, things = filled(fake, stix, world)
    running.service = make(views, page_cap=7)
    url = f"{running.url}/api/collections/{running.service.roots[0].collections[0].id}/"
    with Collection(url, user="bob", password="correct horse") as collection:
        pages = list(as_pages(collection.get_objects, per_request=5, version=version))
        chains = {each["id"]: collection.object_versions(each["id"]) for each in things[:3]}
    read = [
        (each["id"], each.get("modified")) for page in pages for each in page.get("objects", [])
    ]
    stamps: dict[str, list[Any]] = {}
    for each in things:
        stamps.setdefault(each["id"], []).append(each.get("modified"))
    wanted = {
        "first": lambda oid, at: at == min(stamps[oid]),
        "last": lambda oid, at: at == max(stamps[oid]),
        "all": lambda oid, at: True,
        "first,last": lambda oid, at: at in (min(stamps[oid]), max(stamps[oid])),
    }[version]
    listed = [(each["id"], each.get("modified")) for each in things]
    assert read == [(oid, at) for oid, at in listed if len(stamps[oid]) == 1 or wanted(oid, at)]
    for oid, chain in chains.items():
        if not oid.startswith("ipv4-addr"):
            assert chain["versions"] == sorted(stamps[oid], reverse=True)


def test_stix2_source_gets_queries_and_lists_versions(
    collection: Collection, views: Any, stix: Callable[..., dict[str, Any]]
) -> None:
    for n in range(5):
        views.add(stix("indicator", n))
    views.add(stix("malware", 1))
    for version in (1, 2):
        views.add(stix("indicator", 3, version))
    source = TAXIICollectionSource(collection, items_per_page=2)
    third = stix("indicator", 3)["id"]
    assert source.get(third).modified.second == 2
    assert source.get(stix("indicator", 9)["id"]) is None
    assert [each.modified.second for each in source.all_versions(third)] == [0, 1, 2]
    assert len(source.query([Filter("type", "=", "indicator")])) == 5
    assert [each.id for each in source.query([Filter("name", "=", "m1")])] == [
        stix("malware", 1)["id"]
    ]


def test_tlp_marking_named_by_an_object_can_be_read(
    collection: Collection, views: Any, stix: Callable[..., dict[str, Any]]
) -> None:
    views.add(stix("identity", 1))
    (read,) = collection.get_objects()["objects"]
    (marking,) = read["object_marking_refs"]
    (definition,) = collection.get_object(marking)["objects"]
    assert definition["id"] == marking
    assert definition["name"] == "TLP:GREEN"


@given(
    first=st.integers(1, 12),
    arrivals=st.lists(st.integers(0, 4), max_size=6),
    limit=st.integers(1, 4),
)
@settings(max_examples=15)
def test_what_arrives_between_pages_is_neither_lost_nor_repeated(
    running: Any, fake: Any, make: Any, stix: Any, first: int, arrivals: list[int], limit: int
) -> None:
    views = fake()
    versions: dict[int, int] = {}

    def arrive(n: int) -> None:
        versions[n] = versions.get(n, -1) + 1
        views.add(stix("indicator", n, versions[n]))

    for n in range(first):
        arrive(n)
    running.service = make(views)
    url = f"{running.url}/api/collections/{running.service.roots[0].collections[0].id}/"
    read: list[tuple[str, str]] = []
    coming = iter(arrivals)
    with Collection(url, user="bob", password="correct horse") as collection:
        for page in as_pages(collection.get_objects, per_request=limit):
            read += [(each["id"], each["modified"]) for each in page.get("objects", [])]
            n = next(coming, None) if page.get("more") else None
            if n is not None:  # a new version of an old object and a new one, before the next page
                arrive(n)
                arrive(100 + n)
    assert len(read) == len(set(read))
    everything = [json.loads(each.body) for each in views.journal["EU"]]
    assert {(each["id"], each["modified"]) for each in newest(everything)} <= set(read)


@pytest.mark.shared
def test_attack_for_ics_arrives_whole_at_a_peer_and_at_a_plain_client(
    running: Any, make: Any, views: Any, shared: Path
) -> None:
    bundle = (shared / "data/cyber/attack/ics-attack-18.1.stix21.json").read_bytes()
    bodies = list(split(bundle))
    for body in bodies:
        views.add(body)
    # One pass over the journal a page is enough here: each object has one version.
    views.page = lambda party, now, *, after_n, limit, **_: Page(
        tuple(views.journal[party][after_n : after_n + limit]), after_n + limit < len(bodies)
    )
    running.service = make(views)
    auth = ("bob", "correct horse")
    with open_client() as http:
        url = discover(running.url, auth, http)
        assert [raw for page in pull(url, auth, Cursor(), http) for raw in page.objects] == bodies
    with Collection(url, user=auth[0], password=auth[1]) as collection:
        pages = as_pages(collection.get_objects, per_request=700)
        read = [each for page in pages for each in page["objects"]]
    marking = tlp_marking_id(Tlp.GREEN)
    for each in read:
        assert marking in each["object_marking_refs"]
        each["object_marking_refs"].remove(marking)
    theirs = [{"object_marking_refs": []} | json.loads(body) for body in bodies]
    assert [{"object_marking_refs": []} | each for each in read] == theirs

"""Public clients at a real process, every public method of theirs, on data loaded from a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import stix2
from stix2 import Filter, TAXIICollectionSink, TAXIICollectionSource, TAXIICollectionStore
from stix2.datastore import DataSourceError
from taxii2client.exceptions import AccessError
from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages
from taxii_process import ACCOUNT, IDS, KINDS, PASSWORD, RIGHTS, Running, content, made

AUTH: dict[str, Any] = {"user": ACCOUNT, "password": PASSWORD}
THINGS = content()["suite"]["collections"][0]["objects"]
LAST = [each for each in THINGS if each["modified"].endswith(":09.000Z")]
"""What a page has without filters: of each object its last version in the newest specification."""


@pytest.fixture
def collection(suite: Running) -> Iterator[Any]:
    opened: list[Collection] = []

    def get(name: str) -> Collection:
        url = f"{suite.url}{suite.path(name, '')}"
        opened.append(Collection(url, **AUTH))
        return opened[-1]

    yield get
    for each in opened:
        each.close()


def test_server_and_roots(suite: Running) -> None:
    with Server(f"{suite.url}/taxii2/", **AUTH) as server:
        assert server.title
        assert [each.url for each in server.api_roots] == [f"{suite.url}/suite/"]
        assert server.default.url == f"{suite.url}/suite/"
        server.refresh()
        root = server.default
        root.refresh()
        assert (root.title, root.description) == ("Suite", "For suites")
        assert root.max_content_length == 9_765_625
        assert root.versions == ["application/taxii+json;version=2.1"]
        root.refresh_information()
        root.refresh_collections()
        rights = {each.title: (each.can_read, each.can_write) for each in root.collections}
        assert rights == {name: each for name, each in RIGHTS.items() if any(each)}
        assert [each.id for each in root.collections] == sorted(
            IDS[name] for name in RIGHTS if name != "hidden"
        )


def test_status_of_the_file_and_of_an_addition(suite: Running, collection: Any) -> None:
    with ApiRoot(f"{suite.url}/suite/", **AUTH) as root:
        found = root.get_status("2d086da7-4bdc-4f91-900e-d77486753710")
        assert (found.status, found.pending_count, len(found.pendings)) == ("pending", 1, 1)
        added = collection("write").add_objects({"objects": [made("tool", 500)]})
        again = root.get_status(added.id)
        again.refresh()
        again.wait_until_final(poll_interval=0, timeout=1)
        assert (again.status, again.success_count, again.failure_count) == ("complete", 1, 0)
        assert again.successes == [
            {"id": made("tool", 500)["id"], "version": "2026-01-01T00:00:00.000Z"}
        ]
    with Status(f"{suite.url}/suite/status/{added.id}/", **AUTH) as status:
        assert status.total_count == 1


def test_collection_properties(suite: Running, collection: Any) -> None:
    many = collection("many")
    many.refresh()
    assert (many.id, many.title, many.alias) == (IDS["many"], "many", None)
    assert many.description == "Collection many"
    assert many.objects_url == f"{suite.url}{suite.path('many')}"
    assert many.media_types == [
        "application/stix+json;version=2.1", "application/stix+json;version=2.0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ({}, LAST),
        ({"type": "tool"}, [e for e in LAST if e["type"] == "tool"]),
        ({"type": ["tool", "malware"]}, [e for e in LAST if e["type"] in ("tool", "malware")]),
        ({"id": [made("tool", 2)["id"], made("malware", 1)["id"]]},
         [made("malware", 1, 9), made("tool", 2, 9)]),
        ({"id": made("tool", 2)["id"], "type": "malware"}, []),
        ({"version": "first", "type": "tool"}, [made("tool", n, 0) for n in range(9)]),
        ({"version": "all", "id": made("tool", 2)["id"]}, [made("tool", 2, v) for v in (0, 5, 9)]),
        ({"version": ["first", "last"], "id": made("tool", 2)["id"]},
         [made("tool", 2, v) for v in (0, 9)]),
        ({"version": "2026-01-01T00:00:05Z", "type": "campaign"},
         [made("campaign", n, 5) for n in range(9)]),
        ({"version": datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC), "type": "campaign"},
         [made("campaign", n, 5) for n in range(9)]),
        ({"spec_version": "2.0"}, [made("malware", n, 3, "2.0") for n in range(3)]),
        ({"spec_version": ["2.0", "2.1"], "id": made("malware", 0)["id"]},
         [made("malware", 0, 9), made("malware", 0, 3, "2.0")]),
        ({"added_after": "2026-02-01T00:00:00.000106Z", "spec_version": "2.1"}, LAST[-1:]),
        ({"added_after": datetime(2027, 1, 1, tzinfo=UTC)}, []),
    ],
    ids=["all", "type", "types", "ids", "nothing", "first", "every", "ends", "instant", "date",
         "spec", "specs", "after", "future"],
)  # fmt: skip
@pytest.mark.parametrize("limit", [7, 1000])
def test_filters_and_pages(
    collection: Any, asked: dict[str, Any], chosen: list[Any], limit: int
) -> None:
    many = collection("many")
    pages = list(as_pages(many.get_objects, per_request=limit, **asked))
    assert [each for page in pages for each in page.get("objects", [])] == chosen
    assert all(len(page.get("objects", [])) <= limit for page in pages)
    assert [page.get("more", False) for page in pages] == [True] * (len(pages) - 1) + [False]
    rows = [row for page in as_pages(many.get_manifest, per_request=limit, **asked)
            for row in page.get("objects", [])]  # fmt: skip
    assert [(row["id"], row["version"]) for row in rows] == [
        (each["id"], each["modified"]) for each in chosen
    ]
    assert [row["media_type"][-3:] for row in rows] == [
        each.get("spec_version", "2.0") for each in chosen
    ]
    dates = [row["date_added"] for row in rows]
    assert dates == sorted(set(dates))
    plain = many.get_objects(limit=limit, **asked)
    assert plain.get("objects", []) == chosen[:limit]


def test_one_object_its_versions_and_its_end(collection: Any) -> None:
    here = collection("add")
    versions = [made("campaign", 77, n) for n in (0, 4, 2)]
    here.add_objects({"objects": versions})
    oid = versions[0]["id"]
    assert here.get_object(oid)["objects"] == [versions[1]]
    assert here.get_object(oid, version="all")["objects"] == versions
    assert here.get_object(oid, version="first", spec_version="2.1")["objects"] == [versions[0]]
    listed = [each["modified"] for each in (versions[1], versions[2], versions[0])]
    assert here.object_versions(oid)["versions"] == listed
    here.delete_object(oid, version="2026-01-01T00:00:04Z")
    assert here.get_object(oid)["objects"] == [versions[2]]
    here.delete_object(oid)
    with pytest.raises(Exception, match="404"):
        here.get_object(oid)
    with pytest.raises(Exception, match="404"):
        here.delete_object(oid)


def test_rights(suite: Running, collection: Any) -> None:
    one = made("tool", 1)["id"]
    write, read = collection("write"), collection("read")
    for forbidden in (write.get_objects, write.get_manifest):
        with pytest.raises(AccessError):
            forbidden()
    with pytest.raises(AccessError):
        read.add_objects({"objects": [made("tool", 1)]})
    assert len(read.get_objects(type="tool")["objects"]) == 9
    with suite.access("read").client() as client:
        for name, method, rest, status in (
            ("write", "GET", "objects/", 403),
            ("write", "GET", f"objects/{one}/", 403),
            ("write", "GET", "manifest/", 403),
            ("read", "POST", "objects/", 403),
            ("hidden", "GET", "", 404),
            ("hidden", "GET", "objects/", 404),
            ("hidden", "POST", "objects/", 404),
        ):
            ask = client.get if method == "GET" else lambda path: client.post(path, b"{}")
            with pytest.raises(OSError, match=f": {status} "):
                ask(suite.path(name, rest))


def test_stix2_store_adds_gets_and_queries(collection: Any) -> None:
    store = TAXIICollectionStore(collection("add"), items_per_page=3)
    author = stix2.Identity(name="Somebody", identity_class="individual")
    worm = stix2.Malware(name="worm", is_family=False, created_by_ref=author)
    later = worm.new_version(name="worm, again")
    tool = stix2.Tool(name="spade", created_by_ref=author)
    uses = stix2.Relationship(worm, "uses", tool)
    store.add(author)
    store.add([worm, later.serialize(), dict(tool)])
    store.add(stix2.Bundle(uses))
    assert store.get(worm.id) == later
    assert store.all_versions(worm.id) == [worm, later]
    assert store.get("malware--00000000-0000-4000-8000-00000000dead") is None
    assert store.creator_of(tool) == author
    assert [each.id for each in store.relationships(worm)] == [uses.id]
    assert [each.id for each in store.related_to(worm)] == [tool.id]
    named = [Filter("type", "=", "malware"), Filter("name", "contains", "again")]
    assert store.query(named) == [later]


def test_stix2_source_filters_as_the_standard_says(collection: Any) -> None:
    source = TAXIICollectionSource(collection("many"), items_per_page=5)
    for asked, chosen in (
        ([Filter("type", "=", "tool")], [made("tool", n, 9) for n in range(9)]),
        ([Filter("id", "=", made("tool", 4)["id"])], [made("tool", 4, 9)]),
        ([Filter("version", "=", "first"), Filter("type", "=", "campaign")],
         [made("campaign", n, 0) for n in range(9)]),
        ([Filter("type", "in", ["tool", "campaign"]), Filter("name", "=", "tool 3 version 9")],
         [made("tool", 3, 9)]),
        ([Filter("name", "!=", "x"), Filter("modified", "<", "2026-01-01T00:00:01Z")], []),
    ):  # fmt: skip
        found = source.query(asked)
        assert sorted(each["name"] for each in found) == sorted(each["name"] for each in chosen)
    every = source.all_versions(made("campaign", 1)["id"])
    assert [each["name"][-1] for each in every] == ["0", "5", "9"]
    for kind in KINDS:
        assert len(source.query([Filter("type", "=", kind)])) == 9


def test_stix2_sees_who_may_not(collection: Any) -> None:
    with pytest.raises(DataSourceError, match="read access"):
        TAXIICollectionSource(collection("write"))
    with pytest.raises(DataSourceError, match="write access"):
        TAXIICollectionSink(collection("read"))

"""Paths, methods and refusals of the standard, and what a caller never learns."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.taxii.handler import handle, segments
from noroshi.exchange.taxii.message import MEDIA_TYPE, Problem, Request, Response

VIEW = "/api/collections/view/"
OBJECTS = VIEW + "objects/"
HIDDEN = "0c0ffee0-0000-5000-8000-000000000001"
MISSING = "0c0ffee0-0000-5000-8000-00000000ffff"
Ask = Callable[..., Response]


def well_formed(response: Response) -> Any:
    """What every answer has to be, refusals included; gives the decoded body."""
    assert response.header("Content-Type") == MEDIA_TYPE
    # Two challenges are two header fields: clients that know one scheme read them apart.
    names = [name for name, _ in response.headers if name != "www-authenticate"]
    assert len(set(names)) == len(names)
    body = json.loads(response.body)
    assert response.header("Content-Length") == str(len(response.body))
    assert isinstance(body, dict)
    if response.status >= 400:
        assert set(body) == {"title", "description", "error_id", "http_status"}
        assert body["http_status"] == str(response.status)
        assert response.header("X-TAXII-Date-Added-First") is None
    assert (response.header("WWW-Authenticate") is not None) == (response.status == 401)
    assert (response.status == 405) <= (response.header("Allow") is not None)
    return body


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/taxii2/", "GET", 200),
        ("/taxii2", "GET", 200),
        ("/api/", "GET", 200),
        ("/api/collections/", "GET", 200),
        (VIEW, "GET", 200),
        (OBJECTS, "GET", 200),
        (VIEW + "manifest/", "GET", 200),
        (OBJECTS + "identity--1/", "GET", 404),
        (OBJECTS + "identity--1/versions/", "GET", 404),
        ("/api/status/1/", "GET", 404),
        (OBJECTS, "POST", 403),
        (OBJECTS + "identity--1/", "DELETE", 403),
        (OBJECTS, "DELETE", 405),
        (OBJECTS + "identity--1/", "POST", 405),
        ("/taxii2/", "POST", 405),
        ("/api/status/1/", "DELETE", 405),
        ("/api/", "PATCH", 405),
        ("/", "GET", 404),
        ("", "GET", 404),
        ("taxii2/", "GET", 404),
        ("//taxii2/", "GET", 404),
        ("/taxii2//", "GET", 404),
        ("/api/collections//", "GET", 404),
        ("/api/collections//objects/", "GET", 404),
        ("/api/../taxii2/", "GET", 404),
        ("/api/collections/../", "GET", 404),
        ("/api/collections/%2e%2e/", "GET", 404),
        ("/api%2Fcollections/", "GET", 404),
        (OBJECTS + "a%2Fversions/", "GET", 404),
        (OBJECTS + "%00/", "GET", 404),
        (OBJECTS + "';DROP TABLE record--/", "GET", 404),
        (OBJECTS + "%ff/", "GET", 400),
        (OBJECTS + "identity--%00/", "GET", 404),
        ("/api/status/%00/", "GET", 404),
        (OBJECTS + "é/", "GET", 404),
        (OBJECTS + "\udce9/", "GET", 400),
        (OBJECTS + "x" * 9_000, "GET", 400),
        ("/API/", "GET", 404),
    ],
)
def test_paths_and_methods(ask: Ask, service: Any, path: str, method: str, status: int) -> None:
    response = ask(service, path, method=method)
    well_formed(response)
    assert response.status == status
    assert ask(service, path, method=method, user=None).status == 401


def test_discovery_root_and_collections(ask: Ask, service: Any) -> None:
    assert well_formed(ask(service, "/taxii2/")) == {
        "title": "Test server",
        "default": "/api/",
        "api_roots": ["/api/"],
    }
    assert well_formed(ask(service, "/api/")) == {
        "title": "Test root",
        "versions": [MEDIA_TYPE],
        "max_content_length": 1000,
    }
    (mine,) = well_formed(ask(service, "/api/collections/"))["collections"]
    assert mine["alias"] == "view"
    assert (mine["can_read"], mine["can_write"]) == (True, False)
    by_id = well_formed(ask(service, f"/api/collections/{mine['id']}/"))
    assert by_id == mine == well_formed(ask(service, VIEW))
    both = well_formed(ask(service, "/api/collections/", user="carol"))["collections"]
    assert [each["id"] for each in both] == sorted([HIDDEN, mine["id"]])


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("rest", ["", "collections/", "status/x/", "collections/ours/", "x/"])
def test_a_root_without_collections_for_the_caller_is_like_none(
    ask: Ask, service: Any, method: str, rest: str
) -> None:
    (root,) = service.roots
    hidden = msgspec.structs.replace(root, collections=root.collections[1:])
    bare = msgspec.structs.replace(service, roots=(hidden,))
    none = msgspec.structs.replace(service, roots=())
    path = f"/api/{rest}"
    assert ask(bare, path, method=method) == ask(none, path, method=method)
    assert ask(bare, path, method=method).status == 404
    assert ask(bare, "/taxii2/") == ask(none, "/taxii2/")
    assert json.loads(ask(bare, "/taxii2/").body) == {"title": "Test server"}
    assert ask(bare, "/api/", user="carol").status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("rest", ["", "objects/", "objects/x/", "objects/x/versions/", "manifest/"])
@pytest.mark.parametrize("name", [HIDDEN, "ours"])
def test_a_collection_of_others_is_like_none(
    ask: Ask, service: Any, views: Any, stix: Any, method: str, rest: str, name: str
) -> None:
    views.add(stix("identity", 1), "AUS")
    (root,) = service.roots
    without = msgspec.structs.replace(
        service, roots=(msgspec.structs.replace(root, collections=root.collections[:1]),)
    )
    path = f"/api/collections/{name}/{rest}"
    assert ask(service, path, method=method) == ask(without, path, method=method)
    assert ask(service, path, method=method).status == 404
    assert ask(service, path, user="carol").status in (200, 404)


def test_what_one_party_holds_changes_no_byte_for_another(
    ask: Ask, service: Any, fake: Any, make: Any, stix: Any, views: Any
) -> None:
    ours, empty = stix("identity", 1), make(fake())
    views.add(ours, "AUS")
    for rest in (
        "objects/",
        "manifest/",
        f"objects/{ours['id']}/",
        f"objects/{ours['id']}/versions/",
    ):
        for method in ("GET", "HEAD", "OPTIONS", "DELETE", "POST"):
            for query in ("", "match[version]=all", f"match[id]={ours['id']}", "limit=1"):
                asked = (VIEW + rest, query)
                assert ask(service, *asked, method=method) == ask(empty, *asked, method=method)
    assert ask(service, OBJECTS, user="carol").header("X-TAXII-Date-Added-First") is not None


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic", "Basic !", "Basic Ym9i", "Bearer x", "basic é", "Basic Ym9iOndyb25n"],
)
def test_without_the_right_password_everything_is_401(
    service: Any, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    response = handle(service, Request("GET", "/nowhere/", "", headers), 0)
    assert response.status == 401
    well_formed(response)
    assert [value for name, value in response.headers if name == "www-authenticate"] == [
        'Basic realm="noroshi", charset="UTF-8"',
        'Bearer realm="noroshi"' + ', error="invalid_token"' * (authorization == "Bearer x"),
    ]


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/taxii+json", 200), ("application/taxii+json;version=2.0", 406), ("*/*", 200)],
)
def test_accept_is_negotiated(ask: Ask, service: Any, accept: str, status: int) -> None:
    response = ask(service, "/taxii2/", accept=accept)
    well_formed(response)
    assert response.status == status


def test_too_long_a_body_is_413_by_length_and_by_what_it_says(ask: Ask, service: Any) -> None:
    assert ask(service, OBJECTS, method="POST", body=b"x" * 1000).status == 403
    assert ask(service, OBJECTS, method="POST", body=b"x" * 1001).status == 413
    assert ask(service, OBJECTS, method="POST", content_length="1001").status == 413
    assert ask(service, OBJECTS, method="POST", body=b"x" * 1001, user=None).status == 401


def test_head_is_get_without_its_body(ask: Ask, service: Any, views: Any, stix: Any) -> None:
    views.add(stix("identity", 1))
    got, head = ask(service, OBJECTS), ask(service, OBJECTS, method="HEAD")
    assert (head.status, head.headers, head.body) == (200, got.headers, b"")


def test_options_lists_the_methods(ask: Ask, service: Any) -> None:
    response = ask(service, OBJECTS, method="OPTIONS")
    well_formed(response)
    assert response.header("Allow") == "GET, HEAD, OPTIONS, POST"


def test_error_id_tells_only_what_the_caller_sent(ask: Ask, service: Any) -> None:
    one, other = ask(service, "/a/"), ask(service, "/b/")
    assert one.body != other.body
    assert one == ask(service, "/a/", user="carol")


def test_segments_are_split_before_they_are_decoded() -> None:
    assert segments("/a%2Fb/c%3Fd/%E3%81%82/") == ("a/b", "c?d", "あ")
    with pytest.raises(Problem):
        segments("/%ff/")


texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "taxii2",
            "api",
            "collections",
            "view",
            "objects",
            "versions",
            "manifest",
            "status",
            "..",
            "",
            "%2F",
            "%ff",
            "%",
            "identity--1",
        ]
    ),
)
paths = st.lists(texts, max_size=7).map("/".join).map(lambda text: f"/{text}")
pieces = st.tuples(
    st.one_of(
        texts,
        st.sampled_from(
            [
                "added_after",
                "limit",
                "next",
                "match[id]",
                "match[type]",
                "match[version]",
                "match[spec_version]",
                "match[x]",
            ]
        ),
    ),
    st.one_of(
        texts,
        st.sampled_from(
            [
                "1",
                "0",
                "-1",
                "9" * 30,
                "all",
                "last,first",
                "2.1",
                "2026-01-01T00:00:00.000000000Z",
                "AAAA" * 8,
                "a,,b",
            ]
        ),
    ),
)
queries = st.lists(pieces, max_size=4).map(lambda many: "&".join(f"{a}={b}" for a, b in many))
headers = st.dictionaries(
    st.sampled_from(["accept", "content-length", "content-type", "noroshi-release", "x"]),
    st.one_of(texts, st.sampled_from(["*/*;q=0", "application/taxii+json;version=2.1;q=x", "1"])),
    max_size=3,
)


@given(
    method=st.one_of(st.sampled_from(["GET", "HEAD", "POST", "DELETE", "OPTIONS"]), texts),
    path=paths,
    query=st.one_of(queries, texts),
    headers=headers,
    body=st.binary(max_size=20),
    known=st.booleans(),
)
def test_any_request_gets_a_well_formed_answer_and_never_a_fault(
    ask: Ask,
    make: Any,
    fake: Any,
    stix: Any,
    method: str,
    path: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
    known: bool,
) -> None:
    views = fake()
    for n in range(3):
        views.add(stix("identity", n))
    response = ask(
        make(views),
        path,
        query,
        method=method,
        body=body,
        user="bob" if known else None,
        **headers,
    )
    assert response.status in (200, 400, 401, 403, 404, 405, 406, 413)
    if method != "HEAD":
        well_formed(response)

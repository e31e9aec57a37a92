"""Pulling: whole, resumed, from busy peers, and from peers that lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.exchange.taxii import fetch
from noroshi.exchange.taxii.client import Cursor, Patience, PeerError, Pulled, discover, pull
from noroshi.exchange.taxii.handler import handle
from noroshi.exchange.taxii.message import MEDIA_TYPE, Request
from noroshi.words.grant import Grant, sealed
from noroshi.words.label import Strand, Tlp, label

URL = "https://peer.example/api/collections/view/"
AT_ONCE = Patience(sleep=lambda _: None)
AUTH = ("bob", "correct horse")
DATES = {"x-taxii-date-added-last": "2026-01-01T00:00:00.000Z"}


def through(service: Any) -> httpx2.Client:
    """A client whose requests go straight into the handler."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        path, _, query = request.url.raw_path.decode().partition("?")
        asked = Request(request.method, path, query, dict(request.headers), request.read())
        response = handle(service, asked, 0)
        return httpx2.Response(
            response.status, headers=list(response.headers), content=response.body
        )

    return httpx2.Client(transport=httpx2.MockTransport(answer))


def saying(*answers: Any) -> tuple[httpx2.Client, list[httpx2.Request]]:
    """A client whose peer gives these answers in turn (the last one for ever), and its requests."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        given = answers[min(len(asked), len(answers)) - 1]
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, httpx2.Response) else page(given)

    return httpx2.Client(transport=httpx2.MockTransport(answer)), asked


def page(body: Any, status: int = 200, **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": MEDIA_TYPE} | DATES
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, headers=sent, content=content)


def everything(http: httpx2.Client, after: Cursor = Cursor(), **how: Any) -> list[Pulled]:  # noqa: B008
    return list(pull(URL, AUTH, after, http, **{"patience": AT_ONCE, **how}))


def test_a_real_server_is_discovered_and_read(
    running: Any, service: Any, views: Any, stix: Any
) -> None:
    running.service = service
    grant = sealed(Grant("", "JPN", "eu-jpn-sdp/R1", "0" * 64, ("EU",), "none"))
    held = label(Strand("JPN", "cyber", "identity", Tlp.AMBER, grant=grant.id))
    bodies = [views.add(stix("identity", n), held=held, grants=(grant,)).body for n in range(7)]
    with fetch.open_client() as http:
        url = discover(running.url, AUTH, http)
        pages = list(pull(url, AUTH, Cursor(), http, patience=Patience(page=3)))
        assert [len(each.objects) for each in pages] == [3, 3, 1]
        assert [raw for each in pages for raw in each.objects] == bodies
        assert {(each.labels, each.grants) for each in pages} == {((held,), (grant,))}
        assert pages[0].of == (0, 0, 0)
        assert list(pull(url, AUTH, pages[-1].cursor, http)) == []
        later = views.add(stix("identity", 9)).body
        (last,) = pull(url, AUTH, pages[-1].cursor, http)
        assert last.objects == (later,)


@given(
    count=st.integers(0, 12),
    limit=st.integers(1, 5),
    stop=st.integers(0, 5),
    arriving=st.integers(0, 4),
    restarted=st.booleans(),
)
@settings(max_examples=60)
def test_a_pull_cut_short_goes_on_where_its_cursor_stood(
    make: Any,
    fake: Any,
    stix: Any,
    count: int,
    limit: int,
    stop: int,
    arriving: int,
    restarted: bool,
) -> None:
    views = fake()
    wanted = [views.add(stix("identity", n)).body for n in range(count)]
    http = through(make(views))
    cursor, got = Cursor(), list[bytes]()
    for _, each in zip(
        range(stop), pull(URL, AUTH, cursor, http, patience=Patience(page=limit)), strict=False
    ):
        got += each.objects
        cursor = msgspec.json.decode(msgspec.json.encode(each.cursor), type=Cursor)
    wanted += [views.add(stix("malware", n)).body for n in range(arriving)]
    # With another secret the peer no longer knows its `next`: pages are read again, none is lost.
    http = through(make(views, secret=b"new secret" if restarted else b"s" * 32))
    for each in everything(http, cursor, patience=Patience(page=limit)):
        got += each.objects
        cursor = each.cursor
    assert (list(dict.fromkeys(got)) if restarted else got) == wanted
    assert everything(http, cursor) == []


def test_what_is_asked(stix: Any) -> None:
    http, asked = saying({})
    assert (
        everything(http, Cursor("2026-01-01T00:00:00.123456789Z"), patience=Patience(page=7)) == []
    )
    (request,) = asked
    assert request.url.path == "/api/collections/view/objects/"
    assert dict(request.url.params) == {
        "added_after": "2026-01-01T00:00:00.123456789Z",
        "limit": "7",
        "match[version]": "all",
    }
    assert request.headers["accept"] == MEDIA_TYPE
    assert request.headers["noroshi-release"] == "1"
    assert request.headers["authorization"].startswith("Basic ")


def test_a_token_that_a_peer_forgot_restarts_its_run() -> None:
    http, asked = saying(page({}, 400), {"objects": [{}]})
    (only,) = everything(http, Cursor("2025-01-01T00:00:00Z", "old", "2025-06-01T00:00:00Z"))
    assert [each.url.params.get("next") for each in asked] == ["old", None]
    # From the run's start: a peer may have given several objects the date of the last page.
    assert asked[1].url.params["added_after"] == "2025-01-01T00:00:00Z"
    assert only.cursor == Cursor(DATES["x-taxii-date-added-last"])


def test_a_run_that_turns_out_to_be_over_ends_at_its_last_page() -> None:
    http, _ = saying({})
    (only,) = everything(http, Cursor("2025-01-01T00:00:00Z", "n", "2025-06-01T00:00:00Z"))
    assert only == Pulled((), (), (), (), Cursor("2025-06-01T00:00:00Z"))


def test_a_plain_taxii_peer_has_no_terms() -> None:
    http, _ = saying({"more": False, "objects": [{"a": 1}, {"b": 2}]})
    (only,) = everything(http)
    assert only == Pulled(
        (b'{"a": 1}', b'{"b": 2}'), (), (), (), Cursor("2026-01-01T00:00:00.000Z")
    )


def test_more_without_next_goes_on_by_date() -> None:
    http, asked = saying({"more": True, "objects": [{}]}, {"objects": [{}]})
    assert len(everything(http)) == 2
    assert asked[1].url.params["added_after"] == "2026-01-01T00:00:00.000Z"


GREEN = {"strands": [{"originator": "JPN", "pillar": "cyber", "kind": "x", "tlp": "green"}]}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([b"<html>"], "TAXII 2.1 JSON"),
        ([b""], "TAXII 2.1 JSON"),
        ([b"[]"], "TAXII 2.1 JSON"),
        ([b"\xff\xfe"], "TAXII 2.1 JSON"),
        ([b"[" * 100_000], "TAXII 2.1 JSON"),
        ([{"objects": None}], "TAXII 2.1 JSON"),
        ([{"objects": {"a": 1}}], "TAXII 2.1 JSON"),
        ([{"objects": [{}, 7]}], "objects[1]"),
        ([{"objects": ["{}"]}], "objects[0]"),
        ([{"objects": [None]}], "objects[0]"),
        ([{"more": True, "next": "a"}], "more, but no objects"),
        ([{"more": True, "next": "a", "objects": []}], "more, but no objects"),
        ([{"more": True, "next": "a", "objects": [{}]}], "next that was asked with"),
        ([{"more": True, "objects": [{}]}], "at one date"),
        ([page({"objects": [{}]}, x_taxii_date_added_last="soon")], "RFC 3339"),
        ([page({"objects": [{}]}, x_taxii_date_added_last="")], "RFC 3339"),
        (
            [
                {"more": True, "next": "a", "objects": [{}]},
                page({"objects": [{}]}, x_taxii_date_added_last="2025-01-01T00:00:00Z"),
            ],
            "none before 2026-01-01",
        ),
        ([page({}, content_type="text/html")], "content type 'text/html'"),
        ([page({}, content_type="application/taxii+json;version=2.0")], "content type"),
        ([page({}, 302, location="https://elsewhere.example/")], "HTTP 302"),
        ([page({"title": "No", "description": "you\n may\tnot"}, 403)], "403 (No: you may not)"),
        ([page(b"x", 400)], "HTTP 400"),
        ([page({}, 503)], "HTTP 503"),
        ([httpx2.ConnectError("refused")], "refused"),
        ([httpx2.ReadTimeout("slow")], "slow"),
        ([httpx2.DecodingError("not gzip")], "not gzip"),
        (
            [{"objects": [{}], "x_noroshi_release": {"labels": [GREEN], "grants": [], "of": []}}],
            "a label an object",
        ),
        (
            [{"objects": [{}], "x_noroshi_release": {"labels": [GREEN], "grants": [], "of": [1]}}],
            "a label an object",
        ),
        (
            [{"objects": [{}], "x_noroshi_release": {"labels": [GREEN], "grants": [], "of": [-1]}}],
            "a label an object",
        ),
        (
            [{"objects": [{}], "x_noroshi_release": {"labels": {}, "of": [0]}}],
            "TAXII 2.1 JSON",
        ),
    ],
)  # fmt: skip
def test_a_peer_that_lies_or_fails_is_named(answers: list[Any], words: str) -> None:
    http, _ = saying(*answers)
    with pytest.raises(PeerError) as raised:
        everything(http)
    assert words in str(raised.value)
    assert str(raised.value).startswith(f"{URL}objects/")
    assert "expected" in str(raised.value)


@pytest.mark.parametrize(
    "unread",
    [
        {"strands": []},
        {"strands": [{**GREEN["strands"][0], "new": 1}]},
        {"strands": [{**GREEN["strands"][0], "tlp": "mauve"}]},
        {**GREEN, "new": 1},
        None,
        [],
    ],
    ids=["empty", "new field", "new level", "new part", "null", "list"],
)
def test_a_label_that_we_cannot_read_withholds_its_objects_only(unread: Any) -> None:
    terms = {"labels": [unread, GREEN], "grants": [{"id": "g", "new": 1}], "of": [1, 0, 1]}
    things = [{"id": n} for n in range(3)]
    http, _ = saying({"objects": things, "x_noroshi_release": terms})
    (got,) = everything(http)
    assert len(got.objects) == 3
    assert [got.labels[n] is None for n in got.of] == [False, True, False]
    assert got.grants == ()


def test_pages_without_end_are_ended() -> None:
    class Endless(httpx2.BaseTransport):
        asked = 0

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            self.asked += 1
            return page({"more": True, "next": str(self.asked), "objects": [{}]})

    transport = Endless()
    with pytest.raises(PeerError, match="50 pages and more"):
        everything(httpx2.Client(transport=transport), max_pages=50)
    assert transport.asked == 50


def test_a_giant_body_is_not_taken_in() -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield b" " * 65_536

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": MEDIA_TYPE}, content=endless())

    peer = fetch.Peer(
        httpx2.Client(transport=httpx2.MockTransport(answer)), None, max_bytes=1_000_000
    )
    with pytest.raises(PeerError, match="at most 1000000 bytes"):
        fetch.get(peer, URL)
    assert taken == 16


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, [1.0, 2.0]),
        ({"retry_after": "7"}, [7.0, 7.0]),
        ({"retry_after": "999999999999"}, [300.0, 300.0]),
        ({"retry_after": "soon"}, [1.0, 2.0]),
        ({"retry_after": "-5"}, [1.0, 2.0]),
        (
            {
                "retry_after": "Sun, 06 Nov 1994 08:49:37 GMT",
                "date": "Sun, 06 Nov 1994 08:49:07 GMT",
            },
            [30.0, 30.0],
        ),
        ({"retry_after": "Sun, 06 Nov 1994 08:49:37 GMT"}, [1.0, 2.0]),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_peer_is_waited_for(status: int, headers: dict[str, str], wait: list[float]) -> None:
    slept: list[float] = []
    http, _ = saying(page({}, status, **headers), page({}, status, **headers), {"objects": [{}]})
    assert len(everything(http, patience=Patience(sleep=slept.append))) == 1
    assert slept == wait


def test_a_lost_connection_is_tried_again() -> None:
    slept: list[float] = []
    http, asked = saying(httpx2.ConnectError("no"), httpx2.ReadError("no"), {"objects": [{}]})
    assert len(everything(http, patience=Patience(sleep=slept.append))) == 1
    assert (slept, len(asked)) == ([1.0, 2.0], 3)


def test_pages_before_a_lie_stay_good() -> None:
    http, _ = saying({"more": True, "next": "a", "objects": [{}]}, b"?")
    pages = pull(URL, AUTH, Cursor(), http)
    assert next(pages).cursor == Cursor(None, "a", "2026-01-01T00:00:00.000Z")
    with pytest.raises(PeerError):
        next(pages)


COLLECTION = {"id": "c/1", "title": "x", "can_read": True, "can_write": False}


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([{"default": "/api/"}, {"collections": [COLLECTION]}], "https://peer.example/api"),
        ([{"api_roots": ["/a/", "/b/"]}, {"collections": [COLLECTION]}], "https://peer.example/a"),
        (
            [
                {"default": "https://peer.example/api/"},
                {"collections": [{**COLLECTION, "id": "x"}, {**COLLECTION, "alias": "view"}]},
            ],
            "https://peer.example/api",
        ),
        ([{}], "no API root"),
        ([{"default": "https://elsewhere.example/api/"}], "an API root elsewhere"),
        ([{"default": "//elsewhere.example/api/"}], "an API root elsewhere"),
        ([{"default": "/api/"}, {}], "0 readable collections"),
        ([{"default": "/api/"}, {"collections": [COLLECTION] * 2}], "2 readable collections"),
        ([{"default": "/api/"}, {"collections": 1}], "TAXII 2.1 JSON"),
    ],
)
@pytest.mark.parametrize("start", ["https://peer.example", "https://peer.example/taxii2/"])
def test_discover(answers: list[Any], found: str, start: str) -> None:
    http, asked = saying(*answers)
    if found.startswith("https"):
        assert discover(start, AUTH, http) == f"{found}/collections/c%2F1/"
    else:
        with pytest.raises(PeerError, match=found):
            discover(start, AUTH, http)
    assert asked[0].url == "https://peer.example/taxii2/"
    assert {request.url.host for request in asked} == {"peer.example"}


def test_an_answer_that_never_ends_is_left() -> None:
    seconds = iter(range(1_000))

    def drip() -> Iterator[bytes]:
        yield from (b" " for _ in range(900))

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": MEDIA_TYPE}, content=drip())

    patience = Patience(attempts=1, answer_s=5.0, watch=lambda: float(next(seconds)))
    peer = fetch.Peer(httpx2.Client(transport=httpx2.MockTransport(answer)), None, patience)
    with pytest.raises(PeerError, match="only 6 bytes after 5 s"):
        fetch.get(peer, URL)


def test_how_long_a_busy_peer_wants_to_be_left_alone_is_handed_on() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(503, headers={"retry-after": "77"})

    peer = fetch.Peer(
        httpx2.Client(transport=httpx2.MockTransport(answer)), None, Patience(attempts=1)
    )
    with pytest.raises(PeerError) as caught:
        fetch.get(peer, URL)
    assert caught.value.wait_s == 77

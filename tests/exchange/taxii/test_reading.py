"""Pages, filters, dates and terms of one collection."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.exchange.served import stamp
from noroshi.exchange.taxii.envelope import ReleaseTerms
from noroshi.exchange.taxii.message import Response
from noroshi.words.grant import Grant, sealed
from noroshi.words.label import Strand, Tlp, label, tlp_marking_id
from noroshi.words.time import format_instant

VIEW = "/api/collections/view/"
OBJECTS = VIEW + "objects/"
Ask = Callable[..., Response]


def read(response: Response) -> Any:
    assert response.status == 200, response.body
    return json.loads(response.body)


def ids(response: Response) -> list[str]:
    return [each["id"] for each in read(response).get("objects", [])]


@pytest.fixture
def chain(views: Any, stix: Any) -> str:
    """One object in versions 0 to 4 among others."""
    for version in range(5):
        views.add(stix("malware", 7, version), gap=1000 + version)
        views.add(stix("identity", version))
    return str(stix("malware", 7)["id"])


def test_dates_are_those_of_the_first_and_the_last_entry(
    ask: Ask, service: Any, views: Any, stix: Any
) -> None:
    entries = [views.add(stix("identity", n), gap=n + 1) for n in range(4)]
    for rest in ("objects/", "manifest/"):
        response = ask(service, VIEW + rest, "limit=3")
        assert response.header("X-TAXII-Date-Added-First") == stamp(entries[0].entered_at)
        assert response.header("X-TAXII-Date-Added-Last") == stamp(entries[2].entered_at)


def test_an_empty_answer_is_an_empty_object_without_dates(ask: Ask, service: Any) -> None:
    for rest in ("objects/", "manifest/"):
        response = ask(service, VIEW + rest)
        assert (response.status, response.body) == (200, b"{}")
        assert response.header("X-TAXII-Date-Added-First") is None


def test_next_is_replayable_and_survives_a_restart(
    ask: Ask, service: Any, views: Any, make: Any, stix: Any
) -> None:
    for n in range(5):
        views.add(stix("identity", n))
    token = read(ask(service, OBJECTS, "limit=2"))["next"]
    page = ask(service, OBJECTS, f"limit=2&next={token}")
    assert ids(page) == [stix("identity", n)["id"] for n in (2, 3)]
    assert page == ask(service, OBJECTS, f"limit=2&next={token}")
    assert page == ask(make(views), OBJECTS, f"limit=2&next={token}")
    assert len(ids(ask(service, OBJECTS, f"limit=1&next={token}"))) == 1


@pytest.mark.parametrize(
    ("user", "path", "query", "status"),
    [
        ("bob", OBJECTS, "match[type]=identity,malware", 200),
        ("bob", OBJECTS, "match[type]=malware,identity", 200),
        ("bob", OBJECTS, "match[type]=identity,malware&x=y", 200),
        ("bob", OBJECTS, "match[type]=identity", 400),
        ("bob", OBJECTS, "", 400),
        ("bob", OBJECTS, "match[type]=identity,malware&added_after=2020-01-01T00:00:00Z", 400),
        ("bob", OBJECTS, "match[type]=identity,malware&match[version]=last", 400),
        ("bob", VIEW + "manifest/", "match[type]=identity,malware", 400),
        ("carol", OBJECTS, "match[type]=identity,malware", 400),
        ("carol", "/api/collections/ours/objects/", "match[type]=identity,malware", 400),
    ],
)
def test_next_is_bound_to_filters_endpoint_and_caller(
    ask: Ask, service: Any, views: Any, stix: Any, user: str, path: str, query: str, status: int
) -> None:
    for n in range(4):
        views.add(stix("identity", n))
        views.add(stix("identity", n), "AUS")
    token = read(ask(service, OBJECTS, "match[type]=identity,malware&limit=2"))["next"]
    assert ask(service, path, f"{query}&next={token}", user=user).status == status


def test_next_of_another_secret_or_changed_is_refused(
    ask: Ask, service: Any, views: Any, make: Any, stix: Any
) -> None:
    for n in range(4):
        views.add(stix("identity", n))
    token = read(ask(service, OBJECTS, "limit=2"))["next"]
    other = make(views, secret=b"t" * 32)
    assert ask(other, OBJECTS, f"next={token}").status == 400
    for n in range(len(token)):
        changed = token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :]
        assert ask(service, OBJECTS, f"next={changed}").status == 400


def test_the_page_cap_bounds_any_limit(ask: Ask, views: Any, make: Any, stix: Any) -> None:
    for n in range(5):
        views.add(stix("identity", n))
    capped = make(views, page_cap=3)
    for query in ("", "limit=5", "limit=999999999999999999"):
        page = read(ask(capped, OBJECTS, query))
        assert (len(page["objects"]), page["more"]) == (3, True)
    assert read(ask(capped, OBJECTS, "limit=3&added_after=2020-01-01T00:00:00Z"))["more"] is True


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=x", "limit=", "limit=1.5", "limit=%D9%A3", "limit=+1",
        "limit=1&limit=1", "added_after=yesterday", "added_after=2026-13-01T00:00:00Z",
        "added_after=2026-01-01", "added_after=", "added_after=2026-01-01T00:00:00",
        "added_after=9999-12-31T23:59:61Z", "match[version]=newest", "match[version]=",
        "match[version]=last,", "match[spec_version]=two", "match[spec_version]=2.1,x",
        "match[id]=", "match[type]=a,,b", "match[type]=a&match[type]=b", "match[name]=x",
        "match[]=x", "next=", "next=x", "match[id]=%ff", "match[id]=a--%00",
        "match[id]=" + ",".join(map(str, range(501))),
    ],
)  # fmt: skip
def test_a_malformed_filter_is_400(ask: Ask, service: Any, query: str) -> None:
    for rest in ("objects/", "manifest/"):
        response = ask(service, VIEW + rest, query)
        assert response.status == 400
        assert len(json.loads(response.body)["description"]) > 20


@pytest.mark.parametrize("query", ["x=1", "filter[type]=a", "limit=1&%ff=1", "&&&", "match=a"])
def test_an_unknown_parameter_is_ignored(ask: Ask, service: Any, query: str) -> None:
    assert ask(service, OBJECTS, query).status == (400 if "%ff" in query else 200)


@pytest.mark.parametrize("digits", [0, 1, 3, 6, 7, 9, 12, 30])
def test_added_after_takes_any_fraction_and_is_exclusive(
    ask: Ask, service: Any, views: Any, stix: Any, digits: int
) -> None:
    entry = views.add(stix("identity", 1), gap=0)  # exactly at a whole second
    at = format_instant(entry.entered_at).removesuffix("Z").split(".")[0]
    same = f"{at}.{'0' * digits}Z" if digits else f"{at}Z"
    assert ids(ask(service, OBJECTS, f"added_after={same}")) == []
    before = views.add(stix("identity", 2), gap=500_000)
    assert ids(ask(service, OBJECTS, f"added_after={same}")) == [before.oid]
    later = f"{at}.{'5'.ljust(max(digits, 1), '0')}Z"
    assert ids(ask(service, OBJECTS, f"added_after={later}")) == []
    offset = quote(f"{at.replace('T00', 'T09')}.4+09:00")
    assert ids(ask(service, OBJECTS, f"added_after={offset}")) == [before.oid]


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        ("", [4]),
        ("match[version]=last", [4]),
        ("match[version]=first", [0]),
        ("match[version]=first,last", [0, 4]),
        ("match[version]=all", [0, 1, 2, 3, 4]),
        ("match[version]=all,first", [0, 1, 2, 3, 4]),
        ("match[version]=2026-01-01T00:00:02Z", [2]),
        ("match[version]=2026-01-01T00:00:02.000000000Z,last", [2, 4]),
        ("match[version]=2026-01-01T00:00:09Z", []),
        ("match[spec_version]=2.1", [4]),
        ("match[spec_version]=2.0", []),
        ("match[spec_version]=2.0,2.1", [4]),
        ("match[version]=all&limit=2", [0, 1]),
    ],
)
def test_versions_of_one_object(
    ask: Ask, service: Any, chain: str, query: str, seconds: list[int]
) -> None:
    for path, extra in ((OBJECTS + chain + "/", ""), (OBJECTS, f"&match[id]={chain}")):
        page = read(ask(service, path, query + extra))
        stamps = [each["modified"] for each in page.get("objects", [])]
        assert stamps == [f"2026-01-01T00:00:{each:02d}.000Z" for each in seconds]


@pytest.mark.parametrize("query", ["match[id]=x", "match[type]=identity"])
def test_a_filter_that_an_endpoint_lacks_is_400(
    ask: Ask, service: Any, chain: str, query: str
) -> None:
    assert ask(service, f"{OBJECTS}{chain}/", query).status == 400
    assert ask(service, f"{OBJECTS}{chain}/versions/", "match[version]=all").status == 400


def test_pages_of_one_object_and_of_its_versions(ask: Ask, service: Any, chain: str) -> None:
    for rest, query, name in (
        ("", "match[version]=all&", "objects"),
        ("versions/", "", "versions"),
    ):
        token, seen = None, []
        for _ in range(5):
            more = f"&next={token}" if token else ""
            page = read(ask(service, f"{OBJECTS}{chain}/{rest}", f"{query}limit=2{more}"))
            seen += page[name]
            token = page.get("next")
            if not page["more"]:
                break
        stamps = [each["modified"] if name == "objects" else each for each in seen]
        wanted = [f"2026-01-01T00:00:{second:02d}.000Z" for second in range(5)]
        assert stamps == (wanted if name == "objects" else wanted[::-1])


def test_versions_added_after(ask: Ask, service: Any, views: Any, chain: str) -> None:
    third = [each for each in views.journal["EU"] if each.oid == chain][2]
    query = f"added_after={format_instant(third.entered_at)}"
    page = read(ask(service, f"{OBJECTS}{chain}/versions/", query))
    assert page["versions"] == ["2026-01-01T00:00:04.000Z", "2026-01-01T00:00:03.000Z"]


def test_the_newest_specification_version_is_the_default(
    ask: Ask, service: Any, views: Any, stix: Any
) -> None:
    old = stix("identity", 1, 3)
    del old["spec_version"]
    views.add(json.dumps(old | {"spec_version": "2.0"}).encode())
    views.add(stix("identity", 1, 1))
    path = f"{OBJECTS}{old['id']}/"
    assert [e["spec_version"] for e in read(ask(service, path))["objects"]] == ["2.1"]
    both = read(ask(service, path, "match[spec_version]=2.0,2.1&match[version]=all"))["objects"]
    assert [e["spec_version"] for e in both] == ["2.0", "2.1"]
    row = read(ask(service, VIEW + "manifest/", "match[spec_version]=2.0"))["objects"][0]
    assert row["media_type"] == "application/stix+json;version=2.0"


def test_objects_without_dates_are_normal(ask: Ask, service: Any, views: Any, stix: Any) -> None:
    entry = views.add(stix("ipv4-addr", 1))
    (row,) = read(ask(service, VIEW + "manifest/"))["objects"]
    assert row["date_added"] == stamp(entry.entered_at)
    assert row["version"] == format_instant(entry.oversion)
    assert read(ask(service, f"{OBJECTS}{entry.oid}/versions/"))["versions"] == [row["version"]]


def test_ids_are_opaque(ask: Ask, service: Any, views: Any) -> None:
    for oid in ("identity--a/b", "identity--%2e", "identity--'; --", "identity--あ", ".."):
        views.add({"type": "identity", "id": oid})
        assert ids(ask(service, f"{OBJECTS}{quote(oid, safe='')}/")) == [oid]


GRANT = sealed(Grant("", "JPN", "eu-jpn-sdp/R1", "0" * 64, ("EU",), "none", signature=b"\0\xff"))
GREEN = label(Strand("JPN", "cyber", "identity", Tlp.GREEN, grant=GRANT.id))
RED = label(Strand("JPN", "cyber", "identity", Tlp.RED))


def test_a_peer_gets_untouched_bytes_with_their_terms_beside(
    ask: Ask, service: Any, views: Any, stix: Any
) -> None:
    odd = b'{"type": "identity",\n "id": "identity--1", "x": 1.50, "y": "\\u3042"}'
    for n, held in enumerate((GREEN, RED, GREEN)):
        body = odd if n == 0 else json.dumps(stix("identity", n)).encode()
        views.add(body, held=held, grants=(GRANT,) if held is GREEN else ())
    response = ask(service, OBJECTS, noroshi_release="1")
    assert odd in response.body
    raw = msgspec.json.decode(response.body, type=dict[str, msgspec.Raw])
    terms = msgspec.json.decode(raw["x_noroshi_release"], type=ReleaseTerms)
    assert terms == ReleaseTerms((GREEN, RED), (GRANT,), (0, 1, 0))
    one = read(ask(service, f"{OBJECTS}identity--1/", noroshi_release="1"))
    assert one["x_noroshi_release"]["of"] == [0]
    for header in ({}, {"noroshi_release": "0"}, {"noroshi_release": "2"}):
        assert "x_noroshi_release" not in read(ask(service, OBJECTS, **header))


def test_a_plain_client_sees_the_tlp_of_the_label(
    ask: Ask, service: Any, views: Any, stix: Any
) -> None:
    views.add(stix("identity", 1), held=RED)
    (plain,) = read(ask(service, OBJECTS))["objects"]
    assert plain == stix("identity", 1) | {"object_marking_refs": [tlp_marking_id(Tlp.RED)]}
    (one,) = read(ask(service, f"{OBJECTS}{plain['id']}/"))["objects"]
    assert one == plain


@pytest.mark.parametrize("tlp", Tlp)
def test_public_markings_are_there_for_everyone(ask: Ask, service: Any, tlp: Tlp) -> None:
    path = f"{OBJECTS}{tlp_marking_id(tlp)}/"
    (definition,) = read(ask(service, path))["objects"]
    assert definition["name"] == f"TLP:{tlp.value.upper()}"
    assert read(ask(service, path + "versions/"))["versions"] == [definition["created"]]
    assert ids(ask(service, OBJECTS)) == []


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12), count=st.integers(0, 30))
@settings(max_examples=40)
def test_any_sequence_of_limits_reads_everything_once(
    ask: Ask, make: Any, fake: Any, stix: Any, sizes: list[int], count: int
) -> None:
    views = fake()
    wanted = [views.add(stix("identity", n)).oid for n in range(count)]
    service, seen, token = make(views), list[str](), ""
    for step in range(count + 1):
        page = ask(service, OBJECTS, f"limit={sizes[step % len(sizes)]}{token}")
        seen += ids(page)
        if not read(page).get("more"):
            break
        token = f"&next={read(page)['next']}"
    assert seen == wanted

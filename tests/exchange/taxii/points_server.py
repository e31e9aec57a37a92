"""What a server says of itself, and how it speaks (TAXII 2.1 §1.6, §3.2, §3.6, §4, §5.1, §5.2)."""

from __future__ import annotations

from taxii2client.v21 import ApiRoot, Server
from taxii_plain import IDS, MEDIA, OPEN, World, client, point
from taxii_world import thing


@point("T1 discovery")
def _(world: World) -> None:
    with Server(f"{world.url}/taxii2/", user="bob", password="correct horse") as server:
        assert (server.title, server.description, server.contact) == (
            "Test server",
            "For tests",
            "nobody",
        )
        assert [root.url for root in server.api_roots] == [
            f"{world.url}/api/",
            f"{world.url}/small/",
        ]
        assert server.default.url == f"{world.url}/api/"


@point("T2 API root")
def _(world: World) -> None:
    with ApiRoot(f"{world.url}/small/", user="bob", password="correct horse") as root:
        assert (root.title, root.description) == ("Small root", "Short bodies")
        assert root.versions == [MEDIA]
        assert root.max_content_length == 600


@point("T3 collections, rights per client")
def _(world: World) -> None:
    def seen(user: str) -> dict[str, tuple[bool, bool]]:
        found = world.get("/api/collections/", user)["collections"]
        assert [each["id"] for each in found] == sorted(each["id"] for each in found)
        return {each["alias"]: (each["can_read"], each["can_write"]) for each in found}

    assert seen("bob") == {
        "open": (True, True),
        "drop": (False, True),
        "given": (True, False),
        "view": (True, False),
    }
    assert seen("carol") == {
        "open": (True, False),
        "drop": (True, True),
        "given": (True, True),
        "closed": (True, True),
        "view": (True, False),
    }


@point("T4 collection")
def _(world: World) -> None:
    with client(world) as collection:
        assert collection.title == "Collection open"
        assert collection.media_types == [
            "application/stix+json;version=2.1",
            "application/stix+json;version=2.0",
        ]


@point("T5 alias is as good as the id")
def _(world: World) -> None:
    (oid,) = (each["id"] for each in world.add("open", thing("malware", 1))["successes"])
    for rest in ("", "objects/", "manifest/", f"objects/{oid}/", f"objects/{oid}/versions/"):
        by_alias = world.ask("GET", f"{OPEN}/{rest}")
        by_id = world.ask("GET", f"/api/collections/{IDS['open']}/{rest}")
        assert (by_alias.status_code, by_alias.content) == (200, by_id.content)
    assert world.ask("DELETE", f"{OPEN}/objects/{oid}/").status_code == 200
    assert world.get(f"/api/collections/{IDS['open']}/objects/") == {}


@point("T13 media type of every answer")
def _(world: World) -> None:
    oid = world.add("open", thing("malware", 1))["successes"][0]["id"]
    answers = [
        world.ask("GET", "/taxii2/", None),
        world.ask("GET", "/nowhere"),
        world.ask("PATCH", "/taxii2/"),
        world.ask("GET", f"{OPEN}/objects/", params={"limit": "0"}),
        world.ask("GET", f"{OPEN}/objects/", headers={"accept": "text/html"}),
        world.post("open", b"{", content_type="text/plain"),
        world.post("open", b"{"),
        world.post("given", thing("malware", 1)),
        world.ask("OPTIONS", f"{OPEN}/objects/"),
        world.ask("HEAD", f"{OPEN}/objects/"),
        world.ask("DELETE", f"{OPEN}/objects/{oid}/"),
        world.ask("DELETE", f"{OPEN}/objects/{oid}/"),
    ]
    assert [each.headers["content-type"] for each in answers] == [MEDIA] * len(answers)
    assert [each.status_code for each in answers] == [
        401, 404, 405, 400, 406, 415, 422, 403, 200, 200, 200, 404,
    ]  # fmt: skip


@point("T14 accept")
def _(world: World) -> None:
    cases = {
        MEDIA: 200,
        "application/taxii+json": 200,
        "application/taxii+json; version=2.1": 200,
        "application/taxii+json;version=2.0": 406,
        "text/html, application/taxii+json;q=0.5": 200,
        "*/*;q=0.1": 200,
        "application/json": 406,
        "application/taxii+json;version=2.1;q=0": 406,
    }
    got = {
        each: world.ask("GET", "/taxii2/", headers={"accept": each}).status_code for each in cases
    }
    assert got == cases


@point("T15 content type")
def _(world: World) -> None:
    cases = {
        MEDIA: 202,
        "application/taxii+json": 202,
        "application/taxii+json; version=2.1; charset=utf-8": 202,
        "application/taxii+json;version=2.0": 415,
        "application/json": 415,
        "application/stix+json;version=2.1": 415,
        f"{MEDIA}, {MEDIA}": 415,
        "": 415,
    }
    got = {
        each: world.post("open", thing("malware", n), content_type=each).status_code
        for n, each in enumerate(cases)
    }
    assert got == cases
    packed = world.post("open", thing("malware", 9), content_encoding="gzip")
    assert packed.status_code == 415
    assert len(world.ids()) == 3


@point("T16 HTTP Basic")
def _(world: World) -> None:
    for path in ("/taxii2/", "/nowhere/", f"{OPEN}/objects/"):
        answer = world.ask("GET", path, None)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
    wrong = world.http.get("/taxii2/", auth=("bob", "wrong"))
    assert wrong.status_code == 401


@point("T41 error object")
def _(world: World) -> None:
    error = world.ask("GET", f"{OPEN}/objects/", params={"limit": "0"}).json()
    assert error["title"] == "Bad Request"
    assert error["http_status"] == "400"
    assert "limit" in error["description"]
    assert error["error_id"]


@point("T42 ids are opaque")
def _(world: World) -> None:
    world.add("open", thing("malware", 1))
    odd = ["a%2Fb", "%2e%2e", "'%20OR%201=1--", "%00", "%F0%9F%8C%8A", "a;b", "a%3Fb", "%252F", "*"]
    for each in odd:
        for path in (f"{OPEN}/objects/{each}/", f"{OPEN}/objects/{each}/versions/",
                     f"/api/collections/{each}/objects/", f"/api/status/{each}/"):  # fmt: skip
            assert world.ask("GET", path).status_code == 404, path
        assert world.ask("DELETE", f"{OPEN}/objects/{each}/").status_code == 404
    assert world.ask("GET", f"{OPEN}/objects/%FF/").status_code == 400
    assert world.ids(match_id="' OR 1=1--") == []
    encoded = thing("malware", 1)["id"].replace("-", "%2D")
    assert len(world.get(f"{OPEN}/objects/{encoded}/")["objects"]) == 1

"""Adding, deleting, and what is said of it (TAXII 2.1 §3.7, §4.3, §5.5, §5.7)."""

from __future__ import annotations

import json
from typing import Any

from stix2 import TAXIICollectionSink, TAXIICollectionSource
from taxii_plain import OPEN, World, client, envelope, indicators, point
from taxii_world import NOW, thing

from noroshi.words.time import SECOND, parse_instant

BROKEN = [
    b"", b"{", b"[]", b"null", b"{}", b'{"objects":{}}', b'{"objects":[]}', b'{"objects":[1]}',
    b'{"objects":[{"type":"malware"}]}', b'{"objects":[{"id":7}]}', b'{"objects":[null]}',
    b'{"objects":[{"id":"\xff"}]}', b'{"objects":[' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"]}",
    envelope(thing("malware", 1)) + b",",
]  # fmt: skip


@point("T10 add")
def _(world: World) -> None:
    with client(world) as collection:
        made = collection.add_objects({"objects": indicators(3)})
        assert (made.status, made.total_count, made.success_count) == ("complete", 3, 3)
    assert len(world.ids()) == 3
    TAXIICollectionSink(client(world)).add(thing("malware", 1))
    assert TAXIICollectionSource(client(world)).get(thing("malware", 1)["id"])["name"] == "m1"


@point("T11 delete")
def _(world: World) -> None:
    world.add("open", *indicators(2))
    with client(world) as collection:
        collection.delete_object(thing("indicator", 0)["id"])
    assert world.ids() == [thing("indicator", 1)["id"]]
    answer = world.ask("DELETE", f"{OPEN}/objects/{thing('indicator', 1)['id']}")
    assert (answer.status_code, answer.content) == (200, b"")


@point("T12 status")
def _(world: World) -> None:
    made = world.add("open", *indicators(2))
    assert world.get(f"/api/status/{made['id']}/") == made
    with client(world) as collection:
        kept = collection.add_objects({"objects": indicators(1, 7)})
        kept.refresh()
        assert (kept.status, kept.success_count) == ("complete", 1)
    assert world.ask("GET", f"/small/status/{made['id']}/").status_code == 404


@point("T33 status of an addition")
def _(world: World) -> None:
    made = world.add("open", thing("malware", 1), {**thing("malware", 2), "type": "tool"})
    assert made["status"] == "complete"
    assert parse_instant(made["request_timestamp"]) == NOW + 3600 * SECOND
    counts = {name: made[f"{name}_count"] for name in ("total", "success", "failure", "pending")}
    assert counts == {"total": 2, "success": 1, "failure": 1, "pending": 0}
    version = "2026-01-01T00:00:00.000Z"
    assert made["successes"] == [{"id": thing("malware", 1)["id"], "version": version}]
    (failed,) = made["failures"]
    assert failed["id"] == thing("malware", 2)["id"]
    assert "type" in failed["message"]
    assert made["pendings"] == []


@point("T34 the same version again")
def _(world: World) -> None:
    world.add("open", thing("malware", 1), thing("ipv4-addr", 1))
    dates = world.get(f"{OPEN}/manifest/")
    for changed in ({}, {"name": "other"}):
        made = world.add("open", {**thing("malware", 1), **changed}, thing("ipv4-addr", 1))
        assert (made["success_count"], made["failure_count"]) == (2, 0)
    assert world.get(f"{OPEN}/manifest/") == dates
    assert world.get(f"{OPEN}/objects/")["objects"][0]["name"] == "m1"
    twice = world.add("open", thing("malware", 3), thing("malware", 3))
    assert twice["success_count"] == 2
    assert len(world.ids()) == 3


@point("T35 a broken envelope, a broken object")
def _(world: World) -> None:
    good = json.dumps(thing("malware", 1)).encode()
    for body in [*BROKEN, b'{"objects":[%b,7]}' % good, b'{"objects":[%b,{}]}' % good]:
        answer = world.post("open", body)
        assert (answer.status_code, world.ids()) == (422, []), body[:80]
    bad: list[dict[str, Any]] = [
        {"id": "malware"},
        {**thing("malware", 2), "modified": "yesterday"},
        {**thing("malware", 2), "created": 5},
        {**thing("malware", 2), "spec_version": "9.9"},
        {**thing("malware", 2), "modified": "2020-01-01T00:00:00Z"},
        {**thing("malware", 2), "id": "malware--2"},
        {**thing("malware", 2), "deep": json.loads("[" * 100 + "]" * 100)},
    ]
    made = world.add("open", bad[0], thing("malware", 1), *bad[1:])
    assert (made["success_count"], made["failure_count"]) == (1, len(bad))
    assert [each["id"] for each in made["failures"]] == [each["id"] for each in bad]
    assert all(each["message"] and parse_instant(each["version"]) for each in made["failures"])
    assert world.ids() == [thing("malware", 1)["id"]]


@point("T36 too long a body")
def _(world: World) -> None:
    long = thing("malware", 1, description="x" * 700)
    assert world.post("small", long, root="small").status_code == 413
    assert world.post("open", long).status_code == 202
    assert world.post("open", b" " * 100_001).status_code == 413
    assert world.get("/small/collections/small/objects/") == {}


@point("T40 what deletion leaves")
def _(world: World) -> None:
    one = f"{OPEN}/objects/{thing('indicator', 1)['id']}/"

    def left() -> list[str]:
        answer = world.ask("GET", f"{one}versions/")
        return [each[17:19] for each in answer.json().get("versions", [])]

    def delete(**query: str) -> int:
        named = {f"match[{name}]": value for name, value in query.items()}
        return world.ask("DELETE", one, params=named).status_code

    old = {**thing("indicator", 1, 9), "spec_version": "2.0"}
    world.add("open", *(thing("indicator", 1, n) for n in (1, 2, 3, 4)), old)
    assert delete(version="2026-01-01T00:00:08Z") == 404
    assert (delete(version="first", spec_version="2.1"), left()) == (200, ["04", "03", "02"])
    assert (delete(version="2026-01-01T00:00:04Z"), left()) == (200, ["03", "02"])
    for path in (one, f"{OPEN}/objects/"):
        assert [each["modified"][17:19] for each in world.get(path)["objects"]] == ["03"]
    assert (delete(spec_version="2.0"), delete(spec_version="2.0")) == (200, 404)
    assert (delete(), left()) == (200, [])
    assert delete() == world.ask("GET", one).status_code == 404
    assert world.get(f"{OPEN}/manifest/") == {}
    world.add("open", thing("indicator", 1, 1))
    assert left() == ["01"]

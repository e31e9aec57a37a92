"""Filters, and the versions that they choose (TAXII 2.1 §3.4)."""

from __future__ import annotations

from taxii_plain import OPEN, World, client, indicators, point
from taxii_world import thing


@point("T27 added_after")
def _(world: World) -> None:
    world.add("open", *indicators(2))
    first = world.get(f"{OPEN}/manifest/")["objects"][0]["date_added"]
    digits = (first[:-1].partition(".")[2] + "000000")[:6]
    for more in ("", "0", "000000000"):
        stamp = f"{first[:19]}.{digits}{more}Z"
        assert world.ids(added_after=stamp) == [thing("indicator", 1)["id"]]
    assert len(world.ids(added_after="2020-01-01T00:00:00Z")) == 2
    for bad in ("yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "", "2026-01-01T00:00:00"):
        answer = world.ask("GET", f"{OPEN}/objects/", params={"added_after": bad})
        assert answer.status_code == 400


@point("T28 nothing found")
def _(world: World) -> None:
    for path in (f"{OPEN}/objects/", f"{OPEN}/manifest/"):
        answer = world.ask("GET", path, params={"match[type]": "tool"})
        assert (answer.status_code, answer.content) == (200, b"{}")


@point("T29 filters")
def _(world: World) -> None:
    world.add("open", *indicators(2), thing("malware", 1), thing("identity", 1))
    one, two = thing("indicator", 0)["id"], thing("malware", 1)["id"]
    assert world.ids(match_type="malware,identity") == [two, thing("identity", 1)["id"]]
    assert world.ids(match_id=f"{one},{two}") == [one, two]
    assert world.ids(match_id=f"{one},{two}", match_type="malware") == [two]
    assert world.ids(match_spec_version="2.0") == []
    with client(world) as collection:
        assert len(collection.get_objects(type=["indicator", "malware"])["objects"]) == 3


@point("T30 versions of a page")
def _(world: World) -> None:
    for version in (2, 1, 3):
        world.add("open", thing("indicator", 1, version))
    stamp = "2026-01-01T00:00:0{}.000Z".format

    def read(version: str | None) -> list[str]:
        asked = {} if version is None else {"match_version": version}
        found = world.get(f"{OPEN}/objects/", **asked).get("objects", [])
        return [each["modified"] for each in found]

    assert read(None) == read("last") == [stamp(3)]
    assert read("first") == [stamp(1)]
    assert read("all") == [stamp(2), stamp(1), stamp(3)]
    assert read(stamp(2)) == read("2026-01-01T01:00:02+01:00") == [stamp(2)]
    assert read(f"first,{stamp(3)}") == [stamp(1), stamp(3)]
    assert read("2026-01-01T00:00:09Z") == []


@point("T31 newest specification version")
def _(world: World) -> None:
    old = {k: v for k, v in thing("malware", 1, 9).items() if k != "spec_version"}
    world.add("open", old, thing("malware", 1, 1), {**thing("malware", 2), "spec_version": "2.0"})
    assert [each["modified"][17:19] for each in world.get(f"{OPEN}/objects/")["objects"]] == [
        "01",
        "00",
    ]
    assert world.ids(match_spec_version="2.0") == [old["id"], thing("malware", 2)["id"]]
    both = world.get(f"{OPEN}/objects/", match_spec_version="2.0,2.1", match_id=old["id"])
    assert len(both["objects"]) == 2


@point("T32 filters by endpoint")
def _(world: World) -> None:
    world.add("open", thing("indicator", 1), thing("indicator", 1, 4))
    one = f"{OPEN}/objects/{thing('indicator', 1)['id']}"
    assert len(world.get(f"{one}/", match_version="all")["objects"]) == 2
    assert len(world.get(f"{one}/versions/", match_spec_version="2.1")["versions"]) == 2
    refused = [
        ("GET", f"{one}/", "match[type]", "indicator"),
        ("GET", f"{one}/versions/", "match[version]", "all"),
        ("DELETE", f"{one}/", "match[id]", "x"),
        ("GET", f"{OPEN}/objects/", "match[name]", "x"),
        ("GET", f"{OPEN}/objects/", "match[version]", "newest"),
        ("GET", f"{OPEN}/objects/", "match[spec_version]", "two"),
        ("DELETE", f"{one}/", "match[version]", "never"),
    ]
    for method, path, name, value in refused:
        assert world.ask(method, path, params={name: value}).status_code == 400
    assert len(world.get(f"{one}/", match_version="all")["objects"]) == 2


@point("T38 objects without modified or created")
def _(world: World) -> None:
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "definition": {"tlp": "green"},
    }
    made = world.add("open", marking, thing("ipv4-addr", 1))
    rows = world.get(f"{OPEN}/manifest/")["objects"]
    assert [row["version"] for row in rows] == [marking["created"], rows[1]["date_added"]]
    assert [each["version"] for each in made["successes"]] == [row["version"] for row in rows]
    one = f"{OPEN}/objects/{thing('ipv4-addr', 1)['id']}/"
    assert world.get(one, match_version=rows[1]["date_added"])["objects"] == [thing("ipv4-addr", 1)]
    assert world.get(f"{one}versions/")["versions"] == [rows[1]["date_added"]]

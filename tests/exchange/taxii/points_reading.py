"""Objects, versions and manifests, page by page (TAXII 2.1 §3.5, §5.3, §5.4, §5.6, §5.8)."""

from __future__ import annotations

import threading

from taxii2client.v21 import as_pages
from taxii_plain import OPEN, World, client, indicators, point, stamps
from taxii_world import thing


@point("T6 objects")
def _(world: World) -> None:
    things = indicators(5)
    with client(world) as collection:
        collection.add_objects({"objects": things})
        assert collection.get_objects() == {"more": False, "objects": things}


@point("T7 one object")
def _(world: World) -> None:
    world.add("open", thing("indicator", 1), thing("indicator", 1, 5))
    with client(world) as collection:
        read = collection.get_object(thing("indicator", 1)["id"])["objects"]
        assert read == [thing("indicator", 1, 5)]
    assert world.ask("GET", f"{OPEN}/objects/indicator--none/").status_code == 404


@point("T8 versions")
def _(world: World) -> None:
    world.add("open", *(thing("indicator", 1, version) for version in (3, 1, 2)))
    with client(world) as collection:
        found = collection.object_versions(thing("indicator", 1)["id"])
        assert found["versions"] == [f"2026-01-01T00:00:0{n}.000Z" for n in (3, 2, 1)]
    assert world.ask("GET", f"{OPEN}/objects/indicator--none/versions/").status_code == 404


@point("T9 manifest")
def _(world: World) -> None:
    world.add("open", thing("malware", 1), {**thing("malware", 2), "spec_version": "2.0"})
    with client(world) as collection:
        rows = collection.get_manifest()["objects"]
    assert [set(row) for row in rows] == [{"id", "date_added", "version", "media_type"}] * 2
    assert [row["media_type"][-3:] for row in rows] == ["2.1", "2.0"]
    assert [row["version"] for row in rows] == ["2026-01-01T00:00:00.000Z"] * 2


@point("T19 order")
def _(world: World) -> None:
    things = [thing("indicator", n) for n in (5, 1, 4)]
    for each in things:
        world.add("open", each)
    dates = [row["date_added"] for row in world.get(f"{OPEN}/manifest/")["objects"]]
    assert world.ids() == [each["id"] for each in things]
    assert dates == sorted(dates)  # as text too: six digits, always


@point("T20 dates of a page")
def _(world: World) -> None:
    oid = thing("indicator", 0)["id"]
    assert stamps(world.ask("GET", f"{OPEN}/objects/")) == (None, None)
    world.add("open", *indicators(3))
    dates = [row["date_added"] for row in world.get(f"{OPEN}/manifest/")["objects"]]
    ends = (dates[0], dates[-1])
    assert stamps(world.ask("GET", f"{OPEN}/objects/")) == ends
    assert stamps(world.ask("GET", f"{OPEN}/manifest/")) == ends
    assert stamps(world.ask("HEAD", f"{OPEN}/objects/")) == ends
    assert stamps(world.ask("GET", f"{OPEN}/objects/{oid}/")) == (dates[0],) * 2
    assert stamps(world.ask("GET", f"{OPEN}/objects/{oid}/versions/")) == (dates[0],) * 2


@point("T21 no two entries share a date")
def _(world: World) -> None:
    world.add("open", *indicators(50))
    world.add("open", *indicators(50, 50))
    rows = world.get(f"{OPEN}/manifest/")["objects"]
    assert len({row["date_added"] for row in rows}) == 100
    for row in rows[::20]:
        after = world.ids(added_after=row["date_added"])
        assert after == [each["id"] for each in rows[rows.index(row) + 1 :]]
    # What is deleted leaves no date that could be given again.
    world.ask("DELETE", f"{OPEN}/objects/{rows[-1]['id']}/")
    world.add("open", thing("indicator", 200))
    assert world.ids(added_after=rows[-1]["date_added"]) == [thing("indicator", 200)["id"]]


@point("T22 limit")
def _(world: World) -> None:
    world.add("open", *indicators(3))
    for bad in ("0", "-1", "x", "1.5", "", "٣"):
        assert world.ask("GET", f"{OPEN}/objects/", params={"limit": bad}).status_code == 400
    assert len(world.ids(limit=2)) == 2
    world.add("small", thing("ipv4-addr", 1), thing("ipv4-addr", 2), root="small")
    world.add("small", thing("ipv4-addr", 3), root="small")
    page = world.get("/small/collections/small/objects/", limit=1000)
    assert (len(page["objects"]), page["more"]) == (2, True)


@point("T23 next with other parameters")
def _(world: World) -> None:
    world.add("open", *indicators(4))
    page = world.get(f"{OPEN}/objects/", limit=2, match_type="indicator")
    same = {"match[type]": "indicator", "next": page["next"]}
    assert world.ask("GET", f"{OPEN}/objects/", params=same).status_code == 200
    others: list[dict[str, str]] = [
        {"next": page["next"]},
        {**same, "match[type]": "malware"},
        {**same, "added_after": "2020-01-01T00:00:00Z"},
        {"next": "nonsense"},
        {"next": ""},
    ]
    for other in others:
        assert world.ask("GET", f"{OPEN}/objects/", params=other).status_code == 400
    for path in (f"{OPEN}/manifest/", "/api/collections/given/objects/"):
        assert world.ask("GET", path, params=same).status_code == 400
    assert world.ask("GET", f"{OPEN}/objects/", "carol", params=same).status_code == 400


@point("T24 replay of next")
def _(world: World) -> None:
    world.add("open", *indicators(5))
    page = world.get(f"{OPEN}/objects/", limit=2)
    again = [world.get(f"{OPEN}/objects/", limit=2, next=page["next"]) for _ in range(3)]
    assert again[0] == again[1] == again[2]
    assert [each["id"] for each in again[0]["objects"]] == world.ids()[2:4]


@point("T25 next after a restart")
def _(world: World) -> None:
    world.add("open", *indicators(5))
    page = world.get(f"{OPEN}/objects/", limit=3)
    world.restart()
    rest = world.get(f"{OPEN}/objects/", next=page["next"])
    assert [each["id"] for each in rest["objects"]] == world.ids()[3:]
    assert rest["more"] is False


@point("T26 adding while others page")
def _(world: World) -> None:
    things = indicators(60)
    world.add("open", *things[:10])
    writers = [
        threading.Thread(
            target=lambda n=n: [world.add("open", each) for each in things[10 + n :: 5]]
        )
        for n in range(5)
    ]
    for each in writers:
        each.start()
    with client(world) as collection:
        pages = list(as_pages(collection.get_objects, per_request=7))
    for each in writers:
        each.join()
    seen = [each["id"] for page in pages for each in page["objects"]]
    with client(world) as collection:
        last = world.get(f"{OPEN}/manifest/")["objects"][len(seen) - 1]
        rest = collection.get_objects(added_after=last["date_added"]).get("objects", [])
    seen += [each["id"] for each in rest]
    assert sorted(seen) == sorted(each["id"] for each in things)
    assert seen == world.ids()

"""Who may not know is told nothing: stricter than the standard."""

from __future__ import annotations

from typing import Any

from taxii_plain import IDS, World, point, stamps
from taxii_world import NOW, thing

from noroshi.words.time import SECOND


@point("T17 hidden: as if it were not there")
def _(world: World) -> None:
    world.add("closed", thing("malware", 1), user="carol")
    for method, rest in (
        ("GET", ""), ("GET", "objects/"), ("GET", "manifest/"), ("POST", "objects/"),
        ("GET", f"objects/{thing('malware', 1)['id']}/"),
        ("DELETE", f"objects/{thing('malware', 1)['id']}/"), ("PATCH", "objects/"),
    ):  # fmt: skip
        there = world.ask(method, f"/api/collections/closed/{rest}")
        by_id = world.ask(method, f"/api/collections/{IDS['closed']}/{rest}")
        nowhere = world.ask(method, f"/api/collections/nowhere/{rest}")
        assert there.status_code == by_id.status_code == nowhere.status_code == 404
        hidden, absent = there.json(), nowhere.json()
        assert hidden.pop("error_id") != absent.pop("error_id")  # a digest of the request
        assert hidden == absent
        assert {*there.headers} == {*nowhere.headers}


@point("T37 a status is its poster's")
def _(world: World) -> None:
    mine = world.add("open", thing("malware", 1))["id"]
    theirs = world.add("given", thing("malware", 1), user="carol")["id"]
    assert world.get(f"/api/status/{mine}/")["id"] == mine
    for path, user in ((f"/api/status/{theirs}/", "bob"), (f"/api/status/{mine}/", "carol")):
        answer = world.ask("GET", path, user)
        nothing = world.ask("GET", "/api/status/nothing/", user)
        assert answer.status_code == nothing.status_code == 404
        assert answer.json()["description"] == nothing.json()["description"]
    statuses = world.running.service.roots[0].statuses
    day = 24 * 3600 * SECOND
    later = NOW + 3600 * SECOND + day
    world.add("open", thing("malware", 2))
    assert statuses.get("bob", mine, later) is not None
    assert statuses.get("bob", mine, later + 30 * day) is None


@point("T39 deleting needs both rights")
def _(world: World) -> None:
    world.add("drop", thing("malware", 1))
    world.add("given", thing("malware", 1), user="carol")
    oid = thing("malware", 1)["id"]
    for name in ("drop", "given", "view"):
        for each in (oid, "malware--none"):
            answer = world.ask("DELETE", f"/api/collections/{name}/objects/{each}/")
            assert answer.status_code == 403
    assert world.ask("DELETE", f"/api/collections/closed/objects/{oid}/").status_code == 404
    assert world.ask("DELETE", f"/api/collections/drop/objects/{oid}/", "carol").status_code == 200


@point("T43 who may only write learns nothing")
def _(world: World) -> None:
    def told(*things: Any) -> Any:
        made = world.add("drop", *things)
        return {key: value for key, value in made.items() if key != "id"}

    things = (thing("malware", 1), thing("ipv4-addr", 1), {**thing("malware", 2), "name": "x"})
    first = told(*things)
    assert told(*things) == first
    assert told(*things[:2], {**thing("malware", 2), "name": "y"}) == first
    oid = thing("malware", 1)["id"]
    paths = ("objects/", "manifest/", f"objects/{oid}/", f"objects/{oid}/versions/")
    for rest in paths:
        answer = world.ask("GET", f"/api/collections/drop/{rest}")
        absent = world.ask("GET", f"/api/collections/drop/{rest.replace(oid, 'none')}")
        assert answer.status_code == absent.status_code == 403
        assert answer.json()["description"] == absent.json()["description"]
        assert stamps(answer) == (None, None)
    assert world.ids("drop", "carol") == [each["id"] for each in things]
    assert world.ids("view") == []

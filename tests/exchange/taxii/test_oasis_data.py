"""The OASIS reference server's own data, loaded by `taxii load` and asked for over HTTP.

What should come is worked out here from the file by a plain reading of TAXII 2.1 §3.4 (filters),
§3.5 (pages) and §5 (endpoints), for every combination of some values of each filter.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from taxii_process import ACCOUNT, PASSWORD, served

from noroshi.words.time import parse_instant

pytestmark = pytest.mark.shared

MEDIA = "application/taxii+json;version=2.1"
ROOT = "/trustgroup1"
WRITE, ADD, HIGH, READ, SECRET = (
    "472c94ae-3113-4e3e-a4dd-a9f4ac7471d4",
    "365fed99-08fa-fdcd-a1b3-fb247eb41d01",
    "91a7b528-80eb-42ed-a74d-c6fbd5a26116",
    "52892447-4d7e-4f70-b94d-d7f22742ff63",
    "64993447-4d7e-4f70-b94d-d7f33742ee63",
)
VERSIONS = (None, "first", "last", "all", "2016-12-25T12:30:59.444Z", "first,last",
            "last,2016-11-03T12:30:59Z", "2000-01-01T00:00:00Z")  # fmt: skip
SPECS = (None, "2.0", "2.1", "2.1,2.0")
TYPES = (None, "indicator", "malware,relationship", "tool")
AFTERS = (None, "2016-11-03T12:30:59.001Z", "2017-01-27T13:49:59.997000Z", "2100-01-01T00:00:00Z")


class Row(msgspec.Struct, frozen=True):
    """One version of one object, as the file has it; instants in µs UTC."""

    id: str
    type: str
    spec: str
    version: int
    added: int
    object: str


class World:
    """The file's rows, in the order of their dates as served, and a client."""

    def __init__(self, http: httpx2.Client, file: dict[str, Any]) -> None:
        self.http = http
        (high,) = (each for each in file["trustgroup1"]["collections"] if each["id"] == HIGH)
        told = {
            (row["id"], parse_instant(row["version"])): (row["date_added"], row["media_type"][-3:])
            for row in high["manifest"]
        }
        self.statuses = file["trustgroup1"]["status"]
        self.rows: list[Row] = []
        for each in high["objects"]:
            version = parse_instant(each.get("modified") or each["created"])
            added, spec = told[each["id"], version]
            raw = json.dumps(each, sort_keys=True)
            at = parse_instant(added)
            self.rows.append(Row(each["id"], each["type"], spec, version, at, raw))
        # The file has one date twice; a date is nobody's twice here.
        self.rows.sort(key=lambda row: row.added)
        for n, (one, two) in enumerate(itertools.pairwise(self.rows)):
            if one.added >= two.added:
                self.rows[n + 1] = msgspec.structs.replace(two, added=one.added + 1)

    def get(self, path: str, **query: str | None) -> httpx2.Response:
        named = {f"match[{k[6:]}]" if k.startswith("match_") else k: v for k, v in query.items()}
        asked = {name: value for name, value in named.items() if value is not None}
        return self.http.get(f"{ROOT}/collections/{path}", params=asked)

    def chosen(self, version: str | None, spec: str | None, rows: list[Row]) -> list[Row]:
        """The versions that the two filters choose of each object."""
        found: list[Row] = []
        for oid in {row.id for row in rows}:
            mine = [row for row in rows if row.id == oid]
            specs = spec.split(",") if spec else [max(row.spec for row in mine)]
            for one in specs:
                alike = sorted((r for r in mine if r.spec == one), key=lambda row: row.version)
                for asked in (version or "last").split(","):
                    if asked == "all":
                        found += alike
                    elif asked in ("first", "last"):
                        found += alike[:1] if asked == "first" else alike[-1:]
                    else:
                        found += [row for row in alike if row.version == parse_instant(asked)]
        return sorted(set(found), key=lambda row: row.added)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[World]:
    file = shared / "data/cyber/oasis/taxii/medallion_default_data.json"
    folder = tmp_path_factory.mktemp("oasis")
    with (
        served(folder, file) as (port, _),
        httpx2.Client(
            base_url=f"http://127.0.0.1:{port}",
            auth=(ACCOUNT, PASSWORD),
            headers={"accept": MEDIA},
        ) as http,
    ):
        yield World(http, json.loads(file.read_bytes()))


def as_sent(row: Row) -> Any:
    return json.loads(row.object)


def check_page(answer: httpx2.Response, rows: list[Row], more: bool) -> None:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA
    got = answer.json()
    assert got.get("objects", []) == [as_sent(row) for row in rows]
    dates = [answer.headers.get(f"x-taxii-date-added-{end}") for end in ("first", "last")]
    if not rows:
        assert (got, dates) == ({}, [None, None])
        return
    assert [parse_instant(each or "") for each in dates] == [rows[0].added, rows[-1].added]
    assert (got["more"], "next" in got) == (more, more)


def test_every_combination_of_filters(world: World) -> None:
    for version, spec, type_, after in itertools.product(VERSIONS, SPECS, TYPES, AFTERS):
        rows = [
            row
            for row in world.chosen(version, spec, world.rows)
            if (type_ is None or row.type in type_.split(","))
            and (after is None or row.added > parse_instant(after))
        ]
        asked = {"match_version": version, "match_spec_version": spec, "match_type": type_}
        check_page(world.get(f"{HIGH}/objects/", added_after=after, **asked), rows, False)


def test_manifest_says_what_objects_gives(world: World) -> None:
    for version, spec in itertools.product(VERSIONS, SPECS):
        answer = world.get(f"{HIGH}/manifest/", match_version=version, match_spec_version=spec)
        rows = world.chosen(version, spec, world.rows)
        assert [
            (each["id"], parse_instant(each["version"]), parse_instant(each["date_added"]))
            for each in answer.json().get("objects", [])
        ] == [(row.id, row.version, row.added) for row in rows]
        assert all(
            each["media_type"] == f"application/stix+json;version={row.spec}"
            for each, row in zip(answer.json().get("objects", []), rows, strict=True)
        )


def test_pages_and_their_replay(world: World) -> None:
    rows = world.chosen("all", "2.0,2.1", world.rows)
    asked = {"match_version": "all", "match_spec_version": "2.0,2.1"}
    for limit in (1, 2, 3, 5, 8):
        place: str | None = None
        for start in range(0, len(rows), limit):
            answer = world.get(f"{HIGH}/objects/", limit=str(limit), next=place, **asked)
            more = start + limit < len(rows)
            check_page(answer, rows[start : start + limit], more)
            again = world.get(f"{HIGH}/objects/", limit=str(limit), next=place, **asked)
            assert again.content == answer.content
            if place:
                changed = world.get(f"{HIGH}/objects/", next=place, match_version="last")
                assert changed.status_code == 400
                elsewhere = world.get(f"{READ}/objects/", next=place, **asked)
                assert elsewhere.status_code == 400
            place = answer.json().get("next")
        assert place is None


def test_one_object_and_its_versions(world: World) -> None:
    for oid in {row.id for row in world.rows}:
        mine = [row for row in world.rows if row.id == oid]
        for version, spec in itertools.product(VERSIONS, SPECS):
            asked = {"match_version": version, "match_spec_version": spec}
            rows = world.chosen(version, spec, mine)
            check_page(world.get(f"{HIGH}/objects/{oid}/", **asked), rows, False)
        for spec in SPECS:
            rows = world.chosen("all", spec, mine)
            answer = world.get(f"{HIGH}/objects/{oid}/versions/", match_spec_version=spec)
            told = [parse_instant(each) for each in answer.json().get("versions", [])]
            assert told == sorted({row.version for row in rows}, reverse=True)
    absent = "indicator--00000000-0000-4000-8000-000000000000"
    for rest in (f"objects/{absent}/", f"objects/{absent}/versions/"):
        assert world.get(f"{HIGH}/{rest}").status_code == 404


def test_what_cannot_be_read_is_refused(world: World) -> None:
    for query in (
        {"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"next": "x"}, {"added_after": "x"},
        {"added_after": "2016-02-30T00:00:00Z"}, {"match_version": "newest"},
        {"match_spec_version": "two"}, {"match_type": ""}, {"match_relationship": "x"},
    ):  # fmt: skip
        answer = world.get(f"{HIGH}/objects/", **query)
        assert (answer.status_code, answer.headers["content-type"]) == (400, MEDIA)
        assert answer.json()["http_status"] == "400"


def test_who_may_do_what(world: World) -> None:
    one = world.rows[0].id
    sent = {"content-type": MEDIA}
    post = b'{"objects":[{"type":"tool","id":"tool--0000000a-0000-4000-8000-000000000000"}]}'

    def asked(id: str) -> list[int]:
        base = f"{ROOT}/collections/{id}"
        ask: list[Callable[[], httpx2.Response]] = [
            lambda: world.http.get(f"{base}/"),
            lambda: world.http.get(f"{base}/objects/"),
            lambda: world.http.get(f"{base}/manifest/"),
            lambda: world.http.get(f"{base}/objects/{one}/"),
            lambda: world.http.post(f"{base}/objects/", content=post, headers=sent),
            lambda: world.http.delete(f"{base}/objects/{one}/"),
        ]
        return [each().status_code for each in ask]

    assert asked(READ) == [200, 200, 200, 404, 403, 403]
    assert asked(WRITE) == [200, 403, 403, 403, 202, 403]
    assert asked(SECRET) == asked("0" * 8) == [404] * 6
    listed = world.http.get(f"{ROOT}/collections/").json()["collections"]
    assert [each["id"] for each in listed] == sorted([WRITE, ADD, HIGH, READ])


def test_an_object_is_added_read_versioned_and_deleted(world: World) -> None:
    base = f"{ROOT}/collections/{ADD}/objects"
    thing = as_sent(world.rows[1])
    newer = {**thing, "modified": "2020-01-01T00:00:00.000Z"}
    body = json.dumps({"objects": [thing, newer, {"id": "x"}]}).encode()
    made = world.http.post(f"{base}/", content=body, headers={"content-type": MEDIA})
    assert (made.status_code, made.json()["success_count"], made.json()["failure_count"]) == (
        202, 2, 1,
    )  # fmt: skip
    status = world.http.get(f"{ROOT}/status/{made.json()['id']}/").json()
    assert status == made.json()
    path = f"{base}/{thing['id']}/"
    assert world.http.get(path).json()["objects"] == [newer]
    gone = world.http.delete(path, params={"match[version]": newer["modified"]})
    assert (gone.status_code, world.http.get(path).json()["objects"]) == (200, [thing])
    assert world.http.delete(path).status_code == 200
    assert [world.http.get(path).status_code, world.http.delete(path).status_code] == [404, 404]
    assert world.http.get(f"{ROOT}/collections/{ADD}/manifest/").content == b"{}"


def test_media_types_and_statuses(world: World) -> None:
    for path in ("/taxii2/", f"{ROOT}/", f"{ROOT}/collections/", "/nowhere/"):
        refused = world.http.get(path, headers={"accept": "application/vnd.oasis.taxii+json"})
        assert (refused.status_code, refused.headers["content-type"]) == (406, MEDIA)
        nobody = world.http.get(path, auth=("nobody", ""))
        assert (nobody.status_code, nobody.headers["content-type"]) == (401, MEDIA)
    wrong = world.http.post(
        f"{ROOT}/collections/{ADD}/objects/", content=b"{}", headers={"content-type": "text/json"}
    )
    assert wrong.status_code == 415
    for of_file in world.statuses:
        told = world.http.get(f"{ROOT}/status/{of_file['id']}/").json()
        for name in ("success", "failure", "pending"):
            items = of_file.get("successes" if name == "success" else f"{name}s", [])
            assert told[f"{name}_count"] == len(items)
        assert told["status"] == ("pending" if of_file.get("pendings") else "complete")
    assert world.http.get(f"{ROOT}/status/{WRITE}/").status_code == 404

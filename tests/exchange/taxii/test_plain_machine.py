"""Adding, deleting and reading in any order, beside a model that is a plain list.

The model goes through all of its list at every question; the server answers from SQL, through the
handler. What it is asked for: every filter, page by page, and each endpoint.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from taxii_plain import MEDIA, envelope, service
from taxii_world import NOW, ask, thing

from noroshi.exchange.served import stamp
from noroshi.exchange.taxii.message import Response
from noroshi.store import Store
from noroshi.words.time import SECOND, format_instant, parse_instant

OPEN = "/api/collections/open/"
KINDS = ("indicator", "ipv4-addr")
kinds = st.sampled_from(KINDS)
numbers, versions = st.integers(0, 1), st.integers(0, 3)
specs = st.sampled_from(["2.0", "2.1"])
things = st.builds(
    lambda kind, n, version, spec: {**thing(kind, n, version), "spec_version": spec},
    kinds, numbers, versions, specs,
)  # fmt: skip
instants = versions.map(lambda n: f"2026-01-01T00:00:{n:02d}.000Z")
words = st.lists(st.sampled_from(["first", "last", "all"]) | instants, min_size=1, max_size=2)
choices = st.fixed_dictionaries(
    {},
    optional={
        "spec_version": st.lists(specs, min_size=1, max_size=2, unique=True),
        "version": words,
    },
)
filters = st.tuples(
    choices,
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.lists(kinds, min_size=1, max_size=2),
            "id": st.lists(
                st.builds(lambda k, n: thing(k, n)["id"], kinds, numbers), min_size=1, max_size=3
            ),
        },
    ),
).map(lambda both: {**both[0], **both[1]})


class Row:
    """An object in the model: what it is, when it came, and its version."""

    def __init__(self, object_: dict[str, Any], entered: int) -> None:
        self.object, self.entered = object_, entered
        stamp_ = object_.get("modified") or object_.get("created")
        self.dated = stamp_ is not None
        self.version = parse_instant(stamp_) if stamp_ else entered
        self.id, self.spec = object_["id"], object_["spec_version"]

    def same(self, other: Row) -> bool:
        alike = (self.id, self.spec) == (other.id, other.spec)
        undated = not (self.dated or other.dated)
        return alike and (undated or self.version == other.version)

    def text(self) -> str:
        return format_instant(self.version) if self.dated else stamp(self.version)

    def whole(self) -> dict[str, Any]:
        return self.object

    def manifest(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "date_added": stamp(self.entered),
            "version": self.text(),
            "media_type": f"application/stix+json;version={self.spec}",
        }


def chosen(rows: list[Row], asked: dict[str, list[str]], *, deleting: bool = False) -> list[Row]:
    """The rows that match, in their order: object by object, by the words of the standard."""
    found: list[Row] = []
    for oid in {row.id for row in rows}:
        own = [row for row in rows if row.id == oid]
        newest = max(row.spec for row in own)
        every = ["2.0", "2.1"] if deleting else [newest]
        own = [row for row in own if row.spec in asked.get("spec_version", every)]
        for spec in {row.spec for row in own}:
            group = [row for row in own if row.spec == spec]
            among = own if deleting else group
            for row in group:
                ends = {
                    "first": min(each.version for each in among),
                    "last": max(each.version for each in among),
                    "all": row.version,
                }
                wanted = asked.get("version", ["all" if deleting else "last"])
                if any(row.version == (ends.get(w) or parse_instant(w)) for w in wanted):
                    found.append(row)
    found = [row for row in found if row.id in asked.get("id", [row.id])]
    found = [row for row in found if row.object["type"] in asked.get("type", KINDS)]
    return sorted(found, key=lambda row: row.entered)


def query(asked: dict[str, list[str]], **more: Any) -> str:
    parts = [f"match[{name}]={','.join(values)}" for name, values in asked.items()]
    return "&".join([*parts, *(f"{name}={value}" for name, value in more.items())])


class Machine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name) / "node.db", create=True)
        self.service = service(self.store, page_cap=5)
        self.rows: list[Row] = []
        self.now, self.last = NOW, -1

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def ask(self, path: str, asked: str = "", method: str = "GET", **more: Any) -> Response:
        return ask(self.service, path, asked, method=method, now=self.now, **more)

    def get(self, path: str, asked: str = "") -> Any:
        response = self.ask(path, asked)
        assert response.status == 200, response
        return json.loads(response.body)

    @rule(new=st.lists(things, min_size=1, max_size=6), gap=st.integers(-3, 3))
    def add(self, new: list[dict[str, Any]], gap: int) -> None:
        self.now += gap * SECOND
        made = json.loads(
            self.ask(OPEN + "objects/", method="POST", body=envelope(*new), content_type=MEDIA).body
        )
        told: list[str] = []
        for each in new:
            row = Row(each, max(self.now, self.last + 1))
            known = next((other for other in self.rows if other.same(row)), None)
            if known is None:
                self.rows.append(row)
                self.last = row.entered
            told.append((known or row).text())
        assert [item["version"] for item in made["successes"]] == told
        assert made["failures"] == []

    @rule(kind=kinds, n=numbers, asked=choices)
    def delete(self, kind: str, n: int, asked: dict[str, list[str]]) -> None:
        oid = thing(kind, n)["id"]
        gone = chosen([row for row in self.rows if row.id == oid], asked, deleting=True)
        response = self.ask(f"{OPEN}objects/{oid}/", query(asked), "DELETE")
        assert response.status == (200 if gone else 404)
        self.rows = [row for row in self.rows if row not in gone]
        for version in ("last", "first"):
            self.read({"version": [version]}, 7, len(self.rows))

    @rule(asked=filters, limit=st.integers(1, 7), since=st.integers(0, 12))
    def read(self, asked: dict[str, list[str]], limit: int, since: int) -> None:
        after = self.rows[since].entered if since < len(self.rows) else None
        wanted = [row for row in chosen(self.rows, asked) if after is None or row.entered > after]
        more = {} if after is None else {"added_after": stamp(after)}
        for endpoint in ("objects", "manifest"):
            read: list[Any] = []
            place: dict[str, str] = {}
            while True:
                page = self.get(f"{OPEN}{endpoint}/", query(asked, **more, **place, limit=limit))
                assert len(page.get("objects", [])) <= min(limit, 5)
                read += page.get("objects", [])
                if not page.get("more"):
                    break
                place = {"next": page["next"]}
            shown = Row.manifest if endpoint == "manifest" else Row.whole
            assert read == [shown(row) for row in wanted]

    @rule(kind=kinds, n=numbers, asked=choices)
    def read_one(self, kind: str, n: int, asked: dict[str, list[str]]) -> None:
        oid = thing(kind, n)["id"]
        own = [row for row in self.rows if row.id == oid]
        response = self.ask(f"{OPEN}objects/{oid}/", query(asked) + "&limit=5")
        if not own:
            assert response.status == 404
            return
        wanted = chosen(own, asked)[:5]
        assert json.loads(response.body).get("objects", []) == [row.object for row in wanted]
        newest = max(row.spec for row in own)
        listed = {row.text(): row.version for row in own if row.spec == newest}
        found = self.get(f"{OPEN}objects/{oid}/versions/")["versions"]
        assert found == sorted(listed, key=lambda text: -listed[text])[:5]

    @invariant()
    def dates_rise(self) -> None:
        if hasattr(self, "rows"):
            entered = [row.entered for row in self.rows]
            assert entered == sorted(set(entered))


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=20, stateful_step_count=15)

"""The endpoints as the OpenAPI file describes them: any request gets an answer that is in the file.

Paths, queries, headers and bodies are drawn from what the file names, from what is in the
collections, and from noise. No answer is a fault, each has the media type of TAXII, and its status
and body are those of the file.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taxii_plain import IDS, MEDIA, envelope, service
from taxii_world import NOW, FakeViews, ask, thing

from noroshi.exchange.taxii import query
from noroshi.exchange.taxii.service import Service
from noroshi.store import Store

FILE = importlib.resources.files("noroshi.data").joinpath("schemas/taxii-2.1.openapi.json")
API = json.loads(FILE.read_text("utf-8"))
OPERATIONS = [
    pytest.param(path, method, id=f"{method.upper()} {path}")
    for path, item in API["paths"].items()
    for method in item
    if method != "parameters"
]
ONE = thing("indicator", 1)["id"]

noise = st.text(max_size=12)
places = {
    "root": st.sampled_from(["api", "small"]) | noise.filter(lambda text: text != "taxii2"),
    "id": st.sampled_from([*IDS, *IDS.values(), "view"]) | noise,
    "object": st.sampled_from([ONE, thing("ipv4-addr", 1)["id"], "%2F", ".."]) | noise,
}
values = st.one_of(
    st.sampled_from(
        ["", "1", "0", "2.0", "2.1", "2.0,2.1", "all", "first,last", "indicator", ONE, f"{ONE},x",
         "2026-01-01T00:00:01.000Z", "2026-01-01T00:00:00.1234567890+09:00", "9" * 30, "\0"]
    ),
    noise,
)  # fmt: skip
names = st.sampled_from(
    [each["name"] for each in API["components"]["parameters"].values() if each["in"] == "query"]
)
queries = st.lists(st.tuples(names | noise, values), max_size=4)
headers = st.fixed_dictionaries(
    {},
    optional={
        "accept": st.sampled_from([MEDIA, "*/*", "text/html", "application/taxii+json;q=x"])
        | noise,
        "content_type": st.sampled_from([MEDIA, "application/json"]) | noise,
        "content_encoding": st.sampled_from(["identity", "gzip"]) | noise,
        "content_length": st.sampled_from(["0", "-1", "99999999999"]) | noise,
        "noroshi_release": st.sampled_from(["1", "2"]),
    },
)
things = st.one_of(
    st.builds(thing, st.sampled_from(["indicator", "ipv4-addr"]), st.integers(0, 3)),
    st.dictionaries(
        st.sampled_from(["id", "type", "created", "modified", "spec_version", "x"]),
        noise | st.none() | st.integers() | st.sampled_from([ONE, "indicator", "2.1"]),
    ),
    noise,
)
bodies = st.one_of(
    st.binary(max_size=40), st.lists(things, max_size=3).map(lambda each: envelope(*each))
)


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    path: Path = tmp_path_factory.mktemp("openapi") / "node.db"
    with Store.open(path, create=True) as store:
        views = FakeViews()
        for n in range(3):
            views.add(thing("indicator", n))
        yield service(store, views, page_cap=2)


def resolved(part: Any) -> Any:
    """What a reference of the file leads to."""
    while "$ref" in part:
        found = API
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def check(operation: Any, status: int, body: bytes) -> None:
    """The status is one of the operation's, and the body as the file says for it."""
    assert str(status) in operation["responses"], status
    content = resolved(operation["responses"][str(status)]).get("content")
    if content is None:
        assert body == b""
        return
    ((media, described),) = content.items()
    assert media == MEDIA
    schema = {**described["schema"], "components": API["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(body))


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@given(data=st.data())
@settings(max_examples=40)
def test_any_request_gets_an_answer_that_is_described(
    offered: Service, path: str, method: str, data: st.DataObject
) -> None:
    where = {name: quote(data.draw(each, name), safe="%") for name, each in places.items()}
    asked = urlencode(data.draw(queries, "query"))
    sent = data.draw(headers, "headers")
    operation = API["paths"][path][method]
    real = path.format(**where)
    response = ask(
        offered,
        real,
        asked,
        method=method.upper(),
        user=data.draw(st.sampled_from(["bob", "bob", "carol", None]), "user"),
        body=data.draw(bodies, "body") if method == "post" else b"",
        now=NOW,
        **sent,
    )
    assert response.header("content-type") == MEDIA
    assert response.status < 500
    if response.status == 405:
        # A part of the path held nothing: another resource was asked.
        assert "" in where.values()
        return
    check(operation if "" not in where.values() else anything(), response.status, response.body)


def anything() -> Any:
    """An operation that may answer with every status, whatever the body."""
    return {
        "responses": {str(code): {"content": {MEDIA: {"schema": {}}}} for code in range(200, 500)}
    }


def test_every_operation_can_be_answered_well(offered: Service) -> None:
    """So that the fuzzing does not only meet refusals."""
    added = ask(
        offered,
        "/api/collections/open/objects/",
        method="POST",
        body=envelope(thing("indicator", 1), thing("ipv4-addr", 1), {"id": "x"}),
        content_type=MEDIA,
    )
    where = {"root": "api", "id": "open", "object": ONE}
    order = sorted(OPERATIONS, key=lambda each: each.values[1] == "delete")
    for each in order:
        path, method = each.values
        operation = API["paths"][path][method]
        if "status" in path:
            where["id"] = json.loads(added.body)["id"]
        real = path.format(**where)
        where["id"] = "open"
        body = envelope(thing("indicator", 1)) if method == "post" else b""
        response = ask(offered, real, method=method.upper(), body=body, content_type=MEDIA)
        assert response.status == (202 if method == "post" else 200), real
        check(operation, response.status, response.body)


def test_the_file_names_the_filters_of_the_code() -> None:
    for name, fields in (
        ("objects", query.COLLECTION_FIELDS),
        ("manifest", query.COLLECTION_FIELDS),
        ("object", query.OBJECT_FIELDS),
        ("delete", query.OBJECT_FIELDS),
        ("versions", query.VERSIONS_FIELDS),
    ):
        (operation,) = (
            each
            for item in API["paths"].values()
            for each in item.values()
            if isinstance(each, dict) and each.get("operationId") == name
        )
        named = {resolved(each)["name"] for each in operation["parameters"]}
        assert {each for each in named if each.startswith("match")} == {
            f"match[{field}]" for field in fields
        }


def test_the_file_is_openapi_by_its_own_references() -> None:
    def walk(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if "$ref" in part:
                yield part["$ref"]
            for each in part.values():
                yield from walk(each)
        elif isinstance(part, list):
            for each in part:
                yield from walk(each)

    refs = set(walk(API))
    assert all(resolved({"$ref": each}) for each in refs)
    for kind, held in API["components"].items():
        if kind != "securitySchemes":
            assert {f"#/components/{kind}/{name}" for name in held} <= refs
    for schema in API["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)

"""What stands where there is nothing to show: why, and a next step, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from glass import MARKS, Watch, chromium, opened, served
from lookout import planted

from noroshi.console import users
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.setup import init

pytestmark = MARKS
MALWARE = {
    "type": "malware", "spec_version": "2.1", "created": "2024-01-01T00:00:00.000Z",
    "modified": "2024-01-01T00:00:00.000Z", "name": "m", "is_family": False,
}  # fmt: skip
TEXT = "it => [...it.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join('')"
VIEWS: dict[str, tuple[tuple[str, str], ...]] = {
    "new": (
        ("#/picture", "Nothing was found yet"),
        ("#/picture?as=EU", "Nothing was found yet"),
        ("#/compare", "Nothing was found yet"),
        ("#/send", "Nothing is chosen"),
        ("#/recalls", "Nothing was taken back"),
        ("#/recalls", "Nobody received anything"),
        ("#/incidents", "Nothing was found yet"),
        ("#/pact", "6 agreements are in the node's folder"),
    ),
    "without agreements": (
        ("#/pact", "There is no agreement yet"),
        ("#/pact?set=files", "There is no agreement yet"),
        ("#/send", "There is no agreement yet"),
    ),
    "intelligence alone": (
        ("#/picture", "3 other records are held, and no finding"),
        ("#/incidents", "3 other records are held, and no finding"),
    ),
    "one desk": (
        ("#/picture?q=zzzz", "Nothing matches these filters"),
        ("#/picture?as=USA", "USA receives nothing"),
        ("#/picture?as=EU&q=zzzz", "Nothing matches these filters"),
        ("#/compare?a=USA&b=USA", "USA receives nothing"),
        ("#/compare?a=EU&b=EU", "Nothing differs here"),
        ("#/compare?q=zzzz", "Nothing matches these filters"),
        ("#/incidents", "it takes findings of two domains"),
        ("#/incidents?as=USA", "USA receives nothing"),
        ("#/send?to=EU&ids={id}", "No node of EU is known here"),
    ),
}


def made(name: str, folder: Path) -> None:
    """The node that has so little."""
    if name == "one desk":
        planted(folder, clock, many=6)
        return
    init(folder, "JPN", listen="127.0.0.1:0")
    if name == "without agreements":
        for each in (folder / "agreements").glob("*.toml"):
            each.unlink()
    if name == "intelligence alone":
        ids = (f"malware--11111111-1111-4111-8111-11111111111{n}" for n in range(3))
        bundle = {
            "type": "bundle", "id": "bundle--11111111-1111-4111-8111-111111111111",
            "objects": [{**MALWARE, "id": each} for each in ids],
        }  # fmt: skip
        file = folder / "bundle.json"
        file.write_text(json.dumps(bundle), "utf-8")
        with Node.open(folder) as node:
            load_law(node, clock())
            ingest(node, [file], clock)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[dict[str, tuple[Any, str, Watch]]]:
    """A page before each of the nodes, signed in: (page, origin, what went wrong)."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        found: dict[str, tuple[Any, str, Watch]] = {}
        for name in VIEWS:
            made(name, tmp_path / name)
            node = stack.enter_context(Node.open(tmp_path / name))
            token = users.opening(node.settings, "administrator", clock())
            origin = stack.enter_context(served(node))
            page = opened(browser)
            watch = Watch(page, origin)
            page.goto(f"{origin}/console/#token={token}")
            page.wait_for_selector("header.top")
            found[name] = page, origin, watch
        yield found


def test_every_empty_view_says_why_and_what_to_do_next(
    pages: dict[str, tuple[Any, str, Watch]],
) -> None:
    for name, (page, origin, watch) in pages.items():
        marks = page.evaluate("async () => (await (await fetch('api/picture')).json()).marks")
        first = marks[0]["id"] if marks else ""
        for where, text in VIEWS[name]:
            page.goto("about:blank")
            page.goto(f"{origin}/console/{where.format(id=first)}")
            said = page.locator(".empty", has_text=text)
            said.wait_for(timeout=90_000)
            assert said.locator("a, button, code").count(), (name, where)
            english = said.inner_text()
            page.get_by_role("button", name="日本語").click()
            page.wait_for_function("() => document.documentElement.lang === 'ja'")
            for each in page.locator(".empty:visible").all():
                told = each.evaluate(TEXT)
                assert any("\u3040" <= letter <= "\u9fff" for letter in told), (where, told)
                assert told not in english
            watch.accessible(where)
            page.get_by_role("button", name="English").click()
        assert watch.problems == [], name
        assert watch.elsewhere == []

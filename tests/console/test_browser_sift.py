"""What is typed into the search of a large picture: the list is the plain filter's, and no part of
it ever stands there as if it were all.

The page looks through so many findings in pieces, a frame each. Its clock is made to run out after
every piece, so that each letter meets the work of the one before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from glass import MARKS, Watch, chromium, opened, served

from noroshi.console import users
from noroshi.node.node import Node, clock

pytestmark = MARKS
MANY = 3_000
KINDS = ("stop", "port_visit", "gap")
HURRIED = """
const real = performance.now.bind(performance);
let looked = 0;
performance.now = () => real() + 10 * looked++;
window.told = [];
new MutationObserver(() => {
  const count = document.querySelector("[data-testid=count]");
  const field = document.querySelector("#search");
  const kind = new URLSearchParams(location.hash.split("?")[1]).get("kind") ?? "";
  if (count && field)
    window.told.push([field.value, kind, count.ariaBusy === "true", count.textContent,
      document.querySelectorAll(".row").length]);
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""


def marks() -> list[dict[str, Any]]:
    """Findings whose ids, kinds and ships narrow a search at different letters."""
    return [
        {
            "id": f"event--{UUID(int=n * 0x9E3779B97F4A7C15 % 2**128, version=5)}",
            "kind": KINDS[n % 3], "owner": "EU" if n % 5 == 4 else "JPN",
            "tlp": "green", "precision": "min",
            "t0": 1_780_000_000_000 + n * 60_000, "t1": 1_780_000_600_000 + n * 60_000,
            "subjects": [f"mmsi:4310{n % 200:05}"], "place": [139.0 + n / MANY, 35.0, 250.0],
        }
        for n in range(MANY)
    ]  # fmt: skip


def plain(words: str, kind: str = "") -> list[str]:
    """The ids that the filters leave, the plainest way."""
    sought = words.lower().strip()
    return [
        each["id"]
        for each in marks()
        if (not kind or each["kind"] == kind)
        and sought in " ".join((each["id"], each["kind"], each["owner"], *each["subjects"])).lower()
    ]


def count(found: list[str]) -> str:
    return f"{len(found):,} of {MANY:,} findings"


@pytest.fixture
def page(shared_node: Node) -> Iterator[Any]:
    """Somebody who looks at a large picture."""
    token = users.link(shared_node.settings, "viewer", clock())

    def large(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps({**answer.json(), "marks": marks()}))

    with served(shared_node) as origin, chromium() as browser:
        shown = opened(browser)
        watch = Watch(shown, origin)
        shown.route("**/api/picture*", large)
        shown.add_init_script(HURRIED)
        shown.goto(f"{origin}/console/#token={token}")
        shown.wait_for_selector(".row")
        yield shown
        assert watch.problems == []


def settles(page: Any, found: list[str]) -> None:
    """The list comes to what the plain filter leaves."""
    page.wait_for_function(
        "(text) => document.querySelector('[data-testid=count][aria-busy=false]')"
        "?.textContent === text",
        arg=count(found),
    )
    rows = page.locator(".row")
    seen = rows.evaluate_all("(rows) => rows.map((each) => each.dataset.id)")
    assert seen == found[: len(seen)]
    assert {int(n) for n in rows.evaluate_all("(rows) => rows.map((x) => x.ariaSetSize)")} <= {
        len(found)
    }


def test_the_list_is_the_plain_filter_s_and_never_a_part_of_it(page: Any) -> None:
    settles(page, plain(""))
    field = page.locator("#search")
    # Faster than it can follow, by letters that narrow, that narrow nothing, and away again.
    field.press_sequentially("mmsi:431000012")
    settles(page, plain("mmsi:431000012"))
    for _ in range(3):
        field.press("Backspace")
    settles(page, plain("mmsi:431000"))
    field.press_sequentially("19")
    page.get_by_label("Kind").select_option("gap")
    settles(page, plain("mmsi:43100019", "gap"))
    page.fill("#search", "a1")
    page.fill("#search", "A")
    settles(page, plain("a", "gap"))
    page.get_by_label("Kind").select_option("")
    page.fill("#search", "gap")
    field.press_sequentially(" jpn")
    settles(page, plain("gap jpn"))
    page.fill("#search", "nowhere")
    page.wait_for_selector(".empty")
    assert page.get_by_test_id("count").inner_text() == count([])
    page.fill("#search", "")
    settles(page, plain(""))
    whole(page)


def whole(page: Any) -> None:
    """Whatever stood there as settled was all of it, with rows where there are any."""
    told = page.evaluate("window.told")
    assert any(busy for _, _, busy, _, _ in told)
    for words, kind, busy, text, rows in told:
        found = plain(words, kind)
        assert busy or (text, rows > 0) == (count(found), bool(found)), (words, kind)


def test_whose_finding_it_is_is_told_and_filtered_by(page: Any) -> None:
    told = page.locator(".row").evaluate_all(
        "(rows) => rows.map((each) => each.querySelector('.owner')?.textContent ?? 'JPN')"
    )
    assert told == [each["owner"] for each in marks()][: len(told)]
    page.get_by_label("From whom").select_option("EU")
    settles(page, [each["id"] for each in marks() if each["owner"] == "EU"])
    assert "owner=EU" in page.url


def test_where_the_list_was_cut_short_its_end_is_shown(page: Any) -> None:
    settles(page, plain(""))
    page.locator(".list").evaluate("(it) => { it.scrollTop = it.scrollHeight; }")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.row')].at(-1)?.ariaPosInSet === '3000'"
    )
    page.fill("#search", "mmsi:431000019")
    found = plain("mmsi:431000019")
    page.wait_for_function(
        "(n) => [...document.querySelectorAll('.row')].at(-1)?.ariaPosInSet === n",
        arg=str(len(found)),
    )
    assert page.locator(".row").last.get_attribute("data-id") == found[-1]
    whole(page)

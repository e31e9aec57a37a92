"""The page as it is heard and gone through by keys: the tree that Chromium gives to screen readers.

No screen reader runs here; what is asked is what each of them builds on: that whatever takes the
focus has a role and a name, that what changes is announced, and that the focus goes through the
page in its order, into what is opened, and back.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from glass import MARKS, PEER, Watch, chromium, configure, opened, served
from lookout import PASSWORD

from noroshi.node.node import Node

pytestmark = MARKS
DUMB = frozenset({"none", "generic", "Pre", "paragraph", "Ignored", ""})
"""Roles that say nothing of what one is on."""
HERE = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const box = it.getBoundingClientRect();
  return { name: it.getAttribute("aria-label") || it.id || it.textContent.trim().slice(0, 40),
    tag: it.tagName, order: it.tabIndex, seen: box.width > 0 && box.height > 0,
    at: [...document.querySelectorAll("*")].indexOf(it), map: !!it.closest(".maplibregl-map"),
    part: it.closest("header.top, .side, .ground, .drawer")?.className ?? "" };
}"""


@pytest.fixture
def page(folder: Path) -> Iterator[tuple[Any, str]]:
    """Somebody who is signed in, and where."""
    configure(folder, PEER)
    with Node.open(folder) as node, served(node) as origin, chromium() as browser:
        shown = opened(browser)
        Watch(shown, origin)
        shown.goto(f"{origin}/console/")
        shown.wait_for_selector(".login")
        assert nameless(shown) == []
        # By keys alone: the first field, the second, and in.
        shown.get_by_label("Name").focus()
        shown.keyboard.type("administrator")
        shown.keyboard.press("Tab")
        shown.keyboard.type(PASSWORD)
        shown.keyboard.press("Enter")
        shown.wait_for_selector(".row")
        yield shown, origin


def tree(page: Any) -> list[dict[str, Any]]:
    """The nodes that a screen reader is given: role, name, properties."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        {
            "role": each.get("role", {}).get("value", ""),
            "name": each.get("name", {}).get("value", "").strip(),
            **{prop["name"]: prop["value"].get("value") for prop in each.get("properties", ())},
        }
        for each in nodes
        if not each["ignored"]
    ]


def nameless(page: Any) -> list[dict[str, Any]]:
    """What takes the focus and does not say what it is."""
    return [
        each
        for each in tree(page)
        if each.get("focusable")
        and each["role"] != "RootWebArea"
        and (not each["name"] or each["role"] in DUMB)
        # Whoever skips to it hears what is in it: its heading stands first.
        and each["role"] != "main"
    ]


VIEWS = {
    "picture": ("#/picture", ".row"),
    "as another": ("#/picture?as=EU", ".row"),
    "difference": ("#/compare?a=JPN&b=EU", ".compare tbody tr"),
    "before you send": ("#/send?to=EU", "main.sheet"),
    "taken back": ("#/recalls", "main.sheet"),
    "incidents": ("#/incidents", ".empty"),
    "pact room": ("#/pact?id=eu-jpn-sdp&without=USA", "[data-testid=supposed]"),
    "people": ("#/people", "tbody tr"),
}


def test_whatever_takes_the_focus_has_a_name_in_every_view(page: tuple[Any, str]) -> None:
    shown, origin = page
    for name, (where, wanted) in VIEWS.items():
        shown.goto(f"{origin}/console/{where}")
        shown.wait_for_selector(wanted, timeout=60_000)
        assert nameless(shown) == [], name
        heard = tree(shown)
        assert sum(each["role"] == "main" for each in heard) == 1, name
        assert any(each["role"] == "heading" and each.get("level") == 1 for each in heard), name
        assert any(each["role"] == "navigation" and each["name"] for each in heard), name


def test_the_list_says_what_the_map_shows_and_what_changes(page: tuple[Any, str]) -> None:
    shown, origin = page
    shown.goto(f"{origin}/console/#/picture")
    shown.wait_for_function("() => document.documentElement.dataset.map === 'idle'")
    heard = tree(shown)
    rows = [x for x in heard if x["role"] == "option" and "mmsi:" in x["name"]]
    assert len(rows) == 13
    for each in rows:
        # What a mark on the map says: kind, time, label, who, where.
        assert "TLP:" in each["name"], each
        assert "°N" in each["name"]
        assert "Z" in each["name"]
    assert any(each["name"] == "Map of findings" for each in heard)
    assert any(each["name"].startswith("13 findings from") for each in heard)
    count = shown.get_by_test_id("count")
    assert count.get_attribute("aria-live") == "polite"
    shown.select_option("select[aria-label=Kind]", "port_visit")
    shown.wait_for_function("() => document.querySelectorAll('.row').length === 6")
    assert count.inner_text().startswith("6 of 13")
    live = [each for each in tree(shown) if each.get("live") == "polite"]
    assert live


def test_the_focus_goes_through_the_page_into_what_is_opened_and_back(
    page: tuple[Any, str],
) -> None:
    shown, origin = page
    shown.goto(f"{origin}/console/#/picture")
    shown.wait_for_function("() => document.documentElement.dataset.map === 'idle'")
    shown.evaluate("() => document.activeElement.blur()")
    way: list[dict[str, Any]] = []
    for _ in range(60):
        shown.keyboard.press("Tab")
        here = shown.evaluate(HERE)
        if here is None:
            break
        way.append(here)
    assert way[0]["name"] == "Skip to the content"
    assert all(each["order"] == 0 and each["seen"] for each in way), way
    places = [each["at"] for each in way]
    assert places == sorted(places), "the focus jumps about"
    parts = list(dict.fromkeys(each["part"] for each in way if each["part"]))
    assert parts == ["top", "side", "ground"]
    named = [each["name"] for each in way]
    assert {"Search findings", "Findings", "Zoom in", "Map of findings"} <= set(named), named

    # Open by keys, go in, out, and on.
    shown.keyboard.press("Escape")
    shown.locator(".list").focus()
    shown.keyboard.press("ArrowDown")
    shown.wait_for_selector(".drawer dl")
    there = shown.locator(".list").get_attribute("aria-activedescendant")
    assert shown.locator(f"#{there}").get_attribute("aria-selected") == "true"
    shown.keyboard.press("Enter")
    assert shown.evaluate(HERE)["tag"] == "H2"
    assert nameless(shown) == []
    shown.keyboard.press("Tab")
    assert shown.evaluate(HERE)["name"] == "Close"
    shown.keyboard.press("Enter")
    shown.wait_for_selector(".drawer", state="detached")
    assert shown.evaluate(HERE)["name"] == "Findings"
    shown.keyboard.press("ArrowDown")
    shown.wait_for_selector(".drawer dl")
    shown.keyboard.press("Enter")
    shown.keyboard.press("Escape")
    shown.wait_for_selector(".drawer", state="detached")
    assert shown.evaluate(HERE)["name"] == "Findings"
    shown.keyboard.press("/")
    assert shown.evaluate(HERE)["name"] == "Search findings"


def test_what_is_in_another_language_says_which(page: tuple[Any, str]) -> None:
    shown, origin = page
    shown.get_by_role("button", name="日本語").click()
    shown.goto(f"{origin}/console/#/pact?id=eu-jpn-sdp")
    shown.wait_for_selector(".promises")
    tongue = "it => it.closest('[lang]').lang"
    titles = shown.locator("th span bdi").all()
    told = {each.inner_text(): each.evaluate(tongue) for each in titles}
    assert told["日・EU安全保障・防衛パートナーシップ"] == "ja"
    assert told["EU–Japan Security of Information Agreement"] == "en"
    assert shown.locator(".promises bdi").first.evaluate(tongue) == "en"
    assert shown.locator("pre.tall bdi").evaluate(tongue) == "en"
    shown.goto(f"{origin}/console/#/picture")
    shown.locator(".row").first.click()
    shown.wait_for_selector(".drawer table")
    cells = shown.locator(".drawer table td:nth-child(2)").all()
    values = {each.inner_text(): each.locator("bdi").evaluate(tongue) for each in cells}
    assert values == {"1.0": "ja", "Yokohama": "en"}

"""The main path by keys alone, and the page where it is enlarged or in the system's own colours.

Filter, open evidence, view as, release, take back, an incident's report: no pointer is used. At
each step the focus is somewhere, can be seen, and is where whoever sees nothing expects it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from glass import MARKS, PEER, Watch, axe, chromium, configure, opened, served
from lookout import finding

from noroshi.console import users
from noroshi.console.paper import HINT
from noroshi.desks.registry import desks
from noroshi.node.findings import settle
from noroshi.node.node import Node, clock
from noroshi.words.finding import Finding
from noroshi.words.label import Tlp

pytestmark = MARKS
MOST = 160
"""Tab stops from anywhere to anywhere, a full turn of the page with all of its map."""
HERE = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const box = it.getBoundingClientRect(), look = getComputedStyle(it);
  const label = it.labels?.[0]?.childNodes[0]?.textContent.trim();
  return { name: it.getAttribute("aria-label") || label || it.textContent.trim(), tag: it.tagName,
    lined: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0,
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
}"""
VIEWS = {
    "picture": ("#/picture?sel={id}", ".drawer dl"),
    "as another": ("#/picture?as=EU&sel={id}", ".drawer .why"),
    "difference": ("#/compare?a=JPN&b=EU", ".compare tbody tr"),
    "difference, opened": ("#/compare?a=JPN&b=EU&sel={id}", ".drawer dl"),
    "before you send": ("#/send?to=EU&ids={id}", ".previews li"),
    "taken back": ("#/recalls?ids={id}", "form"),
    "incidents": ("#/incidents", ".waterfall"),
    "report": ("#/incidents?print=1", ".report"),
    "pact room": ("#/pact?id=eu-jpn-sdp&without=USA", "[data-testid=supposed]"),
    "people": ("#/people", "tbody tr"),
}
WIDE = """() => [...document.querySelectorAll("html, main, .grow, .side, .drawer")]
  .filter((it) => it.scrollWidth > it.clientWidth + 1)
  .map((it) => `${it.className || it.tagName} ${it.scrollWidth}/${it.clientWidth}`)"""


@pytest.fixture
def origin(folder: Path, found: list[Finding]) -> Iterator[tuple[str, Node]]:
    """A node with an incident, served."""
    configure(folder, PEER)
    more = [
        finding(30, "crossing", Tlp.GREEN, asset="cable:a", lineage="a receiver"),
        finding(30, "outage", Tlp.AMBER, "outage:F-1", "cable:a", "an operator"),
    ]
    with Node.open(folder) as node:
        with node.store.write():
            settle(node, desks()["sea"], "0" * 64, [*found, *more], clock())
        with served(node) as where:
            yield where, node


def entered(browser: Any, origin: tuple[str, Node], **about: Any) -> Any:
    """A page of the administrator."""
    page = opened(browser, **about)
    token = users.link(origin[1].settings, "administrator", clock())
    page.goto(f"{origin[0]}/console/#token={token}")
    page.wait_for_selector(".row")
    return page


class Keys:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.unseen: list[str] = []

    def here(self) -> dict[str, Any]:
        found = self.page.evaluate(HERE)
        assert found is not None, "the focus is nowhere"
        return found

    def press(self, *keys: str) -> None:
        for each in keys:
            self.page.keyboard.press(each)

    def to(self, name: str, tag: str = "") -> None:
        """On to what is called so, wherever it is."""
        for _ in range(MOST):
            self.press("Tab")
            here = self.page.evaluate(HERE)
            if here is None:
                continue  # from the last stop to the first
            if not (here["lined"] and here["inside"]):
                self.unseen.append(f"{here['tag']} {here['name'][:40]}")
            if here["name"].startswith(name) and here["tag"].startswith(tag):
                return
        raise AssertionError(f"no way to {name!r}")

    def wait(self, code: str) -> None:
        self.page.wait_for_function(f"() => {code}")

    def opened(self, down: int = 1) -> None:
        """Into the finding so far down the list, from the list."""
        self.press(*["ArrowDown"] * down)
        self.page.wait_for_selector(".drawer dl")
        self.press("Enter")
        assert self.here()["tag"] == "H2"


def test_the_main_path_by_keys_alone(origin: tuple[str, Node]) -> None:
    with chromium() as browser:
        page = entered(browser, origin)
        watch = Watch(page, origin[0])
        keys = Keys(page)
        keys.wait("document.documentElement.dataset.map === 'idle'")

        # Past the frame, filter, open evidence, and back where one was.
        keys.press("Tab")
        assert keys.here()["name"] == "Skip to the content"
        keys.press("Enter")
        assert keys.here()["tag"] == "MAIN"
        keys.to("Kind", "SELECT")
        page.keyboard.type("Port")
        keys.wait("document.querySelectorAll('.row').length === 6")
        keys.to("Findings")
        keys.opened()
        keys.press("Escape")
        assert keys.here()["name"] == "Findings"

        # As the Union has it, with the reason; and ourselves again.
        keys.to("View as", "SELECT")
        page.keyboard.type("EU")
        keys.wait("document.querySelector('.count')?.textContent.includes('withheld')")
        assert keys.here()["name"] == "View as"
        keys.to("Findings")
        keys.opened()
        page.wait_for_selector(".drawer .why li")
        keys.press("Escape")
        keys.to("View as", "SELECT")
        page.keyboard.type("JPN")
        keys.wait("!document.querySelector('.count')?.textContent.includes('withheld')")

        # The difference: opened from a row, and back to it.
        keys.to("Difference", "A")
        keys.press("Enter")
        page.wait_for_selector(".compare tbody tr")
        assert keys.here()["name"] == "Difference"
        assert page.title() == "Difference · JPN · noroshi"
        keys.to("Vessel at rest", "BUTTON")
        keys.press("Enter")
        page.wait_for_selector(".drawer dl")
        assert keys.here()["tag"] == "H2"
        keys.press("Escape")
        page.wait_for_selector(".drawer", state="detached")
        assert keys.here()["tag"] == "BUTTON"

        # Release.
        keys.to("Picture", "A")
        keys.press("Enter")
        page.wait_for_selector(".row")
        keys.to("Findings")
        keys.press("ArrowDown")
        page.wait_for_selector(".drawer dl")
        keys.press("x")
        keys.to("Before you send…")
        keys.press("Enter")
        page.wait_for_selector(".previews li")
        assert keys.here()["name"] == "Before you send"
        keys.to("Send 1 to EU")
        keys.press("Enter")
        page.wait_for_selector(".done")
        assert "In the view of EU" in keys.here()["name"]

        # Take it back.
        keys.to("Picture", "A")
        keys.press("Enter")
        page.wait_for_selector(".row")
        keys.to("Findings")
        keys.opened(5)  # none of those that the incident rests on
        keys.to("Take back…")
        keys.press("Enter")
        page.wait_for_selector("form")
        assert keys.here()["name"] == "Taken back"
        keys.to("Why (the partners", "INPUT")
        page.keyboard.type("the clock of the receiver was off")
        keys.to("Take back", "BUTTON")
        keys.press("Enter")
        page.wait_for_selector(".recall")
        assert keys.here()["name"].startswith("What was taken back")

        # An incident, and its report.
        keys.to("Incidents", "A")
        keys.press("Enter")
        page.wait_for_selector(".waterfall", timeout=60_000)
        assert keys.here()["name"] == "Incidents"
        keys.to("Report to print")
        keys.press("Enter")
        page.wait_for_selector(".report")
        assert keys.here()["name"] == "Report on an incident"
        keys.to("Save as PDF")
        with page.expect_download() as saved:
            keys.press("Enter")
        assert saved.value.path().read_bytes().startswith(b"%PDF")
        assert keys.here()["name"] == "Save as PDF"

        assert keys.unseen == [], keys.unseen
        assert watch.problems == []


def test_why_a_report_cannot_be_made_is_said_where_it_was_asked_for(
    origin: tuple[str, Node], found: list[Finding]
) -> None:
    with chromium() as browser:
        page = entered(browser, origin)
        error = {"error": f"no font of this machine has Japanese\n{HINT}"}
        page.route("**/api/report*", lambda route: route.fulfill(status=409, json=error))
        page.goto(f"{origin[0]}/console/#/picture?sel={found[0].id}")
        page.wait_for_selector(".drawer dl")
        page.get_by_role("button", name="日本語").click()
        button = page.get_by_role("button", name="PDFで保存")
        button.focus()
        page.keyboard.press("Enter")
        said = page.get_by_role("alert")
        said.wait_for()
        assert "日本語のフォントがない" in said.inner_text()
        assert Keys(page).here()["name"] == "PDFで保存"


def test_enlarged_the_page_is_read_in_one_direction(
    origin: tuple[str, Node], found: list[Finding]
) -> None:
    """At 400 % of 1280 pixels, which is 320 (WCAG 2.2, 1.4.10), and at 200 %."""
    with chromium() as browser:
        for width in (320, 640):
            page = entered(browser, origin)
            page.set_viewport_size({"width": width, "height": 512})
            for name, (where, wanted) in VIEWS.items():
                page.goto("about:blank")
                page.goto(f"{origin[0]}/console/{where.format(id=found[0].id)}")
                page.wait_for_selector(wanted, timeout=60_000)
                assert page.evaluate(WIDE) == [], (width, name)
            page.context.close()


def test_in_the_system_s_own_colours_what_is_chosen_and_coloured_is_seen(
    origin: tuple[str, Node], found: list[Finding]
) -> None:
    with chromium() as browser:
        page = entered(browser, origin, forced_colors="active")
        page.goto(f"{origin[0]}/console/#/picture?sel={found[0].id}")
        page.wait_for_selector(".row.on")
        look = "it => [getComputedStyle(it).outlineStyle, getComputedStyle(it).backgroundColor]"
        row, dot = (page.locator(each).first.evaluate(look) for each in (".row.on", ".row .dot"))
        assert row[0] == "solid"
        assert dot[1] != row[1]
        page.goto(f"{origin[0]}/console/#/incidents")
        page.wait_for_selector(".waterfall", timeout=60_000)
        bar, ground = (
            page.locator(each).first.evaluate(look)[1]
            for each in (".waterfall .track .plus", ".waterfall .track")
        )
        assert bar != ground


def test_the_way_past_the_frame_leads_somewhere(origin: tuple[str, Node]) -> None:
    with chromium() as browser:
        page = entered(browser, origin)
        for where, wanted in (("#/picture", ".row"), ("#/people", "tbody tr")):
            page.goto(f"{origin[0]}/console/{where}")
            page.wait_for_selector(wanted)
            rules = {"runOnly": ["skip-link", "region", "landmark-one-main"]}
            response = axe.Axe().run(page, options=rules).response
            assert [each["id"] for each in response["violations"]] == []

"""The page as a person uses it: Debian's Chromium, driven by Playwright, at a node of its own.

One browser, one node, one story: sign in, filter, open evidence, view as, before you send, send,
take back, compare, suppose, an incident and its report. Meanwhile: no request to another origin,
nothing refused by the content-security policy, nothing that hostile text did, no serious finding
of axe-core.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from glass import MARKS, PEER, Watch, chromium, opened, served
from lookout import HOSTILE, finding, planted
from test_positions import columns, source

from noroshi.console import users
from noroshi.desks.registry import desks
from noroshi.history.partition import Keep
from noroshi.node.findings import settle
from noroshi.node.node import Node, clock
from noroshi.words.finding import Finding
from noroshi.words.label import Tlp

pytestmark = MARKS
TOOK = "() => document.documentElement.dataset.map === 'idle'"


def hybrid() -> list[Finding]:
    """A crossing and an outage of one cable at one time, of two origins."""
    first = finding(30, "crossing", Tlp.GREEN, asset="cable:a", lineage="a receiver")
    return [first, finding(30, "outage", Tlp.AMBER, "outage:F-1", "cable:a", "an operator")]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """(origin, token) of a served node of Japan."""
    folder = tmp_path / "jpn"
    made = planted(folder, clock, more=PEER)
    long = finding(40, "stop", Tlp.GREEN, "mmsi:" + "A" * 1_000_000)
    with Node.open(folder) as node:
        with node.store.write():
            settle(node, desks()["sea"], "0" * 64, [*made, *hybrid(), long], clock())
        keep = Keep(node.settings.history, source("tracks", Tlp.GREEN))
        keep.take(columns(source("tracks", Tlp.GREEN), sound=np.arange(200) != 7))
        keep.close()
        token = users.link(node.settings, "administrator", clock())
        with served(node) as where:
            yield where, token


@pytest.fixture
def page(address: tuple[str, str]) -> Iterator[Watch]:
    origin, token = address
    with chromium() as browser:
        shown = opened(browser)
        watch = Watch(shown, origin)
        shown.goto(f"{origin}/console/#token={token}")
        shown.wait_for_selector(".row")
        yield watch


def test_a_watch_officer_s_morning(page: Watch, address: tuple[str, str]) -> None:
    shown, origin = page.page, address[0]

    def count() -> str:
        return shown.get_by_test_id("count").inner_text()

    # First run, the map, hostile text.
    assert count().startswith("16 of 16 findings")
    assert "token" not in shown.url
    shown.wait_for_function(TOOK)
    page.accessible("picture")
    shown.fill("#search", "img src")
    shown.wait_for_function("() => document.querySelectorAll('.row').length === 1")
    row = shown.locator(".row .whom").inner_text()
    assert "<img src=x onerror=alert(1)>" in row
    assert "\u202e" not in shown.content()
    assert "\u202e" in HOSTILE
    shown.fill("#search", "AAAA")
    shown.wait_for_function("() => document.querySelectorAll('.row').length === 1")
    shown.locator(".row").click()
    shown.wait_for_selector(".drawer dl")
    assert len(shown.locator(".drawer").inner_text()) < 30_000
    assert "1,000,005" in shown.locator(".drawer").inner_text()

    # All positions, what the signs mean, a globe.
    shown.fill("#search", "")
    shown.wait_for_selector("html[data-positions='199']")
    shown.get_by_text("On the map").click()
    shown.wait_for_selector(".signs")
    assert "199 of 199 positions of 5 ships" in shown.locator(".layers").inner_text()
    assert "Port visit" in shown.locator(".signs").inner_text()
    shown.wait_for_selector("text=No elements are held", timeout=60_000)
    page.accessible("what is on the map")
    shown.get_by_label("Globe").check()
    shown.wait_for_function(TOOK)
    assert "globe=1" in shown.url
    shown.get_by_label("Globe").uncheck()
    shown.get_by_text("On the map").click()

    # Filters, evidence, keys, the address of a view.
    shown.get_by_label("Asset", exact=True).select_option("cable:a")
    shown.wait_for_function("() => document.querySelectorAll('.row').length === 2")
    assert "asset=cable" in shown.url
    shown.get_by_label("Asset", exact=True).select_option("")
    shown.select_option(".filters select >> nth=0", "port_visit")
    shown.wait_for_function("() => document.querySelectorAll('.row').length === 6")
    shown.locator(".row").nth(5).click()
    shown.wait_for_function(
        "() => document.querySelector('.drawer dl')?.textContent.includes('4310')"
    )
    assert "Yokohama" in shown.locator(".drawer").inner_text()
    assert shown.locator(".drawer time").first.get_attribute("title").endswith("(local time)")
    page.accessible("evidence")
    shown.locator(".list").focus()
    before = shown.url
    shown.keyboard.press("k")
    assert shown.url != before
    there = shown.url
    shown.reload()
    shown.wait_for_selector(".drawer dl")
    assert shown.url == there
    # What is opened and the list are asked for apart: either may be there first.
    shown.wait_for_function("() => document.querySelectorAll('.row').length === 6")

    # View as: what is withheld is not there, and why is said.
    shown.goto(f"{origin}/console/#/picture?as=EU")
    shown.wait_for_function(
        "() => document.querySelector('.count')?.textContent.includes('withheld')"
    )
    assert "12 of 12 findings · 4 withheld from EU" in count()
    shown.locator(".row").first.click()
    shown.wait_for_selector(".drawer .why")
    assert "eu-jpn-sdp/R" in shown.locator(".drawer .why").inner_text()
    shown.goto(f"{origin}/console/#/picture?as=EU&at=2024-10-31T00:00:00Z")
    shown.wait_for_selector(".empty")

    # The difference of two pictures.
    shown.goto(f"{origin}/console/#/compare?a=JPN&b=EU")
    shown.wait_for_selector(".compare tbody tr")
    assert "4 only JPN has" in shown.get_by_test_id("sums").inner_text()
    page.accessible("difference")
    # Why one side has it not, by keys, by the law of its own day.
    asked = shown.get_by_role("button", name="Why it is withheld from EU").first
    asked.press("Enter")
    shown.wait_for_selector(".drawer .why")
    assert "EU does not receive this" in shown.locator(".drawer").inner_text()
    assert shown.evaluate("() => document.activeElement.tagName") == "H2"
    shown.keyboard.press("Escape")
    shown.goto(f"{origin}/console/#/compare?a=EU&b=EU&bat=2024-10-31T00:00:00Z")
    shown.get_by_role("button", name="Why it is withheld from EU").first.click()
    shown.wait_for_selector(".drawer .why")
    assert "EU does not receive this" in shown.locator(".drawer").inner_text()
    shown.reload()
    shown.wait_for_selector(".drawer .why")
    assert "EU does not receive this" in shown.locator(".drawer").inner_text()

    # Before you send, and sending: the EU has no address, so it waits in its view.
    shown.goto(f"{origin}/console/#/picture?kind=stop")
    shown.wait_for_selector(".row")
    shown.get_by_role("button", name="Choose these").click()
    shown.get_by_role("link", name="Before you send…").click()
    shown.wait_for_selector(".previews li")
    assert shown.get_by_test_id("n-withheld").inner_text().startswith("2")
    assert "250 m → 35.020°N" in shown.locator(".previews").inner_text()
    page.accessible("before you send")
    shown.get_by_role("button", name="Send 6 to EU").click()
    shown.wait_for_selector(".done")
    assert "In the view of EU" in shown.locator(".done").inner_text()

    # Taking back appears in another place by itself.
    other = shown.context.new_page()
    watched = Watch(other, origin)
    other.goto(f"{origin}/console/#/picture")
    other.wait_for_function("() => document.querySelector('.count')?.textContent.startsWith('16')")
    other.wait_for_selector(".live.on")
    shown.bring_to_front()
    shown.goto(f"{origin}/console/#/picture?kind=port_visit")
    shown.wait_for_selector(".row")
    shown.locator(".row").first.click()
    shown.get_by_role("link", name="Take back…").click()
    shown.fill("input[name=why]", "the clock of the receiver was off")
    shown.get_by_role("button", name="Take back").click()
    shown.wait_for_selector(".recall")
    assert "the clock of the receiver was off" in shown.locator(".recall").first.inner_text()
    # Behind another, a page draws no frames: it is looked at by the clock.
    other.wait_for_function(
        "() => document.querySelector('.count')?.textContent.startsWith('15')", polling=200
    )
    other.close()
    page.accessible("taken back")

    # The pact room.
    shown.goto(f"{origin}/console/#/pact?without=USA&id=eu-jpn-sdp")
    shown.wait_for_selector("[data-testid=supposed]")
    assert "tisa-2014" in shown.get_by_test_id("supposed").inner_text()
    shown.wait_for_selector("[data-testid=moved]")
    assert "tisa-2014" in shown.get_by_test_id("moved").inner_text()
    assert shown.locator("line.tie.lost title").count()
    shown.goto(f"{origin}/console/#/pact?with=IND")
    shown.wait_for_selector("line.tie.come")
    assert "EU – IND" in shown.get_by_test_id("moved").inner_text()
    shown.get_by_role("button", name="Compare the law").click()
    shown.wait_for_selector("[data-testid=same]")
    assert "diff=files" in shown.url
    page.accessible("pact room")

    # An incident, in Japanese, to print: the label on every sheet.
    shown.goto(f"{origin}/console/#/incidents")
    shown.wait_for_selector(".waterfall", timeout=60_000)
    page.accessible("incidents")
    shown.get_by_role("link", name="Report to print").click()
    shown.get_by_role("button", name="日本語で").click()
    shown.wait_for_selector("text=インシデント報告書")
    assert shown.get_by_test_id("label").inner_text().startswith("TLP:AMBER · JPN")
    page.accessible("report")
    with shown.expect_download() as saved:
        shown.get_by_role("button", name="PDFで保存").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF")

    # By day, people.
    shown.emulate_media(color_scheme="light")
    shown.goto(f"{origin}/console/#/people")
    shown.wait_for_selector("tbody tr")
    page.accessible("people, light, Japanese")
    shown.goto(f"{origin}/console/#/picture?as=EU")
    shown.wait_for_selector(".row")
    page.accessible("picture, light, Japanese")
    shown.get_by_role("button", name="サインアウト").click()
    shown.wait_for_selector(".login")
    page.accessible("login")

    assert page.problems + watched.problems == []
    assert page.elsewhere + watched.elsewhere == []

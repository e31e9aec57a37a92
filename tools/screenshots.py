"""Take the pictures of the manual: every view of the console, by night and by day.

    python tools/screenshots.py [VIEW…]        needs the extra `browser`, and Chromium

The nodes are those of `noroshi demo`, with two made-up satellites; the incident is that of its
exercise.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from noroshi.config import load_settings
from noroshi.console.users import opening
from noroshi.demo import exercise
from noroshi.demo.nodes import connect, introduce, samples, serving
from noroshi.node.assets import load_assets
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.node.sync import sync

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "console"
MORE = """
[[feed]]
desk = "space"
uri = "gp.csv"
lineage = "element sets, made for the demonstration"
label = { tlp = "green" }
reliability = "B"
"""


def made(folder: Path) -> tuple[Path, Path]:
    """Both nodes of the demo; Japan's has read its feeds."""
    japan, union = introduce(folder)
    text = (japan / "node.toml").read_text("utf-8")
    (japan / "node.toml").write_text(text + MORE, "utf-8")
    (japan / "gp.csv").write_text(SATELLITES, "utf-8")
    with Node.open(japan) as node:
        load_assets(node, clock)
        ingest(node, [*samples(japan / "feeds"), japan / "gp.csv"], clock)
    return japan, union


SATELLITES = """OBJECT_NAME,OBJECT_ID,NORAD_CAT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,\
RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,BSTAR
MADE UP 1,2020-901A,90001,2021-03-24T00:00:00,14.2,0.001,98.2,200.0,10.0,300.0,0.0001
MADE UP 2,2020-902A,90002,2021-03-24T00:00:00,15.5,0.0005,51.6,120.0,80.0,10.0,0.0001
"""


VIEWS: tuple[tuple[str, str, str], ...] = (
    ("picture", "#/picture?sel={visit}", ".drawer dl"),
    (
        "satellite",
        "#/picture?globe=1&sat=90001&t0=2021-03-20T00:00:00.000Z&t1=2021-03-24T02:40:00.000Z",
        "html[data-positions]",
    ),
    ("view-as", "#/picture?as=EU&sel={visit}", ".drawer .why"),
    ("difference", "#/compare?a=JPN&b=EU", ".compare tbody tr"),
    ("before-you-send", "#/send?to=EU&ids={ids}", ".previews li"),
    ("taken-back", "#/recalls?ids={visit}", ".ledger"),
    ("pact-room", "#/pact?set=web&layer=information&without=USA", "[data-testid=supposed]"),
    ("agreement", "#/pact?id=eu-jpn-sdp", "pre.tall"),
    ("people", "#/people", "tbody tr"),
)
"""Name, address, and what is there once the view is."""
OF_EXERCISE = (("incidents", "#/incidents", ".waterfall"),)
"""The same at the node of the demo's exercise."""
View = tuple[str, str, str]


def chosen(page: Any) -> dict[str, str]:
    """What the addresses of views name: a port visit, and records to send."""
    marks = page.evaluate("async () => (await (await fetch('api/picture')).json()).marks")
    late = [each for each in marks if each["t0"] > 1.6e12]
    whole = [each for each in marks if each["tlp"] == "amber+strict"][:3]
    return {
        "visit": next(each["id"] for each in late if each["kind"] == "port_visit"),
        "ids": ",".join(each["id"] for each in [*late[:9], *whole]),
    }


def take(page: Any, url: str, theme: str, views: Sequence[View], some: dict[str, str]) -> None:
    """These views in one theme."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    for name, where, wanted in views:
        page.goto("about:blank")  # each is a page of its own: nothing stays open from before
        page.goto(url + where.format(**some))
        page.wait_for_selector(wanted, timeout=120_000)
        for there in ("html[data-map=idle]", "html[data-positions]") if "picture?" in where else ():
            with contextlib.suppress(Exception):
                page.wait_for_selector(there, timeout=5_000 if "as=" in where else 30_000)
        if name == "satellite":
            page.wait_for_selector(".orbit", timeout=60_000)
        if name == "agreement":
            page.locator("pre.tall").evaluate("it => it.closest('section').scrollIntoView()")
        page.wait_for_timeout(1_500)
        page.screenshot(path=str(OUT / f"{name}-{theme}.png"))
        print(OUT.name, f"{name}-{theme}.png")


@contextlib.contextmanager
def console(browser: Any, node: Path, served: str) -> Generator[tuple[Any, str]]:
    """A page that somebody has opened at this node, and its address."""
    url = f"{served.removesuffix('/taxii2/')}/console/"
    with browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="Asia/Tokyo"
    ) as context:
        page = context.new_page()
        page.goto(f"{url}#token={opening(load_settings(node), 'watch', clock())}")
        page.wait_for_selector(".row", timeout=60_000)
        yield page, url


def main(only: list[str]) -> None:
    """Make the nodes, open their consoles, take the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory(prefix="noroshi-") as name, sync_playwright() as started:
        japan, union = made(Path(name))
        trying, _ = exercise.begin(Path(name) / "exercise")
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving(japan) as served, console(browser, japan, served) as (page, url):
            connect(japan, union, served)
            with Node.open(union) as node:
                sync(node, "JPN", clock)
            some = chosen(page)
            for theme in ("dark", "light"):
                take(page, url, theme, asked(VIEWS, only), some)
        with serving(trying) as served, console(browser, trying, served) as (page, url):
            for theme in ("dark", "light"):
                take(page, url, theme, asked(OF_EXERCISE, only), {})
        browser.close()


def asked(views: Sequence[View], only: list[str]) -> list[View]:
    """Those that were named, or all."""
    return [each for each in views if not only or each[0] in only]


if __name__ == "__main__":
    main(sys.argv[1:])

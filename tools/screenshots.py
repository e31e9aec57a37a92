"""Take the pictures of the manual: every view of the console, by night and by day.

    python tools/screenshots.py [VIEW…]        needs the extra `browser`, and Chromium

The node is that of `noroshi demo`, with a cable and an outage report of its own so that there is an
incident: nothing in the pictures is drawn for them.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from noroshi.config import load_settings
from noroshi.console.users import opening
from noroshi.demo.nodes import connect, introduce, samples, serving
from noroshi.node.assets import load_assets
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.node.sync import sync

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "console"
ASSETS = """
format = "assets/1"
surveyed = true
tlp = "green"
[[asset]]
id = "cable:demonstration"
kind = "cable"
name = "A cable drawn for the demonstration"
path = [[60.0, 19.6], [60.0, 20.4]]
"""
MORE = """
[assets]
files = ["assets.toml"]

[[feed]]
desk = "sea"
uri = "crossing.csv"
lineage = "a ship's track, made for the demonstration"
label = { tlp = "green" }
reliability = "B"

[[feed]]
desk = "space"
uri = "gp.csv"
lineage = "element sets, made for the demonstration"
label = { tlp = "green" }
reliability = "B"

[[feed]]
desk = "sea"
uri = "outage.csv"
lineage = "an operator's report, made for the demonstration"
label = { tlp = "amber" }
reliability = "B"
"""
OWN = ("crossing.csv", "outage.csv", "gp.csv")
OUTAGE = "ref,asset,began\nDEMO-1,cable:demonstration,2021-03-24T02:33:00Z\n"


def crossing() -> Iterator[str]:
    """A ship that goes east at 9.3 kn along 20° N, over the cable after two hours and a half."""
    yield "mmsi,timestamp,lon,lat,sog"
    step = 9.3 / 60 / 60 / math.cos(math.radians(20))
    for minute in range(200):
        at = f"2021-03-24T{minute // 60:02}:{minute % 60:02}:00Z"
        yield f"257000001,{at},{60.0 + (minute - 150) * step:.5f},20.0,9.3"


def made(folder: Path) -> tuple[Path, Path]:
    """Both nodes of the demo; Japan's has read its feeds."""
    japan, union = introduce(folder)
    text = (japan / "node.toml").read_text("utf-8")
    (japan / "node.toml").write_text(text + MORE, "utf-8")
    (japan / "assets.toml").write_text(ASSETS, "utf-8")
    (japan / "outage.csv").write_text(OUTAGE, "utf-8")
    (japan / "gp.csv").write_text(SATELLITES, "utf-8")
    (japan / "crossing.csv").write_text("\n".join(crossing()) + "\n", "utf-8")
    with Node.open(japan) as node:
        load_assets(node, clock)
        ingest(node, [*samples(japan / "feeds"), *(japan / each for each in OWN)], clock)
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
    ("incidents", "#/incidents", ".waterfall"),
    ("pact-room", "#/pact?set=web&layer=information&without=USA", "[data-testid=supposed]"),
    ("agreement", "#/pact?id=eu-jpn-sdp", "pre.tall"),
    ("people", "#/people", "tbody tr"),
)
"""Name, address, and what is there once the view is."""


def take(page: Any, url: str, theme: str, only: list[str]) -> None:
    """Every view, or only these, in one theme."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    marks = page.evaluate("async () => (await (await fetch('api/picture')).json()).marks")
    late = [each for each in marks if each["t0"] > 1.6e12]
    whole = [each for each in marks if each["tlp"] == "amber+strict"][:3]
    some = {
        "visit": next(each["id"] for each in late if each["kind"] == "port_visit"),
        "ids": ",".join(each["id"] for each in [*late[:9], *whole]),
    }
    for name, where, wanted in VIEWS:
        if only and name not in only:
            continue
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


def main(only: list[str]) -> None:
    """Make the node, open its console, take the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory(prefix="noroshi-") as name, sync_playwright() as started:
        japan, union = made(Path(name))
        with serving(japan) as served:
            connect(japan, union, served)
            with Node.open(union) as node:
                sync(node, "JPN", clock)
            url = f"{served.removesuffix('/taxii2/')}/console/"
            browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(
                viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="Asia/Tokyo"
            )
            page.goto(f"{url}#token={opening(load_settings(japan), 'watch', clock())}")
            page.wait_for_selector(".row", timeout=60_000)
            for theme in ("dark", "light"):
                take(page, url, theme, only)
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])

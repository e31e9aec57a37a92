"""How fast the console is: its page in Chromium, on the data of the demo and on a large node.

    python tools/console_speed.py                    100,000 positions and 10,000 findings
    python tools/console_speed.py --demo             the node of `noroshi demo` instead
    python tools/console_speed.py --json             one object instead of a table

Needs the extra `browser`, and Chromium, which draws by software. Beside each time stands the CPU
that the page's own thread took: on a busy machine that is what to compare. The script of a frame is
thread time (Chromium's trace); ours is the share of it with a function of ours on the stack.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from noroshi.config import load_settings
from noroshi.console.files import STATIC
from noroshi.console.users import opening
from noroshi.demo.nodes import introduce, samples, serving
from noroshi.desks.registry import desks
from noroshi.history.partition import Keep
from noroshi.node.findings import settle
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.setup import init
from noroshi.words.desk import Columns, Source
from noroshi.words.evidence import Evidence, Row
from noroshi.words.finding import Finding, finding_ids
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp
from noroshi.words.place import Place
from noroshi.words.time import HOUR, MINUTE, Span, parse_instant

SHIPS, EACH, FINDINGS = 1_000, 100, 10_000
BEGAN = parse_instant("2026-11-01T00:00:00Z")
KINDS = ("stop", "port_visit", "crossing", "encounter", "gap")
LABELS = (Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT)
IDLE = "html[data-map=idle]"
POSITIONS = "html[data-positions]"
FRAME, DRAWN = "FireAnimationFrame", "BeginMainThreadFrame"
SCRIPT = ("FunctionCall", "EvaluateScript", "v8.callFunction", FRAME)
HIDDEN = "disabled-by-default-"
TRACED = ["devtools.timeline", f"{HIDDEN}devtools.timeline.frame", f"{HIDDEN}v8.cpu_profiler", "v8"]
FRAME_MS, LIST_MS, IDLE_MS, PAINT_MS = 8.0, 1_000.0, 5_000.0, 2_000.0


def large(folder: Path, ships: int, findings: int) -> Path:
    """A node with `ships` × `EACH` positions of a quarter of the world, and as many findings."""
    init(folder, "JPN", listen="127.0.0.1:0")
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(60, 150, ships), rng.uniform(-30, 45, ships)
    with Node.open(folder) as node:
        load_law(node, clock())
        keep = Keep(node.settings.history, source())
        keep.take(columns(lon, lat, rng))
        keep.close()
        made = [finding(n, float(lon[n % ships]), float(lat[n % ships])) for n in range(findings)]
        with node.store.write():
            settle(node, desks()["sea"], "0" * 64, made, clock())
    return folder


def source() -> Source:
    """Where the large node's positions come from."""
    label = Label((Strand("JPN", "maritime", "*", Tlp.GREEN),))
    return Source("drawn", "drawn", BEGAN, sha256(b"drawn"), label, "JPN", "B", io.BytesIO)


def columns(lon: Any, lat: Any, rng: Any) -> Columns:
    """Each ship on a course of its own, a position every six minutes."""
    many = len(lon) * EACH
    step = np.tile(np.arange(EACH), len(lon))
    course = np.repeat(rng.uniform(0, 360, len(lon)), EACH)
    knots = np.repeat(rng.uniform(0, 18, len(lon)), EACH)
    way = knots * step / 600.0
    start = np.arange(many, dtype=np.int64) * 50
    return Columns("position", source(), {
        "mmsi": np.repeat(431_000_000 + np.arange(len(lon)), EACH),
        "t": BEGAN + step * 6 * MINUTE,
        "lon": np.repeat(lon, EACH) + way * np.sin(np.radians(course)),
        "lat": np.repeat(lat, EACH) + way * np.cos(np.radians(course)),
        "sog_kn": knots, "cog_deg": course, "heading_deg": course,
        "status": np.zeros(many, np.int8), "type": np.ones(many, np.uint8),
        "clock": np.full(many, 2, np.uint8), "precision": np.ones(many, np.uint8),
        "accurate": np.zeros(many, bool), "sound": np.ones(many, bool),
        "start": start, "length": np.full(many, 49, np.int32),
    })  # fmt: skip


def finding(n: int, lon: float, lat: float) -> Finding:
    """The n-th finding, near where a ship set out."""
    desk, kind = desks()["sea"], KINDS[n % len(KINDS)]
    subject, t0 = f"mmsi:{431_000_000 + n % SHIPS}", BEGAN + n % 240 * HOUR // 24
    name, observation = finding_ids("JPN", f"sea/{kind}", desk.kinds[kind], (subject,), t0, str(n))
    strand = Strand("JPN", "maritime", "source", LABELS[n % 3])
    rows = (Evidence("drawn", "drawn", BEGAN, sha256(b"drawn"), Row(n), Label((strand,))),)
    place = Place(lon + math.sin(n) / 3, lat + math.cos(n) / 3, 250.0)
    return Finding(
        id=name, observation=observation, version=0, owner="JPN", kind=kind,
        span=Span(t0, t0 + HOUR), place=place, subjects=(subject,), assets=(), measures={},
        evidence=rows, detector=f"sea/{kind}", detector_version=desk.version,
        params_sha256="0" * 64, reliability="B", credibility=2,
    )  # fmt: skip


def demonstration(folder: Path) -> Path:
    """Japan's node of the demo."""
    japan, _ = introduce(folder)
    with Node.open(japan) as node:
        ingest(node, samples(japan / "feeds"), clock)
    return japan


class Chromium:
    """The browser's pages one by one, and the CPU of their own process."""

    def __init__(self, browser: Browser, url: str, token: str) -> None:
        self.browser, self.url = browser, url
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        page = self.context.new_page()
        page.goto(f"{url}#token={token}")
        page.wait_for_selector(".row", timeout=120_000)
        page.close()

    @contextlib.contextmanager
    def page(self) -> Generator[tuple[Page, Callable[[], float]]]:
        """A new page, and what tells its thread's CPU in seconds (Performance.getMetrics)."""
        page = self.context.new_page()
        session: Any = self.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> float:
            measured: Any = session.send("Performance.getMetrics")
            told = {each["name"]: each["value"] for each in measured["metrics"]}
            return float(told["TaskDuration"])

        yield page, spent
        page.close()


def loading(chromium: Chromium, times: int) -> dict[str, list[float]]:
    """From the address typed: first paint, the list, the map at rest, the positions, in ms; and the
    CPU until the list and until all is there."""
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    for _ in range(times):
        with chromium.page() as (page, spent):
            page.add_init_script(SEEN)
            page.goto(f"{chromium.url}#/picture", wait_until="commit")
            page.wait_for_selector(".row", timeout=120_000)
            note("list_cpu_ms", spent() * 1000)
            page.wait_for_selector(IDLE, timeout=120_000)
            note("idle_cpu_ms", spent() * 1000)
            page.wait_for_selector(POSITIONS, timeout=120_000)
            note("all_cpu_ms", spent() * 1000)
            for name, value in page.evaluate("window.seenAt").items():
                note(f"{name}_ms", value)
    return found


SEEN = """
window.seenAt = {};
const note = (name) => { window.seenAt[name] ??= performance.now(); };
new PerformanceObserver((list) => { for (const each of list.getEntries())
  if (each.name === "first-contentful-paint") window.seenAt.paint = each.startTime;
}).observe({ type: "paint", buffered: true });
new MutationObserver(() => {
  if (document.querySelector(".row")) note("list");
  if (document.querySelector("[data-testid=count][aria-busy=false]")) note("whole");
  if (document.documentElement.dataset.map === "idle") note("idle");
  if (document.documentElement.dataset.positions) note("positions");
}).observe(document, { childList: true, subtree: true, attributes: true });
"""


def frames(browser: Browser, page: Page) -> dict[str, list[tuple[float, float]]]:
    """Thread ms of the script of each frame, and of ours in it, while the map is dragged, zoomed
    and pointed at, the list scrolled, and words searched for."""
    acts: dict[str, Callable[[], None]] = {
        "drag": lambda: drag(page),
        "zoom": lambda: zoom(page),
        "point": lambda: point(page),
        "scroll": lambda: scroll(page),
        "search": lambda: search(page),
    }
    found: dict[str, list[tuple[float, float]]] = {}
    for name, act in acts.items():
        page.wait_for_selector(IDLE)
        browser.start_tracing(page=page, categories=TRACED)
        act()
        page.wait_for_timeout(500)
        found[name] = script(json.loads(browser.stop_tracing()))
    return found


def script(trace: dict[str, Any]) -> list[tuple[float, float]]:
    """(thread ms of all script, of ours) of each frame that has any. What is done between two
    frames holds up the later one, and is counted with it. Ours is the share of the profiler's
    samples (one in 0.1 ms) with any function on the stack that is not of the map's library; what
    began before its first sample is left out, since the profiler's own start is in it."""
    events = trace["traceEvents"]
    tops = [each for each in events if each.get("ph") == "X" and each["name"] in SCRIPT]
    if not any(each["name"] == FRAME for each in tops):
        return []
    thread = statistics.mode((x["pid"], x["tid"]) for x in tops if x["name"] == FRAME)
    at, ours = sampled(events, thread[0])
    tops = [x for x in tops if (x["pid"], x["tid"]) == thread and "tdur" in x and x["ts"] >= at[0]]
    tops.sort(key=lambda each: (each["ts"], -each["dur"]))
    frames = (x for x in events if x["name"] == DRAWN and (x["pid"], x["tid"]) == thread)
    drawn: Any = np.array(sorted(each["ts"] for each in frames))
    sums = np.zeros((len(drawn) + 1, 2))
    over = 0.0
    for each in tops:
        if each["ts"] < over:
            continue  # within one that is counted
        over = each["ts"] + each["dur"]
        begun = int(np.searchsorted(drawn, float(each["ts"])))
        frame = max(0, begun - 1) if each["name"] == FRAME else begun
        within = ours[np.searchsorted(at, each["ts"]) : np.searchsorted(at, over)]
        sums[frame] += each["tdur"] / 1000 * np.array([1.0, within.mean() if len(within) else 0.0])
    return [(float(a), float(b)) for a, b in sums if a]


def sampled(events: list[dict[str, Any]], process: int) -> tuple[Any, Any]:
    """When the page's process was sampled, and whether a function of ours was on the stack."""
    library = max(STATIC.rglob("*.js.gz"), key=lambda each: each.stat().st_size).name
    library = library.removesuffix(".gz")
    began = next((x for x in events if x["name"] == "Profile" and x["pid"] == process), None)
    mine: dict[int, bool] = {}
    at: list[float] = []
    ours: list[bool] = []
    last = began["args"]["data"]["startTime"] if began else 0
    for each in events:
        if began is None or each["name"] != "ProfileChunk" or each["id"] != began["id"]:
            continue
        data = each["args"]["data"]
        profile = data.get("cpuProfile", {})
        for node in profile.get("nodes", ()):
            url = node["callFrame"].get("url", "")
            own = "/console/" in url and library not in url
            mine[node["id"]] = own or mine.get(node.get("parent", 0), False)
        steps = data.get("timeDeltas", ())
        for sample, step in zip(profile.get("samples", ()), steps, strict=False):
            last += step
            at.append(last)
            ours.append(mine.get(sample, False))
    return np.array(at), np.array(ours)


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("[data-testid=map]").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page) -> None:
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    for n in range(40):
        page.mouse.move(x + 4 * n, y + 2 * n)
        page.wait_for_timeout(30)
    page.mouse.up()


def zoom(page: Page) -> None:
    page.mouse.move(*middle(page))
    for n in range(20):
        page.mouse.wheel(0, -120 if n < 10 else 120)
        page.wait_for_timeout(80)


def point(page: Page) -> None:
    x, y = middle(page)
    for n in range(60):
        page.mouse.move(x + 5 * (n - 30), y + 40 * math.sin(n))
        page.wait_for_timeout(25)


def scroll(page: Page) -> None:
    box = page.locator(".list").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    for _ in range(40):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(30)


def search(page: Page) -> None:
    """A word that all findings have until its last letters, one that a fifth has from its first,
    and a number out of an id, letter by letter away again."""
    field = page.locator("#search")
    for words in ("mmsi:4310002", "encounter"):
        field.press_sequentially(words, delay=150)
        page.fill("#search", "")
        page.wait_for_timeout(500)
    field.press_sequentially("4a1", delay=150)
    for _ in range(3):
        field.press("Backspace", delay=150)
    page.wait_for_timeout(500)


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(0.95 * len(values)) - 1)] if values else 0


def sizes() -> dict[str, int]:
    """Bytes of each file of the page as it is sent."""
    return {
        each.relative_to(STATIC).as_posix().removesuffix(".gz"): each.stat().st_size
        for each in sorted(STATIC.rglob("*.gz"))
    }


def told(loads: dict[str, list[float]], script_ms: dict[str, list[tuple[float, float]]]) -> None:
    """The table, each figure beside what is asked of it."""
    load = os.getloadavg()[0]
    print(f"load {load:.1f} on {os.cpu_count()} cores; medians of {len(loads['list_ms'])} loads")
    wanted = {"paint": PAINT_MS, "list": LIST_MS, "whole": None, "idle": IDLE_MS, "positions": None}
    for name, most in wanted.items():
        values = loads.get(f"{name}_ms", [])
        if not values:
            continue
        cpu = loads.get(f"{'all' if name == 'positions' else name}_cpu_ms", [])
        beside = f", {statistics.median(cpu):6.0f} ms of CPU" if cpu else ""
        bound = f" (asked: {most:.0f})" if most else ""
        spread = f"{min(values):.0f} to {max(values):.0f}"
        print(f"{name:<10} {statistics.median(values):7.0f} ms{beside}  {spread}{bound}")
    for name, values in script_ms.items():
        every, ours = ([each[n] for each in values] for n in (0, 1))
        print(
            f"script of a frame, {name:<7} ours p95 {p95(ours):5.1f} ms (asked: {FRAME_MS:.0f}), "
            f"most {max(ours, default=0):5.1f}; with the map's library p95 {p95(every):5.1f} ms; "
            f"{len(values)} frames"
        )
    for name, size in sizes().items():
        print(f"{name:<44} {size / 1000:7.1f} kB gzipped")
    print(f"{'in all':<44} {sum(sizes().values()) / 1000:7.1f} kB gzipped")


def main() -> int:
    """Make the node, open its console, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    asked.add_argument("--demo", action="store_true", help="on the node of noroshi demo")
    asked.add_argument("--ships", type=int, default=SHIPS, help=f"each with {EACH} positions")
    asked.add_argument("--findings", type=int, default=FINDINGS)
    asked.add_argument("--times", type=int, default=5, help="how often the page is loaded")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("there is no Chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="noroshi-") as name, sync_playwright() as started:
        folder = Path(name, "jpn")
        node = (
            demonstration(Path(name)) if given.demo else large(folder, given.ships, given.findings)
        )
        with serving(node) as served:
            root = hasattr(os, "geteuid") and os.geteuid() == 0
            args = ["--no-sandbox"] if root else []
            browser = started.chromium.launch(executable_path=chromium, args=args)
            url = f"{served.removesuffix('/taxii2/')}/console/"
            one = Chromium(browser, url, opening(load_settings(node), "watch", clock()))
            loads = loading(one, given.times)
            with one.page() as (page, _):
                page.goto(f"{url}#/picture")
                page.wait_for_selector(POSITIONS, timeout=120_000)
                script_ms = frames(browser, page)
            browser.close()
    if given.json:
        print(json.dumps({"loads": loads, "script_ms": script_ms, "bytes": sizes()}))
    else:
        told(loads, script_ms)
    return 0


if __name__ == "__main__":
    sys.exit(main())

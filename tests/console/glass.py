"""A served node and Debian's Chromium before it, for the tests that drive the page."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from noroshi.console.app import console
from noroshi.console.files import built
from noroshi.node.node import Node, clock
from noroshi.node.serve import serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
MARKS = [
    pytest.mark.slow,
    # Minutes where other work keeps the machine busy; a quiet one takes a quarter of that.
    pytest.mark.timeout(400),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not built(), reason="the page was not built"),
    # Playwright's own loop leaves a transport behind that Python remarks on.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PEER = """
[[peer]]
party = "EU"
account = "eu"
"""


def configure(folder: Path, more: str) -> None:
    """Add to what the node in `folder` is told."""
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(more)


@contextlib.contextmanager
def served(node: Node) -> Generator[str]:
    """The node's console at its address, until the end."""
    said: queue.Queue[str] = queue.Queue()
    stop = threading.Event()

    def front(behind: Any, tls: bool, stop: threading.Event) -> Any:
        return console(behind, node, clock, secure=tls, stop=stop)

    thread = threading.Thread(
        target=serve, args=(node, said.put, stop, said.put), kwargs={"front": front}
    )
    thread.start()
    try:
        yield said.get(timeout=30)
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def chromium() -> Generator[Any]:
    """The browser."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [],
        )
        yield opened
        opened.close()


def opened(browser: Any, **about: Any) -> Any:
    """A page of somebody who has no cookie yet."""
    context = browser.new_context(
        viewport={"width": 1100, "height": 700}, color_scheme="dark", locale="en-GB",
        reduced_motion="reduce", timezone_id="Asia/Tokyo", **about,
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


class Watch:
    """Everything that went wrong, or elsewhere, while a page was looked at."""

    def __init__(self, page: Any, origin: str) -> None:
        self.problems: list[str] = []
        self.elsewhere: list[str] = []
        self.page = page
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.problems.append("a dialog"), dialog.dismiss()))
        page.on("console", self._said)
        page.on("request", lambda request: self._asked(request.url, origin))

    def _said(self, message: Any) -> None:
        if message.type == "error" and "401" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _asked(self, url: str, origin: str) -> None:
        if not url.startswith((f"{origin}/", "blob:", "data:")):
            self.elsewhere.append(url)

    def accessible(self, what: str) -> None:
        """axe-core finds nothing serious here (WCAG 2.2 A and AA)."""
        found = axe.Axe().run(self.page, options={"resultTypes": ["violations"]}).response
        for each in found["violations"]:
            if each["impact"] in ("serious", "critical"):
                where = [node["html"][:120] for node in each["nodes"][:3]]
                self.problems.append(f"axe, {what}: {each['id']}: {where}")

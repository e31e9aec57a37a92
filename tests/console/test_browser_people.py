"""People at the page, in Chromium: who comes by an identity provider, and two of whom one asks and
the other agrees.

The provider is another site of its own: what it leads back to crosses sites, as in earnest.
"""

from __future__ import annotations

import html
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import httpx2
import pytest
from glass import MARKS, PEER, Watch, chromium, configure, opened, served
from lookout import PASSWORD, Clock
from test_oidc import Login

from noroshi.console.acts import Acts
from noroshi.exchange.served import Match
from noroshi.node.node import Node, clock

pytestmark = MARKS
TWO = """
[console]
two_person = "amber"
"""


class Now(Clock):
    """The time of the machine."""

    @property
    def at(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        return clock()

    @at.setter
    def at(self, value: int) -> None:
        del value


class Site(ThreadingHTTPServer):
    """The provider on a port of its own. `brings`: what people bring back in place of the truth."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        # Another host than the node's 127.0.0.1: to the browser another site.
        self.issuer = f"http://localhost:{self.server_port}"
        self.login = Login(Now(), self.issuer)
        self.brings: dict[str, str] = {}
        self.back = ""


class Asked(BaseHTTPRequestHandler):
    """Its pages for people, and for the node what `Login` answers."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said."""

    def do_GET(self) -> None:
        site = cast("Site", self.server)
        if self.path.startswith("/begin"):
            brought = site.login.enters(self.path) | site.brings
            there = html.escape(f"{site.back}?{urlencode(brought)}")
            self._page(f"<a href='{there}'>It is me</a>")
        elif self.path.startswith("/end"):
            self._page("Signed out here too")
        elif self.path == "/favicon.ico":
            self._send(200, "image/png", b"")
        else:
            self._answer(httpx2.Request("GET", f"{site.issuer}{self.path}"))

    def do_POST(self) -> None:
        site = cast("Site", self.server)
        body = self.rfile.read(int(self.headers["content-length"]))
        self._answer(httpx2.Request("POST", f"{site.issuer}{self.path}", content=body))

    def _answer(self, request: httpx2.Request) -> None:
        found = cast("Site", self.server).login(request)
        self._send(found.status_code, "application/json", found.content)

    def _page(self, inside: str) -> None:
        self._send(200, "text/html", f"<!doctype html><title>Login</title>{inside}".encode())

    def _send(self, status: int, media: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", media)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as started:
        thread = threading.Thread(target=started.serve_forever)
        thread.start()
        yield started
        started.shutdown()
        thread.join()


def free() -> int:
    """A port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_a_person_of_the_provider(site: Site, folder: Path) -> None:
    port = free()
    origin = f"http://127.0.0.1:{port}"
    site.back = f"{origin}/console/oidc/back"
    table = f"""
[console.oidc]
issuer = "{site.issuer}"
client_id = "noroshi"
url = "{origin}"
name = "Login of the tests"
roles = {{ watch = "releaser" }}
"""
    configure(folder, table)
    text = (folder / "node.toml").read_text("utf-8")
    (folder / "node.toml").write_text(text.replace("127.0.0.1:0", f"127.0.0.1:{port}"), "utf-8")
    with Node.open(folder) as node, served(node) as where, chromium() as browser:
        assert where == origin
        page = opened(browser)
        watch = Watch(page, origin)

        def enter() -> None:
            page.get_by_role("link", name="Sign in with Login of the tests").click()
            page.get_by_role("link", name="It is me").click()

        def refused(why: str) -> None:
            """The page says so, nobody is in, and the journal says why."""
            page.get_by_role("alert").wait_for()
            assert "The sign-in was refused" in page.get_by_role("alert").inner_text()
            assert page.locator(".row").count() == 0
            act = Acts(node.settings).latest()[0]
            assert (act.who, act.what) == ("oidc", "refused")
            assert why in act.about["why"]
            assert page.context.cookies(f"{origin}/console/") == []

        page.goto(f"{origin}/console/")
        lies: tuple[tuple[dict[str, str], dict[str, Any], str], ...] = (
            ({"state": "x" * 43}, {}, "nobody here began"),
            ({}, {"nonce": "x"}, "another sign-in"),
            ({}, {"groups": ["else"]}, "no role"),
            ({"error": "access_denied"}, {}, "access_denied"),
        )
        for brings, claims, why in lies:
            site.brings, site.login.claims = brings, {"groups": ["watch"]} | claims
            enter()
            refused(why)
            page.goto(f"{origin}/console/")
        # What another browser began is nobody's here.
        site.brings, site.login.claims = {}, {"groups": ["watch"]}
        page.get_by_role("link", name="Sign in with Login of the tests").click()
        taken = page.get_by_role("link", name="It is me").get_attribute("href")
        other = opened(browser)
        other.goto(taken)
        other.get_by_role("alert").wait_for()
        assert other.context.cookies(f"{origin}/console/") == []

        # In truth: let in with the role of the group, and out at the provider too.
        page.goto(f"{origin}/console/")
        enter()
        page.wait_for_selector(".row")
        assert page.locator(".who").inner_text() == "oidc:person-7"
        assert page.locator(".who").get_attribute("title") == "releaser"
        assert page.get_by_role("link", name="People").count() == 0
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("Signed out here too").wait_for()
        page.goto(f"{origin}/console/")
        page.wait_for_selector(".login")
        assert watch.problems == []
        assert [each for each in watch.elsewhere if not each.startswith(site.issuer)] == []


def test_one_asks_and_another_agrees(folder: Path) -> None:
    configure(folder, TWO + PEER)
    with Node.open(folder) as node, served(node) as origin, chromium() as browser:

        def somebody(name: str) -> tuple[Any, Watch]:
            page = opened(browser)
            watch = Watch(page, origin)
            page.goto(f"{origin}/console/")
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_selector(".row")
            return page, watch

        def asks(page: Any, kind: str) -> None:
            page.goto(f"{origin}/console/#/picture?tlp=amber&kind={kind}")
            page.wait_for_function("() => document.querySelectorAll('.row').length === 2")
            page.get_by_role("button", name="Choose these").click()
            page.get_by_role("link", name="Before you send…").click()
            page.get_by_role("button", name="Ask a second person to release 2 to EU").click()
            page.get_by_text("Asked: a second releaser has to agree").wait_for()

        def given() -> int:
            """How many findings the EU's view holds."""
            match = Match(type=("event",))
            return len(node.views().page("EU", clock(), match=match, disclose=False).entries)

        first, one = somebody("releaser")
        second, two = somebody("administrator")
        before = given()
        asks(first, "stop")
        waiting = first.locator("section", has_text="Waiting for a second person")
        waiting.get_by_role("button", name="Withdraw").wait_for()
        one.accessible("waiting for a second person")
        # Alone they cannot: no button says so, and the node refuses who asks without one.
        assert waiting.get_by_role("button", name="Agree, and send").count() == 0
        said = first.evaluate(
            """async () => {
              const { csrf } = await (await fetch("api/session")).json();
              const [wish] = await (await fetch("api/wishes")).json();
              const answer = await fetch("api/wishes", { method: "POST",
                headers: { "content-type": "application/json", "x-noroshi-csrf": csrf },
                body: JSON.stringify({ id: wish.id, agree: true }) });
              return [answer.status, (await answer.json()).error];
            }"""
        )
        assert said[0] == 409
        assert "somebody else has to agree" in said[1]
        assert given() == before

        # The second sees who asks for what, and agrees: it goes, and both are in the journal.
        second.goto(f"{origin}/console/#/send?to=EU")
        asked = second.locator("section", has_text="Waiting for a second person")
        assert "releaser asks to send 2 to EU" in asked.inner_text()
        asked.get_by_role("button", name="Agree, and send").click()
        second.get_by_text("In the view of EU: it gets them when it calls").wait_for()
        assert given() == before + 2
        act = next(each for each in Acts(node.settings).latest() if each.what == "release")
        assert (act.who, act.about["asked_by"]) == ("administrator", "releaser")
        # Where it waited it waits no more, without anybody loading anything.
        waiting.get_by_role("button", name="Withdraw").wait_for(state="detached")

        # Another time the second says no: nothing goes.
        asks(first, "port_visit")
        second.goto(f"{origin}/console/#/picture")
        second.goto(f"{origin}/console/#/send?to=EU")
        second.get_by_role("button", name="Refuse").click()
        second.get_by_text("Refused: nothing was sent").wait_for()
        assert given() == before + 2
        # The refusal of the node is what the browser remarks on.
        assert [each for each in one.problems if "409" not in each] + two.problems == []
        assert one.elsewhere + two.elsewhere == []

"""Who is let in to what: sign-in, roles, the second secret, other sites, headers, the journal."""

from __future__ import annotations

import asyncio
import http.client
import json
import queue
from pathlib import Path
from threading import Event, Thread

import pytest
from lookout import CHEAP, LATER, NOW, PASSWORD, Clock, Looker, behind

from noroshi.config import load_settings
from noroshi.console import answers, users
from noroshi.console.acts import Acts
from noroshi.console.app import changes, console
from noroshi.console.sessions import IDLE, LONGEST, Sessions
from noroshi.console.users import ROLES, User
from noroshi.exchange.taxii.asgi import Application
from noroshi.node.node import Node
from noroshi.node.node import clock as clock_now
from noroshi.node.serve import serve
from noroshi.words.errors import BadInput, Refused

EVERY = [
    *(("GET", path, role) for path, role, _ in answers.ASKED),
    *(("POST", path, role) for path, role, _ in answers.DONE),
]


@pytest.mark.parametrize(("method", "path", "role"), EVERY)
def test_no_route_answers_who_is_not_signed_in(
    browser: Looker, method: str, path: str, role: str
) -> None:
    answer = browser.request(method, f"/console/api/{path}")
    assert answer.status_code == 401
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(("method", "path", "role"), EVERY)
def test_a_role_below_is_refused_and_the_role_itself_is_not(
    browser: Looker, method: str, path: str, role: str
) -> None:
    if role != ROLES[0]:
        below = ROLES[ROLES.index(role) - 1]
        assert browser.enter(below).request(method, f"/console/api/{path}").status_code == 403
    if path not in ("incidents", "pact/proof"):  # those start a process
        answer = browser.enter(role).request(method, f"/console/api/{path}")
        assert answer.status_code not in (401, 403), answer.text


@pytest.mark.parametrize("path", [path for path, _, _ in answers.DONE])
def test_a_change_without_the_second_secret_is_refused(browser: Looker, path: str) -> None:
    browser.enter("administrator").headers.pop("x-noroshi-csrf")
    assert browser.post(f"/console/api/{path}", json={}).status_code == 403
    browser.headers["x-noroshi-csrf"] = "another"
    assert browser.post(f"/console/api/{path}", json={}).status_code == 403


@pytest.mark.parametrize(
    "header",
    [{"origin": "http://elsewhere.example"}, {"sec-fetch-site": "cross-site"},
     {"sec-fetch-site": "same-site"}, {"origin": "null"}],
)  # fmt: skip
def test_a_change_from_another_site_is_refused(browser: Looker, header: dict[str, str]) -> None:
    browser.enter("administrator")
    body = {"name": "x", "role": "viewer"}
    assert browser.post("/console/api/users", json=body, headers=header).status_code == 403
    login = {"name": "viewer", "password": PASSWORD}
    assert browser.post("/console/api/session", json=login, headers=header).status_code == 403
    own = {"origin": "http://127.0.0.1:8440", "sec-fetch-site": "same-origin"}
    assert browser.post("/console/api/users", json=body, headers=own).status_code == 200


@pytest.mark.parametrize(
    "body", [{"name": "viewer", "password": "wrong"}, {"name": "nobody", "password": PASSWORD},
             {"name": "viewer:x", "password": PASSWORD}, {"token": "guess"}, {"name": "viewer"}],
)  # fmt: skip
def test_a_wrong_login_says_nothing_more(browser: Looker, body: dict[str, str]) -> None:
    answer = browser.post("/console/api/session", json=body)
    assert answer.status_code == 403
    assert answer.json() == {
        "error": "Wrong name or password, or a link that was used or is too old."
    }
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Looker) -> None:
    login = {"name": "viewer", "password": PASSWORD}
    told = browser.post("/console/api/session", json=login).headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told


def test_behind_tls_no_other_host_can_set_the_cookie(shared_node: Node) -> None:
    app = console(behind, shared_node, Clock(LATER), secure=True, hasher=CHEAP)
    browser = Looker(app, base_url="https://node.example")
    login = {"name": "viewer", "password": PASSWORD}
    told = browser.post("/console/api/session", json=login).headers["set-cookie"]
    assert told.startswith("__Host-noroshi=")
    assert {"Secure", "Path=/", "HttpOnly"} <= set(told.split("; "))
    assert "Domain" not in told
    assert browser.ask("session")["user"] == "viewer"


def test_a_link_opens_once_and_not_for_long(apart: Looker, folder: Path, clock: Clock) -> None:
    settings = load_settings(folder)
    token = users.link(settings, "analyst", clock())
    assert token not in (settings.data / users.USERS).read_text()
    assert apart.post("/console/api/session", json={"token": token}).json()["role"] == "analyst"
    assert apart.post("/console/api/session", json={"token": token}).status_code == 403
    old = users.link(settings, "analyst", clock())
    clock.at += users.LINK_LASTS + 1
    assert apart.post("/console/api/session", json={"token": old}).status_code == 403


def test_who_changes_or_goes_is_signed_out(apart: Looker, folder: Path, clock: Clock) -> None:
    apart.enter("releaser")
    settings = load_settings(folder)
    users.put(settings, "analyst", "viewer", None, clock())
    apart.ask("session")
    users.put(settings, "releaser", "viewer", None, clock())
    assert apart.get("/console/api/session").status_code == 401
    apart.enter("releaser")
    users.remove(settings, "releaser")
    assert apart.get("/console/api/session").status_code == 401


def test_signing_out_ends_the_session(browser: Looker) -> None:
    browser.enter("viewer")
    assert browser.post("/console/api/session/end").status_code == 204
    assert browser.get("/console/api/session").status_code == 401


def test_a_session_ends_by_itself() -> None:
    sessions, user = Sessions(), User("a", "viewer")
    secret, _ = sessions.begin(user, NOW)
    assert sessions.of(secret, NOW + IDLE) is not None
    assert sessions.of(secret, NOW + 2 * IDLE + 1) is None
    secret, _ = sessions.begin(user, NOW)
    for at in range(0, LONGEST + IDLE, IDLE):
        lives = sessions.of(secret, NOW + at) is not None
        assert lives == (at <= LONGEST)


def test_the_last_administrator_stays(folder: Path, clock: Clock) -> None:
    settings = load_settings(folder)
    with pytest.raises(Refused, match="last administrator"):
        users.remove(settings, "administrator")
    with pytest.raises(Refused, match="last administrator"):
        users.put(settings, "administrator", "viewer", None, clock())


@pytest.mark.parametrize("name", ["", "a b", "a:b", "../x", "-a", "x" * 65, "é"])
def test_a_name_that_will_not_do_is_refused(folder: Path, name: str, clock: Clock) -> None:
    with pytest.raises(Refused, match="user name"):
        users.put(load_settings(folder), name, "viewer", None, clock())


@pytest.mark.parametrize("path", ["/console/", "/console/api/session", "/console/nothing", "/"])
def test_every_answer_keeps_the_page_to_itself(browser: Looker, path: str) -> None:
    headers = browser.get(path, follow_redirects=False).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/taxii2/", "/api/", "/consoleX", "/x"])
def test_all_else_is_answered_behind(browser: Looker, path: str) -> None:
    assert browser.get(path).text == "behind"


@pytest.mark.parametrize("path", ["..%2fapp.py", "assets/..%2f..%2fapp.py", "digest", "%00"])
def test_nothing_but_the_page_is_a_file(browser: Looker, path: str) -> None:
    assert browser.get(f"/console/{path}").status_code == 404


def test_a_long_body_is_not_read(browser: Looker) -> None:
    browser.enter("analyst")
    body = {"ids": ["x" * 100_000], "party": "EU"}
    assert browser.post("/console/api/preview", json=body).status_code == 413


def test_what_people_do_is_in_the_journal_and_cannot_be_changed_unseen(
    apart: Looker, folder: Path
) -> None:
    apart.post("/console/api/session", json={"name": "nobody", "password": "x"})
    apart.enter("administrator").tell("users", {"name": "new", "role": "viewer"})
    journal = Acts(load_settings(folder))
    told = [(each.who, each.what) for each in journal.latest()]
    assert told == [
        ("administrator", "user"), ("administrator", "sign_in"), ("nobody", "refused"),
    ]  # fmt: skip
    assert journal.verify() == 3
    path = folder / "data" / "acts.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"nobody"', b'"somebo"'))
    with pytest.raises(BadInput, match=r"acts\.jsonl:1"):
        journal.verify()
    path.write_bytes(whole.split(b"\n", 1)[1])
    with pytest.raises(BadInput, match=r"acts\.jsonl:1"):
        journal.verify()


def test_half_a_line_of_a_killed_server_is_cut_off(folder: Path) -> None:
    journal = Acts(load_settings(folder))
    journal.add("a", "sign_in", {}, NOW)
    path = folder / "data" / "acts.jsonl"
    path.write_bytes(path.read_bytes() + b'{"n":2,"at":1')
    assert len(journal.latest()) == 1
    journal.add("b", "sign_in", {}, NOW)
    assert journal.verify() == 2


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
def test_events_are_counted_and_end_with_the_session(folder: Path, anyio_backend: str) -> None:
    from noroshi.words.time import SECOND

    async def told() -> list[bytes]:
        left = iter([True, True, False])
        with Node.open(folder) as node:
            before = node.store.last_event()
            rows = node.store.findings()[:2]
            for each in rows:
                node.store.withdraw(each.id, at=NOW + SECOND)
            stream = changes(node, before, lambda: next(left), look_s=0.0)
            return [each async for each in stream]

    first, second = asyncio.run(told())
    assert b"retry" in first
    assert b'"finding.changed":2' in second
    assert b"event--" not in second


def test_a_question_is_read_whole_before_it_is_answered(browser: Looker) -> None:
    """Else the server takes whoever waits for a long answer to be a slow caller, and hangs up."""
    told: list[str] = []

    async def receive() -> dict[str, object]:
        told.append("read")
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        told.append(str(message["type"]))

    held = browser.enter("viewer").cookies
    cookie = "; ".join(f"{name}={value}" for name, value in held.items()).encode()
    scope = {
        "type": "http", "method": "GET", "path": "/console/api/recalls", "query_string": b"",
        "raw_path": b"/console/api/recalls", "headers": [(b"cookie", cookie)], "root_path": "",
    }  # fmt: skip
    asyncio.run(browser.app(scope, receive, send))
    assert told == ["read", "http.response.start", "http.response.body"]


def test_a_server_that_ends_does_not_wait_for_who_looks(folder: Path) -> None:
    stop, said = Event(), queue.Queue[str]()
    with Node.open(folder) as node:
        token = users.link(node.settings, "viewer", clock_now())

        def front(behind: Application, tls: bool, end: Event) -> Application:
            return console(behind, node, clock_now, secure=tls, stop=end)

        thread = Thread(target=serve, args=(node, said.put, stop, said.put, front))
        thread.start()
        address = said.get(timeout=30).removeprefix("http://")
        caller = http.client.HTTPConnection(address, timeout=30)
        body = json.dumps({"token": token})
        caller.request("POST", "/console/api/session", body)
        answer = caller.getresponse()
        answer.read()
        cookie = str(answer.headers["set-cookie"]).partition(";")[0]
        caller.request("GET", "/console/api/events", headers={"cookie": cookie})
        stream = caller.getresponse()
        assert stream.readline() == b"retry: 3000\n"
        stop.set()
        thread.join(timeout=30)
        assert not thread.is_alive()
        caller.close()

"""Signing in by an identity provider: a provider of the tests, honest once and lying in every way.

Each lie is one change of an honest provider's answer, and lets nobody in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from lookout import CHEAP, LATER, Clock, Looker, behind
from starlette.testclient import TestClient

from noroshi.config import load_settings
from noroshi.config.oidc import Oidc
from noroshi.console.acts import Acts
from noroshi.console.app import console
from noroshi.console.begun import LASTS
from noroshi.console.sessions import IDLE
from noroshi.node.node import Node
from noroshi.words.errors import BadConfig
from noroshi.words.finding import Finding
from noroshi.words.time import HOUR, SECOND

ISSUER = "https://login.example"
NODE = "http://127.0.0.1:8440"
TABLE = f"""
[console.oidc]
issuer = "{ISSUER}"
client_id = "noroshi"
url = "{NODE}"
name = "Login of the tests"
roles = {{ watch = "releaser", guests = "viewer" }}
"""
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})


def packed(each: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=")


def plain(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token that nobody signed."""
    return b".".join((packed(header), packed(claims), b"")).decode()


class Login:
    """An identity provider; `lie` changes what it answers."""

    def __init__(self, clock: Clock, issuer: str = ISSUER) -> None:
        self.clock, self.issuer = clock, issuer
        self.codes: dict[str, dict[str, list[str]]] = {}
        self.claims: dict[str, Any] = {"groups": ["watch", "else"]}
        self.token: Callable[[dict[str, Any]], str] = self.signed
        self.document: dict[str, Any] = {}
        self.keys = [KEY.as_dict(private=False)]
        self.asked: list[str] = []

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, KEY)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            there = {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/begin",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/end",
            }  # fmt: skip
            return httpx2.Response(200, json=there | self.document)
        if path == "/keys":
            return httpx2.Response(200, json={"keys": self.keys})
        assert path == "/token"
        form = parse_qs(request.content.decode())
        begun = self.codes.pop(form["code"][0], None)
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        known = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = begun and form["redirect_uri"] == begun["redirect_uri"]
        if begun is None or not same or begun["code_challenge"] != [known]:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        now = self.clock.at // SECOND
        claims = {
            "iss": self.issuer, "aud": "noroshi", "sub": "person-7", "iat": now, "exp": now + 60,
            "nonce": begun["nonce"][0], "preferred_username": "administrator",
        }  # fmt: skip
        told = {key: each for key, each in (claims | self.claims).items() if each is not None}
        return httpx2.Response(200, json={"id_token": self.token(told), "access_token": "x"})

    def enters(self, leads: str) -> dict[str, str]:
        """A person signs in at the address they were led to: what they bring back."""
        query = parse_qs(urlsplit(leads).query)
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"][0]}


@pytest.fixture
def login(clock: Clock) -> Login:
    return Login(clock)


@pytest.fixture(scope="module")
def node(
    node_and_findings: tuple[Path, list[Finding]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """One node that has a provider, for all who come by it."""
    folder = Path(shutil.copytree(node_and_findings[0], tmp_path_factory.mktemp("oidc") / "jpn"))
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    with Node.open(folder) as opened:
        yield opened


@pytest.fixture
def someone(node: Node, clock: Clock, login: Login) -> Looker:
    app = console(
        behind, node, clock, secure=False, hasher=CHEAP, transport=httpx2.MockTransport(login)
    )
    return Looker(app, base_url=NODE, follow_redirects=False)


def begun(someone: TestClient) -> str:
    answer = someone.get("/console/oidc/begin")
    assert answer.status_code == 303
    return answer.headers["location"]


def refused(node: Node) -> str:
    act = Acts(node.settings).latest()[0]
    assert (act.who, act.what) == ("oidc", "refused")
    return act.about["why"]


def test_a_person_of_the_provider_is_let_in_with_their_role(
    someone: Looker, login: Login, node: Node
) -> None:
    assert someone.ask("oidc") == {"name": "Login of the tests"}
    leads = begun(someone)
    query = parse_qs(urlsplit(leads).query)
    assert leads.startswith(f"{ISSUER}/begin?")
    assert query["redirect_uri"] == [f"{NODE}/console/oidc/back"]
    assert query["code_challenge_method"] == ["S256"]
    answer = someone.get("/console/oidc/back", params=login.enters(leads))
    assert answer.headers["location"] == "/console/"
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    told = someone.ask("session")
    assert (told["user"], told["role"]) == ("oidc:person-7", "releaser")
    act = Acts(node.settings).latest()[0]
    assert (act.what, act.about["called"]) == ("sign_in", "administrator")
    someone.headers["x-noroshi-csrf"] = told["csrf"]
    left = someone.post("/console/api/session/end")
    assert left.json()["leave"].startswith(f"{ISSUER}/end?client_id=noroshi&post_logout")
    assert someone.get("/console/api/session").status_code == 401
    someone.enter("viewer")
    assert someone.ask("session")["user"] == "viewer"


def test_their_session_ends_like_others(someone: Looker, login: Login, clock: Clock) -> None:
    someone.get("/console/oidc/back", params=login.enters(begun(someone)))
    someone.ask("session")
    clock.at += 2 * IDLE
    assert someone.get("/console/api/session").status_code == 401


Lie = Callable[[Login], None]


def claim(**what: Any) -> Lie:
    return lambda login: login.claims.update(what)


def token(made: Callable[[dict[str, Any]], str]) -> Lie:
    def lie(login: Login) -> None:
        login.token = made

    return lie


def published(**what: Any) -> Lie:
    return lambda login: login.document.update(what)


def hmacked(claims: dict[str, Any]) -> str:
    """Signed with the public key as if it were a shared secret (RFC 8725 §2.1)."""
    body = packed({"alg": "HS256", "kid": "one"}) + b"." + packed(claims)
    sealed = hmac.new(KEY.as_pem(private=False), body, hashlib.sha256).digest()
    return (body + b"." + base64.urlsafe_b64encode(sealed).rstrip(b"=")).decode()


LIES: dict[str, Lie] = {
    "no signature": token(lambda claims: plain({"alg": "none"}, claims)),
    "no signature, a key's name": token(lambda c: plain({"alg": "none", "kid": "one"}, c)),
    "a shared secret": token(hmacked),
    "another key": token(lambda c: jwt.encode({"alg": "ES256", "kid": "one"}, c, OTHER)),
    "a key not published": token(lambda c: jwt.encode({"alg": "ES256", "kid": "two"}, c, OTHER)),
    "a key of its own in the token": token(
        lambda c: jwt.encode({"alg": "ES256", "jwk": OTHER.as_dict(private=False)}, c, OTHER)
    ),
    "rubbish": token(lambda _: "a.b.c"),
    "another nonce": claim(nonce="x"),
    "no nonce": claim(nonce=None),
    "over": claim(exp=LATER // SECOND - HOUR // SECOND),
    "no end": claim(exp=None),
    "made long ago": claim(iat=LATER // SECOND - HOUR // SECOND),
    "made tomorrow": claim(iat=LATER // SECOND + 24 * HOUR // SECOND),
    "another audience": claim(aud="somebody"),
    "several audiences": claim(aud=["noroshi", "somebody"]),
    "for another party": claim(aud=["noroshi", "somebody"], azp="somebody"),
    "another issuer": claim(iss="https://login.example.evil"),
    "nobody": claim(sub=None),
    "a number for a name": claim(sub=7),
    "no group": claim(groups=None),
    "a group without a role": claim(groups=["else"]),
    "a group as a table": claim(groups=[{"watch": 1}]),
    "a document of another": published(issuer="https://elsewhere.example"),
    "a token endpoint without TLS": published(token_endpoint="http://login.example/token"),
    "keys elsewhere without TLS": published(jwks_uri="http://login.example/keys"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_who_lies_is_not_let_in(someone: Looker, login: Login, node: Node, lie: Lie) -> None:
    lie(login)
    where = begun(someone)
    if where.startswith(ISSUER):
        answer = someone.get("/console/oidc/back", params=login.enters(where))
        where = answer.headers["location"]
        assert "noroshi=" not in answer.headers.get("set-cookie", "")
    assert where == "/console/#refused"
    assert someone.get("/console/api/session").status_code == 401
    assert refused(node)


def test_a_code_and_a_state_work_once_and_in_one_browser(
    someone: Looker, login: Login, node: Node, clock: Clock
) -> None:
    brought = login.enters(begun(someone))
    thief = Looker(someone.app, base_url=NODE, follow_redirects=False)
    taken = thief.get("/console/oidc/back", params=brought)
    assert taken.headers["location"] == "/console/#refused"
    assert "nobody here began" in refused(node)
    brought = login.enters(begun(someone))
    assert someone.get("/console/oidc/back", params=brought).headers["location"] == "/console/"
    again = someone.get("/console/oidc/back", params=brought)
    assert again.headers["location"] == "/console/#refused"
    # A code that was used, brought to a sign-in that was really begun.
    other = login.enters(begun(someone)) | {"code": brought["code"]}
    login.codes.pop(brought["code"], None)
    assert someone.get("/console/oidc/back", params=other).headers["location"].endswith("refused")
    assert "400" in refused(node)
    late = login.enters(begun(someone))
    clock.at += LASTS
    assert someone.get("/console/oidc/back", params=late).headers["location"].endswith("refused")


@pytest.mark.parametrize(
    "query",
    [{}, {"state": "x"}, {"code": "x", "state": ""}, {"error": "access_denied", "state": "STATE"},
     {"code": "x", "state": "STATE", "iss": "https://elsewhere.example"}],
)  # fmt: skip
def test_what_comes_back_otherwise_is_refused(
    someone: Looker, login: Login, node: Node, query: dict[str, str]
) -> None:
    state = login.enters(begun(someone))["state"]
    asked = {key: state if each == "STATE" else each for key, each in query.items()}
    answer = someone.get("/console/oidc/back", params=asked)
    assert answer.headers["location"] == "/console/#refused"
    assert "/token" not in login.asked
    assert refused(node)


def test_no_request_says_where_people_are_sent(someone: Looker, login: Login) -> None:
    evil = {"host": "evil.example", "x-forwarded-host": "evil.example", "referer": "https://evil"}
    query = {"next": "https://evil.example", "redirect_uri": "https://evil.example"}
    leads = someone.get("/console/oidc/begin", headers=evil, params=query).headers["location"]
    assert "evil" not in leads
    brought = login.enters(leads) | query
    answer = someone.get("/console/oidc/back", params=brought)
    assert answer.headers["location"] == "/console/"


def test_without_a_provider_there_is_none(browser: Looker) -> None:
    assert browser.get("/console/api/oidc").json() == {"name": None}
    assert browser.get("/console/oidc/begin").headers["location"] == "/console/"
    assert browser.get("/console/oidc/back").headers["location"] == "/console/"


@pytest.mark.parametrize(
    "change",
    [{"issuer": "http://login.example"}, {"issuer": "https://a@b"}, {"url": "http://node.example"},
     {"issuer": "https://login.example/?a=b"}, {"roles": {}}, {"scope": "profile"},
     {"client_id": ""}, {"url": "javascript:alert(1)"}],
)  # fmt: skip
def test_a_table_that_will_not_do_is_refused(change: dict[str, Any]) -> None:
    given = {"issuer": ISSUER, "client_id": "a", "url": NODE, "roles": {"a": "viewer"}} | change
    with pytest.raises(ValueError, match=r"https|must be given|openid"):
        Oidc(**given)


def test_a_role_that_is_none_is_named(folder: Path) -> None:
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE.replace('"viewer"', '"king"'))
    with pytest.raises(BadConfig, match="king"):
        load_settings(folder)

"""`noroshi account` as it is typed: what it says, once, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import argon2
import pytest
from typer.testing import CliRunner, Result

from noroshi.cli.app import app
from noroshi.config import load_settings
from noroshi.exchange.credentials import is_token
from noroshi.node.accounts import Watched
from noroshi.node.node import clock
from noroshi.words.errors import NoroshiError

NODE = """
[node]
party = "JPN"
[[account]]
name = "press"
hash = { env = "PRESS_HASH" }
[[collection]]
id = "0c0ffee0-0000-4000-8000-000000000001"
title = "Open"
alias = "open"
rights = { press = "rw" }
"""


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(argon2, "PasswordHasher", lambda: cheap)
    monkeypatch.setenv("NOROSHI_NODE", str(tmp_path))
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("PRESS_HASH", cheap.hash("declared"))
    (tmp_path / "node.toml").write_text(NODE, "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("account", *arguments))


def refusal(*arguments: str) -> str:
    found = run(*arguments)
    assert isinstance(found.exception, NoroshiError), found.output
    return str(found.exception)


def given(*arguments: str) -> dict[str, Any]:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def proves(node: Path, secret: str) -> bool:
    known = Watched(load_settings(node)).accounts
    return known.authenticate(f"Bearer {secret}", clock()) is not None


def test_a_token_is_shown_once_and_works(node: Path) -> None:
    shown = run("add", "eu", "--party", "EU", "--expires", "P90D", "--note", "for tests")
    assert shown.exit_code == 0
    (token,) = re.findall(r"^  token +(\S+)   \(shown once\)$", shown.stdout, re.MULTILINE)
    assert is_token(token)
    assert proves(node, token)
    assert "which calls in for EU" in shown.stdout
    assert "Authorization: Bearer" in shown.stdout
    listed = run("list").stdout
    assert token not in listed
    lines = dict(line.split(maxsplit=1) for line in listed.splitlines())
    assert re.match(r"EU +token +\w{8} +live +20\d\d-\S+ \S+ +- +for tests", lines["eu"])
    assert re.match(r"- +password +- +live .* declared in node.toml", lines["press"])


def test_an_account_that_finds_nothing_is_told_so(node: Path) -> None:
    assert "finds      nothing yet" in run("add", "else").stdout
    assert "finds" not in run("add", "press").stdout
    assert "finds" not in run("add", "kor", "--party", "KOR").stdout


def test_revoke_and_rotate(node: Path) -> None:
    old = given("add", "eu", "--party", "EU", "--collection", "view", "--read-only")
    new = given("rotate", "eu")
    assert (new["replaced"], new["party"]) == (old["id"], "EU")
    assert not proves(node, old["secret"])
    assert proves(node, new["secret"])
    rows = {row["id"]: row for row in given("list", "--all") if row["id"]}
    assert rows[new["id"]]["read_only"]
    assert rows[new["id"]]["collections"] == rows[old["id"]]["collections"]
    assert rows[old["id"]]["state"] == "revoked"
    assert "1 more revoked or expired" in run("list").stdout
    assert f"Revoked: token {new['id']} of eu" in run("revoke", new["id"]).stdout
    assert not proves(node, new["secret"])
    again = run("revoke", new["id"])
    assert (again.exit_code, "nothing was in force" in again.stdout) == (1, True)


def test_a_password_may_be_given_in_a_file(node: Path) -> None:
    (node / "password").write_text("Password1\n", "utf-8")
    made = given("add", "suite", "--password-file", str(node / "password"))
    assert (made["kind"], made["secret"]) == ("password", None)
    assert "Password1" not in (node / "data" / "accounts.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "x", "--password", "--certificate", "node.toml"), "one of --password"),
        (("add", "x", "--password", "--read-only"), "limits of a token"),
        (("add", "x", "--pin", f"sha256:{'0' * 64}"), "client_ca"),
        (("add", "x", "--certificate", "node.toml"), "no certificate"),
        (("add", "x", "--expires", "P1"), "no length of time"),
        (("add", "x", "--expires", "2020-01-01"), "is over already"),
        (("add", "x", "--expires", "soon"), "not an instant"),
        (("add", "x", "--party", "XYZ"), "no party 'XYZ'"),
        (("add", "press", "--password"), "has a password already"),
        (("rotate", "press", "--grace", "x"), "no length of time"),
        (("revoke", "press"), "declared in node.toml"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    node: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(node)
    assert says in refusal(*arguments)
    assert given("list")[0]["source"] == "node.toml"
    assert len(given("list")) == 1


def test_no_accounts_yet(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text('[node]\nparty = "JPN"\n', "utf-8")
    assert "No accounts yet" in run("list", "--node", str(tmp_path)).stdout

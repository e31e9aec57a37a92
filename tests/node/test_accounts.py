"""The table of accounts: given, taken away, exchanged; beside node.toml; while a node serves."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import argon2
import pytest

from noroshi.config import Settings, load_settings
from noroshi.exchange.credentials import Limits, hash_password, new_token
from noroshi.exchange.taxii.service import view_id
from noroshi.node import accounts, credentials
from noroshi.node.credentials import Wish
from noroshi.words.errors import BadConfig, BadInput, NoroshiError, Refused
from noroshi.words.time import DAY, HOUR

NOW = 1_780_000_000_000_000
ID = "0c0ffee0-0000-4000-8000-000000000001"
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = hash_password("declared", CHEAP)
DECLARED = f"""
[node]
party = "JPN"
[[peer]]
party = "EU"
account = "eu"
account_hash = {{ file = "eu.hash" }}
[[account]]
name = "suite"
hash = {{ file = "suite.hash" }}
[[collection]]
id = "{ID}"
title = "Open"
alias = "open"
rights = {{ suite = "rw" }}
"""


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(argon2, "PasswordHasher", lambda: CHEAP)
    (tmp_path / "data").mkdir()
    for name in ("eu", "suite"):
        (tmp_path / f"{name}.hash").write_text(HASH, "utf-8")
    (tmp_path / "node.toml").write_text(DECLARED, "utf-8")
    return load_settings(tmp_path, {}, {})


def bearer(given: credentials.Given) -> str:
    return f"Bearer {given.secret}"


def state(node: Settings, now: int = NOW) -> dict[str, str]:
    """State by credential, or by account where it is declared."""
    return {row.id or row.account: row.state for row in credentials.rows(node, now)}


def test_a_token_is_kept_as_its_hash_for_this_user_only(node: Settings) -> None:
    given = credentials.add(node, "press", None, Wish(note="n"), NOW)
    file = node.data / "accounts.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert given.secret
    assert given.secret not in file.read_text()
    (kept,) = json.loads(file.read_bytes())["accounts"]
    assert kept["credentials"][0] == {
        "kind": "token",
        "sha256": hashlib.sha256(given.secret.encode()).hexdigest(),
        "id": given.id,
        "created": NOW,
        "note": "n",
    }
    assert not list(node.data.glob("*.new"))


def test_accounts_of_the_file_stand_beside_those_declared(node: Settings) -> None:
    party = credentials.add(node, "eu", None, Wish(), NOW)
    other = credentials.add(node, "kor", "KOR", Wish(), NOW)
    assert party.party == "EU"
    assert {each.name: each.party for each in accounts.every(node)} == {
        "eu": "EU", "suite": "", "kor": "KOR",
    }  # fmt: skip
    assert accounts.parties(node) == ("EU", "KOR")
    assert state(node) == {"eu": "live", "suite": "live", party.id: "live", other.id: "live"}


def test_rights_may_name_an_account_of_the_file(node: Settings) -> None:
    text = DECLARED.replace('rights = { suite = "rw" }', 'rights = { press = "r" }')
    (node.folder / "node.toml").write_text(text, "utf-8")
    with pytest.raises(BadConfig, match="'press', which is no account"):
        load_settings(node.folder, {}, {})
    credentials.add(node, "press", None, Wish(), NOW)
    assert load_settings(node.folder, {}, {}).config.collection[0].rights == {"press": "r"}


def test_what_has_its_time_ends_by_itself(node: Settings) -> None:
    given = credentials.add(node, "press", None, Wish(expires=NOW + DAY), NOW)
    assert state(node, NOW + DAY - 1)[given.id] == "live"
    assert state(node, NOW + DAY)[given.id] == "expired"


def test_revoking_one_or_all(node: Settings) -> None:
    one, two = (credentials.add(node, "press", None, Wish(), NOW) for _ in range(2))
    other = credentials.add(node, "kor", "KOR", Wish(), NOW)
    (row,) = credentials.revoke(node, one.id, NOW + 1)
    assert (row.id, row.state) == (one.id, "revoked")
    assert state(node)[two.id] == "live"
    assert [row.id for row in credentials.revoke(node, "press", NOW + 2)] == [two.id]
    assert credentials.revoke(node, "press", NOW + 3) == []
    found = {row.id: row for row in credentials.rows(node, NOW + 4)}
    assert (found[one.id].revoked, found[two.id].revoked) == (NOW + 1, NOW + 2)
    assert found[other.id].state == "live"


def test_exchanging_a_token_keeps_what_it_may(node: Settings) -> None:
    limits = Limits(("open", "view"), read_only=True)
    old = credentials.add(node, "press", None, Wish(expires=NOW + DAY, limits=limits), NOW)
    new = credentials.rotate(node, "press", NOW + HOUR, grace=HOUR)
    assert (new.replaced, new.expires) == (old.id, NOW + HOUR + DAY)
    found = {row.id: row for row in credentials.rows(node, NOW + HOUR)}
    assert found[new.id].collections == tuple(sorted((ID, view_id("JPN"))))
    assert (found[new.id].read_only, found[old.id].expires) == (True, NOW + 2 * HOUR)
    assert [state(node, NOW + at * HOUR)[old.id] for at in (1, 2)] == ["live", "expired"]
    last = credentials.rotate(node, new.id, NOW + 2 * HOUR)
    assert state(node, NOW + 2 * HOUR)[new.id] == "revoked"
    assert state(node, NOW + 2 * HOUR)[last.id] == "live"


def test_grace_makes_nothing_last_longer(node: Settings) -> None:
    old = credentials.add(node, "press", None, Wish(expires=NOW + HOUR), NOW)
    credentials.rotate(node, old.id, NOW, grace=DAY)
    assert state(node, NOW + HOUR)[old.id] == "expired"


def test_an_account_has_one_password(node: Settings) -> None:
    first = credentials.add(node, "press", None, Wish("password", password="Password1"), NOW)
    assert first.secret is None
    for name in ("press", "suite"):
        with pytest.raises(Refused, match="has a password already"):
            credentials.add(node, name, None, Wish("password"), NOW)
    second = credentials.rotate(node, "press", NOW + 1, grace=DAY)
    assert second.secret
    assert state(node, NOW + 1) == {
        "eu": "live", "suite": "live", first.id: "revoked", second.id: "live",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("act", "error", "says"),
    [
        (lambda n: credentials.add(n, "../x", None, Wish(), NOW), BadInput, "no name"),
        (lambda n: credentials.add(n, "a:b", None, Wish(), NOW), BadInput, "no name"),
        (lambda n: credentials.add(n, "eu", "USA", Wish(), NOW), Refused, "in for EU, not for USA"),
        (lambda n: credentials.add(n, "suite", "USA", Wish(), NOW), Refused, "for no party, not"),
        (lambda n: credentials.revoke(n, "nobody", NOW), Refused, "account list"),
        (lambda n: credentials.revoke(n, "eu", NOW), Refused, "declared in node.toml"),
        (lambda n: credentials.rotate(n, "eu", NOW), Refused, "declared in node.toml"),
        (
            lambda n: credentials.add(n, "x", None, Wish(limits=Limits(("shut",))), NOW),
            BadInput,
            "names no collection; found shut; expected open, view",
        ),
        (
            lambda n: credentials.add(n, "x", None, Wish("certificate", certificate="x"), NOW),
            BadInput,
            "no certificate",
        ),
        (
            lambda n: credentials.add(
                n, "x", None, Wish("certificate", certificate=f"sha256:{'0' * 64}"), NOW
            ),
            BadInput,
            "client_ca",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    node: Settings, act: Any, error: type[NoroshiError], says: str
) -> None:
    with pytest.raises(error, match=says):
        act(node)
    assert accounts.read(node) == ()


def test_two_credentials_are_not_exchanged_by_the_name_of_their_account(node: Settings) -> None:
    given = [credentials.add(node, "press", None, Wish(), NOW) for _ in range(2)]
    with pytest.raises(Refused) as refused:
        credentials.rotate(node, "press", NOW)
    assert all(each.id in str(refused.value) for each in given)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no table of accounts"),
        (b'{"accounts":[{"name":"x","colour":1}]}', "colour"),
        (b'{"accounts":[{"name":"a:b"}]}', "colon"),
        (b'{"accounts":[],"format":2}', "another version; found 2; expected 1"),
        (b'{"accounts":[{"name":"eu","party":"USA"}]}', "USA here, EU in node.toml"),
        (
            b'{"accounts":[{"name":"eu","party":"EU","credentials":'
            b'[{"kind":"password","argon2":"%b"}]}]}' % HASH.encode(),
            "two passwords",
        ),
    ],
    ids=["empty", "unknown key", "name", "version", "party", "two passwords"],
)
def test_a_table_that_cannot_be_used_is_named(node: Settings, content: bytes, says: str) -> None:
    (node.data / "accounts.json").write_bytes(content)
    with pytest.raises(BadInput, match=says) as refused:
        accounts.every(node)
    assert "accounts.json" in str(refused.value)


def test_a_running_node_takes_up_what_changes(node: Settings) -> None:
    said: list[str] = []
    watched = accounts.Watched(node, say=said.append)
    known = watched.accounts
    assert known.authenticate(f"Bearer {new_token()}", NOW) is None
    given = credentials.add(node, "kor", "KOR", Wish(), NOW)
    watched.look()
    found = known.authenticate(bearer(given), NOW)
    assert found
    assert (found.name, found.party) == ("kor", "KOR")
    new = credentials.rotate(node, "kor", NOW)
    watched.look()
    assert known.authenticate(bearer(given), NOW) is None
    assert known.authenticate(bearer(new), NOW)
    (node.data / "accounts.json").write_text("{", "utf-8")
    watched.look()
    watched.look()
    assert known.authenticate(bearer(new), NOW)
    assert len(said) == 1
    assert "accounts stay as they were" in said[0]
    (node.data / "accounts.json").unlink()
    watched.look()
    assert known.authenticate(bearer(new), NOW) is None


def test_a_declared_hash_that_changes_is_taken_up_too(node: Settings) -> None:
    watched = accounts.Watched(node)
    secret = "Basic ZXU6ZGVjbGFyZWQ="  # eu:declared
    assert watched.accounts.authenticate(secret, NOW)
    (node.folder / "eu.hash").write_text(hash_password("another"), "utf-8")
    watched.look()
    assert watched.accounts.authenticate(secret, NOW) is None


def test_the_hour_of_last_use_is_written_down(node: Settings) -> None:
    given = credentials.add(node, "kor", "KOR", Wish(), NOW)
    unused = credentials.add(node, "kor", "KOR", Wish(), NOW)
    watched = accounts.Watched(node)
    watched.note()
    assert not (node.data / "accounts.used.json").exists()
    watched.accounts.authenticate(bearer(given), NOW)
    watched.note()
    used = {row.id: row.used for row in credentials.rows(node, NOW)}
    assert used[given.id] == NOW - NOW % HOUR
    assert used[unused.id] is None
    # Another process that serves knows nothing of it, and forgets nothing either.
    accounts.Watched(node).note()
    assert accounts.used(node) == {given.id: NOW - NOW % HOUR}

"""node.toml: what it accepts, where each value came from, and how it refuses."""

from pathlib import Path

import pytest

from noroshi.config import Secret, effective, load_settings
from noroshi.words.errors import BadConfig

WHOLE = """
[node]
party = "JPN"
[[feed]]
uri = "*.csv"
label = { tlp = "amber" }
[[peer]]
party = "EU"
account = "eu"
account_hash = { env = "EU_HASH" }
"""


OWN = "[[party]]\ncode = '{}'\nkind = 'organisation'\nen = 'x'\nja = 'x'\n"
STORE = "[node]\nparty = 'JPN'\n[store]\nurl = "


def node(folder: Path, text: str) -> Path:
    (folder / "node.toml").write_text(text, "utf-8")
    return folder


def test_a_flag_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    folder = node(tmp_path, WHOLE + '[serve]\nlisten = "127.0.0.1:1"\n')
    listen = "serve.listen"
    environ = {"NOROSHI_SERVE_LISTEN": "127.0.0.1:2"}

    def origin(flags: dict[str, str], environ: dict[str, str]) -> tuple[str, str]:
        rows = effective(load_settings(folder, flags, environ))
        return next((value, came) for key, value, came in rows if key == listen)

    assert origin({}, {}) == ('"127.0.0.1:1"', "node.toml")
    assert origin({}, environ) == ('"127.0.0.1:2"', "environment NOROSHI_SERVE_LISTEN")
    assert origin({listen: "127.0.0.1:3"}, environ) == ('"127.0.0.1:3"', "flag")


def test_defaults_say_that_they_are(tmp_path: Path) -> None:
    rows = {key: came for key, _, came in effective(load_settings(node(tmp_path, WHOLE), {}, {}))}
    assert rows["serve.page"] == "default"
    assert rows["feed.0.label.tlp"] == "node.toml"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[node]\nparty = 'JPN'\ncolour = 1\n", "colour"),
        ("[node]\nname = 'x'\n", "party"),
        ("[node]\nparty = 'JPN'\n[serve]\nlisten = '0.0.0.0:80'\n", "without TLS"),
        ("[node]\nparty = 'JPN'\n[serve]\nlisten = 'nonsense'\n", "without TLS"),
        ("[node]\nparty = 'JPN'\n[serve]\nlisten = '127.0.0.1:http'\n", "ADDRESS:PORT"),
        ("[node]\nparty = 'JPN'\n[store]\nurl = 'mysql://x'\n", "no such store"),
        (f"{STORE}'sqlite:x'\npassword = {{ env = 'X' }}\n", "SQLite file has no password"),
        ("[node\n", "node.toml"),
        (WHOLE.replace("amber", "clear"), "never TLP CLEAR"),
        (WHOLE.replace("amber", "chartreuse"), "chartreuse"),
        (WHOLE.replace('{ env = "EU_HASH" }', "{}"), "exactly one"),
        (WHOLE.replace('{ env = "EU_HASH" }', '"plain"'), "account_hash"),
    ],
    ids=[
        "unknown key", "no party", "off loopback", "address", "port", "store",
        "file and password", "not TOML", "clear default", "unknown TLP", "empty secret",
        "secret in clear",
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadConfig, match=says):
        load_settings(node(tmp_path, text), {}, {})


COLLECTION = (
    WHOLE
    + """
[[account]]
name = "press"
hash = { file = "h" }
[[root]]
path = "two"
title = "Two"
[[collection]]
id = "0c0ffee0-0000-4000-8000-000000000001"
title = "Open"
alias = "open"
rights = { eu = "rw", press = "r", "*" = "w" }
"""
)
SECOND = """
[[collection]]
id = "0c0ffee0-0000-4000-8000-000000000002"
title = "Second"
rights = {}
"""


def test_collections_roots_and_accounts_are_declared(tmp_path: Path) -> None:
    config = load_settings(node(tmp_path, COLLECTION + SECOND), {}, {}).config
    first, second = config.collection
    assert (first.root, first.page, second.rights) == ("api", None, {})
    assert config.root[0].max_content_length is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('eu = "rw"', 'nobody = "rw"', "no account"),
        ('eu = "rw"', 'eu = "all"', "rights"),
        ("0c0ffee0-0000", "0C0FFEE0-0000", "UUID"),
        ("8000-000000000002", "8000-000000000001", "declared twice"),
        ('title = "Second"', 'title = "Second"\nalias = "open"', "used twice"),
        ('title = "Second"', 'title = "Second"\nalias = "view"', "used twice"),
        ('title = "Second"', 'title = "Second"\nroot = "three"', "there is no"),
        ('title = "Second"', 'title = "Second"\npage = 0', "at least 1"),
        ('path = "two"', 'path = "api"', "declared twice"),
        ('path = "two"', 'path = "taxii2"', "path segment"),
        ('path = "two"', 'path = "a/b"', "path segment"),
        ('name = "press"', 'name = "eu"', "declared twice"),
        ('title = "Second"', 'title = "Second"\nowner = "EU"', "owner"),
    ],
    ids=[
        "account", "right", "id", "same id", "same alias", "alias of the view", "root", "page",
        "same root", "discovery", "segments", "same account", "unknown key",
    ],
)  # fmt: skip
def test_what_is_wrong_with_collections_is_named(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    text = COLLECTION + SECOND
    assert old in text
    with pytest.raises(BadConfig, match=says):
        load_settings(node(tmp_path, text.replace(old, new)), {}, {})


def test_no_node_here_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="noroshi init"):
        load_settings(tmp_path, {}, {})


def test_secrets_come_from_files_and_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(node(tmp_path, WHOLE), {}, {})
    (tmp_path / "s").write_text("from a file\n", "utf-8")
    monkeypatch.setenv("S", "from a variable")
    assert settings.secret(Secret(file="s"), "x") == "from a file"
    assert settings.secret(Secret(env="S"), "x") == "from a variable"
    with pytest.raises(BadConfig, match="nowhere"):
        settings.secret(Secret(file="nowhere"), "x")
    with pytest.raises(BadConfig, match="NOT_SET"):
        settings.secret(Secret(env="NOT_SET"), "x")


def test_an_effective_value_never_shows_a_secret(tmp_path: Path) -> None:
    settings = load_settings(node(tmp_path, WHOLE), {}, {})
    assert ("peer.0.account_hash.env", '"EU_HASH"', "node.toml") in effective(settings)


PEER = "[node]\nparty = 'JPN'\n[[peer]]\nparty = 'EU'\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PEER + "public_key = 'zz'\n", "Ed25519"),
        (PEER + "account_hash = { env = 'X' }\n", "account_hash"),
        (PEER + "user = 'jpn'\n", "password"),
        (PEER + "every = 'soon'\n", "ISO 8601"),
        (PEER + "every = 'PT0S'\n", "no time at all"),
        (PEER + "url = 'ftp://node.example/'\n", "http or https"),
        (PEER + "url = 'http://node.example/taxii2/'\n", "https only"),
        (PEER + "url = 'http://127.0.0.1.node.example/'\n", "https only"),
        (PEER + "[[peer]]\nparty = 'EU'\n", "EU stands twice"),
        (WHOLE + OWN.format("EU"), "EU is in the packaged registry already"),
        (WHOLE + OWN.format("XOWN") * 2, "XOWN stands twice"),
        (PEER + "[[peer]]\nparty = 'JPN'\n", "own party"),
        (WHOLE + "[serve]\nlisten = '127.node.example:80'\n", "without TLS"),
        (WHOLE + "[serve]\nlisten = '127.0.0.1:65536'\n", "ADDRESS:PORT"),
    ],
)
def test_a_peer_or_address_that_cannot_work_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadConfig, match=says):
        load_settings(node(tmp_path, text), {}, {})


def test_a_password_in_a_url_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="holds no password") as refused:
        load_settings(node(tmp_path, PEER + "url = 'https://jpn:hunter2@node.example/'\n"), {}, {})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "[::1]:8440"])
def test_on_loopback_a_peer_needs_no_tls(tmp_path: Path, host: str) -> None:
    load_settings(node(tmp_path, PEER + f"url = 'http://{host}/taxii2/'\n"), {}, {})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://jpn:geheim@db/noroshi",
        "postgres://jpn@db/noroshi?sslmode=require&password=geheim",
        "postgresql://db/noroshi?sslpassword=geheim",
        "mysql://jpn:geheim@db/noroshi",
    ],
)
def test_a_url_holds_no_password_and_no_message_shows_one(tmp_path: Path, url: str) -> None:
    for text, environ in ((f"{STORE}'{url}'\n", {}), (WHOLE, {"NOROSHI_STORE_URL": url})):
        with pytest.raises(BadConfig) as caught:
            load_settings(node(tmp_path, text), {}, environ)
        assert "geheim" not in str(caught.value)
        assert "password" in str(caught.value) or "no such store" in str(caught.value)


def test_where_the_store_is(tmp_path: Path) -> None:
    assert load_settings(node(tmp_path, WHOLE), {}, {}).store_at == tmp_path / "data" / "node.db"
    text = f"{STORE}'postgresql://jpn@db/x'\npassword = {{ file = 'pw' }}\n"
    settings = load_settings(node(tmp_path, text), {}, {})
    (tmp_path / "pw").write_text("a/b c\n", "utf-8")
    assert settings.store_at == "postgresql://jpn@db/x?password=a%2Fb%20c"
    rows = {key: value for key, value, _ in effective(settings)}
    assert rows["store.url"] == '"postgresql://jpn@db/x"'
    assert rows["store.password.file"] == '"pw"'
